"""Terms over a document: which of its sentences and rows carry a word, and whether they plan it. Knows no check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from appscan.checks.pack import Match, Plans, Term, Word
from appscan.checks.regexes import compiled
from appscan.judge.documents.outline import Section, outline_of
from appscan.judge.documents.people import People
from appscan.judge.documents.standing import Said, Span, Standing, fits
from appscan.judge.hits import Hit
from appscan.judge.search import Search
from appscan.model.coverage import Kind
from appscan.model.folding import fold
from appscan.model.reading import Reading, Role, Strings

MOST_SPANS = 40


class DocumentSense:
    """What a document says. Built once, asked by all checks."""

    def __init__(self, reading: Reading, plans: Plans) -> None:
        self.outline = outline_of(reading)
        self.standing = Standing(self.outline, plans)
        self.people = People(self.outline, plans)
        self._reading = reading
        self._parts = {unit.row: unit.section for unit in self.outline.units}
        units = [unit.text.encode() for unit in self.outline.units]
        ends = np.cumsum(np.fromiter(map(len, units), dtype=np.int64, count=len(units))).astype(np.int64)
        self.search = Search(Strings(b"".join(units), ends))

    def hits(self, term: Term) -> Iterator[Hit]:
        """Sentences and rows with one of the term's words. `said` is empty where they plan or order it."""
        found: dict[int, list[Span]] = {}
        for word in term.words:
            for index in self.search.having(word):
                found.setdefault(index, []).extend(_spans(self.outline.units[index].text, word))
        for index in sorted(found):
            yield self._hit(index, found[index], term)

    def _hit(self, index: int, spans: list[Span], term: Term) -> Hit:
        unit = self.outline.units[index]
        said: Said | None = Said.FOR_OTHERS
        if term.state:
            said = self.standing.as_state(index, spans)
        elif term.anyone or not self.people.about_others(index):
            said = self.standing.of(index, spans)
        scope = self.outline.sections[self.outline.sections[unit.section].scope]
        place = f"{unit.page}:{unit.paragraph}" if unit.page else str(unit.paragraph)
        role = Role.CELL if unit.form is Role.HEADER_CELL else unit.form
        return Hit(Kind.TEXT, unit.raw, self._reading.artifact.name, frozenset([scope.title]), place, role=role,
                   prose=True, row=unit.row, said=said or "")


    def of_same_part(self, hits: tuple[Hit, ...], feature: tuple[Hit, ...], *, bars: bool) -> tuple[Hit, ...]:
        """Of what a section says of not getting round a feature: what stands in a part of it that speaks of the
        feature, or around such a part. A neighbouring part is about something else; so is another item of a list of
        functions, but for one that `bars` the way to all of them and names nothing that was left out."""
        sections, parts = self.outline.sections, self._parts
        own = {parts[hit.row] for hit in feature if hit.row in parts}
        if feature and all(hit.role == Role.ITEM for hit in feature):
            items, named = {hit.element for hit in feature}, self.standing.plans.around.get("penalties", ())
            hits = tuple(hit for hit in hits if hit.role != Role.ITEM or hit.element in items
                         or (bars and not fits(named, fold(hit.value))))
        around = {above for part in own for above in _upwards(sections, part)}
        return tuple(hit for hit in hits if hit.row not in parts or parts[hit.row] in around
                     or not own.isdisjoint(_upwards(sections, parts[hit.row]))) if own else hits


def _upwards(sections: Sequence[Section], part: int) -> Iterator[int]:
    """A section and those around it that are read as one with it."""
    scope = sections[part].scope
    while part > 0:
        yield part
        part = sections[part].parent if part != scope else 0


def of_same_row(hits: tuple[Hit, ...], feature: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Of what is said of force in a section: what may speak of the feature. A list of functions says of each only what
    stands in its own row; running text speaks of all of them."""
    if not feature or any(hit.role != Role.CELL for hit in feature):
        return hits
    rows = {hit.element for hit in feature}
    return tuple(hit for hit in hits if hit.role != Role.CELL or hit.element in rows)


def _spans(text: str, word: Word) -> list[Span]:
    """Where a word stands in a folded text; all of it for a word that is compared as a whole or by its tokens."""
    if word.match is Match.PATTERN:
        return [match.span() for match, _ in zip(compiled(word.text).finditer(text), range(MOST_SPANS), strict=False)]
    spans: list[Span] = []
    at = text.find(word.text)
    while at >= 0 and len(spans) < MOST_SPANS:
        spans.append((at, at + len(word.text)))
        at = text.find(word.text, at + 1)
    return spans or [(0, len(text))]
