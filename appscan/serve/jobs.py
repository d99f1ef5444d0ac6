"""Scans that were asked for: kept in the store as tasks of the sweep `desk` before anything begins, and done by hands
of the sweep engine under its ledger and its patience, so that neither a restart nor a hostile file costs more than
itself. Knows no page."""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from appscan.errors import AppscanError, UnavailableError, UsageError
from appscan.model.registry import Entry
from appscan.serve.asked import Asked, Login, file_in, manners_of, site_of, task_of
from appscan.serve.hands import Hand, new_hand
from appscan.serve.keeping import keep
from appscan.serve.sealing import Seal
from appscan.serve.settings import Settings
from appscan.store import Event, EventKind, Plan, QueuedTask, Store, TaskState
from appscan.sweep.frames import Frame
from appscan.sweep.ledger import Ledger
from appscan.sweep.retries import Patience
from appscan.sweep.tasks import DESK, Fault, FaultKind
from appscan.sweep.walking import GRACE as WALK_GRACE
from appscan.sweep.work import fault_of

RENEW_SECONDS = 3.0
MOST_CLAIMS = 3
"""A file that was in hand each time the desk itself ended is not tried for ever."""
PATIENCE = Patience(attempts=2)
GRACE = 120.0
"""Seconds beside walking and reading: starting, judging, packing."""
CAPTURE, CAPTURE_SHARE = "capture", 0.7
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a running job is: its stage, the share of the whole that is done; of a site the pages seen and queued."""

    stage: str = ""
    share: float = 0.0
    seen: int = 0
    queued: int = 0

    def after(self, told: Mapping[str, object], is_site: bool) -> Step:
        """The step that a hand told. A site is walked before it is read; the share never goes back, though pages come
        to light while others are seen."""
        seen, queued = int(str(told.get("seen", self.seen))), int(str(told.get("queued", self.queued)))
        share = float(str(told["share"]))
        if told["stage"] == CAPTURE:
            share = CAPTURE_SHARE * seen / (seen + queued + 1)
        elif is_site:
            share = CAPTURE_SHARE + (1 - CAPTURE_SHARE) * share
        return Step(str(told["stage"]), max(share, self.share), seen, queued)


@dataclass
class Jobs:
    """The queue of one desk. `start` makes threads that each work on one job at a time; `stop` ends them, and what they
    had in hand waits for the next start."""

    store: Store
    settings: Settings
    _stop: threading.Event = field(default_factory=threading.Event)
    _work: threading.Event = field(default_factory=threading.Event)
    _held: threading.Event = field(default_factory=threading.Event)
    _steps: dict[str, Step] = field(default_factory=dict)
    _running: dict[str, Hand] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._seal = Seal(self.settings.key)
        self._ledger = Ledger(self.store, DESK, 0.0, lambda reason, _: _LOG.warning("store away: %s", reason))

    def start(self) -> None:
        """Begin to work."""
        self.store.plan(DESK, [], who=DESK, when=_now())
        targets = [self._keep_hold, *[self._work_on] * self.settings.workers]
        self._threads = [threading.Thread(target=one, daemon=True, name=f"desk-{number}")
                         for number, one in enumerate(targets)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all that runs; jobs in hand wait again."""
        self._stop.set()
        self._work.set()
        for hand in list(self._running.values()):
            hand.cancel()
        for thread in self._threads:
            thread.join(10)
        if self._threads:
            with contextlib.suppress(AppscanError):
                self._ledger.let_go()

    def sealed(self, login: Login | None) -> dict[str, str]:
        """A login as it may be kept; nothing for none. Raises UsageError `key_missing` where the desk has no key."""
        return self._seal.sealed(login.to_plain()) if login else {}

    def add(self, asked: Asked, sealed: Mapping[str, str] | None = None) -> str:
        """Keep a job, and who asked for it; its name. A `sealed` login is for the worker alone and ends with the
        job."""
        key, content = secrets.token_hex(8), asked.to_plain(_now())
        host = urlsplit(asked.site.url).netloc.lower() if asked.site else ""
        plan = Plan(key, asked.entry, content, host, dict(sealed or {}))
        self.store.plan(DESK, [plan], who=DESK, when=_now())
        self.store.record(Event(EventKind.SCAN_ASKED, key, asked.who, _now(), content=content))
        self._work.set()
        return key

    def cancel(self, job: QueuedTask, who: str) -> bool:
        """End a job without a result; False where it had ended."""
        fault = Fault(FaultKind.PERMANENT, "scan_cancelled", {"who": who})
        if not self.store.fail(DESK, job.key, when=_now(), fault=fault.to_json()):
            return False
        self.store.record(Event(EventKind.SCAN_CANCELLED, job.key, who, _now()))
        hand = self._running.get(job.key)
        if hand is not None:
            hand.cancel()
        return True

    def job(self, key: str) -> QueuedTask | None:
        """One job; None where there is none."""
        return self.store.task(DESK, key)

    def newest(self, most: int, before: int = 0) -> list[QueuedTask]:
        """The last jobs asked for, the last first; those beyond the first `before`."""
        return self.store.newest_tasks(DESK, most, before)

    def step(self, key: str) -> Step:
        """How far a running job is; empty for any other."""
        return self._steps.get(key, Step())

    # Threads

    def _keep_hold(self) -> None:
        """Be the one desk that works on the jobs, as long as this process lives."""
        while not self._stop.is_set():
            with self._patience():
                try:
                    if self._held.is_set():
                        self._ledger.keep_hold()
                    else:
                        self._ledger.take_hold()
                    self._held.set()
                except UsageError:  # another desk has them
                    self._held.clear()
            self._stop.wait(RENEW_SECONDS)

    def _work_on(self) -> None:
        while not self._stop.is_set():
            self._work.wait(1.0)
            if not self._held.wait(1.0) or self._stop.is_set():
                continue
            self._work.clear()
            with self._patience():
                while not self._stop.is_set() and (jobs := self._ledger.claim(1, list(self._hosts.values()))):
                    self._one(jobs[0])

    @contextlib.contextmanager
    def _patience(self) -> Iterator[None]:
        """A store that is away for a while ends no thread."""
        try:
            yield
        except UnavailableError as error:
            _LOG.warning("store away: %s", error)
            self._stop.wait(2.0)
        except Exception:  # noqa: BLE001 (a fault of ours must not end the thread that all later jobs need)
            _LOG.exception("jobs")
            self._stop.wait(2.0)

    def _one(self, job: QueuedTask) -> None:
        if job.claims > MOST_CLAIMS + job.attempts:
            self._failed(job, Fault(FaultKind.PERMANENT, "scan_died"))
            return
        folder = Path(tempfile.mkdtemp(prefix="appscan-desk-"))
        self._hosts[job.key] = job.host
        try:
            answer = self._answer(job, folder)
            fault = fault_of(answer.header)
            if fault is None:
                self._kept(job, answer)
            elif not self._stop.is_set():
                self._failed(job, _named(fault, folder, str(job.content["name"])))
        except UnavailableError:
            raise
        except AppscanError as error:
            self._failed(job, Fault.of(FaultKind.PERMANENT, error))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:300]
            self._failed(job, Fault(FaultKind.OWN, "scan_own_failure", {"reason": reason}))
            raise
        finally:
            self._steps.pop(job.key, None)
            self._hosts.pop(job.key, None)
            shutil.rmtree(folder, ignore_errors=True)

    def _failed(self, job: QueuedTask, fault: Fault) -> None:
        again = PATIENCE.next_try(fault.kind, job.attempts + 1, job.key, _now())
        self._ledger.fail(job.key, fault, again)

    def _answer(self, job: QueuedTask, folder: Path) -> Frame:
        """Let a hand do it."""
        content, site = job.content, site_of(job.content)
        if site is None:
            with (self.store.open_blob(str(content["digest"])) as blob,
                  file_in(folder, str(content["name"])).open("wb") as file):
                shutil.copyfileobj(blob, file, 1 << 20)
        task = task_of(content, self._entry(str(content["entry"])), folder)
        manners = manners_of(content, self.settings, self._login_of(job), folder)
        seconds = self.settings.scan_seconds + GRACE + (site.minutes * 60 + WALK_GRACE if site else 0)

        def tell(told: Mapping[str, object]) -> None:
            self._steps[job.key] = self.step(job.key).after(told, site is not None)

        hand = new_hand()
        self._running[job.key] = hand
        try:
            return hand.answer(task, manners, seconds, tell)
        finally:
            del self._running[job.key]
            hand.close()

    def _login_of(self, job: QueuedTask) -> dict[str, Any]:
        """The login that came with a job; nothing where none did. Raises UsageError `login_gone` where the store has
        lost it: a site that is walked without its login shows less than was asked for. A job that was cancelled just
        now is in the same state, and its fault stays the one that it has."""
        login, site = self._seal.opened(self.store.secret(DESK, job.key)), site_of(job.content)
        if site is not None and site.login and not login:
            raise UsageError("login_gone")
        return login

    def _entry(self, name: str) -> Entry | None:
        return next((one for one in self.store.entries() if one.id == name), None) if name else None

    def _kept(self, job: QueuedTask, answer: Frame) -> None:
        """Keep what came of it, unless it was cancelled meanwhile."""
        now = self.store.task(DESK, job.key)
        if now is not None and now.state is TaskState.CLAIMED:
            keep(self.store, job, answer)


def _named(fault: Fault, folder: Path, name: str) -> Fault:
    """The fault with the file called as its sender called it: where it lay for its scan is nobody's business."""
    file = file_in(folder, name)
    return replace(fault, params={key: text.replace(str(file), name).replace(file.name, name)
                                  for key, text in fault.params.items()})


def _now() -> datetime:
    return datetime.now(UTC)
