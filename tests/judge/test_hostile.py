"""A reading may come from anybody: whatever its columns say, judging ends, soon, with a verdict for every check."""

from __future__ import annotations

import time
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appscan.checks import CheckSet
from appscan.errors import UnreadableError
from appscan.judge.judge import judge
from appscan.model.reading import Reading
from appscan.readers.saved import load_reading, save_reading

from .built_readings import reading_of
from .small_readings import Method, page, reading_with, with_code

ROUNDS = 15
SECONDS = 20.0
"""Room for a slow machine: one judgement of a fixture takes some hundredths of a second."""


def shuffled(table: Any, chance: np.random.Generator) -> Any:
    """The table with some columns in another order, or with -1 in some rows."""
    changed: dict[str, Any] = {}
    for field in fields(table):
        column = getattr(table, field.name)
        if is_dataclass(column):
            changed[field.name] = shuffled(column, chance)
        elif isinstance(column, np.ndarray) and len(column) and chance.random() < 0.4:
            holes = np.where(chance.random(len(column)) < 0.3, np.array(-1).astype(column.dtype), column)
            changed[field.name] = chance.permutation(column) if chance.random() < 0.6 else holes
    return replace(table, **changed)


@pytest.mark.parametrize("name", ["checkin-native", "checkin-uniapp", "checkin-retrofit", "nested-dex", "remote-shell"])
def test_columns_that_make_no_sense_are_refused_or_judged(name: str, checks: CheckSet, tmp_path: Path) -> None:
    reading = reading_of(name)
    chance = np.random.default_rng(7)
    judged = 0
    for _ in range(ROUNDS):
        hostile = replace(reading, facts=shuffled(reading.facts, chance), resources=shuffled(reading.resources, chance),
                          code=shuffled(reading.code, chance))
        save_reading(hostile, tmp_path / "x.reading")
        try:
            loaded = load_reading(tmp_path / "x.reading")
        except UnreadableError:
            continue
        judged += 1
        assert [row.check_id for row in judge(loaded, checks).verdicts] == [check.id for check in checks.checks]
    assert judged > ROUNDS // 3


def seconds_to_judge(reading: Reading, checks: CheckSet) -> float:
    since = time.process_time()
    judge(reading, checks)
    return time.process_time() - since


def test_a_program_where_everything_calls_everything_is_judged_soon(checks: CheckSet) -> None:
    owners = [f"Lcn/example/town/C{number};" for number in range(120)]
    calls = tuple(f"{owner}->run" for owner in owners)
    reading = with_code(reading_with(components={"cn.example.town.C0": "launcher"}), [
        Method(owner, "run", calls, ("/api/kaoqin/daka", "请先签到"), tuple(owners)) for owner in owners],
        dict.fromkeys(owners, "Landroid/app/Activity;"))
    assert seconds_to_judge(reading, checks) < SECONDS


def test_a_long_chain_of_superclasses_and_calls_is_judged_soon(checks: CheckSet) -> None:
    owners = [f"Lcn/example/town/C{number};" for number in range(3000)]
    reading = with_code(reading_with(components={"cn.example.town.C0": "launcher"}), [
        Method(owner, "run", (f"{after}->run",), ("签到",)) for owner, after in pairwise(owners)],
        dict(pairwise(owners)))
    assert seconds_to_judge(reading, checks) < SECONDS


def test_very_many_texts_are_judged_soon(checks: CheckSet) -> None:
    pages = [page(f"p{number % 50}", ("prose", f"每日打卡签到，漏签扣{number}分。" * 20), ("button", f"签到{number}"))
             for number in range(1000)]
    assert seconds_to_judge(reading_with(*pages), checks) < SECONDS


LONG = {
    "one word": "签到" * 100_000, "a whole word": "打卡" * 100_000, "a ban": "不得要求每日打卡签到" * 20_000,
    "sentences": "今日打卡签到。" * 20_000 + "现已取消打卡签到功能", "half a pattern": "必须" * 100_000,
    "an identifier": "checkIn" * 30_000, "tokens": "check_in " * 30_000, "a context": "积分排名不分先后；" * 20_000,
}


@pytest.mark.parametrize("what", LONG)
def test_one_very_long_text_is_judged_soon(what: str, checks: CheckSet) -> None:
    assert seconds_to_judge(reading_with(page("p", ("prose", LONG[what]))), checks) < SECONDS
