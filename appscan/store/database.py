"""The connection to SQLite or PostgreSQL: transactions, and what goes wrong with them in one clear line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy import exc as wrong
from sqlalchemy.dialects import postgresql, sqlite

from appscan.errors import AppscanError, UnavailableError, UsageError
from appscan.store.watching import Watch

BUSY_SECONDS = 60
"""So long a writer waits for another one."""
POOL = 10
"""Connections to SQLite that are kept: making one costs more than most questions."""
_PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
             "tcp_user_timeout": 60_000}
"""For PostgreSQL, in seconds and milliseconds: a server that vanished without a word is noticed."""
_SQLITE_FAULTS = {"SQLITE_NOTADB": "store_damaged", "SQLITE_CORRUPT": "store_damaged",
                  "SQLITE_READONLY": "store_read_only", "SQLITE_CANTOPEN": "store_unreachable"}
_POSTGRES_FAULTS = {"25006": "store_read_only", "42501": "store_read_only", "3D000": "store_unreachable",
                    "28": "store_unreachable"}


class Database:
    """One database by URL. Every use is one transaction, of reading or of writing."""

    def __init__(self, address: str) -> None:
        self.address, self.url = address, url_of(address)
        self.name = _shown(self.url)
        self.engine = _engine(self.url)
        self._watch = Watch(self.engine) if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.url.database or "") if self.is_sqlite else None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that writes nothing."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self, turn: str = "") -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Those that name the same `turn` come one after the other;
        SQLite has one writer at a time anyway."""
        with self._told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if turn and not self.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(hashtext(:turn))"), {"turn": f"appscan {turn}"})
            yield connection

    def add_once(self, connection: Connection, table: Table, row: dict[str, Any], unique: Sequence[str]) -> int | None:
        """The new row's id; None where a row with the same `unique` columns is there."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        statement = insert(table).values(row).on_conflict_do_nothing(index_elements=list(unique))
        return connection.execute(statement.returning(table.c.id)).scalar()

    def keep_once(self, connection: Connection, table: Table, row: dict[str, Any], unique: Sequence[str]) -> None:
        """Add a row unless one with the same `unique` columns is there."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        connection.execute(insert(table).values(row).on_conflict_do_nothing(index_elements=list(unique)))

    def mark(self) -> tuple[int, int] | None:
        """Equal to an earlier one where nothing was committed between both, by anybody; None where the database cannot
        say so at once (PostgreSQL never can)."""
        return None if self._watch is None else self._watch.mark()

    def close(self) -> None:
        """Let go of all connections."""
        if self._watch is not None:
            self._watch.close()
        self.engine.dispose()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except wrong.DBAPIError as error:
            raise told(error, self.name) from error
        except wrong.TimeoutError as error:
            raise UnavailableError("store_unavailable", url=self.name, reason=str(error)) from error


def url_of(address: str) -> URL:
    """The URL of a database, given as one or as the path of a SQLite file. Raises UsageError `store_address`."""
    if "://" not in address:
        if not address.strip():
            raise UsageError("store_address", given=address)
        return URL.create("sqlite", database=address)
    try:
        url = make_url(address)
    except (wrong.ArgumentError, ValueError):
        raise UsageError("store_address", given=address.partition("://")[0]) from None
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise UsageError("store_address", given=_shown(url))


def told(error: wrong.DBAPIError, name: str) -> AppscanError:
    """An error of the driver as one of ours: what the user must change is a UsageError, what may pass by itself (a
    server gone, a lock, a full disk) an UnavailableError, and a fault in our statements stays what it is."""
    original = error.orig
    code = str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or "")
    reason = " ".join(str(original).split())[:240]
    known = {**_SQLITE_FAULTS, **_POSTGRES_FAULTS}
    key = next((known[start] for start in known if code.startswith(start)), "")
    if key:
        return UsageError(key, url=name, reason=reason)
    if isinstance(error, wrong.OperationalError | wrong.InterfaceError | wrong.InternalError) or (
            error.connection_invalidated or code.startswith(("08", "40", "53", "57", "58"))):
        return UnavailableError("store_unavailable", url=name, reason=reason)
    return AppscanError("store_failed", url=name, reason=reason)


def _shown(url: URL) -> str:
    """The URL without secrets, which may also stand among its parameters."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    quiet = url.set(drivername=url.get_backend_name()).difference_update_query(["password", "sslpassword"])
    return quiet.render_as_string(hide_password=True)


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            waits = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
            engine = create_engine(url, connect_args=waits, pool_size=POOL)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        # A pooled connection that died while it lay idle is noticed and replaced before it is used.
        return create_engine(url, pool_pre_ping=True, connect_args={**_PATIENCE, **url.query})
    except ImportError as error:
        raise UsageError("store_not_installed", component=error.name or "psycopg") from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers read while one writes. FULL: what was committed is on the disk, even when the power fails; one
    sync per report costs little beside scanning an app. What is deleted, such as a login, is overwritten."""
    connection.isolation_level = None  # we begin transactions ourselves, else reads would not be in any
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "secure_delete=on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer says so at once: one that reads first and then wants to write fails where another one was quicker."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
