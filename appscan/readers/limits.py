"""Bounds on one artifact: time, memory, counts, sizes, depth. Knows no format."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from appscan.errors import LimitReached

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for reading one artifact, its nested archives included.

    seconds: wall clock; memory_bytes: address space, set by whoever runs the reader in a process of its own;
    entries: entries of one container (65,535 is all that a ZIP without ZIP64 can hold, and Android installs no ZIP64
    package); inflated_bytes: all inflated bytes together; entry_bytes: inflated bytes of one entry; nesting: archives
    inside archives.
    """

    seconds: float = 300.0
    memory_bytes: int = 4096 * MEBIBYTE
    entries: int = 65_535
    inflated_bytes: int = 1536 * MEBIBYTE
    entry_bytes: int = 300 * MEBIBYTE
    nesting: int = 3


class Deadline:
    """A point on the monotonic clock after which work must stop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; negative when over."""
        return self._end - time.monotonic()

    def check(self) -> None:
        """Raise LimitReached("time_limit") when the time is over."""
        if self.left() < 0:
            raise LimitReached("time_limit", seconds=self.seconds)


class InflateBudget:
    """Counts inflated bytes across a container and everything nested in it; threads may share one."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._used = 0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """Bytes that may still be inflated."""
        return max(0, self.total - self._used)

    def spend(self, count: int) -> None:
        """Count `count` inflated bytes."""
        with self._lock:
            self._used += count
