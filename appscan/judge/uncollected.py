"""Rest for the collector of cyclic garbage. Knows no reading."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """The collector rests meanwhile. Judging makes a hundred thousand values and no cycles among them, so all of them
    go when nothing names them any more; looking for cycles would take a fifth of its time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
