"""Every document among the fixtures gets what a careful human wrote down, from its bytes and from its saved reading."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from appscan import schema
from appscan.model.artifact import App, ArtifactKind
from appscan.model.judgement import Finding, Presence, Verdict
from appscan.readers.saved import load_reading, save_reading
from appscan.report.document import to_document
from appscan.scan import ScanResult, Target, judge_readings, scan_app
from tests.shipped import shipped

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "documents"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expect.json").read_text("utf-8"))
READ = sorted(name for name, one in EXPECTED.items() if "gap" not in one)
UNREAD = sorted(name for name, one in EXPECTED.items() if "gap" in one)
CHECKS = shipped()


@cache
def scanned(name: str) -> ScanResult:
    """A scan with the shipped packs; each document is read once for all tests."""
    path = FOLDER / name
    return scan_app([Target(path, path.name)], App(), CHECKS)


def expected(name: str) -> dict[str, Any]:
    one = EXPECTED[name]
    found: dict[str, Any] = EXPECTED[one["same_as"]]["expect"] if "same_as" in one else one["expect"]
    return found


def findings(name: str) -> dict[str, Finding]:
    return {one.check_id: one for one in scanned(name).report.findings}


def test_every_document_has_an_expectation() -> None:
    files = {path.relative_to(FOLDER).as_posix() for folder in ("sources", "built")
             for path in (FOLDER / folder).iterdir()}
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", READ)
def test_a_document_gets_what_a_human_would_say(name: str) -> None:
    found = findings(name)
    for check, wanted in expected(name).items():
        assert found[check].presence.value in wanted["presence"], check
        if "force" in wanted:
            assert found[check].force.value in wanted["force"], check
    rest = {row.check_id: row.verdict for row in scanned(name).report.verdicts if row.check_id not in expected(name)}
    assert set(rest.values()) <= {Verdict.NOT_FOUND, Verdict.INFO}


@pytest.mark.parametrize("name", READ)
def test_what_is_planned_says_so_and_tells_its_paragraph(name: str) -> None:
    report = scanned(name).report
    assert (report.stage, report.artifacts[0].artifact.kind) == ("planned", ArtifactKind.DOCUMENT)
    for finding in report.findings:
        assert finding.stage == "planned"
        for occurrence in finding.occurrences:
            for evidence in occurrence.evidence:
                assert evidence.signal.place.element.replace(":", "").isdigit()
                assert occurrence.screen


def test_a_page_is_told_where_the_document_has_pages() -> None:
    finding = findings("built/grid-requirements.pdf")["check-in"]
    elements = {evidence.signal.place.element for one in finding.occurrences for evidence in one.evidence}
    assert all(element.startswith("1:") for element in elements)


@pytest.mark.parametrize("name", READ)
def test_the_saved_reading_gives_the_same(name: str, tmp_path: Path) -> None:
    result = scanned(name)
    path = tmp_path / "x.reading"
    save_reading(result.readings[0], path)
    again = judge_readings([load_reading(path)], App(), CHECKS)
    assert (again.findings, again.verdicts) == (result.report.findings, result.report.verdicts)


@pytest.mark.parametrize("name", UNREAD)
def test_a_document_that_cannot_be_read_is_inconclusive_and_never_clean(name: str) -> None:
    report = scanned(name).report
    assert {row.verdict for row in report.verdicts} == {Verdict.INCONCLUSIVE}
    gaps = [gap for gap in report.artifacts[0].coverage.gaps if gap.blinds]
    assert [gap.reason for gap in gaps] == [EXPECTED[name]["gap"]]
    published = to_document(report)
    assert published["coverage"]["gaps"][0]["advice"]["zh"]
    assert schema.problems("report-1", json.loads(json.dumps(published))) == []


@pytest.mark.parametrize("name", ["sources/grid-requirements.md", "sources/promise.md"])
def test_the_report_of_a_document_keeps_to_the_schema(name: str) -> None:
    published = json.loads(json.dumps(to_document(scanned(name).report)))
    assert schema.problems("report-1", published) == []
    assert {one["stage"] for one in published["findings"]} == {"planned"}


def test_what_is_only_spoken_of_tells_why() -> None:
    finding = findings("sources/promise.md")["install-rate"]
    assert finding.presence is Presence.MENTIONED
    why = {str(evidence.supports) for evidence in finding.cancelled}
    assert "said-banned" in why
    assert why <= {"said-banned", "denied", "done-away"}


def test_a_promise_at_the_top_does_not_clear_the_table_below() -> None:
    finding = findings("sources/grid-requirements.md")["check-in"]
    assert finding.verdict is Verdict.LIKELY_VIOLATION
    planned = [e.signal.value for one in finding.occurrences for e in one.evidence if e.supports == "reachable"]
    assert any("到点位扫码确认" in value for value in planned)
    assert not any("不得设置" in value for value in planned)


def test_a_document_and_an_app_of_one_product_are_told_apart() -> None:
    package = FOLDER.parent / "apks" / "built" / "checkin-forced.apk"
    paper = FOLDER / "sources" / "grid-requirements.md"
    report = scan_app([Target(package, package.name), Target(paper, paper.name)], App(), CHECKS).report
    stages = {one.stage for one in report.findings if one.check_id == "check-in"}
    assert (stages, report.stage) == ({"built", "planned"}, "built")
