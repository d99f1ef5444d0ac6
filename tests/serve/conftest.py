"""A real desk on 127.0.0.1, with one user of each role, and browsers without script for it."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from appscan.checks import load
from appscan.model.artifact import App
from appscan.model.registry import Entry
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import passwords, sessions
from appscan.serve.running import server
from appscan.serve.settings import Settings
from appscan.store import Role, Standing, Store

PASSWORD = "a long enough password"
USERS = {"看客": Role.VIEWER, "复核员": Role.REVIEWER, "管理员": Role.ADMIN}


@dataclass
class Desk:
    """A desk that runs."""

    url: str
    store: Store
    app: object

    def client(self) -> httpx.Client:
        """A browser that nobody signed in with."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    @contextlib.contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """A browser that a user signed in with."""
        with self.client() as client:
            assert sign_in(client, name, PASSWORD).status_code == 303
            yield client


def form_token(client: httpx.Client, path: str) -> str:
    """The token in a page's form."""
    found = re.search(r'name="form_token" value="(\w+)"', client.get(path).text)
    assert found, path
    return found[1]


def sign_in(client: httpx.Client, name: str, password: str) -> httpx.Response:
    """Fill in the form and send it."""
    return client.post("/sign-in", data={"name": name, "password": password,
                                         "form_token": form_token(client, "/sign-in")})


@pytest.fixture(scope="session")
def kept_password() -> str:
    """One hash for all users of all tests: making one costs a tenth of a second."""
    return passwords.hashed(PASSWORD)


def run_desk(folder: Path, kept_password: str, settings: Settings, url: str = "") -> Iterator[Desk]:
    """A desk over a new store in a folder, or over an empty database."""
    with Store.open(url or str(folder / "office.db"), str(folder / "blobs")) as store:
        for name, role in USERS.items():
            store.accounts.add(name, kept_password, role, who="测试", when=sessions.now())
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            running = server(store, settings, "127.0.0.1", port)
            thread = threading.Thread(target=running.run, args=([listening],), daemon=True)
            thread.start()
            while not running.started:
                assert thread.is_alive()
                time.sleep(0.01)
            try:
                yield Desk(f"http://127.0.0.1:{port}", store, running.config.app)
            finally:
                running.should_exit = True
                thread.join(20)
                assert not thread.is_alive()


@pytest.fixture(scope="session")
def vendor_report(built_apks: Path) -> dict[str, Any]:
    """A report as a vendor's CI makes it, of an app that forces check-in."""
    path = built_apks / "checkin-native.apk"
    return to_document(scan_app([Target(path, path.name)], App(name="虚构应用"), load()).report)


def report_of(document: dict[str, Any], number: int, **app: str) -> dict[str, Any]:
    """The same report of another app."""
    made = copy.deepcopy(document)
    made["app"] |= app
    made["artifacts"][0] |= {"sha256": hashlib.sha256(str(number).encode()).hexdigest(),
                             "package": f"invalid.example.s{number}"}
    return made


def fill(store: Store, document: dict[str, Any], apps: int, **told: Any) -> None:
    """A registry of so many apps, every one with the report."""
    when = datetime(2026, 11, 28, 4, tzinfo=UTC)
    store.put_entries([Entry(f"R-{number}", f"虚构应用{number}", **{"owner": "教育部", **told})
                       for number in range(apps)], who="测试", when=when, source="登记表")
    for number in range(apps):
        store.add_report(report_of(document, number), product="", entry=f"R-{number}", standing=Standing.OFFICE,
                         recorded=when)


@pytest.fixture
def desk(tmp_path: Path, kept_password: str) -> Iterator[Desk]:
    """A desk with an empty registry."""
    yield from run_desk(tmp_path, kept_password, Settings())


@pytest.fixture
def idle_desk(tmp_path: Path, kept_password: str) -> Iterator[Desk]:
    """A desk that does no job: what is queued stays, and no address is ever walked."""
    yield from run_desk(tmp_path, kept_password, Settings(workers=0))
