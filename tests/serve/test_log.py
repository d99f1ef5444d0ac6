"""Claims about the log at the desk: a row says what was decided of what and leads there, by the clock
in Beijing."""

from __future__ import annotations

from datetime import UTC, datetime

from appscan.model.registry import Entry
from appscan.office.listing import finding_id
from appscan.serve.proposals import proposal_of, register
from appscan.store import Event, EventKind
from tests.serve.conftest import send

EVENING = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
"""Half past two of the next morning in Beijing."""


def review(desk, decision, when=EVENING):
    content = {"decision": decision, "fingerprint": "0123456789abcdef", "check": "check-in", "app": "虚构<i>网格通",
               "screen": "签到页"}
    desk.store.record(Event(EventKind.REVIEWED, "R-1", "甲", when, "已核实", content))


def test_a_row_says_what_was_decided_of_which_finding_and_leads_there(any_desk):
    review(any_desk, "confirm")
    review(any_desk, "undo")
    with any_desk.signed_in("管理员") as client:
        page = client.get("/events").text
    assert page.index("复核：撤销处理") < page.index("复核：确认")
    assert "虚构&lt;i&gt;网格通：打卡签到" in page
    assert f'href="/findings/{finding_id("R-1", "0123456789abcdef")}?entry=R-1&amp;state=any"' in page
    assert "签到页" in page


def test_times_are_those_of_beijing_whatever_the_machine_goes_by(desk, monkeypatch):
    review(desk, "confirm")
    for zone in ("UTC", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        with desk.signed_in("管理员") as client:
            page = client.get("/events").text
        assert "2026-06-02 02:30:00" in page
        assert "时间均为北京时间" in page


def test_a_planned_app_is_told_as_such_and_by_its_name(desk):
    entry = register(desk.store, proposal_of({"app": "虚构拟建应用", "owner": "教育部"}), who="乙", when=EVENING)
    desk.store.put_entries([Entry("R-7", "虚构表中应用", "教育部")], who="丙", when=EVENING, source="登记表.xlsx")
    with desk.signed_in("管理员") as client:
        page = client.get("/events").text
    assert "登记拟建应用" in page
    assert f'<a href="/registry/entry?id={entry}">虚构拟建应用</a>' in page
    assert "新增 1，有变化 0，没有变化 0" in page


def test_the_log_is_filtered_by_what_and_by_whom(desk):
    review(desk, "confirm")
    desk.store.record(Event(EventKind.REVIEWED, "R-2", "乙", EVENING, "另一个",
                            {"decision": "ask", "check": "check-in"}))
    with desk.signed_in("管理员") as client:
        reviews = client.get("/events?kind=reviewed").text
        assert "已核实" in reviews
        assert "另一个" in reviews
        assert '<td class="short">登录</td>' not in reviews
        mine = client.get("/events?who=乙").text
        assert ("已核实" in mine, "另一个" in mine) == (False, True)
        about = client.get("/events?about=R-1").text
        assert ("已核实" in about, "另一个" in about) == (True, False)


def test_a_job_that_was_cancelled_is_told_by_the_name_of_its_file(desk):
    content = {"name": "虚构.apk", "app": "虚构应用", "who": "复核员"}
    desk.store.record(Event(EventKind.SCAN_ASKED, "0011223344556677", "复核员", EVENING, content=content))
    with desk.signed_in("管理员") as client:
        page = client.get("/events").text
        assert '<a href="/scans/0011223344556677">虚构.apk</a>' in page
        send(client, "/language", lang="en")
        assert "scan asked for" in client.get("/events").text
