"""Exemptions that the office granted: which of them are not withdrawn on a day. Lays none over a report: count does."""

from __future__ import annotations

from datetime import datetime

from appscan.errors import UsageError
from appscan.store.database import Database
from appscan.store.events import events
from appscan.store.values import Event, EventKind, Exemption, Moment

GRANTED, WITHDRAWN = EventKind.EXEMPTION_GRANTED, EventKind.EXEMPTION_WITHDRAWN


def exemptions(database: Database, as_of: Moment | None = None) -> tuple[Exemption, ...]:
    """Grants that no withdrawal has ended by then, oldest first; whether one of them has begun or run out is told by
    its own days."""
    granted: dict[int, Exemption] = {}
    for event in events(database, (GRANTED, WITHDRAWN), as_of=as_of):
        if event.kind is GRANTED:
            record = {str(name): str(value) for name, value in event.content["record"].items()}
            granted[event.id] = Exemption(event.id, record, event.who, event.when, event.reason)
        else:
            granted.pop(int(event.content["grant"]), None)
    return tuple(granted.values())


def withdrawal(database: Database, grant: int, who: str, when: datetime, reason: str) -> Event:
    """The event that ends a grant. Raises UsageError `exemption_unknown` where there is no such grant to end."""
    found = next((one for one in exemptions(database) if one.event == grant), None)
    if found is None:
        raise UsageError("exemption_unknown", grant=grant)
    return Event(WITHDRAWN, found.record["app"], who, when, reason, {"grant": grant}, key=f"withdrawn {grant}")
