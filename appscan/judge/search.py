"""Words → strings that carry them, over all strings of a reading at once. Knows nothing of where strings are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from appscan.checks.pack import Match, Term, Word
from appscan.judge.exact import Exact
from appscan.judge.latin import LatinStrings, latin_strings
from appscan.judge.lines import Lines, lines_of
from appscan.judge.one_text import bare, is_whole
from appscan.judge.patterns import by_needles, by_reading
from appscan.judge.spelling import Spelling
from appscan.judge.word_list import WordList
from appscan.model.folding import fold, fold_all
from appscan.model.reading import Strings

MAX_IDENTIFIER = 300
"""Longer ASCII strings are data, not identifiers, paths or labels."""

Found = dict[Word, set[int]]


class Search:
    """Finds words in the strings of one reading. Han words are sought in folded strings that may hold Han, Latin words
    as runs of whole tokens in short strings, patterns in folded strings."""

    def __init__(self, strings: Strings, told: NDArray[np.bool_] | None = None,
                 shown: NDArray[np.bool_] | None = None) -> None:
        """`told`: per string, whether Latin words and patterns are sought in it (None: everywhere). Names inside
        libraries are many. `shown`: whether a person may see it though it has no blank (None: all of them)."""
        self.strings = strings
        self.exact = Exact(strings).sids
        self._told = np.ones(len(strings), dtype=np.bool_) if told is None else told
        self._shown = self._told if shown is None else shown
        self._spelling = Spelling(strings)
        self._folded: dict[int, str] = {}
        self._found: dict[Word, frozenset[int]] = {}
        self._listed: dict[Word, tuple[int, ...]] = {}
        self._carried: set[Word] = set()
        self._terms: Mapping[int, Term] = {}
        self._asked: Mapping[int, Sequence[Word]] = {}
        self._silent: frozenset[int] = frozenset()

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
        for wanted, find in ((listed.han, self._find_han), (listed.latin.words, self._find_latin),
                             (listed.patterns, self._find_patterns)):
            if wanted:
                found = find(listed)
                self._found.update((word, frozenset(sids)) for word, sids in found.items())
                self._carried.update(found)
        if isinstance(words, WordList):  # by the identity of its terms: comparing them costs more than finding them
            self._terms = words.terms
            self._asked = words.asked_of(self._carried)
            self._silent = words.silent(self._asked)

    def having(self, word: Word) -> frozenset[int]:
        """Sids of the strings that carry `word`."""
        if word not in self._found:
            self.learn([word])
        return self._found[word]

    def listed(self, word: Word) -> tuple[int, ...]:
        """The same in order."""
        known = self._listed.get(word)
        if known is None:
            known = self._listed[word] = tuple(sorted(self.having(word)))
        return known

    def carried(self, term: Term) -> Sequence[Word]:
        """Those of the words of a term that some string carries, in its order; mostly none."""
        if id(term) in self._terms:
            return self._asked.get(id(term), ())
        self.learn(word for word in term.words if word not in self._found)
        return [word for word in dict.fromkeys(term.words) if word in self._carried]

    def is_silent(self, term: Term) -> bool:
        """Whether it was learned that no string carries a word of the term, which asks for nothing else."""
        return id(term) in self._silent

    def _lines(self, chosen: NDArray[np.bool_]) -> Lines:
        sids = np.flatnonzero(chosen).tolist()
        fresh = [sid for sid in sids if sid not in self._folded]
        self._folded.update(zip(fresh, fold_all(self.strings.texts(fresh)), strict=True))
        return lines_of(sids, [self._folded[sid] for sid in sids])

    @cached_property
    def _han(self) -> Lines:
        """Strings that may hold Han."""
        return self._lines(self._spelling.may_hold_han)

    @cached_property
    def _foreign(self) -> Lines:
        """All strings that are not ASCII."""
        return self._lines(~self._spelling.is_ascii)

    @cached_property
    def _told_foreign(self) -> Lines:
        """The same without what only libraries say: patterns cost more than words, and speak of the app itself."""
        return self._lines(~self._spelling.is_ascii & self._told)

    @cached_property
    def _told_ascii(self) -> Lines:
        """Short ASCII strings that are told."""
        return self._lines(self._spelling.is_ascii & self._is_short & self._told)

    @cached_property
    def _shown_ascii(self) -> Lines:
        """Those of them that a person may see: most are names and paths."""
        shown = self._shown | self._spelling.has_blank
        return self._lines(self._spelling.is_ascii & self._is_short & self._told & shown)

    @cached_property
    def _is_short(self) -> NDArray[np.bool_]:
        sizes = self._spelling.sizes
        short: NDArray[np.bool_] = (sizes > 2) & (sizes <= MAX_IDENTIFIER)
        return short

    @cached_property
    def _latin(self) -> LatinStrings:
        """Letters and tokens of short strings that are told."""
        return latin_strings(self.strings.blob, self.strings.ends, self._is_short & self._told)

    def _find_han(self, words: WordList) -> Found:
        lines, automaton = self._han if words.is_han else self._foreign, words.han_automaton
        table = automaton.matches(lines.joined)
        both = np.unique(table[:, 0] << 32 | lines.at(table[:, 1]))
        found: Found = {}
        for index, line in zip((both >> 32).tolist(), (both & 0xFFFF_FFFF).tolist(), strict=True):
            for word in words.han[automaton.texts[index]]:
                if word.match is Match.CONTAINS or is_whole(lines.texts[line], word):
                    found.setdefault(word, set()).add(lines.sids[line])
        return found

    def _find_latin(self, words: WordList) -> Found:
        return self._latin.carrying(words.latin, self.strings.raw, lambda sid: bare(self.folded(sid)))

    def _find_patterns(self, words: WordList) -> Found:
        """Patterns are tried on ASCII strings only where they are ASCII."""
        found: Found = {}
        for patterns, lines in ((words.of_texts, self._told_foreign), (words.of_ascii, self._told_ascii),
                                (words.of_shown_ascii, self._shown_ascii)):
            for word, sids in (*by_needles(patterns.needing, lines), *by_reading(patterns.unneeding, lines)):
                found.setdefault(word, set()).update(sids)
        return found
