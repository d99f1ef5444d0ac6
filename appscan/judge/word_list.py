"""Words sorted out by how they are sought, with what seeks them: made once for a set of checks, used for every reading.
Knows no reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from appscan.checks.pack import Match, Term, Word
from appscan.judge.latin import LatinWords
from appscan.judge.needles import Needles, needles
from appscan.model.coverage import SHOWN_KINDS

HAN_FROM = "\u2e80"
"""Radicals, signs and characters of Chinese; what is written with letters below U+0800 is never folded to one."""


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


class PatternList:
    """Patterns that are tried on the same texts: `needing` some of which each says what it needs, `unneeding` those of
    which nothing can be said. `of_ascii`: the texts are ASCII."""

    def __init__(self, patterns: Iterable[Word], *, of_ascii: bool = False) -> None:
        known = [(word, needles(word.text, of_ascii=of_ascii)) for word in patterns]
        self.needing = NeedleList([(word, some) for word, some in known if some])
        self.unneeding = [word for word, some in known if some is None]


class WordList:
    """Different words, and the terms that ask for them by their identity. `nothing` maps each word to no hit."""

    def __init__(self, words: Iterable[Word], terms: Iterable[Term] = ()) -> None:
        self.terms = {id(term): term for term in terms}
        self._wordy = frozenset(key for key, term in self.terms.items() if not (term.groups or term.named))
        empty: frozenset[int] = frozenset()
        self.nothing = dict.fromkeys(words, empty)
        self.patterns = [word for word in self.nothing if word.match is Match.PATTERN]
        self.han = _by_text(word for word in self.nothing
                            if word.match is not Match.PATTERN and not word.text.isascii())
        self.latin = LatinWords(_by_text(word for word in self.nothing
                                         if word.match is not Match.PATTERN and word.text.isascii()))

    def asked_of(self, carried: Iterable[Word]) -> dict[int, list[Word]]:
        """Identity of each term → those of its words that are carried, in the order of the term."""
        found: dict[int, list[tuple[int, Word]]] = {}
        asking = self._asking
        for word in carried:
            for key, place in asking.get(word, ()):
                found.setdefault(key, []).append((place, word))
        return {key: [word for _, word in sorted(words)] if len(words) > 1 else [words[0][1]]
                for key, words in found.items()}

    def silent(self, asked: Mapping[int, object]) -> frozenset[int]:
        """Identities of the terms that ask for nothing but words, and for none of those that are carried."""
        return self._wordy.difference(asked)

    @cached_property
    def _asking(self) -> dict[Word, list[tuple[int, int]]]:
        """Word → identities of the terms that ask for it, and its place in each."""
        found: dict[Word, list[tuple[int, int]]] = {}
        for key, term in self.terms.items():
            for place, word in enumerate(dict.fromkeys(term.words)):
                found.setdefault(word, []).append((key, place))
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
    def of_texts(self) -> PatternList:
        """All patterns, for texts of any kind."""
        return PatternList(self.patterns)

    @cached_property
    def of_ascii(self) -> PatternList:
        """Those for ASCII texts, names and paths, on which only ASCII patterns are tried."""
        return PatternList(self._ascii_patterns(shown=False), of_ascii=True)

    @cached_property
    def of_shown_ascii(self) -> PatternList:
        """Those that only ASCII texts which a person may see can answer."""
        return PatternList(self._ascii_patterns(shown=True), of_ascii=True)

    def _ascii_patterns(self, *, shown: bool) -> list[Word]:
        return [word for word in self.patterns if word.text.isascii() and (word in self._of_shown) is shown]

    @cached_property
    def _of_shown(self) -> frozenset[Word]:
        """Words that only terms of texts ask for."""
        of_shown = {word for term in self.terms.values() if term.kind in SHOWN_KINDS for word in term.words}
        return frozenset(of_shown.difference(*((*term.words, *term.named) for term in self.terms.values()
                                               if term.kind not in SHOWN_KINDS)))


def _by_text(words: Iterable[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(word.text, []).append(word)
    return found
