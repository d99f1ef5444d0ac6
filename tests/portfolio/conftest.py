"""What the tests of the registry share: files made by hand, and short entries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.portfolio.registry import RegistryFile

Rows = list[list[Any]]


def faults_of(read: RegistryFile) -> dict[str, str]:
    """Cell → what keeps its entry out."""
    return {problem.cell: problem.key for problem in read.faults}


def looks_of(read: RegistryFile) -> dict[str, str]:
    """Cell → what is to be looked at."""
    return {problem.cell: problem.key for problem in read.problems if not problem.refuses}


def entry(name: str, owner: str = "虚构县数据局", app: str = "", **more: Any) -> Entry:
    """An entry with an id, a name and an owner; `package`, `url` and `certificate` make an artifact."""
    keys = {key: more.pop(key) for key in ("package", "url", "certificate", "miniprogram", "digest") if key in more}
    artifacts = (ArtifactKey(more.pop("platform", Platform.ANDROID), **keys),) if keys else ()
    return Entry(name, app or f"虚构应用{name}", owner, artifacts=artifacts, **more)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write rows to a sheet; `change` may do more to it."""

    def write(rows: Rows, change: Callable[[Any], None] | None = None) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        for row in rows:
            sheet.append(row)
        if change is not None:
            change(sheet)
        path = tmp_path / "registry.xlsx"
        book.save(path)
        return path

    return write


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a text or bytes to a file of that name."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
