"""The history of an entry: what stood when, and whether it changed because the app did or because we judge
differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from appscan.store.database import Database
from appscan.store.listing import Wanted, reports
from appscan.store.moments import read
from appscan.store.reports import set_digest
from appscan.store.tables import SightingRow, table
from appscan.store.values import Standing, StoredReport


class Cause(StrEnum):
    """What differs between two reports that stood one after the other. `either` is said of a verdict that moved while
    several things changed at once and no report tells them apart."""

    FIRST = "first"
    APP = "app"
    READER = "reader"
    CHECKS = "checks"
    OPTIONS = "options"
    DECLARED = "declared"
    OFFICE = "office"
    CONTENT = "content"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Move:
    """A verdict that changed, and why; "" where the check was not judged."""

    check_id: str
    before: str
    now: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Step:
    """From `since` on, `report` stood for the appearance; `causes` is what differs from the one before."""

    since: datetime
    appearance: str
    report: StoredReport
    causes: tuple[Cause, ...]
    moves: tuple[Move, ...]


def history(database: Database, entry: str) -> list[Step]:
    """All steps of an entry, oldest first."""
    by_appearance: defaultdict[str, list[StoredReport]] = defaultdict(list)
    for one in reports(database, Wanted(latest=False, entries=[entry], verdicts=True)):
        by_appearance[one.appearance].append(one)
    seen = _sightings(database, entry)
    steps = [step for appearance, found in by_appearance.items() for step in _steps(found, seen.get(appearance, ()))]
    return sorted(steps, key=lambda step: (step.since, step.report.id))


@dataclass(frozen=True, slots=True)
class _Sighting:
    when: datetime
    artifacts: str
    standing: Standing


def _sightings(database: Database, entry: str) -> Mapping[str, Sequence[_Sighting]]:
    rows = table(SightingRow)
    seen: defaultdict[str, list[_Sighting]] = defaultdict(list)
    with database.reading() as connection:
        for row in connection.execute(select(rows).where(rows.c.entry == entry).order_by(rows.c.seen, rows.c.id)).all():
            standing = Standing.OFFICE if row.office else Standing.CLAIMED
            seen[row.appearance].append(_Sighting(read(row.seen), row.artifacts, standing))
    return seen


def _steps(found: Sequence[StoredReport], seen: Sequence[_Sighting]) -> Iterator[Step]:
    before: StoredReport | None = None
    for moment in sorted({one.recorded for one in found} | {one.when for one in seen}):
        stood = _standing(found, seen, moment)
        if stood is not None and (before is None or stood.id != before.id):
            causes = _causes(before, stood)
            yield Step(moment, stood.appearance, stood, causes, tuple(_moves(before, stood, causes, found)))
            before = stood


def _standing(found: Sequence[StoredReport], seen: Sequence[_Sighting], moment: datetime) -> StoredReport | None:
    """The report that stood at a moment, as `listing` chooses it."""
    last = {one.standing: one.artifacts for one in seen if one.when <= moment}
    known = [one for one in found if one.recorded <= moment and set_digest(one.digests) == last.get(one.standing)]
    return max(known, key=lambda one: (one.standing is Standing.OFFICE, one.own, one.recorded, one.id), default=None)


def _causes(before: StoredReport | None, now: StoredReport) -> tuple[Cause, ...]:
    if before is None:
        return (Cause.FIRST,)
    differs = {Cause.APP: before.digests != now.digests, Cause.READER: before.readers != now.readers,
               Cause.CHECKS: before.checks_digest != now.checks_digest,
               Cause.OPTIONS: before.options_digest != now.options_digest,
               Cause.DECLARED: before.about != now.about,
               Cause.OFFICE: before.standing is not now.standing}
    # Two reports with one key are one; what differs in nothing else was said by somebody else.
    return tuple(cause for cause, is_so in differs.items() if is_so) or (Cause.CONTENT,)


def _moves(before: StoredReport | None, now: StoredReport, causes: Sequence[Cause],
           found: Sequence[StoredReport]) -> Iterator[Move]:
    if before is None:
        return
    between = _between(before, now, found) if len(causes) > 1 else None
    for check in sorted(before.verdicts.keys() | now.verdicts.keys()):
        old, new = before.verdicts.get(check, ""), now.verdicts.get(check, "")
        if old == new:
            continue
        cause = causes[0] if len(causes) == 1 else Cause.EITHER
        if between is not None:
            ours, theirs = old != between.verdicts.get(check, ""), between.verdicts.get(check, "") != new
            cause = Cause.EITHER if ours == theirs else Cause.CHECKS if ours else Cause.APP
        yield Move(check, old, new, cause)


def _between(before: StoredReport, now: StoredReport, found: Sequence[StoredReport]) -> StoredReport | None:
    """The report of the old artifacts under the new checks, which tells the app's part from ours."""
    sought = (before.digests, now.readers, now.checks_digest, now.options_digest, now.about, now.standing)
    return next((one for one in reversed(found) if one.id not in (before.id, now.id) and sought == (
        one.digests, one.readers, one.checks_digest, one.options_digest, one.about, one.standing)), None)
