"""Every check proves itself on its own examples, and a surprise is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appscan.bench import run_examples
from appscan.bench.examples import reading_of
from appscan.checks import CheckSet, load
from appscan.judge.judge import judge
from appscan.model.judgement import Force, Presence

from ..checks.small_packs import CHECK, loaded, with_check  # noqa: TID252 (tests are no installed package)


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return load()


def test_every_example_of_the_shipped_packs_holds(checks: CheckSet) -> None:
    surprises = [f"{row.check_id}, line {row.line} ({row.group}): {row.expected} is said, {row.got} came out"
                 for row in run_examples(checks).surprises]
    assert not surprises, "\n".join(surprises)


def test_every_check_has_its_two_and_two_and_finds_and_spares_all_of_them(checks: CheckSet) -> None:
    result = run_examples(checks)
    for check in checks.checks:
        assert len(check.found) >= 2
        assert len(check.not_found) >= 2
        confusion = result.confusion(check.id)
        assert (confusion.found, confusion.clean) == (
            len(check.found), len(check.not_found)), check.id
        assert (confusion.missed, confusion.false) == (len(check.known_misses), len(check.known_false_hits))


def test_no_example_of_one_check_is_found_by_all_others_too(checks: CheckSet) -> None:
    for check in checks.checks:
        for example in check.not_found:
            found = judge(reading_of(example.screen, checks.vocabulary.calls), checks).findings
            assert check.id not in {one.check_id for one in found if one.presence.rank >= Presence.REACHABLE.rank}


def surprises(folder: Path, **examples: Any) -> list[str]:
    pack = loaded(folder, with_check(examples={**CHECK["examples"], **examples}))
    return [row.group for row in run_examples(pack).surprises]


def test_an_example_that_does_not_come_out_is_a_surprise(tmp_path: Path) -> None:
    assert surprises(tmp_path) == []
    wrong = [{"control": ["登录"]}, {"control": ["吹哨"]}]
    assert surprises(tmp_path, found=wrong) == ["found"]
    assert surprises(tmp_path, not_found=wrong) == ["not_found"]


def test_too_little_force_is_a_surprise(tmp_path: Path) -> None:
    plain = {"control": ["吹哨"], "presence": "reachable"}
    forced = {"control": ["吹哨"], "text": ["扣分"], "force": "consequence"}
    assert surprises(tmp_path, found=[plain, forced]) == []
    assert surprises(tmp_path, found=[forced, plain | {"force": "consequence"}]) == ["found"]


def test_a_known_miss_that_is_found_now_is_a_surprise_and_so_is_a_false_hit_that_is_gone(tmp_path: Path) -> None:
    assert surprises(tmp_path, known_misses=[{"text": ["哨声"]}], known_false_hits=[{"control": ["别吹哨"]}]) == []
    assert surprises(tmp_path, known_misses=[{"control": ["吹哨"]}]) == ["known_misses"]
    assert surprises(tmp_path, known_false_hits=[{"text": ["哨声"]}]) == ["known_false_hits"]


def test_known_misses_and_false_hits_count_as_what_they_are(tmp_path: Path) -> None:
    known = {"known_misses": [{"text": ["哨声"]}], "known_false_hits": [{"control": ["别吹哨"]}]}
    examples = {**CHECK["examples"], **known}
    confusion = run_examples(loaded(tmp_path, with_check(examples=examples))).confusion("whistle")
    assert (confusion.found, confusion.missed, confusion.clean, confusion.false) == (2, 1, 2, 1)


def test_an_example_becomes_one_screen_with_all_it_lists(checks: CheckSet) -> None:
    reading = reading_of({"control": ("立即签到",), "text": ("未签到名单",), "title": ("考勤",), "call": ("location",),
                          "endpoint": ("/api/attendance/sign",), "field": ("lng",), "prose": ("说明",),
                          "permission": ("android.permission.CAMERA",), "component": ("a.SignActivity",),
                          "route": ("/pages/sign",)}, checks.vocabulary.calls)
    finding = next(one for one in judge(reading, checks).findings if one.check_id == "check-in")
    assert (finding.presence, finding.force.rank >= Force.CONSEQUENCE.rank) == (Presence.REACHABLE, True)
    assert [occurrence.screen for occurrence in finding.occurrences] == ["考勤（Screen）"]
