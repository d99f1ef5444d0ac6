"""Brings a database to the tables of this version, and refuses one that is none of ours or newer than this program."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from appscan.errors import UnavailableError, UsageError
from appscan.store.database import Database
from appscan.store.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "appscan_schema"
HEAD = "0007"
"""The last step in migrations/versions: so that an up-to-date database is opened without loading Alembic."""


class Condition(StrEnum):
    """How a database stands to this version of the program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The condition, with the number of the last step that the database went through."""

    condition: Condition
    revision: str


def prepare(database: Database, *, create: bool, update: bool) -> SchemaState:
    """See to it that the database has the tables of this version: `create` makes what is not there, `update` brings an
    older one up to date. Raises UsageError where it cannot be reached, or is missing, older and may not be changed,
    newer, or another program's."""
    file = database.file
    try:
        if file is not None and create:
            file.parent.mkdir(parents=True, exist_ok=True)
        elif file is not None and not file.is_file():
            raise UsageError("store_missing", url=database.name)
        state = state_of(database)
        if (create and state.condition is Condition.EMPTY) or (update and state.condition is Condition.OLDER):
            upgrade(database)
            return SchemaState(Condition.CURRENT, HEAD)
    except UnavailableError as error:
        raise UsageError("store_unreachable", **error.params) from error
    except OSError as error:
        raise UsageError("store_unreachable", url=database.name, reason=error.strerror or "") from error
    _refused(database, state)
    return state


def _refused(database: Database, state: SchemaState) -> None:
    match state.condition:
        case Condition.EMPTY:
            raise UsageError("store_missing", url=database.name)
        case Condition.OLDER:
            raise UsageError("store_older", url=database.name)
        case Condition.NEWER:
            raise UsageError("store_newer", url=database.name, revision=state.revision)
        case Condition.FOREIGN:
            raise UsageError("store_foreign", url=database.name)
        case Condition.CURRENT:
            return


def state_of(database: Database) -> SchemaState:
    """How the database stands."""
    with database.reading() as connection:
        return _state(connection, alone=database.is_sqlite)


def upgrade(database: Database) -> None:
    """Go through all steps that are left, all or none; of several programs that try at once, one does."""
    from alembic import command  # only who has something to upgrade pays for loading it

    with database.writing("schema") as connection:
        if _state(connection, alone=database.is_sqlite).condition in (Condition.EMPTY, Condition.OLDER):
            command.upgrade(_config(connection), "head")


def _state(connection: Connection, *, alone: bool) -> SchemaState:
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        # A file is one program's; in a schema of PostgreSQL others may live beside us.
        foreign = tables if alone else tables & set(Base.metadata.tables)
        return SchemaState(Condition.FOREIGN if foreign else Condition.EMPTY, "")
    revision = str(connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar() or "")  # noqa: S608
    if revision == HEAD:
        return SchemaState(Condition.CURRENT, revision)
    return SchemaState(Condition.OLDER if _is_known(revision) else Condition.NEWER, revision)


def _is_known(revision: str) -> bool:
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    with contextlib.suppress(CommandError):
        return not revision or ScriptDirectory.from_config(_config(None)).get_revision(revision) is not None
    return False


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "appscan.store:migrations")
    config.attributes["connection"] = connection
    return config
