"""Judges written cases (fixtures/cases/README.md): short pages, scripts, layouts and documents with a label each.

Knows no check: a case names its family, which is the id of a check.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from appscan.bench.one_activity import SCREEN, Call, code_of, resources_of
from appscan.checks import CheckSet
from appscan.errors import UsageError
from appscan.judge.judge import judge
from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.coverage import Coverage
from appscan.model.folding import fold
from appscan.model.judgement import Force, Presence, Verdict
from appscan.model.reading import Fact, Reading
from appscan.readers.apk.bundles import read_bundles
from appscan.readers.apk.layouts import read_layouts
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.document.reader import reading_of_text

Shape = Literal["page", "script", "layout", "document"]
SHAPES = ("page", "script", "layout", "document")
SEALED = 3
"""Cases whose number is divisible by this are sealed."""
_PAGE = "<!doctype html><html><body><div id=app></div><script src=app.js></script></body></html>"
_LAYOUT, _LAYOUT_ID, _FIRST_ID = "res/layout/screen.xml", 0x7F0A0001, 0x7F0B0001


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled case; `force` are the rungs a reviewer could defend, none where the feature is not there."""

    id: str
    family: str
    shape: str
    presence: Presence
    force: tuple[Force, ...]
    why: str
    content: str

    @property
    def is_positive(self) -> bool:
        return self.presence is Presence.REACHABLE

    @property
    def is_sealed(self) -> bool:
        return int(self.id[-3:]) % SEALED == 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what came out for its family, and what a plain keyword search would say."""

    case: Case
    presence: Presence
    force: Force
    verdict: Verdict
    keyword: bool

    @property
    def is_hit(self) -> bool:
        return self.presence.rank >= Presence.REACHABLE.rank

    @property
    def is_forced_right(self) -> bool:
        return self.force in self.case.force


@dataclass(frozen=True, slots=True)
class Tally:
    """Names of the cases found, missed and falsely found, and how many were left alone rightly."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]
    clean: int

    @property
    def precision(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.false))

    @property
    def recall(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.missed))

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class CasesResult:
    """All judged cases; families without a check are named and not measured."""

    rows: tuple[Judged, ...]
    unmeasured: tuple[str, ...]

    def families(self) -> list[str]:
        return sorted({row.case.family for row in self.rows})

    def tally(self, family: str | None = None, *, keyword: bool = False) -> Tally:
        """Of one family, or of all; for us or for the keyword search."""
        rows = [row for row in self.rows if family in (None, row.case.family)]
        hit = {row.case.id: row.keyword if keyword else row.is_hit for row in rows}
        there = [row.case.id for row in rows if row.case.is_positive]
        away = [row.case.id for row in rows if not row.case.is_positive]
        return Tally(tuple(one for one in there if hit[one]), tuple(one for one in there if not hit[one]),
                     tuple(one for one in away if hit[one]), sum(not hit[one] for one in away))

    def forced(self, family: str | None = None) -> tuple[tuple[Judged, ...], int]:
        """(found cases whose force no reviewer would defend, all found cases)."""
        rows = [row for row in self.rows if family in (None, row.case.family) and row.case.is_positive and row.is_hit]
        return tuple(row for row in rows if not row.is_forced_right), len(rows)

    def accused(self) -> tuple[Judged, ...]:
        """Cases without the feature that came out as a likely violation."""
        return tuple(row for row in self.rows if not row.case.is_positive and row.verdict is Verdict.LIKELY_VIOLATION)


def is_case_folder(folder: Path) -> bool:
    """Whether a folder holds written cases rather than labels of apps and sites."""
    return any(folder.glob("*.yaml")) and not any((folder / name).is_file() for name in ("apks.json", "sites.json"))


def read_cases(folder: Path) -> list[Case]:
    """Cases of all files, in order. Raises UsageError `cases_damaged` (file, case, why)."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            listed = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise UsageError("cases_damaged", file=path.name, case="", why=str(error).splitlines()[0]) from None
        if not isinstance(listed, list):
            raise UsageError("cases_damaged", file=path.name, case="", why="no list")
        found += [_case(path, entry) for entry in listed]
    return found


def _case(path: Path, entry: Any) -> Case:
    name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    try:
        if entry["shape"] not in SHAPES or not name[-3:].isdigit():
            raise ValueError(f"shape or id: {entry['shape']}")
        return Case(name, path.stem, entry["shape"], Presence(entry["presence"]),
                    tuple(Force(one) for one in entry.get("force", ())), str(entry.get("why", "")), entry["content"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError("cases_damaged", file=path.name, case=name, why=str(error)) from None


def run_cases(cases: Iterable[Case], checks: CheckSet, words: dict[str, list[str]]) -> CasesResult:
    """Judge each case with the check of its family; `words` are those of the keyword search, by family."""
    known = {check.id: replace(checks, checks=(check,)) for check in checks.checks}
    rows, unmeasured = [], dict[str, None]()
    for case in cases:
        if case.family not in known:
            unmeasured[case.family] = None
            continue
        rows.append(judge_case(case, known[case.family], words.get(case.family, [])))
    return CasesResult(tuple(rows), tuple(unmeasured))


def judge_case(case: Case, checks: CheckSet, words: list[str]) -> Judged:
    """One case against a set that holds the check of its family alone."""
    judged = judge(reading_of_case(case), checks)
    finding = next(iter(judged.findings), None)
    folded = fold(case.content)
    return Judged(case, finding.presence if finding else Presence.NONE, finding.force if finding else Force.NONE,
                  judged.verdicts[0].verdict, any(word in folded for word in words))


def reading_of_case(case: Case) -> Reading:
    """What the readers of pages, scripts, layouts and documents see of a case."""
    if case.shape == "document":
        return reading_of_text(case.content, case.id)
    pool = StringPool()
    pool.add("")
    rows = FactRows(pool)
    artifact = Artifact(ArtifactKind.APK, case.id, hashlib.sha256(case.content.encode()).hexdigest(), 0)
    if case.shape == "layout":
        return _layout(case, artifact, rows)
    if case.shape == "page":
        files = [("assets/www/index.html", case.content.encode())]
    else:
        files = [("assets/www/index.html", _PAGE.encode()), ("assets/www/app.js", case.content.encode())]
    _, gaps = read_bundles(files, rows)
    code, resources = code_of(pool), resources_of(pool, [])
    return Reading(artifact, "case/1", pool.freeze(), rows.freeze(), resources, code, Coverage((), tuple(gaps)))


def _layout(case: Case, artifact: Artifact, rows: FactRows) -> Reading:
    """A layout, and the code of its screen as the lines below it list it."""
    markup, _, listed = case.content.partition("\n---\n")
    pool = rows.pool
    rows.add(Fact.COMPONENT, SCREEN, role="activity", file=pool.add("AndroidManifest.xml"), node=1)
    gaps = read_layouts([(_LAYOUT, markup.encode())], None, rows)
    lines = [tuple(part.strip() for part in line.partition(":")[::2]) for line in listed.splitlines() if ":" in line]
    calls = [Call(*value.partition("(")[0].partition("->")[::2]) for kind, value in lines if kind == "call"]
    names = [re.split(r"[:\s]", value.rpartition("->")[2], maxsplit=1)[0] for kind, value in lines if kind == "field"]
    code = code_of(pool, calls, [value for kind, value in lines if kind == "string"], names, [_LAYOUT_ID])
    resources = resources_of(pool, [(_LAYOUT_ID, "layout", "screen", _LAYOUT)])
    return Reading(artifact, "case/1", pool.freeze(), rows.freeze(), resources, code, Coverage((), tuple(gaps)))
