"""What a line of text must contain for a pattern to match it at all: a cheap question before a dear one. Knows no text.

The parse tree is that of `re` itself; what it does not tell us about a pattern only costs time, never a match. A line
feed in a needle stands for the beginning or the end of a line: lines are searched joined, with one before and after.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

MOST = 600
"""So many texts are asked for at most; a part of a pattern that can be more is passed over."""
REPEATED = 3
"""So often a repeated part is written out."""

DENSE, DENSE_LATIN = 0.1, 0.04
"""Needles that would be met more often than so, per letter of a common text, spare nothing; patterns that are tried on
names and paths as well, which are many, have to be choosier."""

RARE = 1e-4
"""What is met so rarely is not made longer where that would make more of it."""

Needles = frozenset[str]
_EMPTY: Needles = frozenset([""])
_ASCII = {"CATEGORY_DIGIT": string.digits, "CATEGORY_SPACE": "\t\v\f\r\x1c\x1d\x1e\x1f "}
"""Letters of ASCII that a class of `re` has, but for the line feed, which no line has."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a part of a pattern: all texts that it can be, where they are few; else texts one of which it must contain,
    and texts with one of which it begins, and ends."""

    whole: Needles | None = None
    inside: Needles | None = None
    edge: Needles | None = None


_ANYTHING = _Part()


@functools.cache
def needles(pattern: str, *, of_ascii: bool = False) -> Needles | None:
    """Texts of which every line that `pattern` matches contains at least one, with a line feed before and after it;
    none at all where no line matches it; None where nothing can be said. `of_ascii`: among lines of ASCII."""
    try:
        tree = parser.parse(pattern, re.MULTILINE)
        found = None if tree.state.flags & re.IGNORECASE else _chosen(_Parts(of_ascii).of_sequence(tree))
    except (AttributeError, TypeError, ValueError, RecursionError, IndexError):
        return None
    if found is not None and of_ascii:
        found = frozenset(filter(str.isascii, found))
    return None if found is None or _density(found) > (DENSE_LATIN if pattern.isascii() else DENSE) else found


def _chosen(part: _Part) -> Needles | None:
    return _better(part.whole, part.inside)


class _Parts:
    """Parts of the parse tree of a pattern that is tried on lines of ASCII, or on any."""

    def __init__(self, of_ascii: bool) -> None:
        self.of_ascii = of_ascii

    def of_sequence(self, items: Iterable[tuple[Any, Any]]) -> _Part:
        """Neighbours are put together as long as they can be few texts; of what is then there, the most telling
        counts."""
        inside: Needles | None = None
        run, letters, broken = _EMPTY, "", False
        for operator, argument in items:
            if operator.name == "LITERAL":
                letters += chr(argument)
                continue
            if letters:
                run, letters = frozenset([one + letters for one in run]), ""
            part = self.of_item(operator.name, argument)
            joined = None if part.whole is None else _joined(run, part.whole)
            if joined is None:
                if part.edge is not None:
                    run = _joined(run, part.edge) or run
                inside, broken = _better(_better(inside, run), part.inside), True
                run = part.whole or part.edge or _EMPTY
            else:
                run = joined
        if letters:
            run = frozenset([one + letters for one in run])
        return _Part(None, _better(inside, run)) if broken else _Part(run)

    def of_item(self, name: str, argument: Any) -> _Part:
        """One item of a sequence."""
        match name:
            case "IN":
                return self.of_class(argument)
            case "BRANCH":
                return self.of_branches(argument[1])
            case "SUBPATTERN":
                return _ANYTHING if argument[1] & re.IGNORECASE else self.of_sequence(argument[3])
            case "ATOMIC_GROUP":
                return self.of_sequence(argument)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self.of_repeat(*argument)
            case "AT" if argument.name in ("AT_BEGINNING", "AT_END"):
                return _Part(frozenset(["\n"]))
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return _Part(_EMPTY)  # takes no letter, and what stands beside it is neighbours still
            case _:
                return _ANYTHING

    def of_repeat(self, least: int, most: int, repeated: Iterable[tuple[Any, Any]]) -> _Part:
        """A part that is repeated."""
        once = self.of_sequence(repeated)
        if once.whole is None or int(most) > REPEATED:
            return _Part(None, _chosen(once), once.whole) if least else _ANYTHING
        found: Needles = _EMPTY if not least else frozenset()
        run: Needles | None = _EMPTY
        for times in range(1, int(most) + 1):
            run = None if run is None else _joined(run, once.whole)
            if run is None:
                return _Part(None, _chosen(once), once.whole) if least else _ANYTHING
            found |= run if times >= least else frozenset()
        return _Part(found)

    def of_branches(self, branches: Iterable[Any]) -> _Part:
        """One of several parts; those that no line matches are none of them."""
        parts = [(part, chosen) for part in map(self.of_sequence, branches)
                 if (chosen := _chosen(part)) is None or chosen]
        if all(part.whole is not None for part, _ in parts):
            whole = frozenset().union(*(part.whole or () for part, _ in parts))
            if len(whole) <= MOST:
                return _Part(whole)
        if not all(chosen for _, chosen in parts):
            return _ANYTHING
        inside = frozenset().union(*(chosen or () for _, chosen in parts))
        return _Part(None, inside if len(inside) <= MOST else None)

    def of_class(self, members: list[tuple[Any, Any]]) -> _Part:
        """A set of letters."""
        letters: set[str] = set()
        for operator, argument in members:
            match operator.name:
                case "LITERAL":
                    letters.add(chr(argument))
                case "RANGE" if self.of_ascii or argument[1] - argument[0] < MOST:
                    letters.update(map(chr, range(argument[0], min(argument[1], argument[0] + MOST) + 1)))
                case "CATEGORY" if self.of_ascii and argument.name in _ASCII:
                    letters.update(_ASCII[argument.name])
                case _:
                    return _ANYTHING
        if self.of_ascii:
            letters = set(filter(str.isascii, letters))
        return _Part(frozenset(letters)) if len(letters) <= MOST else _ANYTHING


def _joined(first: Needles, second: Needles) -> Needles | None:
    """Each of the first followed by each of the second; None where they are too many, or the first tell enough."""
    if first is _EMPTY:
        return second
    if second is _EMPTY:
        return first
    number = len(first) * len(second)
    if number > MOST or (number > max(len(first), len(second)) and _density(first) < RARE):
        return None
    return frozenset([one + other for one in first for other in second])


def _better(one: Needles | None, other: Needles | None) -> Needles | None:
    """The more telling of two: what is met more rarely, and that there is none most of all. A text of no letters tells
    nothing."""
    rated = [(_density(some) + len(some) / 2e4, len(some), some) for some in (one, other)
             if some is not None and "" not in some]
    return min(rated, key=lambda row: row[:2])[2] if rated else None


def _density(some: Needles) -> float:
    """How often one of them is met, by a guess, for each letter of a text."""
    total = 0.0
    for one in some:
        share = 1.0
        for letter in one:
            share *= 0.002 if letter > "\x7f" else 0.05 if letter.isalnum() or letter == "\n" else 0.03
        total += share
    return total
