"""Serves fixture sites and tiny sites on 127.0.0.1, captures them with the real browser, opens the recordings."""

from __future__ import annotations

import importlib.util
import json
import sys
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

from appscan.capture import CaptureOptions, capture
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


@pytest.fixture(scope="session")
def sites() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "fixtures" / "pages" / "server.py"
    spec = importlib.util.spec_from_file_location("fixture_pages_server", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shoot(sites: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Recording, Any]]:
    """Capture a fixture site; gives the recording and the server that was asked. The same wish is captured once."""
    kept: dict[str, tuple[Recording, Any]] = {}

    def run(name: str, **wishes: Any) -> tuple[Recording, Any]:
        key = f"{name} {wishes}"
        if key not in kept:
            with sites.serve(name) as served:
                starts = [served.url + entry for entry in (served.site["entry"], *served.site.get("more_entries", []))]
                target = tmp_path_factory.mktemp("recordings") / f"{name}.recording.zip"
                capture(starts, target, CaptureOptions(**{**QUICK, **wishes}))
                kept[key] = opened(target), served
        return kept[key]

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
