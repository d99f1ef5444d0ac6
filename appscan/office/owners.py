"""Whose an owner as written is, where a person of the office said so. An event each; the last one holds."""

from __future__ import annotations

from datetime import datetime

from appscan.errors import UsageError
from appscan.portfolio.owners import LOCAL, Owners, load
from appscan.store import Event, EventKind, Store
from appscan.store.values import Moment

OWNER, ENTRIES = "owner", "entries"
"""Members of the event's content: the id of a body, `local`, or "" to take it back; and whose owner it was then."""


def owners_of(store: Store, as_of: Moment | None = None) -> Owners:
    """The shipped bodies with what people of this office said of owners."""
    told = store.owner_names(as_of)
    return load().told({written: str(event.content[OWNER]) for written, event in told.items()}) if told else load()


def name_owner(store: Store, written: str, owner: str, *, who: str, when: datetime, reason: str) -> int:
    """Say whose an owner as written is: the id or a name of a body, `local`, or "" to take back what was said. Raises
    UsageError where there is no such body, or nobody says why."""
    if not reason.strip():
        raise UsageError("registry_why")
    if not written.strip():
        raise UsageError("owner_unknown", given=written)
    known, given = load(), owner.strip()
    body = given if given in known.bodies or given in ("", LOCAL) else known.resolve(given).owner
    if given and not body:
        raise UsageError("owner_unknown", given=given)
    entries = [entry.id for entry in store.entries() if entry.owner == written]
    return store.record(Event(EventKind.OWNER_NAMED, written, who, when, reason.strip(),
                              {OWNER: body, ENTRIES: entries}))
