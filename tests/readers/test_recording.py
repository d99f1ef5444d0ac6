"""Claims about the reader of recordings: what a crawl saw becomes the same facts, and what it did not see is told."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.errors import UnreadableError
from appscan.judge.judge import judge
from appscan.model.artifact import ArtifactKind
from appscan.model.coverage import Gap, Kind
from appscan.model.judgement import Presence, Verdict
from appscan.model.reading import Fact, Reading
from appscan.readers.limits import Deadline, Limits
from appscan.readers.recording import VERSION, read_recording
from appscan.readers.recording_scripts import part_scripts
from appscan.readers.saved import load_reading, reading_digest, save_reading
from appscan.readers.target import read_target
from appscan.scan import expand_targets
from appscan.schema import problems
from tests.shipped import shipped

from .small_recordings import (
    HOUR,
    call,
    control,
    day,
    dialog,
    digest,
    field,
    form,
    gap,
    interval,
    message,
    recording,
    request,
    route,
    script,
    state,
    timer,
    trial,
    words,
    write_recording,
)

PAGE = """<html><body><div class="menu" style="display:none"><a href="/rank">积分排名榜单</a></div>
<button>立即打卡</button><script>var api = "/api/attendance/clockIn"; wx.getLocation({});</script>
<script src="/js/app.js?v=3"></script></body></html>"""
APP = """function post(){ fetch("/api/heartbeat/report", {method: "POST", body: JSON.stringify({onlineSeconds: 1})}); }
"""


def quietly(stage: str, done: float) -> None:
    """Nobody watches."""


def read(folder: Path, top: Any, **parts: list[str]) -> Reading:
    path = write_recording(folder, top, parts)
    return read_recording(path, "site", Limits(), Deadline(60), quietly)


def rows(reading: Reading, kind: Fact, role: str | None = None) -> list[tuple[str, str, str]]:
    """(value, role, screen) of the facts of one kind."""
    facts, text = reading.facts, reading.strings
    found = [(text[facts.value[row]], text[facts.role[row]], text[facts.screen[row]])
             for row in np.flatnonzero(facts.kind == kind).tolist()]
    return [row for row in found if role is None or row[1] == role]


def attributes(reading: Reading, role: str) -> list[str]:
    return [value for value, _, _ in rows(reading, Fact.ATTRIBUTE, role)]


def gaps(reading: Reading) -> dict[str, Gap]:
    return {one.reason: one for one in reading.coverage.gaps}


def whole_site() -> dict[str, Any]:
    """A recording with something in every list."""
    return recording(
        state("s1", "/#/home", title="网格通", dom=digest(PAGE), picture=digest("picture"),
              controls=[control("立即打卡", box=[0, 90, 300, 40])],
              texts=[words("今日任务", "heading"), words("立即打卡", box=[100, 100, 80, 20])],
              forms=[form(field("photo", type="file", required=True, capture="environment", label="现场照片"))],
              dialogs=[dialog("请先打卡签到", False)]),
        state("s2", "/#/mine", actor="leader", title="我的"),
        requests=[request("/api/attendance/clockIn", method="POST", sent=False, request_fields=["lat", "user.name"],
                          response_fields=["rows.realName"], stack=["go https://wg.example.gov.cn/js/app.js:1:2"],
                          **{"class": "write"}),
                  request("/css/app.css", kind="style")],
        calls=[call("geolocation.getCurrentPosition", detail='{"timeout":1}')],
        timers=[timer(30_000)], messages=[message("签到成功")],
        trials=[trial("omit", "refused", detail="请上传照片", trigger="提交")],
        day=[day(interval("/api/heartbeat", fields=["duration"]),
                 dialogs=[{"virtual": 9 * HOUR, "text": "您还在学习吗", "closable": False, "modal": True}],
                 midnight=[{"virtual": 24 * HOUR, "kind": "text", "detail": "今日未签到"}])],
        routes=[route("/#/home"), route("/#/rank", visited=False, blocked="excluded")],
        scripts=[script("/js/app.js?v=3", APP), script("https://cdn.example.com/vue.min.js", None, "vue")],
        gaps=[gap("login_lost", "text", place="/#/mine", step="3")])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return read(tmp_path_factory.mktemp("whole"), whole_site(), dom=[PAGE], scripts=[APP])


def test_the_recordings_of_these_tests_keep_the_published_schema() -> None:
    assert not problems("recording-1", whole_site())


def test_the_reading_is_of_a_recording_without_code(whole: Reading) -> None:
    assert whole.artifact.kind is ArtifactKind.RECORDING
    assert (whole.artifact.name, whole.artifact.label) == ("site", "网格通")
    assert whole.reader == VERSION
    assert not len(whole.code.classes.type)
    assert not len(whole.resources.id)
    assert whole.details["start_url"] == "https://wg.example.gov.cn/"
    assert {item.what: item.count for item in whole.coverage.read}["states"] == 2


def test_texts_stand_on_the_screen_of_their_route_with_who_saw_them(whole: Reading) -> None:
    assert ("今日任务", "title", "/#/home") in rows(whole, Fact.TEXT)
    actors = {whole.strings[sid] for sid in whole.facts.actor.tolist() if sid >= 0}
    assert actors == {"staff", "leader"}


def test_a_text_that_a_control_is_called_by_is_that_control_and_stands_once(whole: Reading) -> None:
    assert [row for row in rows(whole, Fact.TEXT) if row[0] == "立即打卡"] == [("立即打卡", "button", "/#/home")]


def test_a_heading_with_the_words_of_a_control_stays_a_title(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1", controls=[control("签到")], texts=[words("签到", "heading")])))
    assert {role for _, role, _ in rows(reading, Fact.TEXT)} == {"title", "button"}


@pytest.mark.parametrize(("said", "role"), [
    ("button", "button"), ("tab", "tab"), ("menuitem", "menu"), ("link", "link"), ("radio", "option"),
    ("textbox", "label"), ("never heard of", "button")])
def test_controls_keep_their_role(tmp_path: Path, said: str, role: str) -> None:
    reading = read(tmp_path, recording(state("s1", controls=[control("办事", said)])))
    assert rows(reading, Fact.TEXT) == [("办事", role, "/")]


def test_a_title_that_all_routes_share_stands_after_what_the_page_calls_itself(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1", "/a", title="政务", texts=[words("考勤", "heading")]),
                                       state("s2", "/b", title="政务", texts=[words("审批", "heading")])))
    assert [value for value, _, _ in rows(reading, Fact.TEXT, "title")] == ["考勤", "政务", "审批", "政务"]


def test_form_fields_keep_what_they_ask_for(whole: Reading) -> None:
    assert attributes(whole, "capture") == ["environment"]
    assert attributes(whole, "required") == ["true"]
    assert attributes(whole, "required_field") == ["file"]
    assert "photo" in attributes(whole, "name")


@pytest.mark.parametrize(("shown", "role", "word"), [
    (dialog("请先签到", False), "stuck", "stuck"), (dialog("请先签到", True), "closable", "closable"),
    (dialog("请先签到", None), "", "open"), (dialog("保存成功", False, modal=False), "", "open"),
    (dialog("加载中…", False), "", "busy"), (dialog("", False), "", "open")])
def test_only_a_modal_dialog_shown_to_have_no_way_out_is_stuck(tmp_path: Path, shown: dict[str, Any], role: str,
                                                             word: str) -> None:
    reading = read(tmp_path, recording(state("s1", dialogs=[shown])))
    assert [one for _, one, _ in rows(reading, Fact.DIALOG)] == [role]
    assert attributes(reading, "dialog") == [word]


def test_a_request_keeps_its_class_and_whether_it_was_sent(whole: Reading) -> None:
    assert ("/api/attendance/clockIn", "POST", "/#/home") in rows(whole, Fact.REQUEST)
    assert attributes(whole, "class") == ["write", "write"]
    assert attributes(whole, "sent") == ["false"]
    assert {"lat", "user", "realName"} <= {value for value, _, _ in rows(whole, Fact.LITERAL, "key")}
    assert attributes(whole, "stack") == ["https://wg.example.gov.cn/js/app.js"]


def test_pages_styles_and_pictures_are_no_interfaces(whole: Reading) -> None:
    assert ("/css/app.css", "src", "/#/home") in rows(whole, Fact.PATH)
    assert not [row for row in rows(whole, Fact.REQUEST) if "css" in row[0]]


@pytest.mark.parametrize("more", [{"kind": "script", "class": "write"}, {"kind": "image", "class": "unknown"},
                                  {"kind": "jsonp"}, {"kind": "document", "class": "login", "method": "POST"}])
def test_a_write_in_the_shape_of_a_script_or_picture_is_a_request(tmp_path: Path, more: dict[str, Any]) -> None:
    reading = read(tmp_path, recording(state("s1"), requests=[request("/sign/add?userId=1", **more)]))
    assert [value for value, _, _ in rows(reading, Fact.REQUEST)] == ["/sign/add?userId=1"]


def test_the_same_request_with_another_number_is_told_once(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1"), requests=[request(f"/api/list?t={n}") for n in range(300)]))
    assert len(rows(reading, Fact.REQUEST)) == 1


def test_a_request_to_another_site_stands_in_a_file_of_that_site(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1"), requests=[request("https://api.example.org/log/add?x=1")]))
    row = np.flatnonzero(reading.facts.kind == Fact.REQUEST)[0]
    assert reading.strings[reading.facts.file[row]] == "api.example.org/log/add"
    assert attributes(reading, "host") == ["api.example.org"]


@pytest.mark.parametrize("url", ["http://[bad", "/a b/打卡;x=1?q=%E6%89%93", "ws://wg.example.gov.cn/push", "", "?a=1",
                                 "https://u:p@wg.example.gov.cn:443/x"])
def test_odd_addresses_are_kept_without_blanks(tmp_path: Path, url: str) -> None:
    top = recording(state("s1"))
    top["requests"] = [{**request("/x"), "url": url}]
    reading = read(tmp_path, top)
    values = [value for value, _, _ in rows(reading, Fact.REQUEST)]
    assert len(values) == 1
    assert " " not in values[0]


def test_calls_timers_messages_and_trials_become_facts(whole: Reading) -> None:
    assert rows(whole, Fact.API) == [("geolocation.getCurrentPosition", "", "/#/home")]
    assert rows(whole, Fact.TIMER) == [("30000", "interval", "/#/home")]
    assert ("签到成功", "label", "/#/home") in rows(whole, Fact.TEXT)
    assert attributes(whole, "message") == ["alert"]
    assert attributes(whole, "trial:omit") == ["refused"]
    assert attributes(whole, "trial_detail") == ["请上传照片"]


@pytest.mark.parametrize("test", ["decline", "omit", "skip", "revoke", "opt_out"])
@pytest.mark.parametrize("outcome", ["allowed", "refused", "server_decides"])
def test_every_trial_keeps_its_outcome(tmp_path: Path, test: str, outcome: str) -> None:
    reading = read(tmp_path, recording(state("s1"), trials=[trial(test, outcome)]))
    assert attributes(reading, f"trial:{test}") == [outcome]


def test_an_idle_write_is_told_with_its_period_and_fields(whole: Reading) -> None:
    assert attributes(whole, "idle_write") == ["periodic"]
    assert attributes(whole, "interval:idle") == ["/api/heartbeat"]
    assert attributes(whole, "interval_period") == ["30000"]
    assert attributes(whole, "idle_field") == attributes(whole, "repeated_field") == ["duration"]


def test_an_interval_that_is_a_read_or_happened_once_is_no_idle_write(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1"), day=[day(interval("/api/news", **{"class": "read"}),
                                                             interval("/api/save", count=1))]))
    assert not attributes(reading, "idle_write")
    assert attributes(reading, "idle_read") == ["periodic"]


def test_a_beacon_on_leaving_is_told_with_its_fields(tmp_path: Path) -> None:
    leaving = request("/log/leave", method="POST", kind="beacon", trigger="leave", request_fields=["a.staySeconds"],
                      **{"class": "write"})
    reading = read(tmp_path, recording(state("s1"), requests=[leaving]))
    assert attributes(reading, "leave_write") == ["beacon"]
    assert attributes(reading, "leave_field") == ["staySeconds"]


def test_a_call_that_repeats_through_the_virtual_day_is_told(tmp_path: Path) -> None:
    again = [call("geolocation.getCurrentPosition", virtual=8 * HOUR + 60_000 * n) for n in range(5)]
    reading = read(tmp_path, recording(state("s1"), calls=again))
    assert rows(reading, Fact.API) == [("geolocation.getCurrentPosition", "virtual", "/")]
    assert attributes(reading, "repeated_call") == ["geolocation.getCurrentPosition"]


def test_what_comes_by_itself_in_the_virtual_day_is_told(whole: Reading) -> None:
    assert attributes(whole, "idle_dialog") == ["stuck"]
    assert attributes(whole, "midnight") == ["text"]
    assert ("今日未签到", "label", "/#/home") in rows(whole, Fact.TEXT)


def test_a_registered_route_counts_visited_or_not(whole: Reading) -> None:
    assert set(attributes(whole, "route")) == {"/#/home", "/#/rank"}
    assert ("false", "visited", "/#/rank") in rows(whole, Fact.ATTRIBUTE, "visited")
    unseen = gaps(whole)["route_unvisited"]
    assert (unseen.place, unseen.params["why"], unseen.blinds) == ("/#/rank", "excluded", False)


def test_what_stands_in_the_dom_and_is_not_seen_is_a_hidden_text_and_no_control(whole: Reading) -> None:
    assert ("积分排名榜单", "label", "/#/home") in rows(whole, Fact.TEXT)
    assert attributes(whole, "hidden") == ["true"]


def test_scripts_of_a_page_speak_on_its_screen(whole: Reading) -> None:
    assert ("/api/attendance/clockIn", "string", "/#/home") in rows(whole, Fact.LITERAL)
    assert ("wx.getLocation", "", "/#/home") in rows(whole, Fact.CALL)
    assert ("/api/heartbeat/report", "string", "/#/home") in rows(whole, Fact.LITERAL)
    assert "/js/app.js" in {whole.strings[sid] for sid in whole.facts.file.tolist()}


def test_a_script_that_several_pages_load_belongs_to_none_of_them(tmp_path: Path) -> None:
    pages = [state("s1", "/a.html", dom=digest(PAGE)), state("s2", "/b.html", dom=digest(PAGE))]
    reading = read(tmp_path, recording(*pages, scripts=[script("/js/app.js", APP)]), dom=[PAGE], scripts=[APP])
    assert {screen for value, _, screen in rows(reading, Fact.LITERAL) if "/api/" in value} == {
        "/inline-1.js", "/js/app.js"}


def test_a_script_of_another_site_keeps_its_address(tmp_path: Path) -> None:
    loaded = script("https://cdn.example.com/x/vue.min.js?1", APP, "vue")
    reading = read(tmp_path, recording(state("s1"), scripts=[loaded]), scripts=[APP])
    assert "cdn.example.com/x/vue.min.js" in {reading.strings[sid] for sid in reading.facts.file.tolist()}
    assert attributes(reading, "library") == ["vue"]


def test_templates_in_script_elements_stay_markup() -> None:
    page = part_scripts('a<SCRIPT type="text/x-template"><b>x</b></SCRIPT>b<script type=module>1</script >c<script>')
    assert page.inline == [("1", False)]
    assert page.markup == 'a<SCRIPT type="text/x-template"><b>x</b></SCRIPT>bc<script>'


def test_rows_of_one_file_stand_together_in_document_order(whole: Reading) -> None:
    files, nodes = whole.facts.file.tolist(), whole.facts.node.tolist()
    starts = [files[row] for row in range(len(files)) if not row or files[row] != files[row - 1]]
    assert len(starts) == len(set(starts))
    assert all(nodes[row - 1] <= nodes[row] for row in range(1, len(files)) if files[row] == files[row - 1])


def test_a_saved_reading_comes_back_the_same(whole: Reading, tmp_path: Path) -> None:
    save_reading(whole, tmp_path / "site.reading")
    again = load_reading(tmp_path / "site.reading")
    assert reading_digest(again) == reading_digest(whole)
    assert (again.coverage, again.details, again.artifact) == (whole.coverage, whole.details, whole.artifact)


def test_the_same_recording_gives_the_same_reading(whole: Reading, tmp_path: Path) -> None:
    again = read(tmp_path, whole_site(), dom=[PAGE], scripts=[APP])
    assert whole.strings.blob == again.strings.blob
    assert all((getattr(whole.facts, name) == getattr(again.facts, name)).all() for name in ("kind", "value", "node"))


# -- coverage ----------------------------------------------------------------------------------------------------------

def test_a_site_that_was_seen_whole_blinds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, recording(state("s1"))).coverage.gaps == ()


def test_gaps_of_the_capture_are_kept(whole: Reading) -> None:
    lost = gaps(whole)["login_lost"]
    assert lost == Gap(frozenset({Kind.TEXT}), "/#/mine", "login_lost", {"step": "3"})


def test_a_gap_of_an_unknown_reason_is_kept_with_its_word(tmp_path: Path) -> None:
    reading = read(tmp_path, recording(state("s1"), gaps=[gap("from_the_future", "hologram", blinds=True, limit=10.0)]))
    told = gaps(reading)["capture_gap"]
    assert told.params == {"why": "from_the_future", "limit": "10"}
    assert told.blinds
    assert Kind.TRIAL in told.kinds


@pytest.mark.parametrize(("more", "reason", "blinds"), [
    ({"queue_left": 7, "caps": {"states": 1, "minutes": 1, "reached": ["states"]}}, "cap_reached", True),
    ({"queue_left": 7}, "cap_reached", True),
    ({"caps": {"states": 1, "minutes": 1, "reached": ["bytes"]}}, "cap_touched", False),
    ({"day": [], "settings": {**recording()["settings"], "virtual_hours": 0}}, "no_virtual_day", False),
    ({"origins": [{"url": "https://map.example.com/", "kind": "iframe", "blocked": True}]}, "remote_page", False),
    ({"origins": [{"url": "https://cdn.example.com/v.js", "kind": "script", "blocked": True}]}, "remote_script", False),
    ({"scripts": [script("/js/app.js", None)]}, "script_unread", False),
    ({"scripts": [script("/js/app.js", APP)]}, "part_missing", True),
])
def test_what_was_not_seen_is_a_gap(tmp_path: Path, more: dict[str, Any], reason: str, blinds: bool) -> None:
    found = gaps(read(tmp_path, recording(state("s1"), **more)))
    assert list(found) == [reason]
    assert found[reason].blinds is blinds


def test_a_recording_without_a_page_is_blind(tmp_path: Path) -> None:
    assert gaps(read(tmp_path, recording()))["nothing_captured"].blinds


def actor(**more: Any) -> dict[str, Any]:
    return {**recording()["actors"][0], **more}


@pytest.mark.parametrize(("who", "reason"), [
    (actor(logged_in_before=False), "login_failed"), (actor(logged_in_after=False, lost_at="/#/mine"), "login_lost"),
    (actor(login="none", logged_in_before=None, logged_in_after=None), "login_wall")])
def test_a_login_that_does_not_hold_blinds(tmp_path: Path, who: dict[str, Any], reason: str) -> None:
    door = state("s1", "/login", forms=[form(field("user"), field("word", type="password"))])
    assert gaps(read(tmp_path, recording(door, actors=[who])))[reason].blinds


def test_a_site_with_a_page_beside_its_sign_in_is_no_wall(tmp_path: Path) -> None:
    door = state("s1", "/login", forms=[form(field("word", type="password"))])
    nobody = actor(login="none", logged_in_before=None, logged_in_after=None)
    assert not read(tmp_path, recording(door, state("s2", "/news"), actors=[nobody])).coverage.gaps


def test_one_canvas_is_local_and_nothing_but_canvases_blinds(tmp_path: Path) -> None:
    drawn = state("s1", "/map", canvases=1, text_length=0)
    assert not gaps(read(tmp_path, recording(drawn, state("s2", "/list"))))["canvas_page"].blinds
    assert gaps(read(tmp_path, recording(drawn)))["canvas_page"].blinds


def test_a_start_that_stays_blank_blinds_and_a_blank_inner_page_is_local(tmp_path: Path) -> None:
    blank, shows = state("s1", "/index.html", text_length=0), state("s2", "/list", **{"from": "s0"})
    assert gaps(read(tmp_path, recording(blank)))["blank_page"].blinds
    assert gaps(read(tmp_path, recording(blank, state("s2", "/other"))))["blank_page"].blinds
    inner = state("s1", "/inner", text_length=0, **{"from": "s0"})
    assert not gaps(read(tmp_path, recording(state("s0"), inner, shows)))["blank_page"].blinds


def test_a_start_that_shows_something_later_is_not_blank(tmp_path: Path) -> None:
    splash = state("s1", "/index.html", text_length=0)
    assert "blank_page" not in gaps(read(tmp_path, recording(splash, state("s2", "/index.html", **{"from": "s1"}))))
    assert not gaps(read(tmp_path, recording(splash, state("s2", "/home", **{"from": "s1"}))))["blank_page"].blinds
    pressed = state("s1", "/index.html", text_length=0, controls=[control("进入")])
    assert "blank_page" not in gaps(read(tmp_path, recording(pressed)))


def test_a_page_that_waits_for_a_refused_script_is_blank_in_spite_of_a_word(tmp_path: Path) -> None:
    waiting = state("s1", "/index.html", text_length=5)
    cdn = {"url": "https://cdn.example.com/react.js", "kind": "script", "blocked": True}
    assert gaps(read(tmp_path, recording(waiting, origins=[cdn])))["blank_page"].blinds
    assert "blank_page" not in gaps(read(tmp_path, recording(waiting)))


def test_pages_made_of_pictures_blind_only_where_they_are_most(tmp_path: Path) -> None:
    drawn = [state(f"p{n}", f"/p{n}.html", text_length=0) for n in range(3)]
    told = [gap("picture_page", "text", "control", "title", place=row["url"]) for row in drawn]
    most = read(tmp_path, recording(*drawn, state("s9", "/news"), gaps=told)).coverage
    assert most.blinded() == {Kind.TEXT, Kind.CONTROL, Kind.TITLE}
    others = [state(f"s{n}", f"/n{n}.html") for n in range(9)]
    some = read(tmp_path, recording(*drawn, *others, gaps=told)).coverage
    assert not some.blinded()
    assert {row.reason for row in some.gaps} == {"picture_page"}


def test_many_gaps_of_one_kind_are_counted_not_listed(tmp_path: Path) -> None:
    unseen = [route(f"/p{n}", visited=False, blocked="robots") for n in range(500)]
    found = read(tmp_path, recording(state("s1"), routes=unseen)).coverage.gaps
    assert len(found) == 21
    assert (found[-1].reason, dict(found[-1].params)) == ("more_gaps", {"reason": "route_unvisited", "count": "480"})


def test_a_part_that_is_not_what_its_name_says_is_not_read(tmp_path: Path) -> None:
    path = write_recording(tmp_path, recording(state("s1", dom=digest(PAGE))))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"dom/{digest(PAGE)}.html", PAGE + "<b>别的</b>")
    reading = read_recording(path, "site", Limits(), Deadline(60), quietly)
    assert list(gaps(reading)) == ["part_altered"]
    assert gaps(reading)["part_altered"].blinds
    assert not rows(reading, Fact.LITERAL)


def test_a_deadline_ends_the_work_with_a_blinding_gap(tmp_path: Path) -> None:
    path = write_recording(tmp_path, whole_site(), {"dom": [PAGE]})
    reading = read_recording(path, "site", Limits(), Deadline(-1), quietly)
    assert gaps(reading)["time_limit"].blinds


# -- damage ------------------------------------------------------------------------------------------------------------

def failure(folder: Path, content: Any, **parts: list[str]) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read(folder, content, **parts)
    return caught.value


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"version":1}', b"\xff\xfe{}",
                                     '{"version": 1e999}', '{"version": true}'])
def test_a_damaged_recording_is_told(tmp_path: Path, content: str | bytes) -> None:
    error = failure(tmp_path, content)
    assert error.key == "recording_damaged"
    assert error.params["name"] == "site"


def test_another_version_is_told(tmp_path: Path) -> None:
    error = failure(tmp_path, {**recording(), "version": 2})
    assert (error.key, error.params["version"], error.params["supported"]) == ("recording_version", 2, 1)


@pytest.mark.parametrize(("place", "value"), [
    ("states", {}), ("states", [1]), ("states", [{}]), ("queue_left", -1), ("queue_left", "7"), ("caps", []),
    ("requests", [request("/x", kind="telepathy")]), ("routes", [route("/x", visited=None)]),
    ("states", [state("s1", texts=[words("x", box=[1, 2, 3])])]), ("states", [state("s1", canvases=1.5)]),
    ("states", [state("s1", dom="../../etc/passwd")]), ("timers", [timer(True)]), ("start_urls", [None]),
    ("trials", [trial("omit", "maybe")]), ("gaps", [{**gap("x"), "params": {"why": []}}]), ("requests", None)])
def test_a_member_of_another_type_is_told_with_its_place(tmp_path: Path, place: str, value: Any) -> None:
    error = failure(tmp_path, {**recording(), place: value})
    assert error.key == "recording_damaged"
    assert str(error.params["what"]).startswith((place, "dom/"))


def test_a_file_that_is_no_zip_is_a_damaged_recording(tmp_path: Path) -> None:
    path = tmp_path / "x.recording.zip"
    path.write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(UnreadableError) as caught:
        read_target(path, "x", Limits(), quietly)
    assert caught.value.key == "recording_damaged"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path, b" " * (100 << 20) + b"{}")
    assert error.key == "entry_too_large"


def test_lone_surrogates_and_odd_numbers_survive_saving(tmp_path: Path) -> None:
    top = recording(state("s1", title="\ud800标题", texts=[words("\udfff打卡")]), authority="\ud800",
                    gaps=[gap("robots\ud800", place="\udc00", why="\ud800")])
    reading = read(tmp_path, top)
    save_reading(reading, tmp_path / "x.reading")
    again = load_reading(tmp_path / "x.reading")
    assert (again.coverage, again.details) == (reading.coverage, reading.details)
    assert reading_digest(again) == reading_digest(reading)


_WORD = st.text(max_size=8)
_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | _WORD
_JSON = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3), max_leaves=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.data())
def test_a_member_replaced_by_anything_never_breaks_the_reader(tmp_path: Path, choices: st.DataObject) -> None:
    """One member anywhere becomes another value: the reading can be saved, or the recording is refused by name."""
    top = json.loads(json.dumps(whole_site()))
    node: Any = top
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = choices.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or choices.draw(st.booleans()):
            break
        node = node[key]
    node[key] = choices.draw(_JSON)
    try:
        reading = read(tmp_path, top, dom=[PAGE], scripts=[APP])
    except UnreadableError as error:
        if error.key not in ("recording_damaged", "recording_version"):
            raise
        return
    save_reading(reading, tmp_path / "fuzz.reading")
    assert reading_digest(load_reading(tmp_path / "fuzz.reading")) == reading_digest(reading)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=_JSON)
def test_any_json_is_refused_by_name(tmp_path: Path, document: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, document)
    assert caught.value.key == "recording_damaged"


# -- on the way to a report --------------------------------------------------------------------------------------------

def test_a_zip_is_told_by_what_it_holds(tmp_path: Path) -> None:
    path = write_recording(tmp_path, whole_site(), {}, name="capture-of-march.zip")
    assert read_target(path, "x", Limits(), quietly).artifact.kind is ArtifactKind.RECORDING


def test_a_folder_search_finds_recordings_by_name(tmp_path: Path) -> None:
    write_recording(tmp_path, recording())
    write_recording(tmp_path, recording(), name="other.zip")
    assert [target.name for target in expand_targets([tmp_path])] == ["site.recording.zip"]


def test_a_forced_check_in_is_found_in_a_recording(whole: Reading) -> None:
    judged = judge(whole, shipped())
    [finding] = [one for one in judged.findings if one.check_id == "check-in"]
    assert finding.presence is Presence.EXERCISED
    assert finding.verdict is Verdict.LIKELY_VIOLATION
    assert any(evidence.signal.value == "立即打卡" and evidence.signal.actor == "staff"
               for one in finding.occurrences for evidence in one.evidence)


def test_a_login_wall_is_never_not_found(tmp_path: Path) -> None:
    door = state("s1", "/login", title="登录", forms=[form(field("word", type="password"))], controls=[control("登录")])
    nobody = actor(login="none", logged_in_before=None, logged_in_after=None)
    judged = judge(read(tmp_path, recording(door, actors=[nobody])), shipped())
    assert {row.verdict for row in judged.verdicts} == {Verdict.INCONCLUSIVE}


def test_a_plain_site_seen_whole_is_not_found(tmp_path: Path) -> None:
    guide = state("s1", title="办事指南", texts=[words("户口迁移需要的材料")])
    judged = judge(read(tmp_path, recording(guide)), shipped())
    required = {check.id for check in shipped().checks if check.polarity == "required"}
    assert {row.verdict for row in judged.verdicts if row.check_id not in required} == {Verdict.NOT_FOUND}
    assert {row.verdict for row in judged.verdicts if row.check_id in required} == {Verdict.INFO}  # not asked of it


# ---------------------------------------------------------------- behaviour as evidence


def verdict(folder: Path, top: Any, check_id: str, **parts: list[str]) -> tuple[str, str, str]:
    """(presence, force, verdict) of one check by the shipped packs."""
    judgement = judge(read(folder, top, **parts), shipped())
    found = next((one for one in judgement.findings if one.check_id == check_id), None)
    row = next(one for one in judgement.verdicts if one.check_id == check_id)
    return (str(found.presence) if found else "none", str(found.force) if found else "none", str(row.verdict))


def test_seconds_written_for_a_person_while_nobody_is_there_are_online_duration(tmp_path: Path) -> None:
    top = recording(state("s1", "/#/home"), day=[day(interval("/app/beat.do", fields=["yhbh", "seconds"]))])
    assert verdict(tmp_path, top, "online-duration") == ("exercised", "no_opt_out", "likely_violation")


@pytest.mark.parametrize("fields", [["grant_type", "refresh_token"], [], ["userId", "lastMsgId"],
                                    ["deviceId", "seconds"]])
def test_tokens_pings_unread_counts_and_device_times_are_no_online_duration(fields: list[str], tmp_path: Path) -> None:
    top = recording(state("s1", "/#/home", texts=[words("今日任务")]), day=[day(interval("/app/keep", fields=fields))],
                    timers=[timer(30_000)])
    assert verdict(tmp_path, top, "online-duration")[2] in ("not_found", "info")


def test_time_on_page_with_a_user_id_on_leave_is_telemetry_until_the_site_shows_it(tmp_path: Path) -> None:
    sent = request("/collect/pv", method="POST", trigger="leave", kind="beacon", sent=False,
                   request_fields=["userId", "url", "staySeconds"], **{"class": "write"})
    quiet = recording(state("s1", "/", texts=[words("办事指南")]), requests=[sent])
    shown = recording(state("s1", "/", texts=[words("办事指南")]),
                      state("s2", "/me", texts=[words("本月在线学时：12")]), requests=[sent])
    assert verdict(tmp_path, quiet, "online-duration")[2] == "not_found"
    assert verdict(tmp_path, shown, "online-duration")[2] == "likely_violation"


def test_a_report_that_is_refused_without_a_picture_is_a_block(tmp_path: Path) -> None:
    photo = form(field("pic", type="file", accept="image/*", label="整改照片"), submit="上报")
    page = state("s1", "/#/report", texts=[words("整改照片")], controls=[control("上报")], forms=[photo])
    sent = [request("/report/save", method="POST", sent=False, **{"class": "write"})]
    assert verdict(tmp_path, recording(page, requests=sent, trials=[trial("omit", "refused")]), "media-upload") == (
        "reachable", "block", "likely_violation")
    assert verdict(tmp_path, recording(page, requests=sent, trials=[trial("omit", "server_decides")]),
                   "media-upload")[1:] == ("none", "needs_review")


def test_pictures_of_papers_that_an_applicant_hands_in_are_no_work_photos(tmp_path: Path) -> None:
    papers = form(field("a", type="file", accept="image/*", required=True, label="身份证正面照片"), submit="提交申请")
    page = state("s1", "/apply", texts=[words("上传身份证正面照片")], controls=[control("提交申请")], forms=[papers])
    sent = [request("/apply/save", method="POST", sent=False, **{"class": "write"})]
    top = recording(page, requests=sent, trials=[trial("omit", "refused")])
    assert verdict(tmp_path, top, "media-upload")[2] in ("not_found", "info")


def test_a_place_asked_for_again_and_again_and_sent_is_a_track_that_starts_by_itself(tmp_path: Path) -> None:
    calls = [call("wx.getLocation", virtual=8 * HOUR + minute) for minute in (1, 2, 3)]
    lived = day(interval("/p/dw", fields=["rybh", "longitude", "latitude"]))
    top = recording(state("s1", "/#/home"), calls=calls, day=[lived])
    assert verdict(tmp_path, top, "track-upload") == ("exercised", "no_opt_out", "likely_violation")
    bus = recording(state("s1", "/#/map", texts=[words("公交线路")]), calls=calls, day=[lived])
    assert verdict(tmp_path, bus, "track-upload")[2] != "likely_violation"


def test_a_dialog_that_nothing_closes_forces_only_what_it_speaks_of(tmp_path: Path) -> None:
    post = [request("/attendance/clockIn", method="POST", sent=False, **{"class": "write"})]

    def home(said: str) -> Any:
        return recording(state("s1", "/#/home", controls=[control("上班打卡")], dialogs=[dialog(said, False)]),
                         requests=post)

    assert verdict(tmp_path, home("您今天还没有打卡 上班打卡"), "check-in")[1] == "block"
    assert verdict(tmp_path, home("请阅读并同意隐私政策 同意"), "check-in")[1] != "block"


def test_a_status_of_ones_own_beside_the_bare_word_is_a_check_in_even_without_script(tmp_path: Path) -> None:
    drawn = recording(state("s1", "/a.html", title="打卡", texts=[words("08:20"), words("未打卡"), words("打卡")]))
    sight = recording(state("s1", "/a.html", texts=[words("打卡"), words("景点"), words("网红打卡地")]))
    assert verdict(tmp_path, drawn, "check-in")[0] == "reachable"
    assert verdict(tmp_path, sight, "check-in")[2] in ("not_found", "info")


def test_a_bare_title_of_a_ranking_is_looked_at_and_not_accused(tmp_path: Path) -> None:
    bare = recording(state("s1", "/a.html", title="积分排行", texts=[words("积分排行")]))
    told = recording(state("s1", "/a.html", title="积分排行",
                           texts=[words("积分排行"), words("姓名"), words("支部名称")]))
    assert verdict(tmp_path, bare, "points-ranking")[1:] == ("none", "needs_review")
    assert verdict(tmp_path, told, "points-ranking")[1:] == ("no_opt_out", "likely_violation")


def test_a_ban_that_quotes_a_duty_orders_nothing(tmp_path: Path) -> None:
    ban = recording(state("s1", "/n.html", texts=[words("各地不得要求基层必须每天打卡。", "prose")]))
    order = recording(state("s1", "/n.html", texts=[words("全体网格员必须每天打卡，漏打一次扣2分。", "prose")]))
    assert verdict(tmp_path, ban, "check-in")[1:] == ("none", "not_found")
    assert verdict(tmp_path, order, "check-in")[1:] == ("order", "needs_review")


# ---------------------------------------------------------------- what was not seen


def test_a_day_in_which_nothing_happened_was_lived(tmp_path: Path) -> None:
    assert "no_virtual_day" not in gaps(read(tmp_path, recording(state("s1"), day=[])))


@pytest.mark.parametrize(("route", "shown"), [
    ("/login.html", {}), ("/#/user/signIn", {}), ("/sso/index", {}),
    ("/#/", {"text_length": 60, "controls": [control("手机号", "textbox"), control("登 录")]})])
def test_nothing_beside_where_to_sign_in_is_a_wall_without_a_password_too(
        route: str, shown: dict[str, Any], tmp_path: Path) -> None:
    nobody = [{"name": "visitor", "login": "none", "logged_in_before": None, "logged_in_after": None, "lost_at": None}]
    walled = recording(state("s1", route, **shown), state("s2", "/#/forgetPassword"), actors=nobody)
    behind = recording(state("s1", route, **shown), state("s2", "/#/news"), actors=nobody)
    assert gaps(read(tmp_path, walled))["login_wall"].blinds
    assert "login_wall" not in gaps(read(tmp_path, behind))


LAZY = """function o(e){return c.p+"static/js/"+({}[e]||e)+"."+{"chunk-0238e9b0":"ec3e7a30","chunk-10b2fd5c":"a1b2c3d4",
"chunk-77":"0b91dcbb"}[e]+".js"}"""


@pytest.mark.parametrize(("loaded", "missing", "blinds"), [
    (["ec3e7a30", "a1b2c3d4"], ["chunk-77.0b91dcbb.js"], False),
    (["ec3e7a30"], ["chunk-10b2fd5c.a1b2c3d4.js", "chunk-77.0b91dcbb.js"], True),
    (["ec3e7a30", "a1b2c3d4", "0b91dcbb"], [], False)])
def test_lazy_parts_that_no_page_loaded_are_gaps_and_blind_where_they_are_most(
        loaded: list[str], missing: list[str], blinds: bool, tmp_path: Path) -> None:
    scripts = [script("/js/app.js", LAZY), *(script(f"/static/js/x.{one}.js", "var a = 1") for one in loaded)]
    reading = read(tmp_path, recording(state("s1"), scripts=scripts), scripts=[LAZY, "var a = 1"])
    found = [one for one in reading.coverage.gaps if one.reason == "script_not_loaded"]
    assert [one.place for one in found] == missing
    assert {one.blinds for one in found} <= {blinds}


def test_lazy_parts_of_vite_are_known_by_their_imports(tmp_path: Path) -> None:
    main = 'const a=()=>V(()=>import("./Todo-C7Zu02-b.js"),[]);const b=()=>V(()=>import("./Rank-9aZ.js"),[])'
    top = recording(state("s1"), scripts=[script("/assets/index.js", main), script("/assets/Todo-C7Zu02-b.js", "1")])
    assert gaps(read(tmp_path, top, scripts=[main, "1"]))["script_not_loaded"].place == "Rank-9aZ.js"


def test_the_frame_around_a_menu_is_no_control(tmp_path: Path) -> None:
    menu = [words("首页"), words("签到"), words("我的")]
    page = state("s1", "/", texts=menu, controls=[control("首页 签到 我的"), control("签到")])
    assert [value for value, _, _ in rows(read(tmp_path, recording(page)), Fact.TEXT, "button")] == ["签到"]
