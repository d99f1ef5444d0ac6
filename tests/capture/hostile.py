"""A server that counts every effect and pages that try every channel a browser has; knows nothing of the scanner.

channels.json: elements that load by themselves, scripts that ask (`f()` a fresh frame, `u()` a frame of an address),
sockets, what is tried on leaving, pages that go elsewhere ([body, head]); `%s` is the address.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HTML = "text/html; charset=utf-8"
WEBSOCKET_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
DEED = "/api/sign/submit"
CHANNELS: dict[str, Any] = json.loads(Path(__file__).with_name("channels.json").read_text("utf-8"))


@dataclass
class Plan:
    """What a server serves: path → (type, text), what it pushes, headers of every answer. `{other}`: another server."""

    pages: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    other: str = ""
    pushed: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Counting:
    """What a server was asked: everything, and what would have changed something, by the channel it came through."""

    url: str = ""
    arrived: list[str] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    connections: int = 0


class Server(ThreadingHTTPServer):
    """Counts connections, requests and effects."""

    daemon_threads = True

    def __init__(self, plan: Plan) -> None:
        self.plan, self.told, self.ended = plan, Counting(), threading.Event()
        super().__init__(("127.0.0.1", 0), Exchange)
        self.told.url = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.told.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        return  # a browser that hangs up is no error here


class Exchange(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *parts: Any) -> None:  # noqa: ARG002
        return

    def do_GET(self) -> None:
        told, plan, path = self.server.told, self.server.plan, urlsplit(self.path).path
        told.arrived.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        if path.startswith(DEED):
            told.effects[parse_qs(urlsplit(self.path).query).get("ch", ["?"])[0] + body[:40]] += 1
        if "websocket" in self.headers.get("Upgrade", "").lower():
            self.socket()
        elif path.startswith("/push/stream"):
            self.stream()
        else:
            kind, text = plan.pages.get(path) or ("application/json", '{"code": 0}')
            self.reply(kind, text.replace("{other}", plan.other).encode())

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.server.plan.headers.items():
            self.send_header(name, value.replace("{other}", self.server.plan.other))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for text in self.server.plan.pushed:
            self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()
        self.server.ended.wait(20.0)

    def socket(self) -> None:
        self.close_connection = True
        key = (self.headers.get("Sec-WebSocket-Key", "") + WEBSOCKET_KEY).encode()
        accept = base64.b64encode(hashlib.sha1(key, usedforsecurity=False).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        for text in self.server.plan.pushed:
            raw = text.encode()
            size = bytes([len(raw)]) if len(raw) < 126 else bytes([126]) + len(raw).to_bytes(2, "big")
            self.wfile.write(b"\x81" + size + raw)
        self.wfile.flush()
        self.connection.settimeout(20.0)
        with suppress(OSError):
            while head := self.rfile.read(2):
                if head[0] & 0x0F in (0, 1, 2):
                    self.server.told.effects[f"socket frame {self.path}"] += 1
                self.rfile.read(4 + (head[1] & 0x7F))


@contextmanager
def counting(plan: Plan) -> Iterator[Counting]:
    """Serve a plan; sockets and streams at `/push…` send what it pushes; every frame and every deed is an effect."""
    server = Server(plan)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.told
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


def deed(channel: str) -> str:
    """Address of a write that tells through which channel it came."""
    return f"{DEED}?ch={channel}"


def page(body: str, head: str = "") -> tuple[str, str]:
    """A page of an invented site."""
    top = f"<!doctype html><html><head><meta charset=utf-8><title>虚构</title>{head}</head>"
    return HTML, f"{top}<body><h1>首页</h1>{body}</body></html>"


def _tries(codes: Mapping[str, str], address: Callable[[str], str]) -> str:
    asked = [code.replace("%s", address(name)) for name, code in codes.items()]
    return "\n".join(f"try {{ (() => {{ {code} }})(); }} catch (e) {{ }}" for code in asked)


def _script(codes: Mapping[str, str], address: Callable[[str], str]) -> str:
    return f"<script>{CHANNELS['frames']}\n{_tries(codes, address)}</script>"


def hostile_pages() -> dict[str, tuple[str, str]]:
    """Pages that try every channel, to this server's deeds and to the other server."""

    def outside(name: str) -> str:
        return f"{{other}}/o?ch={name}"

    def socket(name: str) -> str:
        return f"ws://' + location.host + '/push/socket?ch={name}"

    def elements(address: Callable[[str], str]) -> str:
        return "".join(text.replace("%s", address(name)) for name, text in CHANNELS["elements"].items())

    leaving = (
        f"<script>{CHANNELS['frames']} for (const name of ['beforeunload', 'visibilitychange', 'pagehide', 'unload'])"
        f" addEventListener(name, () => {{ {_tries(CHANNELS['leaving'], deed)} }});</script>"
    )
    return {
        "/index.html": page("".join(f"<a href='/{name}.html'>{name}</a> " for name in CHANNELS["navigating"])),
        "/elements.html": page(elements(deed)),
        "/scripts.html": page(_script(CHANNELS["scripts"], deed)),
        "/sockets.html": page(_script(CHANNELS["sockets"], socket).replace("{host}", "' + location.host + '")),
        "/leaving.html": page(f"{leaving}<a href='/next.html'>下一页</a>"),
        "/outside.html": page(
            elements(outside) + _script(CHANNELS["scripts"], outside),
            "<link rel=preconnect href='{other}'><link rel=dns-prefetch href='{other}'>",
        ),
        "/outside2.html": page(_script(CHANNELS["sockets"], lambda name: outside(name).replace("http", "ws"))),
        "/next.html": page("<p>下一页的内容</p>"),
        **{
            f"/{name}.html": page(body.replace("%s", deed(name)), head.replace("%s", deed(name)))
            for name, (body, head) in CHANNELS["navigating"].items()
        },
    }
