"""The only way out of a guarded browser: a forward proxy on loopback that resolves a name once, judges every address it
resolves to, and connects to the address it judged. Knows no page and no policy.

A browser that resolves names itself can be led anywhere between a check and its connection (DNS rebinding). This one
gets no names resolved and no direct connections: it asks here for each connection, redirects, sockets and parts of
pages alike.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from appscan.model.reach import Reach

USER = "appscan"
LARGEST_HEAD = 64 * 1024
HEAD_SECONDS = 20.0
CONNECT_SECONDS, ADDRESS_SECONDS = 20.0, 4.0
"""In all, and for each address but the last: many machines have an IPv6 address and no way out for it."""
LAST_SECONDS = 10.0
"""For the end of an answer after the browser has closed its side."""
MOST_CONNECTIONS = 256
MOST_NOTED = 200
CHUNK = 64 * 1024
_PROXY_HEADERS = (b"proxy-", b"connection:", b"keep-alive:")

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Addresses of a name, in the order of preference. Raises OSError where there are none."""


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver gives."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class RefusedError(Exception):
    """A connection that is not made."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client of the proxy wants: a tunnel, or one plain request, whose head is `head` as its server gets it."""

    host: str
    port: int
    head: bytes = b""

    @property
    def is_tunnel(self) -> bool:
        """Whether bytes are only passed on."""
        return not self.head


class Gateway:
    """Runs in a thread of its own between `with` and its end. `hosts` (names, or names with a port) are all that may be
    asked for; `refused` lists hosts that led to an address out of reach."""

    def __init__(self, hosts: frozenset[str], reach: Reach, resolver: Resolver = system_resolver) -> None:
        self._hosts, self._reach, self._resolver = hosts, reach, resolver
        self.token = secrets.token_urlsafe(24)
        self.port = 0
        self.refused: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._ready, self._free = threading.Event(), asyncio.Semaphore(MOST_CONNECTIONS)
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
        self._end: asyncio.Event | None = None
        self._talks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Gateway:
        self._thread.start()
        self._ready.wait()
        if not self.port:
            raise OSError("the gateway could not listen")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        """Where the browser finds it."""
        return f"127.0.0.1:{self.port}"

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=LARGEST_HEAD)
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()
            server.close()
            for talk in tuple(self._talks):
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            async with self._free:
                await self._talk(reader, writer)
        except (RefusedError, OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a page of ours would be taken for one of the site: the connection ends without a word
        except asyncio.CancelledError:  # the capture is over
            pass
        finally:
            self._talks.discard(talk)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            if not self._knows(head):
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                             b'realm="appscan"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
                await writer.drain()
                writer.close()
                await writer.wait_closed()
                return
            ask = asked(head)
        if not self._is_wanted(ask):
            raise RefusedError
        there, out = await self._connected(ask)
        try:
            if ask.is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            else:
                out.write(ask.head)
            back = _passed_on if ask.is_tunnel else _answered
            await _both(_passed_on(reader, out), back(there, writer))
        finally:
            out.transport.abort()

    def _knows(self, head: bytes) -> bool:
        """Whether the client is our browser: other programs of this machine have no use for our way out."""
        wanted = base64.b64encode(f"{USER}:{self.token}".encode())
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"proxy-authorization":
                return hmac.compare_digest(value.strip().partition(b" ")[2].strip(), wanted)
        return False

    def _is_wanted(self, ask: Ask) -> bool:
        shown = f"[{ask.host}]" if ":" in ask.host else ask.host
        return bool(self._hosts & {shown, f"{shown}:{ask.port}"})

    async def _connected(self, ask: Ask) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to an address that was judged. One address out of reach refuses all of the name: a mixed answer
        is how a name is turned round. Raises RefusedError, OSError, TimeoutError."""
        async with asyncio.timeout(CONNECT_SECONDS):
            addresses = list(await self._resolver(ask.host, ask.port))
            if not addresses or not all(map(self._reach.permits, addresses)):
                if len(self.refused) < MOST_NOTED:
                    self.refused.append(ask.host)
                raise RefusedError
            for address in addresses[:-1]:
                with contextlib.suppress(OSError):  # one that does not answer either (TimeoutError)
                    async with asyncio.timeout(ADDRESS_SECONDS):
                        return await asyncio.open_connection(address, ask.port, flags=socket.AI_NUMERICHOST)
            return await asyncio.open_connection(addresses[-1], ask.port, flags=socket.AI_NUMERICHOST)


def asked(head: bytes) -> Ask:
    """What the head of a request asks a proxy for (RFC 9110 9.3.6, RFC 9112 3.2.2 and 3.2.3). A connection carries one
    plain request, so that a second one to another host cannot ride on it. Raises RefusedError."""
    line, _, rest = head.partition(b"\r\n")
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        raise RefusedError
    try:
        method, target = parts[0].decode("ascii"), parts[1].decode("ascii")
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise RefusedError from None
    if not host or "@" in url.netloc:
        raise RefusedError
    if method == "CONNECT":
        if url.path or port is None:
            raise RefusedError
        return Ask(host, port)
    if url.scheme != "http":
        raise RefusedError
    path = target.removeprefix(f"{target.partition('://')[0]}://").partition("/")
    kept = [one for one in rest.split(b"\r\n") if one and not one.lower().startswith(_PROXY_HEADERS)]
    first = f"{method} /{path[2]} HTTP/1.1".encode("ascii")
    return Ask(host, port or 80, b"\r\n".join([first, *kept, b"Connection: close", b"", b""]))


async def _answered(there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass an answer on, and say that the connection ends with it."""
    while True:
        head = await there.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1][:1] if head.count(b" ") else b""
        lines = [one for one in head.split(b"\r\n") if one and not one.lower().startswith(_PROXY_HEADERS)]
        ends = [] if status == b"1" else [b"Connection: close"]
        writer.write(b"\r\n".join([*lines, *ends, b"", b""]))
        if status != b"1":
            break
    await _passed_on(there, writer)


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()


async def _both(out: Coroutine[None, None, None], back: Coroutine[None, None, None]) -> None:
    """Both directions, until the server has said all it has to say, one breaks, or the browser has gone."""
    sending, receiving = asyncio.create_task(out), asyncio.create_task(back)
    try:
        await asyncio.wait((sending, receiving), return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(None if not sending.done() else LAST_SECONDS):
            await receiving
    finally:
        for one in (sending, receiving):
            one.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)
