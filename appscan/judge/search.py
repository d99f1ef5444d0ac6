"""Words → strings that carry them, over all strings of a reading at once. Knows nothing of where strings are used."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ahocorasick_rs
import numpy as np

from appscan.checks.pack import Match, Word
from appscan.judge.needles import Needles
from appscan.judge.word_list import Automaton, WordList
from appscan.model.folding import fold, tokens
from appscan.model.reading import Strings

Runs = tuple[str, frozenset[int]]
"""Tokens of a string joined, and where one ends and the next begins."""

MAX_IDENTIFIER = 300
"""Longer ASCII strings are data, not identifiers, paths or labels."""

_ESCAPED = re.compile(rb"\\u\{?[4-9][0-9a-fA-F]{3}|&#(?:x[4-9][0-9a-fA-F]{3}|[1-6][0-9]{4});")
_NOT_WORD = re.compile(r"[\W_]+")
_LOWER = bytes(ord(chr(code).lower()) if code < 128 else 0 for code in range(256))
_DROPPED = bytes(code for code in range(256) if code >= 128 or not chr(code).isalnum())
"""What words are not made of: taken out before Latin words are sought, so that check_in and check-in are one."""


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the packs, compiled when first needed and kept: there are more than `re` itself would keep.

    `^` and `$` mean a line: many texts are searched joined, and a folded text has no line feed in it.
    """
    return re.compile(pattern, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lines:
    """Folded strings joined by line feeds, their sids, and the start of each in the joined text with one more after the
    last: as an array to search in, and as a list to take single ones from, which arrays are slow at."""

    joined: str
    sids: list[int]
    starts: np.ndarray
    bounds: list[int]

    def at(self, places: Any) -> np.ndarray:
        """The lines in which places of the joined text are."""
        found: np.ndarray = np.searchsorted(self.starts, places, side="right") - 1
        return found


class Search:
    """Finds words in the strings of one reading. Han words are sought in folded non-ASCII strings, Latin words as runs
    of whole tokens in ASCII strings, patterns in folded strings."""

    def __init__(self, strings: Strings, told: np.ndarray | None = None) -> None:
        """`told`: per string, whether Latin words and patterns are sought in it (None: everywhere). Names inside
        libraries are many."""
        self.strings = strings
        self._told = told
        self._folded: dict[int, str] = {}
        self._found: dict[Word, frozenset[int]] = {}
        self._carried: set[Word] = set()

    def folded(self, sid: int) -> str:
        """Folded text of a string, remembered."""
        known = self._folded.get(sid)
        if known is None:
            known = self._folded[sid] = fold(self.strings[sid])
        return known

    def learn(self, words: WordList | Iterable[Word]) -> None:
        """Find many words in one pass; `having` then answers at once."""
        listed = words if isinstance(words, WordList) else WordList(words)
        if self._found:
            listed = WordList(word for word in listed.nothing if word not in self._found)
        self._found.update(listed.nothing)
        for wanted, find in ((listed.han, self._find_han), (listed.latin, self._find_latin),
                             (listed.patterns, self._find_patterns)):
            if wanted:
                found = find(listed)
                self._found.update(found)
                self._carried.update(word for word, sids in found.items() if sids)

    def having(self, word: Word) -> frozenset[int]:
        """Sids of the strings that carry `word`."""
        if word not in self._found:
            self.learn([word])
        return self._found[word]

    def carried(self, words: frozenset[Word]) -> frozenset[Word]:
        """Those of the words that some string carries; mostly none."""
        unknown = words.difference(self._found)
        if unknown:
            self.learn(unknown)
        return words & self._carried

    @cached_property
    def _is_ascii(self) -> np.ndarray:
        """Per string: whether all its bytes are ASCII, and stand for themselves."""
        plain = np.ones(len(self.strings), dtype=bool)
        high = np.flatnonzero(np.frombuffer(self.strings.blob, dtype=np.uint8) >= 0x80)
        plain[np.searchsorted(self.strings.ends, high, side="right")] = False
        if b"\\u" in self.strings.blob or b"&#" in self.strings.blob:  # Han written as escapes
            escaped = np.array([found.start() for found in _ESCAPED.finditer(self.strings.blob)], dtype=np.int64)
            plain[np.searchsorted(self.strings.ends, escaped, side="right")] = False
        return plain

    @cached_property
    def _han(self) -> Lines:
        """Folded non-ASCII strings."""
        return self._joined(np.flatnonzero(~self._is_ascii))

    @cached_property
    def _told_han(self) -> Lines:
        """As `_han`, without what only libraries say: patterns cost more than words, and speak of the app itself."""
        return self._han if self._told is None else self._joined(np.flatnonzero(~self._is_ascii & self._told))

    def _joined(self, chosen: np.ndarray) -> Lines:
        sids = chosen.tolist()
        texts = [self.folded(sid).replace("\n", " ") for sid in sids]
        bounds = list(itertools.accumulate((len(text) + 1 for text in texts), initial=0))
        return Lines("\n".join(texts), sids, np.array(bounds), bounds)

    @cached_property
    def _latin(self) -> tuple[str, list[int], np.ndarray]:
        """Letters and digits of short strings in lower case, end to end; their sids, and the end of each in it."""
        sizes = np.diff(self.strings.ends, prepend=0)
        chosen = (sizes > 2) & (sizes <= MAX_IDENTIFIER)
        sids = np.flatnonzero(chosen if self._told is None else chosen & self._told).tolist()
        texts = [self.strings.raw(sid).translate(_LOWER, _DROPPED) for sid in sids]
        return b"".join(texts).decode("ascii"), sids, np.cumsum([len(text) for text in texts])

    def exact(self, texts: Iterable[str]) -> dict[str, int]:
        """Sid of each of the texts that is itself a string of the reading."""
        wanted = sorted(text for text in set(texts) if text)
        if not wanted or not len(self.strings):
            return {}
        found: dict[str, int] = {}
        ends = self.strings.ends
        blob = self.strings.blob
        encoded = [text.encode() for text in wanted]
        automaton = ahocorasick_rs.BytesAhoCorasick(encoded, matchkind=ahocorasick_rs.MatchKind.Standard)
        for index, start, end in automaton.find_matches_as_indexes(blob, overlapping=True):
            sid = int(np.searchsorted(ends, start, side="right"))
            if int(ends[sid]) == end and (int(ends[sid - 1]) if sid else 0) == start:
                found[wanted[index]] = sid
        return found

    def _find_han(self, words: WordList) -> dict[Word, frozenset[int]]:
        han, automaton = self._han, words.han_automaton
        sids = han.sids
        matches = automaton.matches(han.joined)
        if not matches:
            return {}
        table = np.array(matches, dtype=np.int64)
        lines = han.at(table[:, 1])
        found: dict[Word, set[int]] = {}
        for index, line in _pairs(table[:, 0], lines):
            for word in words.han[automaton.texts[index]]:
                if word.match is Match.CONTAINS or _is_whole(self.folded(sids[line]), word):
                    found.setdefault(word, set()).add(sids[line])
        return {word: frozenset(hits) for word, hits in found.items()}

    def _find_latin(self, words: WordList) -> dict[Word, frozenset[int]]:
        joined, sids, ends = self._latin
        automaton = words.latin_automaton
        matches = automaton.matches(joined)
        if not matches:
            return {}
        table = np.array(matches, dtype=np.int64)
        rows = np.searchsorted(ends, table[:, 1], side="right")
        inside = table[:, 2] <= ends[rows]  # a match must not run over the end of its string
        found: dict[Word, set[int]] = {}
        runs_of: dict[int, Runs] = {}
        for index, row in _pairs(table[inside, 0], rows[inside]):
            sid = sids[row]
            runs = runs_of.get(sid)
            if runs is None:
                runs = runs_of[sid] = _runs(tokens(self.strings[sid]))
            for word in words.latin[automaton.texts[index]]:
                if _is_whole(self.folded(sid), word) if word.match is Match.WHOLE else _has_run(runs, word):
                    found.setdefault(word, set()).add(sid)
        return {word: frozenset(hits) for word, hits in found.items()}

    def _find_patterns(self, words: WordList) -> dict[Word, frozenset[int]]:
        """Patterns are tried on strings that contain what they need; on ASCII strings only where they are ASCII."""
        han, latin = self._told_han, self._ascii_texts
        near_han = _lines_by_needle(words.needle_automaton, han)
        near_latin = _lines_by_needle(words.latin_needle_automaton, latin)
        found = {}
        for word, some in words.needed.items():
            hits = _lines_with(word.text, han, _union(near_han, some))
            if word.text.isascii():
                hits |= _lines_with(word.text, latin, _union(near_latin, some))
            found[word] = frozenset(hits)
        return found

    @cached_property
    def _ascii_texts(self) -> Lines:
        """Short ASCII strings, folded."""
        ends = self.strings.ends
        sizes = np.diff(ends, prepend=0)
        chosen = self._is_ascii & (sizes > 2) & (sizes <= MAX_IDENTIFIER)
        return self._joined(np.flatnonzero(chosen if self._told is None else chosen & self._told))


def _lines_by_needle(needed: Automaton, lines: Lines) -> dict[str, set[int]]:
    """Needle → lines that contain it."""
    matches = needed.matches(lines.joined)
    if not matches:
        return {}
    table = np.array(matches, dtype=np.int64)
    found: dict[str, set[int]] = {}
    for index, line in _pairs(table[:, 0], lines.at(table[:, 1])):
        found.setdefault(needed.texts[index], set()).add(line)
    return found


def _pairs(first: np.ndarray, second: np.ndarray) -> Iterable[tuple[int, int]]:
    """Each different pair once, in order."""
    both = np.unique(first << 32 | second)
    return zip((both >> 32).tolist(), (both & 0xFFFF_FFFF).tolist(), strict=True)


def _union(by_needle: dict[str, set[int]], some: Needles | None) -> set[int] | None:
    """Lines that contain one of the needles; None (all lines) where a pattern has none."""
    return None if some is None else set().union(*(by_needle.get(one, set()) for one in some))


def _lines_with(pattern: str, lines: Lines, among: set[int] | None) -> set[int]:
    """Sids of the lines in which `pattern` stands.

    A match in the joined text may run over several lines, or hide one that begins inside it: each line that it touches
    is asked by itself.
    """
    if among is not None and not among:
        return set()  # most patterns of most apps; compiling them all would cost more than a small app itself
    joined, sids, bounds = lines.joined, lines.sids, lines.bounds
    matcher = compiled(pattern)
    touched = among if among is not None else set()
    for match in matcher.finditer(joined) if among is None else ():
        first, last = lines.at(match.span()).tolist()
        touched.update(range(first, min(last, len(sids) - 1) + 1))
    return {sids[line] for line in touched if matcher.search(joined[bounds[line]:bounds[line + 1] - 1])}


def _runs(parts: tuple[str, ...]) -> Runs:
    return "".join(parts), frozenset(itertools.accumulate(map(len, parts), initial=0))


def _has_run(runs: Runs, word: Word) -> bool:
    """Whether some run of whole tokens, joined, is the word."""
    joined, ends = runs
    at = joined.find(word.text)
    while at >= 0:
        if at in ends and at + len(word.text) in ends:
            return True
        at = joined.find(word.text, at + 1)
    return False


def _is_whole(folded: str, word: Word) -> bool:
    """Whether a text is the word and nothing else but signs and blanks."""
    return _NOT_WORD.sub("", folded) == _NOT_WORD.sub("", word.text)


def text_has(text: str, word: Word) -> bool:
    """Whether one folded text carries a word."""
    match word.match:
        case Match.PATTERN:
            return compiled(word.text).search(text) is not None
        case Match.WHOLE:
            return (word.text.isascii() or word.text in text) and _is_whole(text.lower(), word)
        case Match.CONTAINS:
            return _has_run(_runs(tokens(text)), word) if word.text.isascii() else word.text in text
