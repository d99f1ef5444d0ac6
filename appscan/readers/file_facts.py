"""The facts of one text file on their way into the columns: bounded, without rubbish, and each distinct one once per
screen. Knows no format."""

from __future__ import annotations

import re

from appscan.model.reading import Fact
from appscan.readers.columns import FactRows

ROWS_PER_FILE = 200_000
LONGEST_TEXT = 4_000
LONGEST_OPAQUE = 2_000
KEPT_OF_OPAQUE = 200
KEPT_OF_EMBEDDED = 64

_OPAQUE = re.compile(r"[A-Za-z0-9+/=_\-\r\n]++")
_DRAWING = re.compile(r"[MmLlHhVvCcSsQqTtAaZzeE\d\s,.\-+]++")


def shorten(text: str) -> str:
    """Text as it is kept: embedded files and base64 are cut to a beginning that still says what they are."""
    if len(text) <= KEPT_OF_OPAQUE:
        return text
    if text.startswith("data:"):
        return text[:KEPT_OF_EMBEDDED]
    if len(text) > LONGEST_OPAQUE and _OPAQUE.fullmatch(text):
        return text[:KEPT_OF_OPAQUE]
    return text[:LONGEST_TEXT]


def is_drawing(text: str) -> bool:
    """True for the path of a vector drawing, which is no text."""
    return len(text) > 40 and _DRAWING.fullmatch(text) is not None


class FileFacts:
    """Gathers the facts of one file and writes them in document order. `full` once the bound is reached; what is added
    then is dropped."""

    def __init__(self, rows: FactRows, file: str, bound: int = ROWS_PER_FILE) -> None:
        self.file = file
        self.full = False
        self._rows = rows
        self._left = bound
        self._seen: set[tuple[int, str, str]] = set()
        self._gathered: list[tuple[int, Fact, str, str, int, int]] = []

    def screen(self, name: str) -> int:
        """Sid of a screen's name."""
        return self._rows.pool.add(name)

    def add(self, kind: Fact, value: str, role: str = "", *, screen: int = -1, node: int = -1,
            parent: int = -1) -> None:
        """Gather one fact."""
        if self._left <= 0:
            self.full = True
            return
        self._left -= 1
        self._gathered.append((node, kind, value, role, screen, parent))

    def add_once(self, kind: Fact, value: str, role: str = "", *, screen: int = -1, node: int = -1,
                 parent: int = -1) -> None:
        """Gather a fact unless its like (value and role, in the same screen) stands already."""
        mark = (screen, role, value)
        if mark not in self._seen:
            self._seen.add(mark)
            self.add(kind, value, role, screen=screen, node=node, parent=parent)

    def write(self) -> None:
        """Append what was gathered to the columns, ordered by place in the file."""
        file = self._rows.pool.add(self.file)
        self._gathered.sort(key=_node)
        for node, kind, value, role, screen, parent in self._gathered:
            self._rows.add(kind, value, role=role, file=file, screen=screen, node=node, parent=parent)
        self._gathered.clear()


def _node(fact: tuple[int, Fact, str, str, int, int]) -> int:
    return fact[0]
