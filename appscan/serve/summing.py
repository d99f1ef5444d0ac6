"""What the overview shows that takes long to work out: the count, and what changed between sweeps. Worked out beside
requests and kept in the store. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from appscan import __version__
from appscan.store import EventKind, Kept, Store, TaskState
from appscan.sweep.tasks import DESK
from appscan.sweep.trends import Row, of_days, trends

OVERVIEW = "overview"
OWNER_MEMBERS = ("owner", "name", "confirmed", "undetermined", "most", "limit", "state", "for_review", "examined")
OF = "of"
BESIDE = frozenset({
    EventKind.REVIEWED, EventKind.ACCOUNT_CHANGED, EventKind.SIGNED_IN, EventKind.SIGN_IN_REFUSED,
    EventKind.SIGNED_OUT, EventKind.SCAN_ASKED, EventKind.SCAN_CANCELLED, EventKind.REGISTRY_GIVEN,
    EventKind.PAPER_MADE})
"""Events that change neither the count nor what changed between sweeps."""
TURNS = ("new", "fixed", "returned")
MOST_ROWS = 12


def sum_up(store: Store, now: datetime) -> Kept:
    """Work it out and keep it, for the state of the lists as it was before: what changes meanwhile is summed up the
    next time."""
    from appscan.count.counting import count  # the count is loaded by the first who sums up, not by every start
    from appscan.count.document import to_document
    from appscan.count.gathering import gather

    version = store.lists.condition().version
    of = _made_of(store, now.date())  # before anything of it is read
    document = to_document(count(gather(store, now.date())), now)
    kept = Kept(version, now, {"count": _slim(document), "trends": _trends(store), OF: of})
    store.lists.keep(OVERVIEW, kept)
    return kept


def kept_on(store: Store, now: datetime, before: Kept) -> Kept | None:
    """`before` for the state that the lists are in now; None where something of what it is made of changed since.
    Nothing did after a decision on a finding: on a large portfolio everybody at the desk would feel the second that
    summing up takes."""
    version = store.lists.condition().version
    if before.content.get(OF) != _made_of(store, now.date()):
        return None
    kept = replace(before, version=version)
    store.lists.keep(OVERVIEW, kept)
    return kept


def _made_of(store: Store, day: date) -> list[Any]:
    """What differs once the count or the trends could: the program and the day, events but those that change neither,
    reports and what apps consist of, and ended tasks of sweeps."""
    counted = [kind for kind in EventKind if kind not in BESIDE]
    ended = [[one.id, one.counts[TaskState.DONE]] for one in store.sweeps() if one.id != DESK]
    return [__version__, day.isoformat(), list(store.count_events(*counted)), list(store.count_reports()), ended]


def _slim(document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the count from which chart and table are made: thousands of products are not needed for it."""
    owners = [{**{name: row[name] for name in OWNER_MEMBERS},
               **({"with_bureaus": _span(row["with_bureaus"])} if "with_bureaus" in row else {}),
               "exceptions": len(row["exceptions"])} for row in document["owners"]]
    return {**{name: document[name] for name in ("as_of", "made", "limit", "totals")}, "owners": owners}


def _span(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("confirmed", "undetermined", "most")}


def _trends(store: Store) -> dict[str, Any] | None:
    """The turns in the last sweep, by check and by owner; None where no sweep has been. What the desk itself scans is
    no sweep of the portfolio."""
    sweeps = of_days(store.sweeps(), None, None)
    if not sweeps:
        return None
    last = sweeps[-1]
    rows = [row for row in trends(store, sweeps) if row.sweep == last.id]
    return {"sweep": last.id, "planned": last.planned.isoformat(), "before": sweeps[-2].id if len(sweeps) > 1 else "",
            **_sums(rows), "checks": _by(rows, "check_id"), "owners": _by(rows, "owner")}


def _sums(rows: Sequence[Row]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows) for name in (*TURNS, "flagged")}


def _by(rows: Sequence[Row], member: str) -> list[dict[str, Any]]:
    """Sums by one member, those with most turns first; those without any are left out."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, member), []).append(row)
    sums = {key: _sums(several) for key, several in groups.items()}
    turns = {key: sum(one[name] for name in TURNS) for key, one in sums.items()}
    first = sorted((key for key in sums if turns[key]), key=lambda key: (-turns[key], key))[:MOST_ROWS]
    return [{member: key, **sums[key]} for key in first]
