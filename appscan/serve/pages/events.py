"""The log of what everybody did, in words, filtered by what and by whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from appscan.serve.event_lines import EventWords
from appscan.serve.permissions import Visit, needs
from appscan.serve.rendering import language_of, render
from appscan.store import EventKind, Role, Store
from appscan.texts import say

router = APIRouter(include_in_schema=False)
PAGE = 100

Admin = Annotated[Visit, Depends(needs(Role.ADMIN))]
Text = Annotated[str, Query(max_length=400)]


@router.get("/events")
def events_page(request: Request, _visit: Admin, kind: Text = "", who: Text = "", about: Text = "",
                page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
    """The log, the last first; `about` is the id of an entry."""
    store: Store = request.app.state.store
    lang = language_of(request)
    kinds = [one for one in EventKind if one == kind]
    request.app.state.freshener.look()
    found = store.newest_events(PAGE + 1, (page - 1) * PAGE, *kinds, subject=about.strip() or None,
                                who=who.strip() or None)
    lines = EventWords(store, request.app.state.titles.of, lang).lines(found[:PAGE])
    asked = {"kind": kinds[0].value if kinds else "", "who": who.strip(), "about": about.strip()}
    return render(request, "events.html", lines=lines, page=page, more=len(found) > PAGE, asked=asked,
                  kinds=sorted(((one.value, say(lang, f"desk.event.{one.value}")) for one in EventKind),
                               key=lambda pair: pair[1]))
