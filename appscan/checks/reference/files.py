"""The reference on disk: written whole or not at all, and compared. Knows no pack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_pages(pages: Mapping[str, str], folder: Path) -> None:
    """Write all pages; each stands aside until it is whole. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        aside = folder / f".{name}.{os.getpid()}.part"
        try:
            aside.write_text(text, encoding="utf-8", newline="\n")
            aside.replace(folder / name)
        finally:
            aside.unlink(missing_ok=True)


def drifted(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Names of pages that are missing or differ from what the packs give, in order."""
    return [name for name, text in pages.items() if _bytes_of(folder / name) != text.encode("utf-8")]


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
