"""One run of the command `sweep`: continue or begin, work, sum up. Knows no option's syntax."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from appscan.cli.exits import ExitCode
from appscan.cli.stores import acting
from appscan.cli.sweep_listeners import Heard, Human, JsonLines
from appscan.cli.sweeping import SweepOrder, engine_for, tasks_of
from appscan.errors import UsageError
from appscan.office.owners import owners_of
from appscan.portfolio.owner_names import OwnerNames
from appscan.store import Plan, Store, SweepState, TaskState
from appscan.sweep.coordinator import Coordinator
from appscan.sweep.inventory import Omissions
from appscan.sweep.ledger import Ledger
from appscan.sweep.metrics import MetricsFile
from appscan.sweep.progress import Meter
from appscan.sweep.retries import Patience
from appscan.sweep.summary import by_owner
from appscan.sweep.tasks import FaultKind, Manners


class SweepRun:
    """One run. `sweep` is the sweep's id once it is known."""

    def __init__(self, order: SweepOrder, store: Store, manners: Manners, source: str) -> None:
        self._order, self._store, self._manners, self._source = order, store, manners, source
        self._omissions = Omissions()
        self.sweep = ""

    def go(self, stop: Callable[[], bool]) -> ExitCode:
        """Work until everything has ended or `stop`. Raises UsageError, UnavailableError, EngineError."""
        order = self._order
        engine = engine_for(order.workers, order.cluster, self._manners)
        try:
            continued = self._planned()
            audience = JsonLines() if order.as_json else Human(order.console)
            listener = Heard(audience, MetricsFile(order.metrics, self.sweep) if order.metrics else None)
            ledger = Ledger(self._store, self.sweep, order.bounds.store_wait, listener.store_waits)
            ledger.take_hold()
            state = self._state()
            meter = Meter(state.counts[TaskState.DONE], state.counts[TaskState.FAILED],
                          state.counts[TaskState.WAITING] + state.counts[TaskState.CLAIMED])
            patience = Patience(order.bounds.attempts, order.bounds.retry_after)
            listener.begun(self.sweep, meter.now(), continued=continued)
            over = Coordinator(ledger, engine, self._manners, patience, listener, meter, stop).run()
        finally:
            engine.close()
        ledger.let_go()
        listener.ended(meter.now(), stopped=not over)
        listener.summed(by_owner(ledger.outcomes(), OwnerNames(owners_of(self._store))))
        return self._code(meter, over=over)

    def _planned(self) -> bool:
        """Find the sweep that was cut short, or begin one, and plan what it does not have; whether it is an old one.
        One after which the same inventory was swept otherwise is left: what it saw then may be another app today."""
        order, now = self._order, datetime.now(UTC)
        last = next((one for one in self._store.sweeps() if one.content.get("source") == self._source), None)
        alike = [last] if last is not None and last.content == self._identity() and not last.is_over else []
        self.sweep = alike[0].id if alike and not order.new else self._new_id(now)
        added = self._store.plan(self.sweep, self._plans(), who=acting(order.operator), when=now,
                                 content=self._identity())
        for folder in self._omissions.unread:
            order.console.trouble("errors.unreadable_folder", name=folder)
        for key, named in (("entries_empty", self._omissions.empty), ("addresses_left", self._omissions.left)):
            if named.count:
                order.console.note(f"cli.sweep.{key}", **named.told())
        if not added and not alike and not self._omissions.unread and not self._state().counts[TaskState.DONE]:
            raise UsageError("inventory_empty", path=order.source)
        return bool(alike) and not order.new

    def _plans(self) -> Iterator[Plan]:
        for task in tasks_of(self._order, self._store.entries, self._omissions):
            yield Plan(task.key, task.entry, task.to_json(), task.host)

    def _identity(self) -> dict[str, str]:
        """What makes two runs the same sweep: the inventory, and everything that changes a report."""
        manners = self._manners
        options = json.dumps([manners.profile, self._order.jurisdiction, dict(manners.capture)], sort_keys=True)
        return {"source": self._source, "checks_digest": manners.checks_digest,
                "options": hashlib.sha256(options.encode()).hexdigest()}

    def _new_id(self, now: datetime) -> str:
        taken = {one.id for one in self._store.sweeps()}
        name = f"{now:%Y%m%dT%H%M%SZ}-{Path(self._source).name[:60]}"
        names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
        return next(one for one in names if one not in taken)

    def _state(self) -> SweepState:
        return next(one for one in self._store.sweeps() if one.id == self.sweep)

    def _code(self, meter: Meter, *, over: bool) -> ExitCode:
        if not over:
            return ExitCode.INTERRUPTED
        if meter.faults[FaultKind.OWN.value]:
            return ExitCode.OWN_FAILURE
        if not meter.done:
            return ExitCode.NOTHING_READ
        return ExitCode.UNDECIDED if meter.failed or self._omissions.unread else ExitCode.OK
