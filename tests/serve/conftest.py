"""A real desk on 127.0.0.1, with one user of each role, and browsers without script for it."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from appscan.serve import passwords, sessions
from appscan.serve.running import server
from appscan.serve.settings import Settings
from appscan.store import Role, Store

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


def run_desk(folder: Path, kept_password: str, settings: Settings) -> Iterator[Desk]:
    """A desk over a new store in a folder."""
    with Store.open(str(folder / "office.db")) as store:
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


@pytest.fixture
def desk(tmp_path: Path, kept_password: str) -> Iterator[Desk]:
    """A desk with an empty registry."""
    yield from run_desk(tmp_path, kept_password, Settings())


@pytest.fixture
def idle_desk(tmp_path: Path, kept_password: str) -> Iterator[Desk]:
    """A desk that does no job: what is queued stays, and no address is ever walked."""
    yield from run_desk(tmp_path, kept_password, Settings(workers=0))
