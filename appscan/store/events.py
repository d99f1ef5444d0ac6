"""Events: who did what, when and why. They are added, never changed and never deleted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from appscan.store.database import Database
from appscan.store.moments import read, up_to, written
from appscan.store.plain import canonical, named, storable
from appscan.store.stale import StaleKind, note_stale
from appscan.store.tables import EventRow, table
from appscan.store.values import Event, EventKind, Moment

CHUNK = 1000
_CHANGES = {EventKind.REVIEWED: StaleKind.REPORTS, EventKind.EXEMPTION_GRANTED: StaleKind.EXEMPTIONS,
            EventKind.EXEMPTION_WITHDRAWN: StaleKind.EXEMPTIONS}
"""Events that change how an app stands: a review is about an entry, an exemption about an app by one of its names."""
_OF_ENTRIES = (EventKind.PRODUCTS_MERGED, EventKind.PRODUCT_SPLIT, EventKind.OWNER_NAMED)
"""Events that change what several entries count as, which they name."""


def record_all(database: Database, several: Sequence[Event]) -> list[int]:
    """Add events, all or none; the id of each, or of the one with the same key."""
    with database.writing() as connection:
        return [record_in(database, connection, event) for event in several]


def record_in(database: Database, connection: Connection, event: Event) -> int:
    """The same inside a transaction that does more."""
    rows = table(EventRow)
    row = {"kind": event.kind.value, "subject": named(event.subject), "who": storable(event.who),
           "at": written(event.when), "reason": storable(event.reason),
           "content": canonical(event.content).decode("utf-8", "replace"), "key": named(event.key) or None}
    new = database.add_once(connection, rows, row, ["key"])
    if new is not None:
        if event.kind in _CHANGES:
            note_stale(connection, _CHANGES[event.kind], [event.subject])
        if event.kind in _OF_ENTRIES:
            note_stale(connection, StaleKind.REGISTRY, [str(one) for one in event.content.get("entries", ())])
        return new
    return int(connection.execute(select(rows.c.id).where(rows.c.key == named(event.key))).scalar_one())


def events(database: Database, kinds: Sequence[EventKind] = (), subject: str | Collection[str] | None = None,
           as_of: Moment | None = None) -> Iterator[Event]:
    """The events of some kinds about something, or about one of several things, oldest first."""
    rows = table(EventRow)
    asked = [rows.c.at <= up_to(as_of), *_asked(kinds, subject)]
    with database.reading() as connection:
        ids = list(connection.execute(select(rows.c.id).where(*asked).order_by(rows.c.at, rows.c.id)).scalars())
    for start in range(0, len(ids), CHUNK):
        some = ids[start:start + CHUNK]
        with database.reading() as connection:
            found = {row.id: row for row in connection.execute(select(rows).where(rows.c.id.in_(some))).all()}
        yield from (_event(found[one]) for one in some)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events: of some kinds, about something, by one user; all where nothing is said."""

    kinds: Sequence[EventKind] = ()
    subject: str | None = None
    who: str | None = None


def newest(database: Database, most: int, beyond: int, asked: Asked) -> list[Event]:
    """The last of the events asked for, the last first."""
    rows = table(EventRow)
    by = [] if asked.who is None else [rows.c.who == storable(asked.who)]
    with database.reading() as connection:
        found = connection.execute(select(rows).where(*_asked(asked.kinds, asked.subject), *by).order_by(
            rows.c.id.desc()).limit(most).offset(beyond)).all()
    return [_event(row) for row in found]


def one(database: Database, number: int) -> Event | None:
    """One event; None where there is none."""
    rows = table(EventRow)
    with database.reading() as connection:
        row = connection.execute(select(rows).where(rows.c.id == number)).one_or_none()
    return None if row is None else _event(row)


def count(database: Database, kinds: Sequence[EventKind], subject: str | None = None) -> tuple[int, int]:
    """How many events of some kinds there are, and the number of the last: since none is ever changed, both together
    tell whether any came in."""
    rows = table(EventRow)
    with database.reading() as connection:
        found = connection.execute(select(func.count(), func.coalesce(func.max(rows.c.id), 0)).select_from(rows).where(
            *_asked(kinds, subject))).one()
    return int(found[0]), int(found[1])


def _asked(kinds: Sequence[EventKind], subject: str | Collection[str] | None) -> list[ColumnElement[bool]]:
    rows = table(EventRow)
    asked: list[ColumnElement[bool]] = []
    if kinds:
        asked.append(rows.c.kind.in_([kind.value for kind in kinds]))
    if subject is not None:
        subjects = [subject] if isinstance(subject, str) else subject
        asked.append(rows.c.subject.in_(sorted(map(named, subjects))))
    return asked


def _event(row: Any) -> Event:
    return Event(EventKind(row.kind), row.subject, row.who, read(row.at), row.reason, json.loads(row.content),
                 row.key or "", row.id)
