"""What was worked out of kept readings, kept too: a portfolio is compared without opening thousands of readings each
time. Knows no reading and no meaning of what was worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from appscan.store.database import Database
from appscan.store.reports import pack, unpack
from appscan.store.tables import ArtifactRow, ReportRow, TraitsRow, table
from appscan.store.values import Document, KeptReading


def readings_of(database: Database, reports: Collection[int]) -> list[tuple[int, str, str]]:
    """(report, digest of the artifact, blob of the reading) where a reading is kept."""
    rows, wanted = table(ArtifactRow), set(reports)
    with database.reading() as connection:
        found = connection.execute(select(rows.c.report, rows.c.digest, rows.c.reading).where(
            rows.c.reading != "").order_by(rows.c.report, rows.c.position)).all()
    return [(row.report, row.digest, row.reading) for row in found if row.report in wanted]


def newest_readings(database: Database, most: int) -> list[KeptReading]:
    """The kept readings of the last reports, the last first, each once."""
    rows, of = table(ArtifactRow), table(ReportRow)
    last = select(rows.c.reading, func.max(rows.c.report).label("report")).where(rows.c.reading != "").group_by(
        rows.c.reading).order_by(func.max(rows.c.report).desc(), rows.c.reading).limit(most).subquery()
    with database.reading() as connection:
        found = connection.execute(select(last.c.reading, of.c.id, of.c.entry, of.c.app).join(
            of, of.c.id == last.c.report).order_by(of.c.id.desc(), last.c.reading)).all()
    return [KeptReading(row.reading, row.id, row.entry, row.app) for row in found]


def traits(database: Database, version: str) -> dict[str, Document]:
    """Everything that one version worked out, by reading."""
    rows = table(TraitsRow)
    with database.reading() as connection:
        found = connection.execute(select(rows.c.reading, rows.c.content).where(rows.c.version == version)).all()
    return {row.reading: unpack(row.content) for row in found}


def put_traits(database: Database, version: str, worked_out: Mapping[str, Document]) -> None:
    """Keep it; two who work out the same keep it once."""
    packed = {reading: pack(content) for reading, content in worked_out.items()}
    with database.writing() as connection:
        for reading, content in sorted(packed.items()):
            database.keep_once(connection, table(TraitsRow), {"reading": reading, "version": version,
                                                              "content": content}, ["reading", "version"])
