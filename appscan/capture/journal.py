"""What a capture has seen so far, in the shape of the recording. Knows no browser; rows from pages are hostile
and bounded."""

from __future__ import annotations

import hashlib
import json
import re
import time
import zlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from appscan.capture.writes import Kind, callback_of, classify

PAGE_KINDS = ("text", "control", "title", "form", "request", "route", "timer")
"""What is open where a whole page was not seen."""
MAX_REQUESTS = 20_000
MAX_ROWS = 20_000
MAX_PARTS_BYTES = 400 * 1024 * 1024
MAX_TEXT_BODY = 2 * 1024 * 1024
MAX_FIELDS = 200
REQUEST_KINDS = frozenset(
    {"document", "script", "jsonp", "xhr", "fetch", "beacon", "image", "socket", "eventsource", "form"}
)
MESSAGE_KINDS = frozenset({"alert", "confirm", "prompt", "beforeunload"})


@dataclass(frozen=True, slots=True)
class Moment:
    """Who is looking at what, and why something happens now."""

    actor: str
    state: str | None = None
    trigger: str = "load"
    label: str = ""
    viewport: str = "mobile"


@dataclass
class Journal:
    """Rows of the recording; text parts are kept packed until the end, when secrets are known and replaced."""

    began: float = field(default_factory=time.monotonic)
    moment: Moment = field(default_factory=lambda: Moment("visitor"))
    states: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    timers: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    day: list[dict[str, Any]] = field(default_factory=list)
    routes: dict[str, dict[str, Any]] = field(default_factory=dict)
    scripts: dict[str, dict[str, Any]] = field(default_factory=dict)
    outside: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"downloads": {}, "popups": {}, "origins": {}}
    )
    gaps: list[dict[str, Any]] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    texts: dict[str, bytes] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    prompted_by: dict[tuple[str, str | None, str], str] = field(default_factory=dict)
    _bytes: int = 0
    _open: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def now(self) -> int:
        """Milliseconds since the start of the capture."""
        return int((time.monotonic() - self.began) * 1000)

    def keep_text(self, folder: str, text: str) -> str | None:
        """Keep a text part (`bodies`, `dom`, `scripts`); returns its handle, or None where the bound is reached."""
        packed = zlib.compress(text[: 4 * MAX_TEXT_BODY].encode("utf-8", "replace"), 1)
        if self._bytes + len(packed) > MAX_PARTS_BYTES:
            self.reached.add("bytes")
            return None
        handle = f"{folder}:{hashlib.sha256(packed).hexdigest()}"
        if handle not in self.texts:
            self.texts[handle] = packed
            self._bytes += len(packed)
        return handle

    def keep_picture(self, picture: bytes | None) -> str | None:
        """Keep a PNG; returns its SHA-256."""
        if not picture or self._bytes + len(picture) > MAX_PARTS_BYTES:
            return None
        digest = hashlib.sha256(picture).hexdigest()
        if digest not in self.pictures:
            self.pictures[digest] = picture
            self._bytes += len(picture)
        return digest

    def gap(self, reason: str, kinds: list[str], place: str = "", blinds: bool = False, **params: Any) -> None:
        """Something that was not seen; told once."""
        row = {"kinds": kinds, "place": place[:1000], "reason": reason, "params": params, "blinds": blinds}
        if row not in self.gaps and len(self.gaps) < 500:
            self.gaps.append(row)

    def route(self, path: str, found_by: str, visited: bool = False, blocked: str | None = None) -> None:
        """A route of the site; who found it first stays."""
        if len(self.routes) > 5000 and path not in self.routes:
            return
        row = self.routes.setdefault(
            path[:2000], {"path": path[:2000], "found_by": found_by, "visited": False, "blocked": None}
        )
        row["visited"] = row["visited"] or visited
        row["blocked"] = None if row["visited"] else blocked or row["blocked"]

    def out(self, group: str, url: str, kind: str, blocked: bool = True) -> None:
        """A download, popup or other origin."""
        rows = self.outside[group]
        if len(rows) < 500:
            rows.setdefault(f"{kind} {url}", {"url": url[:2000], "kind": kind[:40], "blocked": blocked})

    def on_network(
        self,
        method: str,
        url: str,
        kind: str,
        verdict: Kind,
        sent: bool,
        body: str,
        status: int | None = None,
    ) -> dict[str, Any]:
        """A request that reached the network layer; the page's own note of it, if any, is joined to it later."""
        row = self._request(method, url, kind, verdict, body)
        row.update(sent=sent, seen="network", status=status)
        self._open.setdefault((method, url), []).append(row)
        return row

    def answered(self, row: dict[str, Any], status: int, text: str | None) -> None:
        """The reply to a request."""
        row["status"] = status
        if text:
            row["response_body"] = self.keep_text("bodies", text[:MAX_TEXT_BODY])
            row["response_fields"] = fields_of(text)

    def take(self, rows: Any, virtual: bool = False) -> list[dict[str, Any]]:
        """Rows that a page told; returns its requests."""
        made = []
        for row in (rows if isinstance(rows, list) else [])[:5000]:
            if not isinstance(row, dict):
                continue
            match row.get("what"):
                case "request":
                    made.append(self._from_page(row, virtual))
                case "call" if len(self.calls) < MAX_ROWS:
                    self.prompted_by.setdefault(
                        (self.moment.actor, self.moment.state, _text(row, "api", 120)), _text(row, "label", 120)
                    )
                    self.calls.append(
                        {
                            **self._place(row),
                            "api": _text(row, "api", 120),
                            "detail": _text(row, "detail", 1000),
                            "stack": _stack(row),
                        }
                    )
                case "message" if len(self.messages) < MAX_ROWS and row.get("kind") in MESSAGE_KINDS:
                    place = self._place(row)
                    del place["time"]
                    self.messages.append({**place, "kind": row["kind"], "text": _text(row, "text", 4000)})
                case "outside":
                    group = (
                        "downloads"
                        if row.get("kind") == "download"
                        else "popups"
                        if row.get("kind") == "popup"
                        else "origins"
                    )
                    self.out(group, _text(row, "url", 2000), _text(row, "kind", 40))
                case "route":
                    self.route(route_of(_text(row, "path", 1000)), "router")
                case "gap":
                    self.gap(_text(row, "reason", 60), ["timer", "request"], _text(row, "place", 300))
        return made

    def adopt(self, since: tuple[int, int, int], state: str) -> None:
        """What happened while loading belongs to the state that was reached, not to the one that was left."""
        for rows, first in zip((self.requests, self.calls, self.messages), since, strict=True):
            for row in rows[first:]:
                if row.get("trigger", "load") == "load":
                    row["state"] = state

    def marks(self) -> tuple[int, int, int]:
        """Where the lists of requests, calls and messages end now."""
        return len(self.requests), len(self.calls), len(self.messages)

    def take_timers(self, rows: Any) -> None:
        """Timers of a page, each once per place in its code."""
        for row in (rows if isinstance(rows, list) else [])[:500]:
            if (
                isinstance(row, dict)
                and row.get("kind") in ("interval", "timeout", "chained")
                and len(self.timers) < MAX_ROWS
            ):
                self.timers.append(
                    {
                        "actor": self.moment.actor,
                        "state": self.moment.state,
                        "virtual": bool(row.get("virtual")),
                        "kind": row["kind"],
                        "period": _number(row, "period"),
                        "fired": _number(row, "fired"),
                        "stack": _stack(row),
                    }
                )

    def _place(self, row: dict[str, Any]) -> dict[str, Any]:
        virtual = row.get("virtual")
        return {
            "actor": self.moment.actor,
            "state": self.moment.state,
            "time": self.now(),
            "virtual": int(virtual) if isinstance(virtual, (int, float)) and virtual >= 0 else None,
        }

    def _request(self, method: str, url: str, kind: str, verdict: Kind, body: str) -> dict[str, Any]:
        row = {
            "actor": self.moment.actor,
            "state": self.moment.state,
            "time": self.now(),
            "virtual": None,
            "method": method[:20],
            "url": url[:4000],
            "kind": kind,
            "class": verdict.value,
            "sent": False,
            "seen": "page",
            "status": None,
            "trigger": self.moment.trigger,
            "label": self.moment.label[:400],
            "request_fields": request_fields(url, body),
            "response_fields": [],
            "request_body": self.keep_text("bodies", body) if body else None,
            "response_body": None,
            "stack": [],
        }
        if len(self.requests) < MAX_REQUESTS:
            self.requests.append(row)
        else:
            self.reached.add("requests")
        return row

    def _from_page(self, told: dict[str, Any], virtual: bool) -> dict[str, Any]:
        method, url, body = (
            _text(told, "method", 20).upper() or "GET",
            _text(told, "url", 4000),
            _text(told, "body", 65536),
        )
        kind = told.get("kind") if told.get("kind") in REQUEST_KINDS else "other"
        assert isinstance(kind, str)
        waiting = [] if virtual or told.get("own") or told.get("mock") else self._open.get((method, url), [])
        if waiting:
            row = waiting.pop(0)
            row["seen"] = "both"
            if row["kind"] == "other" or kind in ("jsonp", "form", "beacon", "fetch", "xhr"):
                row["kind"] = kind
        else:
            row = self._request(method, url, kind, classify(method, url, body, kind), body)
            if virtual:
                row["virtual"] = self._place(told)["virtual"]
            status = told.get("status")
            row["status"] = status if isinstance(status, int) and 0 <= status < 1000 else None
            if told.get("mock") and _text(told, "response", 65536):
                self.answered(row, row["status"] or 200, _text(told, "response", 65536))
        row["stack"] = _stack(told)
        if told.get("trigger") in ("click", "timer", "idle", "leave", "midnight", "trial", "load"):
            row["trigger"] = told["trigger"] if self.moment.trigger != "trial" else "trial"
        row["label"] = _text(told, "label", 400) or row["label"]
        return row


def route_of(url: str) -> str:
    """Path, query and fragment of an address: how the page itself names where it is."""
    parts = urlsplit(url)
    return (
        (parts.path or "/")
        + (f"?{parts.query}" if parts.query else "")
        + (f"#{parts.fragment}" if parts.fragment else "")
    )


def request_fields(url: str, body: str) -> list[str]:
    """Names of query and body fields, in order, each once."""
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)[:MAX_FIELDS]]
    if body:
        names += fields_of(body) or [name for name, _ in parse_qsl(body[:100_000], keep_blank_values=True)[:MAX_FIELDS]]
    return list(dict.fromkeys(name[:200] for name in names if name))[:MAX_FIELDS]


def fields_of(text: str) -> list[str]:
    """Names of a JSON text with dots between levels and nothing for arrays; empty where it is not JSON. JSONP
    is unwrapped."""
    text = text.strip()[:MAX_TEXT_BODY]
    called = re.match(r"^[\w$.\[\]]{1,100}\(", text)
    if called:
        text = text[called.end() :].rstrip(";) \n")
    if text[:1] not in ("{", "["):
        return []
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found: dict[str, None] = {}
    queue: list[tuple[str, object]] = [("", content)]
    for path, value in queue:
        if len(found) >= MAX_FIELDS or len(queue) > 20_000:
            break
        if isinstance(value, dict):
            for name, inner in list(value.items())[:MAX_FIELDS]:
                full = f"{path}.{name}"[:200] if path else str(name)[:200]
                found[full] = None
                queue.append((full, inner))
        elif isinstance(value, list):
            queue.extend((path, inner) for inner in value[:20])
    return list(found)[:MAX_FIELDS]


def kind_of(resource: str, method: str, url: str) -> str:
    """The recording's kind for a resource type of the browser."""
    match resource:
        case "document":
            return "form" if method == "POST" else "document"
        case "script":
            return "jsonp" if callback_of(url) else "script"
        case "xhr" | "fetch" | "image" | "eventsource":
            return resource
        case "ping":
            return "beacon"
        case "websocket":
            return "socket"
        case "stylesheet":
            return "style"
        case _:
            return "other"


def _text(row: dict[str, Any], name: str, most: int) -> str:
    value = row.get(name)
    return value[:most] if isinstance(value, str) else ""


def _number(row: dict[str, Any], name: str) -> int:
    value = row.get(name)
    return max(0, min(int(value), 10**12)) if isinstance(value, (int, float)) and value == value else 0


def _stack(row: dict[str, Any]) -> list[str]:
    rows = row.get("stack")
    return [line[:400] for line in rows[:5] if isinstance(line, str)] if isinstance(rows, list) else []
