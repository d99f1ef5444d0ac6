"""The fault drill: whatever is killed at whatever moment, every app has exactly one report in the end.

Everything is done from outside: the command tells JSON lines, processes are killed by their numbers, and a lock on the
database holds a finished result back from being written. The product knows nothing of it.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
import pytest

from appscan.checks import load
from appscan.readers.saved import unpacked_reading
from appscan.store import Store, TaskState

if TYPE_CHECKING:
    from .conftest import Running

SEED = 20260822
LONGEST_PAUSE = 0.06
"""Seconds between a sign of life and the kill; a small app takes about as long."""


class Dam(Protocol):
    """Holds writes back."""

    def held(self) -> contextlib.AbstractContextManager[None]: ...


@dataclass(frozen=True)
class PostgresDam:
    """Holds the table of reports; readers go on."""

    url: str

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Until a writer waits in front of it, and as long as the caller wants."""
        with psycopg.connect(self.url) as connection:
            connection.execute("lock table reports in share mode")
            for _ in range(400):
                waiting = connection.execute("select count(*) from pg_locks join pg_class on relation = pg_class.oid "
                                             "where relname = 'reports' and not granted").fetchone()
                if waiting and waiting[0]:
                    break
                time.sleep(0.01)
            yield
            connection.rollback()


@dataclass(frozen=True)
class SqliteDam:
    """Holds the one place where SQLite lets a writer be."""

    file: Path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """For longer than a small app takes, so that some result waits in front of it."""
        with contextlib.closing(sqlite3.connect(self.file, timeout=60, isolation_level=None)) as connection:
            connection.execute("begin immediate")
            time.sleep(0.4)
            yield
            connection.execute("rollback")


@dataclass
class Drill:
    """One sweep that is disturbed at seeded points, again and again, until it ends by itself."""

    start: Callable[[], Running]
    dam: Dam
    restart_database: Callable[[], None] | None
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    done: Counter[str] = field(default_factory=Counter)

    def run(self, kinds: list[str], every: int) -> int:
        """Disturb once after each `every` reports; the exit code of the run that came to its end."""
        running = self.start()
        left = list(kinds)
        self.chance.shuffle(left)
        reports, next_point = 0, every
        while (event := running.next_event()) is not None:
            reports += event["event"] == "finished"
            if left and reports >= next_point:
                next_point += self.chance.randint(every - 2, every + 2)
                running = self._disturbed(left.pop(), running)
        assert not left, (left, running.errors)
        return running.process.wait(60)

    def _disturbed(self, kind: str, running: Running) -> Running:
        time.sleep(self.chance.random() * LONGEST_PAUSE)
        match kind:
            case "worker":
                hands = running.hands()
                if not hands:
                    return running
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.chance.choice(hands).pid, signal.SIGKILL)
            case "coordinator":
                running.kill()
                running = self.start()
            case "commit":
                with self.dam.held():
                    running.kill()
                running = self.start()
            case "database":
                assert self.restart_database is not None
                self.restart_database()
        self.done[kind] += 1
        return running


def assert_once(store: Store, apps: int, checks: Path) -> None:
    """Every app has one report for its artifact and the checks, with a reading that can be read; nothing is left."""
    digest = load(checks).digest
    reports = list(store.reports(latest=False))
    assert Counter((one.entry, one.digests, one.checks_digest) for one in reports) == Counter(
        {(one.entry, one.digests, digest): 1 for one in reports})
    assert len({one.entry for one in reports}) == len(reports) == apps
    for one in reports:
        for artifact in one.artifacts:
            assert unpacked_reading(store.get_blob(artifact.reading), one.entry).artifact.sha256 == artifact.digest
    states = [Counter(task.state for task in store.tasks(one.id)) for one in store.sweeps()]
    assert states == [Counter({TaskState.DONE: apps})]


def _options(checks: Path) -> tuple[object, ...]:
    return ("--workers", 2, "--checks", checks, "--retry-after", 0.1, "--attempts", 8)


@pytest.mark.xdist_group("drill")
def test_killed_at_any_point_on_postgresql_every_app_has_one_report(
        apps: Callable[[int], Path], few_checks: Path, sweep: Callable[..., Running], postgres_server: Any,
        tmp_path: Path) -> None:
    folder, url = apps(200), postgres_server.new_database()
    store = (url, "--blobs", tmp_path / "blobs")
    drill = Drill(lambda: sweep(folder, "--store", *store, *_options(few_checks)), PostgresDam(url),
                  postgres_server.restart)
    kinds = ["worker"] * 10 + ["coordinator"] * 5 + ["commit"] * 5 + ["database"] * 2
    assert drill.run(kinds, every=8) == 0
    assert drill.done.total() - drill.done["database"] >= 20
    with Store.open(url, str(tmp_path / "blobs")) as opened:
        assert_once(opened, 200, few_checks)


@pytest.mark.xdist_group("drill")
def test_killed_at_any_point_on_sqlite_every_app_has_one_report(
        apps: Callable[[int], Path], few_checks: Path, sweep: Callable[..., Running], tmp_path: Path) -> None:
    folder, file = apps(40), tmp_path / "office.db"
    drill = Drill(lambda: sweep(folder, "--store", file, *_options(few_checks)), SqliteDam(file), None)
    assert drill.run(["worker", "coordinator", "coordinator", "commit", "commit"], every=6) == 0
    with Store.open(str(file)) as opened:
        assert_once(opened, 40, few_checks)
