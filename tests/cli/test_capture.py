"""Claims about the command `capture`: address → recording → report, with a real site and a real browser."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from .conftest import Ran

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>通知公告（虚构）</title>
<body><h1>通知公告</h1><p>本页只有文字，没有任何要做的事。</p><a href="more.html">更多</a></body></html>"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A site of one quiet page."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("index.html", "more.html"):
        (folder / name).write_text(PAGE, "utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_captured_site_is_judged_by_scan(appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    ran = appscan("capture", address, "-o", "board.recording.zip", "--max-states", "5", "--max-minutes", "1")
    assert (ran.code, ran.out) == (0, "board.recording.zip\n"), ran.err
    judged = appscan("scan", "board.recording.zip", "--format", "json", "--out", "-", "--fail-on", "never")
    assert judged.code == 0, judged.err
    assert judged.document["artifacts"][0]["name"] == "board.recording.zip"
    assert {row["verdict"] for row in judged.document["verdicts"]} <= {"not_found", "inconclusive"}
    assert (tmp_path / "board.recording.zip").stat().st_size > 0


@pytest.mark.parametrize(("arguments", "word"), [
    (["ftp://example.test/"], "ftp://example.test/"),
    (["http://127.0.0.1:99999/"], "99999"),
    (["http://127.0.0.1/", "-o", "board.zip"], ".recording.zip"),
    (["http://127.0.0.1/", "-o", "nowhere/board.recording.zip"], "nowhere"),
    (["http://127.0.0.1/", "--storage-state", "none.json"], "none.json"),
    (["http://127.0.0.1/", "--storage-state", "a.json", "--login", "b.yaml"], "--login"),
    (["http://127.0.0.1/", "--login", "none.yaml"], "none.yaml"),
    (["http://127.0.0.1/", "--exclude", "(user"], "(user"),
])
def test_a_wrong_wish_is_one_line_before_the_browser_starts(
        appscan: Callable[..., Ran], arguments: list[str], word: str) -> None:
    ran = appscan("capture", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert word in ran.err


def test_a_site_that_is_not_there_is_one_line_and_no_file(appscan: Callable[..., Ran], tmp_path: Path) -> None:
    ran = appscan("capture", "http://127.0.0.1:9/", "-o", "none.recording.zip")
    assert ran.code == 3
    assert "http://127.0.0.1:9/" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "none.recording.zip").exists()


def test_scan_says_how_an_address_is_scanned(appscan: Callable[..., Ran]) -> None:
    ran = appscan("scan", "https://oa.example.test/a")
    assert ran.code == 2
    assert "appscan capture https://oa.example.test/a " in ran.err
