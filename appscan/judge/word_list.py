"""Words sorted out by how they are sought, with what seeks them: made once for a set of checks, used for every reading.
Knows no reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from appscan.checks.pack import Match, Term, Word
from appscan.judge.latin import LatinWords
from appscan.judge.needles import Needles, needles
from appscan.model.coverage import Kind

HAN_FROM = "\u2e80"
"""Radicals, signs and characters of Chinese; what is written with letters below U+0800 is never folded to one."""

SHOWN = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
"""Kinds that only what a person may see can answer: no name, no path."""


class Automaton:
    """Seeks all its texts at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = sorted(set(texts))
        self._machine = ahocorasick_rs.AhoCorasick(self.texts) if self.texts else None

    def matches(self, text: str) -> NDArray[np.int64]:
        """All matches, overlapping ones too: rows (place of the text in `texts`, start, end)."""
        found = self._machine.find_matches_as_indexes(text, overlapping=True) if self._machine else []
        return np.fromiter(chain.from_iterable(found), dtype=np.int64, count=len(found) * 3).reshape(-1, 3)


class NeedleList:
    """What patterns need: the texts to seek, and the patterns that each of them is for."""

    def __init__(self, patterns: Sequence[tuple[Word, Needles]]) -> None:
        self.patterns = [word for word, _ in patterns]
        owners: dict[str, list[int]] = {}
        for number, (_, some) in enumerate(patterns):
            for needle in some:
                owners.setdefault(needle, []).append(number)
        self.automaton = Automaton(owners)
        texts = self.automaton.texts
        self._counts = np.fromiter((len(owners[text]) for text in texts), dtype=np.int64, count=len(texts))
        self._first = np.cumsum(self._counts) - self._counts
        self._owners = np.fromiter(chain.from_iterable(owners[text] for text in texts), dtype=np.int64)
        self.shifts = np.fromiter((text.startswith("\n") for text in texts), dtype=np.int64, count=len(texts))
        """From the start of a match to its first letter that is of a line."""

    def owners_of(self, found: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Needles found → numbers of the patterns they are for, and for each of these the place in `found`."""
        counts = self._counts[found]
        places = np.repeat(np.arange(len(found)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._owners[self._first[found][places] + within], places


class WordList:
    """Different words, and the terms that ask for them. `nothing` maps each word to no hit."""

    def __init__(self, words: Iterable[Word], terms: Iterable[Term] = ()) -> None:
        self._all_terms = tuple(terms)
        self._terms = {id(term): term for term in self._all_terms if not (term.groups or term.named)}
        empty: frozenset[int] = frozenset()
        self.nothing = dict.fromkeys(words, empty)
        self.patterns = [word for word in self.nothing if word.match is Match.PATTERN]
        self.han = _by_text(word for word in self.nothing
                            if word.match is not Match.PATTERN and not word.text.isascii())
        self.latin = LatinWords(_by_text(word for word in self.nothing
                                         if word.match is not Match.PATTERN and word.text.isascii()))

    def terms_without(self, carried: Iterable[Word]) -> frozenset[int]:
        """Identities of the terms that ask for nothing but words, and for none of those that are carried."""
        asking = self._asking
        return self._asked.difference(*(asking[word] for word in carried if word in asking))

    @cached_property
    def _asked(self) -> frozenset[int]:
        return frozenset(self._terms)

    @cached_property
    def _asking(self) -> dict[Word, list[int]]:
        """Word → identities of the terms that ask for it."""
        found: dict[Word, list[int]] = {}
        for key, term in self._terms.items():
            for word in term.word_set:
                found.setdefault(word, []).append(key)
        return found

    @cached_property
    def han_automaton(self) -> Automaton:
        """Of Han words."""
        return Automaton(self.han)

    @cached_property
    def is_han(self) -> bool:
        """Whether each of those words holds Chinese; another alphabet is a matter of custom packs."""
        return all(max(text) >= HAN_FROM for text in self.han)

    @cached_property
    def unneeding(self) -> list[Word]:
        """Patterns of which nothing can be said."""
        return [word for word in self.patterns if needles(word.text) is None]

    @cached_property
    def needles(self) -> NeedleList:
        """For texts of any kind."""
        return NeedleList([(word, some) for word in self.patterns if (some := needles(word.text))])

    @cached_property
    def latin_unneeding(self) -> list[Word]:
        """Patterns of which nothing can be said for ASCII texts, on which only ASCII patterns are tried; of names and
        paths as well."""
        return [word for word in self._latin_patterns if needles(word.text, of_ascii=True) is None]

    @cached_property
    def latin_needles(self) -> NeedleList:
        """For ASCII texts, names and paths."""
        return NeedleList([(word, some) for word in self._latin_patterns
                           if (some := needles(word.text, of_ascii=True))])

    @cached_property
    def shown_unneeding(self) -> list[Word]:
        """The same of patterns that only texts can answer."""
        return [word for word in self._shown_patterns if needles(word.text, of_ascii=True) is None]

    @cached_property
    def shown_needles(self) -> NeedleList:
        """For ASCII texts that a person may see, of patterns that only these can answer."""
        return NeedleList([(word, some) for word in self._shown_patterns
                           if (some := needles(word.text, of_ascii=True))])

    @cached_property
    def _latin_patterns(self) -> list[Word]:
        return [word for word in self.patterns if word.text.isascii() and word not in self._of_shown]

    @cached_property
    def _shown_patterns(self) -> list[Word]:
        return [word for word in self.patterns if word.text.isascii() and word in self._of_shown]

    @cached_property
    def _of_shown(self) -> frozenset[Word]:
        """Words that only terms of texts ask for."""
        of_shown = {word for term in self._all_terms if term.kind in SHOWN for word in term.words}
        return frozenset(of_shown.difference(*((*term.words, *term.named) for term in self._all_terms
                                               if term.kind not in SHOWN)))


def _by_text(words: Iterable[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(word.text, []).append(word)
    return found
