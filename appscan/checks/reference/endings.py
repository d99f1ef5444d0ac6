"""Where each clause ends: in a check that runs, in a portfolio rule, or in the reason why no machine can tell. A clause
whose feature is neither check nor rule is an error that is told by name. Knows no Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appscan.checks.pack import CheckSet
from appscan.model.report import ClauseText


class Ending(StrEnum):
    """What answers a clause."""

    CHECK = "check"
    PORTFOLIO = "portfolio"
    BEYOND = "beyond"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class End:
    """One thing that answers a clause: the id of a check or rule, or nothing for a reason; or what is missing."""

    ending: Ending
    name: str = ""


def endings(checks: CheckSet) -> Mapping[str, tuple[End, ...]]:
    """The ends of every clause, at least one each."""
    return {clause.id: _ends(clause, checks) for clause in checks.clauses.values()}


def missing_features(checks: CheckSet) -> Mapping[str, tuple[str, ...]]:
    """Features that are no check and no portfolio rule, each with the clauses that name it, in order of names."""
    missing: dict[str, list[str]] = {}
    for clause_id, ends in endings(checks).items():
        for end in ends:
            if end.ending is Ending.MISSING:
                missing.setdefault(end.name, []).append(clause_id)
    return {name: tuple(missing[name]) for name in sorted(missing)}


def _ends(clause: ClauseText, checks: CheckSet) -> tuple[End, ...]:
    known = dict.fromkeys(checks.portfolio, Ending.PORTFOLIO) | dict.fromkeys(
        (check.id for check in checks.checks), Ending.CHECK)
    ends = [End(known.get(name, Ending.MISSING), name) for name in clause.features]
    ends += [End(Ending.CHECK, check.id) for check in checks.checks
             if clause.id in check.clauses and check.id not in clause.features]
    if ends:
        return tuple(ends)
    return (End(Ending.BEYOND) if clause.beyond else End(Ending.MISSING),)
