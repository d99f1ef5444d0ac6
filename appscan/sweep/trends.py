"""What changed from sweep to sweep, by owner and check: new, fixed, returned. Knows no file and no terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from appscan.model.judgement import Verdict
from appscan.portfolio.owner_names import OwnerNames
from appscan.store import Store, SweepState, TaskState

FLAGGED = frozenset({Verdict.LIKELY_VIOLATION.value, Verdict.NEEDS_REVIEW.value, Verdict.MISSING.value})
CLEAR = frozenset({Verdict.NOT_FOUND.value, Verdict.INFO.value})
"""What is neither, was not seen or is exempt: it changes nothing, and is no fix."""


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
    """What is known of one artifact of an app so far: its report, checks flagged now, and checks that once were."""

    owner: str
    report: int = 0
    flagged: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)


def trends(store: Store, sweeps: Sequence[SweepState]) -> list[Row]:
    """The turns in these sweeps, oldest first. An app that a sweep did not reach, or could not see, stays as it was:
    not seen is not fixed."""
    apps: dict[str, _App] = {}
    rows: list[Row] = []
    names = OwnerNames()
    for sweep in sweeps:
        turns: Counter[tuple[str, str, Turn]] = Counter()
        for task in store.tasks(sweep.id, TaskState.DONE):
            owner = names.of(str(task.content["app"]["owner"]))
            app = apps.setdefault(task.key, _App(owner))
            app.owner = owner
            report = int(task.outcome.get("report", 0))
            if report and report != app.report:
                app.report = report
                for check_id, turn in _turned(app, _verdicts(store, report)):
                    turns[owner, check_id, turn] += 1
        rows += _rows(sweep.id, turns, apps.values())
    return rows


def of_days(sweeps: Iterable[SweepState], since: datetime | None, until: datetime | None) -> list[SweepState]:
    """Sweeps planned in a span of time, oldest first."""
    return sorted((one for one in sweeps if (since is None or one.planned >= since)
                   and (until is None or one.planned <= until)), key=lambda one: one.planned)


def _verdicts(store: Store, report: int) -> Mapping[str, str]:
    found = store.report(report)
    return found.verdicts if found is not None else {}


def _turned(app: _App, verdicts: Mapping[str, str]) -> list[tuple[str, Turn]]:
    turned = []
    for check_id, verdict in sorted(verdicts.items()):
        if verdict in FLAGGED and check_id not in app.flagged:
            app.flagged.add(check_id)
            turned.append((check_id, Turn.RETURNED if check_id in app.fixed else Turn.NEW))
        elif verdict in CLEAR and check_id in app.flagged:
            app.flagged.remove(check_id)
            app.fixed.add(check_id)
            turned.append((check_id, Turn.FIXED))
    return turned


def _rows(sweep: str, turns: Mapping[tuple[str, str, Turn], int], apps: Iterable[_App]) -> list[Row]:
    flagged = Counter((app.owner, check_id) for app in apps for check_id in app.flagged)
    named = sorted({*flagged, *((owner, check_id) for owner, check_id, _ in turns)})

    def taken(owner: str, check_id: str, turn: Turn) -> int:
        return turns.get((owner, check_id, turn), 0)

    return [Row(sweep, owner, check_id, taken(owner, check_id, Turn.NEW), taken(owner, check_id, Turn.FIXED),
                taken(owner, check_id, Turn.RETURNED), flagged[owner, check_id]) for owner, check_id in named]
