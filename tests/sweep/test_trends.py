"""Claims about trends: an app is one however many artifacts it has, and its owner is whose it is in the count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appscan.checks import load
from appscan.model.artifact import App
from appscan.office.owners import name_owner
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve.asked import Asked
from appscan.store import Plan, Standing, Store
from appscan.sweep.tasks import DESK, Place, Task, Thing
from appscan.sweep.trends import of_days, trends

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
CHECK = "check-in"
FLAGGED, CLEAR, UNSEEN = "likely_violation", "not_found", "inconclusive"


@pytest.fixture(scope="module")
def scanned(built_apks: Path, few_checks: Path) -> dict[str, Any]:
    """The report of a real package, of which the tests take artifact and verdict to be others."""
    path = built_apks / "checkin-forced.apk"
    return to_document(scan_app([Target(path, path.name)], App(), load(few_checks)).report)


def swept(store: Store, scanned: dict[str, Any], number: int, seen: Mapping[str, tuple[str, str]],
          app: App | None = None) -> None:
    """One sweep of one app: location → (package, verdict on the check)."""
    sweep, when, about = f"sweep-{number}", NOON + timedelta(days=number), app or App(owner="虚构县虚构局")
    tasks = {location: Task("one", about, Thing(Place.FILE, location, location)) for location in seen}
    plans = [Plan(task.key, task.entry, task.to_json()) for task in tasks.values()]
    store.plan(sweep, plans, who="虚构的人", when=when)
    for location, (package, verdict) in seen.items():
        digest = hashlib.sha256(f"{number} {location}".encode()).hexdigest()
        artifact = {**scanned["artifacts"][0], "sha256": digest, "package": package}
        verdicts = [{**row, "verdict": verdict} for row in scanned["verdicts"] if row["check_id"] == CHECK]
        document = {**scanned, "artifacts": [artifact], "verdicts": verdicts, "findings": []}
        store.add_report(document, product="one", entry="one", standing=Standing.OFFICE, recorded=when, sweep=sweep,
                         task=tasks[location].key)


def told(store: Store) -> list[tuple[str, int, int, int, int]]:
    """(owner, new, fixed, returned, flagged) of the check, for each sweep."""
    return [(row.owner, row.new, row.fixed, row.returned, row.flagged)
            for row in trends(store, of_days(store.sweeps(), None, None))]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(str(tmp_path / "office.db")) as opened:
        yield opened


def test_an_app_with_two_artifacts_is_one_app(store, scanned):
    owner = "虚构县虚构局"
    swept(store, scanned, 1, {"a.apk": ("a", FLAGGED), "b.apk": ("b", FLAGGED)})
    swept(store, scanned, 2, {"a.apk": ("a", CLEAR), "b.apk": ("b", FLAGGED)})
    swept(store, scanned, 3, {"a.apk": ("a", FLAGGED), "b.apk": ("b", CLEAR)})
    swept(store, scanned, 4, {"a.apk": ("a", CLEAR), "b.apk": ("b", UNSEEN)})
    swept(store, scanned, 5, {"b.apk": ("b", FLAGGED)})
    assert told(store) == [(owner, 1, 0, 0, 1), (owner, 0, 0, 0, 1), (owner, 0, 0, 0, 1), (owner, 0, 1, 0, 0),
                           (owner, 0, 0, 1, 1)]


def test_an_app_whose_file_has_another_name_each_month_is_the_same_app(store, scanned):
    owner = "虚构县虚构局"
    swept(store, scanned, 1, {"october.apk": ("a", FLAGGED)})
    swept(store, scanned, 2, {"november.apk": ("a", CLEAR)})
    assert told(store) == [(owner, 1, 0, 0, 1), (owner, 0, 1, 0, 0)]


def test_what_took_the_place_of_another_package_is_what_the_app_is_now(store, scanned):
    owner = "虚构县虚构局"
    swept(store, scanned, 1, {"app.apk": ("a", FLAGGED)})
    swept(store, scanned, 2, {"app.apk": ("b", CLEAR)})
    swept(store, scanned, 3, {"app.apk": ("a", FLAGGED), "copy.apk": ("a", FLAGGED)})
    swept(store, scanned, 4, {"app.apk": ("b", CLEAR)})
    assert told(store) == [(owner, 1, 0, 0, 1), (owner, 0, 1, 0, 0), (owner, 0, 0, 1, 1), (owner, 0, 0, 0, 1)]


def test_scans_that_were_asked_for_at_the_desk_are_no_sweep(store, scanned):
    """They lie in the same store as tasks of another kind."""
    swept(store, scanned, 1, {"a.apk": ("a", FLAGGED)})
    asked = Asked("虚构的人", "b.apk", "0" * 64, 1, "one", App("虚构应用", "虚构县虚构局"))
    store.plan(DESK, [Plan("job", "one", asked.to_plain(NOON))], who=DESK, when=NOON + timedelta(days=2))
    store.add_report(scanned, product="one", entry="one", standing=Standing.OFFICE, recorded=NOON, sweep=DESK,
                     task="job")
    assert told(store) == [("虚构县虚构局", 1, 0, 0, 1)]
    assert [one.id for one in of_days(store.sweeps(), None, None)] == ["sweep-1"]


def test_owners_are_those_of_the_count(store, scanned):
    swept(store, scanned, 1, {"a.apk": ("a", FLAGGED)}, App(owner="医保局", level="county"))
    assert [row[0] for row in told(store)] == ["医保局"]
    swept(store, scanned, 2, {"a.apk": ("a", FLAGGED)}, App(owner="虚构通讯办"))
    name_owner(store, "虚构通讯办", "工业和信息化部", who="虚构的人", when=NOON, reason="三定规定")
    assert [row[0] for row in told(store)] == ["医保局", "工业和信息化部"]
