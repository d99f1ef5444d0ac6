"""What a careful human expects of a fixture, compared with a report; packs from which one check was taken out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from appscan.model.judgement import Finding, Force, Presence
from appscan.model.report import Report

EARNED = ("not_found", "info")
"""Verdicts of a check of which a fixture says nothing."""


@dataclass(frozen=True)
class Outcome:
    """What came out for one check, in the words of a fixture."""

    presence: str
    force: str
    verdict: str


def outcomes(report: Report) -> dict[str, Outcome]:
    findings = {finding.check_id: finding for finding in report.findings}
    rows = {}
    for row in report.verdicts:
        finding = findings.get(row.check_id)
        rows[row.check_id] = Outcome(str(finding.presence) if finding else "none",
                                     str(finding.force) if finding else "none", str(row.verdict))
    return rows


def words(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def evidence_of(finding: Finding | None) -> str:
    """The finding in lines, for whoever reads a failure."""
    lines = [] if finding is None else [
        f"  {one.supports}: {one.signal.kind} {one.signal.value!r} on {occurrence.screen!r} ({one.signal.role})"
        for occurrence in finding.occurrences for one in occurrence.evidence]
    return "\n".join(lines) or "  no evidence"


def differences(report: Report, fixture: Mapping[str, Any]) -> list[str]:
    """Where a report differs from `expect`, `rest` and `never` of a fixture, with the evidence."""
    findings = {finding.check_id: finding for finding in report.findings}
    wrong = []
    for check_id, got in outcomes(report).items():
        expected = fixture["expect"].get(check_id, {"verdict": fixture.get("rest", list(EARNED))})
        for axis, allowed in expected.items():
            if getattr(got, axis) not in words(allowed):
                wrong.append(f"{check_id}: {axis} is {getattr(got, axis)}, a human says {allowed}\n"
                             + evidence_of(findings.get(check_id)))
        wrong += [f"{check_id}: {never} must never come out\n" + evidence_of(findings.get(check_id))
                  for never in set(fixture.get("never", [])) & {got.presence, got.verdict} - {"none"}]
    return wrong


def unproven(findings: Iterable[Finding]) -> list[str]:
    """Findings that do not show what they rest on."""
    wrong = []
    for finding in findings:
        supported = {one.supports for occurrence in finding.occurrences for one in occurrence.evidence}
        if finding.presence is not Presence.NONE and finding.presence not in supported:
            wrong.append(f"{finding.check_id}: nothing shows {finding.presence}")
        if finding.force is not Force.NONE and finding.force not in supported:
            wrong.append(f"{finding.check_id}: nothing shows {finding.force}")
        if finding.presence.rank > finding.presence_at_most.rank or finding.force.rank > finding.force_at_most.rank:
            wrong.append(f"{finding.check_id}: an interval upside down")
        if not finding.clauses:
            wrong.append(f"{finding.check_id}: no clause")
        if len({one.fingerprint for one in finding.occurrences}) != len(finding.occurrences):
            wrong.append(f"{finding.check_id}: two occurrences with one fingerprint")
    return wrong


def without_check(folder: Path, check_id: str) -> None:
    """Take a check and the shared words that only it uses out of a copy of the packs."""
    file = folder / "features" / f"{check_id}.yaml"
    own = file.read_text("utf-8")
    file.unlink()
    naming = [*(folder / "features").glob("*.yaml"), folder / "vocabulary" / "conditions.yaml"]
    others = "".join(path.read_text("utf-8") for path in naming)
    path = folder / "vocabulary" / "words.yaml"
    lists = yaml.safe_load(path.read_text("utf-8"))
    kept = {name: listed for name, listed in lists["lists"].items() if f"${name}" in others or f"${name}" not in own}
    path.write_text(json.dumps({"lists": kept}, ensure_ascii=False), encoding="utf-8")
