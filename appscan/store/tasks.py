"""The tasks of sweeps: a queue in the database, so that whoever is killed loses nothing and nothing is done twice.
Knows neither what a task is nor how it is done."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from appscan.store.database import Database
from appscan.store.events import record_in
from appscan.store.moments import read, written
from appscan.store.plain import canonical, named, storable
from appscan.store.tables import SweepRow, TaskRow, TaskSecretRow, table
from appscan.store.values import Document, Event, EventKind

CHUNK = 500
NEVER = "0001-01-01T00:00:00.000000Z"


class TaskState(StrEnum):
    """Waiting for a worker, given to one, ended with a result, or ended for good without one."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


ENDED = (TaskState.DONE.value, TaskState.FAILED.value)


@dataclass(frozen=True, slots=True)
class Plan:
    """A task as it is planned: `key` names it in its sweep, `content` is what a worker needs, `host` the site it goes
    to (empty for none). `secret` is what only the worker may see; it is forgotten when the task ends."""

    key: str
    entry: str
    content: Document
    host: str = ""
    secret: Document = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """A task as it stands: `claims` counts how often it was given out, `attempts` how often it failed; `fault` is the
    last failure, `outcome` what it ended with, as the sweep wrote them."""

    sweep: str
    key: str
    entry: str
    host: str
    content: Document
    state: TaskState
    turn: int
    claims: int
    attempts: int
    changed: datetime
    fault: Document = field(default_factory=dict)
    outcome: Document = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepState:
    """A sweep with how many of its tasks are in which state. `holder` is its coordinator, empty where nobody has it;
    it may be dead if `held_until` is over."""

    id: str
    who: str
    planned: datetime
    content: Document
    holder: str
    held_until: datetime | None
    counts: Mapping[TaskState, int]

    @property
    def is_over(self) -> bool:
        """Whether every task has ended."""
        return not self.counts[TaskState.WAITING] and not self.counts[TaskState.CLAIMED]


def plan(database: Database, sweep: str, tasks: Iterable[Plan], *, who: str, when: datetime, content: Document) -> int:
    """Add the tasks that the sweep does not have yet, all or none; how many. Who plans the same sweep again after being
    killed adds only what is missing."""
    rows, sweeps = table(TaskRow), table(SweepRow)
    with database.writing(f"tasks {sweep}") as connection:
        if connection.execute(select(sweeps.c.id).where(sweeps.c.id == sweep)).scalar() is None:
            connection.execute(insert(sweeps), {"id": sweep, "who": storable(who), "planned": written(when),
                                                "content": _text(content), "holder": "", "held_until": NEVER})
            record_in(database, connection, Event(EventKind.SWEEP_PLANNED, sweep, who, when, content=content,
                                                  key=f"sweep {sweep}"))
        last = connection.execute(select(func.max(rows.c.position)).where(rows.c.sweep == sweep)).scalar() or 0
        added, source = 0, iter(tasks)
        while batch := list(islice(source, CHUNK)):
            there = set(connection.execute(select(rows.c.key).where(
                rows.c.sweep == sweep, rows.c.key.in_([one.key for one in batch]))).scalars())
            new = {one.key: one for one in batch if one.key not in there}
            if new:
                connection.execute(insert(rows), [_planned(sweep, one, last + added + place, when)
                                                  for place, one in enumerate(new.values(), 1)])
            hidden = [{"sweep": sweep, "key": one.key, "content": _text(one.secret)} for one in new.values()
                      if one.secret]
            if hidden:
                connection.execute(insert(table(TaskSecretRow)), hidden)
            added += len(new)
        return added


def _planned(sweep: str, task: Plan, position: int, when: datetime) -> dict[str, Any]:
    return {"sweep": sweep, "key": task.key, "position": position, "entry": named(task.entry), "host": named(task.host),
            "content": _text(task.content), "state": TaskState.WAITING.value, "turn": 0, "next_try": NEVER, "claims": 0,
            "attempts": 0, "fault": "{}", "outcome": "{}", "changed": written(when)}


def hold(database: Database, sweep: str, holder: str, *, now: datetime, until: datetime, over: str = "") -> str:
    """Become or stay the coordinator of a sweep until a moment; the name of who it is then. That is another one where
    its time is not over, unless it is `over`, which the caller knows to be dead. Tasks that a former coordinator had
    given out wait again."""
    sweeps = table(SweepRow)
    with database.writing(f"tasks {sweep}") as connection:
        found = connection.execute(select(sweeps.c.holder, sweeps.c.held_until).where(sweeps.c.id == sweep)).one()
        if found.holder not in ("", holder, over) and found.held_until > written(now):
            return str(found.holder)
        connection.execute(update(sweeps).where(sweeps.c.id == sweep).values(holder=holder, held_until=written(until)))
        if found.holder != holder:
            _take_back(connection, sweep)
    return holder


def let_go(database: Database, sweep: str, holder: str) -> None:
    """End being the coordinator: what was given out and has not ended waits again."""
    sweeps = table(SweepRow)
    with database.writing(f"tasks {sweep}") as connection:
        done = connection.execute(update(sweeps).where(sweeps.c.id == sweep, sweeps.c.holder == holder).values(
            holder="", held_until=NEVER))
        if done.rowcount:
            _take_back(connection, sweep)


def _take_back(connection: Connection, sweep: str) -> None:
    rows = table(TaskRow)
    connection.execute(update(rows).where(rows.c.sweep == sweep, rows.c.state == TaskState.CLAIMED.value).values(
        state=TaskState.WAITING.value))


def claim(database: Database, sweep: str, *, now: datetime, limit: int, busy_hosts: Collection[str] = (),
          turn: int | None = None) -> list[QueuedTask]:
    """Give out the next tasks whose time has come, in order: none to a busy host, at most one to any other host."""
    rows = table(TaskRow)
    asked = [rows.c.sweep == sweep, rows.c.state == TaskState.WAITING.value, rows.c.next_try <= written(now)]
    if turn is not None:
        asked.append(rows.c.turn == turn)
    with database.writing(f"tasks {sweep}") as connection:
        keys = _next(connection, asked, limit, busy_hosts)
        if not keys:
            return []
        these = [rows.c.sweep == sweep, rows.c.key.in_(keys)]
        connection.execute(update(rows).where(*these).values(
            state=TaskState.CLAIMED.value, claims=rows.c.claims + 1, changed=written(now)))
        found = {row.key: _task(row) for row in connection.execute(select(rows).where(*these)).all()}
    return [found[key] for key in keys]


def _next(connection: Connection, asked: Sequence[ColumnElement[bool]], limit: int,
          busy_hosts: Collection[str]) -> list[str]:
    """The keys of the next tasks: files are taken along the index, however many wait; of each site the first."""
    rows = table(TaskRow)
    order = (rows.c.turn, rows.c.position)
    files = select(rows.c.turn, rows.c.position, rows.c.key).where(*asked, rows.c.host == "").order_by(*order)
    place = func.row_number().over(partition_by=rows.c.host, order_by=order).label("place")
    free = rows.c.host.not_in(["", *sorted(map(named, busy_hosts))])
    numbered = select(rows.c.turn, rows.c.position, rows.c.key, place).where(*asked, free).subquery()
    sites = select(numbered.c.turn, numbered.c.position, numbered.c.key).where(numbered.c.place == 1).order_by(
        numbered.c.turn, numbered.c.position)
    found = [tuple(row) for wanted in (files, sites) for row in connection.execute(wanted.limit(limit)).all()]
    return [key for _, _, key in sorted(found)[:limit]]


def finish(database: Database, sweep: str, key: str, *, when: datetime, outcome: Document) -> bool:
    """The task has its result; False where it had ended before."""
    with database.writing() as connection:
        return finish_in(connection, sweep, key, when, outcome)


def finish_in(connection: Connection, sweep: str, key: str, when: datetime, outcome: Document) -> bool:
    """The same inside a transaction that does more."""
    return _ended(connection, sweep, key, {"state": TaskState.DONE.value, "outcome": _text(outcome),
                                           "changed": written(when)})


def fail(database: Database, sweep: str, key: str, *, when: datetime, fault: Document, again: datetime | None,
         turn: int = 0) -> bool:
    """The task failed: it waits until `again` and then comes in `turn`, or, without, has ended for good. False where it
    had ended before."""
    rows = table(TaskRow)
    state = TaskState.FAILED if again is None else TaskState.WAITING
    change = {"state": state.value, "attempts": rows.c.attempts + 1, "fault": _text(fault), "turn": turn,
              "next_try": written(again) if again else NEVER, "changed": written(when)}
    with database.writing() as connection:
        return _ended(connection, sweep, key, change)


def _ended(connection: Connection, sweep: str, key: str, change: Mapping[str, Any]) -> bool:
    rows = table(TaskRow)
    done = connection.execute(update(rows).where(rows.c.sweep == sweep, rows.c.key == key,
                                                 rows.c.state.not_in(ENDED)).values(**change))
    if done.rowcount and change["state"] in ENDED:
        kept = table(TaskSecretRow)
        connection.execute(delete(kept).where(kept.c.sweep == sweep, kept.c.key == key))
    return bool(done.rowcount)


def secret(database: Database, sweep: str, key: str) -> Document:
    """What only the worker of a task may see; empty where there is nothing, and after its end."""
    kept = table(TaskSecretRow)
    with database.reading() as connection:
        found = connection.execute(select(kept.c.content).where(kept.c.sweep == sweep, kept.c.key == key)).scalar()
    return json.loads(found) if found else {}


def next_try(database: Database, sweep: str) -> datetime | None:
    """When the next waiting task may be given out; None where none waits."""
    rows = table(TaskRow)
    with database.reading() as connection:
        found = connection.execute(select(func.min(rows.c.next_try)).where(
            rows.c.sweep == sweep, rows.c.state == TaskState.WAITING.value)).scalar()
    return None if found is None else read(found)


def tasks(database: Database, sweep: str, states: Collection[TaskState] = ()) -> Iterator[QueuedTask]:
    """The tasks of a sweep in the order planned; any number of them takes the memory of a few."""
    rows = table(TaskRow)
    asked = [rows.c.sweep == sweep, *([rows.c.state.in_(sorted(states))] if states else [])]
    last = 0
    while True:
        with database.reading() as connection:
            found = connection.execute(select(rows).where(*asked, rows.c.position > last)
                                       .order_by(rows.c.position).limit(CHUNK)).all()
        if not found:
            return
        yield from map(_task, found)
        last = found[-1].position


def task(database: Database, sweep: str, key: str) -> QueuedTask | None:
    """One task."""
    rows = table(TaskRow)
    with database.reading() as connection:
        found = connection.execute(select(rows).where(rows.c.sweep == sweep, rows.c.key == storable(key))).first()
    return None if found is None else _task(found)


def newest(database: Database, sweep: str, most: int, beyond: int = 0) -> list[QueuedTask]:
    """The tasks planned last, the last first."""
    rows = table(TaskRow)
    with database.reading() as connection:
        found = connection.execute(select(rows).where(rows.c.sweep == sweep).order_by(rows.c.position.desc())
                                   .limit(most).offset(beyond)).all()
    return [_task(row) for row in found]


def sweeps(database: Database, sweep: str = "") -> list[SweepState]:
    """All sweeps, the last planned first; or only the one named."""
    rows, listed = table(TaskRow), table(SweepRow)
    only, of_it = ([listed.c.id == sweep], [rows.c.sweep == sweep]) if sweep else ([], [])
    with database.reading() as connection:
        found = connection.execute(select(listed).where(*only).order_by(listed.c.planned.desc(), listed.c.id)).all()
        counted = connection.execute(select(rows.c.sweep, rows.c.state, func.count()).where(*of_it).group_by(
            rows.c.sweep, rows.c.state)).all()
    counts = {(one, state): number for one, state, number in counted}
    return [SweepState(row.id, row.who, read(row.planned), json.loads(row.content), row.holder,
                       read(row.held_until) if row.holder else None,
                       {state: counts.get((row.id, state.value), 0) for state in TaskState}) for row in found]


def _task(row: Any) -> QueuedTask:
    return QueuedTask(row.sweep, row.key, row.entry, row.host, json.loads(row.content), TaskState(row.state), row.turn,
                      row.claims, row.attempts, read(row.changed), json.loads(row.fault), json.loads(row.outcome))


def _text(document: Document) -> str:
    return canonical(document).decode("utf-8", "replace")
