"""Texts joined by line feeds, to be searched all at once. Knows no word."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Lines:
    """Folded texts of strings: one by one, joined with a line feed before, between and after them, and where each
    begins in that."""

    sids: Sequence[int]
    texts: Sequence[str]
    joined: str
    starts: NDArray[np.int64]

    def at(self, places: Any) -> NDArray[np.int64]:
        """The lines in which places of the joined text are; the feeds around all of them count to the nearest."""
        found = np.searchsorted(self.starts, places, side="right") - 1
        lines: NDArray[np.int64] = np.clip(found, 0, max(len(self.texts) - 1, 0))
        return lines


def lines_of(sids: Sequence[int], folded: Sequence[str]) -> Lines:
    """Lines of folded texts; a line feed in one counts as a blank."""
    texts = [text.replace("\n", " ") if "\n" in text else text for text in folded]
    starts = np.fromiter(itertools.accumulate((len(text) + 1 for text in texts), initial=1), dtype=np.int64,
                         count=len(texts) + 1)
    return Lines(sids, texts, "\n".join(["", *texts, ""]), starts[:-1])
