"""How the tables came to be, step by step (Alembic). Run by `schema`, never by hand."""
