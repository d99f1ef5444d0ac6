"""A worker's own folder for fetched files and recordings, and what dead workers left of theirs. Knows no artifact."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCK = "in-use"


@contextlib.contextmanager
def spool(root: Path | None = None) -> Iterator[Path]:
    """A new folder below the system's place for such files (or `root`), removed at the end. Folders of workers that
    were killed are removed first: a folder is in use as long as its lock is held, which dies with its holder."""
    base = _base(root)
    _sweep_out(base)
    folder = Path(tempfile.mkdtemp(prefix="hand-", dir=base))
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _lock(lock)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _base(root: Path | None) -> Path:
    owner = os.getuid() if hasattr(os, "getuid") else 0
    base = root or Path(tempfile.gettempdir(), f"appscan-sweep-{owner}")
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and base.stat().st_uid != owner:  # planted by somebody else: nothing of ours goes there
        return Path(tempfile.mkdtemp(prefix="appscan-sweep-"))
    return base


def _sweep_out(base: Path) -> None:
    for folder in base.glob("hand-*"):
        if folder.is_symlink() or not folder.is_dir():
            continue
        try:
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # just being made, or being removed
        try:
            if _lock(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _lock(descriptor: int) -> bool:
    """Take the lock where it is free; whether that was so. Where the system has none, nothing is ever free."""
    try:
        import fcntl
    except ImportError:  # not a Unix system
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
