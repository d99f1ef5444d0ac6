"""Serves fixture sites and tiny sites on 127.0.0.1, captures them with the real browser, opens the recordings."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from appscan.capture import one_driver
from appscan.capture.browser import is_installed
from appscan.schema import problems

HTML = "text/html; charset=utf-8"
# Times so wide that a busy machine does not reach them; a test that is about a bound sets its own.
QUICK = {
    "max_minutes": 15.0,
    "max_states": 30,
    "stall_seconds": 90.0,
    "load_seconds": 60.0,
    "pictures": False,
    "trials": 0,
    "days": 1,
}


@dataclass(frozen=True)
class Recording:
    """An opened recording: its document and all its parts."""

    document: dict[str, Any]
    parts: dict[str, bytes]

    def rows(self, group: str, **wanted: Any) -> list[dict[str, Any]]:
        return [row for row in self.document[group] if all(row.get(name) == value for name, value in wanted.items())]


def opened(path: Path) -> Recording:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["recording.json"])
    assert problems("recording-1", document) == []
    return Recording(document, parts)


def page(body: str) -> tuple[int, str, bytes]:
    """A page for `tiny`."""
    return 200, HTML, f"<!doctype html><meta charset=utf-8><title>虚构</title>{body}".encode()


@pytest.fixture(scope="session", autouse=True)
def _browser() -> None:
    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")


@pytest.fixture(scope="module", autouse=True)
def _driver(_browser: None) -> Iterator[None]:
    """One driver for all captures of a module: starting one for each would take as long as the rest of a small one."""
    with one_driver():
        yield


@pytest.fixture(scope="session")
def sites(site_captures: Any) -> ModuleType:
    """What serves the fixture sites, for captures with wishes of their own."""
    return site_captures.server


@pytest.fixture(scope="session")
def shoot(site_captures: Any) -> Callable[..., tuple[Recording, int]]:
    """The recording of a fixture site and how often its capture changed something on the server; shared with all tests
    of the run."""
    kept: dict[Path, Recording] = {}

    def run(name: str, *actors: str) -> tuple[Recording, int]:
        known = site_captures.of(name, actors)
        if known.recording not in kept:
            kept[known.recording] = opened(known.recording)
        return kept[known.recording], known.effects

    return run


@pytest.fixture
def tiny() -> Iterator[Callable[[dict[str, tuple[int, str, bytes]]], tuple[str, list[str]]]]:
    """Serve a few pages; gives the address and the list of requests that arrived. A body in pieces (a list) is sent
    with a second between them."""
    servers: list[ThreadingHTTPServer] = []

    def serve(pages: dict[str, tuple[int, str, bytes]]) -> tuple[str, list[str]]:
        arrived: list[str] = []

        class Pages(BaseHTTPRequestHandler):
            def log_message(self, *parts: Any) -> None:  # noqa: ARG002
                return

            def do_GET(self) -> None:
                arrived.append(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = pages.get(self.path) if "?" in self.path else None  # a query may have a page of its own
                status, kind, body = asked or pages.get(self.path.partition("?")[0], (404, "text/plain", b""))
                self.send_response(status)
                self.send_header("Location" if 300 <= status < 400 else "Content-Type", kind)
                if "/login" in self.path:
                    self.send_header("Set-Cookie", "SID=cookie-planted-7f3a; Path=/")
                pieces = body if isinstance(body, list) else [body]
                self.send_header("Content-Length", str(sum(map(len, pieces))))
                self.end_headers()
                for at, piece in enumerate(pieces):
                    time.sleep(1.0 if at else 0)
                    self.wfile.write(piece)

            do_POST = do_GET  # noqa: N815

        server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}", arrived

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
