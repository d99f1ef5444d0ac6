"""Claims about the tables: migrations make what the program expects, and what is none of ours is refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from appscan.errors import AppscanError, UsageError
from appscan.store import Event, EventKind, Store
from appscan.store.database import Database
from appscan.store.schema import HEAD, VERSION_TABLE, Condition, _config, state_of
from appscan.store.tables import Base

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def test_the_migrations_make_the_tables_that_the_program_uses(any_url):
    Store.open(any_url).close()
    database = Database(any_url)
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    assert state_of(database).condition is Condition.CURRENT
    database.close()


def test_the_last_migration_is_the_one_the_program_asks_for():
    assert ScriptDirectory.from_config(_config(None)).get_heads() == [HEAD]


@pytest.mark.parametrize("statement", ["update events set who = 'x'", "delete from events"])
def test_the_database_itself_refuses_to_change_what_is_kept(any_url, statement):
    with Store.open(any_url) as store:
        store.record(Event(EventKind.REVIEWED, "f", "甲", NOON))
        database = Database(any_url)
        with pytest.raises(AppscanError, match="never changed"), database.writing() as connection:
            connection.execute(text(statement))
        database.close()
        assert [event.who for event in store.events()] == ["甲"]


def test_a_store_of_a_newer_version_is_refused(any_url):
    Store.open(any_url).close()
    database = Database(any_url)
    with database.writing() as connection:
        connection.execute(text(f"update {VERSION_TABLE} set version_num = '9999'"))
    database.close()
    with pytest.raises(UsageError, match="store_newer"):
        Store.open(any_url)


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("create table notes (text)")
    with pytest.raises(UsageError, match="store_foreign"):
        Store.open(str(file))
    assert sqlite3.connect(file).execute("select name from sqlite_master").fetchall() == [("notes",)]


def test_a_file_that_is_no_database_is_refused(tmp_path):
    file = tmp_path / "report.json"
    file.write_text("{}" * 4000)
    with pytest.raises(UsageError, match="store_damaged"):
        Store.open(str(file))


@pytest.mark.parametrize("address", ["mysql://host/x", "", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_keep_anything_is_refused(address):
    with pytest.raises(UsageError, match="store_address"):
        Store.open(address)


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(UsageError, match="store_missing"):
        Store.open(str(tmp_path / "typo.db"), create=False)
    assert not list(tmp_path.iterdir())


def test_a_server_that_does_not_answer_is_told_without_the_password():
    with pytest.raises(UsageError, match="store_unreachable") as raised:
        Store.open("postgresql://appscan:geheim@127.0.0.1:9/office?password=geheim")
    assert "geheim" not in str(raised.value)


def test_several_programs_may_open_a_new_store_at_the_same_moment(any_url, project_root):
    code = "import sys; from appscan.store import Store; Store.open(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, any_url], cwd=project_root, stderr=subprocess.PIPE)
               for _ in range(3)]
    assert [process.communicate()[1] for process in started] == [b""] * 3
    Store.open(any_url, create=False).close()


def test_a_store_of_the_first_version_opens_with_what_it_holds(tmp_path: Path):
    """Grows with each migration: the script is what the version named had made, and is kept."""
    with sqlite3.connect(tmp_path / "office.db") as made:
        made.executescript(Path(__file__).with_name("made_by_0001.sql").read_text("utf-8"))
    with Store.open(str(tmp_path / "office.db")) as store:
        assert [(event.kind, event.who) for event in store.events()] == [(EventKind.REVIEWED, "虚构的人")]
    database = Database(str(tmp_path / "office.db"))
    with database.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    database.close()
