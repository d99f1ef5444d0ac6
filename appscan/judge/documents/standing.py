"""What a sentence of a document says of the things it names: that they are planned or ordered, or that they are banned,
removed, told of, or for others. Knows no check; all words come from vocabulary/plans.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from appscan.checks.pack import Plans
from appscan.checks.regexes import compiled
from appscan.judge.documents.outline import Outline, Unit
from appscan.model.reading import Role

Span = tuple[int, int]

_CLAUSE_END = re.compile(r",(?!或者?|以及|及其)|[;。|:!?]")
"""A clause that only adds another object (或者…) still stands under the negation of the one before."""
_LEAD_IN = re.compile(r"[:：]$")
_ENUMERATED = re.compile(r"^[\s“\"]*(?:其[一二三四五六七八九十]|[一二三四五六七八九十]{1,3}(?:是|要|不|、)|"
                         r"第[一二三四五六七八九十]+|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、]|[①-⑳])")
"""How a sentence begins that is one of several counted up."""
_RUNNING = (Role.PARAGRAPH, Role.ITEM)
FAR = 60
"""Characters between a negation and the word it still reaches."""

TOUCHING = 1

NEWS = 3
"""Units at the beginning and the end of a document in which a dateline or a source makes it news."""


class Said(StrEnum):
    """Why something that a document names is not planned by it. The values are catalogue keys below `contexts.`."""

    BANNED = "said-banned"
    REMOVED = "said-removed"
    TOLD = "said-told"
    NOT_PLANNED = "said-not-planned"
    FOR_OTHERS = "said-for-others"


class Genre(StrEnum):
    """What kind of paper a document is, by its title."""

    PLAN = "plan"
    AGAINST = "against"
    REPORT = "report"
    DECISION = "decision"
    UNKNOWN = "unknown"


def genre_of(title: str, plans: Plans) -> Genre:
    """The genre that a title tells."""
    order = (("hard_against", Genre.AGAINST), ("decision", Genre.DECISION),
             ("ordering", Genre.PLAN), ("hard_report", Genre.REPORT), ("tool", Genre.PLAN),
             ("against", Genre.AGAINST), ("report", Genre.REPORT), ("plan", Genre.PLAN))
    return next((genre for name, genre in order if fits(plans.titles.get(name, ()), title)), Genre.UNKNOWN)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Spans that overlap or touch as one, in order: what is said of one of them is said of all."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1] + TOUCHING:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def fits(patterns: Iterable[str], text: str) -> bool:
    """Whether one of the patterns stands in a text."""
    return any(compiled(pattern).search(text) for pattern in patterns)


class Standing:
    """Answers for one document."""

    def __init__(self, outline: Outline, plans: Plans) -> None:
        self.outline = outline
        self.plans = plans
        self.genre = genre_of(outline.title, plans)
        self._sections: dict[int, Said | None] = {}
        self._units: dict[int, Said | None] = {}
        self._led = _led_by(outline, plans)

    def of(self, index: int, spans: Sequence[Span]) -> Said | None:
        """Why none of the words at `spans` of a unit is planned; None where one of them is."""
        unit = self.outline.units[index]
        if index not in self._units:
            self._units[index] = self._unit(index, unit)
        whole = self._units[index]
        if whole is not None:
            return whole
        return self._spans(unit.text, spans)

    def as_state(self, index: int, spans: Sequence[Span]) -> Said | None:
        """Why none of the words at `spans` of a unit is so now, planned or only told; None where one of them is."""
        unit = self.outline.units[index]
        if self.genre is Genre.AGAINST or self._above(index, unit) is Said.BANNED:
            return Said.BANNED
        if fits(self.plans.sentences.get("against", ()), unit.text):
            return Said.BANNED
        if unit.cells and (said := self._table_row(unit)):
            return said
        elsewhere = self.plans.sentences.get("elsewhere", ())
        if self._begins_with(elsewhere[:1]) or fits(elsewhere[1:], unit.text):
            return Said.TOLD
        return self._spans(unit.text, spans)

    # -- whole units -----------------------------------------------------------------------------------------------

    def _unit(self, index: int, unit: Unit) -> Said | None:
        words = self.plans.sentences
        lapse = fits(self.plans.around.get("lapses", ()), unit.text)
        above = self._above(index, unit)
        if above is Said.BANNED and not (lapse and self.genre is Genre.PLAN):
            return above
        if above is Said.TOLD and not fits(words.get("future", ()), unit.text):
            return above
        if unit.cells and (said := self._table_row(unit)):
            return said
        if fits(words.get("against", ()), unit.text):
            return Said.BANNED
        if fits(words.get("told", ()), unit.text) and not fits(
                (*words.get("anew", ()), *words.get("future", ())), unit.text):
            return Said.TOLD
        if self._refuses(unit.text):
            return Said.BANNED
        return self._by_genre(unit)

    def _refuses(self, text: str) -> bool:
        """Whether the system itself says, in every clause of a sentence or heading, what it does not do: then not even
        the system that it names is planned there."""
        if fits(self.plans.around.get("penalties", ()), text):
            return False  # the system takes something from people, be it all in negations
        begin, first = 0, True
        for end in [*(match.start() for match in _CLAUSE_END.finditer(text)), len(text)]:
            if text[begin:end].strip(" ”’」』)。"):
                denial = min(self._denials(text, begin, end, end), default=None)
                if denial is None:
                    return False
                if first and not fits(self.plans.around.get("refusers", ()), text[begin:denial + 1]):
                    return False
                first = False
            begin = end + 1
        return not first

    def _by_genre(self, unit: Unit) -> Said | None:
        words = self.plans.sentences
        match self.genre:
            case Genre.PLAN:
                return None
            case Genre.AGAINST:
                return None if fits(words.get("order", ()), unit.text) else Said.BANNED
            case Genre.REPORT:
                return None if fits(words.get("future", ()), unit.text) else Said.TOLD
            case Genre.DECISION:
                decided = fits((*words.get("decided", ()), *words.get("future", ())), unit.text)
                return None if decided or not fits(words.get("debated", ()), unit.text) else Said.TOLD
            case Genre.UNKNOWN:
                heads = "|".join(unit.heads)
                near = [section.title for section in self.outline.chain(unit.section)][:2]
                planned = fits((*words.get("plan", ()), *words.get("order", ())), unit.text) or any(
                    fits(self.plans.sections.get("plan", ()), text) for text in (heads, *near) if text)
                return None if planned and not self._is_news else Said.NOT_PLANNED

    def _above(self, index: int, unit: Unit) -> Said | None:
        """What the headings above a unit, or the sentence that introduces its list, say of it."""
        if self._led.get(index) is not None:
            return self._led[index]
        if unit.form is Role.HEADING:
            return self._heading(unit.text)
        if unit.section not in self._sections:
            said = [self._heading(section.title) for section in self.outline.chain(unit.section)]
            self._sections[unit.section] = next((one for one in said if one is not None), None)
        return self._sections[unit.section]

    def _heading(self, title: str) -> Said | None:
        if fits(self.plans.sections.get("against", ()), title):
            return Said.BANNED
        return Said.TOLD if fits(self.plans.sections.get("report", ()), title) else None

    def _table_row(self, unit: Unit) -> Said | None:
        tables = self.plans.tables
        if fits(tables.get("against", ()), "|".join(unit.heads)):
            return Said.BANNED
        removed = any(fits(tables.get("removed", ()), cell) and not fits(tables.get("alive", ()), cell)
                      for cell in unit.cells)
        return Said.REMOVED if removed else None

    @property
    def _is_news(self) -> bool:
        return self._begins_with(self.plans.sentences.get("told", ())[:1])

    def _begins_with(self, dateline: Sequence[str]) -> bool:
        """Whether a dateline or a source stands where news have it."""
        units = self.outline.units
        return any(fits(dateline, unit.text) for unit in (*units[:NEWS], *units[-NEWS:]))

    # -- single words ----------------------------------------------------------------------------------------------

    def _spans(self, text: str, spans: Sequence[Span]) -> Said | None:
        reasons = [self._span(text, span) for span in merged(spans)]
        return None if not reasons or None in reasons else reasons[0]

    def _span(self, text: str, span: Span) -> Said | None:
        around = self.plans.around
        if fits(around.get("exceptions", ()), text):
            return None
        said = self._negated(text, *span)
        if said is None and fits(around.get("undone", ()), text[span[1]:span[1] + FAR]):
            said = Said.REMOVED
        return None if said is not None and self._turned(text, span[1]) else said

    def _negated(self, text: str, start: int, end: int) -> Said | None:
        """Whether a negation in the same clause reaches the words between `start` and `end`, or stands among them."""
        bounds = [match.end() for match in _CLAUSE_END.finditer(text, 0, end - 1)]
        begin = max(bounds[-1] if bounds else 0, start - FAR)
        if fits(self.plans.around.get("penalties", ()), text[start:end]):
            end = start  # what a lapse brings is no denial of the thing; one in front of all of it still is
        if begin > start:  # the words run over several clauses: what is denied in their first is denied
            first = max((bound for bound in bounds if bound <= start), default=0)
            if self._denied(text, max(first, start - FAR), start, start):
                return Said.BANNED
        return Said.BANNED if self._denied(text, begin, end, min(start + 1, end)) else None

    def _denied(self, text: str, begin: int, *ends: int) -> bool:
        """Whether a negation begins behind `begin`: of the first kind before the first end, of others the second."""
        return next(self._denials(text, begin, *ends), None) is not None

    def _denials(self, text: str, begin: int, *ends: int) -> Iterator[int]:
        """Where the negations begin that deny, of those that `_denied` asks for; in no order."""
        for number, pattern in enumerate(self.plans.around.get("negators", ())):
            for match in compiled(pattern).finditer(text, begin, ends[min(number, 1)]):
                if not fits(self.plans.around.get("spared", ()), text[match.end():match.end() + 12]):
                    yield match.start()

    def _turned(self, text: str, end: int) -> bool:
        """Whether the sentence turns behind the word and wants it after all."""
        for turn in self.plans.around.get("turns", ()):
            match = compiled(turn).search(text, end)
            if match:
                rest = text[match.end():]
                wanted = next((found for pattern in self.plans.around.get("turned", ())
                               if (found := compiled(pattern).search(rest))), None)
                return wanted is not None and self._negated(rest, *wanted.span()) is None
        return False


def _led_by(outline: Outline, plans: Plans) -> dict[int, Said | None]:
    """Units of lists that a sentence ending in a colon introduces, with what that sentence says of them; and the
    sentences that count up (其一, 一是) what a sentence announced as forbidden."""
    led: dict[int, Said | None] = {}
    leading: Said | None = None
    listing = counting = False
    for index, unit in enumerate(outline.units):
        if unit.form in (Role.ITEM, Role.CELL, Role.HEADER_CELL) and listing:
            led[index] = leading
            continue
        if counting and unit.form in _RUNNING and _ENUMERATED.search(unit.text):
            led[index] = Said.BANNED
            continue
        head, _, first = unit.text.partition(":")
        counting = unit.form in _RUNNING and _announces_bans(head if first else unit.text, plans)
        if counting and _ENUMERATED.search(first):
            led[index] = Said.BANNED
        listing = bool(_LEAD_IN.search(unit.text)) and unit.form is not Role.HEADING
        leading = Said.BANNED if listing and fits(plans.sections.get("against", ()), unit.text) else None
    return led


def _announces_bans(text: str, plans: Plans) -> bool:
    """Whether a sentence says how many things, or which that follow, are forbidden."""
    return not fits(plans.around.get("penalties", ()), text) and all(
        fits(plans.sections.get(name, ()), text) for name in ("against", "counted"))
