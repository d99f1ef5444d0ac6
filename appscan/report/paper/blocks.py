"""The parts that a paper is made of. Values only; know neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from appscan.pictures import Framed
from appscan.report.words import DIGITS
from appscan.texts import Language


class Look(StrEnum):
    """How a text stands on the page."""

    BODY = "body"
    NOTE = "note"
    LEADING = "leading"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text; `exact` ones (digests) may break anywhere and are never masked."""

    text: str
    bold: bool = False
    exact: bool = False


Line = tuple[Span, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2. Its number is given when the paper is put together: a section may be missing."""

    text: str
    level: int
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; `with_next` keeps it on the page of what follows."""

    line: Line
    look: Look = Look.BODY
    with_next: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths` are shares of the line; without `head` the first column names what stands beside it."""

    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head: tuple[str, ...] = ()


SPLIT_FROM = 600
"""Letters of a cell from which its row may go on over the page: about a third of one."""


WHOLE_ROWS, WHOLE_LETTERS = 6, 400
"""Rows and letters up to which a table stays on one page: about a quarter of one."""


def is_long(row: Sequence[Cell]) -> bool:
    """Whether a row of a table may be split over two pages; shorter ones stay whole."""
    return max(map(_letters, row), default=0) > SPLIT_FROM


def kept_rows(grid: Grid) -> frozenset[int]:
    """The rows that stay on the page of the row after them: of a short table all, of a longer one those that would
    leave its first or its last row alone on a page."""
    rows = len(grid.rows)
    if rows <= WHOLE_ROWS and sum(_letters(one) for row in grid.rows for one in row) <= WHOLE_LETTERS:
        return frozenset(range(rows - 1))
    return frozenset(at for at in (0, rows - 2) if 0 <= at < rows - 1 and not is_long(grid.rows[at]))


def _letters(one: Cell) -> int:
    return sum(len(span.text) for line in one for span in line)


@dataclass(frozen=True, slots=True)
class Figure:
    """A framed picture with what it shows."""

    picture: Framed
    caption: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a new page."""


Block = Heading | Text | Grid | Figure | NewPage


def plain(text: str, *, bold: bool = False, exact: bool = False) -> Line:
    """A line of one stretch."""
    return (Span(text, bold, exact),)


def cell(*texts: str, exact: bool = False) -> Cell:
    """A cell with a line for each text."""
    return tuple(plain(text, exact=exact) for text in texts)


def facts(pairs: Iterable[tuple[str, Cell]], first: int = 22) -> Grid:
    """A table of names and what stands beside them; empty ones are left out."""
    kept = tuple((cell(label), value) for label, value in pairs if any(span.text for line in value for span in line))
    return Grid((first, 100 - first), kept)


def numbered(sections: Sequence[Sequence[Block]], lang: Language) -> list[list[Block]]:
    """The sections with their headings numbered in order: 一、（一） in Chinese, 1. and 1.1 in English."""
    first = second = 0
    done: list[list[Block]] = []
    for section in sections:
        done.append([])
        for block in section:
            if isinstance(block, Heading) and block.numbered:
                first, second = (first + 1, 0) if block.level == 1 else (first, second + 1)
                done[-1].append(replace(block, text=_number(block.level, first, second, lang) + block.text))
            else:
                done[-1].append(block)
    return done


def _number(level: int, first: int, second: int, lang: Language) -> str:
    if lang == "zh":
        return f"{numeral(first)}、" if level == 1 else f"（{numeral(second)}）"
    return f"{first}. " if level == 1 else f"{first}.{second} "


def numeral(number: int) -> str:
    """A number below 100 in Chinese."""
    tens, ones = divmod(number, 10)
    if number >= 100:
        return str(number)
    return ("十" if tens == 1 else DIGITS[tens] + "十" if tens else "") + (DIGITS[ones] if ones or not tens else "")
