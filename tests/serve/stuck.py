"""A database that holds a writer in the middle of its transaction, so that a test may kill it just there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from appscan.store.database import url_of

ENDLESS = "select count(*) from " + ", ".join(f"events e{number}" for number in range(16))
"""Some rows to the power of sixteen: SQLite has nothing that sleeps."""
SLEEPERS = "from pg_stat_activity where wait_event = 'PgSleep'"


@contextlib.contextmanager
def stuck(url: str, table: str, reviews: int) -> Iterator[Callable[[], bool]]:
    """Whoever writes to a table while so many reviews are there, those of its own transaction among them, gets no
    further; gives whether somebody is held. What is held at the end must have been killed."""
    engine = create_engine(url_of(url), isolation_level="AUTOCOMMIT")
    lay, is_held, lift = _SQLITE if engine.dialect.name == "sqlite" else _POSTGRES
    seen = f"(select count(*) from events where kind = 'reviewed') >= {reviews}"
    with contextlib.closing(engine.connect()) as connection:
        for statement in lay(table, seen):
            connection.execute(text(statement))
        yield lambda: is_held(connection)
        for statement in lift(table):
            connection.execute(text(statement))
    engine.dispose()


def _lay_in_sqlite(table: str, seen: str) -> list[str]:
    return ["pragma busy_timeout = 0", *(
        f"create trigger stuck_{act} after {act} on {table} when {seen} begin {ENDLESS}; end"
        for act in ("insert", "update"))]


def _is_held_in_sqlite(connection: Connection) -> bool:
    try:
        connection.execute(text("begin immediate"))
    except OperationalError:  # another one is writing
        return True
    connection.execute(text("rollback"))
    return False


def _lift_in_sqlite(_table: str) -> list[str]:
    return ["pragma busy_timeout = 20000", "drop trigger stuck_insert", "drop trigger stuck_update"]


def _lay_in_postgres(table: str, seen: str) -> list[str]:
    hold = f"begin if {seen} then perform pg_sleep(600); end if; return null; end"
    return [f"create function stuck() returns trigger language plpgsql as $$ {hold} $$",
            f"create trigger stuck after insert or update on {table} for each row execute function stuck()"]


def _is_held_in_postgres(connection: Connection) -> bool:
    return bool(connection.execute(text(f"select count(*) {SLEEPERS}")).scalar())


def _lift_in_postgres(table: str) -> list[str]:
    """The server notices a client that is gone only when it answers."""
    return [f"select pg_terminate_backend(pid) {SLEEPERS}", f"drop trigger stuck on {table}", "drop function stuck"]


_SQLITE = (_lay_in_sqlite, _is_held_in_sqlite, _lift_in_sqlite)
_POSTGRES = (_lay_in_postgres, _is_held_in_postgres, _lift_in_postgres)
