"""The commands for authors of packs, and the place whose rules a report goes by, run as real commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

EXEMPT_FROM_RULES = {"CEN24-14f", "CEN24-8b", "MEAS26-NEG4"}


@pytest.fixture
def readings(appscan, forced, decoy, tmp_path) -> Path:
    """A folder of two saved readings."""
    assert appscan("scan", forced, decoy, "--out", "out", "--quiet", "--fail-on", "never").code == 0
    folder = tmp_path / "readings"
    folder.mkdir()
    for path in (tmp_path / "out").rglob("*.reading"):
        shutil.copy(path, folder)
    assert len(list(folder.iterdir())) == 2
    return folder


@pytest.fixture
def edited(project_root, tmp_path) -> Path:
    """The check-in check, edited so that it takes a login for a check-in."""
    source = (project_root / "checks/features/check-in.yaml").read_text("utf-8")
    path = tmp_path / "check-in.yaml"
    path.write_text(source.replace("    - 我要打卡\n", "    - 登录\n"), "utf-8")
    return path


def test_an_edit_tells_what_it_would_add_on_saved_readings(appscan, readings, edited):
    ran = appscan("checks", "try", edited, "--on", readings, "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert "check-in" in ran.out
    assert "Not found → Needs review" in ran.out
    assert "登录" in ran.out
    assert "1 finding added, 0 dropped" in ran.out


def test_the_same_stands_in_json(appscan, readings, edited):
    document = appscan("checks", "try", edited, "--on", readings, "--json").document
    assert document["touched"] == ["check-in"]
    assert document["readings"] == 2
    (added,) = [one for one in document["differences"] if one["before"]["verdict"] == "not_found"]
    assert added["after"]["verdict"] == "needs_review"
    assert "登录" in json.dumps(added["new"], ensure_ascii=False)


def test_a_broken_edit_stops_before_any_reading_with_file_and_line(appscan, readings, edited):
    edited.write_text(edited.read_text("utf-8").replace("presence:", "presnce:"), "utf-8")
    ran = appscan("checks", "try", edited, "--on", readings, "--lang", "en")
    assert ran.code == 2
    assert "features/check-in.yaml, line" in ran.err


def test_trying_on_nothing_is_code_3_and_a_damaged_reading_is_code_10(appscan, readings, edited, tmp_path):
    (tmp_path / "nothing").mkdir()
    assert appscan("checks", "try", edited, "--on", tmp_path / "nothing").code == 3
    (readings / "damaged.reading").write_bytes(b"x")
    ran = appscan("checks", "try", edited, "--on", readings)
    assert ran.code == 10
    assert "damaged.reading" in ran.err


def test_the_reference_is_written_and_drift_ends_with_2(appscan, tmp_path):
    assert appscan("checks", "docs", "--out", "ref").code == 0
    assert {path.name for path in (tmp_path / "ref").iterdir()} == {
        "checks.md", "checks.zh-CN.md", "clauses.md", "clauses.zh-CN.md"}
    assert appscan("checks", "docs", "--out", "ref", "--check").code == 0
    page = tmp_path / "ref" / "clauses.md"
    page.write_text(page.read_text("utf-8") + "edited by hand\n", "utf-8")
    ran = appscan("checks", "docs", "--out", "ref", "--check", "--lang", "en")
    assert ran.code == 2
    assert "clauses.md differs" in ran.err
    assert "edited by hand" in page.read_text("utf-8")


def test_a_reference_that_cannot_be_written_is_one_line(appscan, tmp_path):
    (tmp_path / "ref").write_text("a file", "utf-8")
    ran = appscan("checks", "docs", "--out", "ref", "--lang", "en")
    assert ran.code == 2
    assert "cannot be written to ref" in ran.err


def test_lint_prints_every_mistake_on_a_line_of_its_own(appscan, project_root, tmp_path):
    packs = Path(shutil.copytree(project_root / "checks", tmp_path / "packs"))
    for name in ("check-in", "install-rate"):
        with (packs / f"features/{name}.yaml").open("a", encoding="utf-8") as file:
            file.write("nonsense: true\n")
    (packs / "limits/packed.yml").write_text("id: packed\n", "utf-8")
    ran = appscan("checks", "lint", "packs", "--lang", "en")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 3
    assert all(f"features/{name}.yaml" in ran.err for name in ("check-in", "install-rate"))
    assert "packed.yml" in ran.err


def only_check_in(project_root: Path, folder: Path) -> Path:
    """A copy of the packs with one check: proving all of them twenty times over tells no more."""
    packs = Path(shutil.copytree(project_root / "checks", folder / "packs"))
    for check in (packs / "features").iterdir():
        if check.name != "check-in.yaml":
            check.unlink()
    return packs


def test_a_known_miss_that_is_found_is_a_surprise_and_a_known_one_is_listed(appscan, project_root, tmp_path):
    packs = only_check_in(project_root, tmp_path)
    check = packs / "features/check-in.yaml"
    source = check.read_text("utf-8").rstrip("\n")
    check.write_text(source + "\n  known_misses:\n    - {control: [人到心到], why: 说法太偏}\n", "utf-8")
    ran = appscan("checks", "test", "packs", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert "known to be missed: control: 人到心到" in ran.out
    check.write_text(source + "\n  known_misses:\n    - {control: [立即签到]}\n"
                              "  known_false_hits:\n    - {control: [登录]}\n", "utf-8")
    ran = appscan("checks", "test", "packs", "--lang", "en")
    assert ran.code == 2
    assert "a known miss is found now" in ran.err
    assert "a known false hit is gone now" in ran.err


def test_an_example_of_a_context_that_does_not_hold_is_a_surprise(appscan, project_root, tmp_path):
    packs = only_check_in(project_root, tmp_path)
    contexts = packs / "vocabulary/contexts.yaml"
    contexts.write_text(contexts.read_text("utf-8").replace('cancels: ["公文签收",', 'cancels: ["吃饭了吗",'), "utf-8")
    ran = appscan("checks", "test", "packs", "--lang", "en")
    assert ran.code == 2
    assert "context document-signing: must be cancelled and is not: 吃饭了吗" in ran.err


# ---------------------------------------------------------------- whose rules


@pytest.fixture
def photo(built_apks) -> Path:
    """An app that forces photos: media-upload is a likely violation."""
    return built_apks / "photo-forced.apk"


def of_media(document):
    return next(one for one in document["findings"] if one["check_id"] == "media-upload")


def test_without_a_place_only_central_clauses_stand_with_a_finding_and_a_note_says_so(appscan, photo):
    document = appscan("scan", photo, "--out", "-", "--quiet").document
    assert (document["jurisdiction"], document["jurisdiction_from"]) == ("CN", "default")
    assert set(of_media(document)["clauses"]) == EXEMPT_FROM_RULES
    assert {clause["jurisdiction"] for clause in document["clauses"]} == {"CN"}
    assert "central rules only" in appscan("scan", photo, "--out", "out", "--lang", "en").out


def test_a_place_adds_its_clauses_and_what_it_allows_stands_beside_the_finding(appscan, photo, tmp_path):
    ran = appscan("scan", photo, "--jurisdiction", "浙江", "--out", "out", "--lang", "en")
    document = json.loads(next((tmp_path / "out").rglob("report.json")).read_text("utf-8"))
    assert (document["jurisdiction"], document["jurisdiction_from"]) == ("CN-33", "option")
    assert "ZJ20-20" in of_media(document)["clauses"]
    assert of_media(document)["beside"] == ["ZJ20-20a"]
    allowing = next(clause for clause in document["clauses"] if clause["id"] == "ZJ20-20a")
    assert (allowing["effect"], allowing["outranked_by"]) == ("permit", "CEN24-14f")
    page = next((tmp_path / "out").rglob("report.html")).read_text("utf-8")
    assert "This clause allows or encourages" in page
    assert "Where it differs from" in page
    assert "Rules: Zhejiang" in ran.out


def test_the_region_of_the_app_is_the_place_unless_the_option_names_another(appscan, photo, tmp_path):
    (tmp_path / "app.yaml").write_text("name: 虚构\nregion: 宁夏回族自治区银川市\n", "utf-8")
    document = appscan("scan", photo, "--app", "app.yaml", "--out", "-", "--quiet").document
    assert (document["jurisdiction"], document["jurisdiction_from"]) == ("CN-64", "app")
    assert "NX24-5a" in of_media(document)["clauses"]
    options = ["--app", "app.yaml", "--jurisdiction", "beijing", "--out", "-", "--quiet"]
    document = appscan("scan", photo, *options).document
    assert (document["jurisdiction"], document["jurisdiction_from"]) == ("CN-11", "option")
    assert of_media(document)["beside"] == ["BJ19-14b"]


def test_a_region_that_names_no_place_leaves_the_central_rules(appscan, photo, tmp_path):
    (tmp_path / "app.yaml").write_text("name: 虚构\nregion: 虚构县\n", "utf-8")
    document = appscan("scan", photo, "--app", "app.yaml", "--out", "-", "--quiet").document
    assert (document["jurisdiction"], document["jurisdiction_from"]) == ("CN", "unknown_region")


def test_a_place_that_is_none_is_wrong_usage_before_any_work(appscan, photo, tmp_path):
    ran = appscan("scan", photo, "--jurisdiction", "zhejang", "--out", "out", "--lang", "en")
    assert ran.code == 2
    assert "is it zhejiang?" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_saved_reading_is_judged_again_under_the_rules_of_another_place(appscan, photo, tmp_path):
    appscan("scan", photo, "--out", "out", "--quiet")
    reading = next((tmp_path / "out").rglob("*.reading"))
    document = appscan("judge", reading, "--jurisdiction", "CN-NX", "--out", "-", "--quiet").document
    assert "NX24-3" in of_media(document)["clauses"]
