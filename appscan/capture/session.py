"""An actor's session: signing in, proof that it holds, secrets learnt from it. Knows no strategy and no policy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error

from appscan.capture.journal import PAGE_KINDS, Journal
from appscan.capture.login import Steps, read_steps, sign_in
from appscan.capture.network import Network
from appscan.capture.options import Actor
from appscan.capture.page import Seat
from appscan.capture.proof import Guest, Proof, Proved, prove
from appscan.capture.refusals import is_mostly_refused
from appscan.capture.secrets import Secrets
from appscan.errors import UsageError

UNAUTHORIZED = 401
"""Says that nobody is signed in; 403 alone may be a guard against crawlers."""


@dataclass(frozen=True, slots=True)
class Home:
    """What the browser stored when the walk began: signed in, and nothing pressed yet."""

    stored: Any
    session: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A saved login: Playwright's storage state, and the session storage of each origin that it leaves out."""

    state: Any
    sessions: dict[str, dict[str, str]]

    @staticmethod
    def of(path: Path | None) -> Stored:
        """Read a saved login; no path is no login. Raises UsageError where the file is none."""
        if path is None:
            return Stored(None, {})
        try:
            saved = json.loads(path.read_text("utf-8"))
            rows = saved.pop("sessionStorage", [])
            sessions = {str(row["origin"]): {str(key): str(text) for key, text in row["items"].items()} for row in rows}
        except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[0][:200]
            raise UsageError("login_state_unreadable", file=path.name, reason=reason) from error
        return Stored(saved, sessions)

    def restoring(self) -> str:
        """Script that puts back the session storage of the origin that a page is of."""
        return restoring(f"{json.dumps(self.sessions)}[location.origin] || {{}}")


def restoring(items: str) -> str:
    """Script that puts session storage back, but for what a page has of its own; `items` is an expression of
    JavaScript for names and values."""
    return (
        f"for (const [name, value] of Object.entries({items})) "
        "if (sessionStorage[name] === undefined) sessionStorage[name] = value;"
    )


@dataclass
class Session:
    """`row` is the actor's row of the recording; a session that failed once stays failed in it. `guest` looks at the
    start as somebody who has not signed in."""

    journal: Journal
    secrets: Secrets
    row: dict[str, Any]
    url: str
    guest: Callable[[], Guest | None]
    steps: Steps | None = None
    _stranger: Guest | None = None

    def sign_in(self, actor: Actor, network: Network, seat: Seat) -> None:
        """Log in as the actor's steps say, and prove that the session holds. Raises CaptureError
        (login_step_failed), UsageError where the step file is wrong."""
        self.steps = read_steps(actor.steps, actor.values) if actor.steps else None
        if self.steps:
            for secret in self.steps.secrets:
                self.secrets.learn_given(secret)
            network.login_endpoints, network.learning = self.steps.endpoints, True
            try:
                sign_in(seat, self.url, self.steps)
            finally:
                network.learning = False
        if actor.login == "none":
            return
        if not self._expects():
            self._stranger = self.guest()
        proved = self._prove(seat)
        lost = proved.proof is Proof.LOST or (proved.proof is Proof.REFUSED and proved.status == UNAUTHORIZED)
        held = False if lost else True if proved.proof is Proof.HELD else None
        self.row["logged_in_before"] = held and self.row["logged_in_before"] is not False
        self._learn(seat)
        if lost:
            self.journal.gap("login_failed", list(PAGE_KINDS), self.url, blinds=True)
        elif held is None:
            self._unproved(proved)

    def prove_after(self, seat: Seat, until: float) -> None:
        """Does the session still hold after the walk? Where the time is over that stays unknown, and is told."""
        self._learn(seat)
        if self.row["login"] == "none":
            return
        if time.monotonic() > until:
            self.journal.gap("login_not_proved", list(PAGE_KINDS), self.url)
            return
        proved, before = self._prove(seat), self.row["logged_in_before"]
        lost = proved.proof is Proof.LOST or (before and proved.proof in (Proof.REFUSED, Proof.SAME))
        if not lost and proved.proof is not Proof.HELD:
            self._unproved(proved)
            return
        self.row["logged_in_after"] = not lost and self.row["logged_in_after"] is not False
        if lost and before is not False:
            self.row["lost_at"] = self.journal.states[-1]["id"] if self.journal.states else None
            self.journal.gap("login_lost", list(PAGE_KINDS), self.url, blinds=True)

    def _prove(self, seat: Seat) -> Proved:
        """What opening the start says. A frame around answers that nobody is signed in proves no login, unless it shows
        what was expected of it."""
        since = len(self.journal.requests)
        proved = prove(seat, self.url, self._expects(), self._stranger)
        if self._expects() or proved.proof not in (Proof.HELD, Proof.SAME):
            return proved
        return Proved(Proof.LOST) if is_mostly_refused(self.journal, since) else proved

    def _unproved(self, proved: Proved) -> None:
        """Nothing can be said: the start did not open, or it shows nothing that others do not see."""
        if proved.proof is Proof.SAME:
            self.journal.gap("login_not_shown", list(PAGE_KINDS), self.url)
            return
        params: dict[str, Any] = {"status": proved.status} if proved.status else {}
        self.journal.gap("login_unanswered", list(PAGE_KINDS), self.url, **params)

    def _expects(self) -> tuple[str, ...]:
        """What the last step expects to see when signed in."""
        steps = self.steps.steps if self.steps else ()
        return (steps[-1].target,) if steps and steps[-1].verb == "expect" else ()

    def _learn(self, seat: Seat) -> None:
        """Learn what the browser stores, so that none of it is written."""
        try:
            stored: Any = seat.page.context.storage_state()
        except Error:
            return
        for cookie in stored.get("cookies", []):
            self.secrets.learn(str(cookie.get("value", "")))
        for origin in stored.get("origins", []):
            for item in origin.get("localStorage", []):
                self.secrets.learn_storage(str(item.get("name", "")), str(item.get("value", "")))
        for name, value in seat.stored().items():
            self.secrets.learn_storage(name, value)
