"""Claims about sites, browsers and clocks that fail: what was captured is kept, and the reason is told."""

from __future__ import annotations

import datetime as dt
import os
import signal
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from appscan.capture import Actor, CaptureOptions, capture
from appscan.capture.browser import FLAGS, arguments, has_sandbox
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.journal import Journal
from appscan.judge.judge import judge
from appscan.readers.limits import Limits
from appscan.readers.target import read_target
from appscan.texts import say_error
from tests.shipped import shipped

from .conftest import HTML, QUICK, opened, page


def test_a_hostile_site_ends_bounded_with_gaps(sites, tmp_path):
    bounds = {"max_minutes": 0.5, "stall_seconds": 8.0, "load_seconds": 10.0}
    with sites.serve("hostile") as served:
        starts = [served.url + served.site["entry"]]
        recording = opened(capture(starts, tmp_path / "o.zip", CaptureOptions(**{**QUICK, **bounds})))
    assert recording.document["states"]
    assert "minutes" in recording.document["caps"]["reached"] or not recording.document["queue_left"]
    assert {row["reason"] for row in recording.document["gaps"]} & {"redirect_loop", "browser_died", "cap_reached"}
    assert served.effects.total == 0


@pytest.mark.parametrize(
    ("answer", "failure", "retry"),
    [
        ((403, HTML, b"<h1>WAF</h1>"), Failure.FORBIDDEN, False),
        ((503, HTML, b""), Failure.SERVER_ERROR, True),
        ((302, "/index.html", b""), Failure.REDIRECT_LOOP, False),
        ((200, "application/json", b"{}"), Failure.NOT_HTML, False),
    ],
)
def test_a_page_that_cannot_be_captured_says_why(tiny, tmp_path, answer: Any, failure: Failure, retry: bool):
    url, _ = tiny({"/index.html": answer})
    with pytest.raises(CaptureError) as told:
        capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert (told.value.failure, told.value.params["retry"]) == (failure, retry)


def test_a_named_address_that_looks_like_a_download_is_told_for_what_it_is(tiny, tmp_path):
    url, _ = tiny({"/file.pdf": (200, "application/pdf", b"%PDF-1.4")})
    with pytest.raises(CaptureError) as told:
        capture([f"{url}/file.pdf"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert told.value.failure is Failure.NOT_HTML


def test_a_host_that_does_not_answer_is_unreachable_and_no_file_is_left(tmp_path: Path):
    with pytest.raises(CaptureError) as told:
        capture(["http://127.0.0.1:9/"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert told.value.failure is Failure.UNREACHABLE_HOST
    assert not list(tmp_path.iterdir())


def _own_browsers() -> list[int]:
    """Chromium processes that descend from this one."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                names[int(entry.name)] = (entry / "cmdline").read_bytes()
            except OSError:
                continue

    def ours(pid: int) -> bool:
        while pid > 1:
            if pid == os.getpid():
                return True
            pid = parents.get(pid, 0)
        return False

    return [pid for pid, name in names.items() if b"--appscan-run=" in name and ours(pid)]


def _killing(times: int, after: int = 1):
    """Progress that kills the browser at each step of the walk from the `after`th on, at most so many times."""
    killed: list[int] = []

    def progress(step: str, seen: int, queued: int) -> None:
        if step == "explore" and seen >= after and len(killed) < times:
            killed.append(seen)
            for pid in _own_browsers():
                os.kill(pid, signal.SIGKILL)

    return progress, killed


LINKS = "".join(f"<a href=/{name}.html>{name}</a>" for name in "abcd")
FOUR = {f"/{name}.html": page(f"<h2>{name}</h2>{LINKS}") for name in "abcd"}


def test_a_browser_that_dies_once_is_replaced_and_nothing_is_lost(tiny, tmp_path):
    url, _ = tiny(FOUR)
    progress, killed = _killing(1)
    recording = opened(capture([f"{url}/a.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0}), progress))
    assert killed
    assert {row["route"] for row in recording.document["states"]} >= {"/a.html", "/b.html", "/c.html", "/d.html"}


def test_a_browser_that_dies_before_anything_was_seen_blinds_nothing_that_the_next_one_sees(tmp_path):
    class Deadly(BaseHTTPRequestHandler):
        asked = 0

        def log_message(self, *parts: Any) -> None:  # noqa: ARG002
            return

        def do_GET(self) -> None:
            Deadly.asked += self.path == "/"
            if Deadly.asked == 1:
                for pid in _own_browsers():
                    os.kill(pid, signal.SIGKILL)
                return
            _, kind, body = page("<h2>首页</h2>")
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Deadly)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    state = tmp_path / "state.json"
    state.write_text('{"cookies": [], "origins": []}', "utf-8")
    wishes = CaptureOptions(**{**QUICK, "days": 0, "robots": False, "actors": (Actor("staff", storage_state=state),)})
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        recording = opened(capture([url], tmp_path / "o.zip", wishes))
    finally:
        server.shutdown()
        server.server_close()
    assert Deadly.asked > 1
    assert [row["route"] for row in recording.document["states"]] == ["/"]
    assert not [row for row in recording.document["gaps"] if row["blinds"]]


def test_a_browser_that_keeps_dying_leaves_what_was_captured_and_no_clean_bill(tiny, tmp_path):
    url, _ = tiny(FOUR)
    progress, killed = _killing(99)
    target = tmp_path / "o.recording.zip"
    recording = opened(capture([f"{url}/a.html"], target, CaptureOptions(**{**QUICK, "days": 0}), progress))
    assert len(killed) >= 3
    assert recording.document["states"]
    assert recording.rows("gaps", reason="browser_died")
    judged = judge(read_target(target, target.name, Limits(), lambda _stage, _done: None), shipped())
    assert not {str(row.verdict) for row in judged.verdicts} & {"not_found"}


def test_a_browser_that_dies_while_a_page_is_scrolled_costs_no_control_of_it(tiny, tmp_path):
    class Deadly(dict):
        asked = 0

        def get(self, path, default=None):
            if path == "/more":
                Deadly.asked += 1
                if Deadly.asked == 1:
                    for pid in _own_browsers():
                        os.kill(pid, signal.SIGKILL)
            return super().get(path, default)

    body = """<h3>首页</h3><button onclick="v.textContent = '按下之后'">办事</button><p id=v></p>
<div style='height:1500px'></div><script>addEventListener('scroll', () => fetch('/more'))</script>"""
    url, _ = tiny(Deadly({"/index.html": page(body), "/more": (200, "text/plain", b"-")}))
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert Deadly.asked > 0
    assert "按下之后" in {text["text"] for row in recording.document["states"] for text in row["texts"]}


def test_a_page_that_breaks_the_messages_of_its_own_ports_is_walked(tiny, tmp_path):
    body = """<script>MessagePort.prototype.postMessage = () => {}</script><h3>首页</h3>
<button onclick="v.textContent = '按下之后'">办事</button><p id=v></p>"""
    url, _ = tiny({"/index.html": page(body)})
    quick = {"days": 0, "stall_seconds": 20.0}
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, **quick})))
    assert "按下之后" in {text["text"] for row in recording.document["states"] for text in row["texts"]}


def test_the_cap_ends_a_page_that_never_comes_back(tiny, tmp_path):
    body = "<h2>首页</h2><button onclick='for (;;) {}'>统计</button>"
    url, _ = tiny({"/index.html": page(body)})
    patient = {"max_minutes": 0.3, "stall_seconds": 3600.0, "load_seconds": 3600.0, "days": 1, "trials": 2}
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, **patient})))
    assert "minutes" in recording.document["caps"]["reached"]
    assert [row["route"] for row in recording.document["states"]] == ["/index.html"]
    assert recording.rows("gaps", reason="cap_reached", blinds=True)


def test_a_cap_leaves_every_actor_a_share_of_the_time(tiny, tmp_path):
    links = "".join(f"<a href=/{n}.html?x={n}>第{n}页</a>" for n in range(1, 29))
    url, _ = tiny({"/index.html": page(links), **{f"/{n}.html": page(f"<h2>{n}</h2>" + links) for n in range(1, 29)}})
    wishes = {"days": 0, "max_minutes": 0.3, "actors": (Actor("a"), Actor("b")), "rate": 1.0}
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, **wishes})))
    assert {row["actor"] for row in recording.document["states"]} == {"a", "b"}
    assert "minutes" in recording.document["caps"]["reached"]


def test_a_certificate_nobody_signed_is_a_tls_error(tmp_path):
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    certificate = tmp_path / "one.pem"
    certificate.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        with pytest.raises(CaptureError) as told:
            capture([f"https://127.0.0.1:{server.server_address[1]}/"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    finally:
        server.shutdown()
        server.server_close()
    assert (told.value.failure, told.value.params["retry"]) == (Failure.TLS_ERROR, False)


def test_a_browser_that_is_missing_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("APPSCAN_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(CaptureError) as told:
        capture(["http://127.0.0.1:9/"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert told.value.failure is Failure.NO_BROWSER
    for language in ("zh", "en"):
        line = say_error(language, told.value)
        assert "playwright install chromium" in line
        assert "APPSCAN_CHROMIUM" in line


def test_the_sandbox_stays_on_for_everybody_but_root():
    assert (has_sandbox(root=False), has_sandbox(root=True)) == (True, False)
    started = arguments(frozenset({"127.0.0.1"}), "zh-CN", "--mark")
    assert not [row for row in (*FLAGS, *started) if "no-sandbox" in row]
    assert "--host-resolver-rules=MAP 127.0.0.1 127.0.0.1,MAP * ~NOTFOUND" in started


def test_a_thousand_small_gaps_do_not_crowd_out_one_that_blinds():
    journal = Journal()
    for number in range(1000):
        journal.gap("robots", ["text"], f"/{number}")
    journal.gap("login_wall", ["text"], "/staff", blinds=True)
    assert len(journal.gaps) < 500
    assert journal.gaps[-1]["reason"] == "login_wall"


def test_days_that_never_began_since_no_browser_was_left_are_told(tiny, tmp_path, monkeypatch):
    url, _ = tiny(FOUR)

    def progress(step: str, seen: int, queued: int) -> None:
        if step == "day" and seen == 1:
            monkeypatch.setenv("APPSCAN_CHROMIUM", str(tmp_path / "missing"))
            for pid in _own_browsers():
                os.kill(pid, signal.SIGKILL)

    recording = opened(capture([f"{url}/a.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 4}), progress))
    places = [row["place"].rpartition("/")[2] for row in recording.rows("gaps", reason="day_not_lived")]
    assert sorted(places) == sorted({row["route"][1:] for row in recording.document["states"]} - {"a.html"})
