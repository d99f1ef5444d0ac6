"""Trying something in a page of a fresh browser context, and what the page did then. Knows no policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.journal import Journal
from appscan.capture.page import Seat, Sight
from appscan.capture.shapes import listed
from appscan.capture.states import Node

TOUCHING = frozenset({"write", "unknown"})
"""Classes of requests that would have changed something."""
CARRIED = re.compile(
    r"^(lat|lng|lon)|[_.](lat|lng|lon)|latitude|longitude|coord|position|location|gps|geo|track|photo|image|img|picture|file|video|media|audio",
    re.IGNORECASE,
)
"""Fields that hold what a permission gives."""
SAME_DIALOG = 40
"""Characters by which a dialog is known again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page did after something was tried; `intended` are writes that the capture answered itself."""

    sight: Sight
    messages: tuple[str, ...]
    intended: tuple[str, ...]
    dialogs: tuple[str, ...]
    texts: frozenset[str]
    others: tuple[str, ...] = ()
    """Those of `intended` that carry neither a place nor a picture."""


@dataclass
class Attempts:
    """`fresh` gives a page in a context as it was when the walk began."""

    explorer: Explorer
    journal: Journal
    fresh: Callable[[], Seat]
    node: Node | None = field(default=None)

    @property
    def seat(self) -> Seat:
        return self.explorer.seat

    def renew(self) -> Seat:
        """A page in a fresh context: what earlier presses have stored must not answer for this one."""
        self.explorer.seat = self.fresh()
        self.explorer.forget_place()
        return self.explorer.seat

    def start(self, node: Node, deny: str | None) -> Reply:
        """The state, loaded afresh, with a permission refused from the beginning or not. Raises CaptureError."""
        self.renew().refuse(deny)
        try:
            requests, messages = len(self.journal.requests), len(self.journal.messages)
            if not self.explorer.reach(node):
                raise CaptureError(Failure.PAGE_TIME_OUT, node.sight.url)
            first = self.after("() => { return __appscan.rest(800, 60); }", None)
        finally:
            self.seat.refuse(None)
        meant, others = self._meant(requests), self._others(requests)
        return Reply(first.sight, self._told(messages), meant, first.dialogs, first.texts, others)

    def press(self, label: str, deny: str | None) -> Reply:
        """Press the control with this text, with a permission refused meanwhile or not."""
        return self.after("([label, deny]) => __appscan.attempt(label, deny)", [label, deny])

    def after(self, code: str, argument: Any) -> Reply:
        """Run code in the page and gather what followed: messages, intended writes, dialogs, words."""
        requests, messages = len(self.journal.requests), len(self.journal.messages)
        answer = self.seat.act(code, argument)
        asked = answer.get("asked")
        told = tuple(str(text)[:2000] for text in asked[:5]) if isinstance(asked, list) else ()
        sight, seen = self.seat.sight(answer), self.seat.look()
        return Reply(
            sight,
            (*self._told(messages), *told),
            self._meant(requests),
            modal_texts(seen),
            frozenset(str(row.get("text", "")) for row in listed(seen, "texts")),
            self._others(requests),
        )

    def _told(self, since: int) -> tuple[str, ...]:
        return tuple(row["text"] for row in self.journal.messages[since:])

    def _others(self, since: int) -> tuple[str, ...]:
        return tuple(
            f"{row['method']} {row['url']}"
            for row in self.journal.requests[since:]
            if row["class"] in TOUCHING and not any(CARRIED.search(str(name)) for name in row["request_fields"])
        )

    def _meant(self, since: int) -> tuple[str, ...]:
        return tuple(
            f"{row['method']} {row['url']}" for row in self.journal.requests[since:] if row["class"] in TOUCHING
        )


def modal_texts(seen: dict[str, Any]) -> tuple[str, ...]:
    """Texts of the dialogs that cover a page."""
    return tuple(str(row.get("text", "")) for row in listed(seen, "dialogs") if row.get("modal"))


def same_dialog(one: str, other: str) -> bool:
    """True where two texts are of one dialog; what changes in it (a hint, a time) stands at its end."""
    return one[:SAME_DIALOG] == other[:SAME_DIALOG]
