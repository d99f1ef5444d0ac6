"""A store and a vendor's output folder, made by the real scan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appscan.checks import CheckSet
from appscan.model.artifact import App
from appscan.readers.saved import save_reading
from appscan.report.document import to_document
from appscan.scan import ScanResult, Target, scan_app
from appscan.store import Store
from tests.shipped import shipped

APP = App(name="虚构网格通", owner="虚构县委")


@pytest.fixture(scope="session")
def checks() -> CheckSet:
    """The packs."""
    return shipped()


@pytest.fixture(scope="session")
def scanned(built_apks: Path, checks: CheckSet) -> ScanResult:
    """An app that forces check-in, as its vendor scanned it."""
    path = built_apks / "checkin-native.apk"
    return scan_app([Target(path, path.name)], APP, checks)


@pytest.fixture(scope="session")
def document(scanned: ScanResult) -> dict[str, Any]:
    """The vendor's report."""
    return to_document(scanned.report)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(str(tmp_path / "office.db")) as opened:
        yield opened


@pytest.fixture
def vendor(tmp_path: Path, scanned: ScanResult, document: dict[str, Any]) -> Callable[..., Path]:
    """Writes a vendor's folder: report.json, changed as wished, with its reading beside it."""

    def write(name: str = "out", **changes: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps({**document, **changes}, ensure_ascii=False), "utf-8")
        save_reading(scanned.readings[0], folder / "checkin-native.reading")
        return folder / "report.json"

    return write
