"""Judges written cases by every check, not only by that of their family: what else is accused, and is it there?

Knows no check: the labels (fixtures/cases/README.md, "What else a case holds") name cases and checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import yaml

from appscan.bench.cases import Case, reading_of_case
from appscan.checks import CheckSet
from appscan.errors import UsageError
from appscan.judge.judge import judge
from appscan.model.judgement import Verdict

LABELS = Path("others") / "labels.yaml"
ACTED_ON = (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW)
HELD_BACK = 5
"""Labels of cases whose number is divisible by this are not looked at while packs are tuned, and are counted apart."""


class There(StrEnum):
    """What a reviewer says of a check on a case of another family; `unlabelled` where nobody has said yet."""

    YES = "yes"
    ARGUABLE = "arguable"
    NO = "no"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Label:
    """`why` says why it is not there."""

    there: There
    why: str = ""


Labels = Mapping[tuple[str, str], Label]
"""By case and check."""


@dataclass(frozen=True, slots=True)
class Accusation:
    """One case that a check of another family acted on."""

    case: str
    check: str
    verdict: Verdict
    label: Label

    @property
    def is_false(self) -> bool:
        """The worst there is: accused of what is not there."""
        return self.verdict is Verdict.LIKELY_VIOLATION and self.label.there is There.NO

    @property
    def is_held_back(self) -> bool:
        return int(self.case[-3:]) % HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class OthersResult:
    """Everything acted on beside the cases' own families; `judged` counts cases; `lost` are the things labelled yes
    that are acted on no more."""

    judged: int
    rows: tuple[Accusation, ...]
    lost: tuple[tuple[str, str], ...]

    def checks(self) -> list[str]:
        return sorted({row.check for row in self.rows})

    def named(self, verdict: Verdict, there: There, check: str | None = None, *,
              held_back: bool | None = None) -> tuple[str, ...]:
        """Cases with this verdict and label, of one check or of all, of the labels held back, the others or both."""
        return tuple(row.case for row in self.rows if row.verdict is verdict and row.label.there is there
                     and check in (None, row.check) and held_back in (None, row.is_held_back))

    def false(self) -> tuple[Accusation, ...]:
        return tuple(row for row in self.rows if row.is_false)


def read_labels(folder: Path) -> dict[tuple[str, str], Label]:
    """Labels of a folder of cases, none where it has none. Raises UsageError `cases_damaged` (file, case, why)."""
    path = folder / LABELS
    if not path.is_file():
        return {}
    try:
        # every value is a text: `yes` and `no` are words here
        listed = yaml.load(path.read_text("utf-8"), getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise UsageError("cases_damaged", file=str(LABELS), case="", why=str(error).splitlines()[0]) from None
    labels = {}
    for case, checks in (listed.items() if isinstance(listed, dict) else [("", listed)]):
        if not isinstance(checks, dict):
            raise UsageError("cases_damaged", file=str(LABELS), case=str(case), why="no mapping")
        labels.update({(case, check): _label(case, check, said) for check, said in checks.items()})
    return labels


def _label(case: str, check: str, said: object) -> Label:
    """`yes`, `arguable`, or `no, ` and the reason."""
    word, _, why = said.partition(", ") if isinstance(said, str) else ("", "", "")
    if word not in (There.YES, There.ARGUABLE, There.NO) or (word == There.NO) != bool(why.strip()):
        raise UsageError("cases_damaged", file=str(LABELS), case=case, why=f"{check}: {said}")
    return Label(There(word), why.strip())


def run_others(cases: Sequence[Case], checks: CheckSet, labels: Labels, only: Iterable[str] = ()) -> OthersResult:
    """Judge each case by every check but that of its family; `only` these checks where any are named."""
    wanted = set(only) or {check.id for check in checks.checks}
    kept = replace(checks, checks=tuple(check for check in checks.checks if check.id in wanted))
    rows = [row for case in cases for row in _accusations(case, kept, labels)]
    acted_on, judged = {(row.case, row.check) for row in rows}, {case.id for case in cases}
    lost = tuple(key for key, label in labels.items()
                 if label.there is There.YES and key[0] in judged and key[1] in wanted and key not in acted_on)
    return OthersResult(len(cases), tuple(rows), lost)


def _accusations(case: Case, checks: CheckSet, labels: Labels) -> list[Accusation]:
    acted_on = [row for row in judge(reading_of_case(case), checks).verdicts
                if row.check_id != case.family and row.verdict in ACTED_ON]
    return [Accusation(case.id, row.check_id, row.verdict,
                       labels.get((case.id, row.check_id), Label(There.UNLABELLED))) for row in acted_on]
