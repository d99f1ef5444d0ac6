"""Claims about the JSON report: it fits the published schema, and comes back as the report it was made from."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest

from appscan.errors import UsageError
from appscan.model.coverage import Coverage, Gap
from appscan.model.report import Report
from appscan.report.document import from_document, from_json, to_document, to_json
from appscan.report.summary import ranked, summarise
from appscan.schema import REPORT, problems

ALL = ("report", "clean", "unread")


@pytest.fixture(params=ALL)
def any_report(request: pytest.FixtureRequest) -> Report:
    value = request.getfixturevalue(request.param)
    assert isinstance(value, Report)
    return value


def test_every_report_fits_the_published_schema(any_report: Report) -> None:
    assert problems(REPORT, to_document(any_report)) == []


def test_a_report_comes_back_as_it_was(any_report: Report) -> None:
    assert from_document(json.loads(to_json(to_document(any_report)))) == any_report


def test_custom_checks_come_back_and_may_be_missing_in_older_reports(report: Report) -> None:
    custom = dataclasses.replace(report, tool=dataclasses.replace(report.tool, custom_checks=True))
    document = to_document(custom)
    assert problems(REPORT, document) == []
    assert from_document(document).tool.custom_checks
    del document["tool"]["custom_checks"]
    assert not from_document(document).tool.custom_checks


def test_equal_reports_give_equal_text(any_report: Report) -> None:
    assert to_json(to_document(any_report)) == to_json(to_document(from_document(to_document(any_report))))


def test_the_json_carries_advice_in_both_languages(report: Report) -> None:
    gap = to_document(report)["coverage"]["gaps"][0]
    assert "https://h5.grid.example/rank" in gap["advice"]["zh"]
    assert "https://h5.grid.example/rank" in gap["advice"]["en"]


def test_findings_and_gaps_name_their_artifact(report: Report) -> None:
    document = to_document(report)
    digest = document["artifacts"][0]["sha256"]
    assert {one["artifact"] for one in document["findings"]} == {digest}
    assert {one["artifact"] for one in document["coverage"]["gaps"]} == {digest}


@pytest.mark.parametrize("change", [
    {"surprise": 1}, {"overall": "violation"}, {"findings": [{}]}, {"verdicts": None}, {"timings": {"read": "1"}}])
def test_a_damaged_report_is_a_usage_error(report: Report, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as raised:
        from_document(to_document(report) | change, "r.json")
    assert raised.value.key == "report_damaged"
    assert raised.value.params["name"] == "r.json"


@pytest.mark.parametrize("document", [None, [], {}, {"schema_version": "1"}, "x"])
def test_what_is_no_report_is_a_usage_error(document: object) -> None:
    with pytest.raises(UsageError, match="report_damaged"):
        from_document(document)


def test_another_version_is_named_as_such(report: Report) -> None:
    with pytest.raises(UsageError) as raised:
        from_document(to_document(report) | {"schema_version": 2})
    assert raised.value.key == "report_version"
    assert raised.value.params["version"] == 2


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nul", b"\xff\xfe{", '{"schema_version":1}'])
def test_text_that_is_no_report_is_a_usage_error(text: str | bytes) -> None:
    with pytest.raises(UsageError, match="report_damaged"):
        from_json(text)


def test_a_file_name_that_is_not_unicode_does_not_break_the_json(report: Report) -> None:
    read = report.artifacts[0]
    odd = dataclasses.replace(read.artifact, name=b"\xff.apk".decode("utf-8", "surrogateescape"))
    text = to_json(to_document(dataclasses.replace(report, artifacts=(dataclasses.replace(read, artifact=odd),))))
    assert json.loads(text.encode("utf-8"))["artifacts"][0]["name"] == "?.apk"


def test_a_gap_of_no_kind_is_not_counted_as_blinding(report: Report) -> None:
    remark = Gap(frozenset(), "", "h5-container", {}, blinds=True)
    read = dataclasses.replace(report.artifacts[0], coverage=Coverage((), (remark,)))
    numbers = summarise(to_document(dataclasses.replace(report, artifacts=(read,))))
    assert (numbers.gaps, numbers.blinding) == (1, 0)


def test_the_numbers_are_those_of_the_document(report: Report) -> None:
    document = to_document(report)
    numbers = summarise(document)
    assert numbers.checks == len(report.verdicts) == sum(count for _, count in numbers.by_verdict)
    assert numbers.occurrences == sum(len(finding.occurrences) for finding in report.findings)
    assert (numbers.gaps, numbers.blinding) == (4, 2)
    assert ranked(document)[0]["verdict"] == report.overall.value


def test_making_json_imports_neither_jinja2_nor_jsonschema() -> None:
    code = ("import sys, appscan.report.document, appscan.report.plain, appscan.report.page, appscan.schema\n"
            "print([name for name in ('jinja2', 'jsonschema') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
