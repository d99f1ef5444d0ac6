"""Claims about the commands of the store: ingest, exemption, history, store."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from appscan.cli.exits import ExitCode
from appscan.cli.start import run
from appscan.model.days import today
from tests.warm import Warm

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TODAY = today()
"""A record counts from the day on which it was granted, so these tests look at today, whenever they run."""
RECORD = ("\n" + (FIXTURES / "exemptions" / "check-in.yaml").read_text("utf-8")
          ).replace("2026-01-01", str(TODAY - timedelta(90))).replace("2026-12-31", str(TODAY + timedelta(90)))


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory, built_apks: Path, warm: Warm) -> Path:
    """What a vendor's CI left: reports of two apps with their readings."""
    out = tmp_path_factory.mktemp("vendor") / "out"
    subprocess.run([*warm.command, "scan", built_apks / "checkin-native.apk", built_apks / "decoy.apk", "--out", out,
                    "--format", "json", "--fail-on", "never"], check=True, capture_output=True)
    return out


def test_an_office_takes_reports_in_judges_exempts_and_looks_back(appscan, vendor, tmp_path):
    first = appscan("ingest", vendor, "--who", "甲", "--lang", "en")
    assert (first.code, first.out.splitlines()[-1]) == (0, "2 in all: 2 new, 0 known, 0 refused.")
    again = appscan("ingest", vendor, "--judge", "--who", "甲", "--lang", "en")
    assert again.out.splitlines()[-1] == "2 in all: 0 new, 2 known, 0 refused."
    status = appscan("store", "status", "--json").document
    assert (status["reports"], status["claims"], status["apps"], status["exemptions"]) == (4, 2, 2, 0)
    report = next(vendor.glob("checkin-native-*/report.json"))
    gate = ("gate", report, "--store", "appscan.db", "--as-of", str(TODAY), "--format", "json")
    assert "likely_violation" in {one["verdict"] for one in appscan(*gate).document["entries"]
                                  if one["check_id"] == "check-in" and one["outcome"] == "fail"}
    (tmp_path / "exemptions.yaml").write_text(RECORD, "utf-8")
    granted = appscan("exemption", "grant", "exemptions.yaml", "--who", "乙", "--reason", "来函")
    assert granted.code == 0
    listed = appscan("exemption", "list", "--as-of", str(TODAY), "--json").document
    assert [(one["record"]["check"], one["who"], one["reason"], one["state"]) for one in listed] == [
        ("check-in", "乙", "来函", "in_force")]
    assert not [one for one in appscan(*gate).document["entries"]
                if one["check_id"] == "check-in" and one["outcome"] == "fail"]
    told = appscan("history", "unlisted:com.xugou.wanggetong", "--format", "json").document
    assert [(step["standing"], step["causes"]) for step in told["steps"]] == [
        ("claimed", ["first"]), ("office", ["office"])]
    assert [(act["kind"], act["who"]) for act in told["events"]] == [("exemption_granted", "乙")]
    assert appscan("exemption", "withdraw", listed[0]["number"], "--reason", "汛期已过", "--who", "乙").code == 0
    shown = appscan("history", "unlisted:com.xugou.wanggetong").out.splitlines()
    assert "（打卡签到（check-in））" in shown[2]
    assert ["记录第" in shown[2], "撤回第" in shown[3], "涉嫌违规" in shown[4]] == [True, True, True]


def test_good_reports_go_in_and_bad_ones_are_told_each_with_its_place(vendor, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    good, bad = (next(vendor.glob(f"{name}-*/report.json")) for name in ("decoy", "checkin-native"))
    document = json.loads(bad.read_text("utf-8"))
    (tmp_path / "wrong.json").write_text(json.dumps({**document, "overall": "fine"}), "utf-8")
    (tmp_path / "torn.json").write_text("{", "utf-8")
    assert run(["ingest", "wrong.json", str(good), "torn.json", "none.json", "--json"]) == ExitCode.UNDECIDED
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row.get("error", "") for row in rows] == ["report_wrong", "", "report_truncated", "report_missing"]
    assert ("overall" in rows[0]["line"], rows[1]["standing"]) == (True, "claimed")
    assert run(["ingest", "torn.json"]) == ExitCode.NOTHING_READ


@pytest.mark.parametrize(("arguments", "key"), [
    (("history", "x"), "store init"), (("store", "upgrade"), "store init"),
    (("exemption", "list", "--store", "mysql://x"), "mysql"), (("ingest", "empty"), "report.json"),
    (("ingest", "empty", "--checks", "."), "report.json"),
    (("store", "init", "--store", "postgresql://appscan@127.0.0.1:9/x"), "127.0.0.1:9"),
    (("exemption", "withdraw", "1"), "--reason"),
    (("gate", "r.json", "--store", "x", "--exemptions", "y"), "--exemptions"),
    (("ingest", "a.json", "b.json", "--entry", "R-1"), "R-1")])
def test_wrong_usage_is_one_clear_line_and_leaves_no_store(tmp_path, monkeypatch, capsys, arguments, key):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == ExitCode.USAGE
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines()), key in told.err) == ("", 1, True)
    assert not list(tmp_path.glob("*.db*"))


def test_a_store_is_made_once_and_stays(vendor, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("APPSCAN_STORE", str(tmp_path / "new" / "office.db"))
    for command in (["store", "init"], ["ingest", str(vendor)], ["store", "init"], ["store", "upgrade"]):
        assert run(command) == ExitCode.OK
    capsys.readouterr()
    assert run(["store", "status", "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["claims"] == 2
    assert (tmp_path / "new" / "office.db.blobs").is_dir()


def test_a_report_that_the_original_does_not_fit_is_refused(vendor, built_apks, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    report = str(next(vendor.glob("checkin-native-*/report.json")))
    assert run(["ingest", report, "--artifact", str(built_apks / "decoy.apk")]) == ExitCode.NOTHING_READ
    assert "checkin-native.apk" in capsys.readouterr().err
    original = str(built_apks / "checkin-native.apk")
    assert run(["ingest", report, "--artifact", original, "--judge", "--json"]) == ExitCode.OK
    judged = json.loads(capsys.readouterr().out)
    assert (judged["overall"], judged["office"]["overall"]) == ("likely_violation", "likely_violation")


def test_a_store_that_goes_away_is_told_and_the_same_command_goes_on(vendor, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["store", "init"]) == ExitCode.OK
    (tmp_path / "appscan.db.blobs").write_text("a file where the folder of blobs should be")
    assert run(["ingest", str(vendor)]) == ExitCode.OWN_FAILURE
    assert "appscan.db.blobs" in capsys.readouterr().err
    (tmp_path / "appscan.db.blobs").unlink()
    assert run(["ingest", str(vendor)]) == ExitCode.OK
