"""Lines of plain text → blocks: broken lines are joined again, headings and items told apart. Knows no file format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from appscan.readers.document.blocks import Block, Form
from appscan.readers.document.numbering import could_be_title, ends_a_sentence, heading_level, is_item

FULL = 0.8
"""Share of the usual width from which on a line may have been broken by the margin rather than by its author."""

WRAPPED = 0.5
"""Share of the lines that end within a sentence, from which on a text is taken for one that was broken at a margin."""

FEWEST = 12
NARROWEST = 16
WIDEST = 200
"""In half-width columns: a margin lies between these."""

_PAGE_NUMBER = re.compile(r"[-—–\s*_]{1,8}\d{1,4}[-—–\s*_]{1,12}|第\s?\d{1,4}\s?页(\s?共\s?\d{1,4}\s?页)?")
_GOES_ON = re.compile("[、，,]$")

Line = tuple[str, int]
"""A line without white space around it, and its page."""


def blocks_of(lines: Iterable[Line], *, titled: bool = True) -> Iterator[Block]:
    """Blocks of lines; the first is the title where it reads like one and `titled` lets it."""
    first = titled
    given = joined([(" ".join(text.split()), page) for text, page in lines])
    plain = [_is_plain(text) for text, _ in given]
    for index, (text, page) in enumerate(given):
        level = heading_level(text)
        listed = plain[index] and any(plain[max(0, index - 1):index] + plain[index + 1:index + 2])
        if level == 4 and listed:
            level = 0  # short numbered lines one after the other are a list
        if first and not level and could_be_title(text):
            yield Block(Form.HEADING, text, 1, page)
        elif level:
            yield Block(Form.HEADING, text, level, page)
        else:
            yield Block(Form.ITEM if listed or is_item(text) else Form.PARAGRAPH, text, 0, page)
        first = False


def _is_plain(text: str) -> bool:
    return heading_level(text) == 4 or (is_item(text) and text[:1].isdigit())


def joined(lines: Sequence[Line]) -> list[Line]:
    """The lines that are not empty, without page numbers; those broken at a margin, at a page or within a list of words
    joined again."""
    filled = [line for line in lines if line[0]]
    width = _margin([text for text, _ in filled])
    result: list[Line] = []
    broken = False
    for text, page in filled:
        if _PAGE_NUMBER.fullmatch(text):
            broken = bool(result) and not ends_a_sentence(result[-1][0]) and not heading_level(result[-1][0])
            continue
        starts = bool(heading_level(text)) or is_item(text)
        if broken and not starts:
            before, first = result[-1]
            result[-1] = (before + (" " if _is_latin(before[-1:]) and _is_latin(text[:1]) else "") + text, first)
        else:
            result.append((text, page))
        broken = bool(_GOES_ON.search(text)) or (width > 0 and _width(text) >= FULL * width
                                                 and not ends_a_sentence(text))
    return result


def _margin(lines: Sequence[str]) -> int:
    """The usual width of a full line, 0 where the text was not broken at a margin."""
    running = [line for line in lines if not heading_level(line)]
    if len(running) < FEWEST:
        return 0
    widths = sorted(map(_width, running))
    usual = widths[len(widths) * 3 // 4]
    inside = [line for line in running if not ends_a_sentence(line) and _width(line) >= FULL * usual]
    return usual if NARROWEST <= usual <= WIDEST and len(inside) >= WRAPPED * len(running) and widths[
        len(widths) * 19 // 20] <= usual * 1.25 + 4 else 0


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
