"""The use case: addresses → recording file. Knows no policy."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error

from appscan.capture.browser import Chromium
from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.instrument import script
from appscan.capture.journal import Journal, Moment
from appscan.capture.network import Network
from appscan.capture.options import Actor, CaptureOptions, Progress
from appscan.capture.page import Seat
from appscan.capture.recording import head_of, write
from appscan.capture.secrets import Secrets

RENEW_AFTER_PAGES = 400
BROWSER_DEATHS = 3
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


def silent(step: str, seen: int, queued: int) -> None:
    """Progress that goes nowhere."""


@dataclass
class _Run:
    """What one capture shares between its actors."""

    urls: list[str]
    options: CaptureOptions
    chromium: Chromium
    journal: Journal
    secrets: Secrets
    progress: Progress
    hosts: frozenset[str]
    deadline: float
    left: list[str] = field(default_factory=list)
    actors: list[dict[str, Any]] = field(default_factory=list)
    failures: list[CaptureError] = field(default_factory=list)


def capture(urls: Sequence[str], target: Path, options: CaptureOptions, progress: Progress = silent) -> Path:
    """Capture the site at `urls` into the recording `target`.

    What was captured so far is kept with gaps when something fails midway. Raises CaptureError where no state was seen at
    all, OSError where the file cannot be written.
    """
    started, journal, secrets = datetime.now(UTC), Journal(), Secrets()
    hosts = frozenset({urlsplit(url).netloc for url in urls} | set(options.hosts))
    names = frozenset(host.rsplit(":", 1)[0] if not host.endswith("]") else host for host in hosts)
    with Chromium(names, options.locale, options.stall_seconds) as chromium:
        version = chromium.version
        run = _Run(
            list(urls),
            options,
            chromium,
            journal,
            secrets,
            progress,
            hosts,
            time.monotonic() + options.max_minutes * 60,
        )
        for actor in options.actors:
            for viewport in ("mobile", "desktop") if options.viewport == "both" else (options.viewport,):
                _capture_actor(run, actor, viewport)
    if not journal.states:
        raise run.failures[0] if run.failures else CaptureError(Failure.PAGE_TIME_OUT, ", ".join(urls))
    if run.left:
        journal.gap(
            "cap_reached", ["text", "control", "route", "form", "request"], "", blinds=True, count=len(run.left)
        )
    head = head_of(options, list(urls), started, version, journal, run.actors, run.left)
    progress("write", len(journal.states), 0)
    return write(target, journal, head, secrets)


def _capture_actor(run: _Run, actor: Actor, viewport: str) -> None:
    run.journal.moment = Moment(actor.name, viewport=viewport)
    network = Network(run.options, run.hosts, run.journal)
    row = {"name": actor.name, "login": actor.login, "logged_in_before": None, "logged_in_after": None, "lost_at": None}
    if row["name"] not in [other["name"] for other in run.actors]:
        run.actors.append(row)
    explorer: Explorer | None = None
    for _ in range(BROWSER_DEATHS):
        context: BrowserContext | None = None
        try:
            context = _context(run, actor, viewport)
            network.attach(context)
            seat = Seat(run.chromium, context, network, run.journal)
            if explorer is None:
                explorer = Explorer(run.journal, network, run.options, seat, run.progress, run.deadline)
                explorer.start(run.urls)
            explorer.seat = seat
            explorer.run()
            break
        except (CaptureError, Error) as error:
            run.failures.append(
                error if isinstance(error, CaptureError) else CaptureError(Failure.BROWSER_DIED, actor.name)
            )
            run.journal.gap(Failure.BROWSER_DIED.value, ["text", "control", "route"], "")
            run.chromium.renew()
        finally:
            _close(context)
    if explorer:
        run.failures += explorer.failures
        run.left += explorer.left()


def _context(run: _Run, actor: Actor, viewport: str) -> BrowserContext:
    """A fresh browser context that carries the instrument. Raises CaptureError (no_browser)."""
    browser = run.chromium.browser or run.chromium.start()
    settings = dict(VIEWPORTS[viewport])
    if "user_agent" in settings:
        settings["user_agent"] = settings["user_agent"].format(major=browser.version.partition(".")[0])
    context = browser.new_context(
        locale=run.options.locale,
        timezone_id="Asia/Shanghai",
        service_workers="block",
        accept_downloads=False,
        bypass_csp=True,
        ignore_https_errors=False,
        storage_state=actor.storage_state,
        **settings,
    )
    journal = run.journal
    context.expose_binding("__appscanTell", lambda _source, rows: _told(journal, rows))
    context.add_init_script(script(hosts=sorted(run.hosts), writes=run.options.writes, sealed=False))
    return context


def _told(journal: Journal, rows: object) -> None:
    """Rows of a page that is going away."""
    import json

    if isinstance(rows, str) and len(rows) < 20_000_000:
        try:
            journal.take(json.loads(rows))
        except (ValueError, RecursionError):
            return


def _close(context: BrowserContext | None) -> None:
    if context:
        try:
            context.close()
        except Error:
            return
