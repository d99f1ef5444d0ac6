"""What Ctrl-C and SIGTERM do while something must be finished first. Knows no command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C or SIGTERM is only noted, so that what is being written is written; the second raises
    KeyboardInterrupt. Gives a function that says whether there was one. Signals that the process was started to ignore
    stay ignored."""
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if noted:
            signal.default_int_handler(number, frame)
        noted.append(number)

    numbers = [number for number in (signal.SIGINT, signal.SIGTERM)
               if signal.getsignal(number) is signal.default_int_handler]
    for number in numbers:
        signal.signal(number, note)
    try:
        yield lambda: bool(noted)
    finally:
        for number in numbers:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let what was begun be finished: the first Ctrl-C or SIGTERM raises KeyboardInterrupt at the end, the second at
    once."""
    with noticed() as was_noticed:
        yield
    if was_noticed():
        raise KeyboardInterrupt
