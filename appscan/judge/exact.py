"""Which string of a reading is a given text. Knows no word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Strings

UInt64 = NDArray[np.uint64]

_FIRST, _LAST = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_BUCKETS = 16
"""Bits of a mark by which strings are told apart before any is looked at."""


class TextList:
    """Different texts to be found whole: made once, used for every reading."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.by_bytes = {text.encode("utf-8", "replace"): text for text in sorted(set(texts)) if text}

    @cached_property
    def is_likely(self) -> NDArray[np.bool_]:
        """By its mark, whether a string may be one of the texts."""
        ends = np.cumsum(np.fromiter(map(len, self.by_bytes), dtype=np.int64, count=len(self.by_bytes)))
        likely = np.zeros(1 << _BUCKETS, dtype=np.bool_)
        likely[_marks(b"".join(self.by_bytes), ends)] = True
        return likely


class Exact:
    """Finds whole strings by a mark made of their size, first and last bytes: nearly all are passed over unread."""

    def __init__(self, strings: Strings) -> None:
        self._strings = strings

    def sids(self, texts: TextList | Iterable[str]) -> dict[str, int]:
        """Sid of each of the texts that is itself a string of the reading."""
        listed = texts if isinstance(texts, TextList) else TextList(texts)
        if not listed.by_bytes or not len(self._strings):
            return {}
        found: dict[str, int] = {}
        for sid in np.flatnonzero(listed.is_likely[self._marks]).tolist():
            text = listed.by_bytes.get(self._strings.raw(sid))
            if text is not None:
                found[text] = sid
        return found

    @cached_property
    def _marks(self) -> NDArray[np.int64]:
        return _marks(self._strings.blob, self._strings.ends)


def _marks(blob: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """A small number for each string, the same for the same strings."""
    padded = b"".join((blob, bytes(8)))
    words = np.ndarray((len(blob) + 1,), dtype="<u8", buffer=padded, strides=(1,))  # eight bytes from every place on
    sizes = np.diff(ends, prepend=0)
    starts = ends - sizes
    kept = (np.minimum(sizes, 8) << 3).astype(np.uint64)
    masks = np.where(kept == 64, ~np.uint64(0), (np.uint64(1) << (kept & np.uint64(63))) - np.uint64(1))
    first = words[starts] & masks
    last = words[np.maximum(ends - 8, starts)] & masks
    mixed: UInt64 = (first * _FIRST) ^ (last * _LAST) ^ (sizes.astype(np.uint64) * (_FIRST ^ _LAST))
    return (mixed >> np.uint64(64 - _BUCKETS)).astype(np.int64)
