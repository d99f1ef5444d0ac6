"""Claims about `rejudge` and `trends`: new checks over everything stored without one app, and what changed by whom."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from appscan.model.registry import ArtifactKey, Entry
from appscan.store import Store

if TYPE_CHECKING:
    from .conftest import Running

Sweep = Callable[..., "Running"]
Command = Callable[..., subprocess.CompletedProcess[str]]
FORCED = "checkin-forced.apk"
MOMENTARY = ("started", "ended", "timings")
DECOY = "quoted-regulation.apk"


@pytest.fixture
def without_check_in(few_checks: Path, tmp_path: Path) -> Path:
    """The same packs before somebody wrote the check `check-in`."""
    folder = tmp_path / "before"
    shutil.copytree(few_checks, folder)
    (folder / "features" / "check-in.yaml").unlink()
    return folder


@pytest.fixture
def folder(built_apks: Path, tmp_path: Path) -> Path:
    """A folder to sweep, with one app that forces."""
    made = tmp_path / "in"
    made.mkdir()
    shutil.copy(built_apks / FORCED, made)
    return made


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON lines of a command that ended well."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_new_check_says_what_would_change_without_opening_an_app(
        sweep: Sweep, appscan: Command, folder: Path, few_checks: Path, without_check_in: Path, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "office.db")
    assert sweep(folder, *store, "--checks", without_check_in, "--workers", 1).ended() == 0
    shutil.rmtree(folder)  # no app is left to be opened
    given = (*store, "--checks", few_checks, "--workers", 1, "--format", "json", "--quiet")
    (row,) = rows(appscan("rejudge", *given))
    assert row["entry"] == FORCED
    assert row["moved"] == {"check-in": [None, "likely_violation"]}
    with Store.open(str(tmp_path / "office.db")) as opened:
        assert len(list(opened.reports(latest=False))) == 1  # nothing was kept
    assert [one["moved"] for one in rows(appscan("rejudge", *given, "--write"))] == [row["moved"]]
    assert rows(appscan("rejudge", *given, "--write")) == []  # all is judged by these checks now
    with Store.open(str(tmp_path / "office.db")) as opened:
        (report,) = opened.reports()
        assert report.verdicts["check-in"] == "likely_violation"
        assert len(list(opened.reports(latest=False))) == 2


def test_rejudging_equals_scanning(sweep: Sweep, appscan: Command, built_apks: Path, few_checks: Path,
                                   without_check_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (FORCED, DECOY):
        shutil.copy(built_apks / name, folder)
    for store, checks in (("again.db", without_check_in), ("once.db", few_checks)):
        assert sweep(folder, "--store", tmp_path / store, "--checks", checks, "--workers", 1).ended() == 0
    done = appscan("rejudge", "--store", tmp_path / "again.db", "--checks", few_checks, "--write", "--workers", 1)
    assert done.returncode == 0, done.stderr
    said = []
    for name in ("again.db", "once.db"):
        with Store.open(str(tmp_path / name)) as opened:
            said.append([{key: value for key, value in one.document.items() if key not in MOMENTARY}
                         for one in opened.reports()])
    assert said[0] == said[1]


def test_checks_that_are_taken_back_are_taken_back_by_the_next_sweep_too(
        sweep: Sweep, appscan: Command, folder: Path, few_checks: Path, without_check_in: Path, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "office.db", "--workers", 1)

    def standing() -> dict[str, str]:
        with Store.open(str(tmp_path / "office.db")) as opened:
            (report,) = opened.reports()
            return dict(report.verdicts)

    assert sweep(folder, *store, "--checks", few_checks).ended() == 0
    first = standing()
    for back in (("rejudge", "--write", "--checks", few_checks), None):
        assert appscan("rejudge", *store, "--write", "--checks", without_check_in).returncode == 0
        assert "check-in" not in standing()
        if back:
            assert appscan(*back, *store).returncode == 0
        else:
            again = sweep(folder, *store, "--checks", few_checks)
            assert again.ended() == 0
            assert [one["how"] for one in again.seen if one["event"] == "finished"] == ["judged"]
        assert standing() == first


def test_trends_tell_new_fixed_and_returned(sweep: Sweep, appscan: Command, built_apks: Path, few_checks: Path,
                                            tmp_path: Path) -> None:
    app = tmp_path / "app.apk"
    entry = Entry("one", "虚构应用", owner="虚构县虚构局", artifacts=(ArtifactKey(path=str(app)),))
    with Store.open(str(tmp_path / "office.db")) as store:
        store.put_entries([entry], who="test", when=datetime.now(UTC), source="test")
    given = ("registry", "--store", tmp_path / "office.db", "--checks", few_checks, "--workers", 1)
    for fixture in (FORCED, FORCED, DECOY, FORCED):
        shutil.copy(built_apks / fixture, app)
        assert sweep(*given).ended() == 0
    done = appscan("trends", "--store", tmp_path / "office.db", "--check", "check-in", "--format", "json")
    assert done.returncode == 0, done.stderr
    told = [(row["owner"], row["new"], row["fixed"], row["returned"], row["flagged"])
            for row in json.loads(done.stdout)]
    owner = "虚构县虚构局"
    assert told == [(owner, 1, 0, 0, 1), (owner, 0, 0, 0, 1), (owner, 0, 1, 0, 0), (owner, 0, 0, 1, 1)]
