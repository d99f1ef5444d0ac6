"""What was worked out of kept readings, so that a portfolio is compared without opening one of them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "traits", sa.Column("reading", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(32), primary_key=True), sa.Column("content", sa.LargeBinary(), nullable=False))
