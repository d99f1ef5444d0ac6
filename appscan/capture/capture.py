"""The use case: addresses → recording file. Knows no policy."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import BrowserContext, Error

from appscan.capture.browser import Chromium
from appscan.capture.day import Copy, live_through, settings_of
from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.instrument import script
from appscan.capture.journal import PAGE_KINDS, Journal, Moment
from appscan.capture.login import Steps, holds, read_steps, sign_in
from appscan.capture.network import Network
from appscan.capture.options import Actor, CaptureOptions, Progress
from appscan.capture.page import Seat
from appscan.capture.recording import head_of, write
from appscan.capture.secrets import Secrets
from appscan.capture.states import Node
from appscan.capture.trials import Trials

BROWSER_DEATHS = 3
DAYS_GRACE = 20.0
"""Seconds past the cap that virtual days may still begin: they are short, and what they show is shown nowhere else."""
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
    viewports: tuple[str, ...]
    left: list[str] = field(default_factory=list)
    actors: list[dict[str, Any]] = field(default_factory=list)
    failures: list[CaptureError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Home:
    """What the browser stored when the walk began: signed in, and nothing pressed yet."""

    stored: Any
    session: dict[str, str]


def capture(urls: Sequence[str], target: Path, options: CaptureOptions, progress: Progress = silent) -> Path:
    """Capture the site at `urls` into the recording `target`.

    What was captured so far is kept with gaps when something fails midway. Raises CaptureError where no state
    was seen at
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
            ("mobile", "desktop") if options.viewport == "both" else (options.viewport,),
        )
        for actor in options.actors:
            for viewport in run.viewports:
                _capture_actor(run, actor, viewport)
    if not journal.states:
        raise run.failures[0] if run.failures else CaptureError(Failure.PAGE_TIME_OUT, ", ".join(urls))
    if run.left:
        journal.gap("cap_reached", list(PAGE_KINDS), "", blinds=True, count=len(run.left))
    head = head_of(options, list(urls), started, version, journal, run.actors, run.left)
    progress("write", len(journal.states), 0)
    return write(target, journal, head, secrets)


def _capture_actor(run: _Run, actor: Actor, viewport: str) -> None:
    run.journal.moment = Moment(actor.name, viewport=viewport)
    network = Network(run.options, run.hosts, run.journal)
    row = {
        "name": actor.name,
        "login": actor.login,
        "logged_in_before": None,
        "logged_in_after": None,
        "lost_at": None,
    }
    if row["name"] not in [other["name"] for other in run.actors]:
        run.actors.append(row)
    explorer: Explorer | None = None
    steps: Steps | None = None
    for _ in range(BROWSER_DEATHS):
        context: BrowserContext | None = None
        try:
            context = _context(run, actor.storage_state, viewport)
            network.attach(context)
            seat = Seat(run.chromium, context, network, run.journal)
            steps = _sign_in(run, actor, network, seat, row)
            home = Home(context.storage_state(), seat.stored())
            if explorer is None:
                explorer = Explorer(run.journal, network, run.options, seat, run.progress, run.deadline)
                explorer.start(run.urls)
            explorer.seat = seat
            explorer.run()
            if run.options.trials and viewport == run.viewports[0]:
                _try(run, explorer, network, viewport, home)
            explorer.seat = seat
            _prove_after(run, seat, row, steps)
            _live_days(run, explorer, home, network, viewport)
            break
        except (CaptureError, Error) as error:
            failure = error if isinstance(error, CaptureError) else CaptureError(Failure.BROWSER_DIED, actor.name)
            run.failures.append(failure)
            run.journal.gap(
                failure.failure.value,
                list(PAGE_KINDS),
                run.urls[0] if explorer is None else "",
                blinds=explorer is None,
            )
            if failure.failure is not Failure.BROWSER_DIED:
                break
            run.chromium.renew()
        finally:
            _close(context)
    if explorer:
        run.failures += explorer.failures
        run.left += explorer.left()


def _context(run: _Run, storage: Any, viewport: str) -> BrowserContext:
    """A fresh browser context that carries the instrument. Raises CaptureError (no_browser)."""
    context = _bare_context(run, viewport, storage)
    journal = run.journal
    context.expose_binding("__appscanTell", lambda _source, rows: _told(journal, rows))
    context.add_init_script(script(hosts=sorted(run.hosts), writes=run.options.writes, sealed=False))
    return context


def _sign_in(run: _Run, actor: Actor, network: Network, seat: Seat, row: dict[str, Any]) -> Steps | None:
    """Log in as the actor's steps say, and prove that the session holds. Raises CaptureError (login_step_failed)."""
    steps = read_steps(actor.steps) if actor.steps else None
    if steps:
        for secret in steps.secrets:
            run.secrets.learn(secret)
        network.login_endpoints, network.learning = steps.endpoints, True
        try:
            sign_in(seat, run.urls[0], steps)
        finally:
            network.learning = False
    if actor.login != "none":
        row["logged_in_before"] = holds(seat, run.urls[0], _expects(steps))
        _learn(run, seat)
        if not row["logged_in_before"]:
            run.journal.gap("login_lost", list(PAGE_KINDS), run.urls[0], blinds=True)
    return steps


def _prove_after(run: _Run, seat: Seat, row: dict[str, Any], steps: Steps | None) -> None:
    """Does the session still hold after the walk?"""
    _learn(run, seat)
    if row["login"] == "none":
        return
    row["logged_in_after"] = holds(seat, run.urls[0], _expects(steps))
    if row["logged_in_before"] and not row["logged_in_after"]:
        row["lost_at"] = run.journal.states[-1]["id"] if run.journal.states else None
        run.journal.gap("login_lost", list(PAGE_KINDS), run.urls[0])


def _expects(steps: Steps | None) -> tuple[str, ...]:
    """What the last step expects to see when signed in."""
    return (steps.steps[-1].target,) if steps and steps.steps and steps.steps[-1].verb == "expect" else ()


def _learn(run: _Run, seat: Seat) -> None:
    """Learn what the browser stores, so that none of it is written."""
    try:
        stored: Any = seat.page.context.storage_state()
    except Error:
        return
    for cookie in stored.get("cookies", []):
        run.secrets.learn(str(cookie.get("value", "")))
    for origin in stored.get("origins", []):
        for item in origin.get("localStorage", []):
            run.secrets.learn_storage(str(item.get("name", "")), str(item.get("value", "")))
    for name, value in seat.stored().items():
        run.secrets.learn_storage(name, value)


def _try(run: _Run, explorer: Explorer, network: Network, viewport: str, home: Home) -> None:
    """Force trials, each from a fresh browser context as it was when the walk began."""
    contexts: list[BrowserContext] = []

    def fresh() -> Seat:
        while contexts:
            _close(contexts.pop())
        context = _context(run, home.stored, viewport)
        contexts.append(context)
        network.attach(context)
        seat = Seat(run.chromium, context, network, run.journal)
        if home.session:
            context.add_init_script(
                f"for (const [name, value] of Object.entries({json.dumps(home.session)})) "
                "if (sessionStorage[name] === undefined) sessionStorage[name] = value;"
            )
        return seat

    try:
        Trials(explorer, run.journal, run.options.trials, fresh).run()
    finally:
        while contexts:
            _close(contexts.pop())


def _live_days(run: _Run, explorer: Explorer, home: Home, network: Network, viewport: str) -> None:
    """A virtual day of the most promising states, each in its own sealed copy."""
    if run.options.days <= 0 or run.options.virtual_hours <= 0 or viewport != run.viewports[0]:
        return
    settings = settings_of(run.options, network, run.hosts, datetime.now(UTC))
    for index, node in enumerate(worth_a_day(explorer, run.journal)[: run.options.days]):
        if time.monotonic() > run.deadline + DAYS_GRACE:
            run.journal.reached.add("minutes")
            run.journal.gap("day_not_lived", ["timer", "request"], node.sight.url)
            continue
        run.progress("day", index, run.options.days)
        _fetch_page(explorer, network, node.sight.url)
        sealed = Network(run.options, run.hosts, run.journal, sealed=True, assets=network.assets)
        copy: BrowserContext | None = None
        try:
            copy = _bare_context(run, viewport, home.stored)
            copy.add_init_script(script(**settings))
            sealed.attach(copy)
            elsewhere = next(
                (
                    f"#{urldefrag(other.sight.url).fragment}"
                    for other in explorer.nodes.values()
                    if other.sight.route != node.sight.route
                    and "#" in other.sight.url
                    and urldefrag(other.sight.url).url == urldefrag(node.sight.url).url
                ),
                None,
            )
            live_through(
                Copy(node.id, node.sight.url, home.session, elsewhere),
                copy,
                run.chromium,
                run.journal,
                run.options,
                sealed,
            )
        except Error as error:
            run.journal.gap("day_not_lived", ["timer", "request"], node.sight.url, why=str(error).splitlines()[0][:200])
            run.chromium.renew()
        finally:
            _close(copy)


def _fetch_page(explorer: Explorer, network: Network, url: str) -> None:
    """A state reached by pressing may have an address that was never loaded; the sealed copy needs its page."""
    if urldefrag(url).url not in network.assets:
        try:
            explorer.seat.open(url)
        except (CaptureError, Error):
            return


def worth_a_day(explorer: Explorer, journal: Journal) -> list[Node]:
    """States in the order in which a day of them is worth living: start pages, then what holds timers, sockets
    or Workers."""
    lively: Counter[str] = Counter()
    for row in [*journal.timers, *journal.calls, *journal.requests]:
        api = str(row.get("api", ""))
        if row["state"] and (
            row.get("period", 0) >= 1000
            or api.startswith(("Worker", "addEventListener:", "geolocation.watch"))
            or row.get("kind") == "socket"
        ):
            lively[row["state"]] += 1
    seen: dict[str, Node] = {}
    for node in explorer.nodes.values():
        best = seen.get(node.sight.route)
        if best is None or (lively[node.id] > lively[best.id] and best.sight.route != node.sight.route):
            seen[node.sight.route] = node
    return sorted(seen.values(), key=lambda node: (node.depth > 0, -min(lively[node.id], 3), node.depth))


def _bare_context(run: _Run, viewport: str, storage: Any) -> BrowserContext:
    browser = run.chromium.browser or run.chromium.start()
    settings = dict(VIEWPORTS[viewport])
    if "user_agent" in settings:
        settings["user_agent"] = settings["user_agent"].format(major=browser.version.partition(".")[0])
    return browser.new_context(
        locale=run.options.locale,
        timezone_id="Asia/Shanghai",
        service_workers="block",
        accept_downloads=False,
        bypass_csp=True,
        ignore_https_errors=False,
        storage_state=storage,
        **settings,
    )


def _told(journal: Journal, rows: object) -> None:
    """Rows of a page that is going away."""
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
