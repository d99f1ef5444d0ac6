"""Claims about changing an entry of the registry by hand: every change has a reason and is an event, shows everywhere,
and only a new one takes it back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from appscan.model.registry import (
    Approval,
    AppStatus,
    ArtifactKey,
    Audience,
    Confidence,
    Entry,
    Level,
    Origin,
    Platform,
)
from appscan.office.entries import texts_of
from appscan.serve import sessions
from appscan.store import EventKind, entry_mark
from tests.serve.conftest import looked_at, send, sign_in_with

ENTRY = Entry("R-1", "虚构网格通", "虚构县委", level=Level.COUNTY, status=AppStatus.RUNNING, names=("网格",),
              approval=Approval("虚批1号", "虚构局", date(2025, 3, 1), "两行\n范围", features=("form-filling",)),
              audience=frozenset({Audience.GRASSROOTS_INTERNAL, Audience.PUBLIC}),
              artifacts=(ArtifactKey(Platform.ANDROID, package="invalid.example"),),
              origins={"name": Origin("表", Confidence.A), "status": Origin("表", Confidence.B)})
EDIT, REASON = "/registry/entry/edit?id=R-1", "虚构文件更正"


@pytest.fixture
def registered(any_desk):
    """A desk over each kind of database, with one entry."""
    any_desk.store.put_entries([ENTRY], who="甲", when=sessions.now(), source="表")
    return any_desk


def save(client, entry, **changes):
    """Send the form with what it showed but for some fields."""
    shown = {**texts_of(entry), "audience": sorted(entry.audience), "mark": entry_mark(entry), "reason": REASON}
    return send(client, EDIT, **{**shown, **changes})


def now(desk):
    return desk.store.entries(only=["R-1"])[0]


def test_an_edit_is_an_event_with_what_was_before_and_shows_everywhere(registered):
    with registered.signed_in("复核员") as client:
        before = client.get("/api/apps?text=R-1").json()["apps"][0]
        answer = save(client, ENTRY, owner="教育部", level="central", status="closed", audience=["public"],
                      approval_number="虚批2号", approval_scope="两行\r\n范围")
        assert (answer.status_code, answer.headers["location"]) == (303, "/registry/entry?id=R-1#edits")
        after = client.get("/api/apps?text=R-1").json()["apps"][0]
        page = client.get("/registry/entry?id=R-1").text
        kept = client.get("/api/registry/entry?id=R-1").json()
    assert ((before["body"], before["status"]), (after["body"], after["level"], after["status"])) == (
        ("虚构县委", "running"), ("教育部", "central", "closed"))
    event = next(iter(registered.store.events(EventKind.ENTRY_EDITED)))
    assert (event.subject, event.who, event.reason) == ("R-1", "复核员", REASON)
    assert event.content["before"] == {"owner": "虚构县委", "level": "county", "status": "running",
                                       "audience": "grassroots_internal,public", "approval_number": "虚批1号"}
    assert event.content["after"]["status"] == "closed"
    made = now(registered)
    assert made == replace(ENTRY, owner="教育部", level=Level.CENTRAL, status=AppStatus.CLOSED,
                           audience=frozenset({Audience.PUBLIC}), origins=made.origins,
                           approval=replace(ENTRY.approval, number="虚批2号"))
    assert made.origins["name"] == ENTRY.origins["name"]
    assert {made.origins[one].source for one in event.content["after"]} == {"desk"}
    assert "虚构县委 → 教育部" in page
    assert "运行" in page
    assert kept["edits"][0]["number"] == event.id
    assert kept["edits"][0]["standing"] is True


def test_fields_that_were_not_sent_stay_and_fields_that_were_sent_empty_become_so(registered):
    """As from a program that fills in the form by itself; the page's own form always sends all of them."""
    with registered.signed_in("复核员") as client:
        shown = client.get(EDIT).text
        assert send(client, EDIT, mark=entry_mark(ENTRY), reason=REASON, region="虚构市").status_code == 303
        made = now(registered)
        assert made == replace(ENTRY, region="虚构市", origins=made.origins)
        assert send(client, EDIT, mark=entry_mark(made), reason=REASON, region="", approval_number="",
                    audience="").status_code == 303
    made = now(registered)
    assert made == replace(ENTRY, approval=replace(ENTRY.approval, number=""), audience=frozenset(),
                           origins=made.origins)
    sent = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', shown))
    assert {*texts_of(ENTRY), "mark", "reason"} <= sent
    assert '<input type="hidden" name="audience" value="">' in shown  # sent though no box is ticked


def test_what_no_form_would_take_is_shown_as_it_was_and_not_taken_back_to(registered):
    """Entries also come from scans, whose words were nobody's to prove."""
    strange = replace(ENTRY, region="甲\n乙", approval=replace(ENTRY.approval, day=date(1980, 1, 1)))
    registered.store.put_entries([strange], who="甲", when=sessions.now(), source="表")
    with registered.signed_in("复核员") as client:
        assert save(client, strange, region="虚构市", approval_day="2025-01-01").status_code == 303
        page = client.get("/registry/entry?id=R-1")
        kept = client.get("/api/registry/entry?id=R-1")
        number = kept.json()["edits"][0]["number"]
        answer = send(client, f"/registry/entry/undo?number={number}", reason="看错了")
    assert (page.status_code, kept.status_code, answer.status_code) == (200, 200, 422)
    assert "1980-01-01 → 2025-01-01" in page.text
    assert "甲\n乙 → 虚构市" in page.text
    assert now(registered).region == "虚构市"


def test_an_edit_is_taken_back_by_a_new_one_and_both_stay(registered):
    with registered.signed_in("复核员") as client:
        assert save(client, ENTRY, status="closed", approval_scope="").status_code == 303
        assert now(registered).approval.scope == ""
        first = next(iter(registered.store.events(EventKind.ENTRY_EDITED))).id
        assert send(client, f"/registry/entry/undo?number={first}", reason=" ").status_code == 422
        assert send(client, f"/registry/entry/undo?number={first}", reason="看错了").status_code == 303
        assert now(registered) == ENTRY  # where it came from too
        assert send(client, f"/registry/entry/undo?number={first}", reason="再来").status_code == 409
        assert send(client, f"/registry/entry/undo?number={first + 1000}", reason="再来").status_code == 404
        page = client.get("/registry/entry?id=R-1").text
    assert f"撤销第 {first} 号修改" in page
    events = list(registered.store.events(EventKind.ENTRY_EDITED))
    assert [event.reason for event in events] == [REASON, "看错了"]
    assert events[1].content["undoes"] == first


def test_an_edit_that_was_changed_again_is_not_taken_back_over_it(registered):
    with registered.signed_in("复核员") as client:
        for name in ("虚构一", "虚构二"):
            assert save(client, now(registered), name=name).status_code == 303
        first, second = (event.id for event in registered.store.events(EventKind.ENTRY_EDITED))
        assert send(client, f"/registry/entry/undo?number={first}", reason="x").status_code == 409
        assert now(registered).name == "虚构二"
        assert send(client, f"/registry/entry/undo?number={second}", reason="x").status_code == 303
    assert now(registered).name == "虚构一"


def test_nobody_edits_over_what_was_not_seen(registered):
    with registered.signed_in("复核员") as client:
        registered.store.put_entries([replace(ENTRY, region="虚构县")], who="乙", when=sessions.now(), source="新表")
        answer = save(client, ENTRY, name="虚构")
        assert answer.status_code == 409
        assert 'value="虚构县"' in answer.text
        assert REASON in answer.text
        program = client.post("/api/registry/entry?id=R-1", headers={
            "x-form-token": sessions.form_token(client.cookies["appscan"])},
            json={"changes": {"name": "虚构"}, "mark": entry_mark(ENTRY), "reason": REASON})
        assert program.status_code == 409
    assert now(registered).name == ENTRY.name
    assert not list(registered.store.events(EventKind.ENTRY_EDITED))


@pytest.mark.parametrize(("fields", "said"), [
    ({"name": " "}, "没有写应用名称"), ({"owner": ""}, "没有写主办单位"), ({"level": "<b>星级"}, "层级"),
    ({"status": "x"}, "状态"), ({"audience": "x"}, "使用对象"), ({"approval_day": "2025-02-30"}, "批复日期"),
    ({"name": "a\u202eb"}, "应用名称"), ({"name": "虚构", "reason": " "}, "理由"), ({}, "没有改动")])
def test_what_a_field_cannot_be_is_told_and_nothing_is_kept(desk, fields, said):
    desk.store.put_entries([ENTRY], who="甲", when=sessions.now(), source="表")
    with desk.signed_in("复核员") as client:
        answer = save(client, ENTRY, **fields)
        assert answer.status_code == 422
        assert said in re.search(r'<p class="problem"[^>]*>(.*?)</p>', answer.text)[1]
        assert "<b>星级" not in answer.text
        assert client.get("/registry/entry/edit?id=R-404").status_code == 404
    assert now(desk) == ENTRY


def test_only_reviewers_edit_and_programs_can_do_the_same(desk):
    desk.store.put_entries([ENTRY], who="甲", when=sessions.now(), source="表")
    with desk.signed_in("看客") as viewer, desk.signed_in("复核员") as reviewer:
        mark = reviewer.get("/api/registry/entry?id=R-1").json()["mark"]
        assert mark == entry_mark(ENTRY)
        answers = [client.post("/api/registry/entry?id=R-1", json={
            "changes": {"status": "suspended"}, "mark": mark, "reason": REASON},
            headers={"x-form-token": sessions.form_token(client.cookies["appscan"])}) for client in (viewer, reviewer)]
        assert [answer.status_code for answer in answers] == [403, 201]
        assert viewer.get(EDIT).status_code == 403
        assert "/registry/entry/edit" not in viewer.get("/registry/entry?id=R-1").text
        number = answers[1].json()["number"]
        undone = reviewer.post(f"/api/registry/edits/{number}/undo", json={"reason": "x"}, headers={
            "x-form-token": sessions.form_token(reviewer.cookies["appscan"])})
        assert undone.status_code == 201
    assert now(desk) == ENTRY


def test_an_officer_edits_and_takes_back_in_the_browser(page, desk):
    desk.store.put_entries([ENTRY], who="甲", when=sessions.now(), source="表")
    sign_in_with(page, "复核员")
    page.goto("/registry/entry?id=R-1")
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_role("heading", name="修改登记项：虚构网格通").wait_for()
    looked_at(page, "entry-edit")
    page.get_by_label("应用名称").fill("虚构网格通（新）")
    page.get_by_label("状态").select_option("已关停")
    page.get_by_label("社会公众").uncheck()
    page.get_by_label("为什么改").fill("依据虚构文件")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="修改记录").wait_for()
    assert page.get_by_text("运行中 → 已关停").is_visible()
    looked_at(page, "entry-edited")
    page.get_by_text("撤销这次修改").first.click()
    page.locator("details[open] input[name=reason]").fill("改错了")
    page.locator("details[open] button").click()
    page.get_by_text("撤销第").wait_for()
    looked_at(page, "entry-undone")
    page.goto("/registry/entry/edit?id=R-1")
    page.get_by_label("应用名称").fill("虚构网格通")
    page.get_by_label("为什么改").fill("没有改动")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_role("alert").wait_for()
    looked_at(page, "entry-not-edited")
    assert now(desk) == ENTRY
    assert [fault for fault in page.faults if "422" not in fault] == []
