"""How the strings of a reading are written: which may hold Han, and which are plain ASCII. Knows no word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Strings

FAR = 0xE0
"""First byte of a letter from U+0800 on; nothing below it folds to Han."""

_ESCAPED = re.compile(rb"\\u\{?[4-9][0-9a-fA-F]{3}|&#(?:x[4-9][0-9a-fA-F]{3}|[1-6][0-9]{4});")


class Spelling:
    """Of each string, by its sid."""

    def __init__(self, strings: Strings) -> None:
        self._strings = strings
        self.sizes: NDArray[np.int64] = np.diff(strings.ends, prepend=0)

    @cached_property
    def is_ascii(self) -> NDArray[np.bool_]:
        """Whether all its bytes are ASCII, and stand for themselves."""
        return (self._highest < 0x80) & ~self._is_escaped

    @cached_property
    def may_hold_han(self) -> NDArray[np.bool_]:
        """Whether a letter of it is Han, or may be folded to Han."""
        return (self._highest >= FAR) | self._is_escaped

    @cached_property
    def has_blank(self) -> NDArray[np.bool_]:
        """Whether a blank stands in it."""
        found = np.zeros(len(self._strings), dtype=np.bool_)
        places = np.flatnonzero(np.frombuffer(self._strings.blob, dtype=np.uint8) == ord(" "))
        found[np.searchsorted(self._strings.ends, places, side="right")] = True
        return found

    @cached_property
    def _highest(self) -> NDArray[np.uint8]:
        """Its highest byte."""
        highest = np.zeros(len(self._strings), dtype=np.uint8)
        if not self._strings.blob.isascii():
            filled = np.flatnonzero(self.sizes)
            content = np.frombuffer(self._strings.blob, dtype=np.uint8)
            highest[filled] = np.maximum.reduceat(content, (self._strings.ends - self.sizes)[filled])
        return highest

    @cached_property
    def _is_escaped(self) -> NDArray[np.bool_]:
        """Whether it holds Han written as an escape."""
        found = np.zeros(len(self._strings), dtype=np.bool_)
        places = np.fromiter(self._escapes(), dtype=np.int64)
        found[np.searchsorted(self._strings.ends, places, side="right")] = True
        return found

    def _escapes(self) -> Iterator[int]:
        blob = self._strings.blob
        for sign in (b"\\u", b"&#"):
            at = blob.find(sign)
            while at >= 0:
                if _ESCAPED.match(blob, at):
                    yield at
                at = blob.find(sign, at + 1)
