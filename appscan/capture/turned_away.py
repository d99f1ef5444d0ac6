"""Presses that led to a place to sign in instead of to what they promise. Knows no browser.

A public home whose icons all end at one login was not seen behind any of them, though no address was refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from appscan.capture.journal import PAGE_KINDS, Journal
from appscan.capture.states import Node
from appscan.capture.walls import ACCOUNTS, SIGN_IN, is_way_in

MAX_TURNED = 500
_ENTERS = re.compile(r"注册|忘记|找回|帐号|账号|register|sign\s?up", re.IGNORECASE)


@dataclass
class TurnedAway:
    """Where presses came out that promised something else: (state, its address, control) → the door."""

    led: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def note(self, node: Node, label: str, door: str) -> None:
        """A control of a page that is no door led to one, at the route or address `door`; who wants to sign in is
        where he wanted to be."""
        wanted = SIGN_IN.search(label) or ACCOUNTS.search(label) or _ENTERS.search(label)
        if label and not wanted and len(self.led) < MAX_TURNED:
            self.led.setdefault((node.id, node.sight.url, label), door)

    def went(self, node: Node, label: str, away: str) -> None:
        """The same for a press that wanted to leave for another host, where that is one to sign in."""
        if is_way_in(away):
            self.note(node, label, away)

    def tell(self, journal: Journal) -> int:
        """A local gap for each; gives how many there are."""
        for (_, url, label), door in self.led.items():
            journal.gap("login_wall", list(PAGE_KINDS), url, step=label[:60], url=door[:500])
        return len(self.led)
