"""The report as one page, with its pictures in the folder beside it. Everything from the app is escaped; nothing runs,
and nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from appscan.texts import Language, say

if TYPE_CHECKING:
    from jinja2 import Template


def to_html(document: dict[str, Any], lang: Language = "zh", picture: Callable[[str], bytes] | None = None) -> str:
    """One HTML file for a report document: no script, nothing from other places, and a policy that forbids both.
    Pictures lie in the folder beside it, or in the file itself where `picture` gives their bytes by digest."""
    from appscan.report.view import arrange

    style = page_style()
    address = str if picture is None else partial(_within, picture)
    policy = content_policy(style, "'self' file:" if picture is None else "data:")
    return _template().render(page=arrange(document, lang), say=partial(say, lang), lang=lang, style=style,
                              policy=policy, picture_address=address, beside_place=None)


def _within(picture: Callable[[str], bytes], file: str) -> str:
    """A picture as an address that holds it."""
    content = picture(file.rpartition("/")[2].removesuffix(".png"))
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def content_policy(style: str, pictures: str = "'self' file:") -> str:
    """The Content-Security-Policy of the page: its own style, known by its digest, and pictures from its own folder or
    from within."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (f"default-src 'none'; style-src 'sha256-{digest}'; img-src {pictures}; base-uri 'none'; "
            "form-action 'none'")


def template_source(name: str) -> str:
    """A template of the page by its name. `report_body.html` is what a page of another program may show: it takes
    `page`, `say`, `lang`, `picture_address` (file of a picture → where it is) and `beside_place` (fingerprint → markup
    beside a place, or None)."""
    return files("appscan.report").joinpath("templates", name).read_text("utf-8")


@cache
def page_style() -> str:
    """The style sheet of the page."""
    return template_source("report.css")


@cache
def _template() -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # costs start time that JSON does not need

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                              loader=FunctionLoader(template_source))
    return environment.get_template("report.html")
