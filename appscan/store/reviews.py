"""Decisions of people on places of findings, as events: recorded together, once, and only over what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from appscan.store.database import Database
from appscan.store.events import record_in
from appscan.store.listed import Decision
from appscan.store.plain import named
from appscan.store.tables import EventRow, table
from appscan.store.values import Event, EventKind

TURN = "reviews"


def record_reviews(database: Database, several: Sequence[Event], over: Mapping[tuple[str, str], int]) -> bool:
    """Record reviews, all or none; False, and none is, where the decision that stands on a place (entry, fingerprint)
    is not the event in `over` (0 for none). Events with keys that are there already were recorded before."""
    with database.writing(TURN) as connection:
        rows = table(EventRow)
        keys = [named(event.key) for event in several if event.key]
        if keys and connection.execute(select(rows.c.id).where(rows.c.key.in_(keys)).limit(1)).first():
            return True
        standing = {entry: _standing(connection, entry) for entry in {entry for entry, _ in over}}
        if any(standing[entry].get(mark, 0) != event for (entry, mark), event in over.items()):
            return False
        for event in several:
            record_in(database, connection, event)
        return True


def _standing(connection: Connection, entry: str) -> dict[str, int]:
    """The event that stands on each place of an entry; none after one that took it back."""
    rows = table(EventRow)
    found = connection.execute(select(rows.c.id, rows.c.content).where(
        rows.c.kind == EventKind.REVIEWED.value, rows.c.subject == named(entry)).order_by(rows.c.at, rows.c.id)).all()
    last: dict[str, int] = {}
    for row in found:
        content = json.loads(row.content)
        last[str(content.get("fingerprint", ""))] = 0 if content.get("decision") == Decision.UNDO else row.id
    return last
