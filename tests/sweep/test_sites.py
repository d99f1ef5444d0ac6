"""Claims about sites in a sweep: a real browser in a process of its own, a host for one worker at a time, and a bound
on memory."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from appscan.capture.browser import is_installed
from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.store import Store

if TYPE_CHECKING:
    from .conftest import Running

PAGE = """<!doctype html><meta charset=utf-8><title>考勤签到</title><h1>每日签到</h1>
<button>立即签到</button><p>未签到的予以通报</p>"""
QUICK = ("--max-states", 2, "--virtual-hours", 0, "--no-pictures", "--retry-after", 0.1)


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """Pages at every address of one host, and the paths that were asked for, in order."""
    asked: list[str] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            content = PAGE.encode() if not self.path.endswith(("robots.txt", "favicon.ico")) else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def registered(store: Path, *urls: str) -> None:
    """Put sites into the store's registry."""
    entries = [Entry(f"site-{number}", "虚构站点", artifacts=(ArtifactKey(Platform.WEB, url=url),))
               for number, url in enumerate(urls)]
    with Store.open(str(store)) as opened:
        opened.put_entries(entries, who="test", when=datetime.now(UTC), source="test")


def browsers(running: Running) -> list[psutil.Process]:
    """All processes below the workers."""
    return [child for hand in running.hands() for child in hand.children(recursive=True)]


def test_two_sites_of_one_host_are_walked_one_after_the_other(
        site: tuple[str, list[str]], sweep: Callable[..., Running], few_checks: Path, tmp_path: Path) -> None:
    address, asked = site
    store = tmp_path / "office.db"
    registered(store, f"{address}/one/", f"{address}/two/")
    running = sweep("registry", "--store", store, "--checks", few_checks, "--workers", 2, *QUICK)
    running.until("finished")
    left = browsers(running)
    assert running.ended() == 0, running.errors
    walks = [walk for walk, _ in itertools.groupby(path[1:4] for path in asked if path[:4] in ("/one", "/two"))]
    assert sorted(walks) == ["one", "two"]  # no request of one while the other was walked
    assert psutil.wait_procs(left, 20)[1] == []
    with Store.open(str(store)) as opened:
        reports = list(opened.reports())
        assert [one.entry for one in reports] == ["site-0", "site-1"]
        for one in reports:
            assert one.verdicts["check-in"] in ("likely_violation", "needs_review")
            assert opened.has_blob(one.artifacts[0].digest)  # the recording itself
            assert opened.has_blob(one.artifacts[0].reading)


def test_a_browser_that_holds_too_much_is_ended_and_told(
        site: tuple[str, list[str]], sweep: Callable[..., Running], few_checks: Path, tmp_path: Path) -> None:
    address, _ = site
    store = tmp_path / "office.db"
    registered(store, f"{address}/")
    running = sweep("registry", "--store", store, "--checks", few_checks, "--workers", 1, "--site-memory", 64,
                    "--attempts", 1, *QUICK)
    assert running.ended() == 3
    assert [event["key"] for event in running.seen if event["event"] == "failed"] == ["site_memory_limit"]
