"""What a count is made of, as of a day: the registry, what people decided, what stood for each entry, and what readings
show. Reads the store; keeps in it what it worked out of readings."""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from appscan.count.traits import VERSION, evidence_of, traits_of
from appscan.count.values import FOUND
from appscan.errors import AppscanError, UsageError
from appscan.model.days import beijing_day
from appscan.model.registry import AppStatus, Entry
from appscan.office.owners import owners_of
from appscan.office.standing import Stood, stood
from appscan.portfolio.decisions import Decision, decisions
from appscan.portfolio.grouping import Evidence, Grouping, group
from appscan.portfolio.owners import Owners, load
from appscan.store import Store

BATCH = 50
"""Readings that are gone through between two writes."""

Traits = Mapping[str, Any]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the readings of one report show."""

    report: int
    traits: tuple[Traits, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All of it. `stood` and `seen` are by entry; `unlisted` counts apps with reports that the registry does not have;
    `unread` counts kept readings that could not be read; `closed_since` tells from when on the
    register calls an entry closed that the office has crawled, `crawled` when it crawled what such an entry's reports
    rest on, by report; `owners` are the bodies with what people said of owners."""

    as_of: date
    entries: tuple[Entry, ...]
    decisions: tuple[Decision, ...]
    grouping: Grouping
    evidence: Mapping[str, Evidence]
    stood: Mapping[str, tuple[Stood, ...]]
    seen: Mapping[str, tuple[Seen, ...]]
    unlisted: int = 0
    unread: int = 0
    closed_since: Mapping[str, datetime] = field(default_factory=dict)
    crawled: Mapping[int, datetime] = field(default_factory=dict)
    owners: Owners = field(default_factory=load)


def gather(store: Store, as_of: date, step: Step | None = None) -> Material:
    """Everything as of a day. `step` is told (done, all) while readings are gone through for the first time."""
    entries, made = store.entries(as_of), decisions(store.merges(as_of), store.splits(as_of))
    owners = owners_of(store, as_of)
    standing: dict[str, list[Stood]] = defaultdict(list)
    for one in stood(store, as_of, [verdict.value for verdict in FOUND]):
        standing[one.entry].append(one)
    seen, unread = _seen(store, {one.report.id: entry for entry, several in standing.items() for one in several}, step)
    evidence = _evidence(seen)
    known, closed = {entry.id for entry in entries}, _closed_since(store, as_of, entries, standing)
    return Material(as_of, tuple(entries), made, group(entries, evidence, made, owners), evidence,
                    {entry: tuple(several) for entry, several in standing.items() if entry in known}, seen,
                    len(standing.keys() - known), unread, closed, _crawled(store, closed), owners)


def _closed_since(store: Store, as_of: date, entries: Sequence[Entry],
                  standing: Mapping[str, Sequence[Stood]]) -> dict[str, datetime]:
    """Since when the register has called an entry closed; asked only of those with a crawl."""
    found = {}
    for entry in entries:
        crawled = any(one.report.own and one.report.appearance.startswith("recording:")
                      for one in standing.get(entry.id, ()))
        if entry.status in (AppStatus.CLOSED, AppStatus.SUSPENDED) and crawled:
            for since, version in reversed(store.versions(entry.id)):
                if beijing_day(since) > as_of:
                    continue
                if version is None or version.status is not entry.status:
                    break
                found[entry.id] = since
    return found


def _crawled(store: Store, entries: Collection[str]) -> dict[int, datetime]:
    """When the office crawled what its reports rest on: judging a recording again is no second visit. What came from
    elsewhere may have been crawled at any time and is left out."""
    own = [one for one in store.reports(latest=False, entries=entries) if one.own] if entries else []
    first: dict[tuple[str, tuple[str, ...]], datetime] = {}
    for one in own:
        first[one.entry, one.digests] = min(one.recorded, first.get((one.entry, one.digests), one.recorded))
    return {one.id: first[one.entry, one.digests] for one in own}


def grouped(store: Store, step: Step | None = None) -> tuple[Grouping, Mapping[str, Evidence]]:
    """Products of the whole registry as it is now, after all decisions, with what readings show of their entries."""
    seen, _ = _seen(store, {one.id: one.entry for one in store.reports()}, step)
    evidence = _evidence(seen)
    made = decisions(store.merges(), store.splits())
    return group(store.entries(), evidence, made, owners_of(store)), evidence


def _evidence(seen: Mapping[str, Sequence[Seen]]) -> dict[str, Evidence]:
    return {entry: evidence_of([traits for one in several for traits in one.traits])
            for entry, several in seen.items()}


def _seen(store: Store, of_report: Mapping[int, str],
          step: Step | None) -> tuple[dict[str, tuple[Seen, ...]], int]:
    """What readings show, by entry, and how many could not be read."""
    kept = store.readings(of_report) if of_report else []
    blobs = {blob for _, _, blob in kept}
    known = store.traits(VERSION) if kept else {}
    known |= _worked_out(store, sorted(blobs - known.keys()), step)
    by_report: dict[int, list[Traits]] = defaultdict(list)
    for report, _, blob in kept:
        if known.get(blob):
            by_report[report].append(known[blob])
    found: dict[str, list[Seen]] = defaultdict(list)
    for report, several in by_report.items():
        found[of_report[report]].append(Seen(report, tuple(several)))
    return {entry: tuple(several) for entry, several in found.items()}, sum(not known.get(blob) for blob in blobs)


def _worked_out(store: Store, blobs: Sequence[str], step: Step | None) -> dict[str, Traits]:
    """Go through readings and keep what they show. One that cannot be read now is left for the next time."""
    made: dict[str, Traits] = {}
    for start in range(0, len(blobs), BATCH):
        batch = {blob: traits for blob in blobs[start:start + BATCH] if (traits := _of_blob(store, blob))}
        with contextlib.suppress(UsageError):  # who may only read counts all the same, a little slower
            store.put_traits(VERSION, batch)
        made |= batch
        if step is not None:
            step(min(start + BATCH, len(blobs)), len(blobs))
    return made


def _of_blob(store: Store, blob: str) -> Traits:
    from appscan.readers.saved import load_reading  # costs start time where no reading is kept

    try:
        with tempfile.TemporaryDirectory(prefix="appscan-count-") as folder:
            path = Path(folder) / "kept.reading"
            path.write_bytes(store.get_blob(blob))
            return traits_of(load_reading(path))
    except AppscanError:
        return {}
