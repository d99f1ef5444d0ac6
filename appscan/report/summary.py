"""The numbers of a report, counted once: every format and the command line show these. Knows no layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appscan.model.judgement import Verdict
from appscan.report.exempted import Exempted

COUNTED = ("occurrences", "exempted", "exemptions", "evidence", "cancelled", "artifacts", "unreadable", "errors",
           "gaps", "blinding")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a report counts. `by_verdict` has every verdict, worst first; `blinding` counts gaps that hide a whole kind;
    `unreadable` counts artifacts without a reading, `errors` all errors; `exempted` occurrences that an exemption
    covers or is said to cover, `exemptions` records of either."""

    overall: Verdict
    complete: bool
    checks: int
    by_verdict: tuple[tuple[Verdict, int], ...]
    artifacts: int
    unreadable: int
    errors: int
    occurrences: int
    exempted: int
    exemptions: int
    evidence: int
    cancelled: int
    gaps: int
    blinding: int

    def count(self, verdict: Verdict) -> int:
        """Checks that ended with `verdict`."""
        return dict(self.by_verdict)[verdict]

    def numbers(self) -> tuple[tuple[str, int], ...]:
        """Every number by the catalogue key of its name: what all formats show, and nothing else."""
        verdicts = ((f"verdicts.{verdict.value}", count) for verdict, count in self.by_verdict)
        return (("numbers.checks", self.checks), *verdicts,
                *((f"numbers.{name}", getattr(self, name)) for name in COUNTED))


def summarise(document: Mapping[str, Any]) -> Summary:
    """The numbers of one report document."""
    verdicts = Counter(Verdict(one["verdict"]) for one in document["verdicts"])
    occurrences = [place for finding in document["findings"] for place in finding["occurrences"]]
    exempted = Exempted(document)
    gaps = document["coverage"]["gaps"]
    return Summary(
        overall=Verdict(document["overall"]),
        complete=document["complete"],
        checks=len(document["verdicts"]),
        by_verdict=tuple((verdict, verdicts[verdict]) for verdict in sorted(Verdict, key=lambda one: -one.severity)),
        artifacts=len(document["artifacts"]),
        unreadable=sum(not one["reading_digest"] for one in document["artifacts"]),
        errors=len(document["errors"]),
        occurrences=len(occurrences),
        exempted=sum(exempted.state(finding, place) is not None
                     for finding in document["findings"] for place in finding["occurrences"]),
        exemptions=len(document.get("exemptions", ())),
        evidence=sum(len(place["evidence"]) for place in occurrences),
        cancelled=sum(len(finding["cancelled"]) for finding in document["findings"]),
        gaps=len(gaps),
        blinding=sum(is_blinding(gap) for gap in gaps),
    )


def is_blinding(gap: Mapping[str, Any]) -> bool:
    """Whether a gap hides a whole kind; a gap of no kind is only a remark."""
    return bool(gap["blinds"] and gap["kinds"])


def ranked(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The verdicts of the document, worst first; equal ones keep the order of the report."""
    return sorted(document["verdicts"], key=lambda one: -Verdict(one["verdict"]).severity)
