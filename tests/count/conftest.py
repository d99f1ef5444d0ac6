"""The demo registry in a store of each kind, and reports of real fixtures that the tests of the count share."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from appscan.checks import CheckSet
from appscan.count.counting import Count, count
from appscan.count.document import to_document
from appscan.count.gathering import gather
from appscan.count.profile import CountProfile
from appscan.model.artifact import App
from appscan.model.registry import AppStatus, ArtifactKey, Audience, Entry, Level, Platform
from appscan.portfolio.registry import read_registry
from appscan.readers.saved import save_reading
from appscan.report.document import to_document as report_document
from appscan.scan import Target, scan_app
from appscan.store import Added, Standing, Store
from tests.shipped import shipped

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "portfolio"
DAY = date(2026, 10, 8)
WHEN = datetime(2026, 10, 8, 4, tzinfo=UTC)
MADE = datetime(2026, 10, 9, 4, tzinfo=UTC)
GRASSROOTS = frozenset({Audience.GRASSROOTS_INTERNAL})


@pytest.fixture(scope="session")
def checks() -> CheckSet:
    """The packs."""
    return shipped()


@pytest.fixture(scope="session")
def table() -> dict[str, Any]:
    """What the count must say, as it was written by hand."""
    return yaml.safe_load((FOLDER / "expected-count.yaml").read_text("utf-8"))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind; PostgreSQL on a real server."""
    is_server = request.param == "postgresql"
    url = str(request.getfixturevalue("postgres_url")) if is_server else str(tmp_path / "office.db")
    with Store.open(url, str(tmp_path / "blobs")) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(str(tmp_path / "office.db")) as opened:
        yield opened


def put_demo(store: Store) -> None:
    """Import the demo registry."""
    for name in ("registry.xlsx", "local.csv"):
        store.put_entries(read_registry(FOLDER / name).entries, who="虚构的人", when=WHEN, source=name)


def put(store: Store, *entries: Entry, when: datetime = WHEN) -> None:
    """Import entries."""
    store.put_entries(entries, who="虚构的人", when=when, source="test")


def counted(store: Store, day: date = DAY, profile: CountProfile | None = None) -> Count:
    """The count of a store."""
    return count(gather(store, day), profile)


def document_of(store: Store, day: date = DAY, profile: CountProfile | None = None) -> dict[str, Any]:
    """The published document of the count of a store."""
    return to_document(counted(store, day, profile), MADE)


def app(name: str, owner: str = "教育部", **more: Any) -> Entry:
    """A running app for grassroots staff."""
    given = {"audience": GRASSROOTS, "status": AppStatus.RUNNING, "level": Level.CENTRAL, **more}
    package = given.pop("package", f"invalid.example.{name.lower()}")
    return Entry(name, f"虚构应用{name}", owner, artifacts=(ArtifactKey(Platform.ANDROID, package=package),), **given)


@pytest.fixture(scope="session")
def scanned(checks: CheckSet) -> Callable[[Path], Any]:
    """Scans a file once."""
    done: dict[Path, Any] = {}

    def scan(path: Path) -> Any:
        if path not in done:
            done[path] = scan_app([Target(path, path.name)], App(name="虚构应用"), checks)
        return done[path]

    return scan


@pytest.fixture
def add(store: Store, scanned: Callable[[Path], Any], tmp_path: Path) -> Callable[..., Added]:
    """Scans a file for an entry and keeps report and reading."""

    def keep(entry: str, path: Path, standing: Standing = Standing.OFFICE, when: datetime = WHEN) -> Added:
        result = scanned(path)
        kept = {}
        for number, reading in enumerate(result.readings):
            file = tmp_path / f"{entry}-{number}.reading"
            save_reading(reading, file)
            kept[reading.artifact.sha256] = store.put_blob(file)
        return store.add_report(report_document(result.report), product="", entry=entry, standing=standing,
                                recorded=when, readings=kept)

    return keep


@pytest.fixture
def with_form(built_apks: Path, tmp_path: Path) -> Callable[[str, Sequence[str]], Path]:
    """A copy of a fixture app with one more page: a form whose fields have labels."""

    def make(name: str, labels: Sequence[str]) -> Path:
        fields = "".join(f"<div><label>{label}：</label><input name='f{number}'></div>"
                         for number, label in enumerate(labels))
        page = f"<!DOCTYPE html><html><head><title>填报</title></head><body><form>{fields}</form></body></html>"
        target = tmp_path / f"{name}.apk"
        with zipfile.ZipFile(built_apks / "decoy.apk") as old, zipfile.ZipFile(target, "w") as new:
            for one in old.infolist():
                new.writestr(one, old.read(one))
            new.writestr("assets/www/form.html", page)
            new.writestr("assets/www/name.txt", name)
        return target

    return make
