"""Latin words as runs of whole tokens, over many strings at once. Knows no string's use.

Letters and digits of the strings lie end to end, in lower case; a token begins where `model.folding.tokens` begins one.
A run from one border to another is a word when its hash is one of the words' and, so that no hash is trusted, its
letters are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from appscan.checks.pack import Match, Word

UInt64 = NDArray[np.uint64]
UInt8 = NDArray[np.uint8]

_UPPER, _LOWER, _DIGIT, _ODD = 1, 2, 3, 4
"""Kinds of bytes; 0 is the rest, that parts tokens as an odd one does. What is odd may be folded to something else."""

_KINDS = np.array([_ODD if code >= 128 or chr(code) in "&\\" else _DIGIT if chr(code).isdigit() else
                   0 if not chr(code).isalpha() else _UPPER if chr(code).isupper() else _LOWER
                   for code in range(256)], dtype=np.uint8)
_LOWERED = np.array([ord(chr(code).lower()) if code < 128 else 0 for code in range(256)], dtype=np.uint8)

_ESCAPE = re.compile(rb"[&\\]")

_FIRST = 3
"""Letters by which a token is told not to begin a word."""

_BASE = 0x2545F4914F6CDD1D
_TURN = pow(_BASE, -1, 1 << 64)
_BUCKETS = 20
_KEPT = 1 << 19
"""Letters of a common app."""


class LatinWords:
    """Words to be sought, by their text."""

    def __init__(self, words: Mapping[str, Sequence[Word]]) -> None:
        self.words = words
        self.longest = max(map(len, words), default=0)
        self.whole = frozenset(text for text, same in words.items() if any(one.match is Match.WHOLE for one in same))

    @cached_property
    def may_begin(self) -> NDArray[np.bool_]:
        """By the first `_FIRST` letters from a place on, as one number, whether a word may begin there; what follows
        the letters of a shorter word can be anything."""
        found = np.zeros((128,) * _FIRST, dtype=np.bool_)
        for text in self.words:
            found[tuple(text[:_FIRST].encode())] = True
        return found.reshape(-1)

    @cached_property
    def is_likely(self) -> NDArray[np.bool_]:
        """By the first bits of a hash, whether a word has it."""
        found = np.zeros(1 << _BUCKETS, dtype=np.bool_)
        for text in self.words:
            code = sum(ord(letter) * pow(_BASE, place, 1 << 64) for place, letter in enumerate(text)) % (1 << 64)
            found[code >> (64 - _BUCKETS)] = True
        return found


@dataclass(frozen=True, slots=True)
class LatinStrings:
    """Letters and digits of some strings. Of each string: its sid, the end of its letters, and whether it may mean
    other letters than it has. Of each token: where it begins, and its string."""

    sids: NDArray[np.int64]
    letters: bytes
    ends: NDArray[np.int64]
    is_odd: NDArray[np.bool_]
    tokens: NDArray[np.int64]
    rows: NDArray[np.int64]

    def carrying(self, words: LatinWords, raw: Callable[[int], bytes],
                 folded: Callable[[int], str]) -> dict[Word, set[int]]:
        """Word → sids of strings that carry it. `raw` gives a string as it is, `folded` its folded text, with letters
        and digits only."""
        found: dict[Word, set[int]] = {}
        letters, sids = self.letters.decode("ascii"), self.sids.tolist()
        for start, end, row in self._likely(words):
            for word in words.words.get(letters[start:end], ()):
                if word.match is Match.CONTAINS or self._is_all(start, end, row):
                    found.setdefault(word, set()).add(sids[row])
        for row in np.flatnonzero(self.is_odd).tolist() if words.whole else ():
            own = letters[int(self.ends[row - 1]) if row else 0:int(self.ends[row])]
            if own not in words.whole and not _ESCAPE.search(raw(sids[row])):
                continue  # without escapes nothing but its own letters can be the whole of it
            text = folded(sids[row])
            if text in words.whole and text in own:
                for word in words.words[text]:
                    if word.match is Match.WHOLE:
                        found.setdefault(word, set()).add(sids[row])
        return found

    def _is_all(self, start: int, end: int, row: int) -> bool:
        return not self.is_odd[row] and start == (self.ends[row - 1] if row else 0) and end == self.ends[row]

    def _likely(self, words: LatinWords) -> Iterator[tuple[int, int, int]]:
        """(start, end, row) of runs of tokens with the hash of a word, one token first, then two, and so on."""
        sums, powers = self._sums
        borders = np.append(self.tokens, len(self.letters))
        first = np.flatnonzero(words.may_begin[self._beginnings])
        for further in range(1, words.longest + 1):
            first = first[first + further < len(borders)]
            starts, ends, rows = self.tokens[first], borders[first + further], self.rows[first]
            near = (ends - starts <= words.longest) & (ends <= self.ends[rows])
            first, starts, ends, rows = first[near], starts[near], ends[near], rows[near]
            if not len(first):
                return
            codes = (sums[ends] - sums[starts]) * powers[starts]
            likely = words.is_likely[(codes >> np.uint64(64 - _BUCKETS)).astype(np.int64)]
            yield from zip(starts[likely].tolist(), ends[likely].tolist(), rows[likely].tolist(), strict=True)

    @property
    def _beginnings(self) -> NDArray[np.int64]:
        """The first letters of each token, and of what follows it, as one number."""
        letters = np.frombuffer(self.letters + bytes(_FIRST), dtype=np.uint8)
        number = np.zeros(len(self.tokens), dtype=np.int64)
        for place in range(_FIRST):
            number = number << 7 | letters[self.tokens + place]
        return number

    @property
    def _sums(self) -> tuple[UInt64, UInt64]:
        """Sums of the letters, each times a power of the base, before each place; and powers that undo a place's."""
        number = len(self.letters)
        powers, undo = _kept_powers() if number <= _KEPT else _powers(number)
        sums = np.zeros(number + 1, dtype=np.uint64)
        np.cumsum(np.frombuffer(self.letters, dtype=np.uint8) * powers[:number], out=sums[1:])
        return sums, undo


def _powers(number: int) -> tuple[UInt64, UInt64]:
    """The powers of the base from the none-th to this one, and what undoes each."""
    powers = np.full(number + 1, _BASE, dtype=np.uint64)
    undo = np.full(number + 1, _TURN, dtype=np.uint64)
    powers[0] = undo[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(undo, out=undo)
    return powers, undo


@functools.cache
def _kept_powers() -> tuple[UInt64, UInt64]:
    """Those that nearly all apps need; made once."""
    return _powers(_KEPT)


def latin_strings(blob: bytes, ends: NDArray[np.int64], chosen: NDArray[np.bool_]) -> LatinStrings:
    """Letters and tokens of the chosen strings."""
    sizes = np.diff(ends, prepend=0)
    sids = np.flatnonzero(chosen & (sizes > 0))
    content = np.frombuffer(blob, dtype=np.uint8)[np.repeat(chosen, sizes)]
    sizes = sizes[sids]
    kinds = _KINDS[content]
    if not len(sids):
        none = np.zeros(0, dtype=np.int64)
        return LatinStrings(sids, b"", none, np.zeros(0, dtype=np.bool_), none, none)
    after = np.cumsum(sizes)
    is_odd = np.logical_or.reduceat(kinds == _ODD, after - sizes)
    kept = (kinds > 0) & (kinds != _ODD)
    begins = kept & _begins(kinds, after)
    before = np.cumsum(kept)
    tokens = before[begins] - 1
    rows = np.repeat(np.arange(len(sids)), sizes)[begins]
    return LatinStrings(sids, _LOWERED[content[kept]].tobytes(), before[after - 1], is_odd, tokens, rows)


def _begins(kinds: UInt8, after: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a token begins, among letters and digits; `after` are the ends of the strings."""
    last = np.zeros_like(kinds)
    last[1:] = kinds[:-1]
    last[after[:-1]] = 0
    following = np.zeros_like(kinds)
    following[:-1] = kinds[1:]
    following[after - 1] = 0
    upper = (kinds == _UPPER) & ((last != _UPPER) | (following == _LOWER))
    lower = (kinds == _LOWER) & (last != _LOWER) & (last != _UPPER)
    begins: NDArray[np.bool_] = upper | lower | ((kinds == _DIGIT) & (last != _DIGIT))
    return begins
