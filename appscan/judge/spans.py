"""Where a value stands in a sorted column. Knows no meaning of any column."""

from __future__ import annotations

import numpy as np


def span(column: np.ndarray, value: int) -> tuple[int, int]:
    """First row of `value` in a sorted column, and the row after its last. The needle has the column's own type: with
    another, NumPy would copy the whole column at each call."""
    needle = column.dtype.type(value)
    return int(column.searchsorted(needle)), int(column.searchsorted(needle, side="right"))
