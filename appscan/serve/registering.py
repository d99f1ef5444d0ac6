"""An app that was scanned comes into the registry: what its page and its JSON twin share. Knows no template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request

from appscan.model.registry import Entry
from appscan.office.entries import SOURCE, WrongFieldError, changed
from appscan.office.registering import entry_found
from appscan.serve import sessions
from appscan.serve.app_view import app_of
from appscan.serve.entry_edits import field_refused
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of
from appscan.store import ListedApp


def unlisted(request: Request, app: str) -> tuple[ListedApp, Entry]:
    """The app, and the entry that it would become. Raises Refused 404 for one that the registry has, or none."""
    there, material = app_of(request, app)
    if there.listed or not material.reports:
        raise Refused(404, "not_there")
    return there, entry_found(app, material.reports)


def register(request: Request, app: str, found: Entry, given: Mapping[str, str], who: str, reason: str) -> str:
    """Put it in with these columns; the id of the entry. Its reports and what people decided on them go with it. Sent
    twice, it goes in once. Raises Refused 422 without a name or an owner, or for what a column cannot be, and 409 where
    somebody put it in otherwise meanwhile."""
    if not given.get("name", "").strip() or not given.get("owner", "").strip():
        raise Refused(422, "unnamed")
    store = request.app.state.store
    try:
        entry = changed(replace(found, name="", owner=""), given)
    except WrongFieldError as error:
        raise field_refused(error, language_of(request)) from None
    is_new = store.add_entry(entry, app, who=who, when=sessions.now(), source=SOURCE, reason=reason.strip())
    request.app.state.freshener.look([entry.id, app])
    if not is_new and store.entries(only=[entry.id]) != [entry]:
        raise Refused(409, "registered_meanwhile")
    return entry.id
