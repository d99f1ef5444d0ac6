"""What a page fetches just now that it cannot show itself without: code, styles, frames. Knows no strategy.

Nothing inside a page tells that an `import()`, a style or a frame is on its way: without this, a view that waits for
one would pass for one that shows nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Page, Request

from appscan.capture.journal import Journal

EACH, ALL, STEPS = 8.0, 60.0, 6
"""Seconds that what was fetched may take, seconds that are waited in vain in all, and how often it may fetch more."""


@dataclass
class UnderWay:
    """`rows` are the requests that have no answer yet, with their rows of the recording. What did not come once is not
    waited for again."""

    rows: Mapping[Request, dict[str, Any]]
    journal: Journal
    _vain: set[str] = field(default_factory=set)
    _left: float = ALL

    def needed(self) -> frozenset[Request]:
        """Code, styles and frames that a page has asked for and not got yet."""
        return frozenset(request for request, row in list(self.rows.items()) if _is_needed(request, row["kind"]))

    def arrive(self, page: Page, alive: Callable[[], None]) -> bool:
        """Wait for what is under way; True where something was, so that the page is worth another look."""
        needed = self.needed()
        coming = {request for request in needed if _address(request) not in self._vain}
        if len(coming) < len(needed):
            self._tell(page)
        if not coming:
            return False
        begun = time.monotonic()
        with suppress(Error):  # what became of the page is for the next look to say
            while coming & self.needed() and time.monotonic() < begun + min(EACH, self._left):
                alive()
                page.wait_for_timeout(10)
        if late := coming & self.needed():
            self._left = max(0.0, self._left - (time.monotonic() - begun))
            self._vain |= {_address(request) for request in late}
            self._tell(page)
        return True

    def _tell(self, page: Page) -> None:
        self.journal.gap("load_not_finished", ["text", "control", "request"], page.url)


def _is_needed(request: Request, kind: str) -> bool:
    if kind in ("script", "style"):
        return True
    try:
        return kind in ("document", "form") and request.frame.parent_frame is not None
    except Error:  # a page that is not there yet
        return False


def _address(request: Request) -> str:
    return request.url.partition("?")[0]
