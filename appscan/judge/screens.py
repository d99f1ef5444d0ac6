"""Which screens a method or class belongs to, walking callers backwards. Knows no check and no layout."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

from appscan.judge.program import Program

MAX_BACKWARD = 400
"""Methods visited at most when looking for the screens behind one method."""

_SCREEN_BASE = re.compile(r"(Activity|Fragment|Dialog|DialogFragment|PopupWindow|BottomSheet\w*|Service|Receiver|"
                          r"Provider|Worker|Application)(Compat|Base)?(V4|X)?;$")
"""Platform and library classes whose descendants stand for a screen, or run without one (services, receivers)."""


_OVERLAY = re.compile(r"(Dialog|DialogFragment|PopupWindow|BottomSheet\w*|ActionSheet)(Compat|Base)?;$")


class Screens:
    """Screens of methods and classes, remembered."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._is_screen: dict[int, bool] = {}
        self._screens: dict[int, frozenset[str]] = {}

    def is_screen(self, sid: int) -> bool:
        """Whether the class is a component, fragment, dialog, service or another thing that stands for a screen."""
        known = self._is_screen.get(sid)
        if known is None:
            name = self.program.dotted(sid)
            known = name in self.program.components or any(
                _SCREEN_BASE.search(self.program.text(parent)) for parent in self.program.ancestors(sid))
            self._is_screen[sid] = known
        return known

    def screens_of(self, method: int) -> frozenset[str]:
        """Dotted names of the screens from which `method` is reached first; its own outermost class where none is, and
        for methods of libraries."""
        owner = self.program.owner_of(method)
        if self.program.origin_of(method):
            return frozenset([self.program.dotted(owner)])
        return self.known_screens_of(method) or frozenset([self.program.dotted(self.program.outer(owner))])

    def known_screens_of(self, method: int) -> frozenset[str]:
        """Screens from which `method` is reached first, walking callers backwards; empty where none is known."""
        known = self._screens.get(method)
        if known is None:
            known = self._screens[method] = self._walk_back(method)
        return known

    def _walk_back(self, method: int) -> frozenset[str]:
        found: set[str] = set()
        queue, seen = deque([method]), {method}
        while queue and len(seen) < MAX_BACKWARD:
            current = queue.popleft()
            owner = self.program.owner_of(current)
            screen = next((sid for sid in (owner, self.program.outer(owner)) if self.is_screen(sid)), None)
            if screen is not None:
                found.add(self.program.dotted(screen))
                if not self._is_overlay(screen):
                    continue
            for caller in self._before(current, owner):
                if caller not in seen:
                    seen.add(caller)
                    queue.append(caller)
        return frozenset(found)

    def _is_overlay(self, sid: int) -> bool:
        """Whether the class is a dialog or the like: what it does also happens on the screen that opens it."""
        return any(_OVERLAY.search(self.program.text(parent)) for parent in (sid, *self.program.ancestors(sid)))

    def _before(self, method: int, owner: int) -> Iterable[int]:
        """Callers of a method; for a callback, whoever makes or names its class."""
        callers = self.program.callers.get(method, ())
        if callers:
            return callers
        _, named_by = self.program.types_of
        outer = self.program.outer(owner)
        return named_by.get(owner, ()) or (named_by.get(outer, ()) if outer != owner else ())

    def screens_of_class(self, sid: int) -> frozenset[str]:
        """Screens of a class: itself, or those from which its methods or its making are reached."""
        outer = self.program.outer(sid)
        for known in (sid, outer):
            if self.is_screen(known):
                return frozenset([self.program.dotted(known)])
        found: set[str] = set()
        for method in [*self.program.methods_of.get(sid, ())[:12], *self.program.types_of[1].get(sid, ())[:12]]:
            found |= self.screens_of(method)
        return frozenset(found) or frozenset([self.program.dotted(outer)])
