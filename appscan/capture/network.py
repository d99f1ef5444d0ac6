"""Stands between the browser and the network: reads pass, writes are answered here, other hosts are not asked.

Knows no policy. Second barriers lie below: the browser resolves no other host, and redirects are judged hop by hop.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Request, Response, Route

from appscan.capture.addresses import urljoin, urlsplit
from appscan.capture.answers import GIF, Answers, Asset, kit_script, kits_of, library_of
from appscan.capture.fields import kind_of
from appscan.capture.instrument import ECHO
from appscan.capture.journal import Journal, route_of
from appscan.capture.manners import PARTS, Manners
from appscan.capture.options import CaptureOptions
from appscan.capture.shadows import CLOSING
from appscan.capture.under_way import UnderWay
from appscan.capture.writes import Kind, callback_of, classify
from appscan.model.coverage import CODE_KINDS

MAX_ANSWER = 20 * 1024 * 1024
STREAMED = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})
MAX_URL = 4000
MAX_SHOWN = 5000
MAX_FORMS = 50
RUN = frozenset({"Document", "Script"})
"""What does nothing at all, or half of it, where its end is missing."""
ASKED = frozenset({"xhr", "fetch", "jsonp"})
FETCHED = ASKED | {"eventsource"}
MAX_KEPT = 2 * 1024 * 1024
MAX_ASSETS = 64 * 1024 * 1024
TELLING = frozenset(
    {"nel", "report-to", "reporting-endpoints", "speculation-rules", "attribution-reporting-register-source"}
)
"""Headers that make the browser itself ask somebody."""
IMPORT = re.compile(r"\bimport\s*\(")
TEXTUAL = re.compile(r"json|javascript|ecmascript|html|xml|text/", re.IGNORECASE)


@dataclass
class Network:
    """Routes every request of a context. `sealed` serves kept answers only; what it had to refuse is in `leaks`."""

    options: CaptureOptions
    hosts: frozenset[str]
    journal: Journal
    sealed: bool = False
    login_endpoints: frozenset[str] | None = None
    learning: bool = False
    assets: dict[str, Asset] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    leaks: list[str] = field(default_factory=list)
    away: str = ""
    closed_trees: bool = False
    """Some page of the site closes a shadow tree in its markup."""
    importing: bool = False
    """Some code of the site fetches more code by `import()`, which nobody inside a page can see."""
    handing_in: bool = False
    """A trial hands a form in just now: whatever a page asks with a query then is that form."""
    let_through: set[str] = field(default_factory=set)
    _shown: set[str] = field(default_factory=set)
    _forms: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_FORMS))
    _recent: dict[str, deque[float]] = field(default_factory=dict)
    _rows: dict[Request, dict[str, Any]] = field(default_factory=dict)
    _kept: int = 0

    def __post_init__(self) -> None:
        self.manners = Manners(self.options)
        self.under_way = UnderWay(self._rows, self.journal)

    def attach(self, context: BrowserContext) -> None:
        """Take over all requests of `context` and nothing else: sockets have stand-ins inside the page."""
        context.route("**/*", self._on_request)
        context.expose_binding("__appscanMayOpen", lambda _source, kind, url: self._told(kind, url))
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)
        context.set_default_timeout(self.options.load_seconds * 1000)

    def _on_failed(self, request: Request) -> None:
        row = self._rows.pop(request, None)
        if row is not None and row["kind"] == "script" and "BLOCKED" not in (request.failure or ""):
            self._unread(request.url)

    def _unread(self, url: str) -> None:
        """A script that was asked for and whose text is not known is told, unless it comes another time."""
        if len(self.journal.scripts) < MAX_SHOWN:
            self.journal.scripts.setdefault(url, {"url": url[:2000], "body": None, "library": library_of(url, "")})

    def _told(self, kind: object, url: object) -> bool:
        return isinstance(kind, str) and isinstance(url, str) and len(url) < MAX_URL and self.may_open(kind, url)

    def guard(self, context: BrowserContext, page: Page) -> CDPSession:
        """Judge every redirect and every announced size before the browser follows or reads it."""
        session = context.new_cdp_session(page)
        session.on("Page.frameRequestedNavigation", self._on_navigation)
        session.send("Page.enable")
        session.on("Fetch.requestPaused", lambda event: self._on_answer(session, event))
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]})
        return session

    def _on_navigation(self, event: dict[str, Any]) -> None:
        """On the network a form sent by GET looks like a link; the browser says before that it is one."""
        if event.get("reason") == "formSubmissionGet":
            self._forms.append(str(event.get("url", "")).partition("#")[0])

    def _kind(self, request: Request) -> str:
        kind, url = kind_of(request.resource_type, request.method, request.url), request.url.partition("#")[0]
        if kind != "document" or request.method != "GET":
            return kind
        if url in self._forms:
            self._forms.remove(url)
            return "form"
        return "form" if self.handing_in and "?" in url else kind

    def awaits(self) -> bool:
        """True while an answer to something that a page asked for is on its way."""
        return any(row["kind"] in ASKED for row in self._rows.values())

    def may_open(self, kind: str, url: str) -> bool:
        """True where a socket or stream may really be opened: on an own host, and its address reads."""
        scheme, rest = url.partition(":")[::2]
        if kind != "socket" or scheme not in ("ws", "wss") or self.sealed:
            return kind == "eventsource" and not self.sealed and self.own(url)
        address = f"http{scheme[2:]}:{rest}"
        reads = self.own(address) and classify("GET", url, "", kind) is Kind.READ
        return reads and self.manners.allowed_by_robots(address, None)

    def own(self, url: str) -> bool:
        """True for the hosts this capture may ask."""
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (
            parts.netloc in self.hosts or (parts.hostname or "") in self.hosts
        )

    def _on_request(self, route: Route) -> None:
        try:
            self._decide(route, route.request)
        except Error:
            return  # the page went away while we answered

    def _decide(self, route: Route, request: Request) -> None:
        url = request.url
        if not url.startswith(("http:", "https:")):
            route.continue_()
            return
        if url.endswith(ECHO):
            route.fulfill(status=204)
            return
        kind = self._kind(request)
        if self.sealed:
            self._replay(route, url, kind)
            return
        kits = kits_of(url, kind)
        if kits:
            self.journal.out("origins", _origin(url), "kit", blocked=True)
            route.fulfill(status=200, content_type="text/javascript", body=kit_script(kits, url))
            return
        if not self.own(url):
            self.journal.out("origins", _origin(url), kind)
            self._tell_elsewhere(request, url, kind)
            if kind in ("document", "form"):  # the page that wanted to go there stays
                route.fulfill(status=204, body="")
            else:
                self._refuse(route, kind)
            return
        kept = self.assets.get(url) if request.method == "GET" and kind in PARTS else None
        if kept:
            route.fulfill(status=kept.status, content_type=kept.type, body=kept.body)
            return
        self._ask(route, request, kind)

    def _ask(self, route: Route, request: Request, kind: str) -> None:
        url, method = request.url, request.method
        body = _body_of(request)
        pressed = self._pressed(request)
        verdict = self._classify(method, url, body, kind, pressed)
        if not pressed and len(self._shown) < MAX_SHOWN:
            self._shown.add(f"{method} {urlsplit(url).path}")
        if kind == "form" and verdict is Kind.READ and self.journal.moment.trigger == "trial":
            verdict = Kind.UNKNOWN  # a trial hands nothing in, whatever its address is called
        passes = verdict is Kind.READ or self._may_write(method, url)
        passes = passes and not self._forbidden(request, url, kind)
        row = self.journal.on_network(method, url, kind, verdict, passes, body)
        if not passes:
            status = self._answer(route, url, kind, request.is_navigation_request())
            row["status"] = status
            self._tell_unsent(request, url, kind, verdict)
            return
        self._pace(url)
        self._rows[request] = row
        route.continue_()

    def _tell_unsent(self, request: Request, url: str, kind: str, verdict: Kind) -> None:
        """What a page wanted to show may be in the answer that it did not get, or behind an address not opened."""
        if verdict is Kind.READ:
            return
        if verdict is Kind.UNKNOWN and kind in ASKED:
            with suppress(Error):
                place, path = request.frame.page.url, urlsplit(url).path[:300]
                self.journal.gap("answer_stands_in", ["text", "control", "title"], place, url=path)
        elif request.method == "GET" and request.is_navigation_request() and self.journal.moment.trigger != "trial":
            self.journal.route(route_of(url), "click", blocked="write")

    def _tell_elsewhere(self, request: Request, url: str, kind: str) -> None:
        """Data that a page wanted from a host that may not be asked; what it tells others is no loss."""
        if kind not in FETCHED or classify(request.method, url, _body_of(request), kind) is Kind.WRITE:
            return
        with suppress(Error):
            self.journal.gap("remote_data", ["text", "control", "title"], request.frame.page.url, url=_origin(url))

    def _forbidden(self, request: Request, url: str, kind: str) -> bool:
        """True where robots.txt or the user forbids an address, whoever wants to go there: a link, a script, a frame.
        Parts of a page that may be opened come with it."""
        if kind in PARTS or self.learning:
            return False
        navigates, main = request.is_navigation_request(), True
        with suppress(Error):
            main = navigates and request.frame.parent_frame is None
        try:
            context = request.frame.page.context
        except Error:
            context = None
        return self._unmannerly(url, context, navigates, main)

    def _unmannerly(self, url: str, context: BrowserContext | None, navigates: bool, main: bool) -> bool:
        route, reason = route_of(url), ""
        named = url.partition("#")[0] in self.manners.starts
        by_itself = self.journal.moment.trigger == "load"  # where an entrance leads need not be included
        if navigates and not named and self.manners.excluded(route, inner=by_itself or not main):
            reason = "excluded"
            self.manners.tell_excluded(self.journal)
        elif not self.manners.allowed_by_robots(url, context):
            reason = "robots"
            self.journal.gap("robots", ["text", "control", "route", "request"], url, blinds=True)
        if reason and navigates:
            self.journal.route(route, "link", blocked=reason)
        return bool(reason)

    def _classify(self, method: str, url: str, body: str, kind: str, pressed: bool = False) -> Kind:
        """Class of a request; a page that the user named is opened whatever its address says."""
        if kind == "document" and method == "GET" and url.partition("#")[0] in self.manners.starts:
            return Kind.READ
        return classify(method, url, body, kind, pressed)

    def _pressed(self, request: Request) -> bool:
        """True where a press set this off on the page that still stands: what another page or view asks when it opens,
        and what a page asked by itself before, is not what the press is for."""
        moment = self.journal.moment
        if moment.trigger not in ("click", "trial") or f"{request.method} {urlsplit(request.url).path}" in self._shown:
            return False
        route = next((row["route"] for row in reversed(self.journal.states) if row["id"] == moment.state), None)
        try:
            return route is None or bool(route_of(request.frame.page.url)[:2000] == route)
        except Error:
            return True  # a frame that has no page yet, or none any more

    def _may_write(self, method: str, url: str) -> bool:
        """Writes pass in a test environment (`writes: allow`) and, while logging in, to the endpoints steps named."""
        if self.options.writes == "allow":
            return True
        endpoint = urlsplit(url).path
        if self.learning and self.login_endpoints is not None and endpoint in self.login_endpoints:
            self.let_through.add(f"{method} {endpoint}")
            return True
        return False

    def _answer(self, route: Route, url: str, kind: str, navigation: bool) -> int:
        """Answer a write here with a plausible success; returns the status told to the page."""
        callback, success = callback_of(url), self.answers.success_of(urlsplit(url).path)
        if navigation or kind == "eventsource":  # 204 ends both: the page stays, the stream is not tried again
            route.fulfill(status=204, body="")
            return 204
        if kind == "image":
            route.fulfill(status=200, content_type="image/gif", body=GIF)
        elif kind in ("script", "jsonp"):
            text = f"{callback}({json.dumps(success)});" if callback else ""
            route.fulfill(status=200, content_type="text/javascript", body=text)
        else:
            route.fulfill(
                status=200,
                content_type="application/json",
                body=json.dumps(success, ensure_ascii=False),
                headers={"access-control-allow-origin": "*"},
            )
        return 200

    def _refuse(self, route: Route, kind: str) -> None:
        """Another host: scripts and pictures come back empty, so that the page does not wait for them."""
        match kind:
            case "script" | "jsonp":
                route.fulfill(status=200, content_type="text/javascript", body="")
            case "style":
                route.fulfill(status=200, content_type="text/css", body="")
            case "image":
                route.fulfill(status=200, content_type="image/gif", body=GIF)
            case _:
                route.abort("blockedbyclient")

    def _replay(self, route: Route, url: str, kind: str) -> None:
        """Sealed: only what was kept comes back."""
        kits = kits_of(url, kind)
        kept = self.assets.get(url) or self.assets.get(url.partition("#")[0])
        if kits:
            route.fulfill(status=200, content_type="text/javascript", body=kit_script(kits, url))
        elif kept:
            route.fulfill(status=kept.status, content_type=kept.type, body=kept.body)
        elif kind in ("script", "jsonp", "style", "image"):
            self._refuse(route, kind)
        else:
            if len(self.leaks) < 1000:
                self.leaks.append(f"{kind} {url[:300]}")
            route.abort("blockedbyclient")

    def _pace(self, url: str) -> None:
        """Wait where this host was asked too often within the last second."""
        recent = self._recent.setdefault(urlsplit(url).netloc, deque())
        now = time.monotonic()
        while recent and now - recent[0] > 1.0:
            recent.popleft()
        if len(recent) >= max(1.0, self.options.rate):
            time.sleep(max(0.0, 1.0 - (now - recent[0])))
        recent.append(time.monotonic())

    def _on_finished(self, request: Request) -> None:
        row = self._rows.pop(request, None)
        first = request.redirected_from
        for _ in range(20):  # only the first hop of a redirect was ours to note
            if row is not None or first is None:
                break
            row, first = self._rows.pop(first, None), first.redirected_from
        if row is None:
            row = self._hop(request)
        if row is None:
            return
        try:
            response = request.response()
            if response:
                self._keep(request, response, row)
        except Error:  # the page went on; the answer is gone
            if row["kind"] == "script":
                self._unread(request.url)

    def _hop(self, request: Request) -> dict[str, Any] | None:
        """The row written for the target of a redirect, which no route was asked about."""
        if request.redirected_from is None:
            return None
        return next((row for row in reversed(self.journal.requests[-50:]) if row["url"] == request.url), None)

    def _keep(self, request: Request, response: Response, row: dict[str, Any]) -> None:
        row["status"] = response.status
        kind, fine = row["kind"], 200 <= response.status < 300
        type_ = response.headers.get("content-type", "")
        runs = fine and (kind == "script" or (kind == "other" and "javascript" in type_))  # what a Worker imports
        telling = kind in ("document", "jsonp", "style", "xhr", "fetch", "form")
        textual = telling and bool(TEXTUAL.search(type_) or not type_)
        if not (runs or textual or kind == "script") or 300 <= response.status < 400:
            return
        if int(request.sizes()["responseBodySize"]) > MAX_KEPT * 4:
            self._too_large(request.url, row)
            return
        body = response.body()
        if len(body) > MAX_KEPT * 4:  # small only on the wire
            self._too_large(request.url, row)
            return
        again = kind in ("script", "style", "document") or "javascript" in type_
        if again and response.status == 200 and self._kept + len(body) < MAX_ASSETS:
            self._kept += len(body)
            self.assets[request.url.partition("#")[0]] = Asset(response.status, type_ or "text/html", body)
        text = body.decode("utf-8", "replace")
        self.closed_trees = self.closed_trees or (kind == "document" and bool(CLOSING.search(text)))
        if kind in ("script", "document"):
            self.importing = self.importing or bool(IMPORT.search(text))
            self.answers.learn_script(text)
        if runs:
            self._read(request.url, text)
        elif kind not in ("style", "script"):
            self.journal.answered(row, response.status, text)
            self.answers.learn(request.method, request.url, response.status, type_, text)

    def _read(self, url: str, text: str) -> None:
        known = self.journal.scripts.get(url)
        if known is None or known["body"] is None:
            body = self.journal.keep_text("scripts", text)
            self.journal.scripts[url] = {"url": url[:2000], "body": body, "library": library_of(url, text)}

    def _too_large(self, url: str, row: dict[str, Any]) -> None:
        """What came whole to the page but is too large to be kept."""
        if row["kind"] in ("script", "other"):
            self._unread(url)
        else:
            self.journal.gap("answer_too_large", ["request", "text"], url, limit=MAX_KEPT * 4)

    def _on_answer(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Response stage: a redirect is followed only where its target would be asked; too large answers are cut."""
        identity = {"requestId": event["requestId"]}
        headers = {row["name"].lower(): row["value"] for row in event.get("responseHeaders", [])}
        status = event.get("responseStatusCode", 0)
        asked = event["request"]
        try:
            if 300 <= status < 400 and "location" in headers:
                target = urljoin(asked["url"], headers["location"])
                method = asked["method"] if status in (307, 308) else "GET"
                kind = kind_of(event.get("resourceType", "Other").lower(), method, target)
                verdict = self._classify(method, target, "", kind)
                self.journal.on_network(method, target, kind, verdict, self.own(target) and verdict is Kind.READ, "")
                if not self.own(target):
                    self.journal.out("origins", _origin(target), "redirect")
                    self.away = target[:2000]
                navigates = kind in ("document", "form") and not self.learning
                if (
                    not self.own(target)
                    or not (verdict is Kind.READ or self._may_write(method, target))
                    or (navigates and self._unmannerly(target, None, True, False))
                ):
                    session.send("Fetch.failRequest", {**identity, "errorReason": "BlockedByClient"})
                    return
            if int(headers.get("content-length") or 0) > MAX_ANSWER:
                self._cut(event)
                session.send("Fetch.failRequest", {**identity, "errorReason": "BlockedByClient"})
                return
            endless = "content-length" not in headers and "event-stream" not in headers.get("content-type", "")
            if endless and status == 200 and event.get("resourceType") in STREAMED:
                self._drain(session, event)
                return
            if headers.keys() & TELLING:
                kept = [row for row in event["responseHeaders"] if row["name"].lower() not in TELLING]
                session.send("Fetch.continueResponse", {**identity, "responseCode": status, "responseHeaders": kept})
                return
            session.send("Fetch.continueRequest", identity)
        except (Error, ValueError):
            return  # the request is gone

    def _cut(self, event: dict[str, Any]) -> None:
        """An answer that the page does not get whole: without its code or its page nothing of the site is known."""
        url, type_ = event["request"]["url"], event.get("resourceType")
        if type_ == "Script":
            self._unread(url)
        if type_ in RUN:
            self.journal.gap("answer_too_large", sorted(CODE_KINDS), url, blinds=True, limit=MAX_ANSWER)
        else:
            self.journal.gap("answer_too_large", ["request", "text"], url, limit=MAX_ANSWER)

    def _drain(self, session: CDPSession, event: dict[str, Any]) -> None:
        """An answer whose length is not told is read here up to a bound: an endless one must not fill the browser."""
        identity = {"requestId": event["requestId"]}
        stream = session.send("Fetch.takeResponseBodyAsStream", identity)["stream"]
        chunks: list[bytes] = []
        size, until, ended = 0, time.monotonic() + self.options.load_seconds / 2, False
        while not ended and size <= MAX_ANSWER and time.monotonic() < until:
            read = session.send("IO.read", {"handle": stream, "size": 1 << 18})
            part = base64.b64decode(read["data"]) if read.get("base64Encoded") else str(read["data"]).encode()
            chunks.append(part)
            size, ended = size + len(part), bool(read["eof"])
        session.send("IO.close", {"handle": stream})
        if not ended:
            self._cut(event)
            if event.get("resourceType") in RUN:  # half a script is none, and half a page may look whole
                session.send("Fetch.failRequest", {**identity, "errorReason": "BlockedByClient"})
                return
        dropped = TELLING | {"content-encoding", "transfer-encoding", "content-length", "set-cookie"}
        headers = [row for row in event.get("responseHeaders", []) if row["name"].lower() not in dropped]
        body = base64.b64encode(b"".join(chunks)).decode()
        session.send(
            "Fetch.fulfillRequest", {**identity, "responseCode": 200, "responseHeaders": headers, "body": body}
        )


def host_of(url: str) -> str:
    """Host and port of an address as a browser writes them: small letters, no default port, IDNA."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    with suppress(UnicodeError):
        name = name.encode("idna").decode("ascii")
    name = f"[{name}]" if ":" in name else name
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return name if parts.port in (None, default) else f"{name}:{parts.port}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:500]


def _body_of(request: Request) -> str:
    raw = request.post_data_buffer
    return raw[:65536].decode("utf-8", "replace") if raw else ""
