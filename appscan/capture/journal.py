"""What a capture has seen so far, in the shape of the recording; rows of pages are hostile. Knows no browser."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from appscan.capture.addresses import urlsplit
from appscan.capture.fields import MAX_TEXT as MAX_ANSWER
from appscan.capture.fields import fields_of, request_fields
from appscan.capture.hearing import MAX_TEXT, Hearing
from appscan.capture.login_gaps import OF_LOGIN
from appscan.capture.parts import Parts
from appscan.capture.shapes import number_of, stack_of, text_of, whole
from appscan.capture.writes import Kind, classify

PAGE_KINDS = ("text", "control", "title", "form", "request", "route", "timer")
"""What is open where a whole page was not seen."""
LOSABLE = ["call", "request", "route", "timer"]
"""What is not known where something that a page told is missing."""
MAX_REQUESTS = 20_000
MAX_ROWS = 20_000
MAX_GAPS_OF_REASON = 200
MAX_REASONS = 100
MAX_ROUTES = 5000
MAX_TOLD = 5000
MAX_ALIKE = 20
"""Calls of one function from one place in the code of one state that are kept; more say nothing new."""
PAGE_GAPS = frozenset(
    {"frame_not_lived", "poll_held", "day_answer_left_out", "worker_not_read", "worker_stopped"}
    | {"observations_left_out"}
)
"""What the instrument in a page may say that it did not see; a page itself may say anything."""
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
    starters: dict[str, set[str]] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Texts with boxes of pictures that belong to no state, by picture; covers persons, is not written."""
    _gaps: Counter[str] = field(default_factory=Counter)
    _short: set[str] = field(default_factory=set)
    _alike: Counter[tuple[str, ...]] = field(default_factory=Counter)
    prompted_by: dict[tuple[str, str | None, str], str] = field(default_factory=dict)
    _open: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _forms: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hearing = Hearing(self.parts)

    def now(self) -> int:
        """Milliseconds since the start of the capture."""
        return int((time.monotonic() - self.began) * 1000)

    def enter(self, state: str | None, trigger: str, label: str) -> None:
        """What happens from now on happens in this state and for this reason."""
        self.moment = replace(self.moment, state=state, trigger=trigger, label=label)

    def keep_text(self, folder: str, text: str) -> str | None:
        """Keep a text part (`bodies`, `dom`, `scripts`); returns its handle, or None where the bound is reached."""
        handle = self.parts.keep_text(folder, text)
        if handle is None:
            self.reached.add("bytes")
        return handle

    def keep_picture(self, picture: bytes | None) -> str | None:
        """Keep a PNG; returns its SHA-256."""
        return self.parts.keep_picture(picture)

    def gap(self, reason: str, kinds: list[str], place: str = "", blinds: bool = False, **params: Any) -> None:
        """Something that was not seen; told once. Local ones are bounded by reason, so that none crowds out another;
        what blinds is always kept."""
        if reason in OF_LOGIN:
            params = {"name": self.moment.actor, **params}
        row = {"kinds": kinds, "place": place[:1000], "reason": reason, "params": params, "blinds": blinds}
        if row in self.gaps:
            return
        known = reason in self._gaps or len(self._gaps) < MAX_REASONS
        if blinds or (known and self._gaps[reason] < MAX_GAPS_OF_REASON):
            self._gaps[reason] += 1
            self.gaps.append(row)

    def bounded(self, cap: str, reason: str, place: str, **params: Any) -> None:
        """A bound has cut something off at a place: what lies behind it was not seen."""
        self.reached.add(cap)
        self.gap(reason, ["control", "text"], place, **params)

    def route(self, path: str, found_by: str, visited: bool = False, blocked: str | None = None) -> None:
        """A route of the site; who found it first stays."""
        if len(self.routes) > MAX_ROUTES and path[:2000] not in self.routes:
            self.left_out()
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
        told = self._forms.pop((method, url), None)
        if told is not None and kind == "form":  # the page told of it before it left
            told.update({"class": verdict.value, "sent": sent, "seen": "both", "status": status})
            return told
        row = self._request(method, url, kind, verdict, body)
        row.update(sent=sent, seen="network", status=status)
        if self._is_kept(row):
            self._open.setdefault((method, url), []).append(row)
        return row

    def answered(self, row: dict[str, Any], status: int, text: str | None) -> None:
        """The reply to a request."""
        row["status"] = status
        if text:
            row["response_body"] = self.keep_text("bodies", text[:MAX_ANSWER])
            row["response_fields"] = fields_of(text)

    def take(self, rows: Any, virtual: bool = False) -> list[dict[str, Any]]:
        """Rows that a page told; returns its requests."""
        made: list[dict[str, Any]] = []
        told = rows if isinstance(rows, list) else []
        if len(told) > MAX_TOLD:
            self.left_out()
        for row in told[:MAX_TOLD]:
            if not isinstance(row, dict):
                continue
            try:
                self._take(row, virtual, made)
            except (ValueError, TypeError, ArithmeticError):  # one row that nobody foresaw costs itself, not the walk
                self.left_out()
        return made

    def left_out(self) -> None:
        """Something that happened is missing here: there was no room for it, or no sense in it."""
        state = self.moment.state or ""
        if state not in self._short:
            self._short.add(state)
            place = next((str(row["url"]) for row in reversed(self.states) if row["id"] == state), "")
            self.gap("observations_left_out", LOSABLE, place)

    def _take(self, row: dict[str, Any], virtual: bool, made: list[dict[str, Any]]) -> None:
        kind = text_of(row, "kind", 40)
        match row.get("what"):
            case "request":
                made.append(self._from_page(row, virtual))
            case "call":
                self._call(row)
            case "message" if kind in MESSAGE_KINDS:
                place = self._place(row)
                del place["time"]
                self._add(self.messages, {**place, "kind": kind, "text": text_of(row, "text", 4000)})
            case "outside":
                group = {"download": "downloads", "popup": "popups"}.get(kind, "origins")
                self.out(group, text_of(row, "url", 2000), kind)
            case "route":
                self.route(route_of(text_of(row, "path", 1000)), "router")
            case "heard":
                if not self.hearing.take(f"{kind} {text_of(row, 'url', 4000)}", text_of(row, "text", MAX_TEXT)):
                    self.left_out()
            case "gap" if text_of(row, "reason", 60) in PAGE_GAPS:
                self.gap(row["reason"], ["timer", "request"], text_of(row, "place", 300))

    def _call(self, row: dict[str, Any]) -> None:
        api, stack = text_of(row, "api", 120), stack_of(row)
        self.prompted_by.setdefault((self.moment.actor, self.moment.state, api), text_of(row, "label", 120))
        place = self._place(row)
        alike = (self.moment.actor, str(self.moment.state), api, str(place["virtual"] is None), *stack)
        if self._alike[alike] >= MAX_ALIKE:
            return
        if self._add(self.calls, {**place, "api": api, "detail": text_of(row, "detail", 1000), "stack": stack}):
            self._alike[alike] += 1

    def _add(self, rows: list[dict[str, Any]], row: dict[str, Any]) -> bool:
        if len(rows) < MAX_ROWS:
            rows.append(row)
            return True
        self.left_out()
        return False

    def can_be_left(self, dialog: str) -> None:
        """Somebody has found the way out of the dialogs with this text."""
        for row in (row for state in self.states for row in state["dialogs"] if row["text"] == dialog):
            row["closable"] = True

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
            if isinstance(row, dict) and row.get("kind") in ("interval", "timeout", "chained"):
                label = text_of(row, "label", 120)
                if label and row["kind"] == "interval" and number_of(row, "period") >= 1000:
                    self.starters.setdefault(str(self.moment.state), set()).add(label)
                self._add(
                    self.timers,
                    {
                        "actor": self.moment.actor,
                        "state": self.moment.state,
                        "virtual": bool(row.get("virtual")),
                        "kind": row["kind"],
                        "period": number_of(row, "period"),
                        "fired": number_of(row, "fired"),
                        "stack": stack_of(row),
                    },
                )

    def _place(self, row: dict[str, Any]) -> dict[str, Any]:
        virtual = row.get("virtual")
        return {
            "actor": self.moment.actor,
            "state": self.moment.state,
            "time": self.now(),
            "virtual": whole(virtual) if isinstance(virtual, (int, float)) and virtual >= 0 else None,
        }

    def _request(self, method: str, url: str, kind: str, verdict: Kind, body: str) -> dict[str, Any]:
        full = len(self.requests) >= MAX_REQUESTS
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
            "request_body": self.keep_text("bodies", body) if body and not full else None,
            "response_body": None,
            "stack": [],
        }
        if full:
            self.reached.add("requests")
            self.left_out()
        else:
            self.requests.append(row)
        return row

    def _is_kept(self, row: dict[str, Any]) -> bool:
        """False for a row that found no room: what waits to be joined to it must not grow without bound either."""
        return bool(self.requests) and self.requests[-1] is row

    def _from_page(self, told: dict[str, Any], virtual: bool) -> dict[str, Any]:
        method, url, body = (
            text_of(told, "method", 20).upper() or "GET",
            text_of(told, "url", 4000),
            text_of(told, "body", 65536),
        )
        kind = text_of(told, "kind", 40)
        kind = kind if kind in REQUEST_KINDS else "other"
        waiting = [] if virtual or told.get("own") or told.get("mock") else self._open.get((method, url), [])
        if waiting:
            row = waiting.pop(0)
            row["seen"] = "both"
            if row["kind"] == "other" or kind in ("jsonp", "form", "beacon", "fetch", "xhr"):
                row["kind"] = kind
        else:
            row = self._request(method, url, kind, classify(method, url, body, kind), body)
            if kind == "form" and not virtual and not told.get("own") and self._is_kept(row):
                self._forms[method, url] = row
            if virtual:
                row["virtual"] = self._place(told)["virtual"]
            status = told.get("status")
            row["status"] = status if isinstance(status, int) and 0 <= status < 1000 else None
            if told.get("opened") is True and kind == "socket" and method == "GET":
                row["sent"] = True
            if kind in ("socket", "eventsource") and method == "GET" and not virtual:
                self.hearing.open(f"{kind} {url}", row)
            if told.get("mock") and text_of(told, "response", 65536):
                self.answered(row, row["status"] or 200, text_of(told, "response", 65536))
        row["stack"] = stack_of(told)
        if told.get("trigger") in ("click", "timer", "idle", "leave", "midnight", "trial", "load"):
            row["trigger"] = told["trigger"] if self.moment.trigger != "trial" else "trial"
        row["label"] = text_of(told, "label", 400) or row["label"]
        return row


def route_of(url: str) -> str:
    """Path, query and fragment of an address: how the page itself names where it is."""
    parts = urlsplit(url)
    return (
        (parts.path or "/")
        + (f"?{parts.query}" if parts.query else "")
        + (f"#{parts.fragment}" if parts.fragment else "")
    )
