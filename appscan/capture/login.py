"""Signs in by steps of a file; secrets come from the environment. Knows no policy."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from playwright.sync_api import Error, Locator, Page

from appscan.capture.addresses import urljoin, urlsplit
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.page import Seat
from appscan.errors import UsageError
from appscan.schema.plain_yaml import PlainLoader

VERBS = ("open", "fill", "click", "press", "wait", "expect")
WAIT_MOST = 30.0
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, on what, and with which text."""

    verb: str
    target: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A login as written in a file: the endpoints it may write to, its steps, and the secrets they hold."""

    endpoints: frozenset[str]
    steps: tuple[Step, ...]
    secrets: tuple[str, ...]


def read_steps(path: Path, environment: Mapping[str, str] | None = None) -> Steps:
    """Read a step file (`endpoints: [/api/login]`, `steps:` of open, fill, click, press, wait, expect).

    `${NAME}` is taken from the environment. Raises UsageError where the file is wrong or a variable is missing.
    """
    environment = os.environ if environment is None else environment
    try:
        content = yaml.load(path.read_text("utf-8"), PlainLoader)  # noqa: S506 (a safe one, without aliases)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError("login_steps_unreadable", file=path.name, reason=str(error).splitlines()[0][:200]) from error
    if (
        not isinstance(content, dict)
        or set(content) - {"endpoints", "steps"}
        or not isinstance(content.get("steps"), list)
    ):
        raise UsageError("login_steps_wrong", file=path.name, step=0)
    secrets: list[str] = []

    def resolve(text: object, number: int) -> str:
        def value(found: re.Match[str]) -> str:
            if found.group(1) not in environment:
                raise UsageError("login_variable_missing", file=path.name, step=number, name=found.group(1))
            secrets.append(environment[found.group(1)])
            return secrets[-1]

        return _SECRET.sub(value, str(text))

    steps = []
    for number, row in enumerate(content["steps"], 1):
        verb = next(iter(row), None) if isinstance(row, dict) and len(row) == 1 else None
        if verb not in VERBS or number > 200:
            raise UsageError("login_steps_wrong", file=path.name, step=number)
        given = row[verb]
        if verb == "fill":
            if not isinstance(given, dict) or set(given) != {"field", "with"}:
                raise UsageError("login_steps_wrong", file=path.name, step=number)
            steps.append(Step(verb, str(given["field"]), resolve(given["with"], number)))
        else:
            steps.append(Step(verb, resolve(given, number)))
    endpoints = frozenset(urlsplit(str(row)).path for row in content.get("endpoints") or [])
    return Steps(endpoints, tuple(steps), tuple(secrets))


def sign_in(seat: Seat, start: str, steps: Steps) -> None:
    """Go through the steps. Raises CaptureError (login_step_failed) with the number of the step that no longer fits."""
    for number, step in enumerate(steps.steps, 1):
        try:
            _do(seat, start, step)
        except Error as error:
            raise CaptureError(
                Failure.LOGIN_STEP_FAILED, start, step=number, verb=step.verb, why=str(error).splitlines()[0][:120]
            ) from error


def _do(seat: Seat, start: str, step: Step) -> None:
    page = seat.page
    match step.verb:
        case "open":
            seat.open(urljoin(start, step.target))
        case "fill":
            _field(page, step.target).fill(step.text, timeout=5000)
        case "click":
            _control(page, step.target).click(timeout=5000)
            seat.rest(100)
        case "press":
            page.keyboard.press(step.target)
            seat.rest(100)
        case "wait":
            if re.fullmatch(r"\d+(\.\d+)?", step.target):
                seat.pause(min(float(step.target), WAIT_MOST))
            else:
                _await(seat, step.target)
        case "expect":
            page.get_by_text(step.target).first.wait_for(timeout=5000)
        case _:
            raise ValueError(step.verb)


def _await(seat: Seat, text: str) -> None:
    """Wait for a text, in parts between which the watchdog hears that somebody waits."""
    until = time.monotonic() + WAIT_MOST
    shown = seat.page.get_by_text(text).first
    while time.monotonic() < until - 1 and not shown.is_visible():
        seat.pause(0.2)
    shown.wait_for(timeout=1000)


def _field(page: Page, name: str) -> Locator:
    """A field by label, placeholder, name or selector, the first that is there."""
    plain = name.replace('"', "")
    choices = [
        page.get_by_label(name),
        page.get_by_placeholder(name),
        page.locator(f'[name="{plain}"],[id="{plain}"]'),
    ]
    return next((choice.first for choice in choices if choice.count()), page.locator(name).first)


def _control(page: Page, name: str) -> Locator:
    """A control by name, text or selector, the first that is there."""
    choices = [page.get_by_role("button", name=name), page.get_by_role("link", name=name), page.get_by_text(name)]
    return next((choice.first for choice in choices if choice.count()), page.locator(name).first)
