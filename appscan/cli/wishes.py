"""What the options of `capture` and `scan` ask of a capture, checked before a browser starts. Knows no site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from appscan.cli.console import Console
from appscan.errors import UsageError
from appscan.model.days import today

if TYPE_CHECKING:
    from appscan.capture import Actor, CaptureOptions

STATE_SUFFIX, STEPS_SUFFIXES = ".json", (".yaml", ".yml")
LARGEST_STATE = 16 << 20
"""Bytes of the largest saved login; a real one has some thousands."""

_ROLE = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of a capture as they were given. `roles` are NAME=FILE, or NAME for a user who is not signed in."""

    state: Path | None = None
    steps: Path | None = None
    roles: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    viewport: Literal["mobile", "desktop", "both"] = "mobile"
    ignore_robots: bool = False
    writes: Literal["answer", "allow"] = "answer"
    virtual_hours: float | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_states: int = 200
    max_minutes: float = 10.0
    pictures: bool = True
    authority: str = ""
    keep_personal_until: str = ""

    def options(self) -> CaptureOptions:
        """The same for the capture. Raises UsageError where they do not fit together, and where capture is not
        installed."""
        for option, patterns in (("--include", self.include), ("--exclude", self.exclude)):
            for pattern in patterns:
                _check_pattern(option, pattern)
        for option, number in (("--virtual-hours", self.virtual_hours), ("--max-minutes", self.max_minutes)):
            if number is not None and not isfinite(number):
                raise UsageError("number_wrong", option=option, given=str(number))
        if sum((self.state is not None, self.steps is not None, bool(self.roles))) > 1:
            raise UsageError("two_logins")
        require_capture()
        from appscan.capture import CaptureOptions
        from appscan.capture.options import DEFAULT_HOURS

        return CaptureOptions(
            viewport=self.viewport, robots=not self.ignore_robots, writes=self.writes, hosts=self.hosts,
            virtual_hours=DEFAULT_HOURS if self.virtual_hours is None else self.virtual_hours, include=self.include,
            exclude=self.exclude, max_states=self.max_states, max_minutes=self.max_minutes, pictures=self.pictures,
            authority=self.authority or None, keep_personal_until=self._deadline(), actors=self._actors())

    def _deadline(self) -> str | None:
        """The day until which personal data may be kept as it is. Raises UsageError where it is no day to come."""
        if not self.keep_personal_until:
            return None
        try:
            day = date.fromisoformat(self.keep_personal_until)
        except ValueError:
            raise UsageError("deletion_date_wrong", given=self.keep_personal_until) from None
        if day < today():
            raise UsageError("deletion_date_wrong", given=self.keep_personal_until)
        return day.isoformat()

    def _actors(self) -> tuple[Actor, ...]:
        from appscan.capture import Actor

        if not self.roles:
            name = "visitor" if self.state is None and self.steps is None else "user"
            return (_checked(Actor(name, self.state, self.steps)),)
        actors = [_checked(_role(given)) for given in self.roles]
        names = [actor.name for actor in actors]
        for name in names:
            if names.count(name) > 1:
                raise UsageError("role_twice", role=name)
        return tuple(actors)


def _check_pattern(option: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        at = 0 if error.pos is None else error.pos + 1
        raise UsageError("pattern_wrong", option=option, pattern=pattern, at=at) from None


def require_capture() -> None:
    """Raises UsageError `capture_not_installed` where the parts that drive a browser are missing."""
    try:
        import appscan.capture  # noqa: F401 (whether it can be imported is the question)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("playwright", "bs4"):
            raise
        raise UsageError("capture_not_installed") from None


def told_on(console: Console) -> Callable[[str, int, int], None]:
    """Progress of a capture: a line whenever the number of states seen has grown by ten."""
    told = 0

    def tell(_: str, seen: int, queued: int) -> None:
        nonlocal told
        if seen >= told + 10:
            told = seen
            console.note("cli.capture_progress", seen=seen, queued=queued)

    return tell


def _role(given: str) -> Actor:
    """One `--as`: by the ending of its file a saved login or login steps."""
    from appscan.capture import Actor

    name, equals, file = given.partition("=")
    if not _ROLE.fullmatch(name) or (equals and not file):
        raise UsageError("role_wrong", given=given)
    if not equals:
        return Actor(name)
    path = Path(file)
    if path.suffix.lower() in STEPS_SUFFIXES:
        return Actor(name, steps=path)
    if path.suffix.lower() == STATE_SUFFIX:
        return Actor(name, storage_state=path)
    raise UsageError("role_file_kind", file=file)


def _checked(actor: Actor) -> Actor:
    """The actor itself. Raises UsageError where its file is missing or is no login."""
    if actor.steps is not None:
        from appscan.capture.login import read_steps

        read_steps(actor.steps)
    if actor.storage_state is not None:
        _check_state(actor.storage_state)
    return actor


def _check_state(path: Path) -> None:
    if not path.is_file():
        raise UsageError("login_state_missing", file=str(path))
    try:
        with path.open("rb") as file:
            state = json.loads(file.read(LARGEST_STATE))
    except (OSError, ValueError, RecursionError):
        raise UsageError("login_state_wrong", file=str(path)) from None
    fits = isinstance(state, dict) and all(
        isinstance(state.get(part), list) and all(isinstance(row, dict) for row in state[part])
        for part in ("cookies", "origins"))
    if not fits:
        raise UsageError("login_state_wrong", file=str(path))
