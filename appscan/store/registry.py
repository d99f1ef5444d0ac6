"""The registry in the store: what imports said, kept version by version; the present state is a view."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from appscan.model.registry import Entry
from appscan.store.database import Database
from appscan.store.events import record_in
from appscan.store.moments import read, up_to, written
from appscan.store.plain import canonical, from_plain, named, to_plain
from appscan.store.stale import StaleKind, note_stale
from appscan.store.tables import EntryRow, table
from appscan.store.values import Counts, Event, EventKind, Moment

TURN = "registry"


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes the registry, when, from which file and why."""

    who: str
    when: datetime
    source: str = ""
    digest: str = ""
    reason: str = ""


def put_entries(database: Database, entries: Sequence[Entry], act: Act) -> Counts:
    """Keep the entries that are new or changed, all of them or none, under one event of the import."""
    given = {named(entry.id): canonical(to_plain(entry)) for entry in entries}
    digests = {entry: hashlib.sha256(content).hexdigest() for entry, content in given.items()}
    with database.writing(TURN) as connection:
        there = {row.entry: row.digest for row in _present(connection, None) if row.content}
        changed = [entry for entry, digest in digests.items() if there.get(entry) != digest]
        new = sum(entry not in there for entry in changed)
        counts = Counts(new, len(changed) - new, len(given) - len(changed))
        content = {"source": act.source, "digest": act.digest, "new": counts.new, "changed": counts.changed,
                   "same": counts.same}
        event = record_in(database, connection, Event(EventKind.REGISTRY_IMPORTED, act.source, act.who, act.when,
                                                      act.reason, content))
        if changed:
            connection.execute(insert(EntryRow), [
                {"event": event, "entry": entry, "at": written(act.when), "digest": digests[entry],
                 "content": given[entry].decode("utf-8", "replace")} for entry in changed])
            note_stale(connection, StaleKind.REGISTRY, changed)
        return counts


def add_entry(database: Database, entry: Entry, app: str, act: Act) -> bool:
    """Keep an entry for an app that the lists had without one (`app`), under an event of its own; False, and nothing is
    kept, where the registry has one with this id."""
    with database.writing(TURN) as connection:
        if any(row.content for row in _present(connection, None, [entry.id])):
            return False
        content = {"source": act.source, "app": app, "new": 1, "changed": 0, "same": 0}
        event = record_in(database, connection, Event(EventKind.REGISTRY_IMPORTED, act.source, act.who, act.when,
                                                      act.reason, content))
        connection.execute(insert(EntryRow), {
            "event": event, "entry": named(entry.id), "at": written(act.when), "digest": mark(entry),
            "content": canonical(to_plain(entry)).decode("utf-8", "replace")})
        note_stale(connection, StaleKind.REGISTRY, [named(entry.id)])
        return True


def entries_of(database: Database, event: int, most: int) -> list[str]:
    """Ids of the entries that have a version under an event."""
    rows = table(EntryRow)
    with database.reading() as connection:
        return list(connection.execute(select(rows.c.entry).where(rows.c.event == event).order_by(
            rows.c.entry).limit(most)).scalars())


def edit_entry(database: Database, entry: Entry, over: str, event: Event) -> int:
    """Keep another version of one entry under the event of its edit; the event's id. 0, and nothing is kept, where the
    version that the registry has is not the one with the mark `over`: somebody else changed it meanwhile."""
    with database.writing(TURN) as connection:
        there = _present(connection, None, [entry.id])
        if [row.digest for row in there if row.content] != [over]:
            return 0
        number = record_in(database, connection, event)
        connection.execute(insert(EntryRow), {
            "event": number, "entry": named(entry.id), "at": written(event.when), "digest": mark(entry),
            "content": canonical(to_plain(entry)).decode("utf-8", "replace")})
        note_stale(connection, StaleKind.REGISTRY, [named(entry.id)])
        return number


def mark(entry: Entry) -> str:
    """Tells versions of an entry apart."""
    return hashlib.sha256(canonical(to_plain(entry))).hexdigest()


def remove_entries(database: Database, ids: Collection[str], act: Act) -> int:
    """Take entries out; earlier days still have them. How many there were."""
    with database.writing(TURN) as connection:
        there = sorted({row.entry for row in _present(connection, None) if row.content} & set(ids))
        if there:
            event = record_in(database, connection, Event(EventKind.ENTRIES_REMOVED, act.source, act.who, act.when,
                                                          act.reason, {"entries": there}))
            connection.execute(insert(EntryRow), [
                {"event": event, "entry": entry, "at": written(act.when), "digest": "", "content": ""}
                for entry in there])
            note_stale(connection, StaleKind.REGISTRY, there)
        return len(there)


def entries(database: Database, as_of: Moment | None = None, only: Collection[str] | None = None) -> list[Entry]:
    """The registry as it stood, by id; `only` some entries."""
    with database.reading() as connection:
        rows = _present(connection, as_of, only)
    return [from_plain(Entry, _document(row.content)) for row in rows if row.content]


def count_entries(database: Database) -> int:
    """How many there are, without making them."""
    with database.reading() as connection:
        return sum(1 for row in _present(connection, None) if row.content)


def versions(database: Database, entry: str) -> list[tuple[datetime, Entry | None]]:
    """What the registry said of one entry and since when; None where it was taken out."""
    rows = table(EntryRow)
    with database.reading() as connection:
        found = connection.execute(select(rows.c.at, rows.c.content).where(rows.c.entry == entry)
                                   .order_by(rows.c.at, rows.c.id)).all()
    return [(read(row.at), from_plain(Entry, _document(row.content)) if row.content else None) for row in found]


def _present(connection: Connection, as_of: Moment | None, only: Collection[str] | None = None) -> Sequence[Any]:
    rows = table(EntryRow)
    asked = [rows.c.at <= up_to(as_of)]
    if only is not None:
        asked.append(rows.c.entry.in_(sorted(map(named, only))))
    place = func.row_number().over(partition_by=rows.c.entry, order_by=(rows.c.at.desc(), rows.c.id.desc()))
    numbered = select(rows.c.entry, rows.c.digest, rows.c.content, place.label("place")).where(
        *asked).subquery()
    return connection.execute(select(numbered.c.entry, numbered.c.digest, numbered.c.content).where(
        numbered.c.place == 1).order_by(numbered.c.entry)).all()


def _document(content: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(content)
    return document
