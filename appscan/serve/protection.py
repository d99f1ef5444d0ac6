"""Headers of every answer and a bound on every request's body. Knows no page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
               "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For what came out of an app: nothing in it runs, even when it is opened alone."""
HEADERS = {
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_KEPT = re.compile(r"^/static/")


class TooLarge(Exception):
    """The body of a request went over its bound."""


class Protection:
    """The outermost layer: whatever answers, a page, an error or a file, carries the headers."""

    def __init__(self, app: ASGIApp, bound: Callable[[str, str], int]) -> None:
        self._app, self._bound = app, bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. `bound` gives the most bytes of a body by method and path."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        most, read, started = self._bound(scope["method"], scope["path"]), 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise TooLarge
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if read > most and not started:
                return  # what the application makes of the broken body is no answer
            if message["type"] == "http.response.start":
                started = True
                _add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        async def refuse() -> None:
            nonlocal read
            read = 0
            await _too_large(scope, receive, guarded)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            return await refuse()
        with contextlib.suppress(TooLarge):
            await self._app(scope, bounded, guarded)
        if read > most and not started:
            await refuse()
        return None


def _add(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("content-security-policy", PAGE_POLICY)
    headers.setdefault("cache-control", "no-cache" if _KEPT.match(path) else "no-store")


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("文件过大 / too large\n", 413, {"connection": "close"})(scope, receive, send)
