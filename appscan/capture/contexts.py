"""Browser contexts as a capture needs them: window, language, store, instrument. Knows no site and no policy."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

from appscan.capture.browser import Chromium
from appscan.capture.instrument import ECHO, script
from appscan.capture.journal import Journal
from appscan.capture.options import CaptureOptions

VIEWPORTS: dict[str, dict[str, Any]] = {
    "mobile": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 1,
        "is_mobile": True,
        "has_touch": True,
        "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/{major}.0.0.0 Mobile Safari/537.36",
    },
    "desktop": {"viewport": {"width": 1366, "height": 768}, "device_scale_factor": 1},
}
MAX_TOLD = 20_000_000


def bare(chromium: Chromium, options: CaptureOptions, viewport: str, storage: Any) -> BrowserContext:
    """A fresh context without any script of ours. Raises CaptureError (no_browser)."""
    browser = chromium.browser or chromium.start()
    settings = dict(VIEWPORTS[viewport])
    if "user_agent" in settings:
        settings["user_agent"] = settings["user_agent"].format(major=browser.version.partition(".")[0])
    return browser.new_context(
        locale=options.locale,
        timezone_id="Asia/Shanghai",
        service_workers="block",
        accept_downloads=False,
        bypass_csp=True,
        ignore_https_errors=False,
        storage_state=storage,
        **settings,
    )


def living(
    chromium: Chromium,
    options: CaptureOptions,
    viewport: str,
    storage: Any,
    hosts: frozenset[str],
    journal: Journal,
) -> BrowserContext:
    """A fresh context that carries the instrument of a living page. Raises CaptureError (no_browser)."""
    context = bare(chromium, options, viewport, storage)
    context.expose_binding("__appscanTell", lambda _source, rows: _told(journal, rows))
    context.add_init_script(script(hosts=sorted(hosts), writes=options.writes, sealed=False, echo=ECHO))
    return context


def leave(page: Page) -> None:
    """Leave a page for a blank one: what it still asks while it is closed would be let go by the browser. Its context
    closes it; Playwright's own close of a page that has just left now and then waits for an event that never comes."""
    with suppress(Error):  # a page that is gone asks nothing
        page.goto("about:blank", wait_until="commit", timeout=2000)


def close(context: BrowserContext | None) -> None:
    """Close a context, whatever state its browser is in."""
    if context:
        try:
            for page in context.pages:
                leave(page)
            context.close()
        except Error:
            return


def _told(journal: Journal, rows: object) -> None:
    """Rows of a page that is going away."""
    if isinstance(rows, str) and len(rows) < MAX_TOLD:
        try:
            journal.take(json.loads(rows))
        except (ValueError, RecursionError):
            return
