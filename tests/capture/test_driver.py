"""Claims about the process between us and the browser: it may be ended too, by a person or for want of memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appscan.capture import CaptureOptions, capture, one_driver
from appscan.capture.browser import Chromium
from appscan.capture.failures import CaptureError, Failure

from .conftest import QUICK, opened, page

LINKS = "".join(f"<a href=/{name}.html>{name}</a>" for name in "abcd")
FOUR = {f"/{name}.html": page(f"<h2>{name}</h2>{LINKS}") for name in "abcd"}


def _drivers() -> list[int]:
    """The drivers that this process started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text("utf-8").rpartition(") ")[2].split()[1])
                if parent == os.getpid() and b"run-driver" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _end_driver() -> int:
    """End them; how many there were."""
    found = _drivers()
    for process in found:
        os.kill(process, signal.SIGKILL)
    return len(found)


def test_a_driver_that_dies_once_is_replaced_and_nothing_is_lost(tiny, tmp_path):
    beat = "<script>setInterval(() => fetch('/api/list'), 60000)</script>"
    url, _ = tiny({**FOUR, "/a.html": page(f"<h2>a</h2>{LINKS}{beat}")})
    ended: list[int] = []

    def progress(step: str, seen: int, queued: int) -> None:
        if step == "explore" and seen >= 2 and not ended:
            ended.append(_end_driver())

    recording = opened(capture([f"{url}/a.html"], tmp_path / "o.zip", CaptureOptions(**QUICK), progress))
    assert ended == [1]
    assert {row["route"] for row in recording.document["states"]} >= {"/a.html", "/b.html", "/c.html", "/d.html"}
    assert [row["reason"] for row in recording.document["gaps"] if row["blinds"]] == []
    assert not recording.rows("gaps", reason="no_browser"), "it ran a moment ago: nobody need install it"
    assert [row["path"] for day in recording.rows("day") for row in day["intervals"]] == ["/api/list"]


ENDED = """
from tests.capture.test_driver import _end_driver
from appscan.capture.browser import Chromium
from playwright.sync_api import Error
with Chromium(frozenset(), "zh-CN", 60) as chromium:
    page = chromium.browser.new_page()
    assert _end_driver() == 1
    try:
        page.goto("about:blank")
    except Error:
        pass
    page = chromium.renew().new_page()
    page.goto("about:blank")
    print(page.url)
    _end_driver()
"""


def test_a_driver_that_dies_says_nothing_on_the_terminal():
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, timeout=120,
                          cwd=Path(__file__).resolve().parents[2])
    assert (done.returncode, done.stdout, done.stderr) == (0, "about:blank\n", "")


def _version() -> str:
    with Chromium(frozenset(), "zh-CN", 60) as chromium:
        return chromium.version


def _kept_and_left() -> tuple[int, int]:
    """How many drivers served three browsers, and how many were left: of a thread that keeps none so far."""
    before, seen = set(_drivers()), set()
    with one_driver():
        for _ in range(2):
            assert _version()
            seen |= set(_drivers()) - before
        with one_driver():
            assert _version()
        seen |= set(_drivers()) - before
    return len(seen), len(set(_drivers()) - before)


def test_browsers_one_after_the_other_share_a_driver_that_ends_with_the_block():
    with ThreadPoolExecutor(1) as aside:
        assert aside.submit(_kept_and_left).result(120) == (1, 0)


def test_a_kept_driver_that_died_between_two_browsers_is_replaced():
    with one_driver():
        assert _version()
        assert _end_driver() == 1
        assert _version()


def test_a_browser_that_does_not_start_is_told_under_a_driver_that_served_another_one_too(monkeypatch):
    with one_driver():
        assert _version()
        monkeypatch.setenv("APPSCAN_CHROMIUM", "/bin/false")
        with pytest.raises(CaptureError) as told:
            _version()
    assert told.value.failure is Failure.NO_BROWSER
