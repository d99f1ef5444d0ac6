"""One page under control: opens addresses, presses controls, looks, takes pictures. Knows no strategy."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Request, Response
from playwright.sync_api import TimeoutError as TimedOut

from appscan.capture.browser import Chromium
from appscan.capture.failures import CaptureError, Failure, of_network, of_status
from appscan.capture.frames import with_frames
from appscan.capture.journal import Journal
from appscan.capture.network import Network
from appscan.capture.shadows import open_closed_trees
from appscan.capture.under_way import STEPS

SETTLE = 1500
LOAD_MOST = 8000
LINGER = 3200
LATE_STEP = 2000
IMPORTING = "(argument) => { if (window.__appscan) __appscan.importing = true; return (%s)(argument); }"
MAX_NAVIGATIONS = 25
ARRIVAL = 10.0
"""Seconds that a page which is leaving may take until another one is there."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A short look: enough to tell states apart."""

    url: str
    route: str
    fold: str
    marks: frozenset[int]
    outcome: str = "done"
    dialogs: int = 0
    document: str = ""
    pending: tuple[str, ...] = ()
    """Requests (`GET http://…`) whose first answer is not there yet."""
    planned: tuple[str, ...] = ()
    """Places in the code that have set a timer which fires once, within the next seconds."""

    @property
    def key(self) -> str:
        return f"{self.route}|{self.fold}"


class Seat:
    """A page with its guard. Methods raise CaptureError when the page or the browser cannot go on."""

    def __init__(self, chromium: Chromium, context: BrowserContext, network: Network, journal: Journal) -> None:
        self._chromium = chromium
        self._context = context
        self._network = network
        self._journal = journal
        self.page: Page = context.new_page()
        self.session: CDPSession = network.guard(context, self.page)
        self._navigations = 0
        self._leaving = False
        self._stayed = False
        self.page.on("framenavigated", self._count)
        self.status = 0
        self.away = ""
        self._unfinished = False
        self.page.on("response", self._answered)
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._gave_up)
        self.page.on("popup", lambda popup: popup.close())
        self.page.on("download", lambda download: download.cancel())
        self.page.on("dialog", lambda dialog: dialog.accept() if dialog.type == "beforeunload" else dialog.dismiss())

    def _count(self, frame: Any) -> None:
        if frame == self.page.main_frame:
            self._navigations += 1
            self._leaving = False

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._leaving = True
            if not self._network.own(request.url) and request.url.startswith("http"):
                self.away = request.url[:2000]

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.status = response.status

    def _gave_up(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._leaving = False
            self._stayed = True

    def open(self, url: str) -> Sight:
        """Load `url` and wait for rest. Raises CaptureError with the reason where it is no readable page."""
        self._navigations = 0
        try:
            response = self._goto(url)
            status = response.status if response else 200
            failure = of_status(status)
            if failure:
                raise CaptureError(failure, url, status=status)
            kind = (response.headers.get("content-type", "text/html") if response else "text/html").lower()
            if "html" not in kind and "xml" not in kind:
                raise CaptureError(Failure.NOT_HTML, url, kind=kind[:60])
            self._loaded()
        except TimedOut as error:
            raise CaptureError(Failure.PAGE_TIME_OUT, url) from error
        except Error as error:
            if "ERR_ABORTED" in str(error) or "Download is starting" in str(error):
                raise CaptureError(Failure.NOT_HTML, url, kind="download") from error
            refused = of_status(self.status) if "ERR_HTTP_RESPONSE_CODE_FAILURE" in str(error) else None
            if refused:
                raise CaptureError(refused, url, status=self.status) from error
            raise CaptureError(of_network(str(error)), url, why=str(error).splitlines()[0][:200]) from error
        self._open_trees()
        return self.rest(40)

    def _open_trees(self) -> None:
        if self._network.kept.closed_trees:
            open_closed_trees(self.session)

    def _goto(self, url: str) -> Response | None:
        """Go to an address; a page that keeps going elsewhere by itself cuts that short: then from a blank page."""
        try:
            return self.page.goto(url, wait_until="commit")
        except Error as error:
            if "ERR_ABORTED" not in str(error) and "interrupted by another navigation" not in str(error):
                raise
            self.park()
            return self.page.goto(url, wait_until="commit")

    def park(self) -> None:
        """Leave the page for a blank one."""
        for _ in range(3):
            try:
                self.page.goto("about:blank", wait_until="commit", timeout=3000)
            except Error:
                continue
            return

    def _loaded(self) -> None:
        self._unfinished = False
        try:
            self.page.wait_for_load_state("load", timeout=LOAD_MOST if not self.away else SETTLE)
        except TimedOut:
            if not self.away and self._is_loaded():
                return
            self._unfinished = True
            self._journal.gap("load_not_finished", ["text", "request"], self.page.url)
            self.session.send("Page.stopLoading")

    def _is_loaded(self) -> bool:
        """True where what was under way is there after all, a little later than most pages take."""
        for _ in range(STEPS):
            if not self._network.under_way.arrive(self.page, self._chromium.alive):
                break
            with suppress(TimedOut):
                self.page.wait_for_load_state("load", timeout=SETTLE)
                return True
        return False

    def rest(self, at_least: int = 0) -> Sight:
        """Wait until the page is quiet and look."""
        return self._sight(self.act("([most, least]) => __appscan.rest(most, least)", [SETTLE, at_least]))

    def act(self, code: str, argument: Any) -> dict[str, Any]:
        """Run code that does something in the page; what it told, and what there is to see once all that the page
        fetches because of it is there."""
        return self._complete(self.ask(code, argument))

    def _complete(self, seen: dict[str, Any]) -> dict[str, Any]:
        for _ in range(STEPS):
            if not self._network.under_way.arrive(self.page, self._chromium.alive):
                break
            seen = {**seen, **self.ask("([most, least]) => __appscan.rest(most, least)", [SETTLE, 20])}
        return seen

    def step(self, key: str, document: str = "") -> Sight:
        """Press the control with this key and look; a navigation is awaited. Where another document than `document`
        is there meanwhile nothing is pressed: the outcome is `elsewhere`."""
        return self._moved("([key, most, document]) => __appscan.step(key, most, document)", [key, SETTLE, document])

    def _moved(self, code: str, argument: Any) -> Sight:
        """Do what may lead to another document, wait for that one, and look."""
        self._navigations = 0
        since, self._stayed = 0, False
        seen = self.ask(code, argument)
        outcome = str(seen.get("outcome", "done"))
        for _ in range(MAX_NAVIGATIONS):
            if not self._goes(seen):
                seen = self._complete(seen)
                if not self._goes(seen):
                    return self._sight({**seen, "outcome": outcome})
            self._await(since)
            since, self._stayed = self._navigations, False
            seen = self.ask("([most, least]) => __appscan.rest(most, least)", [SETTLE, 20])
        raise CaptureError(Failure.REDIRECT_LOOP, self.page.url)

    def _goes(self, seen: dict[str, Any]) -> bool:
        """True while another document is on its way."""
        return self._leaving or bool(seen.get("leaving"))

    def _await(self, since: int) -> None:
        """Wait until a navigation that has begun is over; a page that stays after all is told so."""
        until = time.monotonic() + ARRIVAL
        try:
            while self._navigations <= since and not self._stayed and time.monotonic() < until:
                self._chromium.alive()
                self.page.wait_for_timeout(10)
            if self._navigations <= since:
                if not self._stayed:
                    self._journal.gap("load_not_finished", ["text", "request"], self.page.url)
                    self.session.send("Page.stopLoading")
                self._leaving = False
                self.page.evaluate("() => { __appscan.leaving = false; }")
        except Error:
            pass  # it went just now
        self._arrive()

    def hash(self, url: str) -> Sight:
        """Go to an address that differs in its fragment only."""
        return self._moved("([url, most]) => __appscan.hash(url, most)", [url, SETTLE])

    def linger(self) -> Sight | None:
        """Wait for what the page has planned for the next seconds (a splash, a late dialog); None where nothing is."""
        self._navigations = 0
        seen = self.act("(most) => __appscan.linger(most)", LINGER)
        return self._sight(seen) if seen.get("waited", True) else None

    def scroll(self) -> tuple[bool, Sight]:
        """Scroll to the end once; True where the page grew."""
        self._navigations = 0
        seen = self.act("(most) => __appscan.scroll(most)", SETTLE)
        return bool(seen.get("more")), self._sight(seen)

    def look(self) -> dict[str, Any]:
        """Everything a person would see, and the DOM; in frames too."""
        self._open_trees()
        seen = self.ask("() => __appscan.look(true)", None, again=True)
        return with_frames(self.page, seen, self._journal) if len(self.page.frames) > 1 else seen

    def late(self, seconds: float) -> Sight:
        """Wait for answers that are not there yet, and look."""
        until = time.monotonic() + seconds
        while True:
            sight = self._sight(self.act("(most) => __appscan.late(most)", LATE_STEP))
            if not sight.pending or time.monotonic() > until:
                return sight

    def sight(self, seen: dict[str, Any]) -> Sight:
        """The short look that a long one contains."""
        return self._sight(seen)

    def pause(self, seconds: float) -> None:
        """Wait because somebody wants it; the watchdog is told that nobody hangs."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._chromium.alive()
            self.page.wait_for_timeout(min(left, 1.0) * 1000)
        self._chromium.alive()

    def timers(self) -> None:
        """Note the timers of the page so far."""
        try:
            self._journal.take_timers(self.page.evaluate("() => __appscan.timers()"))
        except Error:
            return

    def refuse(self, permission: str | None) -> None:
        """Refuse a permission to every page loaded from now on; None refuses nothing. The window's name
        carries it over."""
        try:
            self.page.evaluate(
                "(name) => { window.name = name; if (window.__appscan) window.__appscan.deny = {}; }",
                f"appscan-deny-{permission}" if permission else "",
            )
        except Error:
            return

    def stored(self) -> dict[str, str]:
        """The page's session storage."""
        try:
            found = self.page.evaluate("() => Object.fromEntries(Object.entries(sessionStorage).slice(0, 200))")
        except Error:
            return {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def picture(self) -> bytes | None:
        """A PNG of what the window shows; None where it cannot be drawn: a page that was cut short on its way to
        another host never is."""
        if self._unfinished and self.away:
            return None
        try:
            shot = self.session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
            return base64.b64decode(shot["data"])
        except (Error, KeyError):
            return None

    def ask(self, code: str, argument: Any, again: bool = False) -> dict[str, Any]:
        """Run code in the page. Where the page navigates meanwhile, wait for the new one, and look at that or
        ask `again`."""
        for _ in range(4):
            self._chromium.alive()
            if self._navigations > MAX_NAVIGATIONS:
                raise CaptureError(Failure.REDIRECT_LOOP, self.page.url)
            try:
                answer = self.page.evaluate(IMPORTING % code if self._network.kept.importing else code, argument)
                self._chromium.alive()
                if isinstance(answer, dict):
                    self._journal.take(answer.pop("rows", None))
                    return answer
                return {}
            except Error as error:
                text = str(error)
                if "crash" in text or "has been closed" in text or "Target closed" in text:
                    raise CaptureError(Failure.BROWSER_DIED, self.page.url) from error
                if "navigat" not in text and "context was destroyed" not in text and "__appscan" not in text:
                    raise CaptureError(Failure.PAGE_TIME_OUT, self.page.url, why=text.splitlines()[0][:200]) from error
                self._arrive()
                if not again:
                    code, argument = "([most, least]) => __appscan.rest(most, least)", [SETTLE, 20]
        raise CaptureError(Failure.REDIRECT_LOOP, self.page.url)

    def _arrive(self) -> None:
        try:
            for _ in range(30):
                if not self._leaving:
                    break
                self.page.wait_for_timeout(20)
            self.page.wait_for_load_state("load", timeout=5000)
        except Error:
            return

    def _sight(self, seen: dict[str, Any]) -> Sight:
        marks = seen.get("marks")
        return Sight(
            str(seen.get("url", self.page.url)),
            str(seen.get("route", ""))[:2000],
            str(seen.get("fold", "")),
            frozenset(mark for mark in marks if isinstance(mark, int)) if isinstance(marks, list) else frozenset(),
            str(seen.get("outcome", "done")),
            dialogs if isinstance(dialogs := seen.get("dialogs"), int) else 0,
            str(seen.get("document", "")),
            _texts(seen, "pending"),
            _texts(seen, "planned"),
        )


def _texts(seen: dict[str, Any], name: str) -> tuple[str, ...]:
    told = seen.get(name)
    return tuple(str(text)[:400] for text in told[:20]) if isinstance(told, list) else ()
