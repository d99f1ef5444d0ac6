"""Cases are judged by the checks of other families too, and what those say is held against labels."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from appscan.bench.cases import Case, read_cases
from appscan.bench.conditions import conditions_of, to_condition_lines, try_conditions
from appscan.bench.others import LABELS, Label, There, read_labels, run_others
from appscan.bench.others_table import to_other_lines
from appscan.cli.start import run
from appscan.errors import UsageError
from appscan.model.judgement import Presence, Verdict
from tests.shipped import shipped

SETS = [Path(__file__).resolve().parents[2] / "fixtures" / "cases" / name for name in (".", "second", "third")]
CLOCK = "<h1>考勤</h1><button onclick=\"fetch('/api/kaoqin/daka',{method:'POST'})\">上班打卡</button><p>漏打卡扣分</p>"
QUIET = "<h1>天气</h1><p>多云</p>"


def case(number: int, content: str) -> Case:
    return Case(f"zombie-app-n{number:03}", "zombie-app", "page", Presence.NONE, (), "why", content)


def written(folder: Path, labels: str, content: str = CLOCK) -> Path:
    entry = {"id": "zombie-app-n001", "shape": "page", "presence": "none", "why": "alive", "content": content}
    (folder / "zombie-app.yaml").write_text(yaml.safe_dump([entry], allow_unicode=True), "utf-8")
    (folder / LABELS).parent.mkdir()
    (folder / LABELS).write_text(labels, "utf-8")
    return folder


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_every_label_is_of_an_open_case_and_of_a_check_of_another_family(folder: Path) -> None:
    cases = {one.id: one for one in read_cases(folder)}
    known = {check.id for check in shipped().checks}
    labels = read_labels(folder)
    assert len(labels) > 120
    for name, check in labels:
        assert not cases[name].is_sealed, name
        assert check in known - {cases[name].family}, (name, check)


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_false_accusations_are_rare_in_a_sample(folder: Path) -> None:
    """Every eighth label, each once an accusation; `appscan bench --all-checks` judges all of them."""
    labels, checks = read_labels(folder), shipped()
    sample = [key for key, label in labels.items() if label.there is There.NO][::8]
    assert len(sample) > 10
    cases = {one.id: one for one in read_cases(folder)}
    false = [row for name, check in sample for row in run_others([cases[name]], checks, labels, [check]).false()]
    assert len(false) * 3 <= len(sample), false


def test_what_is_said_of_another_family_is_counted_by_its_label(tmp_path: Path) -> None:
    folder = written(tmp_path, "zombie-app-n001:\n  check-in: no, a test\nzombie-app-n002:\n  check-in: yes\n"
                               "  track-upload: yes\nzombie-app-n004:\n  check-in: arguable\n")
    cases = [case(1, CLOCK), case(2, QUIET), case(4, CLOCK), case(5, CLOCK)]
    result = run_others(cases, shipped(), read_labels(folder), ["check-in"])
    named = {there: result.named(Verdict.LIKELY_VIOLATION, there, "check-in") for there in There}
    assert named == {There.YES: (), There.ARGUABLE: ("zombie-app-n004",), There.NO: ("zombie-app-n001",),
                     There.UNLABELLED: ("zombie-app-n005",)}
    assert [(row.case, row.label.why) for row in result.false()] == [("zombie-app-n001", "a test")]
    assert result.lost == (("zombie-app-n002", "check-in"),)
    assert result.named(Verdict.LIKELY_VIOLATION, There.UNLABELLED, held_back=True) == ("zombie-app-n005",)
    lines = to_other_lines(result, "en")
    assert "check-in: zombie-app-n001: FALSE: a test" in lines
    assert "check-in: zombie-app-n002: labelled yes, not seen" in lines


@pytest.mark.parametrize(("label", "code"), [("no, a test", 11), ("arguable", 0), ("yes", 0)])
def test_only_a_false_accusation_fails_the_run(tmp_path: Path, label: str, code: int) -> None:
    folder = written(tmp_path, f"zombie-app-n001:\n  check-in: {label}\n")
    assert run(["bench", str(folder), "--all-checks", "--check", "check-in", "--lang", "en"]) == code


@pytest.mark.parametrize("labels", ["zombie-app-n001:\n  check-in: no\n", "zombie-app-n001:\n  check-in: perhaps\n",
                                    "zombie-app-n001: yes\n", "- check-in\n", "zombie-app-n001: {\n"])
def test_a_damaged_label_is_named(tmp_path: Path, labels: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_labels(written(tmp_path, labels))
    assert raised.value.key == "cases_damaged"


def test_conditions_are_tried_each_alone(tmp_path: Path) -> None:
    """A condition is right where the case's family or a `yes` says so, wrong by a near negative or a `no`."""
    labels = {("zombie-app-n001", "check-in"): Label(There.NO, "a test"),
              ("zombie-app-n002", "check-in"): Label(There.YES)}
    tried = try_conditions([case(number, CLOCK) for number in (1, 2, 4)], shipped(), labels, ["check-in"])
    assert len(tried) == len(conditions_of(next(one for one in shipped().checks if one.id == "check-in")))
    acted = [one for one in tried if one.right or one.wrong]
    assert acted
    assert {(one.right, one.wrong) for one in acted} == {(("zombie-app-n002",), ("zombie-app-n001",))}
    head, *rows = to_condition_lines(tried, "en")
    assert ("right" in head, len(rows)) == (True, len(acted))
    assert all(row.startswith("check-in") and row.endswith("zombie-app-n001") for row in rows)
