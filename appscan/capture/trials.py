"""Force trials: what a page does when someone declines, leaves out, goes elsewhere, takes back or opts out.

Knows no policy. Everything is tried against the capture's own answers; nothing is submitted to a server.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.journal import Journal, Moment
from appscan.capture.page import Seat, Sight
from appscan.capture.shapes import listed
from appscan.capture.states import Node

PROMPTS = (
    ("geolocation", re.compile(r"geolocation|location|position", re.IGNORECASE)),
    ("camera", re.compile(r"getUserMedia|camera|chooseImage", re.IGNORECASE)),
    ("notifications", re.compile(r"Notification", re.IGNORECASE)),
)
SWITCHES = ("switch",)
SHARE_GONE = 0.3
"""Where so much of a page's text is replaced by other text after a refusal, the page does not go on."""
TOUCHING = frozenset({"write", "unknown"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page did after something was tried."""

    sight: Sight
    messages: tuple[str, ...]
    intended: tuple[str, ...]
    dialogs: tuple[str, ...]
    texts: frozenset[str]


@dataclass
class Trials:
    """Tries prompts, overlays and forms of the states that a walk has found, at most `most` of them."""

    explorer: Explorer
    journal: Journal
    most: int
    fresh: Callable[[], Seat]
    done: int = 0

    @property
    def seat(self) -> Seat:
        return self.explorer.seat

    def run(self) -> None:
        """All trials, in the order of the states. Raises CaptureError (browser_died) where the browser went."""
        tried: set[str] = set()
        for node, test, trigger, argument in self._wanted():
            name = f"{test} {argument if test in ('decline', 'revoke') else ''} {trigger}"
            if name in tried or self.done >= self.most:
                continue
            tried.add(name)
            self.done += 1
            self.explorer.progress("trial", self.done, self.most)
            before = self.journal.moment
            self.journal.moment = Moment(before.actor, node.id, "trial", trigger, before.viewport)
            try:
                self._try(node, test, trigger, argument)
            except CaptureError as error:
                if error.failure is Failure.BROWSER_DIED:
                    raise
                self.journal.gap("trial_failed", ["trial"], node.sight.url, step=test, why=trigger[:200])
            finally:
                self.journal.moment = before
                self.explorer.forget_place()

    def _wanted(self) -> list[tuple[Node, str, str, str]]:
        """(state, test, trigger, argument) of every trial worth making."""
        nodes = {node.id: node for node in self.explorer.nodes.values()}
        wanted: list[tuple[Node, str, str, str]] = []
        for call in self.journal.calls:
            node = nodes.get(str(call["state"]))
            family = next((name for name, pattern in PROMPTS if pattern.search(call["api"])), None)
            if node and family and call["virtual"] is None and call["actor"] == self.journal.moment.actor:
                label = self.journal.prompted_by.get((call["actor"], call["state"], call["api"]), "")
                wanted.append((node, "decline", label, family))
                if "watch" in call["api"].lower():
                    wanted.append((node, "revoke", label, family))
        for state in self.journal.states:
            node = nodes.get(state["id"])
            if node is None:
                continue
            for dialog in state["dialogs"]:
                if dialog["modal"]:
                    wanted += [(node, test, dialog["text"][:200], "dialog") for test in ("opt_out", "skip")]
            wanted += [
                (node, "omit", form["submit"], str(index))
                for index, form in enumerate(state["forms"])
                if form["submit"] and any(item["type"] == "file" for item in form["fields"])
            ]
            wanted += [(node, "opt_out", row["text"], "switch") for row in state["controls"] if row["role"] in SWITCHES]
        return wanted

    def _try(self, node: Node, test: str, trigger: str, argument: str) -> None:
        match test:
            case "decline":
                self._decline(node, trigger, argument)
            case "revoke":
                self._revoke(node, trigger, argument)
            case "omit":
                self._omit(node, trigger, int(argument))
            case "skip":
                self._skip(node, trigger)
            case _:
                self._opt_out(node, trigger, argument)

    def _write(self, node: Node, test: str, trigger: str, outcome: str, detail: str) -> None:
        picture = self.journal.keep_picture(self.seat.picture()) if self.explorer.options.pictures else None
        self.journal.trials.append(
            {
                "actor": self.journal.moment.actor,
                "state": node.id,
                "test": test,
                "trigger": trigger[:400],
                "outcome": outcome,
                "detail": detail[:2000],
                "picture": picture,
            }
        )

    def _after(self, code: str, argument: Any) -> Reply:
        """Run code in the page and gather what followed: messages, intended writes, dialogs, new words."""
        requests, messages = len(self.journal.requests), len(self.journal.messages)
        sight = self.seat.sight(self.seat.ask(code, argument))
        seen = self.seat.look()
        return Reply(
            sight,
            tuple(row["text"] for row in self.journal.messages[messages:]),
            tuple(
                f"{row['method']} {row['url']}" for row in self.journal.requests[requests:] if row["class"] in TOUCHING
            ),
            tuple(str(row.get("text", "")) for row in listed(seen, "dialogs") if row.get("modal")),
            frozenset(str(row.get("text", "")) for row in listed(seen, "texts")),
        )

    def _start(self, node: Node, deny: str | None) -> Reply:
        """The state, loaded afresh, with a permission refused from the beginning or not."""
        self.explorer.seat = self.fresh()  # what earlier presses have stored must not answer for this one
        self.explorer.forget_place()
        self.seat.refuse(deny)
        try:
            requests, messages = len(self.journal.requests), len(self.journal.messages)
            if not self.explorer.reach(node):
                raise CaptureError(Failure.PAGE_TIME_OUT, node.sight.url)
            first = self._after("() => { return __appscan.rest(800, 60); }", None)
        finally:
            self.seat.refuse(None)
        told = tuple(row["text"] for row in self.journal.messages[messages:])
        meant = tuple(
            f"{row['method']} {row['url']}" for row in self.journal.requests[requests:] if row["class"] in TOUCHING
        )
        return Reply(first.sight, told, meant, first.dialogs, first.texts)

    def _press(self, label: str, deny: str | None) -> Reply:
        """Press the control with this text (or only wait), with a permission refused meanwhile."""
        return self._after("([label, deny]) => __appscan.attempt(label, deny)", [label, deny])

    def _decline(self, node: Node, label: str, family: str) -> None:
        allowed = self._start(node, None)
        if label:
            allowed = self._press(label, None)
        refused = self._start(node, family)
        if label:
            refused = self._press(label, family)
        outcome, detail = compared(allowed, refused)
        self._write(node, "decline", f"{family} {label}".strip(), outcome, detail)

    def _revoke(self, node: Node, label: str, family: str) -> None:
        before = self._start(node, None)
        if label:
            before = self._press(label, None)
        after = self._after("(family) => __appscan.revoke(family)", family)
        new = after.texts - before.texts
        outcome, detail = compared(before, after) if new or after.messages or after.dialogs else ("allowed", "")
        self._write(node, "revoke", f"{family} {label}".strip(), outcome, detail)

    def _omit(self, node: Node, submit: str, index: int) -> None:
        """Submit with a stand-in for the picture, then without; refused is only what goes through with one and
        not without."""
        self._start(node, None)
        whole = self._after("([index, without]) => __appscan.submit(index, without)", [index, False])
        before = self._start(node, None)
        after = self._after("([index, without]) => __appscan.submit(index, without)", [index, True])
        new = sorted(after.texts - before.texts)
        detail = "; ".join([*after.messages, *new])
        if after.intended:
            self._write(node, "omit", submit, "server_decides", "; ".join([*after.intended, detail]).strip("; "))
        elif whole.intended:
            self._write(
                node, "omit", submit, "refused", f"{after.sight.outcome}: {detail}; not asked: {whole.intended[0]}"
            )
        else:
            self.journal.gap("trial_failed", ["trial"], node.sight.url, step="omit", why=submit[:200])

    def _skip(self, node: Node, dialog: str) -> None:
        """Leave the dialog alone and go to another place; is it still in the way there, or are we sent back?"""
        self._start(node, None)
        elsewhere = next(
            (
                other
                for other in self.explorer.nodes.values()
                if other.parent is None and other.sight.route != node.sight.route
            ),
            None,
        ) or next((other for other in self.explorer.nodes.values() if other.sight.route != node.sight.route), None)
        if elsewhere is None:
            return
        sight = self.seat.open(elsewhere.sight.url)
        seen = self.seat.look()
        still = [str(row.get("text", "")) for row in listed(seen, "dialogs") if row.get("modal")]
        sent_back = sight.route != elsewhere.sight.route
        blocked = sent_back or any(text[:40] == dialog[:40] for text in still)
        self._write(
            node,
            "skip",
            dialog,
            "refused" if blocked else "allowed",
            f"{elsewhere.sight.route} -> {sight.route}; {'; '.join(still)}",
        )

    def _opt_out(self, node: Node, trigger: str, what: str) -> None:
        """Is there a way out of a dialog, or a switch that can be turned?"""
        self._start(node, None)
        seen = self.seat.ask("([text, what]) => __appscan.wayOut(text, what)", [trigger, what])
        self._write(
            node, "opt_out", trigger, "allowed" if seen.get("out") else "refused", str(seen.get("by", ""))[:400]
        )


def compared(allowed: Reply, refused: Reply) -> tuple[str, str]:
    """Outcome of a refusal beside the same walk with consent: does the page go on, stop, or leave it to the server?"""
    messages = [text for text in refused.messages if text not in allowed.messages]
    dialogs = [text for text in refused.dialogs if text not in allowed.dialogs]
    new = sorted(refused.texts - allowed.texts)
    detail = "; ".join([*messages, *dialogs, *new])
    lost = [
        row
        for row in allowed.intended
        if row.partition("?")[0] not in {other.partition("?")[0] for other in refused.intended}
    ]
    if dialogs or refused.sight.route != allowed.sight.route or lost:
        return "refused", "; ".join([detail, *(f"not asked: {row}" for row in lost)]).strip("; ")
    if refused.intended:
        return "server_decides", "; ".join([detail, *refused.intended]).strip("; ")
    gone = len(allowed.texts - refused.texts) >= max(1, len(allowed.texts) * SHARE_GONE)
    return ("refused" if messages or (new and gone) else "allowed"), detail
