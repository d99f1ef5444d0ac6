"""Pages are worked out two at a time, the others wait in their order. Python computes one thing at a time anyway: where
twenty threads take turns every few milliseconds, each page costs almost twice as much. Knows no page."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

import anyio
import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 2


def turns() -> anyio.CapacityLimiter:
    """The turns of one desk; made where its loop runs."""
    return anyio.CapacityLimiter(AT_ONCE)


def in_turn(page: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """For what only reads the store and writes a page; nothing that waits for anybody else, and none inside another.
    Whoever waits for a turn keeps no thread. `request` is among what the page is given by name."""

    @functools.wraps(page)
    async def turned(*given: P.args, **named: P.kwargs) -> T:
        request: Any = named["request"]
        return await anyio.to_thread.run_sync(functools.partial(page, *given, **named),
                                              limiter=request.app.state.turns)

    return turned
