"""What a line of text must contain for a pattern to match it at all: a cheap question before a dear one. Knows no text.

The parse tree is that of `re` itself; what it does not tell us about a pattern only costs time, never a match. A line
feed in a needle stands for the beginning or the end of a line: lines are searched joined, with one before and after.
"""

from __future__ import annotations

import functools
import re
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


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a part of a pattern: all texts that it can be, where they are few; else texts one of which it must contain."""

    whole: Needles | None = None
    inside: Needles | None = None


_ANYTHING = _Part()


@functools.cache
def needles(pattern: str) -> Needles | None:
    """Texts of which every line that `pattern` matches contains at least one, with a line feed before and after it;
    None where nothing can be said."""
    try:
        tree = parser.parse(pattern, re.MULTILINE)
        found = None if tree.state.flags & re.IGNORECASE else _chosen(_of_sequence(tree))
    except (AttributeError, TypeError, ValueError, RecursionError, IndexError):
        return None
    return found if found and _density(found) <= (DENSE_LATIN if pattern.isascii() else DENSE) else None


def _chosen(part: _Part) -> Needles | None:
    return _better(part.whole, part.inside)


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> _Part:
    """Neighbours are put together as long as they can be few texts; of what is then there, the most telling counts."""
    inside: Needles | None = None
    run, letters, broken = _EMPTY, "", False
    for operator, argument in items:
        if operator.name == "LITERAL":
            letters += chr(argument)
            continue
        if letters:
            run, letters = frozenset([one + letters for one in run]), ""
        part = _of_item(operator.name, argument)
        joined = None if part.whole is None else _joined(run, part.whole)
        if joined is None:
            inside, broken = _better(_better(inside, run), part.inside), True
            run = part.whole or _EMPTY
        else:
            run = joined
    if letters:
        run = frozenset([one + letters for one in run])
    return _Part(None, _better(inside, run)) if broken else _Part(run)


def _of_item(name: str, argument: Any) -> _Part:
    match name:
        case "IN":
            return _of_class(argument)
        case "BRANCH":
            return _of_branches(argument[1])
        case "SUBPATTERN":
            return _ANYTHING if argument[1] & re.IGNORECASE else _of_sequence(argument[3])
        case "ATOMIC_GROUP":
            return _of_sequence(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _of_repeat(*argument)
        case "AT" if argument.name in ("AT_BEGINNING", "AT_END"):
            return _Part(frozenset(["\n"]))
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return _Part(_EMPTY)  # takes no letter, and what stands beside it is neighbours still
        case _:
            return _ANYTHING


def _of_repeat(least: int, most: int, repeated: Iterable[tuple[Any, Any]]) -> _Part:
    once = _of_sequence(repeated)
    if once.whole is None or int(most) > REPEATED:
        return _Part(None, _chosen(once) if least else None)
    found: Needles = _EMPTY if not least else frozenset()
    run: Needles | None = _EMPTY
    for times in range(1, int(most) + 1):
        run = None if run is None else _joined(run, once.whole)
        if run is None:
            return _Part(None, _chosen(once) if least else None)
        found |= run if times >= least else frozenset()
    return _Part(found)


def _of_branches(branches: Iterable[Any]) -> _Part:
    parts = [_of_sequence(branch) for branch in branches]
    if all(part.whole is not None for part in parts):
        whole = frozenset().union(*(part.whole or () for part in parts))
        if len(whole) <= MOST:
            return _Part(whole)
    chosen = [_chosen(part) for part in parts]
    inside = frozenset().union(*(some or () for some in chosen)) if all(chosen) else frozenset()
    return _Part(None, inside if 0 < len(inside) <= MOST else None)


def _of_class(members: list[tuple[Any, Any]]) -> _Part:
    letters: set[str] = set()
    for operator, argument in members:
        match operator.name:
            case "LITERAL":
                letters.add(chr(argument))
            case "RANGE" if argument[1] - argument[0] < MOST:
                letters.update(map(chr, range(argument[0], argument[1] + 1)))
            case _:
                return _ANYTHING
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
    """The more telling of two: what is met more rarely. A text of no letters tells nothing."""
    rated = [(_density(some) + len(some) / 2e4, len(some), some) for some in (one, other) if some and "" not in some]
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
