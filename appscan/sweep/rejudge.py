"""New checks over everything stored: which verdicts would change. Opens no artifact: readings are in the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from appscan.errors import UsageError
from appscan.model.artifact import App
from appscan.scan import options_digest
from appscan.store import Standing, Store, StoredReport
from appscan.sweep.engine import Done, Engine, Job
from appscan.sweep.frames import Frame
from appscan.sweep.tasks import Fault, FaultKind, Manners, Place, Task, Thing
from appscan.sweep.work import fault_of, options_of

SECONDS = 900.0
"""For judging one reading; the largest take some seconds."""

TRIES = 3
"""So often a reading is given to a worker before it counts as one that cannot be judged."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What new checks make of one stored report, that of one `appearance` of its entry (its package, its site):
    check → (before, now) for each verdict that changes; None where one of them does not know the check. `fault` says
    why it could not be judged; `current` that it was judged with these checks before."""

    report: int
    entry: str
    appearance: str
    owner: str
    overall: tuple[str, str]
    moved: Mapping[str, tuple[str | None, str | None]]
    fault: Fault | None = None
    current: bool = False


@dataclass(slots=True)
class _Waiting:
    """A stored report whose readings are being judged."""

    stored: StoredReport
    task: Task
    job: Job
    tries: int = 1


def rejudge(store: Store, engine: Engine, manners: Manners, *, write: bool) -> Iterator[Rejudged]:
    """Judge every stored report that stands, and say what changes, in no order; with `write` keep the new reports. What
    is in hand does not grow with the store."""
    waiting: dict[str, _Waiting] = {}
    reports = store.reports(latest=True, standing=Standing.OFFICE, verdicts=True)
    more = True
    while more or waiting:
        while more and engine.room > 0:
            stored = next(reports, None)
            if stored is None:
                more = False
            elif isinstance(begun := _begun(store, stored, manners, brief=not write), _Waiting):
                waiting[begun.job.name] = begun
                engine.give(begun.job)
            else:
                yield begun
        for done in engine.wait(0.25) if waiting else ():
            ended = _ended(store, engine, waiting, done)
            if ended is not None:
                yield ended


def _begun(store: Store, stored: StoredReport, manners: Manners, *, brief: bool) -> _Waiting | Rejudged:
    document = stored.document
    task = _task_of(stored, document)
    digest = options_digest(options_of(task, manners), task.app)
    if stored.checks_digest == manners.checks_digest and stored.options_digest == digest:
        return replace(_unjudged(stored, task, None), current=True)
    readings = [one.reading for one in stored.artifacts]
    if not readings or not all(readings):
        return _unjudged(stored, task, Fault(FaultKind.PERMANENT, "reading_not_kept", {"name": stored.entry}))
    try:
        parts = tuple(store.get_blob(one) for one in readings)
    except UsageError as error:
        return _unjudged(stored, task, Fault.of(FaultKind.PERMANENT, error))
    ask = Frame({"do": "work", "task": task.to_json(), "seconds": SECONDS, "brief": brief}, parts)
    return _Waiting(stored, task, Job(str(stored.id), ask, SECONDS))


def _ended(store: Store, engine: Engine, waiting: dict[str, _Waiting], done: Done) -> Rejudged | None:
    """What became of a report; None where it is judged once more."""
    one = waiting.pop(done.job.name)
    if done.answer is None:
        if one.tries < TRIES:
            waiting[done.job.name] = replace(one, tries=one.tries + 1)
            engine.give(done.job)
            return None
        return _unjudged(one.stored, one.task, Fault(FaultKind.DIED, "worker_died", {"name": one.stored.entry}))
    fault = fault_of(done.answer.header)
    if fault is not None:
        return _unjudged(one.stored, one.task, fault)
    if done.answer.parts:
        _keep(store, one.stored, json.loads(done.answer.parts[0]))
    now, before = done.answer.header["verdicts"], one.stored.verdicts
    moved = {check: (before.get(check), now.get(check)) for check in sorted({*before, *now})
             if before.get(check) != now.get(check)}
    return Rejudged(one.stored.id, one.stored.entry, one.stored.appearance, one.task.app.owner,
                    (one.stored.overall, str(done.answer.header["overall"])), moved)


def _keep(store: Store, stored: StoredReport, document: dict[str, Any]) -> None:
    """The artifact was not met again: nothing is said about what the app consists of today."""
    store.add_report(document, product=stored.product, entry=stored.entry, standing=Standing.OFFICE,
                     recorded=datetime.now(UTC), readings={one.digest: one.reading for one in stored.artifacts},
                     appearance=stored.appearance, seen=False, own=stored.own, stands=True)


def _task_of(stored: StoredReport, document: Mapping[str, Any]) -> Task:
    """What was judged then: the same app under the same rules, so that only checks differ."""
    raw = document["app"]
    app = App(**{**raw, "audience": tuple(raw["audience"])})
    name = document["artifacts"][0]["name"] if document["artifacts"] else stored.entry
    return Task(stored.entry, app, Thing(Place.FILE, name, name), document["jurisdiction"],
                document.get("jurisdiction_from", "default"), document["profile"])


def _unjudged(stored: StoredReport, task: Task, fault: Fault | None) -> Rejudged:
    return Rejudged(stored.id, stored.entry, stored.appearance, task.app.owner, (stored.overall, stored.overall), {},
                    fault)
