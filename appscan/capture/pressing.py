"""How far the controls of a state have been pressed. Knows no browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appscan.capture.repeats import Repeats
from appscan.capture.states import Node

CONTROLS_PER_STATE = 120


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

    def next(self, worth: Callable[[dict[str, Any]], bool], repeats: Repeats) -> dict[str, Any] | None:
        """The next control that is worth a press; None after the last one."""
        controls = self.node.controls
        while self.at < min(len(controls), CONTROLS_PER_STATE):
            control = controls[self.at]
            if worth(control):
                if repeats.worth(control, controls):
                    return control
                self.missed += repeats.missed(control, controls)
            self.at += 1
        return None
