"""Claims about the only way out of a guarded browser. What may be reached here is 127.0.0.2; 127.0.0.1 stands for the
office's own network, and its server counts who comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.gateway import Gateway
from appscan.model.reach import Reach, ranges_of
from tests.capture.conftest import QUICK, opened

OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
REACH = Reach(ranges_of([f"{OUTSIDE}/32"]))


@dataclass
class Served:
    """A server with the pages it has and the paths it was asked for; sockets are greeted and closed."""

    host: str
    port: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def _serving(host: str) -> Iterator[Served]:
    served = Served(host)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            served.seen.append(self.path)
            if self.path in served.redirects:
                self.send_response(302)
                self.send_header("Location", served.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = served.pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            served.seen.append(f"{self.path} {len(content)}")
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object):
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def outside() -> Iterator[Served]:
    with _serving(OUTSIDE) as served:
        served.pages = {"/": "<p>outside</p>"}
        yield served


@pytest.fixture
def inside() -> Iterator[Served]:
    with _serving(INSIDE) as served:
        served.pages = {"/": "<p>secret</p>"}
        yield served


class Names:
    """A resolver that gives one answer after the other; the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def _client(gateway: Gateway, **more) -> httpx.Client:
    return httpx.Client(proxy=f"http://appscan:{gateway.token}@{gateway.address}", trust_env=False, timeout=20, **more)


def _gateway(*hosts: str, names: Names | None = None) -> Gateway:
    return Gateway(frozenset(hosts), REACH, names) if names else Gateway(frozenset(hosts), REACH)


def test_what_is_in_reach_is_answered_by_the_address_that_was_judged(outside):
    with _gateway("site.example", names=Names([OUTSIDE])) as gateway, _client(gateway) as client:
        url = f"http://site.example:{outside.port}"
        assert client.get(url).text == "<p>outside</p>"
        assert client.post(f"{url}/form", content=b"x" * 300_000).text == "ok"
    assert outside.seen[-1] == "/form 300000"
    assert gateway.refused == []


def test_an_address_that_does_not_answer_gives_way_to_the_next(outside):
    reach = Reach(ranges_of(["127.0.0.2/31"]))
    with (Gateway(frozenset({"site.example"}), reach, Names(["127.0.0.3", OUTSIDE])) as gateway,
          _client(gateway) as client):
        assert client.get(f"http://site.example:{outside.port}/").status_code == 200


@pytest.mark.parametrize("answers", [[[INSIDE]], [[OUTSIDE, INSIDE]], [["::ffff:127.0.0.1"]], [[]]])
def test_a_name_that_leads_inside_is_not_connected_to(inside, answers):
    with _gateway("site.example", names=Names(*answers)) as gateway, _client(gateway) as client:
        with pytest.raises(httpx.TransportError):
            client.get(f"http://site.example:{inside.port}/")
        assert gateway.refused == ["site.example"]
    assert inside.seen == []


def test_a_name_that_turns_round_after_the_first_look_leads_nowhere(outside):
    """DNS rebinding: both servers listen on one port, and the second answer of the resolver is the inner one."""
    with (socket.create_server((INSIDE, outside.port)) as inner,
          _gateway("site.example", names=Names([OUTSIDE], [INSIDE])) as gateway, _client(gateway) as client):
        url = f"http://site.example:{outside.port}/"
        assert client.get(url).status_code == 200
        with pytest.raises(httpx.TransportError):
            client.get(url)
        inner.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody came
            inner.accept()


def test_a_redirect_inside_is_a_connection_like_any_other(outside, inside):
    outside.redirects = {"/away": f"{inside.url}/"}
    with (_gateway(OUTSIDE, INSIDE) as gateway, _client(gateway, follow_redirects=True) as client,
          pytest.raises(httpx.TransportError)):
        client.get(f"{outside.url}/away")
    assert inside.seen == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.0.0.1", "0177.1", "[::ffff:127.0.0.1]", "localhost"])
def test_a_spelling_of_an_inner_address_is_judged_by_where_it_leads(inside, host):
    with _gateway(host) as gateway, socket.create_connection((INSIDE, gateway.port)) as client:
        client.sendall(f"CONNECT {host}:{inside.port} HTTP/1.1\r\n{_proof(gateway)}\r\n".encode())
        assert client.recv(100) == b""
        assert gateway.refused == [host.strip("[]")]


def test_a_host_that_the_capture_does_not_ask_is_not_connected_to(outside):
    with _gateway("site.example", names=Names([OUTSIDE])) as gateway, _client(gateway) as client:
        with pytest.raises(httpx.TransportError):
            client.get(f"http://other.example:{outside.port}/")
        assert gateway.refused == []


def test_another_program_of_this_machine_has_no_use_of_it(outside):
    before = list(outside.seen)
    with _gateway(OUTSIDE) as gateway:
        for proxy in (f"http://{gateway.address}", f"http://appscan:wrong@{gateway.address}"):
            with httpx.Client(proxy=proxy, trust_env=False) as client:
                assert client.get(outside.url).status_code == 407
    assert outside.seen == before


def _proof(gateway: Gateway) -> str:
    import base64

    told = base64.b64encode(f"appscan:{gateway.token}".encode()).decode()
    return f"Proxy-Authorization: Basic {told}\r\n"


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "GET https://127.0.0.2/ HTTP/1.1", "GET ftp://127.0.0.2/ HTTP/1.1",
                                  "CONNECT 127.0.0.2 HTTP/1.1", "CONNECT 127.0.0.2:1/x HTTP/1.1", "nonsense",
                                  "GET http://a@127.0.0.2/ HTTP/1.1", "GET http:///x HTTP/1.1"])
def test_what_is_no_request_of_a_proxy_ends_without_a_word(line):
    with _gateway(OUTSIDE) as gateway, socket.create_connection((INSIDE, gateway.port)) as client:
        client.sendall(f"{line}\r\nHost: x\r\n{_proof(gateway)}\r\n".encode())
        assert client.recv(100) == b""


def test_a_second_request_cannot_ride_to_another_host_on_a_connection(outside):
    """A client that keeps its connection gets its end told, and nothing of the proxy's own headers leaves."""
    with _gateway(OUTSIDE) as gateway, socket.create_connection((INSIDE, gateway.port)) as client:
        client.sendall(f"GET {outside.url}/ HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n"
                       f"{_proof(gateway)}\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(1000), b""))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"connection: close" in head
    assert b"keep-alive" not in head
    assert answer.endswith(b"<p>outside</p>")


HOSTILE = """<!doctype html><meta charset=utf-8><title>虚构</title><h1>虚构每日签到</h1>
<img src="{inside}/image"><link rel=stylesheet href="{inside}/style"><script src="{inside}/script"></script>
<iframe src="{inside}/frame"></iframe><iframe src="/away"></iframe>
<script>
fetch("{inside}/fetch").catch(() => 0);
fetch("/away").catch(() => 0);
new WebSocket("{socket}/socket");
new WebSocket(location.href.replace("http", "ws").replace("hostile", "own-socket"));
new EventSource("{inside}/events");
navigator.sendBeacon("{inside}/beacon");
new Worker(URL.createObjectURL(new Blob(['fetch("{inside}/worker")'])));
new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{port}"}}]}}).createDataChannel("x");
</script>"""


def _captured(outside: Served, inside: Served, folder, **options):
    inside.seen.clear()
    outside.seen.clear()
    outside.pages["/hostile"] = HOSTILE.format(inside=inside.url, socket=inside.url.replace("http", "ws"),
                                               port=inside.port)
    outside.redirects = {"/away": f"{inside.url}/redirected"}
    told = {**QUICK, "days": 0, "max_states": 2, "hosts": (f"{INSIDE}:{inside.port}",), **options}
    return opened(capture([f"{outside.url}/hostile"], folder / "site.recording.zip", CaptureOptions(**told)))


def test_a_guarded_capture_reads_the_site_and_connects_to_nothing_inside(outside, inside, tmp_path):
    """The inner host is one that the capture itself would ask, so that only the gateway stands before it; without the
    gateway the same page does reach it."""
    recording = _captured(outside, inside, tmp_path, guarded=True, ranges=(f"{OUTSIDE}/32",))
    assert inside.seen == []
    assert "/own-socket" in outside.seen  # the site's own socket goes through
    assert any("虚构每日签到" in text["text"] for state in recording.document["states"] for text in state["texts"])
    assert recording.rows("gaps", reason="address_refused")
    _captured(outside, inside, tmp_path)
    reached = {path.partition("?")[0] for path in inside.seen}
    assert {"/image", "/script", "/frame", "/fetch", "/socket", "/redirected", "/robots.txt"} <= reached


def test_a_site_that_is_inside_itself_is_told_as_out_of_reach(inside, tmp_path):
    with pytest.raises(CaptureError) as caught:
        capture([f"{inside.url}/"], tmp_path / "site.recording.zip", CaptureOptions(**QUICK, guarded=True))
    assert caught.value.failure is Failure.ADDRESS_REFUSED
    assert caught.value.params["retry"] is False
    assert inside.seen == []
