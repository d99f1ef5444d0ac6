"""A report narrowed to the items that a paper shall speak of. What was found is not changed by it: numbers, conclusion
and chain of evidence are those of the whole report. Knows no layout and no text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from appscan.model.judgement import Verdict
from appscan.report.exempted import Exempted
from appscan.report.paper.recheck import ITEMS, Json

Mark = tuple[str, str]
"""Check and fingerprint of a place; "" for what has no place, as a required feature that is missing."""
Chosen = frozenset[Mark]
Reviewed = Mapping[Mark, str]
"""What people decided of every item of a report: `open`, `confirmed`, `dismissed`, `asked`."""


def marks_of(document: Json) -> Iterator[Mark]:
    """All items of a report that a paper could ask something for: no place that the office itself exempted."""
    placed, granted = set(), granted_in(document)
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) in ITEMS and finding["occurrences"]:
            placed.add(finding["check_id"])
            marks = ((finding["check_id"], place["fingerprint"]) for place in finding["occurrences"])
            yield from (mark for mark in marks if mark not in granted)
    for row in document["verdicts"]:
        if Verdict(row["verdict"]) in ITEMS and row["check_id"] not in placed:
            yield row["check_id"], ""


def granted_in(document: Json) -> Chosen:
    """The places that the office exempted although their finding stands: others of its places are not exempt."""
    exempted = Exempted(document)
    listed = (((finding["check_id"], place["fingerprint"]), exempted.listed(finding, place))
              for finding in document["findings"] if Verdict(finding["verdict"]) in ITEMS
              for place in finding["occurrences"])
    return frozenset(mark for mark, record in listed if record is not None and record.state is Verdict.EXEMPT)


def items_in(document: Json) -> int:
    """How many items there are; a place that two artifacts share is one."""
    return len(set(marks_of(document)))


def narrowed(document: Json, chosen: Chosen) -> dict[str, Any]:
    """The report with only the chosen of its items; what no paper asks anything for stays."""
    findings = [one for finding in document["findings"] if (one := _narrowed(finding, chosen))]
    left = {finding["check_id"] for finding in findings} | {check for check, mark in chosen if not mark}
    verdicts = [row for row in document["verdicts"]
                if Verdict(row["verdict"]) not in ITEMS or row["check_id"] in left]
    return {**document, "findings": findings, "verdicts": verdicts}


def _narrowed(finding: Json, chosen: Chosen) -> Json | None:
    if Verdict(finding["verdict"]) not in ITEMS or (not finding["occurrences"] and (finding["check_id"], "") in chosen):
        return finding
    kept = [place for place in finding["occurrences"] if (finding["check_id"], place["fingerprint"]) in chosen]
    return {**finding, "occurrences": kept} if kept else None
