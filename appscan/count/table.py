"""The count as lines for a terminal. Knows the document only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from appscan.count.effect import effect_lines
from appscan.count.sections import Section, sections, words_of
from appscan.texts import Language

WIDE = 34
"""Columns of a terminal that one cell of the first table takes at most."""

OWNERS = (0, 1, 4, 6, 7)
"""Columns of the owners' table that a terminal shows; the others stand in lines below."""


def to_lines(document: Mapping[str, Any], lang: Language) -> Iterator[str]:
    """Title, sums, the owners as a table with their products below, then the other rules."""
    words, totals = words_of(document, lang), document["totals"]
    yield words.say("title", day=document["as_of"])
    yield words.say("totals", **{name: totals[name] for name in (
        "products", "central", "local", "no_owner", "owners", "exceeds_principle", "undetermined", "within",
        "for_review")})
    yield words.say("examined", **totals["examined"])
    if totals["unlisted"]:
        yield words.say("unlisted", count=totals["unlisted"])
    effect = list(effect_lines(words))
    if effect:
        yield from ("", *effect)
    for section in sections(document, lang):
        yield from ("", section.title)
        yield from _owners(section) if section.key == "owners" else _rows(section)


def _owners(section: Section) -> Iterator[str]:
    rows = [section.columns, *((*map(str, row),) for row in section.rows)]
    widths = [min(WIDE, max(_width(str(row[column])) for row in rows)) for column in OWNERS]
    for number, row in enumerate(rows):
        cells = [_padded(str(row[column]), width) for column, width in zip(OWNERS, widths, strict=True)]
        yield "  ".join(cells).rstrip()
        if number:
            yield from _below(section, row)


def _below(section: Section, row: Sequence[object]) -> Iterator[str]:
    """What a table of a terminal has no room for."""
    for column in range(8, 12):
        if row[column]:
            yield f"      {section.columns[column]}: {row[column]}"
    yield "      " + " ".join(f"{section.columns[column]} {row[column]}" for column in range(12, len(row)))


def _rows(section: Section) -> Iterator[str]:
    if section.note and (section.key == "zombies" or not section.rows):
        yield f"  {section.note}"
    for row in section.rows:
        yield "  " + " | ".join(str(cell) for cell in row if cell != "")


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-2] + "…"
    return text + " " * (width - _width(text))
