"""Claims about what goes wrong outside: killed writers, a server that crashes, a full disk, a lock that is kept."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from appscan.errors import UnavailableError, UsageError
from appscan.store import Plan, Standing, Store, TaskState, patiently
from appscan.store.database import Database

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
SWEEP = "drill"


def forked(work: Callable[..., None], *arguments: Any) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    return process


def coordinate(url: str, blobs: str, document: dict[str, Any], started: Path) -> None:
    """Work on the queue as a coordinator does, until it is empty."""
    with Store.open(url, blobs) as store:
        store.hold(SWEEP, str(os.getpid()), now=NOON, until=NOON, over=store.sweep(SWEEP).holder)
        started.touch()
        while given := store.claim(SWEEP, now=NOON, limit=3):
            for task in given:
                reading = store.put_blob(f"reading of {task.entry}".encode() * 4000)
                store.add_report(document, product="P", entry=task.entry, standing=Standing.OFFICE, recorded=NOON,
                                 readings={document["artifacts"][0]["sha256"]: reading}, sweep=SWEEP, task=task.key)


def test_a_writer_killed_at_any_moment_loses_nothing_and_doubles_nothing(any_url, tmp_path, forced_report):
    names = [f"app {number}" for number in range(40)]
    blobs, luck = str(tmp_path / "blobs"), random.Random(6)
    with Store.open(any_url, blobs) as store:
        store.plan(SWEEP, [Plan(name, name, {}) for name in names], who="甲", when=NOON)
    for number in range(6):
        started = tmp_path / f"started {number}"
        process = forked(coordinate, any_url, blobs, forced_report, started)
        while not started.exists():
            time.sleep(0.005)
        time.sleep(luck.uniform(0.0, 0.12))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    last = forked(coordinate, any_url, blobs, forced_report, tmp_path / "started last")
    last.join()
    assert last.exitcode == 0
    with Store.open(any_url, blobs) as store:
        reports = list(store.reports(latest=False, verdicts=True))
        assert sorted(one.entry for one in reports) == sorted(names)
        assert all(one.document == forced_report and len(one.verdicts) == len(forced_report["verdicts"])
                   for one in reports)
        assert all(store.get_blob(one.artifacts[0].reading).startswith(f"reading of {one.entry}".encode())
                   for one in reports)
        assert store.sweep(SWEEP).counts[TaskState.DONE] == len(names)


def test_after_a_crash_of_the_server_the_same_store_goes_on(postgres_server, postgres_url, tmp_path, forced_report):
    with Store.open(postgres_url, str(tmp_path)) as store:
        keep = {"product": "P", "standing": Standing.OFFICE, "recorded": NOON}
        store.add_report(forced_report, entry="before", **keep)
        postgres_server.stop(signal.SIGQUIT)
        with pytest.raises(UnavailableError, match="store_unavailable"):
            store.add_report(forced_report, entry="after", **keep)
        with ThreadPoolExecutor(1) as threads:
            added = threads.submit(patiently, lambda: store.add_report(forced_report, entry="after", **keep), 60)
            time.sleep(0.5)
            postgres_server.start()
            assert added.result().is_new
        assert [one.entry for one in store.reports()] == ["after", "before"]


def test_a_transaction_that_the_crash_of_the_server_cut_off_leaves_nothing(postgres_server, postgres_url):
    Store.open(postgres_url).close()
    database = Database(postgres_url)

    def cut_off() -> None:
        with database.writing() as connection:
            connection.execute(text("insert into events(kind, subject, who, at, reason, content) "
                                    "values ('reviewed', '', '', '2026', '', '{}')"))
            postgres_server.restart()
            connection.execute(text("select 1"))

    with pytest.raises(UnavailableError):
        cut_off()
    database.close()
    with Store.open(postgres_url) as store:
        assert list(store.events()) == []


def test_a_database_that_the_server_does_not_have_is_wrong_usage_at_the_start(postgres_server):
    with pytest.raises(UsageError, match="store_unreachable"):
        Store.open(f"postgresql://appscan@127.0.0.1:{postgres_server.port}/missing")


def test_a_disk_that_is_full_keeps_nothing_half_and_may_be_tried_again(tmp_path, forced_report):
    file = str(tmp_path / "office.db")
    Store.open(file).close()
    outcome = tmp_path / "outcome"

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with Store.open(file) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
            number = 0
            with contextlib.suppress(UnavailableError):
                for number in range(200):
                    store.add_report(forced_report, product="P", entry=f"app {number:03}", standing=Standing.OFFICE,
                                     recorded=NOON)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            store.add_report(forced_report, product="P", entry=f"app {number:03}", standing=Standing.OFFICE,
                             recorded=NOON)
            outcome.write_text(str(number))

    process = forked(fill)
    process.join()
    stopped_at = int(outcome.read_text())
    assert 0 < stopped_at < 199, "the disk was full at some point"
    with Store.open(file) as store:
        assert [one.entry for one in store.reports()] == [f"app {number:03}" for number in range(stopped_at + 1)]
        assert all(one.document == forced_report for one in store.reports())


def test_a_lock_that_another_program_does_not_let_go_is_told(tmp_path):
    file = tmp_path / "office.db"
    with Store.open(f"sqlite:///{file}?timeout=0.1") as store:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("begin immediate")
        with pytest.raises(UnavailableError, match="locked"):
            store.remove_entries(["x"], who="甲", when=NOON, reason="")
        assert store.entries() == [], "readers read on"
        holder.execute("rollback")
        assert store.remove_entries(["x"], who="甲", when=NOON, reason="") == 0
        holder.close()


def test_patience_ends_with_the_error_itself():
    waits: list[float] = []

    def away() -> None:
        raise UnavailableError("store_unavailable", url="x", reason="gone")

    with pytest.raises(UnavailableError, match="gone"):
        patiently(away, 30, waits.append)
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


def test_writers_side_by_side_keep_a_report_once(any_url, tmp_path, forced_report):
    Store.open(any_url).close()

    def write() -> None:
        with Store.open(any_url) as store:
            for number in range(12):
                store.add_report(forced_report, product="P", entry=f"app {number}", standing=Standing.OFFICE,
                                 recorded=NOON)

    writers = [forked(write) for _ in range(3)]
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0, 0, 0]
    with Store.open(any_url) as store:
        assert len(list(store.reports(latest=False))) == 12
