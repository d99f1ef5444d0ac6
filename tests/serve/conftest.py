"""A real desk on 127.0.0.1, with one user of each role, browsers without script for it, and a real one."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from appscan.capture.browser import find_chromium, is_installed
from appscan.model.artifact import App
from appscan.model.registry import Entry
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import passwords, sessions
from appscan.serve.running import server
from appscan.serve.settings import Settings
from appscan.store import Role, Standing, Store
from tests.shipped import shipped

PASSWORD = "a long enough password"
WIDTHS = {"phone": (390, 844), "desk": (1366, 768), "wide": (1920, 1080)}
AXE_AT = ("phone", "desk")
"""Wider ones have the same page with more air."""
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


def send(client: httpx.Client, path: str, **fields: object) -> httpx.Response:
    """Send a form of the client's own session."""
    return client.post(path, data={"form_token": sessions.form_token(client.cookies["appscan"]), **fields})


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
    return to_document(scan_app([Target(path, path.name)], App(name="虚构应用"), shipped()).report)


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


@pytest.fixture
def any_desk(any_url: str, tmp_path: Path, kept_password: str) -> Iterator[Desk]:
    """A desk over each kind of database."""
    yield from run_desk(tmp_path, kept_password, Settings(), any_url)


@dataclass
class Server:
    """`appscan serve` as a process of its own, which a test may kill."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        """Where it listens; the next one may take its place."""
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """SIGKILL, as from a machine without memory."""
        self.process.kill()
        assert self.process.wait(30) == -signal.SIGKILL

    def stop(self) -> str:
        """Ctrl-C; what it said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, said
        return said

    @contextlib.contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """A browser that a user signed in with."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            assert sign_in(client, name, PASSWORD).status_code == 303
            yield client


@contextlib.contextmanager
def serving(store: object, *options: object, port: int = 0) -> Iterator[Server]:
    """A server over a store, by its URL or path; killed at the end where it still runs."""
    command = [sys.executable, "-m", "appscan", "serve", "--store", store, "--port", port, *options]
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"})
    assert process.stdout is not None
    try:
        line = process.stdout.readline()  # said once it listens
        found = re.search(r"http://\S+?(?=/)", line)
        assert found, line + process.stdout.read()
        yield Server(found[0], process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module: another driver of Playwright cannot run beside it in one process."""
    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), chromium_sandbox=False)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A page at the desk."""
    yield from page_at(browser, desk.url)


def page_at(browser: Browser, url: str) -> Iterator[Page]:
    """A page of a browser of its own; what its scripts or the console complained of stands in `faults`."""
    context = browser.new_context(base_url=url, locale="zh-CN", viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda said: opened.faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()


def sign_in_with(page: Page, name: str) -> None:
    """Sign in by keyboard."""
    page.goto("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def looked_at(page: Page, name: str) -> None:
    """axe finds nothing, and nothing sticks out, at every width."""
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        found = Axe().run(page).response["violations"] if width in AXE_AT else []
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        pictured(page, f"{name}-{width}")


def pictured(page: Page, name: str) -> None:
    """Keep a picture of the page for people, where APPSCAN_SCREENSHOTS names a folder."""
    folder = os.environ.get("APPSCAN_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
