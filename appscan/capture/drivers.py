"""The driver of Playwright: a process between us and the browser. Knows no browser and no site.

Starting one takes longer than starting Chromium; who captures one site after the other keeps one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Playwright, sync_playwright


class _Kept(threading.local):
    """What a thread keeps: a driver serves only the thread that started it."""

    keeps = False
    driver: Playwright | None = None


_kept = _Kept()


@contextmanager
def one_driver() -> Iterator[None]:
    """Browsers that this thread starts within the block, one after the other, share a driver: that of the first."""
    if _kept.keeps:
        yield
        return
    _kept.keeps = True
    try:
        yield
    finally:
        _kept.keeps = False
        driver, _kept.driver = _kept.driver, None
        if driver:
            _stop(driver)


def begin_driver() -> tuple[Playwright, bool]:
    """A driver, and whether it has served another browser before."""
    if _kept.driver is not None:
        return _kept.driver, True
    started = sync_playwright().start()
    if _kept.keeps:
        _kept.driver = started
    return started, False


def end_driver(driver: Playwright, dead: bool = False) -> None:
    """Stop a driver, unless it is kept for the next browser and not `dead`."""
    if driver is _kept.driver:
        if not dead:
            return
        _kept.driver = None
    _stop(driver)


def _stop(driver: Playwright) -> None:
    with suppress(Exception):  # whatever a dead driver answers to being stopped
        driver.stop()
