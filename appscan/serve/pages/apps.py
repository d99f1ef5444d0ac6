"""The list of apps, the same as a workbook, and one app. What a row says is the store's business, what a report says
the report's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from markupsafe import Markup

from appscan.model.registry import Level, Platform
from appscan.report.page import to_html
from appscan.report.view import arrange
from appscan.serve import sessions
from appscan.serve.app_view import app_view, report_on_day
from appscan.serve.downloads import download
from appscan.serve.permissions import Visit, needs
from appscan.serve.pieces import word
from appscan.serve.portfolio_lists import app_key, apps_asked, apps_shown
from appscan.serve.queries import AppsAsking, AppsQuery, filters_of
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, part, picture_address, render
from appscan.serve.turns import in_turn
from appscan.serve.workbook import to_xlsx
from appscan.store import ListedApp, ReviewState, Role, Store, StoredReport, Window
from appscan.store.listed import REVIEWED
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
VERDICTS = (*REVIEWED, "inconclusive", "info", "not_found")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCH = 2000
LARGEST_NUMBER = (1 << 53) - 1


@router.get("/apps")
@in_turn
def apps_list(request: Request, _visit: Viewer, query: AppsAsking) -> Response:
    """One page of the list."""
    lang = language_of(request)
    found, behind = apps_shown(request, query, lambda found: part(lang, "apps_table.html", list=found))
    return render(request, "apps.html", list=found.list, table=found.table, behind=behind, choices=_choices(lang),
                  reason_text=_reason(request, query.reason))


@router.get("/apps.xlsx")
def apps_workbook(request: Request, _visit: Viewer, query: AppsAsking) -> Response:
    """All apps that the filters find, whatever page was looked at."""
    lang, now = language_of(request), sessions.now()
    request.app.state.freshener.look()
    told = [(say(lang, f"desk.apps.filter.{name}"), value) for name, value in filters_of(query).items()
            if name != "sort"]
    content = to_xlsx(_all(request.app.state.store, query), told, now, lang)
    name = quote(f"{say(lang, 'desk.apps.title')}-{now.date().isoformat()}.xlsx")
    return Response(content, media_type=XLSX,
                    headers={"content-disposition": f"attachment; filename=\"apps.xlsx\"; filename*=UTF-8''{name}"})


@router.get("/apps/{entry:path}")
@in_turn
def app_page(request: Request, entry: str, _visit: Viewer,
             report: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0) -> Response:
    """One app: what stands for it, or one of its appearances where it has several."""
    shown, lang = app_view(request, entry, report), language_of(request)
    document, places = shown["document"], {one.fingerprint: one for one in shown["findings"]}

    def beside_place(fingerprint: str) -> Markup:
        """A link to what was decided on a place, under it."""
        one = places.get(fingerprint)
        return Markup("") if one is None else Markup('<a href="/findings/{}?entry={}&amp;state=any">{}</a>').format(
            one.id, quote(one.entry, safe=""), say(lang, f"desk.review_state.{one.state}"))

    return render(request, "app.html", **shown, page=arrange(document, lang) if document else None,
                  say=partial(say, lang), title=request.app.state.titles.of, beside_place=beside_place,
                  files_of=partial(files_of, lang),
                  picture_address=partial(picture_address, shown["chosen"].id if shown["chosen"] else 0))


@router.get("/reports/{report}.html")
def report_page(request: Request, report: Annotated[int, InPath(ge=1, le=LARGEST_NUMBER)], _visit: Viewer) -> Response:
    """A report as one page to be saved, with its pictures within, and what the office exempts today laid over it."""
    store: Store = request.app.state.store
    found = store.report(report)
    if found is None:
        raise Refused(404, "not_there")
    page = to_html(report_on_day(store, found), language_of(request), store.get_blob)
    return download(page.encode("utf-8", "replace"), f"{found.app or found.entry}-{report}.html")


def files_of(lang: Language, report: StoredReport) -> str:
    """The artifacts of a report by name and the beginning of their digest."""
    return say(lang, "desk.sign.comma").join(f"{one.name} {one.digest[:8]}" for one in report.artifacts)


@cache
def _choices(lang: Language) -> Mapping[str, list[tuple[str, str]]]:
    """Words of each filter with what they are called."""
    spaces: dict[str, tuple[str, Iterable[str]]] = {
        "level": ("levels", Level), "verdict": ("verdicts", VERDICTS), "state": ("desk.apps.with_state", ReviewState),
        "platform": ("registry_platform", [one for one in Platform if one is not Platform.UNKNOWN])}
    found = {name: [(str(one), word(one, space, lang)) for one in several] for name, (space, several) in spaces.items()}
    return {**found, "verdict": [*found["verdict"], ("none", say(lang, "desk.lists.unjudged"))]}


def _reason(request: Request, reason: str) -> str:
    """A reason for what could not be judged, in words; "" for none."""
    if not reason:
        return ""
    gap = request.app.state.store.lists.gap(reason)
    return "" if gap is None else str(gap.zh if language_of(request) == "zh" else gap.en)


def _all(store: Store, query: AppsQuery) -> Iterator[ListedApp]:
    asked, sort, after = apps_asked(query), query.sort or "urgency", None
    while True:
        found = store.lists.apps(asked, Window(sort, after, most=BATCH))
        yield from found[:BATCH]
        if len(found) <= BATCH:
            return
        after = app_key(found[BATCH - 1], sort)
