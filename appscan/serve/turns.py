"""Pages are worked out two at a time, the others wait in their order. Python computes one thing at a time anyway: where
twenty threads take turns every few milliseconds, each page costs almost twice as much. Knows no page."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 2
_ROOM = threading.BoundedSemaphore(AT_ONCE)


def in_turn(page: Callable[P, T]) -> Callable[P, T]:
    """For what only reads the store and writes a page; nothing that waits for anybody else, and none inside another."""

    @functools.wraps(page)
    def turned(*given: P.args, **named: P.kwargs) -> T:
        with _ROOM:
            return page(*given, **named)

    return turned
