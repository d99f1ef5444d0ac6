"""A paper as a page to print, with its pictures beside it. Everything is escaped, nothing runs. Knows no browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from appscan.report.page import content_policy
from appscan.report.paper.blocks import Block, Figure, Grid, Heading, NewPage, Text, is_long, kept_rows, numbered
from appscan.report.paper.layout import Field, Section, field_named, layout
from appscan.report.paper.paper import Paper
from appscan.report.paper.template import FIELD

if TYPE_CHECKING:
    from jinja2 import Template

FOOT = ('<div style="width:100%;text-align:center;font:14px serif;padding-bottom:12mm">'
        '— <span class="pageNumber"></span> —</div>')
"""The foot of every page (GB/T 9704-2012, 7.5)."""


_DAY = re.compile(r"\d{4}年(?=\d{1,2}月\d{1,2}日)|(?<=年)\d{1,2}月(?=\d{1,2}日)|(?<=月)\d{1,2}日|\d{4}-\d\d-\d\d")
"""The parts of a day that stay whole, as in the Word file: a line may end with its year or month, since one that may
not is stretched to the margin."""


@dataclass(frozen=True, slots=True)
class PrintPage:
    """HTML, and the files that it shows by name."""

    html: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Piece:
    """One block for the template of the page: `look` chooses its markup; `file` is that of a picture."""

    look: str
    text: str = ""
    block: Block | None = None
    file: str = ""


def to_print(paper: Paper) -> PrintPage:
    """The paper in its default layout."""
    rows = layout(paper.kind, paper.lang)
    sections = iter(numbered([paper.sections.get(row.section, ()) for row in rows if row.section], paper.lang))
    pieces: list[Piece] = []
    pictures: dict[str, bytes] = {}
    for row in rows:
        if row.section is None:
            pieces.append(Piece(row.look, _filled(row.text, paper.fields)))
            continue
        for block in next(sections):
            file = ""
            if isinstance(block, Figure):
                file = f"figure-{len(pictures) + 1}.png"
                pictures[file] = block.picture.content
            pieces.append(Piece(_look(block, row.section), block=block, file=file))
    style = files("appscan.report").joinpath("templates/paper.css").read_text("utf-8")
    html = _template().render(pieces=pieces, lang=paper.lang, title=paper.fields[Field.TITLE], style=style,
                              policy=content_policy(style))
    return PrintPage(html, pictures)


def _look(block: Block, section: Section) -> str:
    match block:
        case Heading():
            return f"h{block.level}"
        case Text():
            return block.look.value
        case Grid():
            return "signature" if section is Section.SIGNATURE else "grid"
        case Figure():
            return "figure"
        case NewPage():
            return "newpage"


def _filled(text: str, fields: Mapping[Field, str]) -> str:
    def value(name: str) -> str:
        field = field_named(name)
        return fields[field] if isinstance(field, Field) else ""

    return FIELD.sub(lambda found: value(found[1]), text)


def _whole_days(text: str) -> str:
    """The text, escaped, with no year, month or day torn from its number."""
    from markupsafe import Markup, escape

    return Markup(_DAY.sub(r'<span class="date">\g<0></span>', str(escape(text))))  # noqa: S704 (escaped before)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # costs start time that JSON does not need

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["whole_days"] = _whole_days
    environment.tests["long"] = is_long
    environment.filters["kept"] = kept_rows
    return environment.from_string(files("appscan.report").joinpath("templates/paper.html").read_text("utf-8"))
