"""Many small different apps, packs of few checks, and the real command in a process that tests may kill."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.warm import Warm

TINY = ("remote-shell.apk", "checkin-forced.apk", "order-notice.apk", "quoted-regulation.apk")
KEPT = ("check-in", "forced-login")
COMMAND = [sys.executable, "-c", "from appscan.cli import main; main()"]
SECONDS = 240


@pytest.fixture(scope="session")
def few_checks(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped packs with two of their checks: what a sweep does around judging is the same."""
    folder = tmp_path_factory.mktemp("packs") / "checks"
    shutil.copytree(project_root / "checks", folder)
    for file in sorted((folder / "features").glob("*.yaml")):
        if file.stem not in KEPT:
            file.unlink()
    return folder


@pytest.fixture
def apps(built_apks: Path, tmp_path: Path) -> Callable[[int], Path]:
    """Makes a folder with so many different APKs: fixtures with a ZIP comment of their own."""

    def make(count: int) -> Path:
        folder = tmp_path / "apps"
        folder.mkdir(exist_ok=True)
        for number in range(count):
            commented(built_apks / TINY[number % len(TINY)], folder / f"app-{number:04}.apk", f"app {number}")
        return folder

    return make


def commented(source: Path, target: Path, comment: str) -> None:
    """A copy with a comment in its last record (APPNOTE 4.3.16: its length stands in the last two bytes)."""
    content = source.read_bytes()
    assert content[-22:-18] == b"PK\5\6"
    assert content[-2:] == b"\0\0"
    target.write_bytes(content[:-2] + len(comment.encode()).to_bytes(2, "little") + comment.encode())


@dataclass
class Running:
    """A sweep in a process of its own, with the events it tells."""

    process: subprocess.Popen[bytes]
    events: queue.SimpleQueue[dict[str, Any] | None] = field(default_factory=queue.SimpleQueue)
    seen: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def next_event(self, seconds: float = SECONDS) -> dict[str, Any] | None:
        """The next event; None at the end of the process."""
        event = self.events.get(timeout=seconds)
        if event is not None:
            self.seen.append(event)
        return event

    def until(self, name: str, count: int = 1) -> None:
        """Wait for so many events of a name."""
        while count:
            event = self.next_event()
            assert event is not None, (name, self.errors)
            count -= event["event"] == name

    def hands(self) -> list[psutil.Process]:
        """Its workers."""
        return [one for one in psutil.Process(self.process.pid).children() if "appscan.sweep.hand" in one.cmdline()]

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        while self.next_event() is not None:
            pass
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """SIGKILL, as from a machine without memory."""
        self.process.kill()
        self.process.wait(SECONDS)


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `appscan sweep … --json`; what still runs at the end of the test is killed."""
    started: list[Running] = []

    def start(*arguments: object) -> Running:
        process = subprocess.Popen([*COMMAND, "sweep", *map(str, arguments), "--json", "--lang", "en"], cwd=tmp_path,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "PYTHONUTF8": "1"}, preexec_fn=_in_the_foreground)  # noqa: PLW1509
        running = Running(process)
        started.append(running)
        threading.Thread(target=_read, args=(running,), daemon=True).start()
        threading.Thread(target=_complain, args=(running,), daemon=True).start()
        return running

    yield start
    for running in started:
        running.kill()
        for stream in (running.process.stdout, running.process.stderr):
            assert stream is not None
            stream.close()


def _read(running: Running) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        if line.endswith(b"\n"):  # a killed process may leave half a line
            running.events.put(json.loads(line))
    running.events.put(None)


def _complain(running: Running) -> None:
    assert running.process.stderr is not None
    running.errors.extend(line.decode("utf-8", "replace") for line in running.process.stderr)


def _in_the_foreground() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def appscan(tmp_path: Path, warm: Warm) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command to its end."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*warm.command, *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS,
                              cwd=tmp_path, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PYTHONUTF8": "1", **environment})

    return run
