"""The lists of apps and findings: made by whoever knows what they say, kept here in one step with the notes of what had
changed, and asked for one page at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from appscan.store import browsing
from appscan.store.database import Database
from appscan.store.listed import (
    AppsAsked,
    Blinding,
    FindingsAsked,
    ListedApp,
    ListedFinding,
    ListedGap,
    Window,
)
from appscan.store.moments import read, written
from appscan.store.plain import named, storable
from appscan.store.reports import pack, unpack
from appscan.store.stale import StaleKind, note_stale
from appscan.store.tables import (
    KeptRow,
    ListedAppRow,
    ListedFindingRow,
    ListedGapRow,
    ReportRow,
    StaleRow,
    StrayRow,
    table,
)
from appscan.store.values import Document

STATE = "lists"
CHUNK = 500
LONGEST_SCREEN = 200


@dataclass(frozen=True, slots=True)
class Stale:
    """What changed since the lists were made; `id` is forgotten once they know of it."""

    id: int
    kind: StaleKind
    about: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`version` grows whenever the lists are made anew; `day` (ISO 8601) is the one whose exemptions were laid over
    them last, "" before the first time; `stale` counts changes that they do not know of yet."""

    version: int
    day: str
    stale: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Something worked out before, for the state `version` of the lists."""

    version: int
    made: datetime
    content: Document


@dataclass(frozen=True, slots=True)
class Made:
    """New rows of some entries, each with what is searched of an app; entries without a row go. Of other entries whose
    rows could not be made, those that there are stay, with `failed_gaps` that say why; `failed` stand where there are
    none."""

    entries: Collection[str]
    apps: Sequence[tuple[ListedApp, str]]
    findings: Sequence[ListedFinding]
    gaps: Sequence[ListedGap]
    strays: Mapping[str, str]
    failed: Sequence[tuple[ListedApp, str]] = ()
    failed_gaps: Sequence[ListedGap] = ()


class Lists:
    """All of them. Any method raises UnavailableError as the store's own do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Making them

    def condition(self) -> Condition:
        """How they stand to what they are made of."""
        with self._database.reading() as connection:
            stale, version, content = connection.execute(_condition()).one()
        day = str(unpack(content).get("day", "")) if content else ""
        return Condition(version or 0, day, int(stale))

    def stale(self, most: int, about: Collection[str] = ()) -> list[Stale]:
        """What changed, oldest first; `about` some entries or apps, or anything."""
        rows = table(StaleRow)
        asked = [rows.c.about.in_(sorted(map(named, about)))] if about else []
        with self._database.reading() as connection:
            found = connection.execute(select(rows).where(*asked).order_by(rows.c.id).limit(most)).all()
        return [Stale(row.id, StaleKind(row.kind), row.about) for row in found]

    def settle(self, made: Made, stale: Sequence[Stale]) -> bool:
        """Put the new rows in the place of the old ones and forget what had changed; False, and nothing is kept, where
        somebody else has done so meanwhile: what was made may be older than that."""
        with self._database.writing(STATE) as connection:
            rows = table(StaleRow)
            gone = sum(connection.execute(delete(rows).where(rows.c.id.in_(
                [one.id for one in stale[start:start + CHUNK]]))).rowcount for start in range(0, len(stale), CHUNK))
            if gone != len(stale):
                connection.rollback()
                return False
            self._replace(connection, made)
            self._turn(connection, {})
        return True

    def turn_day(self, day: str, names: Collection[str], now: datetime) -> None:
        """Note that the exemptions of these apps stand differently from this day on."""
        with self._database.writing(STATE) as connection:
            note_stale(connection, StaleKind.EXEMPTIONS, names)
            self._turn(connection, {"made": written(now), "content": pack({"day": day})})

    def _turn(self, connection: Connection, change: Mapping[str, Any]) -> None:
        """The next state; inside the transaction that makes it."""
        rows = table(KeptRow)
        self._database.keep_once(connection, rows, {"name": STATE, "version": 0, "made": "", "content": pack({})},
                                 ["name"])
        connection.execute(update(rows).where(rows.c.name == STATE).values(version=rows.c.version + 1, **change))

    def _replace(self, connection: Connection, made: Made) -> None:
        entries = sorted(made.entries)
        for rows in (table(ListedAppRow), table(ListedFindingRow), table(ListedGapRow)):
            for start in range(0, len(entries), CHUNK):
                connection.execute(delete(rows).where(rows.c.entry.in_(entries[start:start + CHUNK])))
        strays = table(StrayRow)
        for stray in made.strays:
            connection.execute(delete(strays).where(strays.c.stray == stray))
        for kind, new in ((ListedAppRow, [_app_row(one, search) for one, search in made.apps]),
                          (ListedFindingRow, [_finding_row(one) for one in made.findings]),
                          (ListedGapRow, [asdict(one) for one in made.gaps]),
                          (StrayRow, [{"stray": one, "entry": of} for one, of in made.strays.items()])):
            if new:
                connection.execute(insert(table(kind)), new)
        for app, search in made.failed:
            self._database.keep_once(connection, table(ListedAppRow), _app_row(app, search), ["entry"])
        for gap in made.failed_gaps:
            self._database.keep_once(connection, table(ListedGapRow), asdict(gap), ["entry", "reason"])

    # What making them needs

    def strays(self) -> dict[str, str]:
        """Apps that were not in the registry when their report came → where they stand in the lists."""
        rows = table(StrayRow)
        with self._database.reading() as connection:
            return {row.stray: row.entry for row in connection.execute(select(rows)).all()}

    def named(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every entry that has reports, with the other names that an exemption may use for it."""
        rows = table(ReportRow)
        with self._database.reading() as connection:
            found = connection.execute(select(rows.c.entry, rows.c.product, rows.c.app, rows.c.packages).distinct())
            return [(row.entry, (row.product, row.app, *row.packages.split("\n"))) for row in found.all()]

    # What was worked out of them

    def keep(self, name: str, kept: Kept) -> None:
        """Keep what was worked out, in place of what was worked out before."""
        rows = table(KeptRow)
        row = {"name": name, "version": kept.version, "made": written(kept.made), "content": pack(kept.content)}
        with self._database.writing(f"kept {name}") as connection:
            connection.execute(delete(rows).where(rows.c.name == name))
            connection.execute(insert(rows), row)

    def kept(self, name: str) -> Kept | None:
        """What was worked out last; None where nothing was."""
        rows = table(KeptRow)
        with self._database.reading() as connection:
            row = connection.execute(select(rows).where(rows.c.name == name)).first()
        return None if row is None or not row.made else Kept(row.version, read(row.made), unpack(row.content))

    # Asking them

    def apps(self, asked: AppsAsked, window: Window) -> list[ListedApp]:
        """One page of apps, with one row more where there are more in the direction asked."""
        with self._database.reading() as connection:
            return browsing.apps(connection, asked, window)

    def count_apps(self, asked: AppsAsked) -> int:
        """How many apps are on all pages."""
        with self._database.reading() as connection:
            return browsing.count_apps(connection, asked)

    def app(self, entry: str) -> ListedApp | None:
        """One app; None where there is none."""
        with self._database.reading() as connection:
            return browsing.app(connection, entry)

    def findings(self, asked: FindingsAsked, window: Window) -> list[ListedFinding]:
        """One page of findings, with one row more where there are more in the direction asked."""
        with self._database.reading() as connection:
            return browsing.findings(connection, asked, window)

    def count_findings(self, asked: FindingsAsked) -> int:
        """How many findings are on all pages."""
        with self._database.reading() as connection:
            return browsing.count_findings(connection, asked)

    def findings_and_states(self, asked: FindingsAsked, window: Window) -> tuple[list[ListedFinding], dict[str, int]]:
        """One page as `findings`, and how many findings are in each state whatever state is asked for, as `states`:
        what both search for is searched for once."""
        with self._database.reading() as connection:
            return browsing.findings_and_states(connection, asked, window)

    def finding(self, number: str) -> ListedFinding | None:
        """One place of a finding; None where there is none."""
        with self._database.reading() as connection:
            return browsing.finding(connection, number)

    def states(self, asked: FindingsAsked) -> dict[str, int]:
        """How many findings are in each state."""
        with self._database.reading() as connection:
            return browsing.states(connection, asked)

    def overalls(self) -> dict[str, int]:
        """How many apps have each overall verdict; "" those that nobody judged."""
        with self._database.reading() as connection:
            return browsing.overalls(connection)

    def checks_found(self) -> list[str]:
        """Checks that have any finding."""
        with self._database.reading() as connection:
            return browsing.checks_found(connection)

    def gap(self, reason: str) -> ListedGap | None:
        """One app's gap with this reason, for its words; None where no app has one."""
        rows = table(ListedGapRow)
        with self._database.reading() as connection:
            found = connection.execute(select(rows).where(rows.c.reason == storable(reason)).limit(1)).first()
        return None if found is None else ListedGap(found.entry, found.reason, found.zh, found.en)

    def blindings(self, most: int) -> list[Blinding]:
        """Why apps could not be judged, the most frequent reason first."""
        with self._database.reading() as connection:
            return browsing.blindings(connection, most)


@cache
def _condition() -> Select[Any]:
    """Asked before every page, so put together once: changes that wait, and version and content of the state."""
    rows, waiting = table(KeptRow), select(func.count()).select_from(table(StaleRow)).subquery("waiting")
    return select(waiting, rows.c.version, rows.c.content).select_from(
        waiting.outerjoin(rows, rows.c.name == STATE))


def _app_row(one: ListedApp, search: str) -> dict[str, Any]:
    row = {name: storable(value) if isinstance(value, str) else value for name, value in asdict(one).items()}
    return {**row, "name": named(one.name), "body": named(one.body), "platforms": f",{','.join(one.platforms)},",
            "listed": int(one.listed), "claimed": int(one.claimed),
            "recorded": written(one.recorded) if one.recorded else "", "search": storable(search)}


def _finding_row(one: ListedFinding) -> dict[str, Any]:
    return {**asdict(one), "screen": storable(one.screen)[:LONGEST_SCREEN], "app": named(one.app),
            "body": named(one.body), "state": one.state.value, "at": written(one.at) if one.at else ""}
