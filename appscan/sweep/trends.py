"""What changed from sweep to sweep, by owner and check: new, fixed, returned. Knows no file and no terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from appscan.model.judgement import Verdict
from appscan.office.owners import owners_of
from appscan.portfolio.owner_names import OwnerNames
from appscan.store import Store, StoredReport, SweepState, TaskState
from appscan.sweep.tasks import DESK

FLAGGED = frozenset({Verdict.LIKELY_VIOLATION.value, Verdict.NEEDS_REVIEW.value, Verdict.MISSING.value})
CLEAR = frozenset({Verdict.NOT_FOUND.value, Verdict.INFO.value})
"""What is neither, was not seen or is exempt: it changes nothing, and is no fix."""

TOLD = FLAGGED | CLEAR


class Turn(StrEnum):
    """What happened to a check of an app: flagged for the first time, no more, or again after it was fixed."""

    NEW = "new"
    FIXED = "fixed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Row:
    """One owner and check in one sweep: how often each turn was taken, and how many apps are flagged after it."""

    sweep: str
    owner: str
    check_id: str
    new: int
    fixed: int
    returned: int
    flagged: int


@dataclass(slots=True)
class _App:
    """What is known of one app so far: what its owner is called, which appearance each of its tasks met last, for each
    appearance the report and the checks flagged in it, the checks flagged in any of them, and those that once were."""

    owner: str = ""
    places: dict[str, str] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=dict)
    flagged: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)


def trends(store: Store, sweeps: Sequence[SweepState]) -> list[Row]:
    """The turns in these sweeps, oldest first. An app is one however many artifacts it has, and wherever its files lie
    from sweep to sweep. One that a sweep did not reach, or could not see, stays as it was: not seen is not fixed."""
    apps: defaultdict[str, _App] = defaultdict(_App)
    rows: list[Row] = []
    names = OwnerNames(owners_of(store))
    for sweep in sweeps:
        met: dict[str, None] = {}
        made = {one.id: one for one in store.reports(latest=False, sweep=sweep.id, verdicts=True, only=TOLD)}
        for task in store.tasks(sweep.id, TaskState.DONE):
            about, report = task.content["app"], int(task.outcome.get("report", 0))
            apps[task.entry].owner = names.of(str(about["owner"]), str(about["level"]))
            if report and report not in apps[task.entry].reports.values():
                _see(apps[task.entry], task.key, made.get(report) or store.report(report))
                met[task.entry] = None
        turns = Counter((apps[entry].owner, check_id, turn) for entry in met for check_id, turn in _turned(apps[entry]))
        rows += _rows(sweep.id, turns, apps.values())
    return rows


def of_days(sweeps: Iterable[SweepState], since: datetime | None, until: datetime | None) -> list[SweepState]:
    """Sweeps of inventories that were planned in a span of time, oldest first."""
    return sorted((one for one in sweeps if one.id != DESK and (since is None or one.planned >= since)
                   and (until is None or one.planned <= until)), key=lambda one: one.planned)


def _see(app: _App, place: str, report: StoredReport | None) -> None:
    """What a report says of one appearance: flagged, clear, or nothing. What lay at its place before is gone, unless it
    lies elsewhere too."""
    if report is None:
        return
    before, app.places[place] = app.places.get(place, report.appearance), report.appearance
    if before not in app.places.values():
        app.reports.pop(before, None)
        app.parts.pop(before, None)
    app.reports[report.appearance] = report.id
    part = app.parts.setdefault(report.appearance, set())
    for check_id, verdict in report.verdicts.items():
        if verdict in FLAGGED:
            part.add(check_id)
        elif verdict in CLEAR:
            part.discard(check_id)


def _turned(app: _App) -> list[tuple[str, Turn]]:
    """The turns that a sweep brought, after all that it saw of the app."""
    flagged = {check_id for part in app.parts.values() for check_id in part}
    turned = [(check_id, Turn.RETURNED if check_id in app.fixed else Turn.NEW)
              for check_id in sorted(flagged - app.flagged)]
    turned += [(check_id, Turn.FIXED) for check_id in sorted(app.flagged - flagged)]
    app.fixed |= app.flagged - flagged
    app.flagged = flagged
    return turned


def _rows(sweep: str, turns: Mapping[tuple[str, str, Turn], int], apps: Iterable[_App]) -> list[Row]:
    flagged = Counter((app.owner, check_id) for app in apps for check_id in app.flagged)
    named = sorted({*flagged, *((owner, check_id) for owner, check_id, _ in turns)})

    def taken(owner: str, check_id: str, turn: Turn) -> int:
        return turns.get((owner, check_id, turn), 0)

    return [Row(sweep, owner, check_id, taken(owner, check_id, Turn.NEW), taken(owner, check_id, Turn.FIXED),
                taken(owner, check_id, Turn.RETURNED), flagged[owner, check_id]) for owner, check_id in named]
