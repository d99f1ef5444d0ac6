"""Stands between the browser and the network: reads pass, writes are answered here, other hosts are not asked.

Knows no policy. Second barriers lie below: the browser resolves no other host, and redirects are judged hop by hop.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Request, Response, Route

from appscan.capture.journal import Journal, kind_of
from appscan.capture.options import CaptureOptions
from appscan.capture.writes import Kind, callback_of, classify

MAX_ANSWER = 20 * 1024 * 1024
MAX_STREAM = 2 * 1024 * 1024
STREAMED = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})
MAX_KEPT = 2 * 1024 * 1024
MAX_ASSETS = 64 * 1024 * 1024
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002014400 3b".replace(" ", "")
)
TEXTUAL = re.compile(r"json|javascript|ecmascript|html|xml|text/", re.IGNORECASE)
DEFAULT_SUCCESS = {"code": 200, "success": True, "msg": "ok", "data": {}}
KITS = (
    (re.compile(r"jweixin|res\.wx\.qq\.com/open/js", re.IGNORECASE), ("wx", "jWeixin")),
    (re.compile(r"jwxwork|wwLogin|wecom", re.IGNORECASE), ("wx", "ww")),
    (re.compile(r"dingtalk|g\.alicdn\.com/dingding|gdt-jsapi", re.IGNORECASE), ("dd",)),
    (re.compile(r"webapi\.amap\.com|/amap", re.IGNORECASE), ("AMap",)),
    (re.compile(r"api\.map\.baidu\.com|/bmap", re.IGNORECASE), ("BMap", "BMapGL")),
    (re.compile(r"map\.qq\.com.*gljs|tmap", re.IGNORECASE), ("TMap",)),
    (re.compile(r"map\.qq\.com", re.IGNORECASE), ("qq.maps",)),
    (re.compile(r"tianditu", re.IGNORECASE), ("T",)),
    (re.compile(r"aliplayer|prismplayer", re.IGNORECASE), ("Aliplayer",)),
    (re.compile(r"TcPlayer|tcplayer", re.IGNORECASE), ("TCPlayer",)),
    (re.compile(r"gdt|lark|h5-js-sdk", re.IGNORECASE), ("tt", "h5sdk")),
    (re.compile(r"uni\.webview", re.IGNORECASE), ("uni",)),
)


@dataclass
class Asset:
    """A kept answer, served again without asking the server and to sealed copies."""

    status: int
    type: str
    body: bytes


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
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    success: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_SUCCESS))
    success_hits: int = 0
    leaks: list[str] = field(default_factory=list)
    away: str = ""
    let_through: set[str] = field(default_factory=set)
    _robots: dict[str, RobotFileParser | None] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=dict)
    _rows: dict[Request, dict[str, Any]] = field(default_factory=dict)
    _kept: int = 0

    def attach(self, context: BrowserContext) -> None:
        """Take over all requests of `context` and nothing else: sockets have stand-ins inside the page."""
        context.route("**/*", self._on_request)
        context.on("requestfinished", self._on_finished)
        context.on("requestfailed", self._on_failed)
        context.set_default_timeout(self.options.load_seconds * 1000)

    def _on_failed(self, request: Request) -> None:
        self._rows.pop(request, None)

    def guard(self, context: BrowserContext, page: Page) -> CDPSession:
        """Judge every redirect and every announced size before the browser follows or reads it."""
        session = context.new_cdp_session(page)
        session.on("Fetch.requestPaused", lambda event: self._on_answer(session, event))
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]})
        return session

    def own(self, url: str) -> bool:
        """True for the hosts this capture may ask."""
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (
            parts.netloc in self.hosts or (parts.hostname or "") in self.hosts
        )

    def allowed_by_robots(self, url: str, context: BrowserContext) -> bool:
        """False where robots.txt of the host forbids the address; a host without one allows everything."""
        if not self.options.robots:
            return True
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self._robots:
            rules: RobotFileParser | None = None
            try:
                answer = context.request.get(
                    f"{origin}/robots.txt", timeout=5000, max_redirects=0, fail_on_status_code=False
                )
                if answer.status == 200 and "html" not in answer.headers.get("content-type", ""):
                    rules = RobotFileParser()
                    rules.parse(answer.body()[:200_000].decode("utf-8", "replace").splitlines())
                answer.dispose()
            except Error:
                rules = None
            self._robots[origin] = rules
        rules = self._robots[origin]
        return rules is None or rules.can_fetch("appscan", url)

    def _on_request(self, route: Route) -> None:
        try:
            self._decide(route, route.request)
        except Error:
            return  # the page went away while we answered

    def _decide(self, route: Route, request: Request) -> None:
        url, method = request.url, request.method
        if not url.startswith(("http:", "https:")):
            route.continue_()
            return
        kind = kind_of(request.resource_type, method, url)
        if self.sealed:
            self._replay(route, url, kind)
            return
        kits = next((names for pattern, names in KITS if kind in ("script", "jsonp") and pattern.search(url)), None)
        if kits:
            self.journal.out("origins", _origin(url), "kit", blocked=True)
            route.fulfill(status=200, content_type="text/javascript", body=_kit_script(kits, url))
            return
        if not self.own(url):
            self.journal.out("origins", _origin(url), kind)
            if kind == "document":  # the page that wanted to go there stays
                route.fulfill(status=204, body="")
            else:
                self._refuse(route, kind)
            return
        kept = self.assets.get(url) if method == "GET" and kind in ("script", "style", "image", "other") else None
        if kept:
            route.fulfill(status=kept.status, content_type=kept.type, body=kept.body)
            return
        self._ask(route, request, kind)

    def _ask(self, route: Route, request: Request, kind: str) -> None:
        url, method = request.url, request.method
        body = _body_of(request)
        verdict = classify(method, url, body, kind)
        passes = verdict is Kind.READ or self._may_write(method, url)
        row = self.journal.on_network(method, url, kind, verdict, passes, body)
        if not passes:
            status = self._answer(route, url, kind, request.is_navigation_request())
            row["status"] = status
            return
        self._pace(url)
        self._rows[request] = row
        route.continue_()

    def _may_write(self, method: str, url: str) -> bool:
        """Writes pass in a test environment (`writes: allow`) and, while logging in, to the endpoints the
        steps named."""
        if self.options.writes == "allow":
            return True
        endpoint = urlsplit(url).path
        if self.learning and self.login_endpoints is not None and endpoint in self.login_endpoints:
            self.let_through.add(f"{method} {endpoint}")
            return True
        return False

    def _answer(self, route: Route, url: str, kind: str, navigation: bool) -> int:
        """Answer a write here with a plausible success; returns the status told to the page."""
        callback = callback_of(url)
        if navigation:
            route.fulfill(status=204, body="")
            return 204
        if kind == "image":
            route.fulfill(status=200, content_type="image/gif", body=GIF)
        elif kind in ("script", "jsonp"):
            text = f"{callback}({json.dumps(self.success)});" if callback else ""
            route.fulfill(status=200, content_type="text/javascript", body=text)
        else:
            route.fulfill(
                status=200,
                content_type="application/json",
                body=json.dumps(self.success, ensure_ascii=False),
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
        kits = next((names for pattern, names in KITS if kind in ("script", "jsonp") and pattern.search(url)), None)
        kept = self.assets.get(url) or self.assets.get(url.partition("#")[0])
        if kits:
            route.fulfill(status=200, content_type="text/javascript", body=_kit_script(kits, url))
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
        except Error:
            return  # the page went on; the answer is gone

    def _hop(self, request: Request) -> dict[str, Any] | None:
        """The row written for the target of a redirect, which no route was asked about."""
        if request.redirected_from is None:
            return None
        return next((row for row in reversed(self.journal.requests[-50:]) if row["url"] == request.url), None)

    def _keep(self, request: Request, response: Response, row: dict[str, Any]) -> None:
        row["status"] = response.status
        kind = row["kind"]
        type_ = response.headers.get("content-type", "")
        wanted = kind in ("document", "script", "jsonp", "style", "xhr", "fetch", "form") and (
            TEXTUAL.search(type_) or not type_
        )
        if not wanted or int(request.sizes()["responseBodySize"]) > MAX_KEPT * 4 or 300 <= response.status < 400:
            return
        body = response.body()
        if (
            (kind in ("script", "style", "document") or "javascript" in type_)
            and response.status == 200
            and self._kept + len(body) < MAX_ASSETS
        ):
            self._kept += len(body)
            self.assets[request.url.partition("#")[0]] = Asset(response.status, type_ or "text/html", body)
        text = body[: MAX_KEPT * 4].decode("utf-8", "replace")
        if kind == "script" and response.status == 200:
            self.journal.scripts.setdefault(
                request.url,
                {
                    "url": request.url[:2000],
                    "body": self.journal.keep_text("scripts", text),
                    "library": library_of(request.url, text),
                },
            )
        elif kind not in ("style", "script"):
            self.journal.answered(row, response.status, text)
            self._learn(request, response.status, type_, text)

    def _learn(self, request: Request, status: int, type_: str, text: str) -> None:
        """Remember how this site answers, for the sealed copy and for plausible successes."""
        if len(text) > 300_000 or len(self.answers) > 500:
            return
        parts = urlsplit(request.url)
        answer = {"status": status, "text": text, "type": type_}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.answers[f"{request.method} {path}"] = answer
        self.answers.setdefault(f"{request.method} {parts.path}", answer)
        if status != 200 or text[:1] != "{" or self.success_hits > 3:
            return
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return
        envelope = {
            name: value
            for name, value in content.items()
            if name
            in ("code", "success", "status", "errcode", "errno", "ret", "msg", "message", "ok", "resultCode", "state")
            and isinstance(value, (int, str, bool))
        }
        if envelope:
            self.success_hits += 1
            self.success = {**envelope, **{name: {} for name in ("data", "result") if name in content}}

    def _on_answer(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Response stage: a redirect is followed only where a request to its target would be; too large
        answers are cut."""
        identity = {"requestId": event["requestId"]}
        headers = {row["name"].lower(): row["value"] for row in event.get("responseHeaders", [])}
        status = event.get("responseStatusCode", 0)
        asked = event["request"]
        try:
            if 300 <= status < 400 and "location" in headers:
                target = urljoin(asked["url"], headers["location"])
                method = asked["method"] if status in (307, 308) else "GET"
                kind = kind_of(event.get("resourceType", "Other").lower(), method, target)
                verdict = classify(method, target, "", kind)
                self.journal.on_network(method, target, kind, verdict, self.own(target) and verdict is Kind.READ, "")
                if not self.own(target):
                    self.journal.out("origins", _origin(target), "redirect")
                    self.away = target[:2000]
                if not self.own(target) or not (verdict is Kind.READ or self._may_write(method, target)):
                    session.send("Fetch.failRequest", {**identity, "errorReason": "BlockedByClient"})
                    return
            if int(headers.get("content-length") or 0) > MAX_ANSWER:
                self.journal.gap("answer_too_large", ["request", "text"], asked["url"], limit=MAX_ANSWER)
                session.send("Fetch.failRequest", {**identity, "errorReason": "BlockedByClient"})
                return
            endless = "content-length" not in headers and "event-stream" not in headers.get("content-type", "")
            if endless and status == 200 and event.get("resourceType") in STREAMED:
                self._drain(session, event)
                return
            session.send("Fetch.continueRequest", identity)
        except (Error, ValueError):
            return  # the request is gone

    def _drain(self, session: CDPSession, event: dict[str, Any]) -> None:
        """An answer whose length is not told is read here up to a bound: an endless one must not fill the browser."""
        identity = {"requestId": event["requestId"]}
        stream = session.send("Fetch.takeResponseBodyAsStream", identity)["stream"]
        chunks: list[bytes] = []
        size, until, ended = 0, time.monotonic() + self.options.load_seconds / 2, False
        while not ended and size < MAX_STREAM and time.monotonic() < until:
            read = session.send("IO.read", {"handle": stream, "size": 1 << 18})
            part = base64.b64decode(read["data"]) if read.get("base64Encoded") else str(read["data"]).encode()
            chunks.append(part)
            size, ended = size + len(part), bool(read["eof"])
        session.send("IO.close", {"handle": stream})
        if not ended:
            self.journal.gap("answer_too_large", ["request", "text"], event["request"]["url"], limit=MAX_STREAM)
        dropped = ("content-encoding", "transfer-encoding", "content-length", "set-cookie")
        headers = [row for row in event.get("responseHeaders", []) if row["name"].lower() not in dropped]
        body = base64.b64encode(b"".join(chunks)).decode()
        session.send(
            "Fetch.fulfillRequest", {**identity, "responseCode": 200, "responseHeaders": headers, "body": body}
        )


def library_of(url: str, text: str) -> str | None:
    """Name of the well-known library a script is, by its file name or its banner."""
    name = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    found = re.match(
        r"(vue|react|react-dom|jquery|zepto|axios|echarts|mock|swiper|vant|element-ui|layui|bootstrap|lodash|moment|"
        r"vue-router|vuex|angular|polyfill|fastclick|video)(?:[.-][\w.-]*)?\.js$",
        name,
    )
    if found:
        return found.group(1)
    banner = re.match(
        r"\s*/\*!?[\s*]*((?:vue|jquery|react|axios|swiper|echarts|vant|zepto)[\w.-]*)", text[:300], re.IGNORECASE
    )
    return banner.group(1).lower() if banner else None


def _kit_script(names: tuple[str, ...], url: str) -> str:
    made = "".join(f"window.__appscan.kit({json.dumps(name)});" for name in names)
    return f"if(window.__appscan){{{made}window.__appscan.loaded({json.dumps(url)});}}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:500]


def _body_of(request: Request) -> str:
    raw = request.post_data_buffer
    return raw[:65536].decode("utf-8", "replace") if raw else ""
