"""Claims about `appscan sweep`: what is there is not done again, failures end in rows, and every stop can be gone on
from."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.store import Plan, Store, TaskState

from .conftest import COMMAND

if TYPE_CHECKING:
    from .conftest import Running

Sweep = Callable[..., "Running"]


@pytest.fixture
def command() -> list[str]:
    """The command without its arguments."""
    return COMMAND


@pytest.fixture
def options(few_checks: Path, tmp_path: Path) -> tuple[object, ...]:
    """Where the tests of this module keep, and with which checks they judge."""
    return ("--store", tmp_path / "office.db", "--checks", few_checks, "--workers", 1, "--retry-after", 0.1)


def hows(running: Running) -> Counter[str]:
    """How the tasks of a run came to their reports."""
    return Counter(event["how"] for event in running.seen if event["event"] == "finished")


def test_unchanged_apps_are_neither_read_nor_judged_again(apps: Callable[[int], Path], sweep: Sweep,
                                                          options: tuple[object, ...], tmp_path: Path) -> None:
    first = sweep(apps(3), *options)
    assert first.ended() == 0
    again = sweep(apps(3), *options)
    assert again.ended() == 0
    assert (hows(first), hows(again)) == (Counter(read=3), Counter(same=3))
    with Store.open(str(tmp_path / "office.db")) as store:
        assert len(list(store.reports(latest=False))) == 3
        assert [one.counts[TaskState.DONE] for one in store.sweeps()] == [3, 3]


def test_a_sweep_that_was_cut_short_before_a_later_one_is_not_gone_on_with(
        apps: Callable[[int], Path], sweep: Sweep, options: tuple[object, ...], tmp_path: Path) -> None:
    assert sweep(apps(1), *options).ended() == 0
    with Store.open(str(tmp_path / "office.db")) as store:
        (done,) = store.sweeps()
        (task,) = store.tasks(done.id)
        store.plan("older", [Plan("key", task.entry, task.content)], who="test",
                   when=done.planned - timedelta(days=30), content=done.content)
        assert [one.is_over for one in store.sweeps()] == [True, False]
    assert sweep(apps(1), *options).ended() == 0
    with Store.open(str(tmp_path / "office.db")) as store:
        assert [one.counts[TaskState.DONE] for one in store.sweeps()] == [1, 1, 0]


def test_an_app_under_another_name_is_judged_from_the_stored_reading(
        apps: Callable[[int], Path], sweep: Sweep, options: tuple[object, ...]) -> None:
    folder = apps(2)
    assert sweep(folder, *options).ended() == 0
    (folder / "app-0000.apk").rename(folder / "renamed.apk")
    again = sweep(folder, *options)
    assert again.ended() == 0
    assert hows(again) == Counter(judged=1, same=1)


def test_other_checks_judge_stored_readings_and_open_no_app(apps: Callable[[int], Path], sweep: Sweep,
                                                            options: tuple[object, ...], few_checks: Path,
                                                            tmp_path: Path) -> None:
    folder = apps(2)
    assert sweep(folder, *options).ended() == 0
    other = tmp_path / "other"
    shutil.copytree(few_checks, other)
    pack = other / "pack.yaml"
    pack.write_text(re.sub(r'version: .*', 'version: "2099.1"', pack.read_text("utf-8")), encoding="utf-8")
    again = sweep(folder, *options, "--checks", other)
    assert again.ended() == 0
    assert hows(again) == Counter(judged=2)


def test_a_broken_app_fails_once_and_stops_nothing(apps: Callable[[int], Path], sweep: Sweep,
                                                   options: tuple[object, ...], tmp_path: Path) -> None:
    folder = apps(1)
    (folder / "broken.apk").write_bytes(b"no package")
    running = sweep(folder, *options)
    assert running.ended() == 10
    failed = [event for event in running.seen if event["event"] == "failed"]
    assert [(event["entry"], event["kind"], event["key"], event["again"]) for event in failed] == [
        ("broken.apk", "permanent", "not_a_zip", None)]
    with Store.open(str(tmp_path / "office.db")) as store:
        (row,) = store.tasks(store.sweeps()[0].id, TaskState.FAILED)
        assert (row.entry, row.attempts, row.fault["key"]) == ("broken.apk", 1, "not_a_zip")


def test_ctrl_c_leaves_no_process_and_the_next_run_goes_on(apps: Callable[[int], Path], sweep: Sweep,
                                                           options: tuple[object, ...], tmp_path: Path) -> None:
    folder = apps(12)
    first = sweep(folder, *options)
    first.until("finished", 2)
    hands = first.hands()
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 130
    assert psutil.wait_procs(hands, 10)[1] == []
    again = sweep(folder, *options)
    assert again.ended() == 0
    assert again.seen[0]["continued"] is True
    assert hows(first) + hows(again) == Counter(read=12)


def test_a_second_coordinator_is_refused_while_the_first_lives(apps: Callable[[int], Path], sweep: Sweep,
                                                               options: tuple[object, ...]) -> None:
    folder = apps(12)
    first = sweep(folder, *options)
    first.until("finished")
    os.kill(first.process.pid, signal.SIGSTOP)
    second = sweep(folder, *options)
    assert second.ended() == 2
    assert str(first.process.pid) in "".join(second.errors)
    os.kill(first.process.pid, signal.SIGCONT)
    assert first.ended() == 0


def test_a_worker_that_hangs_is_replaced_by_force(apps: Callable[[int], Path], sweep: Sweep,
                                                  options: tuple[object, ...]) -> None:
    running = sweep(apps(8), *options)
    running.until("finished")
    (hand,) = running.hands()
    hand.kill()
    assert running.ended() == 0
    assert [event["event"] for event in running.seen].count("worker_lost") == 1
    assert hows(running) == Counter(read=8)


def test_a_full_disk_stops_with_one_line_and_the_next_run_goes_on(apps: Callable[[int], Path], command: list[str],
                                                                  sweep: Sweep, options: tuple[object, ...],
                                                                  tmp_path: Path) -> None:
    """No file may grow beyond a size: what a full disk is for the database."""
    assert sweep(apps(1), *options).ended() == 0
    limit = (tmp_path / "office.db").stat().st_size + 60_000
    folder = apps(30)
    done = subprocess.run([*command, "sweep", str(folder), *map(str, options), "--store-wait", "0.5", "--lang", "en"],
                          capture_output=True, text=True, cwd=tmp_path, timeout=120,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert done.returncode == 1, done.stderr
    assert "office.db" in done.stderr
    assert "Traceback" not in done.stderr
    again = sweep(folder, *options)
    assert again.ended() == 0
    with Store.open(str(tmp_path / "office.db")) as store:
        assert Counter(one.entry for one in store.reports(latest=False)).most_common(1)[0][1] == 1


def test_a_cluster_or_database_that_is_not_there_is_told_before_any_work(
        apps: Callable[[int], Path], appscan: Callable[..., subprocess.CompletedProcess[str]], few_checks: Path,
        tmp_path: Path) -> None:
    folder = apps(1)
    given = ("--checks", few_checks, "--lang", "en")
    for extra, word in ((("--store", "postgresql://nobody@127.0.0.1:9/none"), "127.0.0.1"),
                        (("--store", tmp_path / "x.db", "--cluster", "tcp://127.0.0.1:9"), "tcp://127.0.0.1:9")):
        done = appscan("sweep", folder, *given, *extra)
        assert (done.returncode, word in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


def test_the_metrics_file_says_what_happened(apps: Callable[[int], Path], sweep: Sweep, options: tuple[object, ...],
                                             tmp_path: Path) -> None:
    file = tmp_path / "appscan.prom"
    folder = apps(2)
    (folder / "broken.apk").write_bytes(b"no package")
    assert sweep(folder, *options, "--metrics", file).ended() == 10
    lines = file.read_text("utf-8").splitlines()
    values = {line.split("{")[0] + ("".join(part for part in line.split(",")[1:]).split("}")[0]): line.split()[-1]
              for line in lines if not line.startswith("#")}
    assert values['appscan_sweep_tasksstate="done"'] == "2"
    assert values['appscan_sweep_tasksstate="failed"'] == "1"
    assert values["appscan_sweep_running"] == "0"


class _Flaky(BaseHTTPRequestHandler):
    """Serves a folder; each path answers 503 the first two times. A path that is not there answers 404."""

    folder: Path
    asked: Counter[str]

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        file = self.folder / self.path.lstrip("/")
        if not file.is_file():
            self.send_error(404)
        elif self.asked[self.path] <= 2:
            self.send_error(503)
        else:
            content = file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def flaky(apps: Callable[[int], Path]) -> Iterator[tuple[str, Counter[str]]]:
    """A server's address, and how often it was asked for what."""
    handler = type("Flaky", (_Flaky,), {"folder": apps(1), "asked": Counter()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", handler.asked  # type: ignore[attr-defined]
        server.shutdown()


def registered(tmp_path: Path, *locations: str) -> None:
    """Put apps at these addresses into the store's registry."""
    entries = [Entry(f"app-{number}", f"虚构应用{number}", owner="虚构县虚构局",
                     artifacts=(ArtifactKey(Platform.ANDROID, path=location),))
               for number, location in enumerate(locations)]
    with Store.open(str(tmp_path / "office.db")) as store:
        store.put_entries(entries, who="test", when=datetime.now(UTC), source="test")


def test_passing_failures_are_tried_again_and_refusals_are_not(
        flaky: tuple[str, Counter[str]], sweep: Sweep, options: tuple[object, ...], tmp_path: Path) -> None:
    address, asked = flaky
    registered(tmp_path, f"{address}/app-0000.apk", f"{address}/nowhere.apk")
    running = sweep("registry", *options, "--attempts", 5)
    assert running.ended() == 10
    failed = Counter((event["entry"], event["kind"], event["again"] is None)
                     for event in running.seen if event["event"] == "failed")
    assert failed[("app-1", "permanent", True)] == 1
    assert failed[("app-0", "transient", False)] >= 1
    assert ("app-0", "transient", True) not in failed
    assert asked["/nowhere.apk"] <= 2  # one look: fsspec may ask for the size first
    assert [event["owner"] for event in running.seen if event["event"] == "owner"] == ["虚构县虚构局"]


def test_a_server_that_never_answers_ends_in_a_row(sweep: Sweep, options: tuple[object, ...], tmp_path: Path) -> None:
    registered(tmp_path, "http://127.0.0.1:9/gone.apk", "nobody://host/app.apk")
    running = sweep("registry", *options, "--attempts", 2)
    assert running.ended() == 3
    last = {event["entry"]: event for event in running.seen if event["event"] == "failed" and event["again"] is None}
    assert {entry: event["key"] for entry, event in last.items()} == {"app-0": "artifact_unreachable",
                                                                      "app-1": "artifact_protocol"}


def test_a_file_that_is_not_the_registered_one_is_not_read(apps: Callable[[int], Path], sweep: Sweep,
                                                           options: tuple[object, ...], tmp_path: Path) -> None:
    path = apps(1) / "app-0000.apk"
    entry = Entry("one", "虚构应用", artifacts=(ArtifactKey(path=str(path), digest="0" * 64),))
    with Store.open(str(tmp_path / "office.db")) as store:
        store.put_entries([entry], who="test", when=datetime.now(UTC), source="test")
    running = sweep("registry", *options)
    assert running.ended() == 3
    assert [event["key"] for event in running.seen if event["event"] == "failed"] == ["artifact_not_as_registered"]
