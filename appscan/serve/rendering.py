"""Templates → pages. Everything is escaped; an unknown name in a template raises. Knows no page by itself.

What every template has: the filters `amount`, `segment` and those of `pieces`, `address(path, query)`,
`t(key, **params)` the catalogue in the visitor's language, `lang`, `visit`, `form_token`, `nav` (only pages that there
are and that the visitor may read), `here` (this path), `home` (the first page), `appearance(text)` (which artifacts, in
words)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.routing import BaseRoute

from appscan.count.page import template_source as count_source
from appscan.errors import AppscanError
from appscan.model.days import clock
from appscan.report.page import template_source as report_source
from appscan.serve import pieces
from appscan.serve.lists import address
from appscan.serve.permissions import Guard, Visit, guard_of
from appscan.serve.settings import MEGABYTE
from appscan.texts import LANGUAGES, Language, has, say, say_error, shown

NAV = (("overview", "/"), ("apps", "/apps"), ("queue", "/findings"), ("scans", "/scans"), ("papers", "/papers"),
       ("registry", "/registry"), ("checks", "/checks"), ("events", "/events"))
LANGUAGE_COOKIE = "lang"


def render(request: Request, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    """One page."""
    lang = language_of(request)
    visit: Visit = getattr(request.state, "visit", Visit(None, ""))

    page = environment().get_template(template).render(
        **_words(lang), visit=visit, form_token=visit.form_token, nav=_nav(request, visit), here=request.url.path,
        home=home(request), **values)
    return HTMLResponse(page, status)


def part(lang: Language, template: str, /, **values: Any) -> Markup:
    """A part of a page that is the same for everybody: its template has neither visit nor form token, so that it may be
    kept and shown to others."""
    return Markup(environment().get_template(template).render(**_words(lang), **values))  # noqa: S704 (escaped there)


def _words(lang: Language) -> dict[str, Any]:
    def t(key: str, **params: object) -> str:
        try:
            return _said(lang, key, tuple(params.items()))
        except TypeError:  # a parameter that cannot be remembered
            return say(lang, key, **params)

    return {"t": t, "lang": lang, "appearance": partial(appearance_named, lang)}


def to_home(request: Request) -> RedirectResponse:
    """The start address, where no page has it."""
    return RedirectResponse(home(request), 303)


def home(request: Request) -> str:
    """Where a user who signed in begins: the first page there is."""
    return next(path for _, path in NAV if path in request.app.state.pages)


def language_of(request: Request) -> Language:
    """The language that the visitor chose, else the desk's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return next((one for one in LANGUAGES if one == chosen), request.app.state.settings.lang)


def told(lang: Language, error: AppscanError) -> str:
    """An error in one line, in the desk's terms where the catalogue's speaks of options of the command line."""
    key = f"desk.told.{error.key}"
    return say(lang, key, **error.params) if has(key) else say_error(lang, error)


@lru_cache(4096)
def _said(lang: Language, key: str, params: tuple[tuple[str, object], ...]) -> str:
    """A text; the rows of a list say the same again and again."""
    return say(lang, key, **dict(params))


@cache
def environment() -> Environment:
    """The templates of this package."""
    parts = [FunctionLoader(partial(_part, source)) for source in (report_source, count_source)]
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                       loader=ChoiceLoader([PackageLoader("appscan.serve"), *parts]), cache_size=-1,
                       auto_reload=False)
    made.filters |= {"amount": amount, "segment": segment, "word": pieces.word, "verdict_sign": pieces.verdict_sign,
                     "state_sign": pieces.state_sign, "day": pieces.day, "clock": clock,
                     "seconds": pieces.seconds}
    made.globals |= {"address": address}
    return made


def _part(source: Callable[[str], str], name: str) -> str | None:
    """A template of another room: parts of its pages stand on pages of the desk too."""
    try:
        return source(name)
    except OSError:
        return None


def appearance_named(lang: Language, appearance: str) -> str:
    """Which artifacts of an app, in words: their kind, and package, start page or name."""
    parts = (line.partition(":") for line in appearance.split("\n"))
    return " + ".join(f"{say(lang, f'artifact_kinds.{kind}')} {shown(rest, 200)}" if has(f"artifact_kinds.{kind}")
                      else shown(kind + colon + rest, 200) for kind, colon, rest in parts)


def picture_address(report: int, file: str) -> str:
    """Where a picture of a report is, by its file beside the report (its digest)."""
    return f"/pictures/{report}/{file.removeprefix('evidence/').removesuffix('.png')}"


def segment(name: str) -> str:
    """A name as a part of an address, whatever it holds."""
    return quote(name, safe="")


def amount(size: int) -> str:
    """Bytes for people."""
    return f"{size / MEGABYTE:,.1f} MB" if size >= MEGABYTE else f"{-(-size // 1024)} KB"


def _nav(request: Request, visit: Visit) -> list[tuple[str, str]]:
    """Key and path of each page in the order of NAV that exists here and that the visitor may read."""
    guards: Mapping[str, Guard | None] = request.app.state.pages
    return [(key, path) for key, path in NAV
            if (guard := guards.get(path)) and (guard.role is None or visit.may(guard.role))]


def pages_of(routes: Iterable[BaseRoute]) -> dict[str, Guard | None]:
    """The paths of pages, each with its guard."""
    return {route.path: guard_of(route) for route in routes
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.endpoint is not to_home}
