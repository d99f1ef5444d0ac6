"""The lists of apps and of findings, one page each, as pages and the API show them. Knows no template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from fastapi import Request
from markupsafe import Markup

from appscan.serve.freshness import Freshener
from appscan.serve.lists import Key, Listed, key_of, listed
from appscan.serve.queries import ANY, LAST, AppsQuery, FindingsQuery, filters_of
from appscan.serve.rendering import language_of
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

T = TypeVar("T")
Q = TypeVar("Q", AppsQuery, FindingsQuery)
PAGE = 50


def fresh(request: Request) -> tuple[Store, Freshener, Condition]:
    """The store with the state of its lists, looked at once for a request: all parts of a page are of one state."""
    freshener: Freshener = request.app.state.freshener
    if not hasattr(request.state, "condition"):
        request.state.condition = freshener.look()
    return request.app.state.store, freshener, request.state.condition


def apps_asked(query: AppsQuery) -> AppsAsked:
    """The filters for the store."""
    return AppsAsked(query.text, query.owner, query.level, query.region, query.verdict, query.platform, query.state,
                     query.reason, query.body)


def findings_asked(query: FindingsQuery) -> FindingsAsked:
    """The filters for the store: without a state those that nobody has decided on."""
    state = "" if query.state == ANY else query.state or ReviewState.OPEN.value
    return FindingsAsked(query.text, state, query.check, query.verdict, query.entry)


@dataclass(frozen=True, slots=True)
class Shown(Generic[T]):
    """A page of a list as pages show it: `list` without its rows, and the `table` that they became, "" for none."""

    list: Listed[T]
    table: Markup


def apps_shown(request: Request, query: AppsQuery,
               table: Callable[[Listed[ListedApp]], Markup]) -> tuple[Shown[ListedApp], int]:
    """One page of apps with its table; and how many changes it does not know of yet."""
    return _shown(request, query, apps_page, table)


def findings_shown(request: Request, query: FindingsQuery,
                   table: Callable[[Listed[ListedFinding]], Markup]) -> tuple[Shown[ListedFinding], int]:
    """The same of findings."""
    return _shown(request, query, findings_page, table)


def _shown(request: Request, query: Q, page: Callable[[Request, Q], tuple[Listed[T], int]],
           table: Callable[[Listed[T]], Markup]) -> tuple[Shown[T], int]:
    """What `page` finds and `table` writes, or what they did before in this state of the lists: a table is made of
    nothing else but what is asked and the language."""
    _, freshener, condition = fresh(request)

    def make() -> Shown[T]:
        found, _ = page(request, query)
        return Shown(replace(found, rows=()), table(found) if found.rows else Markup())

    asked = tuple(value for name, value in query.model_dump().items() if name != LAST)
    key = (page.__name__, language_of(request), asked)
    return freshener.remembered(key, condition.version, make), condition.stale


def apps_page(request: Request, query: AppsQuery, most: int = PAGE) -> tuple[Listed[ListedApp], int]:
    """One page of apps; and how many changes it does not know of yet."""
    store, freshener, condition = fresh(request)
    asked, sort = apps_asked(query), query.sort or "urgency"
    window = _window(APP_SORTS, query, sort, most)
    found = store.lists.apps(asked, window)
    total = freshener.remembered(("apps", asked), condition.version, lambda: (
        len(found) if _is_whole(found, window) else store.lists.count_apps(asked)))
    return listed("/apps", filters_of(query), found, total, lambda row: app_key(row, sort), most=most,
                  after=query.after, before=query.before), condition.stale


def findings_page(request: Request, query: FindingsQuery, most: int = PAGE) -> tuple[Listed[ListedFinding], int]:
    """One page of findings; and how many changes it does not know of yet."""
    store, freshener, condition = fresh(request)
    asked, sort = findings_asked(query), query.sort or "urgency"
    window = _window(FINDING_SORTS, query, sort, most)
    everywhere, met = replace(asked, state=""), []

    def both() -> Mapping[str, int]:
        rows, counted = store.lists.findings_and_states(asked, window)
        met.append(rows)
        return counted

    states = freshener.remembered(("states", everywhere), condition.version, both)
    total = states[asked.state] if asked.state else sum(states.values())
    found = met[0] if met else store.lists.findings(asked, window)
    return listed("/findings", filters_of(query), found, total, lambda row: finding_key(row, sort), most=most,
                  after=query.after, before=query.before), condition.stale


def states_of(request: Request, query: FindingsQuery) -> Mapping[str, int]:
    """How many findings of this list are in each state."""
    store, freshener, condition = fresh(request)
    everywhere = replace(findings_asked(query), state="")
    return freshener.remembered(("states", everywhere), condition.version, lambda: store.lists.states(everywhere))


def _is_whole(found: Sequence[object], window: Window) -> bool:
    """Whether these are all rows of the list, so that nothing need be counted."""
    return window.after is None and window.before is None and len(found) <= window.most


def checks_found(request: Request) -> list[str]:
    """Ids of the checks that have findings."""
    store, freshener, condition = fresh(request)
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
