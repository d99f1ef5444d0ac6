"""Claims about the mark that tells whether anything was written in the store."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import exc

from appscan.store import Event, EventKind, Role, Store
from appscan.store.database import Database

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
ELSEWHERE = """
import sys
from datetime import UTC, datetime
from appscan.store import Role, Store
with Store.open(sys.argv[1], create=False) as store:
    store.accounts.add("elsewhere", "-", Role.VIEWER, who="x", when=datetime.now(UTC))
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "office.db"


def test_the_mark_stays_while_people_read_and_differs_after_every_write_of_any_process(file):
    with Store.open(str(file)) as store:
        store.accounts.add("甲", "-", Role.VIEWER, who="x", when=NOON)
        marks = [store.mark()]

        def seen():
            marks.append(store.mark())
            store.accounts.users()
            store.lists.condition()
            assert store.mark() == marks[-1] is not None
            return marks[-1] not in marks[:-1]

        assert store.mark() == marks[0]
        store.record(Event(EventKind.REVIEWED, "R-1", "x", NOON))
        assert seen()
        subprocess.run([sys.executable, "-c", ELSEWHERE, str(file)], check=True)
        assert seen()
        assert not seen()


def test_a_write_that_is_taken_back_or_not_kept_yet_changes_no_mark(file):
    with Store.open(str(file)) as store:
        before = store.mark()
        with sqlite3.connect(file, isolation_level=None) as held:
            held.execute("begin immediate")
            held.execute("insert into users values ('乙', '-', 'viewer', 0, '')")
            assert store.mark() == before
            held.execute("rollback")
        assert store.mark() == before


def test_nobody_waits_for_a_mark_and_none_is_equal_after_the_connection_was_let_go(file):
    with Store.open(str(file)) as store:
        before = store.mark()
        store.close()
        assert store.mark() not in (before, None)


def test_a_mark_is_given_while_every_connection_of_the_pool_is_taken(file):
    """All readers of the desk ask for it in its one loop."""
    with Store.open(str(file)) as store:
        database = Database(str(file))
        pool = database.engine.pool
        pool._timeout = 0  # else the failure would take half a minute
        with contextlib.ExitStack() as taken:
            with contextlib.suppress(exc.TimeoutError):
                while True:
                    taken.enter_context(contextlib.closing(database.engine.raw_connection()))
            before = database.mark()
            assert before is not None
            store.record(Event(EventKind.REVIEWED, "R-1", "x", NOON))
            assert database.mark() not in (before, None)
        database.close()


def test_postgresql_gives_no_mark(postgres_url):
    with Store.open(postgres_url) as store:
        assert store.mark() is None
