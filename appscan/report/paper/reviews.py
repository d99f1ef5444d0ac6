"""What people decided of the items of a paper, in words. Knows no layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from appscan.report.paper.choosing import Mark, Reviewed, marks_of
from appscan.report.paper.recheck import Json
from appscan.texts import Language, say

OPEN, CONFIRMED = "open", "confirmed"
STATES = (CONFIRMED, "asked", OPEN, "dismissed")
"""In the order in which they are told."""


def open_in(document: Json, reviewed: Reviewed | None) -> int:
    """How many items of a report nobody has looked at; 0 where nobody told."""
    return sum(_state(mark, reviewed) == OPEN for mark in set(marks_of(document))) if reviewed is not None else 0


def are_confirmed(document: Json, checks: Collection[str], reviewed: Reviewed | None) -> bool:
    """Whether a person confirmed a place of each of these checks."""
    confirmed = {mark[0] for mark in marks_of(document) if _state(mark, reviewed) == CONFIRMED}
    return confirmed.issuperset(checks)


def told(check: str, fingerprints: Iterable[str], reviewed: Reviewed | None, lang: Language) -> str:
    """How many places of a finding are in which state; "" where none of them is an item, or nobody told."""
    if reviewed is None:
        return ""
    marks = dict.fromkeys((check, one) for one in fingerprints)
    counted = Counter(reviewed[mark] for mark in marks or {(check, ""): None} if mark in reviewed)
    parts = (say(lang, f"paper.reviewed.{state}", count=counted[state] if marks else 0)
             for state in STATES if counted[state])
    return ("，" if lang == "zh" else ", ").join(parts)


def _state(mark: Mark, reviewed: Reviewed | None) -> str:
    return (reviewed or {}).get(mark, OPEN)
