"""The command `capture`: addresses → one recording. Knows no reader and no rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.errors import UnreadableError, UsageError
from appscan.model.artifact import RECORDING_SUFFIX


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """What the options of `capture` ask for; at most one of `state` and `steps` is given."""

    console: Console
    out: Path
    state: Path | None
    steps: Path | None
    hosts: tuple[str, ...]
    viewport: Literal["mobile", "desktop", "both"]
    robots: bool
    virtual_hours: float | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    max_states: int
    max_minutes: float


def capture(urls: Sequence[str], order: CaptureOrder) -> ExitCode:
    """Capture the site at the addresses into one recording. Raises UsageError before the browser starts."""
    _check(urls, order)
    try:
        from appscan.capture import Actor, CaptureOptions
        from appscan.capture import capture as capture_site
        from appscan.capture.options import DEFAULT_HOURS
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("playwright", "bs4"):
            raise
        raise UsageError("capture_not_installed") from None
    name = "visitor" if order.state is None and order.steps is None else "user"
    options = CaptureOptions(viewport=order.viewport, robots=order.robots, hosts=order.hosts,
                             virtual_hours=DEFAULT_HOURS if order.virtual_hours is None else order.virtual_hours,
                             include=order.include, exclude=order.exclude,
                             max_states=order.max_states, max_minutes=order.max_minutes,
                             actors=(Actor(name, order.state, order.steps),))
    try:
        capture_site(urls, order.out, options, _progress(order.console))
    except UnreadableError as error:
        order.console.failure(error)
        return ExitCode.NOTHING_READ
    order.console.result([str(order.out)])
    order.console.note("cli.captured", path=order.out)
    return ExitCode.OK


def _check(urls: Sequence[str], order: CaptureOrder) -> None:
    for url in urls:
        if not _is_address(url):
            raise UsageError("not_an_address", url=url)
    for pattern in (*order.include, *order.exclude):
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError("pattern_wrong", pattern=pattern, reason=str(error)) from None
    if not order.out.name.endswith(RECORDING_SUFFIX):
        raise UsageError("recording_name", path=str(order.out))
    if not order.out.parent.is_dir():
        raise UsageError("recording_folder_missing", path=str(order.out.parent))
    if order.state is not None and order.steps is not None:
        raise UsageError("two_logins")
    if order.state is not None and not order.state.is_file():
        raise UsageError("login_state_missing", file=str(order.state))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


def _progress(console: Console) -> Callable[[str, int, int], None]:
    """A line whenever the number of states seen has grown by ten."""
    told = 0

    def tell(_: str, seen: int, queued: int) -> None:
        nonlocal told
        if seen >= told + 10:
            told = seen
            console.note("cli.capture_progress", seen=seen, queued=queued)

    return tell
