"""What a waiting task needs and nobody may see, such as a login; gone with the end of the task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "task_secrets", sa.Column("sweep", sa.Text(), primary_key=True), sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False))
