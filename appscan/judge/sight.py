"""Reading + vocabulary → hits of a term, with screens, origin and liveness. Knows no check and no verdict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property

from appscan.checks.pack import Term, Vocabulary
from appscan.judge.acts import Acts
from appscan.judge.acts_seen import ActsSeen
from appscan.judge.documents.plans import DocumentSense
from appscan.judge.hits import MAX_HITS, Hit
from appscan.judge.layouts import Layouts
from appscan.judge.liveness import Liveness
from appscan.judge.origins import Origins
from appscan.judge.places import Places
from appscan.judge.program import Program, components_of
from appscan.judge.screens import Screens
from appscan.judge.search import Search
from appscan.judge.word_list import WordList
from appscan.judge.words_seen import WordsSeen
from appscan.model.artifact import ArtifactKind
from appscan.model.reading import Fact, Reading

TEXTS_BEFORE, ROWS_BEFORE = 14, 80


class Sight:
    """Everything that can be seen in one reading. Built once, asked by all checks."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary, *, code_blind: bool = False) -> None:
        self.reading = reading
        self.vocabulary = vocabulary
        self.program = Program(reading, Origins(vocabulary, reading.artifact.package, components_of(reading)))
        self.search = Search(reading.strings, self.program.told_strings(), self.program.shown_strings())
        self.acts = Acts(self.program, self.search, vocabulary)
        self.liveness = Liveness(self.program)
        self.screens = Screens(self.program)
        self.layouts = Layouts(self.program, self.liveness, self.screens, everything_lives=code_blind)
        self.places = Places(self.program, self.liveness, self.screens, self.layouts, everything_lives=code_blind)
        self.words = WordsSeen(self.places, self.search, self.acts)
        self._acts_seen = ActsSeen(self.places, self.acts, vocabulary)
        is_document = reading.artifact.kind is ArtifactKind.DOCUMENT
        self.document = DocumentSense(reading, vocabulary.plans) if is_document else None
        self._told_in = self.search if self.document is None else self.document.search
        self._hits: dict[int, tuple[Term, tuple[Hit, ...]]] = {}

    def hits(self, term: Term) -> tuple[Hit, ...]:
        """All hits of a term, first party or not, alive or not, in a fixed order."""
        known = self._hits.get(id(term))  # hashing the words of a term each time costs more than finding them
        if known is None:
            if self.is_silent(term):
                return ()
            asked = self._in_document(term) if self.document else self._find(term)
            found = dict.fromkeys(itertools.islice(asked, MAX_HITS))
            known = self._hits[id(term)] = term, tuple(sorted(found, key=_order))
        return known[1]

    def _in_document(self, term: Term) -> Iterator[Hit]:
        """A document has sentences and rows, and nothing that is pressed or called."""
        if self.document is not None and term.prose:
            yield from self.document.hits(term)

    def is_silent(self, term: Term) -> bool:
        """Whether it was learned that no string carries a word of the term, which asks for nothing else."""
        return self._told_in.is_silent(term)

    def asks(self, term: Term) -> bool:
        """Whether a term can be true of this reading at all: no app holds a sentence that plans."""
        return self.document is not None or not term.plan

    def learn(self, words: WordList) -> None:
        """Find many words in one pass."""
        self._told_in.learn(words)

    def _find(self, term: Term) -> Iterator[Hit]:
        if term.plan:
            return
        for name in term.groups:
            yield from self._acts_seen.hits(name, term.kind, self.hits)
        for word in term.named:
            yield from self.words.named_methods(word)
        yield from self.words.hits(term)

    def around(self, hit: Hit) -> str:
        """Titles and the texts just before a fact in its file, folded: the heading of a list says what the list is.
        Nothing for a document, whose hits have it in `said`."""
        if hit.row < 0 or self.document is not None:
            return ""
        known = self._around.get(hit.row)
        if known is None:
            known = self._around[hit.row] = self._before(hit.row)
        return known

    def _before(self, last: int) -> str:
        files, places = self._files, self.places
        texts: list[str] = []
        left = ROWS_BEFORE
        for row in range(last - 1, max(-1, last - ROWS_BEFORE * 4), -1):
            if files[row] != files[last] or len(texts) == TEXTS_BEFORE or left == 1:
                break
            left -= places.roles[row] != self.words.sets.member
            if places.kinds[row] == Fact.TEXT:
                texts.append(self.search.folded(places.values[row]))
        return "。".join(reversed(texts))

    @cached_property
    def _around(self) -> dict[int, str]:
        return {}

    @cached_property
    def _files(self) -> list[int]:
        files: list[int] = self.reading.facts.file.tolist()
        return files

    @property
    def titles(self) -> dict[str, str]:
        """Screen (class or page) → its title."""
        return self.places.titles

    @property
    def lists(self) -> frozenset[tuple[int, int]]:
        """(file, screen) pairs with more literals than a page of an app holds."""
        return self.words.sets.lists

    @property
    def data(self) -> frozenset[tuple[int, int]]:
        """Those of `lists` that hold rows of data."""
        return self.words.sets.data


def _order(hit: Hit) -> tuple[bool, bool, str, str, str, str]:
    return (bool(hit.origin), not hit.live, hit.file, hit.element, hit.value, hit.role)
