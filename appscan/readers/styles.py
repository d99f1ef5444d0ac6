"""Style sheets → the texts that they put on a page (CSS 2.1, 12.2). Knows no selector and no fact."""

from __future__ import annotations

import re

LONGEST_SHEET = 4 << 20
MOST_TEXTS = 500

_STRING = r"\"(?:[^\"\\\n]|\\[\s\S])*+\"|'(?:[^'\\\n]|\\[\s\S])*+'"
_CONTENT = re.compile(
    rf"/\*[\s\S]*?(?:\*/|\Z)|(?<![\w-])content\s*+:\s*+((?:(?:{_STRING})|[^;{{}}\"'])*+)", re.IGNORECASE)
_PART = re.compile(rf"({_STRING})|(?:attr|counters?)\([^()]{{0,100}}+\)")
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\r\n|[\s\S]))")
_WORDY = re.compile(r"[^\W\d_]")


def style_texts(sheet: str) -> list[str]:
    """Texts of `content: …` in a style sheet, each once, parts joined and what is counted or looked up as a hole;
    single letters of icon fonts are no texts."""
    found: dict[str, None] = {}
    for match in _CONTENT.finditer(sheet[:LONGEST_SHEET]):
        value = match.group(1)
        if value is None or len(found) >= MOST_TEXTS:
            continue
        text = "".join(_unescaped(part.group(1)[1:-1]) if part.group(1) else "{}" for part in _PART.finditer(value))
        text = " ".join(text.split())
        if _WORDY.search(text) and (len(text) > 2 or not text.isascii()):
            found[text] = None
    return list(found)


def _unescaped(raw: str) -> str:
    return _ESCAPE.sub(_one, raw) if "\\" in raw else raw


def _one(match: re.Match[str]) -> str:
    if match.group(1) is None:
        return "" if match.group(2) in ("\n", "\r\n", "\r") else match.group(2)
    point = int(match.group(1), 16)
    return chr(point) if 0 < point <= 0x10FFFF and not 0xD800 <= point < 0xE000 else "\ufffd"
