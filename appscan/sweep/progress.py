"""How far a sweep is: counts, tasks a minute, time left. Knows no task and no terminal."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field

WINDOW = 120.0
"""Seconds over which tasks a minute are counted: long enough for large packages, short enough to notice a slowdown."""

EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of a sweep. `per_minute` and `seconds_left` are None while nothing can be said."""

    done: int
    failed: int
    left: int
    per_minute: float | None
    seconds_left: float | None
    same: int = 0
    retried: int = 0
    workers_lost: int = 0
    faults: dict[str, int] = field(default_factory=dict)


class Meter:
    """Counts what ends. Its memory does not grow with the sweep."""

    def __init__(self, done: int, failed: int, left: int) -> None:
        self.done, self.failed, self.left = done, failed, left
        self.same = self.retried = self.workers_lost = 0
        self.faults: Counter[str] = Counter()
        begun = (time.monotonic(), done + failed)
        self._marks: deque[tuple[float, int]] = deque([begun], maxlen=int(WINDOW / EVERY) + 2)

    def finished(self, how: str) -> None:
        """A task ended with its report; `how`: read, judged, or same."""
        self.done += 1
        self.left -= 1
        self.same += how == "same"

    def gave_up(self, kind: str) -> None:
        """A task ended without a report."""
        self.failed += 1
        self.left -= 1
        self.faults[kind] += 1

    def will_retry(self, kind: str) -> None:
        """A task failed and comes again."""
        self.retried += 1
        self.faults[kind] += 1

    def now(self) -> Progress:
        """The present moment."""
        at, ended = time.monotonic(), self.done + self.failed
        if at - self._marks[-1][0] >= EVERY:
            self._marks.append((at, ended))
        while len(self._marks) > 1 and at - self._marks[0][0] > WINDOW:
            self._marks.popleft()
        since, before = self._marks[0]
        rate = (ended - before) / (at - since) if at - since >= EVERY and ended > before else None
        per_minute, seconds_left = (rate * 60, self.left / rate) if rate else (None, None)
        return Progress(self.done, self.failed, self.left, per_minute, seconds_left, self.same, self.retried,
                        self.workers_lost, dict(self.faults))
