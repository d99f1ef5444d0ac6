"""Claims about `appscan report` and the forms of `scan`: what is asked for is made whole, or one line says why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.warm import Warm

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory, built_apks: Path, warm: Warm) -> Path:
    """A folder with the reports of two apps, made by a scan."""
    out = tmp_path_factory.mktemp("scanned")
    subprocess.run([*warm.command, "scan", built_apks / "checkin-native.apk", built_apks / "decoy.apk", "--out", out,
                    "--quiet", "--fail-on", "never"], check=True)
    return out


@pytest.fixture
def forced_report(scanned: Path, tmp_path: Path) -> Path:
    """A copy of the report of the app that forces check-in."""
    return Path(shutil.copytree(next(scanned.glob("checkin-native-*")), tmp_path / "city")) / "report.json"


@pytest.fixture
def decoy_report(scanned: Path, tmp_path: Path) -> Path:
    """A copy of the report of the app in which nothing is found."""
    return Path(shutil.copytree(next(scanned.glob("decoy-*")), tmp_path / "decoy")) / "report.json"


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_forms_are_written_beside_the_report(appscan: Run, forced_report: Path) -> None:
    before = files_in(forced_report.parent)
    ran = appscan("report", forced_report, "--format", "sarif", "--format", "junit", "--format", "markdown", "--format",
                  "xlsx", "--format", "docx")
    assert ran.code == 0
    made = files_in(forced_report.parent) - before
    assert made == {"report.sarif", "report.junit.xml", "report.md", "report.xlsx", "opinion.docx"}
    assert {Path(line).name for line in ran.out.split()} == made, "every file is named"


def test_several_apps_share_a_file_where_the_form_allows_it(appscan: Run, forced_report: Path, decoy_report: Path,
                                                            tmp_path: Path) -> None:
    ran = appscan("report", forced_report, decoy_report, "--format", "sarif", "--format", "junit", "--format", "html",
                  "--out", tmp_path / "out")
    assert ran.code == 0
    assert files_in(tmp_path / "out") == {"report.sarif", "report.junit.xml", "city/report.html", "decoy/report.html"}
    assert len(json.loads((tmp_path / "out" / "report.sarif").read_text("utf-8"))["runs"]) == 2
    assert len(ET.parse(tmp_path / "out" / "report.junit.xml").getroot().findall("testsuite")) == 2


def test_one_form_goes_to_the_named_file_or_to_stdout(appscan: Run, forced_report: Path, tmp_path: Path) -> None:
    assert appscan("report", forced_report, "--format", "junit", "--out", tmp_path / "x.xml").code == 0
    ran = appscan("report", forced_report, "--format", "junit", "--out", "-")
    assert ran.code == 0
    assert ran.out == (tmp_path / "x.xml").read_text("utf-8")
    assert "--out -" in appscan("report", forced_report, "--format", "docx", "--out", "-").err


@pytest.mark.parametrize("damage", ["cut", "edited", "version"])
def test_a_bad_report_stops_everything_and_nothing_is_written(appscan: Run, forced_report: Path, decoy_report: Path,
                                                              tmp_path: Path, damage: str) -> None:
    text = decoy_report.read_text("utf-8")
    changed = {"cut": text[:900], "edited": text.replace('"overall": "info"', '"overall": "not_found"'),
               "version": text.replace('"schema_version": 1', '"schema_version": 3')}[damage]
    assert changed != text
    decoy_report.write_text(changed, "utf-8")
    ran = appscan("report", forced_report, decoy_report, "--format", "sarif", "--format", "docx", "--out",
                  tmp_path / "out")
    assert ran.code == 2
    assert str(decoy_report) in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_wrong_template_leaves_no_file(appscan: Run, forced_report: Path, tmp_path: Path) -> None:
    bad = tmp_path / "own.docx"
    bad.write_bytes(b"no docx")
    before = files_in(forced_report.parent)
    ran = appscan("report", forced_report, "--format", "sarif", "--format", "docx", "--template", bad)
    assert ran.code == 2
    assert "own.docx" in ran.err
    assert files_in(forced_report.parent) == before


@pytest.mark.parametrize(("arguments", "told"), [
    (("--format", "docx", "--deadline", "2026-02-30"), "2026-02-30"),
    (("--format", "docx", "--paper", "notice", "--deadline", "2020-02-28"), "2020-02-28"),
    (("--format", "sarif", "--template", "x.docx"), "--template"),
    (("--format", "sarif", "--previous", "x.json"), "--previous"),
    (("--format", "docx", "--template", "missing.docx"), "missing.docx"),
    (("--format", "docx", "--previous", "missing.json"), "missing.json"),
    (("--format", "sarif", "--source-root", "missing"), "missing"),
    (("--format", "sarif", "--out", "nowhere/x.sarif"), "nowhere"),
    ((), "--format"), (("--format", "word"), "word"),
])
def test_wrong_options_are_one_line(appscan: Run, forced_report: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = appscan("report", forced_report, *arguments)
    assert ran.code == 2
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_deadline_is_told_as_unused_on_an_opinion(appscan: Run, forced_report: Path) -> None:
    ran = appscan("report", forced_report, "--format", "docx", "--deadline", "2999-12-31")
    assert ran.code == 0
    assert "--paper notice" in ran.err


def test_a_baseline_is_not_written_over_unasked(appscan: Run, forced_report: Path, tmp_path: Path) -> None:
    write = ("baseline", "write", forced_report, "-o", tmp_path / "baseline.json")
    assert appscan(*write).code == 0
    again = appscan(*write)
    assert (again.code, "--force" in again.err, len(again.err.strip().splitlines())) == (2, True, 1)
    assert appscan(*write, "--force").code == 0


def test_two_reports_of_one_app_are_refused_with_both_files(appscan: Run, forced_report: Path, decoy_report: Path,
                                                            tmp_path: Path) -> None:
    again = Path(shutil.copytree(forced_report.parent, tmp_path / "later")) / "report.json"
    assert appscan("baseline", "write", forced_report, "-o", "held.json").code == 0
    for command in ("gate", "baseline write -o new.json", "baseline check --baseline held.json"):
        ran = appscan(*command.split(), forced_report, decoy_report, again)
        assert (ran.code, ran.out, len(ran.err.strip().splitlines())) == (2, "", 1), ran
        assert all(named in ran.err for named in (str(forced_report), str(again), "com.xugou.wanggetong"))
        assert not (tmp_path / "new.json").exists()
    assert appscan("gate", forced_report, decoy_report).code == 11, "one report of each app"
    site = json.loads(forced_report.read_text("utf-8"))
    for artifact in site["artifacts"]:
        artifact["kind"] = "recording"
    again.write_text(json.dumps(site, ensure_ascii=False), "utf-8")
    assert appscan("gate", forced_report, again).code == 11, "the package and the site of one app"
    assert appscan("baseline", "write", "-o", "new.json", forced_report, again).code == 2, "a baseline holds them once"


def test_a_declaration_that_was_not_filled_in_is_refused_with_its_line(appscan: Run, forced: Path,
                                                                       tmp_path: Path) -> None:
    for lang in ("zh", "en"):
        (tmp_path / "app.yaml").unlink(missing_ok=True)
        assert appscan("init", "app.yaml", "--lang", lang).code == 0
        ran = appscan("scan", forced, "--app", "app.yaml")
        assert (ran.code, "app.yaml 第 3 行：name" in ran.err) == (2, True), ran.err
    (tmp_path / "app.yaml").write_text("name: 虚构\ndeclared:\n  check-in: {reason: 为什么需要}\n", "utf-8")
    assert "第 3 行：declared/check-in/reason" in appscan("scan", forced, "--app", "app.yaml").err


def test_an_exemption_that_does_nothing_is_told_with_its_line(appscan: Run, forced_report: Path, tmp_path: Path,
                                                              project_root: Path) -> None:
    record = (project_root / "fixtures/exemptions/check-in.yaml").read_text("utf-8").replace("2026-12-31", "2999-12-31")
    (tmp_path / "exemptions.yaml").write_text(record.replace("special_scene", "necessity"), "utf-8")
    gate = ("gate", forced_report, "--exemptions", "exemptions.yaml")
    assert "exemptions.yaml 第 3 行：打卡签到（check-in）" in appscan(*gate).err
    (tmp_path / "exemptions.yaml").write_text(record.replace("app: ", "app: other."), "utf-8")
    ran = appscan(*gate)
    assert "exemptions.yaml 第 3 行" in ran.err
    assert "other." in ran.err
    assert "虚构县网格通（com.xugou.wanggetong）：打卡签到（check-in）" in ran.out


def test_a_clean_report_gets_an_opinion_and_no_notice(appscan: Run, decoy_report: Path) -> None:
    ran = appscan("report", decoy_report, "--format", "docx", "--paper", "notice")
    assert ran.code == 2
    assert "--paper opinion" in ran.err
    assert appscan("report", decoy_report, "--format", "docx").code == 0


def test_the_default_template_is_written_once_and_can_be_used(appscan: Run, forced_report: Path,
                                                              tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    assert appscan("report", "--write-template", own, "--paper", "notice").code == 0
    assert appscan("report", "--write-template", own, "--paper", "notice").code == 2, "a template is never overwritten"
    ran = appscan("report", forced_report, "--format", "docx", "--paper", "notice", "--template", own, "--previous",
                  forced_report, "--deadline", "2026-12-31")
    assert ran.code == 0
    assert (forced_report.parent / "notice.docx").is_file()


def test_without_a_browser_there_is_no_pdf_and_one_line_says_so(appscan: Run, forced_report: Path) -> None:
    before = files_in(forced_report.parent)
    ran = appscan("report", forced_report, "--format", "sarif", "--format", "pdf", APPSCAN_CHROMIUM="/nowhere/chromium")
    assert ran.code == 2
    assert "APPSCAN_CHROMIUM" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert files_in(forced_report.parent) == before


def test_another_app_is_no_previous_report(appscan: Run, forced_report: Path, decoy_report: Path) -> None:
    ran = appscan("report", forced_report, "--format", "docx", "--previous", decoy_report)
    assert ran.code == 2
    assert str(decoy_report) in ran.err


def test_a_paper_that_somebody_has_edited_is_kept_under_another_name(appscan: Run, forced_report: Path) -> None:
    wish = ("report", forced_report, "--format", "docx", "--paper", "notice")
    assert appscan(*wish).code == 0
    paper = forced_report.with_name("notice.docx")
    assert "改名" not in appscan(*wish).err, "the same paper once more is no news"
    with zipfile.ZipFile(paper, "a") as archive:
        archive.writestr("word/comments.xml", "<comments/>")
    edited = paper.read_bytes()
    told = appscan(*wish)
    assert "notice-1.docx" in told.err
    assert paper.with_name("notice-1.docx").read_bytes() == edited
    assert paper.read_bytes() != edited


def test_sarif_paths_start_at_the_source_root(appscan: Run, forced_report: Path, forced: Path, tmp_path: Path) -> None:
    built = tmp_path / "tree" / "app" / "build"
    built.mkdir(parents=True)
    shutil.copy(forced, built / forced.name)
    (tmp_path / "tree" / forced.name).write_bytes(b"same name, other bytes")
    ran = appscan("report", forced_report, "--format", "sarif", "--out", "-", "--source-root", tmp_path / "tree")
    artifact = json.loads(ran.out)["runs"][0]["artifacts"][0]
    assert artifact["location"]["uri"] == f"app/build/{forced.name}"


def test_scan_writes_the_forms_asked_for_and_no_other(appscan: Run, forced: Path, tmp_path: Path) -> None:
    ran = appscan("scan", forced, "--format", "sarif", "--format", "docx", "--fail-on", "never", "--source-root",
                  forced.parent)
    assert ran.code == 0
    folder = next((tmp_path / "appscan-out").iterdir())
    assert files_in(folder) == {"report.sarif", "opinion.docx", "checkin-native.reading"}
    assert json.loads((folder / "report.sarif").read_text("utf-8"))["runs"][0]["artifacts"][0]["location"]["uri"] == (
        forced.name)


def test_a_later_scan_renews_the_forms_but_never_a_paper_that_an_office_may_have_edited(appscan: Run, forced: Path,
                                                                                       tmp_path: Path) -> None:
    appscan("scan", forced, "--format", "markdown", "--format", "docx", "--fail-on", "never")
    folder = next((tmp_path / "appscan-out").iterdir())
    (folder / "report.md").write_text("stale", "utf-8")
    (folder / "opinion.docx").write_bytes(b"edited by the office")
    appscan("scan", forced, "--format", "json", "--fail-on", "never")
    assert "stale" not in (folder / "report.md").read_text("utf-8")
    assert (folder / "opinion.docx").read_bytes() == b"edited by the office"


def test_judge_writes_the_same_forms(appscan: Run, scanned: Path, tmp_path: Path) -> None:
    reading = next(scanned.glob("checkin-native-*/*.reading"))
    ran = appscan("judge", reading, "--format", "junit", "--out", tmp_path / "again", "--fail-on", "never")
    assert ran.code == 0
    folder = next((tmp_path / "again").iterdir())
    assert ET.parse(folder / "report.junit.xml").getroot().get("failures") == "1"


def test_a_paper_counts_what_the_office_granted_in_its_store_as_exempt(appscan: Run, forced_report: Path,
                                                                       tmp_path: Path) -> None:
    asked = ("report", forced_report, "--format", "docx", "--paper", "notice", "--out", tmp_path / "out")
    assert appscan(*asked, "--store", "office.db").code == 2, "a store that is not there is no store without grants"
    assert appscan("store", "init", "--store", "office.db").code == 0
    document = json.loads(forced_report.read_text("utf-8"))
    found = [one["check_id"] for one in document["verdicts"]
             if one["verdict"] in ("likely_violation", "needs_review", "missing")]
    records = [{"check": check, "app": document["app"]["name"], "ground": "special_scene", "reason": "防汛",
                "regulation": "虚构预案", "approver": "虚构防指", "document": "虚汛1号", "owner": "虚构局",
                "from": "2026-01-01", "expires": "2099-12-31"} for check in found]
    (tmp_path / "grants.yaml").write_text(json.dumps({"version": 1, "exemptions": records}), "utf-8")
    assert appscan("exemption", "grant", tmp_path / "grants.yaml", "--store", "office.db", "--who", "甲").code == 0
    assert appscan(*asked).code == 0
    refused = appscan(*asked, "--store", "office.db")
    assert (refused.code, "没有需要整改的问题" in refused.err) == (2, True)
