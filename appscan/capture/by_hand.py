"""A window in which a person signs in, and what the browser stores then. Captures nothing; the person's own requests
leave as in any browser."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from appscan.capture.browser import find_chromium
from appscan.capture.failures import CaptureError, Failure, of_network

POLL = 500
"""Milliseconds between two looks at what the browser stores: a window that is closed cannot be asked any more."""


def log_in(url: str, save: Path, wait: Callable[[], bool]) -> None:
    """Open `url` in a window; once it is closed, or `wait` (called in a thread) returns True, write the storage state
    to `save`, for its owner only: Playwright's form, with `sessionStorage` per origin beside it. Raises CaptureError
    (no_browser, no_screen, unreachable_host, …), OSError."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise CaptureError(Failure.NO_SCREEN, url)
    with sync_playwright() as playwright:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(window=True), headless=False,
                                                 chromium_sandbox=not root)
        except Error as error:
            raise CaptureError(Failure.NO_BROWSER, "chromium", why=str(error).splitlines()[0][:200]) from error
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", no_viewport=True)
        page = context.new_page()
        try:
            page.goto(url, wait_until="commit")
        except Error as error:
            raise CaptureError(of_network(str(error)), url, why=str(error).splitlines()[0][:200]) from error
        state = _watch(context, page, wait)
        with contextlib.suppress(Error):  # the person has closed it
            browser.close()
    _write(save, state)


def _watch(context: BrowserContext, page: Page, wait: Callable[[], bool]) -> dict[str, Any]:
    """What the browser stored last, looked at until the person has done."""
    done = threading.Event()
    threading.Thread(target=lambda: done.set() if wait() else None, name="waits for the person", daemon=True).start()
    state: dict[str, Any] = {"cookies": [], "origins": []}
    sessions: dict[str, dict[str, str]] = {}
    while True:
        ending = done.is_set()
        try:
            for opened in context.pages:
                sessions.update(_session(opened))
            state = dict(context.storage_state(indexed_db=True))
            if ending or not context.pages:
                break
            (page if not page.is_closed() else context.pages[0]).wait_for_timeout(POLL)
        except Error:  # closed just now, or on its way to another page
            if not context.pages or ending:
                break
    return {**state, "sessionStorage": [{"origin": origin, "items": items} for origin, items in sessions.items()]}


def _session(page: Page) -> dict[str, dict[str, str]]:
    """The session storage of a page by its origin, which a storage state leaves out."""
    found = page.evaluate("() => [location.origin, Object.fromEntries(Object.entries(sessionStorage))]")
    return {str(found[0]): {str(name): str(value) for name, value in found[1].items()}} if found[1] else {}


def _write(save: Path, state: dict[str, Any]) -> None:
    """Write for the owner only: whoever has this file is signed in."""
    aside = save.with_name(f".{save.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(state, file, ensure_ascii=False, indent=1)
        aside.replace(save)
    finally:
        aside.unlink(missing_ok=True)
