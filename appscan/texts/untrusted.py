"""What a foreign text may look like to people: bounded, on one line, with nothing that hides or turns round. Pure."""

from __future__ import annotations

import re
import unicodedata

EXCERPT_SHOWN = 400
"""Characters of a quotation that a person is shown."""

ELLIPSIS = "…"

MARKS_KEPT = 3
"""Combining marks kept on one letter; more of them only paint over the lines around."""

_DIRECTION = frozenset([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Unicode bidirectional controls (UAX #9): they can make a text read as another text."""

_INVISIBLE = frozenset([0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180E, 0x200B, 0x200C,
                        0x200D, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x206A, 0x206B, 0x206C, 0x206D, 0x206E, 0x206F,
                        0x3164, 0xFEFF, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xFFF9, 0xFFFC),
                        *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0)])

_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u3001-\u3002\u300a-\u3011\u3400-\u4dbf\u4e00-\u9fff"
                    r"\uff01-\uff5e]*")
_ENCODED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
"""Bytes of an address above ASCII: letters of other scripts (RFC 3986, section 2.1; RFC 3987)."""

_SPACE = re.compile(r"\s+")


def shown(text: str, limit: int = EXCERPT_SHOWN) -> str:
    """`text` on one line of at most `limit` characters: controls that turn the reading direction and other control
    characters are spelled out (`[U+202E]`), invisible characters removed, letters that an address spells as bytes read,
    longer text cut with an ellipsis."""
    window = text[:limit * 4 + 64]
    if "%" in window:
        window = _ENCODED.sub(_decoded, window)
    plain = _SPACE.sub(" ", window).strip()
    if not _PLAIN.fullmatch(plain):
        plain = _spelled_out(plain)
    cut = len(plain) > limit or len(text) > limit * 4 + 64
    return plain[:limit - 1] + ELLIPSIS if cut and limit > 0 else plain


def _decoded(found: re.Match[str]) -> str:
    """The letters behind percent-encoded bytes; as they were where that is no UTF-8."""
    try:
        return bytes.fromhex(found[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def _spelled_out(text: str) -> str:
    characters: list[str] = []
    marks = 0
    for character in text:
        code = ord(character)
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MARKS_KEPT or code in _INVISIBLE:
            continue
        if code in _DIRECTION or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            characters.append(f"[U+{code:04X}]")
        else:
            characters.append(character)
    return "".join(characters)
