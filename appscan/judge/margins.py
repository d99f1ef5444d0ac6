"""Which elements frame a page rather than being what it is about, as its reader saw. Knows no word and no check."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from appscan.model.margin import MARGIN, Margin
from appscan.model.reading import Fact, Facts, Int64, Strings

_MENU = "menu"
_END = 1 << 31


class Margins:
    """The margins of one reading: spans of elements in files. A reading of a reader that saw none has none.

    files_of: the files (sids) of a resource id, for menus that a bar of a layout names.
    """

    def __init__(self, facts: Facts, strings: Strings, files_of: Callable[[int], Iterable[int]]) -> None:
        attributes = np.flatnonzero(facts.kind == Fact.ATTRIBUTE)
        named = {strings[sid]: sid for sid in np.unique(facts.role[attributes]).tolist()}
        rows = attributes[facts.role[attributes] == named.get(MARGIN, -2)]
        kinds = np.array([strings[sid] for sid in facts.value[rows].tolist()], dtype=object)
        self._spans = {kind: _spans(facts, rows[kinds == kind]) for kind in Margin if np.any(kinds == kind)}
        menus = attributes[(facts.role[attributes] == named.get(_MENU, -2)) & (facts.ref[attributes] > 0)]
        for row in menus.tolist() if self._spans else ():
            if self.around(int(facts.file[row]), int(facts.node[row])):
                for file in files_of(int(facts.ref[row])):
                    self._spans.setdefault(Margin.NAVIGATION, {})[file] = [0], [_END]

    def around(self, file: int, node: int) -> str:
        """The `Margin` that an element of a file (sid) stands in, "" for none."""
        return next((kind for kind, spans in self._spans.items() if _hold(spans.get(file), node)), "")


_Spans = tuple[list[int], list[int]]
"""Beginnings and ends, in order."""


def _hold(spans: _Spans | None, node: int) -> bool:
    if spans is None or node < 0:
        return False
    at = bisect_right(spans[0], node) - 1
    return at >= 0 and node <= spans[1][at]


def _spans(facts: Facts, rows: Int64) -> dict[int, _Spans]:
    """The spans in each file (sid)."""
    listed: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for file, first, last in zip(facts.file[rows].tolist(), facts.node[rows].tolist(), facts.parent[rows].tolist(),
                                 strict=True):
        listed[file].append((first, max(first, last)))
    return {file: _joined(found) for file, found in listed.items()}


def _joined(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Beginnings and ends of spans in order, those that overlap as one."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(spans):
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return firsts, lasts
