"""Accounts of the desk: users, their sessions and tokens, and failed sign-ins. Rows of these tables do change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table("users", sa.Column("name", sa.String(64), primary_key=True), _text("password"), _word("role"),
                    sa.Column("disabled", sa.Integer(), nullable=False), _moment("created"))
    op.create_table("sessions", sa.Column("digest", sa.String(64), primary_key=True), _user(), _moment("created"),
                    _moment("seen"), _moment("ends"))
    op.create_index("sessions_of_user", "sessions", ["user"])
    op.create_table("tokens", sa.Column("digest", sa.String(64), primary_key=True), _user(), _text("label"),
                    _word("role"), _moment("created"), _moment("ends"))
    op.create_index("tokens_of_user", "tokens", ["user"])
    op.create_table("sign_ins", sa.Column("id", NUMBER, sa.Identity(), primary_key=True), _text("account"),
                    _text("address"), _moment("at"))
    op.create_index("sign_ins_of_account", "sign_ins", ["account", "at"])
    op.create_index("sign_ins_of_address", "sign_ins", ["address", "at"])


def _user() -> sa.Column[str]:
    return sa.Column("user", sa.String(64), sa.ForeignKey("users.name"), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(27), nullable=False)
