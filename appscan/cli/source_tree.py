"""Where artifacts lie below a source root, known by their bytes. Reads names and digests, nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from appscan.errors import UsageError

MOST_FILES = 200_000
"""Files that are looked at; a source tree beyond that is searched in part."""

SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__"})


def artifact_paths(documents: Iterable[Mapping[str, Any]], root: Path) -> dict[str, str]:
    """Digest → path below `root` with `/`, for the artifacts that are there. Raises UsageError where `root` is no
    folder."""
    if not root.is_dir():
        raise UsageError("source_root_missing", path=str(root))
    wanted = {(one["size"], Path(one["name"]).name): one["sha256"] for document in documents
              for one in document["artifacts"] if one["sha256"]}
    found: dict[str, str] = {}
    left = MOST_FILES
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        left -= len(files)
        for name in sorted(files):
            path = Path(folder, name)
            digest = _digest_if_wanted(path, wanted)
            if digest:
                found.setdefault(digest, path.relative_to(root).as_posix())
        if left < 0 or len(found) == len(wanted):
            break
    return found


def _digest_if_wanted(path: Path, wanted: Mapping[tuple[int, str], str]) -> str:
    if all(path.name != name for _, name in wanted):
        return ""
    try:
        digest = wanted.get((path.stat().st_size, path.name), "")
        if not digest:
            return ""
        with path.open("rb") as file:
            return digest if hashlib.file_digest(file, "sha256").hexdigest() == digest else ""
    except OSError:
        return ""
