"""How many places of findings with a verdict are in each state, told by an index alone."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index."""
    op.create_index("listed_findings_verdict", "listed_findings", ["verdict", "state", "check_id"])
