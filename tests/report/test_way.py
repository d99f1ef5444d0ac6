"""Claims about the way to a finding: in words that a person can follow on the device, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from appscan.report.way import screen_title, way_there


def seen(kind: str, value: str, role: str = "", excerpt: str = "", live: bool = True) -> dict[str, Any]:
    return {"kind": kind, "value": value, "role": role, "excerpt": excerpt, "live": live}


def place(screen: str, *evidence: dict[str, Any]) -> dict[str, Any]:
    return {"screen": screen, "evidence": list(evidence)}


@pytest.mark.parametrize(("screen", "title"), [
    ("每日打卡（PatrolCheckActivity）", "每日打卡"), ("打卡签到（pages/checkin/checkin）", "打卡签到"),
    ("com.town.DayActivity", ""), ("", ""), ("（a）", ""), ("assets/www/app.js", "")])
def test_the_title_of_a_screen_is_what_people_read(screen: str, title: str) -> None:
    assert screen_title(screen) == title


def test_the_way_leads_from_the_screen_to_the_button() -> None:
    button = seen("control", "立即签到", "button")
    assert way_there(place("首页（MainActivity）", button), "zh") == "页面《首页》 → 按钮“立即签到”"
    assert way_there(place("首页（MainActivity）", button), "en") == "screen “首页” → button “立即签到”"
    assert way_there(place("com.town.DayActivity", button), "zh") == "页面 DayActivity → 按钮“立即签到”"
    assert way_there(place("assets/www/app.js", button), "zh") == "按钮“立即签到”"


def test_a_title_among_the_evidence_names_a_screen_that_has_none() -> None:
    evidence = seen("title", "打卡签到", "title"), seen("control", "打卡", "tab")
    assert way_there(place("pages/checkin/checkin", *evidence), "zh") == "标签页“打卡” → 页面《打卡签到》"


def test_several_buttons_are_named_once_each_and_not_without_end() -> None:
    buttons = [seen("control", word, "button") for word in "甲甲乙丙丁"]
    assert way_there(place("榜（RankActivity）", *buttons), "zh") == "页面《榜》 → 按钮“甲”、“乙”、“丙”"


def test_a_dialog_is_known_by_its_words() -> None:
    dialog = seen("dialog", "setCancelable(false)", excerpt="请先打卡")
    assert way_there(place("首页（MainActivity）", dialog), "zh") == "页面《首页》 → 弹窗“请先打卡”"
    assert way_there(place("首页（MainActivity）", dialog), "en") == "screen “首页” → dialog “请先打卡”"


def test_nothing_to_look_for_gives_no_way() -> None:
    assert way_there(place("首页（MainActivity）", seen("call", "a.b.c")), "zh") == ""
    assert way_there(place("首页（MainActivity）", seen("control", "签到", "button", live=False)), "zh") == ""
    assert way_there(place("", ), "zh") == ""
