"""Which controls of the same name are worth another press, and which were left out. Knows no browser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SAME_CONTROL, SAME_NAME = 2, 8
"""Presses of a control that leads to one place, and of one that leads to a new place each time."""
FEW = 12
"""So many controls of one name in one state are told apart by the words around them and by their order."""


@dataclass
class Repeats:
    """What controls of a name have led to so far."""

    _pressed: Counter[str] = field(default_factory=Counter)
    _leads: dict[str, set[str]] = field(default_factory=dict)
    _brought: Counter[str] = field(default_factory=Counter)

    def worth(self, control: dict[str, Any], controls: Sequence[dict[str, Any]]) -> bool:
        """False for a control of the same name that led to the same place twice (a menu on every page)."""
        fold = _fold(control, controls)
        return self._pressed[fold] < SAME_CONTROL or (
            len(self._leads.get(fold, ())) > 1 and self._pressed[fold] < SAME_NAME
        )

    def missed(self, control: dict[str, Any], controls: Sequence[dict[str, Any]]) -> bool:
        """True where a control that is not worth a press may lead to what was not seen: its name has led to something
        new more than once, or it is one of many here."""
        return self._brought[_fold(control, controls)] > 1 or _alike(control, controls) > FEW

    def note(self, control: dict[str, Any], controls: Sequence[dict[str, Any]], led: str, new: bool) -> None:
        """A press, the state it led to, and whether nobody had seen that one before."""
        fold = _fold(control, controls)
        self._pressed[fold] += 1
        self._leads.setdefault(fold, set()).add(led)
        self._brought[fold] += new


def _name(control: dict[str, Any]) -> str:
    return f"{control.get('role', '')}|{control.get('text', '')}"


def _alike(control: dict[str, Any], controls: Sequence[dict[str, Any]]) -> int:
    return sum(_name(other) == _name(control) for other in controls)


def _fold(control: dict[str, Any], controls: Sequence[dict[str, Any]]) -> str:
    if not 1 < _alike(control, controls) <= FEW:
        return _name(control)
    near = re.sub(r"\d+", "0", str(control.get("near", "")))[:80]
    return f"{_name(control)}|{near}|{str(control.get('key', '')).rpartition('|')[2]}"
