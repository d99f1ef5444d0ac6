"""Printable strings of native libraries, as raw facts. Knows no check; executes and disassembles nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from appscan.model.coverage import Gap, Kind
from appscan.model.reading import Fact
from appscan.readers.apk.container import Container
from appscan.readers.apk.dart import wide_strings
from appscan.readers.apk.elf import string_sections
from appscan.readers.columns import FactRows
from appscan.readers.limits import Limits

KINDS = frozenset({Kind.TEXT, Kind.ENDPOINT, Kind.CALL})
ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86", "mips64", "mips")
LIBRARY_KEPT = 256 << 10
TOTAL_KEPT = 768 << 10
"""Bytes of strings kept per library and in all: saved readings must stay small beside the package."""
LIBRARY_SCANNED = 48 << 20
TOTAL_SCANNED = 192 << 20
DART_LIBRARY = "libapp.so"

RUN = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xf4]{5,1000}")
"""Printable ASCII and what UTF-8 is made of; shorter runs are mostly chance."""
PLAIN_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{5,}")
WORD = re.compile(rb"[A-Za-z]{3}")
BUILD_NOISE = re.compile(rb"_Z|N?St\d|N\d+|GCC: |clang |.*/[^/]*\.(?:c|cc|cpp|cxx|h|hpp|S|rs|go)$")
TELLING = re.compile(rb"Java_|/[A-Za-z][A-Za-z0-9_-]+/|[\x80-\xff]|[^\x80-\xff]*://")
CHINESE = re.compile("[\u4e00-\u9fff][\u4e00-\u9fff\u3000-\u303f\uff00-\uffef\\x20-\\x7e]*")
SIGNS = b"\"#$&'()*+;<=>@[\\]^`{|}~!"
LEAST_PLAIN = 0.7


def read_natives(container: Container, names: Iterable[str], rows: FactRows, limits: Limits) -> list[Gap]:
    """Append LITERAL facts with role `native` for the libraries of one ABI among the entries `names`.

    JNI exports, addresses and Chinese text come first under the caps; a library whose strings were cut, or that could
    not be read, is a local gap.
    """
    gaps: list[Gap] = []
    kept_left, scan_left = TOTAL_KEPT, min(TOTAL_SCANNED, limits.inflated_bytes)
    for name in choose_libraries(names):
        library = container.read_or_gap(name, KINDS)
        if isinstance(library, Gap):
            gaps.append(library)
            continue
        scanned = library[:min(LIBRARY_SCANNED, scan_left)]
        scan_left -= len(scanned)
        budget = min(LIBRARY_KEPT, kept_left)
        strings, cut = _within(_strings(scanned, name.endswith("/" + DART_LIBRARY)), budget)
        file = rows.pool.add(name)
        for text in strings:
            rows.add(Fact.LITERAL, text, role="native", file=file)
            kept_left -= len(text)
        if cut or len(scanned) < len(library):
            gaps.append(Gap(KINDS, name, "native_strings_capped", {"kept": str(len(strings))}))
    return gaps


def choose_libraries(names: Iterable[str]) -> list[str]:
    """Libraries of the best ABI there is, and those that lie in no ABI folder; small names first for a stable order."""
    by_abi: dict[str, list[str]] = {}
    for name in names:
        if name.endswith(".so"):
            parts = name.split("/")
            abi = parts[1] if len(parts) > 2 and parts[0] == "lib" else ""
            by_abi.setdefault(abi, []).append(name)
    known = [abi for abi in ABIS if abi in by_abi]
    unknown = [abi for abi in by_abi if abi not in ABIS]
    return sorted(name for abi in known[:1] + unknown for name in by_abi[abi])


def _within(strings: tuple[Sequence[bytes], Sequence[bytes]], budget: int) -> tuple[list[bytes], bool]:
    """Telling strings first, then others, until the budget is spent; True when some were left out."""
    kept: list[bytes] = []
    for text in (*strings[0], *strings[1]):
        budget -= len(text)
        if budget < 0:
            return kept, True
        kept.append(text)
    return kept, False


def _strings(library: bytes, dart: bool) -> tuple[list[bytes], list[bytes]]:
    """(telling, other) strings of a library, each once, in the order of the file."""
    telling: dict[bytes, None] = {}
    other: dict[bytes, None] = {}
    for section, content in string_sections(library):
        for text in _section_strings(content, only_exports=section == ".dynstr"):
            (telling if TELLING.match(text) else other)[text] = None
        if dart:
            telling.update(dict.fromkeys(wide_strings(content)))
    return list(telling), [text for text in other if text not in telling]


def _section_strings(content: memoryview, *, only_exports: bool) -> Iterator[bytes]:
    """Of a table of symbols only the JNI exports; else what reads like words, and Chinese from two characters on."""
    for run in RUN.findall(content):
        if run.isascii():
            plain = [run]
        elif only_exports:
            continue
        else:
            whole, plain = _chinese(run)
            yield from whole
        for text in plain:
            if text.startswith(b"Java_") or (not only_exports and _reads_like_words(text)):
                yield text.strip()


def _reads_like_words(run: bytes) -> bool:
    """Three letters in a row, no C++ symbol or path of the build machine, and few signs."""
    if not WORD.search(run) or BUILD_NOISE.match(run):
        return False
    return len(run.translate(None, SIGNS)) >= LEAST_PLAIN * len(run)


def _chinese(run: bytes) -> tuple[list[bytes], list[bytes]]:
    """(Chinese texts, plain ASCII runs). The whole run where it is valid UTF-8, else pieces; a text has at least two
    Chinese characters, as bytes around text make single ones by chance."""
    try:
        pieces, plain = [run.decode("utf-8")], []
    except UnicodeDecodeError:
        pieces, plain = CHINESE.findall(run.decode("utf-8", "replace")), PLAIN_RUN.findall(run)
    texts = [piece.strip().encode() for piece in pieces if sum("\u4e00" <= char <= "\u9fff" for char in piece) > 1]
    return texts, plain
