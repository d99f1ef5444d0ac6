"""How the columns of a reading become few bytes: streams, strings, tables. Knows no file and no meaning of a fact."""
