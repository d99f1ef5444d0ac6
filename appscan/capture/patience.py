"""How long a walk waits for what comes late, and for which of it. Knows no page.

What was waited for in vain once (a long poll, a server that hangs) is not waited for again, but told; the same address
with another query some times more. A timer whose firing brought nothing new twice is not waited for either.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from appscan.capture.addresses import urlsplit
from appscan.capture.journal import Journal
from appscan.capture.page import Seat, Sight

EACH, ALL = 12.0, 90.0
"""Seconds for one page beyond those it takes to come to rest, and for a whole walk."""
QUERIES, IDLE, PLANS = 3, 2, 20.0
"""Queries of one address and firings from one place in the code that may be waited for in vain; seconds for the latter
in a whole walk."""


@dataclass
class Patience:
    """`slow`: what has come late once; pages that ask for it are waited for each time."""

    journal: Journal
    slow: set[str] = field(default_factory=set)
    _vain: set[str] = field(default_factory=set)
    _vain_of: Counter[str] = field(default_factory=Counter)
    _left: float = ALL
    _idle: Counter[str] = field(default_factory=Counter)
    _left_for_plans: float = PLANS

    def wait(self, seat: Seat, sight: Sight) -> Sight:
        """What a page shows once its answers are there; those that did not come are told at the page."""
        if any(self._hopeful(key) for key in sight.pending) and self._left > 0:
            begun = time.monotonic()
            later = seat.late(min(EACH, self._left))
            self._left -= time.monotonic() - begun
            self.slow |= set(sight.pending) - set(later.pending)
            sight = later
        for key in sight.pending:
            self._vain_of[_path(key)] += key not in self._vain
            self._vain.add(key)
            path = urlsplit(key.partition(" ")[2]).path
            self.journal.gap("answer_not_awaited", ["text", "control", "title"], sight.url, url=path[:300])
        return sight

    def _hopeful(self, key: str) -> bool:
        return key not in self._vain and self._vain_of[_path(key)] < QUERIES

    def plans(self, seat: Seat, sight: Sight) -> Sight | None:
        """What a page shows once what it has planned for the next seconds has happened; None where nothing is planned,
        or nothing that ever brought anything."""
        fresh = [place for place in sight.planned if self._idle[place] < IDLE]
        if not fresh:
            return None
        if self._left_for_plans <= 0:
            if not all(self._idle[place] for place in fresh):
                self.journal.gap("plan_not_awaited", ["text", "control", "title"], sight.url)
            return None
        begun = time.monotonic()
        later = seat.linger()
        vain = later is None or not brings_new(sight, later)
        if vain:
            self._left_for_plans -= time.monotonic() - begun
        for place in fresh:
            self._idle[place] = self._idle[place] + 1 if vain else 0
        return later

    def again(self, seat: Seat, sight: Sight) -> Sight:
        """The same for a page that is opened once more."""
        return self.wait(seat, sight) if set(sight.pending) & self.slow else sight


def brings_new(before: Sight, after: Sight) -> bool:
    """True where a page shows something, or is somewhere, that it was not before; that a hint went away is nothing."""
    return after.route != before.route or after.document != before.document or bool(after.marks - before.marks)


def _path(key: str) -> str:
    return key.partition("?")[0]
