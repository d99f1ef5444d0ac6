"""What was worked out of kept readings, kept too: a portfolio is compared without opening thousands of readings each
time. Knows no reading and no meaning of what was worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from appscan.store.database import Database
from appscan.store.reports import pack, unpack
from appscan.store.tables import ArtifactRow, TraitsRow, table
from appscan.store.values import Document


def readings_of(database: Database, reports: Collection[int]) -> list[tuple[int, str, str]]:
    """(report, digest of the artifact, blob of the reading) where a reading is kept."""
    rows, wanted = table(ArtifactRow), set(reports)
    with database.reading() as connection:
        found = connection.execute(select(rows.c.report, rows.c.digest, rows.c.reading).where(
            rows.c.reading != "").order_by(rows.c.report, rows.c.position)).all()
    return [(row.report, row.digest, row.reading) for row in found if row.report in wanted]


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
