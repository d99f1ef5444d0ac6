"""Ctrl-C while a browser is driven: taken note of, and raised where nothing breaks by it. Knows no browser."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def noted() -> Iterator[threading.Event]:
    """Until the block ends, the first signal that would raise KeyboardInterrupt sets the event instead; the second one
    raises. Signals that are ignored or handled otherwise stay so; off the main thread nothing is changed."""
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)
        stop.set()

    ours = [number for number in SIGNALS if signal.getsignal(number) is signal.default_int_handler]
    if threading.current_thread() is not threading.main_thread():
        ours = []
    for number in ours:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        for number in ours:
            signal.signal(number, signal.default_int_handler)
