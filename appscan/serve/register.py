"""The registry as the desk's lists need it: read once, kept until something about it is recorded. Knows no page."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from appscan.count.gathering import grouped
from appscan.model.folding import fold
from appscan.model.registry import AppStatus, Entry, Level, Platform
from appscan.office.owners import owners_of
from appscan.portfolio.grouping import Evidence, Grouping
from appscan.portfolio.owners import OwnerMatch, Owners, Standing
from appscan.portfolio.proposals import Proposal, propose
from appscan.serve.lists import Key, Listed, key_of, listed
from appscan.store import EventKind, Store

KINDS = (EventKind.REGISTRY_IMPORTED, EventKind.ENTRIES_REMOVED, EventKind.OWNER_NAMED, EventKind.ENTRY_EDITED)
DECIDED = (EventKind.PRODUCTS_MERGED, EventKind.PRODUCT_SPLIT)
STALE_SECONDS = 60.0
"""So old may be what readings show of entries while reports keep coming in."""
SORTS: Mapping[str, Callable[[RegisterRow], str]] = {
    "id": lambda row: row.entry.id, "name": lambda row: row.entry.name, "owner": lambda row: row.owner_name,
    "level": lambda row: str(row.entry.level.depth) if row.entry.level else "9",
    "region": lambda row: row.entry.region, "status": lambda row: row.entry.status.value}
STANDINGS = (*Standing,)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """An entry with its owner as it was recognised; `text` is what a search looks at."""

    entry: Entry
    match: OwnerMatch
    owner_name: str
    platforms: tuple[Platform, ...]
    text: str

    @property
    def parent(self) -> str:
        """The id of the body that manages its owner."""
        return self.match.parent


@dataclass(frozen=True)
class Registered:
    """The whole registry at one moment. `mark` differs once anything about it was recorded."""

    mark: str
    owners: Owners
    rows: tuple[RegisterRow, ...]
    _sorted: dict[str, list[RegisterRow]] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, RegisterRow]:
        """Rows by the entry's id."""
        return {row.entry.id: row for row in self.rows}

    @property
    def entries(self) -> list[Entry]:
        """The entries by id."""
        return [row.entry for row in self.rows]

    def sorted_by(self, name: str) -> list[RegisterRow]:
        """All rows in the order of a column, then of their ids."""
        if name not in self._sorted:
            self._sorted[name] = sorted(self.rows, key=lambda row: sort_key(name, row))
        return self._sorted[name]


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What a list of the registry is narrowed to; empty for anything. `owner` is the id of a body."""

    q: str = ""
    owner: str = ""
    standing: str = ""
    level: str = ""
    platform: str = ""
    status: str = ""

    def kept(self, rows: Iterable[RegisterRow]) -> list[RegisterRow]:
        """The rows that are asked for, in their order."""
        words = fold(self.q).split()
        return [row for row in rows if self._keeps(row) and all(word in row.text for word in words)]

    def _keeps(self, row: RegisterRow) -> bool:
        entry = row.entry
        return ((not self.owner or self.owner in (row.match.owner, row.parent))
                and (not self.standing or row.match.standing == self.standing)
                and (not self.level or (entry.level or "") == self.level)
                and (not self.status or entry.status == self.status)
                and (not self.platform or self.platform in row.platforms))

    @property
    def query(self) -> dict[str, str]:
        """As in an address."""
        return {"q": self.q, "owner": self.owner, "standing": self.standing, "level": self.level,
                "platform": self.platform, "status": self.status}


@dataclass(frozen=True, slots=True)
class Grouped:
    """Products of the registry, what readings show of entries, and pairs for a person to decide."""

    mark: str
    made: float
    grouping: Grouping
    evidence: Mapping[str, Evidence]
    proposals: tuple[Proposal, ...]


def sort_key(name: str, row: RegisterRow) -> tuple[str, str]:
    """What a row is sorted by, made unique by its id."""
    return SORTS[name](row), row.entry.id


def page_of(seen: Registered, asked: RegisterFilter, sort: str, after: str, before: str, *, path: str,
            most: int) -> Listed[RegisterRow]:
    """One page of the entries asked for. Raises Refused 422 for a cursor that is none."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        name, down, sort = "id", False, ""
    rows = asked.kept(seen.sorted_by(name))
    start, end = (key_of(one, (str, str)) for one in (after, before))
    keys = _Keys(rows, name)
    low, high = (end, start) if down else (start, end)
    first = bisect_right(keys, low) if low is not None else 0
    last = bisect_left(keys, high) if high is not None else len(rows)
    found = rows[first:last]
    # Of what lies between the two cursors, the page next to the one that was asked for.
    near_end = (end is not None) != down
    found = found[-most - 1:] if near_end else found[:most + 1]
    if down:
        found = found[::-1]
    return listed(path, {**asked.query, "sort": sort}, found, len(rows), lambda row: sort_key(name, row), most=most,
                  after=after, before=before)


class _Keys(Sequence[Key]):
    """Keys of rows for bisecting, made only where they are looked at."""

    def __init__(self, rows: Sequence[RegisterRow], name: str) -> None:
        self._rows, self._name = rows, name

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> Key:  # type: ignore[override]
        return sort_key(self._name, self._rows[place])


class RegisterView:
    """Keeps what was read of the registry. May be used by several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock, self._grouping = threading.Lock(), threading.Lock()
        self._seen: Registered | None = None
        self._grouped: Grouped | None = None

    def now(self) -> Registered:
        """The registry as it is."""
        mark = self._mark(KINDS)
        seen = self._seen
        if seen is not None and seen.mark == mark:
            return seen
        with self._lock:
            if self._seen is None or self._seen.mark != mark:
                self._seen = self._read(mark)
            return self._seen

    def grouped(self) -> Grouped:
        """Its products. What readings show may be a minute old; what people decided is not."""
        mark = self._mark((*KINDS, *DECIDED))
        with self._grouping:
            there = self._grouped
            if there is None or there.mark != mark or time.monotonic() - there.made > STALE_SECONDS:
                grouping, evidence = grouped(self._store)
                self._grouped = there = Grouped(mark, time.monotonic(), grouping, evidence,
                                                propose(grouping, evidence))
            return there

    def _mark(self, kinds: Sequence[EventKind]) -> str:
        count, last = self._store.count_events(*kinds)
        return f"{count}-{last}"

    def _read(self, mark: str) -> Registered:
        owners = owners_of(self._store)
        return Registered(mark, owners, tuple(_row(entry, owners) for entry in self._store.entries()))


def _row(entry: Entry, owners: Owners) -> RegisterRow:
    match = owners.resolve(entry.owner, entry.level)
    name = owners.name(match.owner) if match.owner else entry.owner
    keys = [key for one in entry.artifacts for key in (one.package, one.url, one.miniprogram, one.digest)]
    text = "\n".join([entry.id, entry.name, *entry.names, entry.owner, name, entry.product, entry.region, entry.icp,
                      *keys])
    return RegisterRow(entry, match, name, tuple(dict.fromkeys(one.platform for one in entry.artifacts)), fold(text))


CHOICES = {"standing": STANDINGS, "level": tuple(Level), "platform": tuple(Platform), "status": tuple(AppStatus)}
"""Filters with closed words."""
