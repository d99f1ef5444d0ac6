"""The page on which a person puts an app into the registry that was scanned and is not in it yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.office.entries import texts_of
from appscan.serve.entry_edits import CHOICES
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.registering import register, unlisted
from appscan.serve.rendering import language_of, render, segment
from appscan.store import ListedApp, Role
from appscan.texts import say

router = APIRouter(include_in_schema=False)
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
AppId = Annotated[str, Query(max_length=400)]
Text = Annotated[str, Form(max_length=2000)]


@router.get("/registry/register")
def register_page(request: Request, _visit: Reviewer, app: AppId = "") -> Response:
    """The form with what the report says of the app."""
    there, entry = unlisted(request, app)
    return _form(request, there, texts_of(entry))


@router.post("/registry/register")
def register_app(request: Request, visit: Reviewer, app: AppId = "", name: Text = "", owner: Text = "",
                 level: Text = "", region: Text = "", status: Text = "",
                 audience: Annotated[list[Annotated[str, Form(max_length=40)]] | None, Form(max_length=20)] = None,
                 reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Put it in; where that is refused for what a column says, the form again."""
    there, found = unlisted(request, app)
    given = {"name": name, "owner": owner, "level": level, "region": region, "status": status,
             "audience": ",".join(filter(None, audience or ()))}
    try:
        entry = register(request, app, found, given, visit.who, reason)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _form(request, there, given, reason, refused)
    return RedirectResponse(f"/apps/{segment(entry)}", 303)


def _form(request: Request, app: ListedApp, fields: Mapping[str, str], reason: str = "",
          refused: Refused | None = None) -> Response:
    problem = say(language_of(request), f"desk.refused.{refused.key}", **refused.params) if refused else ""
    return render(request, "register_app.html", status=refused.status if refused else 200, app=app, fields=fields,
                  reason=reason, problem=problem, **CHOICES)
