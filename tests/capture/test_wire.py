"""Claims about what reaches a server and what is heard from it, each against real servers that count effects."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.answers import Answers, shape_of
from appscan.capture.network import host_of

from .conftest import HTML, QUICK, Recording, opened
from .hostile import CHANNELS, Plan, counting, hostile_pages, page

NEVER_ASKED = {
    *("prerender", "icon", "manifest", "attribution", "portal", "fencedframe", "fetchlater"),
    *("speculation", "payment", "fedcm", "serviceworker", "rtc", "blankrtc"),
}
"""Channels that the browser of a capture does not have; what a page wanted of them is no request."""
TOLD_ELSEWHERE = {"open", "download", "nestedworker", "transport"}
"""Told as a popup, a download, a gap, or under another address."""
REPORTING = {
    "Reporting-Endpoints": 'default="{other}/report", main="/api/sign/submit?ch=report"',
    "Content-Security-Policy-Report-Only": (
        "default-src 'none'; report-uri /api/sign/submit?ch=csp {other}/csp; report-to main"
    ),
    "Link": "<{other}>; rel=preconnect, </api/sign/submit?ch=linkheader>; rel=preload; as=image",
    "NEL": '{"report_to":"default","max_age":99,"success_fraction":1}',
    "Speculation-Rules": '"/api/sign/submit?ch=rulesheader"',
}


@pytest.fixture
def shot(tmp_path: Path) -> Callable[..., Recording]:
    def run(urls: list[str], **wishes: Any) -> Recording:
        return opened(capture(urls, tmp_path / "o.zip", CaptureOptions(**{**QUICK, **wishes})))

    return run


def channel_of(row: dict[str, Any]) -> str:
    return parse_qs(urlsplit(row["url"]).query).get("ch", [""])[0]


def test_no_channel_of_a_browser_reaches_a_server_with_a_write_and_none_reaches_another_server(shot):
    pages = hostile_pages()
    with counting(Plan()) as other, counting(Plan(pages, other.url, (), REPORTING)) as told:
        recording = shot([told.url + path for path in pages], max_minutes=3.0, max_states=60, days=2, trials=1)
        time.sleep(0.5)  # what was on its way would have come by now
        assert dict(told.effects) == {}
        assert (other.connections, other.arrived) == (0, [])
        meant = {channel_of(row) for row in recording.document["requests"] if not row["sent"]}
        wanted = {name for group, names in CHANNELS.items() if group != "frames" for name in names}
        assert wanted - meant - NEVER_ASKED - TOLD_ELSEWHERE == set()
        sent = [row for row in recording.document["requests"] if row["sent"] and channel_of(row)]
        assert {(row["kind"], row["method"]) for row in sent} <= {("socket", "GET")}


LISTENING = """<p id=n>无</p><script>
const show = (e) => { document.getElementById('n').textContent = JSON.parse(e.data).title; };
const s = new WebSocket('ws://' + location.host + '/push/socket');
s.onmessage = show; s.onopen = () => s.send('{"uid": 1}');
new EventSource('/push/stream').addEventListener('message', show);
new Worker(URL.createObjectURL(new Blob([`const w = new WebSocket('ws://${location.host}/push/worker');
w.onmessage = (e) => postMessage(e.data)`]))).onmessage = (e) => { document.title = JSON.parse(e.data).title; };
</script>"""


def test_what_a_server_pushes_is_heard_and_its_field_names_are_kept_but_no_frame_is_sent(shot):
    pushed = ('{"title": "请签到", "task": {"deadline": 1}}',)
    with counting(Plan({"/index.html": page(LISTENING)}, "", pushed)) as told:
        recording = shot([f"{told.url}/index.html"], days=0)
        assert dict(told.effects) == {}
    openings = {
        (row["kind"], urlsplit(row["url"]).path): row
        for row in recording.rows("requests", method="GET")
        if row["kind"] in ("socket", "eventsource")
    }
    for name in (("socket", "/push/socket"), ("eventsource", "/push/stream"), ("socket", "/push/worker")):
        assert openings[name]["response_fields"] == ["title", "task", "task.deadline"], name
        assert "请签到".encode() in recording.parts[f"bodies/{openings[name]['response_body']}"]
    frame = recording.rows("requests", method="SEND")[0]
    assert (frame["class"], frame["sent"], frame["request_fields"]) == ("write", False, ["uid"])
    assert recording.document["states"][0]["title"] == "请签到"


PRESSING = """<p>虚构服务</p><button id=a>叫车</button><button id=b>打开</button><button id=c>刷新</button><script>
const ask = (path) => fetch(path);
ask('/api/zhsq'); const on = (id, f) => { document.getElementById(id).onclick = f; };
on('a', () => ask('/api/call/taxi')); on('c', () => ask('/api/zhsq'));
on('b', () => { location.hash = '/other'; document.querySelector('p').textContent = '另一页'; ask('/api/xyz/3'); });
</script>"""


def test_a_name_nobody_knows_is_asked_by_a_page_that_opens_but_not_by_a_press(shot):
    paths = ("/api/zhsq", "/api/call/taxi", "/api/xyz/3")
    answers = dict.fromkeys(paths, ("application/json", '{"code": 200}'))
    with counting(Plan({"/index.html": page(PRESSING), **answers})) as told:
        recording = shot([f"{told.url}/index.html"], days=0)
    arrived = " ".join(told.arrived)
    assert "/api/zhsq" in arrived
    assert "/api/xyz/3" in arrived
    assert "/api/call/taxi" not in arrived
    unsent = {urlsplit(row["url"]).path: row["class"] for row in recording.rows("requests", sent=False)}
    assert unsent == {"/api/call/taxi": "unknown"}


@contextmanager
def chunks(pages: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A server that tells no length: it ends a piece of 64 KiB at a time, or with the connection."""

    class Pieces(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            type_, body = pages.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("content-type", type_)
            self.end_headers()
            with suppress(OSError):
                for at in range(0, len(body), 1 << 16):
                    self.wfile.write(body[at : at + (1 << 16)])

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Pieces) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _long(size: int) -> dict[str, tuple[str, bytes]]:
    script = f"/*{'x' * size}*/document.getElementById('app').textContent='考勤签到';".encode()
    return {
        "/index.html": (HTML, b"<!doctype html><meta charset=utf-8><div id=app></div><script src=/b.js></script>"),
        "/b.js": ("text/javascript", script),
    }


@pytest.mark.parametrize(("size", "stored"), [(3_000_000, True), (9_000_000, False)])
def test_a_long_script_of_no_told_length_runs_whole_and_is_named_even_where_its_text_is_too_long(shot, size, stored):
    with chunks(_long(size)) as url:
        recording = shot([f"{url}/index.html"], days=0)
    assert "考勤签到" in {text["text"] for state in recording.document["states"] for text in state["texts"]}
    [script] = [row for row in recording.document["scripts"] if row["url"].endswith("/b.js")]
    assert (script["body"] is not None) is stored
    assert not [gap for gap in recording.document["gaps"] if gap["blinds"]]


def test_a_script_that_had_to_be_cut_is_not_run_and_blinds(shot):
    with chunks(_long(22_000_000)) as url:
        recording = shot([f"{url}/index.html"], days=0)
    [gap] = [gap for gap in recording.document["gaps"] if gap["reason"] == "answer_too_large"]
    assert gap["blinds"]
    assert {"text", "control", "call", "endpoint"} <= set(gap["kinds"])
    assert [row["body"] for row in recording.document["scripts"]] == [None]


ENVELOPES = [
    ('{"errcode": "0000", "result": [1]}', "r.errcode === '0000'"),
    ('{"ret": 1, "data": {"a": 1}}', "r.ret == 1"),
    ('{"head": {"code": 0, "msg": "ok"}, "body": {}}', "r.head.code === 0"),
    ('{"status": "ok", "rows": []}', "'ok' === r.status"),
]


@pytest.mark.parametrize(("read", "condition"), ENVELOPES)
def test_code_after_a_write_goes_on_because_the_answer_has_the_shape_of_the_site(shot, read: str, condition: str):
    body = f"""<button id=b>提交材料</button><p id=o></p><script>
    fetch('/api/task/list').then((r) => r.json());
    const show = (r) => {{ document.getElementById('o').textContent = {condition} ? '成功了' : '失败了'; }};
    document.getElementById('b').onclick = () => fetch('/api/task/submit', {{method: 'POST', body: '{{}}'}})
      .then((r) => r.json()).then(show);
    </script>"""
    pages = {"/index.html": page(body), "/api/task/list": ("application/json", read)}
    with counting(Plan(pages)) as told:
        recording = shot([f"{told.url}/index.html"], days=0)
    texts = {text["text"] for state in recording.document["states"] for text in state["texts"]}
    assert "成功了" in texts
    assert "失败了" not in texts


def test_without_a_read_the_site_s_own_code_tells_what_success_looks_like():
    answers = Answers()
    answers.learn_script('if(t.errcode!==0)throw e;if(200===n.status)f();"0000"==r.respCode&&g();r.code===401&&h()')
    assert answers.success.items() >= {"errcode": 0, "status": 200, "respCode": "0000", "code": 200}.items()


@pytest.mark.parametrize("text", ['{"code": 401, "msg": "未登录"}', '{"success": false}', "[1]", "{", '{"a": 1}', "1"])
def test_a_failure_teaches_no_success(text: str):
    assert shape_of(text) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.CN:80/a", "example.cn"),
        ("https://example.cn:8443/", "example.cn:8443"),
        ("https://u:p@example.cn:443/", "example.cn"),
        ("http://城市.政务/", "xn--uis47l.xn--zfr164b"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_a_host_is_named_as_the_browser_names_it(url: str, host: str):
    assert host_of(url) == host


def test_neighbours_answer_alike():
    answers = Answers()
    for _ in range(3):
        answers.learn("GET", "http://h/app/list", 200, "json", '{"code": 200, "data": []}')
    answers.learn("GET", "http://h/old/x", 200, "json", '{"errno": 0}')
    assert answers.success_of("/old/save") == {"errno": 0}
    assert answers.success_of("/new/save") == {"code": 200, "data": {}}


class Chunked(BaseHTTPRequestHandler):
    """Answers in pieces whose length nobody announced, with a header that makes a browser ask for a deed."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *parts: Any) -> None:  # noqa: ARG002
        return

    def do_GET(self) -> None:
        self.server.arrived.append(self.path)  # type: ignore[attr-defined]
        page = self.path.endswith(".html")
        body = "<h1>首页</h1>".encode() if page else b'{"prefetch": [{"source": "list", "urls": ["/sign/submit"]}]}'
        self.send_response(200)
        self.send_header("Content-Type", HTML if page else "application/speculationrules+json")
        self.send_header("Speculation-Rules", '"/rules.json"')
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


def test_headers_that_make_a_browser_ask_are_taken_out_of_answers_in_pieces_too(shot):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chunked)
    server.arrived = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        shot([f"http://127.0.0.1:{server.server_address[1]}/index.html"], days=0)
        assert set(server.arrived) <= {"/robots.txt", "/index.html"}  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
