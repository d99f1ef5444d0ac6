"""How long a walk waits for answers that come late, and for which. Knows no page.

An endpoint that was waited for in vain once (a long poll, a server that hangs) is not waited for again, but told.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from appscan.capture.addresses import urlsplit
from appscan.capture.journal import Journal
from appscan.capture.page import Seat, Sight

EACH, ALL = 12.0, 90.0
"""Seconds for one page beyond those it takes to come to rest, and for a whole walk."""


@dataclass
class Patience:
    """`slow`: what has come late once; pages that ask for it are waited for each time."""

    journal: Journal
    slow: set[str] = field(default_factory=set)
    _vain: set[str] = field(default_factory=set)
    _left: float = ALL

    def wait(self, seat: Seat, sight: Sight) -> Sight:
        """What a page shows once its answers are there; those that did not come are told at the page."""
        if set(sight.pending) - self._vain and self._left > 0:
            begun = time.monotonic()
            later = seat.late(min(EACH, self._left))
            self._left -= time.monotonic() - begun
            self.slow |= set(sight.pending) - set(later.pending)
            sight = later
        self._vain |= set(sight.pending)
        for key in sight.pending:
            path = urlsplit(key.partition(" ")[2]).path
            self.journal.gap("answer_not_awaited", ["text", "control", "title"], sight.url, url=path[:300])
        return sight

    def again(self, seat: Seat, sight: Sight) -> Sight:
        """The same for a page that is opened once more."""
        return self.wait(seat, sight) if set(sight.pending) & self.slow else sight
