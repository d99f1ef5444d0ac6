"""Builders for the columns of a reading: strings interned once, facts appended row by row. Knows no format."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from appscan.model.reading import Fact, Facts, Int32, Strings

ROW_WIDTH = 9


class StringPool:
    """Interns strings as UTF-8 bytes; the index of a string never changes."""

    def __init__(self) -> None:
        self._index: dict[bytes, int] = {}

    def add(self, text: str | bytes) -> int:
        """Sid of `text`. Lone surrogates are kept as the replacement character."""
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        return self._index.setdefault(raw, len(self._index))

    def add_all(self, texts: Iterable[bytes]) -> Int32:
        """Sids of many UTF-8 byte strings, in order."""
        index = self._index
        return np.fromiter((index.setdefault(text, len(index)) for text in texts), dtype=np.int32)

    def __len__(self) -> int:
        return len(self._index)

    def freeze(self) -> Strings:
        """All strings so far as one table."""
        ends = np.cumsum(np.fromiter((len(raw) for raw in self._index), dtype=np.int64, count=len(self._index)))
        return Strings(b"".join(self._index), ends.astype(np.int64))


class FactRows:
    """Appends facts; strings go into the shared pool."""

    def __init__(self, pool: StringPool) -> None:
        self.pool = pool
        self._rows = array("q")

    def add(self, kind: Fact, value: str | bytes, *, role: str = "", file: int = -1, screen: int = -1, node: int = -1,
            parent: int = -1, ref: int = 0, actor: int = -1) -> None:
        """Append one fact; `file`, `screen` and `actor` are sids already interned by the caller."""
        value_sid, role_sid = self.pool.add(value), self.pool.add(role)
        self._rows.extend((int(kind), value_sid, role_sid, file, screen, node, parent, ref, actor))

    def __len__(self) -> int:
        return len(self._rows) // ROW_WIDTH

    def freeze(self) -> Facts:
        """All rows so far as columns."""
        rows = np.frombuffer(self._rows, dtype=np.int64).reshape(-1, ROW_WIDTH) if self._rows else np.zeros(
            (0, ROW_WIDTH), dtype=np.int64)
        return Facts(kind=rows[:, 0].astype(np.uint8), value=rows[:, 1].astype(np.int32),
                     role=rows[:, 2].astype(np.int32), file=rows[:, 3].astype(np.int32),
                     screen=rows[:, 4].astype(np.int32), node=rows[:, 5].astype(np.int32),
                     parent=rows[:, 6].astype(np.int32), ref=rows[:, 7].astype(np.uint32),
                     actor=rows[:, 8].astype(np.int32))
