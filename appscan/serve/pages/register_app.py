"""The page on which a person puts an app into the registry that was scanned and is not in it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.office.entries import SOURCE, WrongFieldError, changed, texts_of
from appscan.office.registering import entry_found
from appscan.serve import sessions
from appscan.serve.app_view import app_of
from appscan.serve.entry_edits import field_refused
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
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
    there, entry = _unlisted(request, app)
    return _form(request, there, texts_of(entry))


@router.post("/registry/register")
def register_app(request: Request, visit: Reviewer, app: AppId = "", name: Text = "", owner: Text = "",
                 level: Text = "", region: Text = "", status: Text = "",
                 audience: Annotated[list[Annotated[str, Form(max_length=40)]] | None, Form(max_length=20)] = None,
                 reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Put it in; its reports and what people decided on them go with it. Sent twice, it goes in once."""
    there, found = _unlisted(request, app)
    given = {"name": name, "owner": owner, "level": level, "region": region, "status": status,
             "audience": ",".join(filter(None, audience or ()))}
    store, lang = request.app.state.store, language_of(request)
    try:
        if not name.strip() or not owner.strip():
            raise Refused(422, "unnamed")
        entry = changed(replace(found, name="", owner=""), given)
    except WrongFieldError as error:
        return _form(request, there, given, reason, field_refused(error, lang))
    except Refused as refused:
        return _form(request, there, given, reason, refused)
    is_new = store.add_entry(entry, app, who=visit.who, when=sessions.now(), source=SOURCE, reason=reason.strip())
    request.app.state.freshener.look([entry.id, app])
    if not is_new and store.entries(only=[entry.id]) != [entry]:
        raise Refused(409, "registered_meanwhile")
    return RedirectResponse(f"/apps/{segment(entry.id)}", 303)


def _unlisted(request: Request, app: str) -> tuple[ListedApp, Entry]:
    """The app, and the entry that it would become. Raises Refused 404 for one that the registry has, or none."""
    there, material = app_of(request, app)
    if there.listed or not material.reports:
        raise Refused(404, "not_there")
    return there, entry_found(app, material.reports)


def _form(request: Request, app: ListedApp, fields: Mapping[str, str], reason: str = "",
          refused: Refused | None = None) -> Response:
    problem = say(language_of(request), f"desk.refused.{refused.key}", **refused.params) if refused else ""
    return render(request, "register_app.html", status=refused.status if refused else 200, app=app, fields=fields,
                  reason=reason, problem=problem, levels=[one.value for one in Level],
                  audiences=[one.value for one in Audience], statuses=[one.value for one in AppStatus])
