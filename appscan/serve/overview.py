"""What the overview says, for its page and for the API. Reads what was summed up and asks the lists; works
nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from appscan.model.judgement import Verdict
from appscan.serve.portfolio_lists import fresh
from appscan.store import FindingsAsked, Kept, Store

MOST_REASONS = 12
VERDICTS = (*sorted(Verdict, key=lambda one: -one.severity), "")


def overview_of(request: Request) -> dict[str, Any]:
    """`count` and `trends` as they were summed up last, at `made`; `is_behind` where something changed since; verdicts
    of apps, states of findings and reasons for what could not be judged as they are now."""
    store, freshener, condition = fresh(request)
    kept, is_behind = summed_up(request)
    now: Mapping[str, Any] = freshener.remembered("overview", condition.version, lambda: _now(store))
    return {"count": kept.content["count"], "trends": kept.content["trends"], "made": kept.made,
            "is_behind": is_behind, **now}


def summed_up(request: Request) -> tuple[Kept, bool]:
    """What was summed up last; and whether something changed since."""
    _, freshener, condition = fresh(request)
    kept = freshener.overview(condition)
    return kept, kept.version != condition.version or bool(condition.stale)


def _now(store: Store) -> dict[str, Any]:
    overalls = store.lists.overalls()
    return {"verdicts": [(word, overalls[word]) for word in VERDICTS if overalls.get(word)],
            "apps": sum(overalls.values()), "states": store.lists.states(FindingsAsked()),
            "blindings": store.lists.blindings(MOST_REASONS)}
