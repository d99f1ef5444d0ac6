"""What a notice may order, and what it only asks about. Knows no layout and no text."""

from __future__ import annotations

from appscan.errors import UsageError
from appscan.model.judgement import Verdict
from appscan.report.paper.recheck import ITEMS, Json

ORDERED = frozenset({Verdict.LIKELY_VIOLATION, Verdict.MISSING})
"""Verdicts under which a notice orders a change. What is open or said to be exempt is asked about."""


def is_ordered(document: Json, check_id: str, verdict: str) -> bool:
    """Whether a notice may order something of a check or finding that ended with `verdict`: at least one clause that it
    rests on was read whole. A clause that nobody read is no ground to order anything."""
    return verdict in ORDERED and has_ground(document, check_id)


def has_ground(document: Json, check_id: str) -> bool:
    """Whether one of the clauses of a check was read whole."""
    quotable = {clause["id"] for clause in document["clauses"] if clause["quotable"]}
    return any(quotable.intersection(finding["clauses"]) for finding in document["findings"]
               if finding["check_id"] == check_id)


def prove_notice(document: Json, name: str) -> None:
    """Raise UsageError where a notice on a report would ask for nothing: `nothing_to_rectify`, or `notice_undecided`
    where that is only because checks could not be told. `name` says which report it is."""
    verdicts = [Verdict(one["verdict"]) for one in document["verdicts"]]
    if ITEMS.intersection(verdicts):
        return
    still_open = verdicts.count(Verdict.INCONCLUSIVE)
    if still_open:
        raise UsageError("notice_undecided", name=name, count=still_open)
    raise UsageError("nothing_to_rectify", name=name)


def items_of(document: Json) -> tuple[list[str], list[str]]:
    """The checks under which a notice orders something, and those about which it asks."""
    items = {one["check_id"]: one["verdict"] for one in document["verdicts"] if Verdict(one["verdict"]) in ITEMS}
    ordered = [check_id for check_id, verdict in items.items() if is_ordered(document, check_id, verdict)]
    return ordered, [check_id for check_id in items if check_id not in ordered]
