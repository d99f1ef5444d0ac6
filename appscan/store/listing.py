"""Which reports say how things stand on a day, and what is asked of reports. Changes nothing.

The report of an appearance of an entry is the office's own, on the artifacts that it saw last, the last one recorded;
only where the office has none it is a claim, on the artifacts claimed last. A claim never takes the place of what the
office found: who wants to see newer claims asks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from appscan.store.database import Database
from appscan.store.exemptions import exemptions
from appscan.store.moments import read, up_to
from appscan.store.plain import named
from appscan.store.registry import count_entries
from appscan.store.reports import document_of, set_digest
from appscan.store.schema import HEAD
from appscan.store.tables import ArtifactRow, EventRow, ReportRow, SightingRow, SweepRow, VerdictRow, table
from appscan.store.values import Moment, Standing, StoredArtifact, StoredReport, Summary

SEEN = ("entry", "appearance", "artifacts", "office")
CHUNK = 500
"""Reports fetched together; a list of any length takes no more memory than this."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports: as of a day, only those that stand (`latest`), of some entries, of one standing, of one sweep.
    `verdicts` fetches the verdicts along with the list, for whoever will look at all of them; `only` those that are one
    of some words."""

    as_of: Moment | None = None
    latest: bool = True
    entries: Collection[str] | None = None
    standing: Standing | None = None
    sweep: str = ""
    verdicts: bool = False
    only: Collection[str] | None = None


def reports(database: Database, wanted: Wanted) -> Iterator[StoredReport]:
    """The reports, by entry, appearance, and time. No transaction stays open between two of them."""
    with database.reading() as connection:
        ids = [row.id for row in connection.execute(_ids(wanted)).all()]
    asked = None if wanted.entries is None else set(map(named, wanted.entries))
    for start in range(0, len(ids), CHUNK):
        known = _verdicts(database, ids[start:start + CHUNK], wanted.only) if wanted.verdicts else None
        yield from _fetched(database, ids[start:start + CHUNK], asked, known)


def report(database: Database, number: int) -> StoredReport | None:
    """One report."""
    return next(_fetched(database, [number], None, None), None)


@dataclass(frozen=True, slots=True)
class Sought:
    """A report by what it was judged from. `about` as in reports; empty for any. `stands`: no report on the same
    artifacts may be later."""

    entry: str
    digests: Collection[str]
    readers: Collection[str]
    checks_digest: str
    options_digest: str
    standing: Standing = Standing.OFFICE
    own: bool = True
    about: str = ""
    stands: bool = False


def report_like(database: Database, sought: Sought) -> int:
    """The last complete report that was judged from that; 0 where there is none."""
    rows = table(ReportRow)
    office = sought.standing is Standing.OFFICE
    on = {"entry": named(sought.entry), "artifacts": set_digest(sought.digests), "office": int(office),
          "own": int(office and sought.own)}
    by = {"complete": 1, "readers": "\n".join(sorted(set(sought.readers))), "checks_digest": sought.checks_digest,
          "options_digest": sought.options_digest, **({"about": sought.about} if sought.about else {})}
    asked = [rows.c[name] == value for name, value in (on if sought.stands else {**on, **by}).items()]
    with database.reading() as connection:
        found = connection.execute(select(rows.c.id, *(rows.c[name] for name in by)).where(*asked).order_by(
            rows.c.recorded.desc(), rows.c.id.desc()).limit(1)).one_or_none()
    return int(found.id) if found is not None and all(getattr(found, name) == by[name] for name in by) else 0


def reading_of(database: Database, artifact: str, reader: str) -> str:
    """The blob of the reading that the office made of an artifact by a reader; "" where none is kept."""
    rows, of = table(ArtifactRow), table(ReportRow)
    with database.reading() as connection:
        return str(connection.execute(select(rows.c.reading).join(of, of.c.id == rows.c.report).where(
            rows.c.digest == artifact, rows.c.reader == reader, rows.c.reading != "", of.c.own == 1)
            .order_by(rows.c.report.desc()).limit(1)).scalar() or "")


def summary(database: Database) -> Summary:
    """How much of everything there is."""
    rows, happened, listed = table(ReportRow), table(EventRow), table(SweepRow)
    with database.reading() as connection:
        reports_, office, apps, last = connection.execute(select(
            func.count(), func.coalesce(func.sum(rows.c.office), 0), func.count(rows.c.entry.distinct()),
            func.max(rows.c.recorded)).select_from(rows)).one()
        acts = connection.execute(select(func.count()).select_from(happened)).scalar_one()
        swept = connection.execute(select(func.count()).select_from(listed)).scalar_one()
    return Summary(revision=HEAD, entries=count_entries(database), apps=apps, reports=reports_,
                   claims=reports_ - int(office), events=acts, exemptions=len(exemptions(database)), sweeps=swept,
                   last=read(last) if last else None)


def count(database: Database) -> tuple[int, int, int, int]:
    """How many reports and sightings there are, each with the number of the last."""
    with database.reading() as connection:
        found = [connection.execute(select(func.count(), func.coalesce(func.max(rows.c.id), 0)).select_from(rows)).one()
                 for rows in (table(ReportRow), table(SightingRow))]
    return int(found[0][0]), int(found[0][1]), int(found[1][0]), int(found[1][1])


def _ids(wanted: Wanted) -> Select[Any]:
    rows = table(ReportRow)
    asked: list[ColumnElement[bool]] = [rows.c.recorded <= up_to(wanted.as_of)]
    if wanted.standing is not None:
        asked.append(rows.c.office == int(wanted.standing is Standing.OFFICE))
    if wanted.sweep:
        asked.append(rows.c.sweep == wanted.sweep)
    if wanted.entries is not None and len(wanted.entries) <= CHUNK:  # longer lists are sifted when rows are fetched
        asked.append(rows.c.entry.in_(sorted(map(named, wanted.entries))))
    if not wanted.latest:
        return select(rows.c.id).where(*asked).order_by(rows.c.entry, rows.c.appearance, rows.c.recorded, rows.c.id)
    seen = _last_seen(wanted.as_of)
    order = (rows.c.office.desc(), rows.c.own.desc(), rows.c.recorded.desc(), rows.c.id.desc())
    place = func.row_number().over(partition_by=(rows.c.entry, rows.c.appearance), order_by=order).label("place")
    standing = select(rows.c.id, rows.c.entry, rows.c.appearance, place).join(seen, and_(
        *(seen.c[name] == rows.c[name] for name in SEEN))).where(*asked).subquery()
    return select(standing.c.id).where(standing.c.place == 1).order_by(standing.c.entry, standing.c.appearance)


def _last_seen(as_of: Moment | None) -> Any:
    rows = table(SightingRow)
    order = (rows.c.seen.desc(), rows.c.id.desc())
    place = func.row_number().over(partition_by=(rows.c.entry, rows.c.appearance, rows.c.office), order_by=order)
    numbered = select(*(rows.c[name] for name in SEEN), place.label("place")).where(
        rows.c.seen <= up_to(as_of)).subquery()
    return select(*(numbered.c[name] for name in SEEN)).where(numbered.c.place == 1).subquery()


def _fetched(database: Database, ids: Sequence[int], asked: Collection[str] | None,
             known: Mapping[int, str] | None) -> Iterator[StoredReport]:
    rows = table(ReportRow)
    with database.reading() as connection:
        found = {row.id: row for row in connection.execute(select(rows).where(rows.c.id.in_(ids))).all()}
        claims = {(row.entry, row.artifacts) for row in found.values() if not row.office}
        judged = _judged(connection, claims)
    for one in ids:
        row = found.get(one)
        if row is not None and (asked is None or row.entry in asked):
            confirmed = 0 if row.office else judged.get((row.entry, row.artifacts), 0)
            verdicts = None if known is None else known.get(one, "")
            yield _stored(database, row, confirmed, verdicts)


def _judged(connection: Connection, claims: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
    """The office's own report on what is claimed, by entry and artifacts."""
    rows = table(ReportRow)
    found = connection.execute(select(rows.c.id, rows.c.entry, rows.c.artifacts).where(
        rows.c.office == 1, rows.c.entry.in_(sorted({entry for entry, _ in claims}))).order_by(
        rows.c.recorded, rows.c.id)).all() if claims else ()
    return {(row.entry, row.artifacts): row.id for row in found}


def _stored(database: Database, row: Any, confirmed: int, verdicts: str | None) -> StoredReport:
    return StoredReport(
        id=row.id, entry=row.entry, product=row.product, app=row.app, owner=row.owner,
        packages=_listed(row.packages), appearance=row.appearance,
        standing=Standing.OFFICE if row.office else Standing.CLAIMED, own=bool(row.own),
        recorded=read(row.recorded), sweep=row.sweep,
        overall=row.overall, stage=row.stage, complete=bool(row.complete), errors=row.errors,
        readers=_listed(row.readers), digests=_listed(row.digests), checks_digest=row.checks_digest,
        options_digest=row.options_digest, about=row.about, confirmed=confirmed,
        _document=partial(document_of, database, row.id),
        _verdicts=partial(_verdicts_of, database, row.id) if verdicts is None else partial(_parted, verdicts),
        _artifacts=partial(artifacts_of, database, row.id))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def _verdicts(database: Database, ids: Sequence[int],
              only: Collection[str] | None = None) -> Mapping[int, str]:
    """The verdicts of each report as one text: two hundred thousand rows would take a second to fetch."""
    rows = table(VerdictRow)
    asked = [rows.c.report.in_(ids)] if only is None else [rows.c.report.in_(ids), rows.c.verdict.in_(sorted(only))]
    one = rows.c.check_id.concat(":").concat(rows.c.verdict)
    with database.reading() as connection:
        found = connection.execute(select(rows.c.report, func.aggregate_strings(one, ",")).where(
            *asked).group_by(rows.c.report)).all()
    return {row[0]: row[1] for row in found}


def _parted(joined: str) -> dict[str, str]:
    return dict(one.split(":") for one in joined.split(",")) if joined else {}


def _verdicts_of(database: Database, number: int) -> Mapping[str, str]:
    return _parted(_verdicts(database, [number]).get(number, ""))


def artifacts_of(database: Database, number: int) -> tuple[StoredArtifact, ...]:
    """What a report was read from."""
    rows = table(ArtifactRow)
    with database.reading() as connection:
        found = connection.execute(select(rows).where(rows.c.report == number).order_by(rows.c.position)).all()
    return tuple(StoredArtifact(row.digest, row.kind, row.name, row.package, row.reader, row.reading_digest,
                                row.reading) for row in found)
