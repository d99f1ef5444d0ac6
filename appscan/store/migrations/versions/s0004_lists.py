"""What makes lists fast: one row for each app and for each place of a finding, made again by what changed. All that is
there already is noted as changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table("stale", sa.Column("id", NUMBER, sa.Identity(), primary_key=True),
                    sa.Column("kind", sa.String(16), nullable=False), _text("about"))
    op.create_table("strays", _text("stray", key=True), _text("entry"))
    op.create_index("strays_of_entry", "strays", ["entry"])
    op.create_table("kept", sa.Column("name", sa.String(40), primary_key=True),
                    sa.Column("version", NUMBER, nullable=False), _moment("made"),
                    sa.Column("content", sa.LargeBinary(), nullable=False))
    _apps()
    _findings()
    op.create_table("listed_gaps", _text("entry", key=True), sa.Column("reason", sa.String(80), primary_key=True),
                    _text("zh"), _text("en"))
    op.create_index("listed_gaps_reason", "listed_gaps", ["reason"])
    op.execute("insert into stale (kind, about) select distinct 'reports', entry from reports")
    op.execute("insert into stale (kind, about) select distinct 'registry', entry from entries")


def _apps() -> None:
    op.create_table(
        "listed_apps", _text("entry", key=True), _text("name"), _text("owner"), _text("body"), _text("product"),
        _word("level"), _text("region"), _text("platforms"), _word("status"), _word("overall"), _number("urgency"),
        _number("listed"), _number("claimed"), _moment("recorded"), _number("open"), _number("confirmed"),
        _number("dismissed"), _number("asked"), _number("exempted"), _text("search"))
    for name, columns in (("urgency", ["urgency", "name", "entry"]), ("name", ["name", "entry"]),
                          ("body", ["body", "name", "entry"]), ("recorded", ["recorded", "entry"]),
                          ("open", ["open", "name", "entry"])):
        op.create_index(f"listed_apps_{name}", "listed_apps", columns)


def _findings() -> None:
    op.create_table(
        "listed_findings", sa.Column("id", sa.String(16), primary_key=True), _text("entry"),
        sa.Column("report", NUMBER, nullable=False), sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("check_id", sa.String(80), nullable=False), _word("verdict"), _number("urgency"), _word("presence"),
        _word("force"), _text("screen"), _text("app"), _text("body"), sa.Column("state", sa.String(16), nullable=False),
        _text("who"), _moment("at"), sa.Column("event", NUMBER, nullable=False))
    for name, columns in (("entry", ["entry"]), ("queue", ["state", "urgency", "app", "id"]),
                          ("check", ["check_id", "state", "urgency", "app", "id"]),
                          ("state_app", ["state", "app", "id"]), ("urgency", ["urgency", "app", "id"]),
                          ("app", ["app", "id"])):
        op.create_index(f"listed_findings_{name}", "listed_findings", columns)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(27), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)
