"""Our own ZIP reader for hostile packages, as tolerant as Android's loader. Knows no entry's meaning.

Android trusts the central directory and of the local header only its two lengths; it ignores the encryption flag and
takes every method that is not deflate as stored (libziparchive, ZipAssetsProvider). Nothing is ever written.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from appscan.errors import LimitReached, UnreadableError
from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.readers.apk.directory import LOCAL_MAGIC, Directory, Entry, read_directory
from appscan.readers.apk.source import Source, open_source
from appscan.readers.limits import MEBIBYTE, InflateBudget, Limits

LOCAL_HEADER = 30
STORED, DEFLATED = 0, 8
BOMB_FREE = 64 * MEBIBYTE
BOMB_RATIO = 256
"""No entry may inflate to more than 64 MiB and more than 256 times its compressed size: real text stays below 100."""
GAPS_NAMED = 20
PEEK_EXTRA = 256
"""What a look at a beginning reads beyond it: an alignment field, the tables of a deflate block."""


class Container:
    """Entries of one ZIP. `entries` holds all in directory order, duplicates included; `name in container` and `read`
    use the first of each name, as Android's native loader does. `gaps` are those of the structure itself."""

    def __init__(self, source: Source, directory: Directory, limits: Limits, budget: InflateBudget, name: str) -> None:
        self.source = source
        self.name = name
        self.limits = limits
        self.budget = budget
        self.entries = directory.entries
        self.directory_offset = directory.start
        self._first: dict[str, Entry] = {}
        for entry in directory.entries:
            self._first.setdefault(entry.name, entry)
        self.gaps = tuple(_structure_gaps(directory, self._first, limits))

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def names(self) -> tuple[str, ...]:
        """Each name once, in directory order."""
        return tuple(self._first)

    def entry(self, name: str) -> Entry:
        """The entry Android would use. Raises KeyError."""
        return self._first[name]

    def read(self, name: str) -> bytes:
        """Whole contents of the entry called `name`. Raises KeyError, and what `read_entry` raises."""
        return self.read_entry(self._first[name])

    def read_entry(self, entry: Entry) -> bytes:
        """Whole contents of `entry`, a shadowed duplicate too.

        Raises LimitReached `entry_too_large` or `inflated_limit`, UnreadableError `entry_damaged` or
        `entry_encrypted`; params: name, entry.
        """
        cap = min(self.limits.entry_bytes, max(BOMB_FREE, BOMB_RATIO * entry.compressed_size))
        key, cap = ("entry_too_large", cap) if cap <= self.budget.left else ("inflated_limit", self.budget.left)
        content = self._contents(entry, cap)
        if content is None:
            key = "entry_encrypted" if entry.marked_encrypted else "entry_damaged"
            raise UnreadableError(key, name=self.name, entry=entry.name)
        if len(content) > cap:
            raise LimitReached(key, name=self.name, entry=entry.name, limit=cap)
        self.budget.spend(len(content))
        return content

    def read_or_gap(self, name: str, kinds: frozenset[Kind], *, blinds: bool = False) -> bytes | Gap:
        """Contents, or the gap that stands for them."""
        try:
            return self.read(name)
        except (LimitReached, UnreadableError) as error:
            params = {key: str(value) for key, value in error.params.items() if key not in ("name", "entry")}
            return Gap(kinds, name, error.key, params, blinds)

    def peek(self, name: str, length: int) -> bytes:
        """The first `length` bytes of an entry, few of its bytes inflated; empty where it cannot be read."""
        entry = self._first[name]
        first = self.source.slice(entry.offset, LOCAL_HEADER + 2 * len(entry.name) + PEEK_EXTRA + length)
        start = self._start(entry, first)
        skipped = start - entry.offset
        raw = first[skipped:] if skipped + length <= len(first) else self.source.slice(start, PEEK_EXTRA + length)
        if entry.method == STORED:
            return raw[:min(length, entry.size)]
        try:
            return zlib.decompressobj(-15).decompress(raw, length)
        except zlib.error:
            return raw[:min(length, entry.size)] if entry.method != DEFLATED else b""

    def window(self, name: str) -> Source | None:
        """The bytes of a stored entry in place, None when it is compressed."""
        entry = self._first[name]
        return self.source.window(self._start(entry), entry.size) if entry.method == STORED else None

    def _contents(self, entry: Entry, cap: int) -> bytes | None:
        """At most `cap` + 1 bytes; None when no way of reading gives sense."""
        start = self._start(entry)
        if not 0 <= entry.offset < self.source.length:
            return None
        if entry.method == STORED:
            return self._stored(entry, start, cap)
        if entry.method == DEFLATED:
            return self._inflated(entry, start, cap)
        stored = self._stored(entry, start, cap)
        if stored is not None and zlib.crc32(stored) == entry.crc:
            return stored
        inflated = self._inflated(entry, start, cap)
        return stored if inflated is None or len(inflated) != entry.size else inflated

    def _stored(self, entry: Entry, start: int, cap: int) -> bytes | None:
        """Plain bytes; None when the file ends before, or when they are truly encrypted (flag and checksum agree)."""
        fits = start + entry.size <= self.source.length
        length = min(entry.size if fits else entry.compressed_size, cap + 1)
        raw = self.source.slice(start, length)
        if len(raw) < length or (entry.size and not raw):
            return None
        encrypted = entry.marked_encrypted and len(raw) == entry.size and zlib.crc32(raw) != entry.crc
        return None if encrypted else raw

    def _inflated(self, entry: Entry, start: int, cap: int) -> bytes | None:
        """Deflated bytes: with the claimed compressed size, else up to the directory, else from where the local
        header would end if it repeated the directory's name and had no extra field."""
        claimed = min(entry.compressed_size, self.source.length)
        to_directory = max(0, self.directory_offset - start)
        plain_start = entry.offset + LOCAL_HEADER + len(entry.name.encode("utf-8", "replace"))
        tries = [(start, claimed), (start, to_directory), (plain_start, claimed)]
        for at, length in dict.fromkeys(tries):
            content = _inflate(self.source.slice(at, length), cap)
            if content is not None:
                return content
        return None

    def _start(self, entry: Entry, header: bytes = b"") -> int:
        """Where the contents begin; a local header without its magic is taken to have only a name."""
        header = header or self.source.slice(entry.offset, LOCAL_HEADER)
        if len(header) >= LOCAL_HEADER and header[:4] == LOCAL_MAGIC:
            name_length, extra_length = struct.unpack_from("<HH", header, 26)
            return entry.offset + LOCAL_HEADER + int(name_length) + int(extra_length)
        return entry.offset + LOCAL_HEADER + len(entry.name.encode("utf-8", "replace"))


def open_container(origin: Path | bytes | memoryview | Source, limits: Limits, *, name: str = "",
                   budget: InflateBudget | None = None) -> Container:
    """Open a file, bytes, or a window onto either. `budget` is shared with the container around this one, if any.

    Raises UnreadableError (params: name) `not_a_zip`, `truncated_zip`, and what `open_source` raises.
    """
    name = name or (origin.name if isinstance(origin, Path) else "")
    source = origin if isinstance(origin, Source) else open_source(origin)
    if source.length == 0:
        raise UnreadableError("empty_file", name=name)
    directory = read_directory(source, name, limits.entries)
    return Container(source, directory, limits, budget or InflateBudget(limits.inflated_bytes), name)


def _inflate(raw: bytes, cap: int) -> bytes | None:
    """At most `cap` + 1 bytes of a raw deflate stream; None when it is broken or does not end."""
    stream = zlib.decompressobj(-15)
    try:
        content = stream.decompress(raw, cap + 1)
    except zlib.error:
        return None
    return content if stream.eof or len(content) > cap else None


def _structure_gaps(directory: Directory, first: dict[str, Entry], limits: Limits) -> Iterable[Gap]:
    if directory.cut:
        yield Gap(CODE_KINDS, "", "entries_limit", {"limit": str(limits.entries)}, blinds=True)
    elif not directory.complete:
        yield Gap(CODE_KINDS, "", "directory_damaged", {"entries": str(len(directory.entries))}, blinds=True)
    shadowed = [entry for entry in directory.entries if entry is not first[entry.name]]
    shadowed.sort(key=lambda entry: not is_program(entry.name))
    for entry in shadowed[:GAPS_NAMED]:
        used = first[entry.name]
        differs = (entry.crc, entry.size, entry.offset) != (used.crc, used.size, used.offset)
        yield Gap(CODE_KINDS, entry.name, "duplicate_entry", {"count": str(len(shadowed))},
                  blinds=differs and is_program(entry.name))
    astray = [name for name in first if _leaves_folder(name)]
    for name in astray[:GAPS_NAMED]:
        yield Gap(frozenset(), name, "traversal_name", {"count": str(len(astray))})


def is_program(name: str) -> bool:
    """The manifest, the resource table or a DEX file at the root: what Android loads by name."""
    return name in ("AndroidManifest.xml", "resources.arsc") or (name.endswith(".dex") and "/" not in name)


def _leaves_folder(name: str) -> bool:
    """An absolute path, a drive letter, or a `..` step, with either slash; or a NUL that would end the name in C."""
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or steps[0] == "" or steps[0].endswith(":") or "\0" in name
