"""Owners: those that nobody can place, with a way to say whose they are, and all bodies with their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.errors import UsageError
from appscan.office.owners import OWNER, name_owner
from appscan.portfolio.owners import LOCAL, Body, By
from appscan.serve import sessions
from appscan.serve.permissions import Visit, needs
from appscan.serve.register import Registered
from appscan.serve.registry_data import UnknownOwner, doubt_told, near_to, unknown_owners
from appscan.serve.rendering import language_of, render, told
from appscan.store import EventKind, Role

router = APIRouter(include_in_schema=False)
PAGE = 30

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Text = Annotated[str, Query(max_length=400)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body of the centre, its other names with what they are, and how many entries are its own."""

    body: Body
    names: Sequence[tuple[str, By]]
    entries: int


@router.get("/registry/owners")
def owners_page(request: Request, _visit: Viewer, written: Text = "", page: Page = 1) -> Response:
    """Owners to be placed, those of most entries first; `written` asks for one."""
    return _page(request, written, page)


@router.get("/registry/bodies")
def bodies_page(request: Request, _visit: Viewer, q: Text = "") -> Response:
    """All bodies that the program knows, with their names."""
    return render(request, "bodies.html", lines=bodies_of(request.app.state.register.now(), q), q=q)


@router.post("/registry/owners")
def say_owner(request: Request, visit: Reviewer, written: Annotated[str, Form(max_length=400)] = "",
              owner: Annotated[str, Form(max_length=400)] = "", standing: Annotated[str, Form(max_length=20)] = "body",
              reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Say whose an owner as written is: a body, a local one, or take back what was said."""
    given = {"local": LOCAL, "undo": ""}.get(standing, owner.strip())
    try:
        if standing == "body" and not given:
            raise UsageError("owner_unknown", given=given)
        name_owner(request.app.state.store, written, given, who=visit.who, when=sessions.now(), reason=reason)
    except UsageError as error:
        return _page(request, written, 1, told(language_of(request), error))
    return RedirectResponse("/registry/owners", 303)


def bodies_of(seen: Registered, q: str) -> list[BodyLine]:
    """Bodies whose name or another name holds the text."""
    entries = Counter(row.match.owner for row in seen.rows)
    lines = []
    for body in seen.owners.bodies.values():
        names = [(name, by) for name, by in seen.owners.names_of(body.id).items() if name != body.name]
        if not q or any(q in name for name in (body.name, body.id, *(name for name, _ in names))):
            lines.append(BodyLine(body, names, entries[body.id]))
    return lines


def owner_lines(seen: Registered, found: Sequence[UnknownOwner]) -> list[dict[str, Any]]:
    """What the API shows of owners to be placed."""
    return [{"written": one.match.written, "standing": one.match.standing.value, "doubt": one.match.doubt,
             "entries": [entry.id for entry in one.entries],
             "near": [{"owner": name, "name": seen.owners.name(name)} for name in near_to(one.match, seen.owners)]}
            for one in found]


def _page(request: Request, written: str, page: int, problem: str = "") -> Response:
    state, lang = request.app.state, language_of(request)
    seen = state.register.now()
    found = unknown_owners(seen)
    asked = next((row.match for row in seen.rows if row.entry.owner == written), None) if written else None
    shown = found[(page - 1) * PAGE:page * PAGE]
    said = [(event, seen.owners.name(str(event.content[OWNER])))
            for event in state.store.newest_events(PAGE, 0, EventKind.OWNER_NAMED)]
    return render(request, "owners.html", status=422 if problem else 200, problem=problem, written=written,
                  asked=asked, page=page, total=len(found), more=len(found) > page * PAGE, said=said, local=LOCAL,
                  lines=[(one, doubt_told(one.match, seen.owners, lang),
                          [seen.owners.name(name) for name in near_to(one.match, seen.owners)]) for one in shown],
                  near=[seen.owners.name(name) for name in near_to(asked, seen.owners)] if asked else [],
                  bodies=[body.name for body in seen.owners.bodies.values()])
