"""Claims about times and durations: as given, in Beijing time beside it, and by the names of the stages."""

from __future__ import annotations

import pytest

from appscan.report.moments import day_in_china, day_named, durations_named, time_named


@pytest.mark.parametrize(("moment", "shown"), [
    ("2026-11-21T09:30:00.120000+08:00", "2026-11-21 09:30:00 +08:00"),
    ("2026-11-21T20:30:00Z", "2026-11-21 20:30:00 +00:00（北京时间 2026-11-22 04:30:00）"),
    ("2026-11-21T06:24:39+00:00", "2026-11-21 06:24:39 +00:00（北京时间 2026-11-21 14:24:39）"),
    ("2026-11-21T09:30:00", "2026-11-21 09:30:00"),
    ("9999-12-31T23:59:59+00:00", "9999-12-31 23:59:59 +00:00"),
    ("", ""), ("yesterday", "yesterday")])
def test_a_time_stands_as_given_with_beijing_time_where_that_differs(moment: str, shown: str) -> None:
    assert time_named(moment, "zh") == shown


def test_durations_are_told_by_stage_in_the_order_of_the_work() -> None:
    timings = {"bundles": 0.22, "natives": 0.0001, "open": 0.066, "judge": 0.03, "elsewhere": 1.0}
    assert durations_named(timings, "zh") == (
        "共 1.32 秒：打开文件 0.07 秒、读取内置网页和脚本 0.22 秒、判断 0.03 秒、elsewhere 1.00 秒")
    assert durations_named(timings, "en") == (
        "1.32 s in all: opening 0.07 s, reading bundled pages and scripts 0.22 s, judging 0.03 s, elsewhere 1.00 s")
    assert durations_named({"open": 0.001}, "zh") == "共 0.00 秒"
    assert durations_named({}, "zh") == ""


@pytest.mark.parametrize(("moment", "day"), [
    ("2026-11-29T18:02:08+00:00", "2026年11月30日"), ("2026-11-29T09:00:00+08:00", "2026年11月29日"),
    ("2026-11-29T23:00:00", "2026年11月29日"), ("9999-12-31T23:59:59+00:00", ""), ("", "")])
def test_papers_count_days_by_the_clock_in_beijing(moment: str, day: str) -> None:
    assert day_named(day_in_china(moment), "zh") == day
