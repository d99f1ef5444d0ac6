"""Words → strings that carry them, over all strings of a reading at once. Knows nothing of where strings are used."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from functools import cached_property

import ahocorasick_rs
import numpy as np

from appscan.checks.pack import Match, Word
from appscan.judge.needles import Needles, needles
from appscan.model.folding import fold, tokens
from appscan.model.reading import Strings

Lines = tuple[str, list[int], np.ndarray]
"""Folded strings joined by line feeds, their sids, and the start of each in the joined text."""

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

    def folded(self, sid: int) -> str:
        """Folded text of a string, remembered."""
        known = self._folded.get(sid)
        if known is None:
            known = self._folded[sid] = fold(self.strings[sid])
        return known

    def learn(self, words: Iterable[Word]) -> None:
        """Find many words in one pass; `having` then answers at once."""
        wanted = [word for word in dict.fromkeys(words) if word not in self._found]
        han = [word for word in wanted if word.match is not Match.PATTERN and not word.text.isascii()]
        latin = [word for word in wanted if word.match is not Match.PATTERN and word.text.isascii()]
        patterns = [word for word in wanted if word.match is Match.PATTERN]
        self._found.update(dict.fromkeys(wanted, frozenset()))
        if han:
            self._found.update(self._find_han(han))
        if latin:
            self._found.update(self._find_latin(latin))
        if patterns:
            self._found.update(self._find_patterns(patterns))

    def having(self, word: Word) -> frozenset[int]:
        """Sids of the strings that carry `word`."""
        if word not in self._found:
            self.learn([word])
        return self._found[word]

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
    def _han(self) -> tuple[str, list[int], np.ndarray]:
        """Folded non-ASCII strings joined by line feeds, their sids, and the start of each in the joined text."""
        return self._joined(np.flatnonzero(~self._is_ascii))

    @cached_property
    def _told_han(self) -> tuple[str, list[int], np.ndarray]:
        """As `_han`, without what only libraries say: patterns cost more than words, and speak of the app itself."""
        return self._han if self._told is None else self._joined(np.flatnonzero(~self._is_ascii & self._told))

    def _joined(self, chosen: np.ndarray) -> tuple[str, list[int], np.ndarray]:
        sids = chosen.tolist()
        texts = [self.folded(sid).replace("\n", " ") for sid in sids]
        return "\n".join(texts), sids, np.cumsum([0, *(len(text) + 1 for text in texts)])

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

    def _find_han(self, words: list[Word]) -> dict[Word, frozenset[int]]:
        joined, sids, starts = self._han
        texts = sorted({word.text for word in words})
        matches = ahocorasick_rs.AhoCorasick(texts).find_matches_as_indexes(joined, overlapping=True)
        if not matches:
            return {}
        table = np.array(matches, dtype=np.int64)
        lines = np.searchsorted(starts, table[:, 1], side="right") - 1
        by_text: dict[str, list[Word]] = {}
        for word in words:
            by_text.setdefault(word.text, []).append(word)
        found: dict[Word, set[int]] = {}
        for index, line in np.unique(np.stack((table[:, 0], lines), axis=1), axis=0).tolist():
            for word in by_text[texts[index]]:
                if word.match is Match.CONTAINS or _is_whole(self.folded(sids[line]), word):
                    found.setdefault(word, set()).add(sids[line])
        return {word: frozenset(hits) for word, hits in found.items()}

    def _find_latin(self, words: list[Word]) -> dict[Word, frozenset[int]]:
        joined, sids, ends = self._latin
        by_text: dict[str, list[Word]] = {}
        for word in words:
            by_text.setdefault(word.text, []).append(word)
        texts = sorted(by_text)
        matches = ahocorasick_rs.AhoCorasick(texts).find_matches_as_indexes(joined, overlapping=True)
        if not matches:
            return {}
        table = np.array(matches, dtype=np.int64)
        rows = np.searchsorted(ends, table[:, 1], side="right")
        inside = table[:, 2] <= ends[rows]  # a match must not run over the end of its string
        pairs = np.unique(np.stack((table[:, 0], rows), axis=1)[inside], axis=0)
        pairs[:, 1] = np.array(sids, dtype=np.int64)[pairs[:, 1]]
        found: dict[Word, set[int]] = {}
        parts_of: dict[int, tuple[str, ...]] = {}
        for index, sid in pairs.tolist():
            parts = parts_of.get(sid)
            if parts is None:
                parts = parts_of[sid] = tokens(self.strings[sid])
            for word in by_text[texts[index]]:
                if _is_whole(self.folded(sid), word) if word.match is Match.WHOLE else _has_run(parts, word):
                    found.setdefault(word, set()).add(sid)
        return {word: frozenset(hits) for word, hits in found.items()}

    def _find_patterns(self, words: list[Word]) -> dict[Word, frozenset[int]]:
        """Patterns are tried on strings that contain what they need; on ASCII strings only where they are ASCII."""
        han, latin = self._told_han, self._ascii_texts
        needed = {word: needles(word.text) for word in words}
        texts = sorted(set().union(*(some for some in needed.values() if some)))
        near_han = _lines_by_needle(texts, han)
        near_latin = _lines_by_needle([text for text in texts if text.isascii()], latin)
        found = {}
        for word, some in needed.items():
            hits = _lines_with(word.text, han, _union(near_han, some))
            if word.text.isascii():
                hits |= _lines_with(word.text, latin, _union(near_latin, some))
            found[word] = frozenset(hits)
        return found

    @cached_property
    def _ascii_texts(self) -> tuple[str, list[int], np.ndarray]:
        """Short ASCII strings, folded, one per line; sids and starts."""
        ends = self.strings.ends
        sizes = np.diff(ends, prepend=0)
        chosen = self._is_ascii & (sizes > 2) & (sizes <= MAX_IDENTIFIER)
        return self._joined(np.flatnonzero(chosen if self._told is None else chosen & self._told))


def _lines_by_needle(texts: list[str], lines: Lines) -> dict[str, set[int]]:
    """Needle → lines that contain it."""
    joined, _, starts = lines
    matches = ahocorasick_rs.AhoCorasick(texts).find_matches_as_indexes(joined, overlapping=True) if texts else []
    if not matches:
        return {}
    table = np.array(matches, dtype=np.int64)
    touched = np.searchsorted(starts, table[:, 1], side="right") - 1
    found: dict[str, set[int]] = {}
    for index, line in np.unique(np.stack((table[:, 0], touched), axis=1), axis=0).tolist():
        found.setdefault(texts[index], set()).add(line)
    return found


def _union(by_needle: dict[str, set[int]], some: Needles | None) -> set[int] | None:
    """Lines that contain one of the needles; None (all lines) where a pattern has none."""
    return None if some is None else set().union(*(by_needle.get(one, set()) for one in some))


def _lines_with(pattern: str, lines: Lines, among: set[int] | None) -> set[int]:
    """Sids of the lines (line i begins at `starts[i]` of the joined text) in which `pattern` stands.

    A match in the joined text may run over several lines, or hide one that begins inside it: each line that it touches
    is asked by itself.
    """
    joined, sids, starts = lines
    if among is not None and not among:
        return set()  # most patterns of most apps; compiling them all would cost more than a small app itself
    matcher = compiled(pattern)
    touched = among if among is not None else set()
    for match in matcher.finditer(joined) if among is None else ():
        first, last = (np.searchsorted(starts, match.span(), side="right") - 1).tolist()
        touched.update(range(first, min(last, len(starts) - 2) + 1))
    return {sids[line] for line in touched if matcher.search(joined[starts[line]:starts[line + 1] - 1])}


def _has_run(parts: tuple[str, ...], word: Word) -> bool:
    """Whether some run of whole tokens, joined, is the word."""
    for first in range(len(parts)):
        joined = ""
        for part in parts[first:]:
            joined += part
            if len(joined) >= len(word.text):
                break
        if joined == word.text:
            return True
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
            return _has_run(tokens(text), word) if word.text.isascii() else word.text in text
