"""Where values stand in columns, and single numbers of any. Knows no meaning of a column."""

from __future__ import annotations

import numpy as np


def span(column: np.ndarray, value: int) -> tuple[int, int]:
    """First row of `value` in a sorted column, and the row after its last. The needle has the column's own type: with
    another, NumPy would copy the whole column at each call."""
    needle = column.dtype.type(value)
    return int(column.searchsorted(needle)), int(column.searchsorted(needle, side="right"))


class RowsOf:
    """Rows of a column by their value, which is at least -1 and below `number`: asked for by the thousand, one value at
    a time."""

    def __init__(self, column: np.ndarray, number: int) -> None:
        order = np.argsort(column, kind="stable")
        ends = np.cumsum(np.bincount(column.astype(np.int64) + 1, minlength=number + 1))
        self._rows, self._ends = singles(order), singles(ends)

    def __call__(self, value: int) -> list[int]:
        """The rows with this value, in order; none for -1."""
        return self._rows[self._ends[value]:self._ends[value + 1]].tolist() if value >= 0 else []


def singles(column: np.ndarray) -> memoryview[int]:
    """A column of which single numbers are asked for: as Python's own integers, in a third of the time that an array
    takes to give them."""
    return np.ascontiguousarray(column).data
