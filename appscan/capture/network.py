"""Stands between the browser and the network: reads pass, writes are answered here, other hosts are not asked.

Knows no policy. Second barriers lie below: the browser resolves no other host, and redirects are judged hop by hop.
"""

from __future__ import annotations

import json
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Request, Route

from appscan.capture.addresses import urljoin, urlsplit
from appscan.capture.answers import GIF, Asset, kit_script, kits_of
from appscan.capture.fields import kind_of
from appscan.capture.instrument import ECHO
from appscan.capture.journal import Journal, route_of
from appscan.capture.kept import Kept
from appscan.capture.manners import PARTS, Manners
from appscan.capture.options import CaptureOptions
from appscan.capture.sizes import Sizes, refuse
from appscan.capture.under_way import UnderWay
from appscan.capture.writes import Kind, callback_of, classify

MAX_URL = 4000
MAX_SHOWN = 5000
MAX_FORMS = 50
ASKED = frozenset({"xhr", "fetch", "jsonp"})
FETCHED = ASKED | {"eventsource"}


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
    leaks: list[str] = field(default_factory=list)
    away: str = ""
    handing_in: bool = False
    """A trial hands a form in just now: whatever a page asks with a query then is that form."""
    let_through: set[str] = field(default_factory=set)
    _shown: set[str] = field(default_factory=set)
    _forms: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_FORMS))
    _recent: dict[str, deque[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.manners = Manners(self.options)
        self.kept = Kept(self.journal, self.assets)
        self.under_way = UnderWay(self.kept.rows, self.journal)
        self._sizes = Sizes(self.journal, self.kept, self.options.load_seconds / 2)

    def attach(self, context: BrowserContext) -> None:
        """Take over all requests of `context` and nothing else: sockets have stand-ins inside the page."""
        context.route("**/*", self._on_request)
        context.expose_binding("__appscanMayOpen", lambda _source, kind, url: self._told(kind, url))
        context.on("requestfinished", self.kept.finish)
        context.on("requestfailed", self.kept.fail)
        context.set_default_timeout(self.options.load_seconds * 1000)

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
        return self.kept.awaits(ASKED)

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
        self.kept.rows[request] = row
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
        callback, success = callback_of(url), self.kept.answers.success_of(urlsplit(url).path)
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

    def _on_answer(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Response stage: a redirect is followed only where its target would be asked; too large answers are cut."""
        headers = {row["name"].lower(): row["value"] for row in event.get("responseHeaders", [])}
        try:
            redirects = 300 <= event.get("responseStatusCode", 0) < 400 and "location" in headers
            if redirects and not self._follows(event, headers["location"]):
                refuse(session, event)
            else:
                self._sizes.bound(session, event, headers)
        except (Error, ValueError):
            return  # the request is gone

    def _follows(self, event: dict[str, Any], location: str) -> bool:
        """Judge and write down the next hop of a redirect, which no route is asked about."""
        asked, status = event["request"], event["responseStatusCode"]
        target = urljoin(asked["url"], location)
        method = asked["method"] if status in (307, 308) else "GET"
        kind = kind_of(event.get("resourceType", "Other").lower(), method, target)
        verdict = self._classify(method, target, "", kind)
        own = self.own(target)
        self.journal.on_network(method, target, kind, verdict, own and verdict is Kind.READ, "")
        if not own:
            self.journal.out("origins", _origin(target), "redirect")
            self.away = target[:2000]
        passes = own and (verdict is Kind.READ or self._may_write(method, target))
        navigates = kind in ("document", "form") and not self.learning
        return passes and not (navigates and self._unmannerly(target, None, True, False))


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
