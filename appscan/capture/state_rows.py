"""What is written of a state: its texts, controls, forms and dialogs, its DOM and its picture; and of how many states
that differ in their texts alone. Knows no strategy and no policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from appscan.capture.journal import Journal
from appscan.capture.page import Seat, Sight
from appscan.capture.shapes import listed, number_of, plain_control, plain_dialog, plain_form, plain_text

NEW_TEXTS = 1
TEXT_STATES, TEXTS_OF_ROUTE = 8, 60
"""States that differ in their texts alone: after presses of one control, and of one route."""
LITTLE_TEXT = 40
"""A page with a canvas and fewer characters than this is drawn, not written."""
PICTURED, FEW_LETTERS = 0.4, 20
"""A page whose window pictures cover to this share, with fewer characters, is made of pictures."""


@dataclass
class StateRows:
    """Writes states of one walk into the journal; `suffix` tells their ids from those of other walks."""

    journal: Journal
    suffix: str
    pictures: bool
    _written: int = 0
    _texts: dict[str, set[int]] = field(default_factory=dict)
    _alike: Counter[str] = field(default_factory=Counter)

    def new_id(self) -> str:
        """The id of the next state."""
        self._written += 1
        return f"s{self._written}-{self.suffix}"

    def are_texts_new(self, sight: Sight) -> bool:
        """True where a page shows texts that no state of its route has shown."""
        return len(sight.marks - self._texts.get(sight.route, set())) >= NEW_TEXTS

    def has_room(self, sight: Sight, by: str) -> bool:
        """False where as many states that differ in their texts alone were kept as will be; that is told."""
        of_route, of_press = self._alike[sight.route], self._alike[f"{sight.route} {by}"]
        room = of_route < TEXTS_OF_ROUTE and of_press < TEXT_STATES
        if not room:
            self.journal.bounded("lists", "texts_not_kept", sight.url)
        return room

    def note_alike(self, sight: Sight, by: str) -> None:
        """One more state that differs in its texts alone."""
        self._alike[sight.route] += 1
        self._alike[f"{sight.route} {by}"] += 1

    def write(
        self, identity: str, seat: Seat, sight: Sight, seen: dict[str, Any], origin: str | None, by: str
    ) -> tuple[dict[str, Any], ...]:
        """Write down what a page shows; returns its controls as the page told them."""
        self._texts.setdefault(sight.route, set()).update(sight.marks)
        moment, journal = self.journal.moment, self.journal
        controls = tuple(listed(seen, "controls"))
        html = seen.get("html")
        state = {
            "id": identity,
            "actor": moment.actor,
            "viewport": moment.viewport,
            "url": sight.url,
            "route": sight.route,
            "title": str(seen.get("title", ""))[:400],
            "arrived": by[:200],
            "from": origin,
            "by": by,
            "dom": journal.keep_text("dom", html) if isinstance(html, str) else None,
            "picture": journal.keep_picture(seat.picture()) if self.pictures else None,
            "text_length": number_of(seen, "text_length"),
            "canvases": number_of(seen, "canvases"),
            "time": journal.now(),
            "controls": [plain_control(row) for row in controls],
            "texts": [plain_text(row) for row in listed(seen, "texts")],
            "forms": [plain_form(row) for row in listed(seen, "forms")],
            "dialogs": [plain_dialog(row) for row in listed(seen, "dialogs")],
        }
        journal.states.append(state)
        journal.enter(identity, moment.trigger, moment.label)
        seat.timers()
        journal.enter(moment.state, moment.trigger, moment.label)
        self._tell_unseen(sight, seen)
        return controls

    def _tell_unseen(self, sight: Sight, seen: dict[str, Any]) -> None:
        """A page that is too large, drawn, or made of pictures says more than what was read of it."""
        letters = number_of(seen, "text_length")
        if seen.get("cut"):
            self.journal.gap("page_too_large", ["text", "control"], sight.url)
        if seen.get("canvases") and letters < LITTLE_TEXT:
            self.journal.gap("canvas_page", ["text", "control"], sight.url)
        elif letters < FEW_LETTERS and float(seen.get("pictured") or 0) >= PICTURED:
            self.journal.gap("picture_page", ["text", "control", "title"], sight.url)
