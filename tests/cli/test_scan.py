"""`appscan scan` and `appscan judge` as people and CI jobs use them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from appscan.schema import REPORT, problems

FORMATS = ["report.html", "report.json"]


def sha8(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def copied(source: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, to))


def test_scan_leaves_page_document_and_reading_in_a_folder_of_the_app(appscan, forced, tmp_path):
    ran = appscan("scan", forced, "--out", "reports")
    folder = f"reports/checkin-native-{sha8(forced)}"
    assert files_below(tmp_path) == {f"{folder}/{name}" for name in [*FORMATS, "checkin-native.reading"]}
    assert all(f"{folder}/{name}" in ran.out for name in FORMATS)
    assert ran.code == 11


def test_saved_document_fits_the_published_schema(appscan, forced, tmp_path):
    appscan("scan", forced, "--out", ".")
    document = json.loads(next(tmp_path.rglob("report.json")).read_text("utf-8"))
    assert problems(REPORT, document) == []
    assert [row["verdict"] for row in document["verdicts"] if row["check_id"] == "check-in"] == ["likely_violation"]


def test_stdout_gets_one_document_and_nothing_else_is_written(appscan, forced, tmp_path):
    ran = appscan("scan", forced, "--format", "json", "--out", "-")
    assert problems(REPORT, ran.document) == []
    assert "涉嫌违规" in ran.err
    assert files_below(tmp_path) == set()


def test_quiet_says_nothing_when_nothing_went_wrong(appscan, forced):
    ran = appscan("scan", forced, "--quiet", "--out", "x")
    assert (ran.out, ran.err, ran.code) == ("", "", 11)


def test_quiet_still_names_what_could_not_be_read(appscan):
    ran = appscan("scan", "nowhere.apk", "--quiet", "--lang", "en")
    assert ran.out == ""
    assert ran.err == "nowhere.apk: no such file. Check the path.\n"


@pytest.mark.parametrize("arguments", [["--format", "html"], ["--format", "json", "--format", "html"]])
def test_stdout_takes_json_only(appscan, forced, arguments):
    assert appscan("scan", forced, "--out", "-", *arguments).code == 2


def test_stdout_takes_one_app_only(appscan, forced, decoy):
    ran = appscan("scan", forced, decoy, "--out", "-")
    assert (ran.code, ran.out) == (2, "")


def test_stdout_gets_a_document_also_for_a_file_that_cannot_be_read(appscan, tmp_path):
    (tmp_path / "odd.apk").write_bytes(b"no package")
    ran = appscan("scan", "odd.apk", "--out", "-")
    assert ran.code == 3
    assert problems(REPORT, ran.document) == []
    assert [error["id"] for error in ran.document["errors"]] == ["not_a_zip"]


@pytest.mark.parametrize(("fail_on", "code"), [("likely_violation", 11), ("inconclusive", 11), ("never", 0)])
def test_fail_on_decides_about_a_likely_violation(appscan, forced, fail_on, code):
    assert appscan("scan", forced, "--fail-on", fail_on).code == code


def test_an_app_in_which_nothing_is_found_passes_at_every_level(appscan, decoy):
    assert appscan("scan", decoy, "--fail-on", "inconclusive").code == 0


@pytest.mark.parametrize("suffix", [".hap", ".wxapkg", ".ipa", ".aab", ".rpk", ".HAP"])
def test_known_package_kinds_without_a_reader_are_never_clean(appscan, tmp_path, suffix):
    (tmp_path / f"app{suffix}").write_bytes(b"PK")
    ran = appscan("scan", f"app{suffix}", "--out", "-", "--quiet")
    assert ran.code == 10
    assert {row["verdict"] for row in ran.document["verdicts"]} == {"inconclusive"}
    gap = ran.document["coverage"]["gaps"][0]
    assert gap["reason"] == "package_kind_unread"
    assert gap["advice"]["zh"]


@pytest.mark.parametrize(("fail_on", "code"), [("inconclusive", 11), ("never", 0)])
def test_fail_on_decides_about_inconclusive(appscan, tmp_path, fail_on, code):
    (tmp_path / "app.hap").write_bytes(b"PK")
    assert appscan("scan", "app.hap", "--fail-on", fail_on).code == code


def test_messages_and_page_follow_the_language(appscan, forced, tmp_path):
    ran = appscan("scan", forced, "--lang", "en", "--out", ".")
    assert "Likely violation" in ran.out
    assert "涉嫌违规" not in ran.out
    assert '<html lang="en"' in next(tmp_path.rglob("report.html")).read_text("utf-8")


def test_document_is_the_same_in_every_language(appscan, forced):
    documents = [appscan("scan", forced, "--lang", lang, "--out", "-", "--quiet").document for lang in ("zh", "en")]
    for document in documents:
        for moving in ("started", "ended", "timings"):
            del document[moving]
    assert documents[0] == documents[1]


def test_a_folder_gives_every_package_its_own_report(appscan, forced, decoy, tmp_path):
    copied(forced, tmp_path / "in/a/app.apk")
    copied(decoy, tmp_path / "in/b/app.apk")
    (tmp_path / "in/readme.txt").write_text("no package")
    ran = appscan("scan", "in", "--out", "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"app-{sha8(forced)}", f"app-{sha8(decoy)}"}
    assert ran.code == 11


def test_equal_packages_do_not_overwrite_each_other(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "a/app.apk")
    copied(decoy, tmp_path / "b/app.apk")
    appscan("scan", "a/app.apk", "b/app.apk", "--out", "out", "--format", "json")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"app-{sha8(decoy)}", f"app-{sha8(decoy)}-2"}


def test_a_folder_that_links_to_itself_ends(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "in/app.apk")
    (tmp_path / "in/again").symlink_to(tmp_path / "in")
    ran = appscan("scan", "in", "--out", "out")
    assert ran.code == 0
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_folder_that_cannot_be_read_is_named_and_counts_as_a_failed_target(appscan, decoy, tmp_path,
                                                                            forbidden_folder):
    copied(decoy, tmp_path / "in/app.apk")
    ran = appscan("scan", "in", "--out", "out", "--lang", "en", powerless=True)
    assert ran.code == 10
    assert "in/secret: the folder cannot be read (permission denied)" in ran.err
    assert "2 apps: 1 Note, 1 could not be read" in ran.out
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_folder_that_cannot_be_read_is_not_said_to_be_empty(appscan, forbidden_folder, tmp_path):
    for target in ("in", "in/secret"):
        ran = appscan("scan", target, "--lang", "en", powerless=True)
        assert ran.code == 3
        assert ran.err.startswith("in/secret: the folder cannot be read (permission denied)")
        assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "appscan-out").exists()


def test_a_folder_of_the_app_that_cannot_be_read_leaves_its_verdicts_open(appscan, decoy, tmp_path, forbidden_folder):
    copied(decoy, tmp_path / "in/app.apk")
    (tmp_path / "app.yaml").write_text("name: x\nartifacts: [in]\n", "utf-8")
    ran = appscan("scan", "--app", "app.yaml", "--out", "-", "--quiet", powerless=True)
    assert ran.code == 10
    assert ran.document["overall"] == "inconclusive"
    assert [error["id"] for error in ran.document["errors"]] == ["unreadable_folder"]


@pytest.mark.parametrize("command", ["scan", "judge"])
def test_a_file_that_may_not_be_read_costs_only_itself(appscan, decoy, tmp_path, command):
    appscan("scan", decoy, "--out", "kept", "--quiet")
    good = decoy if command == "scan" else next((tmp_path / "kept").rglob("*.reading"))
    bad = copied(good, tmp_path / f"bad{good.suffix}")
    bad.chmod(0)
    ran = appscan(command, bad.name, good, "--out", "out", "--lang", "en", powerless=True)
    assert ran.code == 10
    assert f"{bad.name}: the file cannot be read (permission denied)" in ran.err
    assert list((tmp_path / "out").glob("decoy-*/report.json"))


def test_a_linked_folder_is_told_and_not_followed(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "elsewhere/app.apk")
    copied(decoy, tmp_path / "in/app.apk")
    (tmp_path / "in/link").symlink_to(tmp_path / "elsewhere")
    ran = appscan("scan", "in", "--out", "out", "--lang", "en")
    assert ran.code == 0
    assert [line for line in ran.err.splitlines() if "link" in line] == [
        "in/link: a link to a folder, not followed. Name the folder itself to scan what is in it."]


def test_the_same_file_twice_is_scanned_once_with_a_note(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "in/app.apk")
    (tmp_path / "in/b.apk").symlink_to("app.apk")
    ran = appscan("scan", "in/app.apk", "in/app.apk", "in", "--out", "out", "--lang", "en")
    assert ran.code == 0
    assert sum("scanned once" in line for line in ran.err.splitlines()) == 3
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_missing_file_leaves_no_folder(appscan, tmp_path):
    assert appscan("scan", "nowhere.apk").code == 3
    assert list(tmp_path.iterdir()) == []


def test_files_of_one_name_that_cannot_be_opened_do_not_overwrite_each_other(appscan, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.apk").write_bytes(f"no package {folder}".encode())
        assert appscan("scan", f"{folder}/app.apk", "--out", "out").code == 3
    found = {path.parent.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").rglob("report.json")}
    assert found.keys() == {f"app-{sha8(tmp_path / folder / 'app.apk')}" for folder in ("a", "b")}
    assert {one["errors"][0]["artifact"] for one in found.values()} == {"a/app.apk", "b/app.apk"}


def test_a_folder_ends_with_a_sum_over_all_packages(appscan, forced, decoy, tmp_path):
    copied(forced, tmp_path / "in/a.apk")
    copied(decoy, tmp_path / "in/b.apk")
    (tmp_path / "in/c.apk").write_bytes(b"no package")
    ran = appscan("scan", "in", "--out", "out")
    assert ran.out.splitlines()[-1] == "共 3 个应用：1 个涉嫌违规、1 个提示、1 个未能读取"


def test_off_a_terminal_each_package_gets_one_line_of_progress(appscan, forced, decoy):
    lines = appscan("scan", forced, decoy, "--lang", "en").err.splitlines()
    assert lines == ["Scanning checkin-native.apk (1 of 2)", "Scanning decoy.apk (2 of 2)"]


def test_the_saved_reading_is_told(appscan, decoy):
    ran = appscan("scan", decoy, "--out", "out")
    assert f"读取结果：out/decoy-{sha8(decoy)}/decoy.reading" in ran.out


def test_a_folder_of_readings_is_judged(appscan, forced, decoy, tmp_path):
    appscan("scan", forced, decoy, "--out", "kept", "--quiet")
    ran = appscan("judge", "kept", "--out", "again", "--quiet")
    assert ran.code == 11
    assert len(list((tmp_path / "again").rglob("report.json"))) == 2


def test_judging_what_is_no_reading_says_what_to_do(appscan, decoy, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = appscan("judge", decoy, "--lang", "en")
    assert (ran.code, ran.out) == (3, "")
    assert "not a saved reading. Use appscan scan" in ran.err
    assert "No saved reading" in appscan("judge", "empty", "--lang", "en").err


def test_what_the_disk_refuses_is_told_in_the_language(appscan, decoy, tmp_path):
    (tmp_path / f"out/decoy-{sha8(decoy)}/report.json").mkdir(parents=True)
    assert "它是一个文件夹" in appscan("scan", decoy, "--out", "out").err


def test_a_folder_without_packages_reads_nothing(appscan, tmp_path):
    (tmp_path / "in").mkdir()
    ran = appscan("scan", "in")
    assert ran.code == 3
    assert "in" in ran.err


def test_a_page_of_an_older_run_is_made_anew_beside_a_new_document(appscan, decoy, tmp_path):
    appscan("scan", decoy, "--out", ".")
    page = next(tmp_path.rglob("report.html"))
    page.write_text("old")
    ran = appscan("scan", decoy, "--out", ".", "--format", "json", "--operator", "检查员乙")
    assert "检查员乙" in page.read_text("utf-8")
    assert "report.html" in ran.out


def test_a_planted_link_does_not_lead_out_of_the_output_folder(appscan, decoy, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / f"out/decoy-{sha8(decoy)}").symlink_to(tmp_path / "elsewhere")
    assert appscan("scan", decoy, "--out", "out").code == 2
    assert files_below(tmp_path / "elsewhere") == set()


def test_a_planted_file_link_is_replaced_not_followed(appscan, decoy, tmp_path):
    (tmp_path / "precious").write_text("precious")
    folder = tmp_path / f"out/decoy-{sha8(decoy)}"
    folder.mkdir(parents=True)
    for name in [*FORMATS, "decoy.reading"]:
        (folder / name).symlink_to(tmp_path / "precious")
    assert appscan("scan", decoy, "--out", "out").code == 0
    assert (tmp_path / "precious").read_text() == "precious"


def test_judging_a_saved_reading_equals_scanning(appscan, forced, tmp_path):
    scanned = appscan("scan", forced, "--out", "-", "--quiet").document
    appscan("scan", forced, "--out", "kept", "--quiet")
    ran = appscan("judge", next(tmp_path.rglob("*.reading")), "--out", "-", "--quiet")
    assert ran.code == 11
    for part in ("findings", "verdicts", "overall", "coverage", "artifacts", "app"):
        assert ran.document[part] == scanned[part], part


def test_judging_again_puts_the_report_where_scan_put_it(appscan, forced, tmp_path):
    appscan("scan", forced, "--out", "kept", "--quiet")
    before = files_below(tmp_path)
    appscan("judge", next(tmp_path.rglob("*.reading")), "--out", "kept")
    assert files_below(tmp_path) == before


def test_a_damaged_reading_is_told_in_one_line(appscan, tmp_path):
    (tmp_path / "x.reading").write_bytes(b"garbage")
    ran = appscan("judge", "x.reading", "--lang", "en")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1
    assert "x.reading" in ran.err


def test_a_damaged_reading_does_not_stop_the_others(appscan, decoy, tmp_path):
    appscan("scan", decoy, "--out", "kept", "--quiet")
    (tmp_path / "x.reading").write_bytes(b"garbage")
    ran = appscan("judge", "x.reading", next((tmp_path / "kept").rglob("*.reading")), "--out", "again")
    assert ran.code == 10
    assert len(list((tmp_path / "again").iterdir())) == 1


def test_a_failure_of_ours_is_one_line_and_the_other_targets_are_scanned(appscan, forced, decoy, tmp_path):
    (tmp_path / f"out/checkin-native-{sha8(forced)}/report.json").mkdir(parents=True)  # the document cannot go there
    ran = appscan("scan", forced, decoy, "--out", "out", "--lang", "en", "--quiet")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1
    assert "--debug" in ran.err
    assert (tmp_path / f"out/decoy-{sha8(decoy)}/report.json").is_file()
    assert not list((tmp_path / "out").rglob("*.part"))


def test_debug_shows_where_a_failure_of_ours_happened(appscan, forced, tmp_path):
    (tmp_path / f"out/checkin-native-{sha8(forced)}/report.json").mkdir(parents=True)
    assert "Traceback" in appscan("scan", forced, "--out", "out", "--debug").err
    assert "Traceback" in appscan("scan", forced, "--out", "out", APPSCAN_DEBUG="1").err


def test_app_file_joins_its_artifacts_into_one_app(appscan, forced, decoy, tmp_path):
    copied(forced, tmp_path / "build/one.apk")
    copied(decoy, tmp_path / "build/two.apk")
    (tmp_path / "build/app.yaml").write_text("name: 虚构县政务通\nartifacts: [one.apk, two.apk]\n", "utf-8")
    ran = appscan("scan", "--app", "build/app.yaml", "--out", "out")
    folders = list((tmp_path / "out").iterdir())
    document = json.loads((folders[0] / "report.json").read_text("utf-8"))
    assert len(folders) == 1
    assert folders[0].name.startswith("虚构县政务通-")
    assert [row["name"] for row in document["artifacts"]] == ["one.apk", "two.apk"]
    assert {path.name for path in folders[0].glob("*.reading")} == {"one.reading", "two.reading"}
    assert ran.code == 11


def test_targets_named_in_the_app_file_are_that_one_app(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "one.apk")
    (tmp_path / "app.yaml").write_text("name: x\nartifacts: [one.apk]\n", "utf-8")
    assert appscan("scan", "one.apk", "--app", "app.yaml", "--out", "-", "--quiet").document["app"]["name"] == "x"


def test_a_target_outside_the_app_file_is_wrong_usage(appscan, decoy, forced, tmp_path):
    copied(decoy, tmp_path / "one.apk")
    (tmp_path / "app.yaml").write_text("name: x\nartifacts: [one.apk]\n", "utf-8")
    assert appscan("scan", forced, "--app", "app.yaml").code == 2


def test_one_app_file_does_not_speak_for_several_apps(appscan, decoy, forced, tmp_path):
    (tmp_path / "app.yaml").write_text("name: x\n", "utf-8")
    assert appscan("scan", forced, decoy, "--app", "app.yaml").code == 2


def test_a_missing_artifact_of_the_app_leaves_its_verdicts_open(appscan, decoy, tmp_path):
    copied(decoy, tmp_path / "one.apk")
    (tmp_path / "app.yaml").write_text("name: x\nartifacts: [one.apk, gone.apk]\n", "utf-8")
    ran = appscan("scan", "--app", "app.yaml", "--out", "-", "--quiet")
    assert ran.code == 10
    assert ran.document["overall"] == "inconclusive"
    assert "gone.apk" in ran.err


def test_declared_features_are_compared(appscan, forced, tmp_path):
    (tmp_path / "app.yaml").write_text("name: x\ndeclared: {}\n", "utf-8")
    document = appscan("scan", forced, "--app", "app.yaml", "--out", "-", "--quiet").document
    assert {row["declaration"] for row in document["findings"] if row["check_id"] == "check-in"} == {"undeclared"}


def test_a_declared_feature_that_no_check_knows_is_wrong_usage_with_the_nearest_name(appscan, decoy, tmp_path):
    (tmp_path / "app.yaml").write_text("name: x\ndeclared: {chek-in: why}\n", "utf-8")
    ran = appscan("scan", decoy, "--app", "app.yaml", "--lang", "en")
    assert ran.code == 2
    assert ran.err.startswith("app.yaml declares chek-in")
    assert "did you mean check-in?" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_strict_profile_and_operator_stand_in_the_report(appscan, decoy):
    document = appscan("scan", decoy, "--profile", "strict", "--operator", "检查员甲", "--out", "-", "--quiet").document
    assert (document["profile"], document["operator"]) == ("strict", "检查员甲")
