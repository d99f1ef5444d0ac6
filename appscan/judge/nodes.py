"""Facts of a recording by the element they belong to: (file, node) → attributes and rows. Knows no check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from appscan.judge.spans import span
from appscan.model.personal import Box
from appscan.model.reading import Fact, Reading

HIGHEST_PARENT = 6
MOST_ROWS = 400
"""Rows of one element that are looked at; a hostile reading can tie any number to one."""

Node = tuple[int, int]
"""File (sid) and number of an element in it."""


class Nodes:
    """The elements of one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.facts = reading.facts

    def text(self, sid: int) -> str:
        """The string `sid`, "" for none."""
        return self.reading.strings[sid] if sid >= 0 else ""

    def rows_of(self, node: Node) -> list[int]:
        """Rows of one element, in their order; bounded."""
        order, keys = self._by_node
        first, last = span(keys, _key(*node))
        return sorted(order[first:min(last, first + MOST_ROWS)].tolist())

    def attributes(self, node: Node) -> Mapping[str, list[str]]:
        """Attributes of one element: name → values."""
        found: dict[str, list[str]] = {}
        for row in self.rows_of(node):
            if self.facts.kind[row] == Fact.ATTRIBUTE:
                found.setdefault(self.text(int(self.facts.role[row])), []).append(self.text(int(self.facts.value[row])))
        return found

    def node_of(self, row: int) -> Node:
        """The element that a row belongs to."""
        return int(self.facts.file[row]), int(self.facts.node[row])

    def named(self, file: str, element: str) -> Node | None:
        """The element that evidence calls FILE#NODE."""
        number = element.removeprefix(file + "#")
        sid = self._files.get(file)
        if sid is None or number == element or not number.isascii() or not number.isdigit() or len(number) > 9:
            return None
        return sid, int(number)

    def above(self, node: Node) -> Iterator[Node]:
        """The elements around one, from within; bounded."""
        for _ in range(HIGHEST_PARENT):
            parent = next((int(self.facts.parent[row]) for row in self.rows_of(node)
                           if self.facts.parent[row] not in (-1, node[1])), -1)
            if parent < 0:
                return
            node = (node[0], parent)
            yield node

    def with_role(self, role: str) -> list[int]:
        """Rows of attributes of this name."""
        sid = self._roles.get(role)
        if sid is None:
            return []
        found: list[int] = np.flatnonzero((self.facts.kind == Fact.ATTRIBUTE) & (self.facts.role == sid)).tolist()
        return found

    @cached_property
    def _by_node(self) -> tuple[np.ndarray, np.ndarray]:
        keys = (self.facts.file.astype(np.int64) << 32) | (self.facts.node.astype(np.int64) & 0xFFFFFFFF)
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    @cached_property
    def _files(self) -> dict[str, int]:
        return {self.text(sid): sid for sid in np.unique(self.facts.file).tolist()}

    @cached_property
    def _roles(self) -> dict[str, int]:
        return {self.text(sid): sid for sid in np.unique(self.facts.role).tolist()}


def box_of(text: str) -> Box | None:
    """The box in an attribute x,y,width,height; None where it is no box."""
    parts = text.split(",")
    if len(parts) != 4:
        return None
    try:
        x, y, width, height = (int(part) for part in parts)
    except ValueError:
        return None
    return (x, y, width, height) if width > 0 and height > 0 else None


def number(text: str) -> int:
    """A count in an attribute; 0 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _key(file: int, node: int) -> int:
    return (file << 32) | (node & 0xFFFFFFFF)
