"""Serves one folder on 127.0.0.1 while a site of a corpus is captured. Knows no capture and no label."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import MimeTypes
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

INDEXES = ("index.html", "index.htm", "default.html", "default.htm")
MOST_CONNECTIONS = 64
LARGEST_FILE = 64 << 20
"""Bytes; a larger file is answered with 404, since no page needs it."""
PATIENCE_SECONDS = 20.0
MORE_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml",
              ".wasm": "application/wasm", ".woff": "font/woff", ".woff2": "font/woff2", ".webp": "image/webp",
              ".map": "application/json", ".htm": "text/html", ".shtml": "text/html"}


class SiteServer(ThreadingHTTPServer):
    """The server of one folder; `root` is resolved. Connections beyond `MOST_CONNECTIONS` wait."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Files)
        self.root = root.resolve(strict=True)
        self.types = MimeTypes(filenames=())  # what this machine's own tables say must not change a recording
        for suffix, kind in MORE_TYPES.items():
            self.types.add_type(kind, suffix)
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: object, client_address: object) -> None:
        """Take a connection when one is free."""
        self._free.acquire()
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serve a connection and free its place."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up midway is no news."""

    def find(self, target: str) -> Path | None:
        """The file that a request line's target names: below `root` after links are followed, or None."""
        raw = unquote_to_bytes(target.partition("?")[0].partition("#")[0])
        if not raw.startswith(b"/") or b"\0" in raw or len(raw) > 4096:
            return None
        parts = [os.fsdecode(part) for part in raw.split(b"/") if part]
        if any(part == ".." for part in parts):
            return None
        try:
            path = self.root.joinpath(*parts).resolve(strict=True)
            if path.is_dir() and raw.endswith(b"/"):
                path = next(inner.resolve() for name in INDEXES if (inner := path / name).is_file())
        except (OSError, RuntimeError, ValueError, StopIteration):
            return None
        return path if path.is_relative_to(self.root) else None


class _Files(BaseHTTPRequestHandler):
    """Answers GET and HEAD with files; everything else is 405. Lists no folder."""

    server: SiteServer
    timeout = PATIENCE_SECONDS
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with a file's length and type."""
        self._answer(with_body=False)

    def do_POST(self) -> None:
        """A copy of a site takes nothing."""
        self.close_connection = True  # what was sent along is not read
        self._refuse(405)

    do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST  # noqa: N815 (the names that http.server calls)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.server.find(self.path)
        if path is None:
            self._refuse(404)
        elif path.is_dir():
            self._redirect()
        else:
            self._send(path, with_body=with_body)

    def _redirect(self) -> None:
        """A folder without its slash, so that relative addresses of its index fit."""
        place = self.path.partition("?")[0].lstrip("/")
        self.send_response(301)
        self.send_header("Location", f"/{quote(place, safe='/%')}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, path: Path, *, with_body: bool) -> None:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:  # a pipe would wait for ever
            self._refuse(404)
            return
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                self.send_response(200)
                self.send_header("Content-Type", self._type(path))
                self.send_header("Content-Length", str(size))
                self.end_headers()
                if with_body:
                    shutil.copyfileobj(file, self.wfile)
        except OSError:
            self.close_connection = True

    def _type(self, path: Path) -> str:
        """Without a character set: a page's own `meta` says it, or its script's `charset`."""
        return self.server.types.guess_type(path.name)[0] or "application/octet-stream"

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextlib.contextmanager
def serve(root: Path) -> Iterator[str]:
    """Serve `root` on a free port of 127.0.0.1; gives scheme, host and port. Raises OSError."""
    server = SiteServer(root)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
