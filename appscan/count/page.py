"""The count as one page: no script, nothing from other places. Knows the document only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from appscan.count.chart import chart
from appscan.count.effect import effect_lines
from appscan.count.sections import SIGNS, sections, words_of
from appscan.report.page import content_policy
from appscan.texts import Language, say

if TYPE_CHECKING:
    from jinja2 import Template

MOST_PRODUCTS = 3000
"""Rows of the last table; a browser takes more, people do not, and the JSON has all."""


def to_html(document: Mapping[str, Any], lang: Language = "zh") -> str:
    """One HTML file. Everything from the registry is escaped."""
    words, style = words_of(document, lang), _style()
    return _template().render(
        document=document, words=words, say=words.say, said=partial(say, lang), lang=lang, style=style,
        policy=content_policy(style), chart=chart(words), sections=list(sections(document, lang)), signs=SIGNS,
        effect=list(effect_lines(words)), products=document["products"][:MOST_PRODUCTS],
        left_out=max(0, len(document["products"]) - MOST_PRODUCTS), owners=document["owners"])


@cache
def _style() -> str:
    return files(__package__).joinpath("templates/count.css").read_text("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # costs start time that JSON does not need

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files(__package__).joinpath("templates/count.html").read_text("utf-8"))
