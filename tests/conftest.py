"""What all tests share: where the fixtures are, a real PostgreSQL server, and that nothing is skipped in silence where
everything is required."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .running_order import LONG
from .site_captures import SiteCaptures, captures_of_run
from .warm import Warm

ROOT = Path(__file__).resolve().parent.parent


def _all_required() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Top level of the project."""
    return ROOT


@pytest.fixture(scope="session")
def built_apks() -> Path:
    """Folder of the built fixture APKs."""
    return ROOT / "fixtures" / "apks" / "built"


@pytest.fixture(scope="session")
def site_captures(tmp_path_factory: pytest.TempPathFactory) -> SiteCaptures:
    """The fixture sites, each captured once for all tests of the run."""
    return captures_of_run(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """A process that runs commands without starting Python for each, which costs more than most commands do."""
    process = Warm(tmp_path_factory.mktemp("warm"))
    yield process
    process.close()


PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


@dataclass
class PostgresServer:
    """A PostgreSQL server of our own in a folder of its own, on a free port of 127.0.0.1. It ends with the test run,
    however that ends."""

    binaries: Path
    folder: Path
    port: int
    options: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def run(self, *command: object) -> None:
        """Run one of the server's tools as the server's user."""
        subprocess.run([*map(str, command)], check=True, capture_output=True, cwd=self.folder, **self.options)

    def start(self) -> None:
        """Start the server and wait until it answers. Only for the main thread: the server ends with the thread that
        started it."""
        # fsync off: a server that is killed loses nothing by it, only a machine that loses power does.
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.folder / "cluster"), "-p", str(self.port), "-k",
                 str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"], cwd=self.folder, stdout=log,
                stderr=log, preexec_fn=_end_with_the_test_run,  # noqa: PLW1509 (one call to the kernel)
                **self.options)
        for _ in range(600):
            ready = subprocess.run([str(self.binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)])
            if ready.returncode == 0:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text("utf-8", "replace")
            time.sleep(0.05)
        raise AssertionError("PostgreSQL does not answer")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends all sessions first, SIGQUIT leaves everything as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)

    def restart(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Let it crash, and start it again on the same port with what it had kept."""
        self.stop(how)
        self.start()

    def new_database(self) -> str:
        """The URL of an empty place of its own: a schema, since a whole database is hundreds of files to make and to
        remove."""
        name = f"t{uuid.uuid4().hex}"
        self.run(self.binaries / "psql", "-q", "-h", "127.0.0.1", "-p", self.port, "-U", "appscan", "-d", "postgres",
                 "-c", f"create schema {name}")
        return f"postgresql://appscan@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{name}"


def _end_with_the_test_run() -> None:
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGINT)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; skipped where PostgreSQL (Debian: postgresql) is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    tool = str(found[-1]) if found else shutil.which("initdb")
    if tool is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="appscan-postgres-"))
    options: dict[str, Any] = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = PostgresServer(Path(tool).resolve().parent, folder, port, options)
    try:
        server.run(tool, "-D", folder / "cluster", "-U", "appscan", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                   "--no-sync")
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty place on a real server."""
    return postgres_server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind; PostgreSQL on a real server."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return str(tmp_path / "office.db")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """xdist keeps the order of `pytest_collection_modifyitems`; by itself it begins with the groups of most tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, a module stays with one worker, since its fixtures are made once; tests that belong
    to something smaller say so with a mark of their own. Long ones begin first. First of all hooks: xdist reads the
    marks in its own."""
    groups: dict[pytest.Item, str] = {}
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        groups[item] = mark.args[0] if mark else item.nodeid.partition("::")[0]
        if mark is None:
            item.add_marker(pytest.mark.xdist_group(groups[item]))
    place = {group: number for number, group in enumerate(LONG)}
    items.sort(key=lambda item: place.get(groups[item], len(LONG)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop where xdist does not group any more (as with pytest 9.2): everything shared would be made once more in
    silence, sites captured twice among it."""
    if getattr(session.config.option, "loadgroup", False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("xdist does not group tests: pytest and pytest-xdist do not fit each other")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under REQUIRE_ALL=1 a skip fails, unless the test is marked `corpus`."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _all_required() and not item.get_closest_marker("corpus"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Under REQUIRE_ALL=1 a whole module that skips itself fails, unless it is marked `corpus`."""
    report = yield
    if report.skipped and _all_required() and not _is_corpus_module(collector):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


def _is_corpus_module(collector: pytest.Collector) -> bool:
    marks = getattr(getattr(collector, "_obj", None), "pytestmark", [])
    return any(mark.name == "corpus" for mark in (marks if isinstance(marks, list) else [marks]))
