"""Reports of real fixtures that the tests of the store share, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appscan.model.artifact import App
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.store import Store
from tests.shipped import shipped


@pytest.fixture(scope="session")
def forced_report(built_apks: Path) -> dict[str, Any]:
    """The report of an app that forces check-in."""
    return _report_of(built_apks / "checkin-native.apk")


@pytest.fixture(scope="session")
def decoy_report(built_apks: Path) -> dict[str, Any]:
    """The report of an app in which nothing is found."""
    return _report_of(built_apks / "decoy.apk")


def _report_of(path: Path) -> dict[str, Any]:
    return to_document(scan_app([Target(path, path.name)], App(name="虚构应用"), shipped()).report)


@pytest.fixture
def store(any_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    with Store.open(any_url, str(tmp_path / "blobs")) as opened:
        yield opened
