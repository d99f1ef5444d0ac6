"""Judges written cases by each condition of a check alone: which ones find what is there, and which ones accuse.

Knows no check: labels (fixtures/cases/README.md) say what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from appscan.bench.cases import Case, reading_of_case
from appscan.bench.others import Label, Labels, There
from appscan.bench.table import NAME_WIDTH, padded
from appscan.checks import CheckSet
from appscan.checks.pack import Check, Expression, alternatives, is_weak
from appscan.judge.judge import judge
from appscan.model.judgement import Presence, Verdict
from appscan.texts import Language, say

_UNLABELLED = Label(There.UNLABELLED)
_MARK = "#"
_WIDTH = 10
_COLUMNS = ("number", "right", "wrong", "alone", "weak")
SHOWN = 4
"""Cases named in a row."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One condition under `reachable` of a check, its number from 1, and the cases that it alone makes a likely
    violation: where the feature is there, where it is not; what is arguable or unlabelled counts for neither. `alone`
    are those of `right` that no firm condition of the check finds but this one."""

    check: str
    number: int
    is_weak: bool
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    alone: tuple[str, ...]


def try_conditions(cases: Iterable[Case], checks: CheckSet, labels: Labels, only: Iterable[str] = ()) -> list[Tried]:
    """Every condition of every check (of `only` these where any are named) on every case; required features, which
    accuse nobody by being there, are left out."""
    wanted = set(only)
    split = [(check, conditions_of(check)) for check in checks.checks
             if check.polarity != "required" and (not wanted or check.id in wanted)]
    apart = replace(checks, checks=tuple(
        replace(check, id=f"{check.id}{_MARK}{number}", presence={Presence.REACHABLE: condition}, firm={})
        for check, conditions in split for number, condition in enumerate(conditions, 1)))
    right: dict[str, list[str]] = defaultdict(list)
    wrong: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        for row in judge(reading_of_case(case), apart).verdicts:
            if row.verdict is Verdict.LIKELY_VIOLATION:
                is_there = _is_there(case, row.check_id.partition(_MARK)[0], labels)
                if is_there is not None:
                    (right if is_there else wrong)[row.check_id].append(case.id)
    return [_tried(check, number, conditions, right, wrong) for check, conditions in split
            for number in range(1, len(conditions) + 1)]


def conditions_of(check: Check) -> tuple[Expression, ...]:
    """The conditions of which one is enough for `reachable`."""
    expression = check.presence.get(Presence.REACHABLE)
    return () if expression is None else alternatives(expression)


def to_condition_lines(tried: Sequence[Tried], lang: Language) -> list[str]:
    """A row for each condition that ever accused: check, number, right, wrong, found by it alone, the first wrong."""
    head = padded(say(lang, "bench.check"), NAME_WIDTH) + "".join(
        padded(say(lang, f"bench.condition_{name}"), _WIDTH, right=True) for name in _COLUMNS)
    return [head, *(_row(one, lang) for one in tried if one.right or one.wrong)]


def _row(one: Tried, lang: Language) -> str:
    numbers = (one.number, len(one.right), len(one.wrong), len(one.alone))
    weak = say(lang, "bench.condition_is_weak") if one.is_weak else ""
    named = " ".join(one.wrong[:SHOWN])
    return (padded(one.check, NAME_WIDTH) + "".join(str(number).rjust(_WIDTH) for number in numbers)
            + padded(weak, _WIDTH, right=True) + (f"  {named}" if named else ""))


def _is_there(case: Case, check: str, labels: Labels) -> bool | None:
    if case.family == check:
        return case.is_positive
    there = labels.get((case.id, check), _UNLABELLED).there
    return {There.YES: True, There.NO: False}.get(there)


def _tried(check: Check, number: int, conditions: Sequence[Expression], right: dict[str, list[str]],
           wrong: dict[str, list[str]]) -> Tried:
    own = right[f"{check.id}{_MARK}{number}"]
    others = {case for other, condition in enumerate(conditions, 1) if other != number and not is_weak(condition)
              for case in right[f"{check.id}{_MARK}{other}"]}
    return Tried(check.id, number, is_weak(conditions[number - 1]), tuple(own),
                 tuple(wrong[f"{check.id}{_MARK}{number}"]), tuple(case for case in own if case not in others))
