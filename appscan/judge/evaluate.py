"""Expressions over hits, three-valued after Kleene: true with matches, false, or unknown.

Knows no check and no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from appscan.checks.pack import AllOf, AnyOf, Expression, Term, Within
from appscan.checks.parse import terms_of
from appscan.judge.actors import keys_of, screen_in, shared_screens
from appscan.judge.contexts import SENTENCE
from appscan.judge.hits import Hit
from appscan.judge.one_text import OneText
from appscan.judge.sight import Sight
from appscan.model.coverage import SHOWN_KINDS, Kind
from appscan.model.folding import fold
from appscan.model.margin import Margin

Pick = Callable[[Hit, Term], bool]
"""Chooses which hits of a term count: first party and alive, library, dead, …"""

EVERYWHERE = "*"
"""Key of hits that belong to every screen (permissions, manifest facts of the whole app)."""

NOWHERE = ""
"""Key of hits whose screen is unknown."""

MAX_PER_KEY = 12

MAX_PROSE = 20_000
_NEAR = (Within.ELEMENT, Within.SENTENCE)


class Truth(IntEnum):
    """Kleene's three values, ordered so that `min` is and, `max` is or."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """Truth of an expression with the hits that make it true, by screen (or element) key."""

    truth: Truth
    matches: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)

    def hits(self) -> tuple[Hit, ...]:
        """All hits once, in order."""
        return tuple(dict.fromkeys(hit for hits in self.matches.values() for hit in hits))


_FALSE = Outcome(Truth.FALSE)


class Evaluator:
    """Evaluates expressions over one sight. `blinded` are the kinds of which nothing can be said to be absent; `hidden`
    those of them that may be missing on a screen that was seen (None: all): a `not` beside a match asks for them."""

    def __init__(self, sight: Sight, blinded: frozenset[Kind], hidden: frozenset[Kind] | None = None) -> None:
        self.sight = sight
        self.blinded = blinded
        self.barred: dict[Hit, None] = {}
        self._known: dict[tuple[int, Pick, Within], tuple[Outcome, dict[Hit, None]]] = {}
        self._keys_of: dict[tuple[frozenset[str], str], tuple[str, ...]] = {}
        self._shared = shared_screens(sight.reading)
        self._dead: dict[int, tuple[Expression, bool]] = {}
        self._unheard: dict[int, tuple[Expression, bool]] = {}
        self._beside = None if hidden is None or hidden == blinded else Evaluator(sight, hidden)

    def evaluate(self, expression: Expression, pick: Pick, within: Within = Within.SCREEN) -> Outcome:
        """Truth and matches of `expression` among the hits that `pick` lets count."""
        if self._is_dead(expression):
            return _FALSE
        key = id(expression), pick, within
        known = self._known.get(key)
        if known is None:
            before, self.barred = self.barred, {}
            known = self._known[key] = self._evaluate(expression, pick, within), self.barred
            self.barred = before
        self.barred.update(known[1])
        return known[0]

    def begin(self) -> None:
        """Forget what was barred and picked: another check is asked."""
        self.barred.clear()
        self._known.clear()

    def _evaluate(self, expression: Expression, pick: Pick, within: Within) -> Outcome:
        match expression:
            case Term():
                return self._term(expression, pick, within)
            case AnyOf():
                return _any([self.evaluate(item, pick, within) for item in expression.items])
            case AllOf():
                outcome = self._all(expression, pick)
                if expression.within in _NEAR and expression.within is not within:
                    return Outcome(outcome.truth, self._by_screen(outcome.hits()))
                return outcome

    def _is_dead(self, expression: Expression) -> bool:
        """Whether an expression is false whatever hits count: what it asks for has none, and cannot hide. Most
        expressions are, in most apps, and nothing is picked for them."""
        known = self._dead.get(id(expression))
        if known is None:
            known = self._dead[id(expression)] = expression, (
                self._is_silent(expression) or self._has_nothing(expression))
        return known[1]

    def _is_silent(self, expression: Expression) -> bool:
        """The same as far as words alone tell: no string of the reading carries what is asked for. It costs no hit."""
        known = self._unheard.get(id(expression))
        if known is None:
            known = self._unheard[id(expression)] = expression, self._says_nothing(expression)
        return known[1]

    def _says_nothing(self, expression: Expression) -> bool:
        match expression:
            case Term():
                return self.sight.is_silent(expression) and not (
                    expression.kind in self.blinded and self.sight.asks(expression))
            case AnyOf():
                return all(map(self._is_silent, expression.items))
            case AllOf():
                return any(map(self._is_silent, expression.items))

    def _has_nothing(self, expression: Expression) -> bool:
        match expression:
            case Term():
                return not self.sight.hits(expression) and not (
                    expression.kind in self.blinded and self.sight.asks(expression))
            case AnyOf():
                return all(map(self._is_dead, expression.items))
            case AllOf():
                return self._is_dead(expression.items[0])

    def is_open(self, expression: Expression) -> bool:
        """Whether a blinded kind may hold more of what `expression` asks for than was seen."""
        return any(term.kind in self.blinded and self.sight.asks(term) for term in terms_of(expression))

    def _term(self, term: Term, pick: Pick, within: Within) -> Outcome:
        grouped: dict[str, list[Hit]] = {}
        for hit in self.sight.hits(term):
            if pick(hit, term):
                for key in self._sentences(hit, term) if within is Within.SENTENCE else self._keys(hit, within):
                    bucket = grouped.setdefault(key, [])
                    if len(bucket) < MAX_PER_KEY:
                        bucket.append(hit)
        if grouped:
            return Outcome(Truth.TRUE, {key: tuple(hits) for key, hits in grouped.items()})
        return Outcome(Truth.UNKNOWN if term.kind in self.blinded and self.sight.asks(term) else Truth.FALSE)

    def _all(self, expression: AllOf, pick: Pick) -> Outcome:
        within = expression.within
        parts = []
        for item in expression.items:
            parts.append(self.evaluate(item, pick, within))
            if parts[-1].truth is Truth.FALSE:
                return Outcome(Truth.FALSE)
        if any(part.truth is Truth.UNKNOWN for part in parts):
            return Outcome(Truth.UNKNOWN)
        matches = _joined_in_app(parts) if within is Within.APP else _joined_by_key(parts)
        if not matches:
            lost = any(NOWHERE in part.matches for part in parts) and within is Within.SCREEN
            more = any(self.is_open(item) for item in expression.items)  # it may stand nearer than what was seen
            return Outcome(Truth.UNKNOWN if lost or more else Truth.FALSE)
        is_unknown = False
        counts = _anywhere if pick is _in_content else _in_content  # what keeps a bar from holding counts as any match
        for item, against_pick in (*((item, counts) for item in expression.none),
                                   *((item, _anywhere) for item in expression.nowhere)):
            asked = self if within is Within.APP else self._beside or self
            against = asked.evaluate(item, against_pick, within)
            is_unknown |= against.truth is Truth.UNKNOWN
            if against.truth is Truth.TRUE:
                near = matches if within is Within.APP else against.matches
                barred = {key: hits for key, hits in matches.items() if key in near}
                self.barred.update(dict.fromkeys(hits[0] for hits in barred.values()))
                matches = {key: hits for key, hits in matches.items() if key not in barred}
        if not matches:
            return Outcome(Truth.FALSE)
        if is_unknown:  # words that nobody could read may bar words, but no control that was seen
            matches = {key: hits for key, hits in matches.items() if any(hit.kind is Kind.CONTROL for hit in hits)}
        return Outcome(Truth.TRUE, matches) if matches else Outcome(Truth.UNKNOWN)


    def _sentences(self, hit: Hit, term: Term) -> Iterable[str]:
        """The sentences of a text in which a word of the term stands; none for what is no text, nor for one so long
        that it is data."""
        if hit.kind in SHOWN_KINDS and len(hit.value) <= MAX_PROSE:
            for number, sentence in enumerate(SENTENCE.findall(fold(hit.value))):
                if any(map(OneText(sentence).has, term.words)):
                    yield f"{hit.element}\n{number}\n{sentence}"

    def _by_screen(self, hits: Iterable[Hit]) -> dict[str, tuple[Hit, ...]]:
        """Hits of elements by the screens on which the elements stand."""
        grouped: dict[str, list[Hit]] = {}
        for hit in hits:
            for key in self._keys(hit, Within.SCREEN):
                grouped.setdefault(key, []).append(hit)
        return {key: tuple(found) for key, found in grouped.items()}

    def _keys(self, hit: Hit, within: Within) -> Iterable[str]:
        """Where a hit counts. A screen that several actors saw is one to each: what one sees says nothing of what is
        asked of another; what no actor is named for (a script) counts for all of them."""
        if within is Within.ELEMENT:
            return (hit.element,)
        if hit.kind is Kind.PERMISSION:
            return (EVERYWHERE,)
        known = self._keys_of.get((hit.screens, hit.actor))
        if known is None:
            screens = sorted(hit.screens) or [NOWHERE]
            known = self._keys_of[hit.screens, hit.actor] = tuple(
                key for screen in screens for key in keys_of(screen, hit.actor, self._shared))
        return known


def screen_of(key: str) -> str:
    """The screen of a key, "" for none and for all."""
    return "" if key in (NOWHERE, EVERYWHERE) else screen_in(key)


def _anywhere(hit: Hit, _term: Term) -> bool:
    """What speaks against a match: what is own and alive, cancelled words too (身份证 in a sentence on ID photos); of a
    document, what it plans."""
    return not hit.origin and hit.live and not hit.said


def _in_content(hit: Hit, term: Term) -> bool:
    """The same, but what only frames the page: a menu or a link beside does not say what the page is about. What is
    written at its head, other than to be pressed, says whose it is."""
    told = not hit.margin or (hit.margin == Margin.HEADER and hit.kind is not Kind.CONTROL)
    return told and _anywhere(hit, term)


def _any(parts: list[Outcome]) -> Outcome:
    truth = max(part.truth for part in parts)
    merged: dict[str, list[Hit]] = {}
    for part in parts:
        for key, hits in part.matches.items():
            merged.setdefault(key, []).extend(hits)
    return Outcome(truth, {key: tuple(dict.fromkeys(hits)) for key, hits in merged.items()})


def _joined_by_key(parts: list[Outcome]) -> dict[str, tuple[Hit, ...]]:
    """Keys that every part has; a part that stands everywhere has every key."""
    named = [set(part.matches) - {NOWHERE, EVERYWHERE} for part in parts]
    wide = [EVERYWHERE in part.matches for part in parts]
    if all(wide):
        keys = {EVERYWHERE}
    else:
        keys = set.intersection(*(keys for keys, anywhere in zip(named, wide, strict=True) if not anywhere))
    joined = {}
    for key in sorted(keys):
        hits = [hit for part in parts for hit in (*part.matches.get(key, ()), *part.matches.get(EVERYWHERE, ()))]
        joined[key] = tuple(dict.fromkeys(hits))
    return joined


def _joined_in_app(parts: list[Outcome]) -> dict[str, tuple[Hit, ...]]:
    """The places of the first part, each with some hits of the others."""
    others = [hit for part in parts[1:] for hit in part.hits()[:4]]
    return {key: tuple(dict.fromkeys([*hits, *others])) for key, hits in parts[0].matches.items()}
