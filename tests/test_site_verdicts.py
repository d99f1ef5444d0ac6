"""Every fixture site, captured with the real browser from its real server, gets the verdicts that a careful human wrote
down, and nothing on the server has changed. Takes minutes: `pytest -m "not sites"` leaves these tests out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from appscan import schema
from appscan.capture.browser import find_chromium
from appscan.checks import load, shipped_folder
from appscan.model.artifact import App
from appscan.model.judgement import Verdict
from appscan.model.report import Report
from appscan.readers.saved import load_reading, save_reading
from appscan.report.document import to_document
from appscan.scan import ScanResult, Target, judge_readings, scan_app
from tests.shipped import shipped

from .expectations import differences, unproven, without_check
from .site_captures import PAGES, SiteCaptures

CHECKS = shipped()
CHECK_IDS = [check.id for check in CHECKS.checks]
PLATFORM_WORDS = re.compile(
    r"\b(android|apk|dex|ios|iphone|web|webpage|website|browser|chrome|html|dom|url|h5|wechat|miniprogram)\b|浏览器|网页|安卓",
    re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """One way to capture a site, and what a human expects of it."""

    site: str
    actors: tuple[str, ...]
    robots: bool
    expected: Mapping[str, Any]

    @property
    def name(self) -> str:
        return "-".join([self.site, *self.actors, *([] if self.robots else ["ignoring-robots"])])


def cases() -> list[Case]:
    """Each site as a visitor sees it, then as each combination of actors, then without heed to robots.txt."""
    found = []
    for path in sorted(PAGES.glob("*/site.json")):
        site, name = json.loads(path.read_text("utf-8")), path.parent.name
        found.append(Case(name, (), True, site))
        found += [Case(name, tuple(row["as"]), True, row) for row in site.get("logged_in", [])]
        found += [Case(name, (), False, row) for row in site.get("ignoring_robots", [])]
    return found


CASES = cases()
BY_NAME = {case.name: case for case in CASES}
pytestmark = [pytest.mark.sites, pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")]
every_case = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=pytest.mark.xdist_group(case.name)) for case in CASES])


@dataclass(frozen=True)
class Captured:
    """A capture that was scanned, and how often it changed something on the server."""

    recording: Path
    effects: int
    result: ScanResult

    @property
    def report(self) -> Report:
        return self.result.report


Capture = Callable[[Case], Captured]


@pytest.fixture(scope="module")
def captured(site_captures: SiteCaptures) -> Capture:
    """The capture of a case, scanned once."""
    kept: dict[str, Captured] = {}

    def run(case: Case) -> Captured:
        if case.name not in kept:
            known = site_captures.of(case.site, case.actors, robots=case.robots)
            kept[case.name] = Captured(known.recording, known.effects, scanned(known.recording))
        return kept[case.name]

    return run


def scanned(recording: Path) -> ScanResult:
    return scan_app([Target(recording, recording.name)], App(), CHECKS)


@every_case
def test_a_site_gets_the_verdicts_that_a_human_gave(case: Case, captured: Capture) -> None:
    report = captured(case).report
    wrong = differences(report, {"expect": {}, **case.expected})
    gaps = [f"{gap.reason} {gap.place}" for read in report.artifacts for gap in read.coverage.gaps if gap.blinds]
    assert report.errors == ()
    assert not wrong, "\n".join([f"{case.name} proves: {BY_NAME[case.site].expected['proves']}", *wrong, *gaps])


@every_case
def test_capturing_a_site_changes_nothing_on_its_server(case: Case, captured: Capture) -> None:
    assert captured(case).effects == 0


@every_case
def test_a_report_of_a_site_is_proven_and_fits_the_published_schema(case: Case, captured: Capture) -> None:
    report = captured(case).report
    assert unproven(report.findings) == []
    assert schema.problems("report-1", json.loads(json.dumps(to_document(report)))) == []


@every_case
def test_judging_the_saved_reading_of_a_site_equals_scanning(case: Case, captured: Capture, tmp_path: Path) -> None:
    result = captured(case).result
    save_reading(result.readings[0], tmp_path / "x.reading")
    again = judge_readings([load_reading(tmp_path / "x.reading")], App(), CHECKS)
    assert again.findings == result.report.findings
    assert again.verdicts == result.report.verdicts
    assert again.overall == result.report.overall
    assert again.artifacts == result.report.artifacts


def test_a_finding_says_which_actor_saw_it(captured: Capture) -> None:
    both = captured(BY_NAME["two-roles-citizen-staff"]).report
    finding = next(finding for finding in both.findings if finding.check_id == "media-upload")
    assert finding.verdict is Verdict.LIKELY_VIOLATION
    forced = {one.signal.actor for occurrence in finding.occurrences for one in occurrence.evidence
              if one.supports == finding.force}
    assert forced == {"staff"}


# ---------------------------------------------------------------- seams: a check that is not yet written


def cases_of(check_id: str) -> list[Case]:
    """Sites that speak of the check, and the decoy."""
    return [case for case in CASES if check_id in case.expected.get("expect", {}) or case.site == "decoy"]


@pytest.mark.parametrize("check_id", CHECK_IDS)
def test_a_recording_read_before_a_check_was_written_is_enough_to_judge_it(
        check_id: str, captured: Capture, tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(shipped_folder(), packs)
    without_check(packs, check_id)
    fewer, found = load(packs), set()
    for case in cases_of(check_id):
        known = captured(case)
        before = scan_app([Target(known.recording, known.recording.name)], App(), fewer)
        assert check_id not in {row.check_id for row in before.report.verdicts}
        save_reading(before.readings[0], tmp_path / "x.reading")
        again = judge_readings([load_reading(tmp_path / "x.reading")], App(), CHECKS)
        assert again.findings == known.report.findings
        assert again.verdicts == known.report.verdicts
        found |= {row.verdict for row in again.verdicts if row.check_id == check_id}
    speaking = any(check_id in case.expected.get("expect", {}) for case in CASES)
    assert not speaking or found & {Verdict.LIKELY_VIOLATION, Verdict.MISSING}


def terms_in(node: object) -> list[str]:
    """All words and names that the conditions of a check ask for."""
    if isinstance(node, dict):
        return [text for key, value in node.items() for text in [str(key), *terms_in(value)]]
    if isinstance(node, list):
        return [text for item in node for text in terms_in(item)]
    return [str(node)]


@pytest.mark.parametrize("check_id", CHECK_IDS)
def test_a_check_serves_apps_and_sites_without_a_platform_word(check_id: str) -> None:
    check = yaml.safe_load((shipped_folder() / "features" / f"{check_id}.yaml").read_text("utf-8"))
    asked = [text for part in ("presence", "force", "tags", "needs", "not") for text in terms_in(check.get(part, {}))]
    assert [text for text in asked if PLATFORM_WORDS.search(text)] == []
