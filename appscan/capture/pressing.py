"""Which controls are pressed, and how far those of a state have been. Knows no browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appscan.capture.leads import must_press
from appscan.capture.leaving import signs_out
from appscan.capture.repeats import Repeats
from appscan.capture.states import Node

CONTROLS_PER_STATE = 120
PRESSED = frozenset(
    {"button", "link", "tab", "menuitem", "switch", "checkbox", "radio", "select", "option", "treeitem"}
)
TYPED_INTO = frozenset({"textbox", "searchbox", "spinbutton", "password", "file", "hidden", "range", "date", "time"})
"""Roles of what is filled in rather than pressed; what cannot be typed into is pressed all the same."""


def is_pressed(control: dict[str, Any]) -> bool:
    """True for a control that answers a press, signs nobody out, and leads nowhere that its address tells."""
    text, role = str(control.get("text", "")), str(control.get("role", ""))
    if control.get("disabled") or control.get("sealed") or signs_out(text, str(control.get("href") or "")):
        return False
    pressed = role in PRESSED or bool(control.get("readonly") if role in TYPED_INTO else control.get("answers"))
    return pressed and must_press(control)


@dataclass
class Pressing:
    """`at`: the control that is next; `missed` were left out though they may lead to something new, `unpressed` could
    not be pressed."""

    node: Node
    at: int = 0
    missed: int = 0
    unpressed: int = 0

    def __post_init__(self) -> None:
        self.missed = max(0, len(self.node.controls) - CONTROLS_PER_STATE)

    def next(self, repeats: Repeats) -> dict[str, Any] | None:
        """The next control that is worth a press; None after the last one."""
        controls = self.node.controls
        while self.at < min(len(controls), CONTROLS_PER_STATE):
            control = controls[self.at]
            if is_pressed(control):
                if repeats.worth(control, controls):
                    return control
                self.missed += repeats.missed(control, controls)
            self.at += 1
        return None
