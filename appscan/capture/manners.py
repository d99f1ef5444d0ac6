"""What robots.txt and the user's patterns forbid, whichever way one comes to it. Knows no page and no policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

from playwright.sync_api import BrowserContext, Error

from appscan.capture.addresses import urlsplit
from appscan.capture.journal import Journal
from appscan.capture.options import CaptureOptions

PARTS = frozenset({"script", "style", "image", "other"})
"""Kinds of requests that are parts of a page which may be opened: without them it would not be that page."""


@dataclass
class Manners:
    """Rules of each origin are asked for once; `starts` are addresses that the user named."""

    options: CaptureOptions
    starts: frozenset[str] = frozenset()
    _rules: dict[str, RobotFileParser | None] = field(default_factory=dict)

    def allowed_by_robots(self, url: str, context: BrowserContext | None) -> bool:
        """False where robots.txt of the host forbids the address; a host without one allows everything. Without a
        context only what is known already counts."""
        if not self.options.robots:
            return True
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if origin not in self._rules:
            if context is None:
                return True
            self._rules[origin] = _rules_of(origin, context)
        rules = self._rules[origin]
        return rules is None or rules.can_fetch("appscan", url)

    def excluded(self, route: str, inner: bool = False) -> bool:
        """True where the user wants to see no such route. What lies in a frame (`inner`) needs not be included."""
        wanted = inner or not self.options.include
        if not wanted and not any(re.search(pattern, route) for pattern in self.options.include):
            return True
        return any(re.search(pattern, route) for pattern in self.options.exclude)

    def tell_excluded(self, journal: Journal) -> None:
        """Something was left out because the user wanted it so: nobody knows what is there, whoever wanted it."""
        asked = [f"--include {pattern}" for pattern in self.options.include]
        asked += [f"--exclude {pattern}" for pattern in self.options.exclude]
        journal.gap("excluded", ["text", "control", "route", "request"], " ".join(asked), blinds=True)


def _rules_of(origin: str, context: BrowserContext) -> RobotFileParser | None:
    rules: RobotFileParser | None = None
    try:
        answer = context.request.get(f"{origin}/robots.txt", timeout=5000, max_redirects=0, fail_on_status_code=False)
        if answer.status == 200 and "html" not in answer.headers.get("content-type", ""):
            rules = RobotFileParser()
            rules.parse(answer.body()[:200_000].decode("utf-8", "replace").splitlines())
        answer.dispose()
    except Error:
        return None
    return rules
