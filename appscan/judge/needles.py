"""What a text must contain for a pattern to match it at all: a cheap question before a dear one. Knows no text.

The parse tree is that of `re` itself; what it does not tell us about a pattern only costs time, never a match.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

MOST = 64
"""So many alternatives are asked for; a pattern with more is tried on every text."""
CLASS = 12
"""A class of characters with so many members is still a choice of letters."""

Needles = frozenset[str]


@functools.cache
def needles(pattern: str) -> Needles | None:
    """Texts of which every match of `pattern` contains at least one; None where nothing can be said."""
    try:
        found = _of_sequence(parser.parse(pattern))
    except (AttributeError, TypeError, ValueError, RecursionError, IndexError):
        return None
    return found if found and all(_tells(one) for one in found) else None


def _tells(needle: str) -> bool:
    """Whether few texts contain it: a Han character does tell, two Latin letters do not."""
    return not needle.isascii() or len(needle) > 2


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> Needles | None:
    """The most telling part of a sequence, of which each part must be there; neighbouring letters are one text."""
    best: Needles | None = None
    run = ""
    for operator, argument in items:
        name = str(operator)
        if name == "LITERAL":
            run += chr(argument)
            continue
        best, run = _better(best, frozenset([run]) if run else None), ""
        best = _better(best, _of_item(name, argument))
    return _better(best, frozenset([run]) if run else None)


def _of_item(name: str, argument: Any) -> Needles | None:
    match name:
        case "BRANCH":
            return _of_branches(argument[1])
        case "SUBPATTERN":
            return _of_sequence(argument[3])
        case "ATOMIC_GROUP":
            return _of_sequence(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if argument[0] >= 1:
            return _of_sequence(argument[2])
        case "IN":
            return _of_class(argument)
        case _:
            return None


def _of_branches(branches: Iterable[Any]) -> Needles | None:
    found: set[str] = set()
    for branch in branches:
        own = _of_sequence(branch)
        if not own:
            return None
        found |= own
    return frozenset(found) if len(found) <= MOST else None


def _of_class(members: list[tuple[Any, Any]]) -> Needles | None:
    if len(members) > CLASS or any(str(operator) != "LITERAL" for operator, _ in members):
        return None
    return frozenset(chr(argument) for _, argument in members)


def _better(one: Needles | None, other: Needles | None) -> Needles | None:
    """The more telling of two: whose shortest text is longer (Han characters count double), then the smaller one."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda some: (min(map(_weight, some)), -len(some)))


def _weight(needle: str) -> int:
    return len(needle) * (1 if needle.isascii() else 2)
