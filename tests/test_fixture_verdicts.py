"""Every fixture gets the verdicts that a careful human wrote down, from its bytes and from its saved reading alike."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from appscan import schema
from appscan.checks import CheckSet, load, shipped_folder
from appscan.model.artifact import App
from appscan.model.judgement import Verdict
from appscan.readers.saved import load_reading, save_reading
from appscan.report.document import to_document
from appscan.scan import ScanResult, Target, judge_readings, scan_app
from tests.shipped import shipped

from .expectations import differences, unproven, without_check

SOURCES = Path(__file__).resolve().parents[1] / "fixtures" / "apks"
PACKAGES = sorted((SOURCES / "built").iterdir())
CHECKS = shipped()
CHECK_IDS = [check.id for check in CHECKS.checks]


def fixture_of(package: Path) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((SOURCES / package.stem / "fixture.json").read_text("utf-8"))
    return fixture


@cache
def scanned(package: Path) -> ScanResult:
    """A scan with the shipped packs; each package is read once for all tests."""
    return scan_app([Target(package, package.name)], App(), CHECKS)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_fixture_gets_the_verdicts_that_a_human_gave(package: Path) -> None:
    fixture, report = fixture_of(package), scanned(package).report
    wrong = differences(report, fixture)
    assert report.errors == ()
    assert not wrong, f"{package.name} proves: {fixture['proves']}\n" + "\n".join(wrong)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_finding_shows_what_it_rests_on(package: Path) -> None:
    assert unproven(scanned(package).report.findings) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_report_fits_the_published_schema(package: Path) -> None:
    document = to_document(scanned(package).report)
    assert schema.problems("report-1", json.loads(json.dumps(document))) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_judging_the_saved_reading_equals_scanning(package: Path, tmp_path: Path) -> None:
    result = scanned(package)
    save_reading(result.readings[0], tmp_path / "x.reading")
    again = judge_readings([load_reading(tmp_path / "x.reading")], App(), CHECKS)
    assert again.findings == result.report.findings
    assert again.verdicts == result.report.verdicts
    assert again.overall == result.report.overall
    assert again.artifacts == result.report.artifacts


def test_scanning_twice_says_the_same() -> None:
    for package in PACKAGES[:6]:
        first, second = scanned(package).report, scan_app([Target(package, package.name)], App(), CHECKS).report
        assert (first.findings, first.verdicts, first.artifacts) == (second.findings, second.verdicts, second.artifacts)


# ---------------------------------------------------------------- seams: a check that is not yet written


def packages_of(check_id: str) -> list[Path]:
    """Fixtures that speak of the check, and the decoy; of a check that no fixture speaks of, a few others."""
    apks = [package for package in PACKAGES if package.suffix == ".apk"]
    found = [package for package in apks if check_id in fixture_of(package)["expect"] or package.stem == "decoy"]
    return found if len(found) > 4 else list(dict.fromkeys([*found, *apks[:5]]))


@pytest.mark.parametrize("check_id", [check_id for check_id in CHECK_IDS if len(packages_of(check_id)) > 4])
def test_a_reading_saved_before_a_check_was_written_is_enough_to_judge_it(check_id: str, tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(shipped_folder(), packs)
    without_check(packs, check_id)
    fewer: CheckSet = load(packs)
    assert check_id not in {check.id for check in fewer.checks}
    packages = packages_of(check_id)
    for number, package in enumerate(packages):
        before = scan_app([Target(package, package.name)], App(), fewer)
        save_reading(before.readings[0], tmp_path / f"{number}.reading")
    for number, package in enumerate(packages):
        report = scanned(package).report
        again = judge_readings([load_reading(tmp_path / f"{number}.reading")], App(), CHECKS)
        assert again.findings == report.findings
        assert again.verdicts == report.verdicts
    if not any(check_id in fixture_of(package)["expect"] for package in packages):
        return  # its proof is in the written cases
    found = {verdict.verdict for package in packages for verdict in scanned(package).report.verdicts
             if verdict.check_id == check_id}
    assert Verdict.LIKELY_VIOLATION in found
