"""First tables: reports, events, registry, sweeps; and that what is kept is never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = ("reports", "report_documents", "report_verdicts", "report_artifacts", "sightings", "events", "entries")
"""Tables to which rows are only added."""


def upgrade() -> None:
    """Make all tables in an empty database."""
    _events()
    _reports()
    _sweeps()
    for name in KEPT:
        _only_added_to(name)


def _events() -> None:
    op.create_table(
        "events", _id(), sa.Column("kind", sa.String(40), nullable=False), _text("subject"), _text("who"),
        _moment("at"), _text("reason"), _text("content"), sa.Column("key", sa.Text(), unique=True))
    op.create_index("events_of_kind", "events", ["kind", "subject"])
    op.create_table(
        "entries", _id(), sa.Column("event", NUMBER, sa.ForeignKey("events.id"), nullable=False), _text("entry"),
        _moment("at"), _digest("digest"), _text("content"),
        sa.UniqueConstraint("event", "entry", name="entry_once_an_event"))
    op.create_index("entries_by_id", "entries", ["entry", "at"])


def _reports() -> None:
    op.create_table(
        "reports", _id(), sa.Column("key", sa.String(64), nullable=False, unique=True), _text("entry"),
        _text("product"), _text("app"), _text("owner"), _text("packages"), _text("appearance"), _digest("artifacts"),
        _text("digests"), _text("readers"), _text("checks_digest"), _text("options_digest"), _digest("about"),
        _number("office"), _number("own"), _moment("recorded"), _text("sweep"), _word("overall"), _word("stage"),
        _number("complete"), _number("errors"), _digest("said"))
    op.create_index("reports_of_entry", "reports", ["entry", "artifacts"])
    op.create_index("reports_of_sweep", "reports", ["sweep"])
    op.create_table("report_documents", _report(), sa.Column("content", sa.LargeBinary(), nullable=False))
    op.create_table("report_verdicts", _report(), sa.Column("check_id", sa.String(80), primary_key=True),
                    _word("verdict"))
    op.create_index("verdicts_of_check", "report_verdicts", ["check_id", "verdict"])
    op.create_table(
        "report_artifacts", _report(),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False), _digest("digest"), _word("kind"),
        _text("name"), _text("package"), _text("reader"), _digest("reading_digest"), _digest("reading"))
    op.create_index("artifacts_by_digest", "report_artifacts", ["digest"])
    op.create_table("sightings", _id(), _text("entry"), _text("appearance"), _digest("artifacts"), _moment("seen"),
                    _number("office"))
    op.create_index("sightings_of_entry", "sightings", ["entry", "appearance", "seen"])


def _sweeps() -> None:
    op.create_table("sweeps", sa.Column("id", sa.Text(), primary_key=True), _text("who"), _moment("planned"),
                    _text("content"), _text("holder"), _moment("held_until"))
    op.create_table(
        "tasks", sa.Column("sweep", sa.Text(), sa.ForeignKey("sweeps.id"), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True), sa.Column("position", NUMBER, nullable=False), _text("entry"),
        _text("host"), _text("content"), sa.Column("state", sa.String(16), nullable=False), _number("turn"),
        _moment("next_try"), _number("claims"), _number("attempts"), _text("fault"), _text("outcome"),
        _moment("changed"))
    op.create_index("tasks_in_order", "tasks", ["sweep", "state", "turn", "position"])


def _only_added_to(name: str) -> None:
    """Whoever tries to change or delete a row, by whatever program, is refused by the database itself."""
    if op.get_context().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"create trigger {name}_no_{act} before {act} on {name} "
                       f"begin select raise(abort, 'appscan: rows of {name} are never changed'); end")
        return
    op.execute(f"create function {name}_kept() returns trigger language plpgsql as "
               f"$$ begin raise exception 'appscan: rows of {name} are never changed'; end $$")
    op.execute(f"create trigger {name}_kept before update or delete or truncate on {name} "
               f"for each statement execute function {name}_kept()")


def _id() -> sa.Column[int]:
    return sa.Column("id", NUMBER, sa.Identity(), primary_key=True)


def _report() -> sa.Column[int]:
    return sa.Column("report", NUMBER, sa.ForeignKey("reports.id"), primary_key=True, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=False)


def _digest(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(27), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)
