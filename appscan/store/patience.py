"""Waiting for a database that went away. Knows nothing of what is done with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from appscan.errors import UnavailableError

T = TypeVar("T")
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0


def patiently(act: Callable[[], T], seconds: float, sleep: Callable[[float], None] = time.sleep) -> T:
    """The result of `act`, tried again with growing waits while it raises UnavailableError, for so many seconds of
    waiting; then its error. Every write of the store may be made twice."""
    waited, wait = 0.0, FIRST_WAIT
    while True:
        try:
            return act()
        except UnavailableError:
            if waited >= seconds:
                raise
        sleep(wait)
        waited, wait = waited + wait, min(2 * wait, LONGEST_WAIT)
