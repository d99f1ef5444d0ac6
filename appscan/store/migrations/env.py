"""What Alembic runs for every command: the connection comes from `schema`, inside its transaction."""

from __future__ import annotations

from alembic import context

from appscan.store.schema import VERSION_TABLE
from appscan.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata,
                  version_table=VERSION_TABLE, transactional_ddl=False)
context.run_migrations()
