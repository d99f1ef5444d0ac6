"""The sweep's side of the store: which sweep this is, what is left of it, and its results, kept once. Waits for a store
that goes away for a while. Knows no worker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from appscan.errors import UnavailableError, UsageError
from appscan.store import QueuedTask, Standing, Store, SweepState, TaskState
from appscan.sweep.holding import Life, host_and_process, life_of, own_name
from appscan.sweep.tasks import Fault, Task

T = TypeVar("T")
LEASE = timedelta(seconds=90)
RENEW_EVERY = 15.0
"""Seconds between two notes that the coordinator lives; six may be missed."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0


@dataclass(frozen=True, slots=True)
class Sought:
    """What makes two reports on one artifact the same; an empty reader is a kind without one."""

    entry: str
    digest: str
    reader: str
    checks_digest: str
    options_digest: str


class Ledger:
    """One sweep in the store, held by this process. `wait_seconds`: so long a store that is away is waited for; `told`
    hears of each wait."""

    def __init__(self, store: Store, sweep: str, wait_seconds: float, told: Callable[[str, float], None]) -> None:
        self._store, self.sweep, self._wait, self._told = store, sweep, wait_seconds, told
        self._holder = own_name()
        self._renewed = 0.0

    def take_hold(self) -> None:
        """Become the sweep's coordinator. Where a former one was on another machine and gives no sign of life, its time
        is waited for. Raises UsageError `sweep_held` where another one lives."""
        before = self._kept(self._state)
        match life_of(before.holder) if before.holder else Life.DEAD:
            case Life.DEAD:
                self._kept(lambda: self._hold(before.holder))
            case Life.ALIVE:
                self._kept(lambda: self._hold(""))
            case Life.UNKNOWN:
                self._wait_for(before)

    def _wait_for(self, before: SweepState) -> None:
        end = time.monotonic() + LEASE.total_seconds() + RENEW_EVERY
        while True:
            now = self._kept(self._state)
            if now.holder != before.holder or now.held_until != before.held_until or time.monotonic() > end:
                break  # it lives, or let go, or another one came
            if now.held_until is None or now.held_until < _now():
                break
            time.sleep(1)
        self._kept(lambda: self._hold(""))

    def _state(self) -> SweepState:
        return next(one for one in self._store.sweeps() if one.id == self.sweep)

    def keep_hold(self) -> None:
        """Note now and then that we live. Raises UsageError `sweep_held` where another one took the sweep."""
        if time.monotonic() - self._renewed > RENEW_EVERY:
            self._kept(lambda: self._hold(""))

    def let_go(self) -> None:
        """What was given out and has not ended may be taken by the next run at once."""
        self._store.let_go(self.sweep, self._holder)

    def claim(self, limit: int, busy_hosts: Collection[str]) -> list[QueuedTask]:
        """Tasks whose time has come."""
        return self._kept(lambda: self._store.claim(self.sweep, now=_now(), limit=limit, busy_hosts=busy_hosts))

    def next_try(self) -> datetime | None:
        """When the next waiting task may be taken; None where none waits."""
        return self._kept(lambda: self._store.next_try(self.sweep))

    def report_there(self, sought: Sought) -> int:
        """The office's report on the artifact; 0 where there is none, or where something else was made of it since."""
        return self._kept(lambda: self._store.has_report(
            entry=sought.entry, digests=[sought.digest], readers=[sought.reader], standing=Standing.OFFICE,
            checks_digest=sought.checks_digest, options_digest=sought.options_digest, stands=True))

    def reading_there(self, digest: str, reader: str) -> str:
        """Digest of a stored reading of the artifact by this version of its reader; empty for none."""
        return self._kept(lambda: self._store.reading(digest, reader))

    def blob(self, digest: str) -> bytes:
        """Bytes of a blob. Raises UsageError where they are missing or damaged."""
        return self._kept(lambda: self._store.get_blob(digest))

    def keep(self, content: bytes) -> str:
        """Keep bytes as a blob; their digest."""
        return self._kept(lambda: self._store.put_blob(content))

    def add(self, task: Task, document: bytes, reading: str, how: str) -> Mapping[str, object]:
        """Keep a report and end its task, both or neither; what the task ended with."""
        report: dict[str, Any] = json.loads(document)
        digest = str(report["artifacts"][0]["sha256"])
        outcome = {"how": how, "overall": report["overall"]}
        added = self._kept(lambda: self._store.add_report(
            report, product=task.app.product or task.entry, entry=task.entry, standing=Standing.OFFICE,
            recorded=_now(), readings={digest: reading} if reading else {}, sweep=self.sweep, task=task.key,
            outcome=outcome, stands=True))
        return {**outcome, "report": added.id}

    def same(self, task: Task, digest: str, report: int) -> Mapping[str, object]:
        """End a task whose report is there: the app was met again as it was. What the task ended with."""
        there = self._kept(lambda: self._store.report(report))
        assert there is not None  # reports are never deleted
        self._kept(lambda: self._store.saw(entry=task.entry, appearance=there.appearance, digests=[digest],
                                           when=_now()))
        outcome = {"how": "same", "overall": there.overall, "report": report}
        self._kept(lambda: self._store.finish(self.sweep, task.key, when=_now(), outcome=outcome))
        return outcome

    def fail(self, key: str, fault: Fault, again: datetime | None, turn: int = 0) -> None:
        """Write a failure of a task at once, and when it comes again."""
        self._kept(lambda: self._store.fail(self.sweep, key, when=_now(), fault=fault.to_json(), again=again,
                                            turn=turn))

    def outcomes(self) -> Iterator[QueuedTask]:
        """All tasks of the sweep that have ended."""
        return self._store.tasks(self.sweep, TaskState.DONE, TaskState.FAILED)

    def _hold(self, over: str) -> None:
        holder = self._store.hold(self.sweep, self._holder, now=_now(), until=_now() + LEASE, over=over)
        if holder != self._holder:
            host, number = host_and_process(holder)
            raise UsageError("sweep_held", sweep=self.sweep, host=host, process=number)
        self._renewed = time.monotonic()

    def _kept(self, act: Callable[[], T]) -> T:
        """Do something in the store; while it is away, wait and do it again. Every act may be done twice, since a store
        that went away may have done it before it went. Raises UnavailableError when the waiting is over."""
        end, pause = time.monotonic() + self._wait, FIRST_WAIT
        while True:
            try:
                return act()
            except UnavailableError as away:
                if time.monotonic() + pause > end:
                    raise
                self._told(str(away.params.get("reason", "")), pause)
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_WAIT)


def _now() -> datetime:
    return datetime.now(UTC)
