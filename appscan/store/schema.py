"""Brings a database to the tables of this version, and refuses one that is not ours."""

from __future__ import annotations

from appscan.errors import UsageError
from appscan.store.database import Database
from appscan.store.tables import Base


def prepare(database: Database, *, create: bool) -> None:
    """Make the tables where `create` allows it. Raises UsageError `store_missing`."""
    file = database.file
    if file is not None and not create and not file.is_file():
        raise UsageError("store_missing", url=database.name)
    if create:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        with database.writing() as connection:
            Base.metadata.create_all(connection)
