"""The use case: addresses → recording file. Knows no policy."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from appscan.capture.browser import Chromium
from appscan.capture.crawl import Crawl, Deadlines, Run
from appscan.capture.failures import CaptureError, Failure, Interrupted
from appscan.capture.interruptions import noted
from appscan.capture.journal import PAGE_KINDS, Journal
from appscan.capture.login_gaps import told_once
from appscan.capture.names import must_exist
from appscan.capture.network import host_of
from appscan.capture.options import CaptureOptions, Progress
from appscan.capture.recording import head_of, write
from appscan.capture.secrets import Secrets

GRACE = 8.0
"""Seconds past the cap after which the browser is ended, whatever it does; then the recording is written."""


def silent(step: str, seen: int, queued: int) -> None:
    """Progress that goes nowhere."""


def capture(urls: Sequence[str], target: Path, options: CaptureOptions, progress: Progress = silent) -> Path:
    """Capture the site at `urls` into the recording `target`.

    What was captured so far is kept with gaps when something fails midway. Raises CaptureError where no state
    was seen at all and no login stood in the way, OSError where the file cannot be written. Interrupted comes once what
    was captured before a KeyboardInterrupt is written.
    """
    must_exist(urls)
    started, journal, secrets = datetime.now(UTC), Journal(), Secrets()
    hosts = frozenset({host_of(url) for url in urls} | set(options.hosts))
    end = time.monotonic() + options.max_minutes * 60
    with noted() as stop, Chromium(hosts, options.locale, options.stall_seconds, end + GRACE, stop) as chromium:
        version = chromium.version
        run = Run(list(urls), options, chromium, journal, secrets, progress, hosts)
        interrupted = _crawl_all(run, end) or stop.is_set()
    if interrupted and not journal.states:
        raise KeyboardInterrupt
    if not journal.states and not run.walled:
        raise run.failures[0] if run.failures else CaptureError(Failure.PAGE_TIME_OUT, ", ".join(urls))
    if run.left:
        journal.gap("cap_reached", list(PAGE_KINDS), "", blinds=True, count=len(run.left))
    journal.gaps = told_once(journal.gaps, run.actors)
    head = head_of(options, list(urls), started, version, journal, run.actors, run.left)
    progress("write", len(journal.states), 0)
    write(target, journal, head, secrets)
    if interrupted:
        raise Interrupted
    return target


def _crawl_all(run: Run, end: float) -> bool:
    """Every actor in every window; the time that is left is shared evenly among those still to come. True where it was
    interrupted."""
    options = run.options
    viewports = ("mobile", "desktop") if options.viewport == "both" else (options.viewport,)
    wanted = [(actor, viewport) for actor in options.actors for viewport in viewports]
    for index, (actor, viewport) in enumerate(wanted):
        seconds = (end - time.monotonic()) / (len(wanted) - index)
        if seconds <= 0:
            run.journal.reached.add("minutes")
            run.left += [f"{actor.name} {url}" for url in run.urls]
            continue
        first = viewport == viewports[0]
        try:
            Crawl(run, actor, viewport, first, Deadlines.within(seconds, options, first)).go()
        except KeyboardInterrupt:
            run.journal.gap("interrupted", list(PAGE_KINDS), "", blinds=True)
            return True
    return False
