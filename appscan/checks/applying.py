"""Which clauses hold where a report stands, and which of two that differ goes first. Knows no pack file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

from appscan.checks.pack import Check, CheckSet
from appscan.checks.same import Same
from appscan.model.jurisdiction import covers
from appscan.model.report import ClauseEffect, ClauseText, Extent

_BINDING = (ClauseEffect.BAN, ClauseEffect.REQUIRE)


def with_all_clauses(check: Check, clauses: Mapping[str, ClauseText]) -> Check:
    """The check with every clause that names it as its feature: those that bind after the ones its file names, by rank
    and date; those that allow it, or speak of a narrower subject, beside them. A rule whose text nobody saw is named
    nowhere."""
    named = sorted((clause for clause in clauses.values() if check.id in clause.features
                    and clause.text is not Extent.UNSEEN), key=lambda clause: (clause.rank, clause.date))
    binding = tuple(clause.id for clause in named if clause.effect in _BINDING and not clause.only)
    whole = tuple(dict.fromkeys(check.clauses + binding))
    beside = tuple(clause.id for clause in named if clause.effect is not ClauseEffect.META and clause.id not in whole)
    return replace(check, clauses=whole, beside=beside)


def applying(checks: CheckSet, place: str) -> CheckSet:
    """The checks with only the clauses that hold in `place`: central ones always, local ones where they match. The same
    set and place give the same object, as long as few are in use.

    A clause that differs from a later one of a higher rank is kept, but only beside the finding.
    """
    return _applying(Same(checks), place)


@functools.lru_cache(maxsize=16)
def _applying(whole: Same[CheckSet], place: str) -> CheckSet:
    checks = whole.it
    holding = {key: clause for key, clause in checks.clauses.items() if covers(clause.jurisdiction, place)}
    ranked = {key: replace(clause, outranked_by=_above(clause, holding)) for key, clause in holding.items()}
    return replace(checks, clauses=ranked, checks=tuple(_narrowed(check, ranked) for check in checks.checks))


def _above(clause: ClauseText, holding: Mapping[str, ClauseText]) -> str:
    """The clause that goes before this one, or nothing: higher, later, and of a rule that sets earlier ones aside."""
    above = (holding[key] for key in clause.yields_to if key in holding)
    return next((other.id for other in above
                 if other.prevails_by and other.rank < clause.rank and other.date > clause.date), "")


def _narrowed(check: Check, clauses: Mapping[str, ClauseText]) -> Check:
    named = [key for key in check.clauses if key in clauses]
    set_aside = [key for key in named if clauses[key].outranked_by]
    return replace(check, clauses=tuple(key for key in named if key not in set_aside),
                   beside=(*set_aside, *(key for key in check.beside if key in clauses)))
