"""What all tests share: where the fixtures are, and that nothing is skipped in silence where everything is required."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _all_required() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Top level of the project."""
    return ROOT


@pytest.fixture(scope="session")
def built_apks() -> Path:
    """Folder of the built fixture APKs."""
    return ROOT / "fixtures" / "apks" / "built"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, a module stays with one worker, since its fixtures are made once; tests that belong
    to something smaller say so with a mark of their own."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Under REQUIRE_ALL=1 a skip fails, unless the test is marked `corpus`."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _all_required() and not item.get_closest_marker("corpus"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Under REQUIRE_ALL=1 a whole module that skips itself fails, unless it is marked `corpus`."""
    report = yield
    if report.skipped and _all_required() and not _is_corpus_module(collector):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


def _is_corpus_module(collector: pytest.Collector) -> bool:
    marks = getattr(getattr(collector, "_obj", None), "pytestmark", [])
    return any(mark.name == "corpus" for mark in (marks if isinstance(marks, list) else [marks]))
