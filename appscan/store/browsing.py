"""Questions to the lists: one page, how many, one row. Changes nothing. What is asked is anybody's text: it becomes
what a database takes, as all that is kept did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, or_, select, tuple_

from appscan.model.folding import fold
from appscan.model.judgement import Verdict
from appscan.store.listed import (
    MOST_FORCE,
    AppsAsked,
    Blinding,
    FindingsAsked,
    ListedApp,
    ListedFinding,
    ReviewState,
    Window,
    urgency,
)
from appscan.store.moments import read
from appscan.store.plain import storable
from appscan.store.tables import ListedAppRow, ListedFindingRow, ListedGapRow, table

APP_SORTS: Mapping[str, tuple[str, ...]] = {
    "urgency": ("urgency", "name", "entry"), "name": ("name", "entry"), "body": ("body", "name", "entry"),
    "recorded": ("recorded", "entry"), "open": ("open", "name", "entry")}
FINDING_SORTS: Mapping[str, tuple[str, ...]] = {"urgency": ("urgency", "app", "id"), "app": ("app", "id")}
"""By what a list may be sorted; the last column of each is unique."""
NUMBERS = frozenset({"urgency", "open"})
FEW = 200
"""So many apps are looked up one by one; more of them are met soon enough on the way through the whole list."""
UNJUDGED = "none"

Asked = list[ColumnElement[bool]]
Few = Mapping[str, Sequence[int]] | None


def key_kinds(sorts: Mapping[str, tuple[str, ...]], sort: str) -> list[type[str] | type[int]]:
    """The types of the parts of a key under a sort."""
    return [int if name in NUMBERS else str for name in sorts[sort.removeprefix("-")]]


def apps(connection: Connection, asked: AppsAsked, window: Window) -> list[ListedApp]:
    """One page, with one row more where there are more in the direction asked."""
    rows = table(ListedAppRow)
    found = _page(connection, rows, _of_apps(connection, asked), window, APP_SORTS)
    return [_app(row) for row in found]


def count_apps(connection: Connection, asked: AppsAsked) -> int:
    """How many there are on all pages."""
    return _count(connection, table(ListedAppRow), _of_apps(connection, asked))


def app(connection: Connection, entry: str) -> ListedApp | None:
    """One app."""
    rows = table(ListedAppRow)
    found = connection.execute(select(rows).where(rows.c.entry == storable(entry))).first()
    return _app(found) if found else None


def findings(connection: Connection, asked: FindingsAsked, window: Window) -> list[ListedFinding]:
    """One page, with one row more where there are more in the direction asked."""
    return _findings(connection, asked, window, _few_of(connection, asked.text))


def findings_and_states(connection: Connection, asked: FindingsAsked,
                        window: Window) -> tuple[list[ListedFinding], dict[str, int]]:
    """One page, and how many are in each state whatever state is asked for."""
    few = _few_of(connection, asked.text)
    return _findings(connection, asked, window, few), _states(connection, replace(asked, state=""), few)


def _findings(connection: Connection, asked: FindingsAsked, window: Window, few: Few) -> list[ListedFinding]:
    found = _page(connection, table(ListedFindingRow), _of_findings(asked, few), window, FINDING_SORTS)
    return [_finding(row) for row in found]


def count_findings(connection: Connection, asked: FindingsAsked) -> int:
    """How many there are on all pages; apps know their own numbers, so that most need not be counted."""
    if not (asked.check or asked.verdict or asked.entry):
        found = states(connection, asked)
        return found.get(asked.state, 0) if asked.state else sum(found.values())
    return _count(connection, table(ListedFindingRow), _of_findings(asked, _few_of(connection, asked.text)))


def finding(connection: Connection, number: str) -> ListedFinding | None:
    """One place of a finding."""
    rows = table(ListedFindingRow)
    found = connection.execute(select(rows).where(rows.c.id == storable(number))).first()
    return _finding(found) if found else None


def states(connection: Connection, asked: FindingsAsked) -> dict[str, int]:
    """How many places of findings are in each state, of the apps asked for."""
    return _states(connection, asked, _few_of(connection, asked.text))


def _states(connection: Connection, asked: FindingsAsked, few: Few) -> dict[str, int]:
    rows = table(ListedFindingRow)
    if asked.check or asked.verdict or asked.entry:
        # The word of a verdict, not its stretch of urgencies: that index has the states and need fetch no row.
        wanted = [*_of_findings(replace(asked, verdict=""), few), *(
            [rows.c.verdict == asked.verdict] if asked.verdict else [])]
        found = connection.execute(select(rows.c.state, func.count()).where(*wanted).group_by(rows.c.state)).all()
        return {state.value: 0 for state in ReviewState} | {row[0]: row[1] for row in found}
    if few is not None:
        return {state.value: sum(counts[number] for counts in few.values())
                for number, state in enumerate(ReviewState)}
    of_apps = table(ListedAppRow)
    sums = [func.coalesce(func.sum(of_apps.c[state.value]), 0) for state in ReviewState]
    row = connection.execute(select(*sums).where(*_searched(of_apps, asked.text))).one()
    return {state.value: int(row[number]) for number, state in enumerate(ReviewState)}


def overalls(connection: Connection) -> dict[str, int]:
    """How many apps have each overall verdict; "" those that nobody judged."""
    rows = table(ListedAppRow)
    return {row[0]: row[1] for row in connection.execute(
        select(rows.c.overall, func.count()).group_by(rows.c.overall)).all()}


def checks_found(connection: Connection) -> list[str]:
    """Checks that have any finding, by id: from each the index leads to the next, without walking over its findings."""
    rows = table(ListedFindingRow)
    found = select(func.min(rows.c.check_id).label("check_id")).cte("found", recursive=True)
    following = select(func.min(rows.c.check_id)).where(rows.c.check_id > found.c.check_id).scalar_subquery()
    found = found.union_all(select(following).where(found.c.check_id.is_not(None)))
    return [str(one) for one in connection.execute(select(found.c.check_id)).scalars() if one is not None]


def blindings(connection: Connection, most: int) -> list[Blinding]:
    """Why apps could not be judged, the most frequent reason first."""
    rows, of_apps = table(ListedGapRow), table(ListedAppRow)
    of_reason = select(rows.c.reason, func.min(rows.c.zh), func.min(rows.c.en), func.count()).group_by(rows.c.reason)
    found = connection.execute(of_reason.order_by(func.count().desc(), rows.c.reason).limit(most)).all()
    only = {row[0]: row[1] for row in connection.execute(
        select(rows.c.reason, func.count()).join(of_apps, of_apps.c.entry == rows.c.entry).where(
            of_apps.c.overall == "inconclusive").group_by(rows.c.reason)).all()}
    return [Blinding(row[0], row[1], row[2], row[3], only.get(row[0], 0)) for row in found]


def _page(connection: Connection, rows: Table, asked: Asked, window: Window,
          sorts: Mapping[str, tuple[str, ...]]) -> Sequence[Any]:
    columns = [rows.c[name] for name in sorts[window.sort.removeprefix("-")]]
    is_backward = window.before is not None
    is_down = window.sort.startswith("-") != is_backward
    key = window.before if is_backward else window.after
    if key is not None:
        here, there = tuple_(*columns), tuple_(*(storable(one) if isinstance(one, str) else one for one in key))
        asked = [*asked, here < there if is_down else here > there]
    found: Select[Any] = select(rows).where(*asked).order_by(
        *(one.desc() if is_down else one for one in columns)).limit(window.most + 1)
    got = connection.execute(found).all()
    return got[::-1] if is_backward else got


def _count(connection: Connection, rows: Table, asked: Asked) -> int:
    return int(connection.execute(select(func.count()).select_from(rows).where(*asked)).scalar_one())


def _of_apps(connection: Connection, asked: AppsAsked) -> Asked:
    rows = table(ListedAppRow)
    wanted = _few(connection, [*_searched(rows, asked.text), *_within(rows, ("body", "owner"), asked.owner),
                               *_within(rows, ("region",), asked.region)])
    if asked.body:
        wanted.append(rows.c.body == storable(asked.body))
    if asked.level:
        wanted.append(rows.c.level == asked.level)
    if asked.verdict:
        wanted.append(rows.c.overall == ("" if asked.verdict == UNJUDGED else asked.verdict))
    if asked.platform:
        wanted.append(rows.c.platforms.contains(f",{asked.platform},", autoescape=True))
    if asked.state in set(ReviewState):
        wanted.append(rows.c[asked.state] > 0)
    if asked.reason:
        gaps = table(ListedGapRow)
        wanted.append(rows.c.entry.in_(select(gaps.c.entry).where(gaps.c.reason == storable(asked.reason))))
    return wanted


def _within(rows: Table, columns: Sequence[str], text: str) -> Asked:
    return [or_(*(rows.c[name].contains(storable(text), autoescape=True) for name in columns))] if text else []


def _few(connection: Connection, sought: Asked) -> Asked:
    """What is searched in texts: walking once through the table finds few apps sooner than walking in the order of a
    sort, which jumps; many are met on the way anyway."""
    if not sought:
        return []
    rows = table(ListedAppRow)
    found = list(connection.execute(select(rows.c.entry).where(*sought).limit(FEW + 1)).scalars())
    return [rows.c.entry.in_(found)] if len(found) <= FEW else sought


def _few_of(connection: Connection, text: str) -> Few:
    """The apps that a text finds, each with its numbers of findings by state; None where they are many, or where
    nothing is sought."""
    if not text:
        return None
    rows = table(ListedAppRow)
    found = connection.execute(select(rows.c.entry, *(rows.c[state.value] for state in ReviewState)).where(
        *_searched(rows, text)).limit(FEW + 1)).all()
    return {row[0]: row[1:] for row in found} if len(found) <= FEW else None


def _of_findings(asked: FindingsAsked, few: Few) -> Asked:
    rows = table(ListedFindingRow)
    wanted: Asked = []
    if asked.text:
        of_apps = table(ListedAppRow)
        entries = select(of_apps.c.entry).where(*_searched(of_apps, asked.text))
        # Few apps are looked up one by one, and of many an index by app is no help: the expressions below keep the
        # database from using the other index.
        wanted.append(rows.c.entry.in_(list(few)) if few is not None else func.coalesce(rows.c.entry, "").in_(entries))
    for name, value in (("state", asked.state), ("check_id", asked.check), ("entry", asked.entry)):
        if value:
            column = rows.c[name] if few is None else func.coalesce(rows.c[name], "")
            wanted.append(column == storable(value))
    return wanted + _of_verdict(rows, asked.verdict)


def _of_verdict(rows: Table, asked: str) -> Asked:
    """A verdict is a stretch of urgencies, which indexes know in the order of the list; where two share one, the word
    tells them apart, as an expression, since the index by words knows no order."""
    if not asked:
        return []
    first = urgency(asked, MOST_FORCE)
    same = [one for one in Verdict if one.severity == Verdict(asked).severity]
    stretch: Asked = [rows.c.urgency.between(first, first + MOST_FORCE)]
    return [*stretch, func.coalesce(rows.c.verdict, "") == asked] if len(same) > 1 else stretch


def _searched(rows: Table, text: str) -> Asked:
    return [rows.c.search.contains(storable(word), autoescape=True) for word in fold(text).split()]


def _app(row: Sequence[Any]) -> ListedApp:
    """The columns of the table in their order: by name each would be looked up anew for every row of a page."""
    (entry, name, owner, body, product, level, region, platforms, status, overall, urgent, listed, claimed, recorded,
     *counts, _) = row
    return ListedApp(
        entry, name, owner, body, product, level, region, tuple(filter(None, platforms.split(","))), status, overall,
        urgent, bool(listed), bool(claimed), read(recorded) if recorded else None, *counts)


def _finding(row: Sequence[Any]) -> ListedFinding:
    """As for apps."""
    (number, entry, report, mark, check, verdict, urgent, presence, force, screen, app_name, body, state, who, at,
     event) = row
    return ListedFinding(number, entry, report, mark, check, verdict, urgent, presence, force, screen, app_name,
                         body, ReviewState(state), who, read(at) if at else None, event)
