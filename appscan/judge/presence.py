"""How present a feature is, where, and which hits may still speak about its force. Knows no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appscan.checks.pack import Check, Term
from appscan.judge.contexts import Contexts
from appscan.judge.documents.standing import Said
from appscan.judge.evaluate import Evaluator, Outcome, Pick, Truth
from appscan.judge.hits import Hit, leads_elsewhere
from appscan.judge.reading_matter import READING_MATTER
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.model.judgement import Presence

BARRED = "other-words"
"""Named in place of a context where other words of the screen barred a match (`not:` of a condition)."""

_COMMON_ACTS = frozenset({"network_send", "periodic"})
"""Call groups that happen on nearly every screen: that they happened does not show that the feature did."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How present a feature is, where, and which hits may still speak about its force. `firm`: where more than a weak
    condition shows it."""

    presence: Presence
    at_most: Presence
    matches: Mapping[str, tuple[Hit, ...]]
    cancelled: tuple[tuple[Hit, str], ...]
    dead: bool
    contexts: Contexts
    sight: Sight
    firm: Mapping[str, tuple[Hit, ...]]

    @property
    def is_firm(self) -> bool:
        """Whether no place hangs on weak conditions alone."""
        return self.firm.keys() == self.matches.keys()

    @property
    def screens(self) -> frozenset[str]:
        return frozenset(self.matches)

    def pick_own(self, hit: Hit, _term: Term) -> bool:
        """First party and alive; of a document, planned."""
        return not hit.origin and hit.live and not hit.said and not leads_elsewhere(hit)

    def pick_order(self, hit: Hit, term: Term) -> bool:
        """First party, alive, and no quotation."""
        return not hit.origin and hit.live and not hit.said and not (
            hit.kind is Kind.TEXT and not term.plan
            and self.contexts.cancelling(hit.value, term.words, self.sight.around(hit)))


class _Picks:
    """Which hits count for presence; remembers what a negative context cancelled."""

    def __init__(self, contexts: Contexts, sight: Sight) -> None:
        self.contexts = contexts
        self.sight = sight
        self.cancelled: dict[tuple[Hit, str], None] = {}

    def own(self, hit: Hit, term: Term) -> bool:
        """First party and alive, and no link to elsewhere: a headline beside is about another page. Of a document, only
        what asks for plans: its prose is never a feature."""
        return (not hit.origin and hit.live and not leads_elsewhere(hit) and self._spared(hit, term)
                and self._planned(hit) and (term.plan or self.sight.document is None))

    def own_or_dead(self, hit: Hit, term: Term) -> bool:
        return self.spoken_of(hit, term) and hit.said != READING_MATTER

    def spoken_of(self, hit: Hit, term: Term) -> bool:
        """What is only read too: a book may speak of the feature, and shows nothing of it."""
        return not hit.origin and self._spared(hit, term) and hit.said != Said.FOR_OTHERS

    def of_library(self, hit: Hit, term: Term) -> bool:
        return bool(hit.origin) and self._spared(hit, term)

    def _planned(self, hit: Hit) -> bool:
        """What a document only speaks of is told beside the finding."""
        if hit.said:
            self.cancelled[hit, hit.said] = None
        return not hit.said

    def _spared(self, hit: Hit, term: Term) -> bool:
        """A negative context cancels text only, never a control, endpoint or behaviour."""
        if hit.kind is not Kind.TEXT or not term.words or term.plan:
            return True  # what is planned is known by its whole sentence already
        by = self.contexts.cancelling(hit.value, term.words, self.sight.around(hit) if hit.prose else "")
        if by:
            self.cancelled[hit, by] = None
        return not by


def presence_of(check: Check, evaluator: Evaluator, contexts: Contexts) -> Seen:
    """The highest rung that holds: of what is alive and own, then of what is dead, then of libraries."""
    picks = _Picks(contexts, evaluator.sight)
    evaluator.begin()
    tries = [(rung, picks.own, rung) for rung in (Presence.EXERCISED, Presence.REACHABLE)]
    tries += [(rung, pick, result)
              for rung, own in ((Presence.REACHABLE, picks.own_or_dead), (Presence.MENTIONED, picks.spoken_of))
              for pick, result in ((own, Presence.MENTIONED), (picks.of_library, Presence.BUNDLED))]
    found, firm, presence, at_most = Outcome(Truth.FALSE), Outcome(Truth.FALSE), Presence.NONE, Presence.NONE
    for rung, pick, result in tries:
        if rung not in check.presence:
            continue
        outcome = evaluator.evaluate(check.presence[rung], pick)
        if outcome.truth is Truth.TRUE:
            found, firm, presence = outcome, _firm(check, rung, outcome, evaluator, pick), result
            if result is Presence.REACHABLE and any(
                    hit.exercised and hit.role not in _COMMON_ACTS for hit in outcome.hits()):
                presence = Presence.EXERCISED
            break
        if outcome.truth is Truth.UNKNOWN:
            at_most = max(at_most, result, key=lambda one: one.rank)
    if presence.rank < Presence.REACHABLE.rank and evaluator.blinded & set(check.needs):
        at_most = max(at_most, Presence.REACHABLE, key=lambda one: one.rank)  # "not found" needs them seen whole
    picks.cancelled.update(dict.fromkeys((hit, BARRED) for hit in evaluator.barred))
    is_dead = presence is Presence.MENTIONED and not any(hit.live for hit in found.hits())
    return Seen(presence, max(presence, at_most, key=lambda one: one.rank), found.matches, tuple(picks.cancelled),
                 is_dead, contexts, evaluator.sight, firm.matches)


def _firm(check: Check, rung: Presence, outcome: Outcome, evaluator: Evaluator, pick: Pick) -> Outcome:
    """What holds of a rung without its weak conditions."""
    if rung not in check.firm:
        return outcome
    expression = check.firm[rung]
    return Outcome(Truth.FALSE) if expression is None else evaluator.evaluate(expression, pick)
