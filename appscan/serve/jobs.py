"""Scans that were asked for: kept in the store as tasks before anything begins, done one by one in processes of their
own, so that neither a restart nor a hostile file costs more than itself. Knows no page."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appscan.errors import AppscanError, UnavailableError
from appscan.model.registry import Entry
from appscan.office.matching import Register, keys_of_document, unlisted
from appscan.scan import NAMED_SUFFIXES, READ_SUFFIXES, UNREAD_SUFFIXES
from appscan.serve.settings import Settings
from appscan.serve.work import READING, REPORT
from appscan.store import Event, EventKind, Plan, QueuedTask, Standing, Store, TaskState

DESK = "desk"
"""The sweep whose tasks these are."""
LEASE = timedelta(seconds=15)
RENEW_SECONDS = 3.0
MOST_CLAIMS = 3
"""A file that was in hand each time the desk itself ended is not tried for ever."""
GRACE = 120.0
"""Seconds beside reading: starting, judging, packing."""
LONGEST_LINE = 10_000
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A new scan: a blob with the name that its file had, and what is known of its app."""

    who: str
    name: str
    digest: str
    size: int
    entry: str = ""
    app: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a running job is."""

    stage: str = ""
    share: float = 0.0


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
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _name: str = field(default_factory=lambda: f"desk {os.getpid()} {uuid.uuid4().hex[:8]}")

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
        for process in list(self._running.values()):
            process.kill()
        for thread in self._threads:
            thread.join(10)
        if self._threads:
            with contextlib.suppress(AppscanError):
                self.store.let_go(DESK, self._name)

    def add(self, asked: Asked) -> str:
        """Keep a job, and who asked for it; its name."""
        key = secrets.token_hex(8)
        content = {"who": asked.who, "name": asked.name, "digest": asked.digest, "size": asked.size,
                   "entry": asked.entry, "app": asked.app, "owner": asked.owner, "asked": _now().isoformat()}
        self.store.plan(DESK, [Plan(key, asked.entry, content)], who=DESK, when=_now())
        self.store.record(Event(EventKind.SCAN_ASKED, key, asked.who, _now(), content=content))
        self._work.set()
        return key

    def cancel(self, job: QueuedTask, who: str) -> bool:
        """End a job without a result; False where it had ended."""
        fault = {"key": "scan_cancelled", "params": {"who": who}}
        if not self.store.fail(DESK, job.key, when=_now(), fault=fault):
            return False
        self.store.record(Event(EventKind.SCAN_CANCELLED, job.key, who, _now()))
        process = self._running.get(job.key)
        if process is not None:
            process.kill()
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
                holder = self.store.hold(DESK, self._name, now=_now(), until=_now() + LEASE)
                if holder == self._name:
                    self._held.set()
                else:
                    self._held.clear()
            self._stop.wait(RENEW_SECONDS)

    def _work_on(self) -> None:
        while not self._stop.is_set():
            self._work.wait(1.0)
            if not self._held.wait(1.0) or self._stop.is_set():
                continue
            self._work.clear()
            with self._patience():
                while not self._stop.is_set() and (jobs := self.store.claim(DESK, now=_now(), limit=1)):
                    self._one(jobs[0])

    @contextlib.contextmanager
    def _patience(self) -> Any:
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
        if job.claims > MOST_CLAIMS:
            self._fail(job, "scan_died", {})
            return
        folder = Path(tempfile.mkdtemp(prefix="appscan-desk-"))
        try:
            fault = self._scan(job, folder)
            if fault is None:
                self._keep(job, folder)
            elif not self._stop.is_set():
                self._fail(job, str(fault["key"]), fault["params"])
        except UnavailableError:
            raise
        except AppscanError as error:
            self._fail(job, error.key, {name: str(value) for name, value in error.params.items()})
        except Exception as error:
            self._fail(job, "scan_own_failure", {"reason": f"{type(error).__name__}: {error}"[:300]})
            raise
        finally:
            self._steps.pop(job.key, None)
            shutil.rmtree(folder, ignore_errors=True)

    def _fail(self, job: QueuedTask, key: str, params: Mapping[str, Any]) -> None:
        self.store.fail(DESK, job.key, when=_now(), fault={"key": key, "params": dict(params)})

    def _scan(self, job: QueuedTask, folder: Path) -> Mapping[str, Any] | None:
        """Let a process of its own do it; why there is no result, None where there is one."""
        content = job.content
        path = folder / f"artifact{_suffix(str(content['name']))}"
        with self.store.open_blob(str(content["digest"])) as blob, path.open("wb") as file:
            shutil.copyfileobj(blob, file, 1 << 20)
        asked = {"path": str(path), "folder": str(folder), "name": content["name"], "app": self._app(content),
                 "operator": content["who"], "checks": str(self.settings.checks or ""),
                 "seconds": self.settings.scan_seconds}
        process = subprocess.Popen([sys.executable, "-m", "appscan.serve.work"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
                                   errors="replace")
        self._running[job.key] = process
        timer = threading.Timer(self.settings.scan_seconds + GRACE, process.kill)
        timer.start()
        try:
            return self._followed(job.key, process, asked)
        finally:
            timer.cancel()
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    assert pipe is not None
                    pipe.close()
            process.wait()
            del self._running[job.key]

    def _followed(self, key: str, process: subprocess.Popen[str], asked: object) -> Mapping[str, Any] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
        while line := process.stdout.readline(LONGEST_LINE):
            said = json.loads(line)
            if "stage" in said:
                self._steps[key] = Step(str(said["stage"]), float(said["share"]))
            elif "fault" in said:
                fault: Mapping[str, Any] = said["fault"]
                return fault
            elif "done" in said:
                return None
        return {"key": "scan_died", "params": {}}

    def _app(self, content: Mapping[str, Any]) -> dict[str, Any]:
        entry = self._entry(str(content["entry"]))
        if entry is None:
            return {"name": content["app"], "owner": content["owner"], "audience": []}
        return {"name": entry.name, "owner": entry.owner, "product": entry.product, "region": entry.region,
                "level": entry.level.value if entry.level else "",
                "audience": sorted(one.value for one in entry.audience),
                "declared": None if entry.declared is None else dict(entry.declared)}

    def _entry(self, name: str) -> Entry | None:
        return next((one for one in self.store.entries() if one.id == name), None) if name else None

    def _keep(self, job: QueuedTask, folder: Path) -> None:
        """Keep the report with its readings and end the job, in one step; unless it was cancelled meanwhile."""
        now = self.store.task(DESK, job.key)
        if now is None or now.state is not TaskState.CLAIMED:
            return
        document = json.loads((folder / REPORT).read_text("utf-8"))
        entry, product = self._place(job, document)
        given = str(job.content["name"]).lower().endswith(READING)
        readings = {path.name.removesuffix(READING): self.store.put_blob(path)
                    for path in folder.glob(f"*{READING}") if path.stem != "artifact"}
        self.store.add_report(document, product=product, entry=entry, standing=Standing.OFFICE, recorded=_now(),
                              readings=readings, sweep=DESK, task=job.key, own=not given)

    def _place(self, job: QueuedTask, document: Mapping[str, Any]) -> tuple[str, str]:
        """Entry and product: as asked, else as the registry has it. Two that fit equally well are not guessed between:
        the report stands beside the registry until somebody says which it is."""
        register = Register(self.store.entries())
        entry = register.by_id.get(str(job.content["entry"])) or register.match(keys_of_document(document)).entry
        if entry is None:
            return unlisted(document), str(document["product"])
        return entry.id, entry.product or str(document["product"])


def _suffix(name: str) -> str:
    """The end of a file's name by which its kind is told; nothing else of the name reaches the disk."""
    known = (*READ_SUFFIXES, *NAMED_SUFFIXES, *UNREAD_SUFFIXES, READING)
    return next((one for one in sorted(known, key=len, reverse=True) if name.lower().endswith(one)), ".bin")


def _now() -> datetime:
    return datetime.now(UTC)
