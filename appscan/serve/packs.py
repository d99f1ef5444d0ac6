"""The packs of one desk, loaded once and again when a file of theirs changed. Knows no page."""

from __future__ import annotations

import threading
from pathlib import Path

from appscan.checks import CheckSet, load
from appscan.checks.load import shipped_folder


class Packs:
    """Checks by which the desk shows and tries things. May be used by several threads."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._mark: tuple[tuple[str, int, int], ...] = ()
        self._loaded: CheckSet | None = None

    @property
    def folder(self) -> Path:
        """Where the packs lie."""
        return self._folder or shipped_folder()

    @property
    def own(self) -> bool:
        """Whether they are not those that come with the program."""
        return self._folder is not None

    def now(self) -> CheckSet:
        """The checks as the files say. Raises PackError where they are wrong."""
        mark = tuple((path.name, *_stamp(path)) for path in sorted(self.folder.rglob("*.yaml")))
        with self._lock:
            if self._loaded is None or mark != self._mark:
                self._loaded, self._mark = load(self._folder), mark
            return self._loaded


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # it went while the folder was looked through: somebody puts other packs there
        return 0, 0
    return found.st_mtime_ns, found.st_size
