"""The first page: how things stand, what changed, what waits, and what could not be judged."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from markupsafe import Markup

from appscan.serve.overview import overview_of, summed_up
from appscan.serve.permissions import Visit, needs
from appscan.serve.portfolio_lists import fresh
from appscan.serve.rendering import language_of, part, render
from appscan.serve.turns import in_turn
from appscan.store import Role
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
MOST_BARS = 14


@router.get("/")
@in_turn
def overview_page(request: Request, _visit: Annotated[Visit, Depends(needs(Role.VIEWER))]) -> Response:
    """The overview."""
    lang = language_of(request)
    kept, is_behind = summed_up(request)
    _, freshener, condition = fresh(request)
    content = freshener.remembered(("overview page", lang, kept.made, is_behind), condition.version,
                                   lambda: _content(request, lang))
    return render(request, "overview.html", content=content, is_behind=is_behind)


def _content(request: Request, lang: Language) -> Markup:
    from appscan.count.chart import chart
    from appscan.count.sections import SIGNS, Words

    found = overview_of(request)
    count = found["count"]
    bars = Words({**count, "owners": count["owners"][:MOST_BARS]}, {}, lang)
    return part(lang, "overview_content.html", **found, chart=chart(bars), bars=MOST_BARS, signs=SIGNS,
                say=partial(_of_count, lang), span=bars.span, title=request.app.state.titles.of)


def _of_count(lang: str, key: str, **params: object) -> str:
    return say("zh" if lang == "zh" else "en", f"count.{key}", **params)
