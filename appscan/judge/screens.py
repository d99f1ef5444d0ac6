"""Which screens a method or class belongs to. Knows no check and no layout."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cached_property

from appscan.judge.program import Program

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
        self._overlays: dict[int, bool] = {}
        self._uncalled: dict[int, list[int]] = {}
        self._following: dict[int, tuple[int, ...]] = {}
        self._taking: dict[int, bool] = {}
        self._named: dict[int, frozenset[str]] = {}

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
            bits, names = self._spread
            held = bits.get(method, 0)
            if held not in self._named:
                self._named[held] = frozenset(name for place, name in enumerate(names) if held >> place & 1)
            known = self._screens[method] = self._named[held]
        return known

    @cached_property
    def _spread(self) -> tuple[dict[int, int], list[str]]:
        """(first-party method → bits of its screens, names of the screens by bit). Each screen is handed on along calls
        and from whoever names a class to its callbacks, until another screen begins: linear in the calls."""
        program = self.program
        numbers: dict[str, int] = {}
        bits: dict[int, int] = {}
        for owner, methods in program.methods_of.items():
            screen = self._screen_of_class(owner)
            if screen is not None:
                number = numbers.setdefault(program.dotted(screen), len(numbers))
                bits.update(dict.fromkeys(methods, 1 << number))
        queue = deque(bits)
        waiting = set(queue)
        while queue:
            method = queue.popleft()
            waiting.discard(method)
            handed = bits[method]
            for follower in self._followers(method):
                held = bits.get(follower, 0)
                if held | handed != held:
                    bits[follower] = held | handed
                    if follower not in waiting:
                        waiting.add(follower)
                        queue.append(follower)
        return bits, list(numbers)

    def _followers(self, method: int) -> tuple[int, ...]:
        """Methods that run on the screens of `method`: what it calls, and the callbacks of classes that it names."""
        known = self._following.get(method)
        if known is None:
            known = self._following[method] = tuple(dict.fromkeys(self._led_to(method)))
        return known

    def _led_to(self, method: int) -> Iterator[int]:
        program = self.program
        for target in program.edges.get(method, ()):
            if self._takes(program.owner_of(target)):
                yield target
        for named in program.types_of[0].get(method, ()):
            if self._takes(named):
                yield from self._callbacks(named)

    def _callbacks(self, sid: int) -> list[int]:
        """Methods of a class that first-party code never calls: whoever makes the object runs them."""
        known = self._uncalled.get(sid)
        if known is None:
            callers = self.program.callers
            known = self._uncalled[sid] = [one for one in self.program.methods_of.get(sid, ()) if one not in callers]
        return known

    def _takes(self, sid: int) -> bool:
        """Whether a class takes over the screens of its callers: one that is no screen itself, or lies over another."""
        known = self._taking.get(sid)
        if known is None:
            screen = self._screen_of_class(sid)
            known = self._taking[sid] = screen is None or self._is_overlay(screen)
        return known

    def _screen_of_class(self, sid: int) -> int | None:
        """The class itself or the one around it, where that is a screen."""
        return next((one for one in (sid, self.program.outer(sid)) if self.is_screen(one)), None)

    def _is_overlay(self, sid: int) -> bool:
        """Whether the class is a dialog or the like: what it does also happens on the screen that opens it."""
        known = self._overlays.get(sid)
        if known is None:
            family = (sid, *self.program.ancestors(sid))
            known = self._overlays[sid] = any(_OVERLAY.search(self.program.text(one)) for one in family)
        return known

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
