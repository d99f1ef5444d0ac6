"""What an import would change in the registry, field by field. Pure; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from appscan.model.registry import Entry
from appscan.portfolio.flat import fields_of

ARTIFACTS, ORIGINS = "artifacts", "origins"


@dataclass(frozen=True, slots=True)
class Change:
    """An entry as it would be, and as it is: None where the registry does not have it. `columns` are those that differ,
    `artifacts` and `origins` among them."""

    entry: Entry
    before: Entry | None
    columns: tuple[str, ...]

    @property
    def emptied(self) -> tuple[str, ...]:
        """Columns that are filled and would be empty."""
        if self.before is None:
            return ()
        old, new = _columns(self.before), _columns(self.entry)
        return tuple(column for column in self.columns if column != ORIGINS and old.get(column) and not new.get(column))


@dataclass(frozen=True, slots=True)
class Changes:
    """What would come in anew or differently, in the order of the file, and how many entries would stay as they are."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int


def changes(entries: Sequence[Entry], known: Iterable[Entry]) -> Changes:
    """Compare entries with those that the registry has."""
    there = {entry.id: entry for entry in known}
    found = [Change(entry, there.get(entry.id), differing(there.get(entry.id), entry)) for entry in entries]
    changed = tuple(one for one in found if one.before is not None and one.columns)
    new = tuple(one for one in found if one.before is None)
    return Changes(new, changed, len(found) - len(new) - len(changed))


def differing(before: Entry | None, now: Entry) -> tuple[str, ...]:
    """Columns in which two versions of an entry differ; all that are filled where there is no earlier one."""
    if before == now:
        return ()
    old, new = _columns(before), _columns(now)
    return tuple(column for column in {**old, **new} if old.get(column) != new.get(column))


def _columns(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {**fields_of(entry), ARTIFACTS: entry.artifacts, ORIGINS: dict(entry.origins)}
