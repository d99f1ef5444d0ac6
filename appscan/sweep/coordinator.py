"""The loop of a sweep: takes tasks from the store, gives jobs to workers, and alone writes what they answer. Knows no
reader and no verdict."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from appscan.errors import UsageError
from appscan.scan import options_digest
from appscan.sweep.engine import Done, Engine, Job, Loss
from appscan.sweep.frames import Frame
from appscan.sweep.ledger import Ledger, Sought
from appscan.sweep.progress import Meter
from appscan.sweep.retries import Patience
from appscan.sweep.tasks import Fault, FaultKind, Looked, Manners, Place, Task
from appscan.sweep.telling import Listener
from appscan.sweep.walking import GRACE, MINUTES
from appscan.sweep.work import fault_of, options_of

LOOK_SECONDS = 3600.0
"""For fetching and digesting one file."""

JUDGE_SECONDS = 600.0
"""Beside reading: judging, packing the reading, waiting behind a look."""

BEAT = 0.25
"""Seconds after which the loop looks up although no worker answered."""


@dataclass(slots=True)
class Active:
    """A task in hand: `second` in the second pass; what a look at its file gave."""

    task: Task
    attempts: int
    second: bool
    looked: Looked | None = None
    reading: str = ""


@dataclass(slots=True)
class Coordinator:
    """One run over one sweep. `stop` is asked before anything new is begun."""

    ledger: Ledger
    engine: Engine
    manners: Manners
    patience: Patience
    listener: Listener
    meter: Meter
    stop: Callable[[], bool] = lambda: False
    active: dict[str, Active] = field(default_factory=dict)
    ready: deque[str] = field(default_factory=deque)

    def run(self) -> bool:
        """Work until every task has ended, or until stopped; whether everything has ended. Raises EngineError and
        UnavailableError where workers or store are gone for good; nothing is lost then, only not done."""
        while not self.stop():
            self.ledger.keep_hold()
            self._fill()
            if not self.active and self.ledger.next_try() is None:
                return True
            for done in self.engine.wait(BEAT):
                self._take(done)
            self.listener.progress(self.meter.now())
        return False

    def _fill(self) -> None:
        """Claim some tasks and give jobs while there is room. What is in hand does not grow with the sweep."""
        window = self.engine.workers * 4
        if len(self.active) <= window // 2:
            busy = {active.task.host for active in self.active.values() if active.task.host}
            for queued in self.ledger.claim(window - len(self.active), busy):
                task = Task.from_json(queued.content)
                self.active[task.key] = Active(task, queued.attempts, queued.turn > 0)
                self.ready.append(task.key)
        for _ in range(min(self.engine.room, len(self.ready))):
            self.engine.give(self._job(self.active[self.ready.popleft()]))

    def _job(self, active: Active) -> Job:
        task, seconds = active.task, self.manners.seconds[1 if active.second else 0]
        if task.thing.place is Place.FILE and active.looked is None:
            return Job(task.key, Frame({"do": "look", "task": task.to_json()}), LOOK_SECONDS)
        parts = self._stored(active)
        limit = LOOK_SECONDS + seconds + JUDGE_SECONDS
        if task.thing.place is Place.SITE:
            limit += float(self.manners.capture.get("max_minutes", MINUTES)) * 60 + GRACE
        ask = Frame({"do": "work", "task": task.to_json(), "seconds": seconds}, parts)
        return Job(task.key, ask, limit, active.looked.where if active.looked and not parts else "")

    def _stored(self, active: Active) -> tuple[bytes, ...]:
        """The stored reading of the artifact, if there is one that can be used."""
        if not active.reading:
            return ()
        try:
            return (self.ledger.blob(active.reading),)
        except UsageError:  # missing or damaged: the artifact is here, so it is read again
            active.reading = ""
            return ()

    def _take(self, done: Done) -> None:
        active = self.active.get(done.job.name)
        if active is None:
            return
        if done.answer is None:
            self._lost(active, done)
        elif (fault := fault_of(done.answer.header)) is not None:
            self._failed(active, fault)
        elif "looked" in done.answer.header:
            self._seen(active, done)
        elif done.answer.header["slow"] and not active.second:
            self._failed(active, Fault(FaultKind.SLOW, "time_limit", {"name": active.task.thing.location,
                                                                     "seconds": f"{self.manners.seconds[0]:g}"}))
        else:
            self._kept(active, done.answer)

    def _seen(self, active: Active, done: Done) -> None:
        """After a look: nothing to do where the report is there, else judge the stored reading, else read."""
        assert done.answer is not None
        active.looked = Looked.from_json({**done.answer.header["looked"], "where": done.where})
        options = options_digest(options_of(active.task, self.manners), active.task.app)
        sought = Sought(active.task.entry, active.looked.digest, active.looked.reader, self.manners.checks_digest,
                        options)
        report = self.ledger.report_there(sought)
        if report:
            self._end(active, self.ledger.same(active.task, active.looked.digest, report))
            return
        active.reading = self.ledger.reading_there(active.looked.digest, active.looked.reader)
        self.ready.appendleft(active.task.key)  # before new looks, so that what was fetched is used soon

    def _kept(self, active: Active, answer: Frame) -> None:
        """Write the report with its reading, in one step with the end of the task."""
        reading = active.reading
        if "reading" in answer.header:
            reading = self.ledger.keep(answer.parts[answer.header["reading"]])
        if "recording" in answer.header:
            self.ledger.keep(answer.parts[answer.header["recording"]])
        for picture in answer.header.get("pictures", ()):
            self.ledger.keep(answer.parts[picture])
        how = "read" if "reading" in answer.header or not active.reading else "judged"
        self._end(active, self.ledger.add(active.task, answer.parts[answer.header["report"]], reading, how))

    def _end(self, active: Active, outcome: Mapping[str, object]) -> None:
        del self.active[active.task.key]
        self.meter.finished(str(outcome["how"]))
        self.listener.finished(active.task, outcome)

    def _lost(self, active: Active, done: Done) -> None:
        if done.loss is Loss.DROPPED:  # it never began; that is nobody's failure
            active.looked = None
            self.ready.append(active.task.key)
            return
        self.meter.workers_lost += 1
        self.listener.worker_lost(done.where, str(done.loss))
        name = {"name": active.task.thing.location}
        if done.loss is Loss.HUNG and not active.second:
            self._failed(active, Fault(FaultKind.SLOW, "worker_hung", name))
        else:
            key = "worker_hung" if done.loss is Loss.HUNG else "worker_died"
            self._failed(active, Fault(FaultKind.DIED, key, name))

    def _failed(self, active: Active, fault: Fault) -> None:
        """Write the failure, and when the task comes again, if it does."""
        now = datetime.now(UTC)
        again = self.patience.next_try(fault.kind, active.attempts + 1, active.task.key, now)
        second = active.second or fault.kind is FaultKind.SLOW
        del self.active[active.task.key]
        self.ledger.fail(active.task.key, fault, again, 1 if second else 0)
        if again is None:
            self.meter.gave_up(fault.kind.value)
        else:
            self.meter.will_retry(fault.kind.value)
        self.listener.failed(active.task, fault, again)
