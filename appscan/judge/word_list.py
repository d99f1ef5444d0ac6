"""Words sorted out by how they are sought, with the automata that seek them: made once for a set of checks, used for
every reading. Knows no reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import ahocorasick_rs

from appscan.checks.pack import Match, Word
from appscan.judge.needles import Needles, needles


class Automaton:
    """Seeks all its texts at once. Match: (place of the text in `texts`, start, end)."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = sorted(set(texts))
        self._machine = ahocorasick_rs.AhoCorasick(self.texts) if self.texts else None

    def matches(self, text: str) -> Sequence[tuple[int, int, int]]:
        """All matches, overlapping ones too."""
        return self._machine.find_matches_as_indexes(text, overlapping=True) if self._machine else ()


class WordList:
    """Different words. `nothing` maps each to no hit."""

    def __init__(self, words: Iterable[Word]) -> None:
        empty: frozenset[int] = frozenset()
        self.nothing = dict.fromkeys(words, empty)
        self.patterns = [word for word in self.nothing if word.match is Match.PATTERN]
        self.han = _by_text(word for word in self.nothing
                            if word.match is not Match.PATTERN and not word.text.isascii())
        self.latin = _by_text(word for word in self.nothing if word.match is not Match.PATTERN and word.text.isascii())

    @cached_property
    def han_automaton(self) -> Automaton:
        """Of Han words."""
        return Automaton(self.han)

    @cached_property
    def latin_automaton(self) -> Automaton:
        """Of Latin words."""
        return Automaton(self.latin)

    @cached_property
    def needed(self) -> dict[Word, Needles | None]:
        """What a text must contain for each pattern."""
        return {word: needles(word.text) for word in self.patterns}

    @cached_property
    def needle_automaton(self) -> Automaton:
        """Of all that patterns need."""
        return Automaton(text for some in self.needed.values() if some for text in some)

    @cached_property
    def latin_needle_automaton(self) -> Automaton:
        """Of those that ASCII texts may contain."""
        return Automaton(text for text in self.needle_automaton.texts if text.isascii())


def _by_text(words: Iterable[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(word.text, []).append(word)
    return found
