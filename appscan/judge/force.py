"""What stands beside a feature: how it is forced, and the borderlines that tag it. Knows no verdict."""

from __future__ import annotations

from appscan.checks.pack import AllOf, Check, Expression, Within, alternatives
from appscan.judge.documents.plans import DocumentSense, of_same_row
from appscan.judge.evaluate import EVERYWHERE, Evaluator, Outcome, Truth
from appscan.judge.hits import Hit
from appscan.judge.presence import Seen
from appscan.model.judgement import Force, Presence, Tag

Forced = tuple[Force, str, tuple[Hit, ...]]
"""A rung, the key of the place where it holds, and the hits that show it."""


def force_of(check: Check, seen: Seen, evaluator: Evaluator) -> tuple[Force, Force, list[Forced]]:
    """(at least, at most, [(rung, screen, hits)]): force words count only beside the feature."""
    found: list[Forced] = []
    least = most = Force.NONE
    if seen.at_most.rank < Presence.MENTIONED.rank:
        return least, most, found  # nothing to stand beside
    only_order = seen.presence is Presence.MENTIONED
    for rung, expression in check.force.items():
        if only_order and rung is not Force.ORDER:
            continue
        pick = seen.pick_order if rung is Force.ORDER else seen.pick_own
        for item in alternatives(expression):
            outcome = evaluator.evaluate(item, pick)
            beside = _beside(outcome, seen.screens, anywhere=rung is Force.ORDER or _in_app(item))
            if seen.sight.document is not None:
                beside = {key: hits for key, some in beside.items()
                          if (hits := _of_document(seen.sight.document, rung, some, seen.matches.get(key, ())))}
            if beside and seen.presence.rank >= Presence.MENTIONED.rank:
                found += [(rung, key, hits) for key, hits in beside.items()]
                least = max(least, rung, key=lambda force: force.rank)
            elif seen.at_most.rank > Presence.MENTIONED.rank and (
                    outcome.truth is Truth.UNKNOWN or evaluator.is_open(item)):
                most = max(most, rung, key=lambda force: force.rank)
    if seen.at_most.rank >= Presence.REACHABLE.rank and seen.presence.rank < Presence.REACHABLE.rank:
        most = Force.ORDER  # nothing is known of what could not be seen
    return least, max(least, most, key=lambda force: force.rank), found


def _of_document(document: DocumentSense, rung: Force, hits: tuple[Hit, ...],
                 feature: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Of what a document says of force: what may speak of the feature. A consequence or an order at the head or the end
    of a chapter is for all of it; what bars the way or leaves no choice is said of one function."""
    kept = of_same_row(hits, feature)
    if rung not in (Force.NO_OPT_OUT, Force.BLOCK):
        return kept
    return document.of_same_part(kept, feature, bars=rung is Force.BLOCK)


def tags_of(check: Check, seen: Seen, evaluator: Evaluator) -> tuple[Tag, ...]:
    if seen.presence is Presence.NONE:
        return ()
    tags = set()
    for tag, expression in check.tags.items():
        outcome = evaluator.evaluate(expression, seen.pick_order)
        if _beside(outcome, seen.screens, anywhere=_in_app(expression)):
            tags.add(tag)
    for context in seen.contexts.contexts:
        if context.tag is not None and context.words:
            outcome = evaluator.evaluate(context.mention, seen.pick_order)
            if _beside(outcome, seen.screens, anywhere=False):
                tags.add(context.tag)
    return tuple(sorted(tags))


def _beside(outcome: Outcome, screens: frozenset[str], *, anywhere: bool) -> dict[str, tuple[Hit, ...]]:
    """Matches on the screens of the feature (or anywhere)."""
    if outcome.truth is not Truth.TRUE:
        return {}
    return {key: hits for key, hits in outcome.matches.items() if anywhere or key in screens or key == EVERYWHERE}


def _in_app(expression: Expression) -> bool:
    """Whether an expression speaks of the whole app rather than of the feature's screen."""
    return isinstance(expression, AllOf) and expression.within is Within.APP
