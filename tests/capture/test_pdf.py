"""Claims about printing: a page with its own pictures, and nothing from anywhere else."""

from __future__ import annotations

import base64
import http.server
import re
import threading
from pathlib import Path

import pytest

from appscan.capture import print_pdf

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
                         "gg==")
SHOWN = re.compile(rb"/Width 1\s")
"""How a picture of one pixel stands in a PDF; the sign for a missing one is larger."""


def test_a_page_is_printed_with_the_pictures_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "one.png").write_bytes(PIXEL)
    page = tmp_path / "report.html"
    page.write_text("<meta charset=utf-8><h1>检查报告</h1><img src='evidence/one.png' width=300>", "utf-8")
    print_pdf(page, tmp_path / "report.pdf")
    printed = (tmp_path / "report.pdf").read_bytes()
    assert printed.startswith(b"%PDF-")
    assert SHOWN.search(printed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence", "report.html", "report.pdf"]


def test_printing_asks_no_server_runs_no_script_and_reads_no_other_folder(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PIXEL)

        def log_message(self, *parts: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        (tmp_path / "own").mkdir()
        (tmp_path / "other.png").write_bytes(PIXEL)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        page = tmp_path / "own" / "report.html"
        page.write_text(f"<img src='{address}/a.png'><img src='../other.png' width=300><iframe src='{address}/f'>"
                        "</iframe>"
                        f"<script>new Image().src='{address}/script'</script>", "utf-8")
        print_pdf(page, tmp_path / "own" / "report.pdf")
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
    assert not SHOWN.search((tmp_path / "own" / "report.pdf").read_bytes())


def test_a_page_that_does_not_exist_leaves_no_file(tmp_path: Path) -> None:
    from appscan.capture.failures import CaptureError

    with pytest.raises(CaptureError):
        print_pdf(tmp_path / "missing.html", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
