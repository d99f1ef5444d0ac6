"""The way to a state that was seen before: stay, follow its fragment, load its address, or press from its parent. Knows
no strategy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appscan.capture.addresses import urldefrag
from appscan.capture.journal import Journal
from appscan.capture.page import Seat, Sight
from appscan.capture.patience import Patience
from appscan.capture.states import Node

SCROLLS = 6
DEEPEST = 6
"""So many presses a way may have, one after the other."""
MAX_RENEWALS = 10
ALIKE = 1 / 3
"""Share of a state's texts that must be there again for it to be that state, where its controls have changed."""


@dataclass
class Ways:
    """Where one page is (`here`; None where that is not known) and how it gets elsewhere. `seat` may be replaced;
    `fresh` gives one in a browser that has stored nothing since the walk began."""

    journal: Journal
    seat: Seat
    patience: Patience
    here: Sight | None = None
    fresh: Callable[[], Seat] | None = None
    _renewals: int = 0
    _pressed: set[str] = field(default_factory=set)
    """States whose address does not lead to them."""

    def open(self, url: str) -> Sight:
        """Load an address and see what is there. Raises CaptureError."""
        if self.within(url):
            self.seat.park()  # another fragment alone would load nothing, and leave dialogs where they are
        return self.patience.again(self.seat, self.seat.open(url))

    def within(self, url: str) -> bool:
        """True where an address differs from this one by its fragment at most."""
        return self.here is not None and urldefrag(self.here.url).url == urldefrag(url).url

    def to(self, node: Node, depth: int = 0) -> bool:
        """Be in a state again; True where it was reached. Raises CaptureError."""
        if self.here and self.here.key == node.sight.key:
            return True
        self.journal.enter(node.id, "load", "")
        if node.below and node.parent:
            return self.to(node.parent, depth + 1) and self._scrolled(node)
        if node.id not in self._pressed and self._loaded(node):
            return True
        if node.parent is None or node.press is None or depth > DEEPEST:
            return self._like(node) and self._uncovered(node)
        self._pressed.add(node.id)
        if not self.to(node.parent, depth + 1):
            return False
        self.journal.enter(node.parent.id, "load", "")  # the press happens there
        self.here = self.seat.step(node.press)
        if self.here.outcome == "covered" and self._aside():
            self.here = self.seat.step(node.press)
        if node.late and self.here.key != node.sight.key:
            self.here = self.seat.linger() or self.here
        return self._like(node) and self._uncovered(node)

    def anew(self, node: Node) -> bool:
        """The same in a browser that has stored nothing: what was pressed meanwhile may have changed the page for good.
        False also where that was done too often."""
        if self.fresh is None or self._renewals >= MAX_RENEWALS:
            return False
        self._renewals += 1
        self.seat = self.fresh()
        self.here = None
        return self.to(node)

    def _loaded(self, node: Node) -> bool:
        """By its address; a fragment alone is followed within the page."""
        url = node.sight.url
        if "#" in url and self.within(url) and self.here and self.here.route != node.sight.route:
            self.here = self.seat.hash(url)
            if self.here.key == node.sight.key:
                return True
        self.here = self.open(url)
        if node.late:
            self.here = self.seat.linger() or self.here
        return self.here.key == node.sight.key

    def _scrolled(self, node: Node) -> bool:
        for _ in range(SCROLLS):
            more, self.here = self.seat.scroll()
            if self.here.key == node.sight.key or not more:
                break
        return self._like(node)

    def _like(self, node: Node) -> bool:
        """True where what is there now is that state, or differs from it as a page does that is opened again: on its
        route, with part of its texts."""
        here, wanted = self.here, node.sight
        if here is None or here.route != wanted.route:
            return False
        return here.key == wanted.key or not wanted.marks or len(here.marks & wanted.marks) >= len(wanted.marks) * ALIKE

    def _uncovered(self, node: Node) -> bool:
        """Put a dialog aside that was not there when the state was first seen; False where it cannot be passed."""
        assert self.here
        if node.covered or self.here.key == node.sight.key or not self.here.dialogs:
            return True
        return self._aside() and self.here.route == node.sight.route

    def _aside(self) -> bool:
        """Take the way out of the dialog in front, where it has one."""
        seen = self.seat.act("() => __appscan.aside()", None)
        self.here = self.seat.sight(seen)
        return bool(seen.get("out"))
