"""The page on which a person changes an entry of the registry, and taking such a change back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.office.entries import COLUMNS, texts_of
from appscan.office.products import Signed
from appscan.serve import sessions
from appscan.serve.entry_edits import CHOICES, edit, entry_there, undo
from appscan.serve.lists import address
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, render
from appscan.store import Role, entry_mark
from appscan.texts import say

router = APIRouter(include_in_schema=False)
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
EntryId = Annotated[str, Query(alias="id", max_length=400)]
Text = Annotated[str, Form(max_length=2000)]
Number = Annotated[int, Query(ge=1, le=(1 << 53) - 1)]


@router.get("/registry/entry/edit")
def edit_page(request: Request, _visit: Reviewer, entry: EntryId) -> Response:
    """The form with what the registry says now."""
    return _form(request, entry, {})


async def _sent(request: Request) -> frozenset[str]:
    """The names of the fields that a form has: an empty one and one that is not there look the same otherwise."""
    return frozenset(await request.form())


Sent = Annotated[frozenset[str], Depends(_sent)]


@router.post("/registry/entry/edit")
def edit_entry(request: Request, visit: Reviewer, entry: EntryId, sent: Sent, name: Text = "", owner: Text = "",
               level: Text = "", region: Text = "", status: Text = "",
               audience: Annotated[list[Annotated[str, Form(max_length=40)]] | None, Form(max_length=20)] = None,
               approval_number: Text = "", approval_body: Text = "", approval_day: Text = "",
               approval_scope: Text = "", mark: Annotated[str, Form(max_length=64)] = "",
               reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Change the entry: fields that were not sent stay. Who opened the form before somebody else changed it sees what
    it says now."""
    every = {"name": name, "owner": owner, "level": level, "region": region, "status": status,
             "audience": ",".join(filter(None, audience or ())), "approval_number": approval_number,
             "approval_body": approval_body, "approval_day": approval_day, "approval_scope": approval_scope}
    given = {column: text for column, text in every.items() if column in sent}
    try:
        edit(request.app.state.store, entry, given, mark, Signed(visit.who, sessions.now(), reason),
             language_of(request))
    except Refused as refused:
        if refused.status == 404:
            raise
        return _form(request, entry, {} if refused.status == 409 else given, reason, refused)
    return RedirectResponse(address("/registry/entry", {"id": entry}) + "#edits", 303)


@router.post("/registry/entry/undo")
def undo_edit(request: Request, visit: Reviewer, number: Number,
              reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Take an edit back by a new one."""
    entry, _ = undo(request.app.state.store, number, Signed(visit.who, sessions.now(), reason),
                    language_of(request))
    return RedirectResponse(address("/registry/entry", {"id": entry}) + "#edits", 303)


def _form(request: Request, entry: str, given: Mapping[str, str], reason: str = "",
          refused: Refused | None = None) -> Response:
    there, lang = entry_there(request.app.state.store, entry), language_of(request)
    problem = say(lang, f"desk.refused.{refused.key}", **refused.params) if refused else ""
    assert set(given) <= set(COLUMNS)
    return render(request, "entry_edit.html", status=refused.status if refused else 200, entry=there,
                  fields={**texts_of(there), **given}, mark=entry_mark(there), reason=reason, problem=problem,
                  **CHOICES)
