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
    words, style = words_of(document, lang), template_source("chart.css") + template_source("count.css")
    return _template().render(
        document=document, words=words, say=words.say, said=partial(say, lang), lang=lang, style=style,
        policy=content_policy(style), chart=chart(words), sections=list(sections(document, lang)), signs=SIGNS,
        effect=list(effect_lines(words)), products=document["products"][:MOST_PRODUCTS],
        left_out=max(0, len(document["products"]) - MOST_PRODUCTS), owners=document["owners"])


def template_source(name: str) -> str:
    """A template of the page by its name. `count_chart.html` has the macro `chart_part`, which another page may show:
    it needs `say` for the block `count`, and `signs`; `chart.css` is its style."""
    return files("appscan.count").joinpath("templates", name).read_text("utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # costs start time that JSON does not need

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                              loader=FunctionLoader(template_source))
    return environment.get_template("count.html")
