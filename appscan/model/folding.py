"""Folding: one form for words written in different ways. Pure; knows no check."""

from __future__ import annotations

import bisect
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from appscan.model.traditional import SIMPLIFIED

_INVISIBLE = dict.fromkeys([0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0,
                            *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
                            *range(0xFE00, 0xFE10)])
_WRITTEN = {chr(code): chr(other) for code, other in SIMPLIFIED.items()} | dict.fromkeys(map(chr, _INVISIBLE), "")
_REWRITTEN = re.compile(f"[{re.escape(''.join(_WRITTEN))}]")
"""What is written otherwise: looking for it is far cheaper than translating all that is not."""

ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4})\}?|&(?:#x?[0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});")
"""A character written as a JavaScript escape or as a character reference of HTML."""
_SPACE = re.compile(r"\s+")
_SPACE_IN_LINE = re.compile(r"[^\S\n]+")
_BETWEEN_HAN = re.compile(r" (?<=[\u3400-\u9fff] )(?=[\u3400-\u9fff])")
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def fold(text: str) -> str:
    """Text as it is matched: escapes resolved, NFKC, simplified, lower case, no invisible characters, white space
    collapsed, none between Han."""
    if "\\u" in text or "&" in text:
        text = ESCAPE.sub(_meant, text)
    if text.isascii():
        return _SPACE.sub(" ", text.lower()) if ("\n" in text or "\t" in text or "  " in text) else text.lower()
    simplified = _REWRITTEN.sub(_rewritten, unicodedata.normalize("NFKC", text))
    return _BETWEEN_HAN.sub("", _SPACE.sub(" ", simplified.lower()))


def fold_all(texts: Sequence[str]) -> list[str]:
    """Each text as `fold` gives it, in a fraction of the time: nearly all of them are folded joined by line feeds."""
    joined = "\n".join(texts)
    if joined.isascii() and joined.count("\n") == len(texts) - 1:
        folded = joined.lower().split("\n")
        for place in _lines_with(joined, ("&", "\\u", "\t", "  ")):
            folded[place] = fold(texts[place])
        return folded
    folded = list(texts)
    ascii_places, other_places = [], []
    for place, text in enumerate(texts):
        if "\n" in text or "&" in text or "\\u" in text:
            folded[place] = fold(text)
        elif not text.isascii():
            other_places.append(place)
        elif "\t" in text or "  " in text:
            folded[place] = fold(text)
        else:
            ascii_places.append(place)
    joined = "\n".join([texts[place] for place in ascii_places]).lower()
    for place, text in zip(ascii_places, joined.split("\n"), strict=False):
        folded[place] = text
    joined = unicodedata.normalize("NFKC", "\n".join([texts[place] for place in other_places]))
    joined = _SPACE_IN_LINE.sub(" ", _REWRITTEN.sub(_rewritten, joined).lower())
    for place, text in zip(other_places, _BETWEEN_HAN.sub("", joined).split("\n"), strict=False):
        folded[place] = text
    return folded


def _lines_with(joined: str, signs: Iterable[str]) -> Iterator[int]:
    """Numbers of the lines of an ASCII text in which one of the signs stands."""
    feeds: list[int] = np.flatnonzero(np.frombuffer(joined.encode("ascii"), dtype=np.uint8) == ord("\n")).tolist()
    for sign in signs:
        at = joined.find(sign)
        while at >= 0:
            line = bisect.bisect_left(feeds, at)
            yield line
            at = joined.find(sign, feeds[line]) if line < len(feeds) else -1


def _rewritten(letter: re.Match[str]) -> str:
    return _WRITTEN[letter[0]]


def _meant(escape: re.Match[str]) -> str:
    """The character that an escape stands for; half a pair of surrogates stands for none."""
    if escape[1]:
        code = int(escape[1], 16)
        return escape[0] if 0xD800 <= code < 0xE000 else chr(code)
    return html.unescape(escape[0])


def tokens(identifier: str) -> tuple[str, ...]:
    """Whole tokens of an identifier in lower case: camelCase, digits and every separator part them.

    `checkInRecord`, `check_in_record` and `CheckInRecord` all give (check, in, record).
    """
    return tuple(part.lower() for part in _TOKEN.findall(identifier))
