"""The lists of apps and of findings, one page each, as pages and the API show them. Knows no template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request

from appscan.serve.freshness import Freshener
from appscan.serve.lists import Key, Listed, key_of, listed
from appscan.serve.queries import ANY, AppsQuery, FindingsQuery, filters_of
from appscan.store import (
    AppsAsked,
    Condition,
    FindingsAsked,
    ListedApp,
    ListedFinding,
    ReviewState,
    Store,
    Window,
)
from appscan.store.browsing import APP_SORTS, FINDING_SORTS, key_kinds
from appscan.store.moments import written

PAGE = 50


def apps_asked(query: AppsQuery) -> AppsAsked:
    """The filters for the store."""
    return AppsAsked(query.text, query.owner, query.level, query.region, query.verdict, query.platform, query.state,
                     query.reason)


def findings_asked(query: FindingsQuery) -> FindingsAsked:
    """The filters for the store: without a state those that nobody has decided on."""
    state = "" if query.state == ANY else query.state or ReviewState.OPEN.value
    return FindingsAsked(query.text, state, query.check, query.verdict, query.entry)


def apps_page(request: Request, query: AppsQuery, most: int = PAGE) -> tuple[Listed[ListedApp], int]:
    """One page of apps; and how many changes it does not know of yet."""
    store, freshener, condition = _fresh(request)
    asked, sort = apps_asked(query), query.sort or "urgency"
    window = _window(APP_SORTS, query, sort, most)
    total = freshener.remembered(("apps", asked), condition.version, lambda: store.lists.count_apps(asked))
    found = store.lists.apps(asked, window)
    return listed("/apps", filters_of(query), found, total, lambda row: app_key(row, sort), most=most,
                  after=query.after, before=query.before), condition.stale


def findings_page(request: Request, query: FindingsQuery, most: int = PAGE) -> tuple[Listed[ListedFinding], int]:
    """One page of findings; and how many changes it does not know of yet."""
    store, freshener, condition = _fresh(request)
    asked, sort = findings_asked(query), query.sort or "urgency"
    window = _window(FINDING_SORTS, query, sort, most)
    total = freshener.remembered(("findings", asked), condition.version, lambda: store.lists.count_findings(asked))
    found = store.lists.findings(asked, window)
    return listed("/findings", filters_of(query), found, total, lambda row: finding_key(row, sort), most=most,
                  after=query.after, before=query.before), condition.stale


def states_of(request: Request, query: FindingsQuery) -> Mapping[str, int]:
    """How many findings of this list are in each state."""
    store, freshener, condition = _fresh(request)
    asked = replace(findings_asked(query), state="")
    return freshener.remembered(("states", asked), condition.version, lambda: store.lists.states(asked))


def checks_found(request: Request) -> list[str]:
    """Ids of the checks that have findings."""
    store, freshener, condition = _fresh(request)
    return freshener.remembered("checks", condition.version, store.lists.checks_found)


def beside(request: Request, query: FindingsQuery, here: ListedFinding) -> tuple[str, str]:
    """The findings before and after one in the list that a query asks for; "" where there is none. It need not be in
    the list itself: it may have been decided just now."""
    store: Store = request.app.state.store
    asked, sort = findings_asked(query), query.sort or "urgency"
    key = finding_key(here, sort)
    before = store.lists.findings(asked, Window(sort, before=key, most=1))
    after = store.lists.findings(asked, Window(sort, after=key, most=1))
    return before[-1].id if before else "", after[0].id if after else ""


def app_key(row: ListedApp, sort: str) -> Key:
    """What a row is sorted by."""
    parts = {**_strings(row, ("name", "body", "entry")), "urgency": row.urgency, "open": row.open,
             "recorded": written(row.recorded) if row.recorded else ""}
    return tuple(parts[name] for name in APP_SORTS[sort.removeprefix("-")])


def finding_key(row: ListedFinding, sort: str) -> Key:
    """What a row is sorted by."""
    parts = {**_strings(row, ("app", "id")), "urgency": row.urgency}
    return tuple(parts[name] for name in FINDING_SORTS[sort.removeprefix("-")])


def _strings(row: object, names: tuple[str, ...]) -> dict[str, str | int]:
    return {name: str(getattr(row, name)) for name in names}


def _window(sorts: Mapping[str, tuple[str, ...]], query: AppsQuery | FindingsQuery, sort: str, most: int) -> Window:
    kinds = key_kinds(sorts, sort)
    before = key_of(query.before, kinds)
    return Window(sort, None if before else key_of(query.after, kinds), before, most)


def _fresh(request: Request) -> tuple[Store, Freshener, Condition]:
    freshener: Freshener = request.app.state.freshener
    return request.app.state.store, freshener, freshener.look()
