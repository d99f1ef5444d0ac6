"""Which states are worth a virtual day, and their sealed copies. What a day is: day.py. Knows no policy."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import BrowserContext, Error

from appscan.capture.addresses import urldefrag
from appscan.capture.browser import Chromium
from appscan.capture.contexts import bare, close
from appscan.capture.day import Copy, live_through, settings_of
from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError
from appscan.capture.instrument import script
from appscan.capture.journal import Journal
from appscan.capture.network import Network
from appscan.capture.options import CaptureOptions, Progress
from appscan.capture.session import Home
from appscan.capture.states import Node

LIVELY_PERIOD = 1000
"""Milliseconds from which a timer is more than an animation."""

TAKEN_OVER, TURNS = 0.3, 10
"""Seconds, and how often, until answers that the page has just got have been taken over from the browser."""


@dataclass
class Days:
    """Virtual days of one crawl; each state lives one, also where the browser died in between."""

    options: CaptureOptions
    chromium: Chromium
    journal: Journal
    progress: Progress
    hosts: frozenset[str]
    begun: set[str] = field(default_factory=set)

    def live(self, explorer: Explorer, home: Home, network: Network, viewport: str, until: float) -> None:
        """A virtual day of the most promising states, each in its own sealed copy, while there is time."""
        if self.options.days <= 0 or self.options.virtual_hours <= 0:
            return
        for _ in range(TURNS):  # the copies answer with what the site answered
            explorer.seat.pause(TAKEN_OVER)
            if not network.awaits():
                break
        for index, node in enumerate(worth_a_day(explorer, self.journal)[: self.options.days]):
            if node.id in self.begun:
                continue
            if time.monotonic() > until:
                self.journal.reached.add("minutes")
                self.journal.gap("day_not_lived", ["timer", "request"], node.sight.url)
                continue
            self.begun.add(node.id)
            self.progress("day", index, self.options.days)
            _fetch_page(explorer, network, node.sight.url)
            self._live_one(explorer, node, home, network, viewport)

    def tell_missing(self, explorer: Explorer) -> None:
        """Days that were wanted and never began, since the browser or the time was gone, are told."""
        if self.options.days <= 0 or self.options.virtual_hours <= 0:
            return
        for node in worth_a_day(explorer, self.journal)[: self.options.days]:
            if node.id not in self.begun and self.begun.isdisjoint(_same_route(explorer, node)):
                self.journal.gap("day_not_lived", ["timer", "request"], node.sight.url)

    def _live_one(self, explorer: Explorer, node: Node, home: Home, network: Network, viewport: str) -> None:
        settings = settings_of(self.options, network, self.hosts, datetime.now(UTC))
        sealed = Network(self.options, self.hosts, self.journal, sealed=True, assets=network.assets)
        way, starters = way_to(node), starters_of(self.journal, node)
        started = any(_starts(control, starters) for control in pressed_on(node))
        copied = Copy(node.id, node.sight.url, home.session, _elsewhere(explorer, node), way, starters, started)
        context: BrowserContext | None = None
        try:
            context = bare(self.chromium, self.options, viewport, home.stored)
            context.add_init_script(script(**settings))
            sealed.attach(context)
            live_through(copied, context, self.chromium, self.journal, self.options, sealed)
        except Error as error:
            why = str(error).splitlines()[0][:200]
            self.journal.gap("day_not_lived", ["timer", "request"], node.sight.url, why=why)
            self.chromium.renew()
        finally:
            close(context)


def _same_route(explorer: Explorer, node: Node) -> set[str]:
    return {other.id for other in explorer.nodes.values() if other.sight.route == node.sight.route}


def _elsewhere(explorer: Explorer, node: Node) -> str | None:
    """A fragment of the same page to go to when the day ends: leaving a route is an occasion to report."""
    here = urldefrag(node.sight.url).url
    return next(
        (
            f"#{urldefrag(other.sight.url).fragment}"
            for other in explorer.nodes.values()
            if other.sight.route != node.sight.route
            and "#" in other.sight.url
            and urldefrag(other.sight.url).url == here
        ),
        None,
    )


def _fetch_page(explorer: Explorer, network: Network, url: str) -> None:
    """A state reached by pressing may have an address that was never loaded; the sealed copy needs its page."""
    if urldefrag(url).url not in network.assets:
        try:
            explorer.seat.open(url)
        except (CaptureError, Error):
            return


def way_to(node: Node) -> tuple[str, ...]:
    """Keys of the controls to press in order, from where the address of a state leads."""
    way: list[str] = []
    while node.parent is not None and node.press is not None and node.parent.sight.route == node.sight.route:
        way.insert(0, node.press)
        node = node.parent
    return tuple(way[-6:])


def pressed_on(node: Node) -> list[dict[str, Any]]:
    """The controls of `way_to`."""
    found: list[dict[str, Any]] = []
    while node.parent is not None and node.press is not None and node.parent.sight.route == node.sight.route:
        found += [control for control in node.parent.controls if control.get("key") == node.press]
        node = node.parent
    return found


def _starts(control: dict[str, Any], starters: tuple[str, ...]) -> bool:
    """Whether a press on this control may have started something: switches, and what was seen to start timers."""
    return control.get("role") in ("switch", "checkbox") or str(control.get("text", ""))[:120] in starters


def starters_of(journal: Journal, node: Node) -> tuple[str, ...]:
    """Texts of the controls that were seen to start timers on the route of a state."""
    here = [str(state["id"]) for state in journal.states if state["route"] == node.sight.route]
    return tuple(sorted({text for state in here for text in journal.starters.get(state, ())}))


def worth_a_day(explorer: Explorer, journal: Journal) -> list[Node]:
    """States in the order in which a day of them is worth living: start pages, then what holds timers, sockets
    or Workers."""
    lively: Counter[str] = Counter()
    for row in [*journal.timers, *journal.calls, *journal.requests]:
        api = str(row.get("api", ""))
        if row["state"] and (
            row.get("period", 0) >= LIVELY_PERIOD
            or api.startswith(("Worker", "addEventListener:", "geolocation.watch"))
            or row.get("kind") == "socket"
        ):
            lively[row["state"]] += 1
    seen: dict[str, Node] = {}
    for node in explorer.nodes.values():
        best = seen.get(node.sight.route)
        if best is None or lively[node.id] > lively[best.id]:
            seen[node.sight.route] = node
    return sorted(seen.values(), key=lambda node: (node.depth > 0, -min(lively[node.id], 3), node.depth))
