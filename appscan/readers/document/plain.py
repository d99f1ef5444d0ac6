"""Bytes of a text file → text, and text → blocks. Encodings by mark, then UTF-8, then GB 18030. Knows no policy."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from appscan.readers.document.blocks import Block, BrokenOffError
from appscan.readers.document.lines import blocks_of

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HAN = re.compile("[\u4e00-\u9fff]")
MOST_BINARY = 0.01
"""Share of control characters above which bytes are no text."""


def decoded(raw: bytes) -> tuple[str, str]:
    """(text, name of its encoding). Raises BrokenOffError `document_damaged` where the bytes are no text."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _checked(raw[len(mark):].decode(encoding, "replace")), encoding
    for encoding in (*_without_mark(raw), "utf-8", "gb18030"):
        try:
            return _checked(raw.decode(encoding)), encoding
        except UnicodeDecodeError:
            continue
    return _checked(raw.decode("gb18030", "replace")), "gb18030"


def _without_mark(raw: bytes) -> list[str]:
    """UTF-16 that lacks its mark: line feeds and digits have a zero byte on one side."""
    sample = raw[:4000]
    if sample.count(0) * 8 < len(sample) or len(raw) % 2:
        return []
    return ["utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"]


def _checked(text: str) -> str:
    odd = len(_BINARY.findall(text)) + text.count("\ufffd")
    if odd > MOST_BINARY * len(text):
        raise BrokenOffError("document_damaged", what="encoding")
    return text


def text_blocks(text: str) -> Iterator[Block]:
    """Blocks of a plain text; a form feed begins a page where the text has any."""
    pages = text.split("\f")
    numbered = len(pages) > 1
    return blocks_of((line.strip("\ufeff \t\u3000"), number if numbered else 0)
                     for number, page in enumerate(pages, 1) for line in page.splitlines())
