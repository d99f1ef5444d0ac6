"""Notes of what changed since the lists were made: written in the transaction of the change itself, so that none is
lost and none is seen before its change. Knows nothing of what lists hold."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Connection, insert

from appscan.store.plain import named
from appscan.store.tables import StaleRow, table


class StaleKind(StrEnum):
    """What changed: reports or reviews of an entry, what the registry says of an entry, or the exemptions of an app by
    one of its names."""

    REPORTS = "reports"
    REGISTRY = "registry"
    EXEMPTIONS = "exemptions"


def note_stale(connection: Connection, kind: StaleKind, about: Collection[str]) -> None:
    """Note it, inside the transaction that changes it."""
    if about:
        connection.execute(insert(table(StaleRow)), [{"kind": kind.value, "about": named(one)} for one in about])
