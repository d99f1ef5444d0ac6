"""What waits to be opened or pressed, always in the same order, and what manners forbid. Knows no page."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from appscan.capture.addresses import urldefrag, urlsplit
from appscan.capture.journal import Journal, route_of
from appscan.capture.leaving import signs_out
from appscan.capture.network import Network
from appscan.capture.options import CaptureOptions
from appscan.capture.states import Node, Visit, pattern_of
from appscan.capture.writes import Kind, classify

DOWNLOAD = re.compile(
    r"\.(apk|hap|ipa|exe|msi|dmg|zip|rar|7z|gz|pdf|docx?|xlsx?|pptx?|wps|et|ofd|csv|mp4|mp3)$", re.IGNORECASE
)
STEADY = 5
"""So many states of one pattern of route come first; more of the same wait until everything else was seen."""
MAX_KNOWN = 20_000


@dataclass
class Frontier:
    """Addresses and states that wait, each address once. `robots` tells whether robots.txt allows an address."""

    journal: Journal
    network: Network
    options: CaptureOptions
    robots: Callable[[str], bool]
    queue: list[tuple[int, int, Visit | Node]] = field(default_factory=list)
    patterns: Counter[str] = field(default_factory=Counter)
    _order: int = 0
    _known: set[str] = field(default_factory=set)

    def first(self) -> Visit | Node:
        """The next one, which goes on waiting; the queue must not be empty."""
        return self.queue[0][2]

    def drop(self, item: Visit | Node) -> None:
        """Take one out that does not wait any more."""
        self.queue = [entry for entry in self.queue if entry[2] is not item]
        heapq.heapify(self.queue)

    def rank(self, item: Visit | Node) -> int | None:
        """Its place among what waits, the same for all that come before and after the same others; None where it does
        not wait."""
        return next((rank for rank, _, other in self.queue if other is item), None)

    def __contains__(self, item: Visit | Node) -> bool:
        return self.rank(item) is not None

    def left(self) -> list[str]:
        """What was not walked when a cap was reached, best first."""
        return [
            item.url if isinstance(item, Visit) else item.sight.url
            for _, _, item in sorted(self.queue, key=lambda entry: entry[:2])
        ]

    def push(self, item: Visit | Node, depth: int, late: int = 0) -> None:
        self._order += 1
        heapq.heappush(self.queue, (late * 1000 + depth, self._order, item))

    def add(self, visit: Visit, late: int | None = None) -> None:
        """Queue an address once, where manners allow; what they forbid is told as a blocked route."""
        url = visit.url if "#/" in visit.url or "#!" in visit.url else urldefrag(visit.url).url
        route = route_of(url)
        if url in self._known or len(self._known) > MAX_KNOWN:
            return
        self._known.add(url)
        blocked = self._forbidden(url, route, visit.found_by == "start")
        self.journal.route(route, visit.found_by, blocked=blocked)
        if blocked:
            return
        pattern = pattern_of(route)
        self.patterns[pattern] += 1
        self.push(
            Visit(url, visit.origin, visit.by, visit.found_by, visit.depth),
            visit.depth,
            self.patterns[pattern] // STEADY if late is None else late,
        )

    def unwanted(self, url: str) -> bool:
        """True for a route that a press led to within the page and that the user does not want to see; it is told."""
        route = route_of(url)
        if urldefrag(url).url in self.network.manners.starts and "#" not in url:
            return False
        if not self.network.manners.excluded(route):
            return False
        self.journal.route(route, "click", blocked="excluded")
        self.network.manners.tell_excluded(self.journal)
        return True

    def _forbidden(self, url: str, route: str, started: bool) -> str | None:
        if not self.network.own(url):
            return "other_origin"
        if not started and DOWNLOAD.search(urlsplit(url).path):  # what was named is opened, and told for what it is
            self.journal.out("downloads", url, "link")
            return "download"
        if not started:
            if self.network.manners.excluded(route):
                self.network.manners.tell_excluded(self.journal)
                return "excluded"
            if signs_out("", url):
                return "sign_out"
            if classify("GET", url, "", "document") is Kind.WRITE:
                return "write"
        if not self.robots(url):
            self.journal.gap("robots", ["text", "control", "route"], url, blinds=True)
            return "robots"
        return None
