"""Whether anything at all was written in a SQLite database, asked in some microseconds. Knows no table."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import exc as wrong


class Watch:
    """A connection of its own, which never writes: `pragma data_version` differs on it once any other connection, of
    this process or of another one, has committed anything (https://sqlite.org/pragma.html#pragma_data_version)."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, threading.Lock()
        self._held: Any = None
        self._opened = 0

    def mark(self) -> tuple[int, int] | None:
        """Equal to an earlier one where nothing was committed between both. None where that cannot be said now: nobody
        waits here for a lock of the database."""
        with self._lock:
            try:
                if self._held is None:
                    self._held = self._open()
                return self._opened, int(self._held.dbapi_connection.execute("pragma data_version").fetchone()[0])
            except (sqlite3.Error, wrong.DBAPIError):
                self._close()
                return None

    def close(self) -> None:
        """Let go of the connection; the next mark equals none before."""
        with self._lock:
            self._close()

    def _open(self) -> Any:
        taken: Any = self._engine.pool.recreate().connect()  # of a pool of its own: that of the readers may be empty
        taken.detach()  # no connection of the pool, so that nobody ever writes on it
        taken.dbapi_connection.execute("pragma busy_timeout = 0")
        self._opened += 1
        return taken

    def _close(self) -> None:
        if self._held is not None:
            with contextlib.suppress(sqlite3.Error):
                self._held.close()
        self._held = None
