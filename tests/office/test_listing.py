"""Claims about the lists: they say what reports, registry, exemptions and reviews say, and notice every change."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appscan.model.artifact import App
from appscan.model.registry import ArtifactKey, Entry, Level, Platform
from appscan.office.exemptions import grant_all
from appscan.office.freshening import freshen
from appscan.office.listing import FAULT
from appscan.office.matching import unlisted
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.store import (
    AppsAsked,
    Event,
    EventKind,
    FindingsAsked,
    Made,
    ReviewState,
    Standing,
    Store,
    Window,
)
from appscan.store.browsing import APP_SORTS

NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    """An empty store of each kind."""
    is_file = request.param == "sqlite"
    with Store.open(str(tmp_path / "office.db") if is_file else request.getfixturevalue("postgres_url"),
                    str(tmp_path / "blobs")) as opened:
        yield opened


@pytest.fixture(scope="session")
def forced_report(document):
    """The report of an app that forces check-in."""
    return document


@pytest.fixture(scope="session")
def decoy_report(built_apks, checks):
    """The report of an app in which nothing is found."""
    path = built_apks / "decoy.apk"
    return to_document(scan_app([Target(path, path.name)], App(name="虚构应用"), checks).report)


def put(store, document, entry, standing=Standing.OFFICE, when=NOW):
    return store.add_report(document, product="", entry=entry, standing=standing, recorded=when).id


def register(store, *entries):
    store.put_entries(entries, who="测试", when=NOW, source="登记表")


def review(store, finding, decision, when=NOW):
    store.record(Event(EventKind.REVIEWED, finding.entry, "甲", when, "理由",
                       {"fingerprint": finding.fingerprint, "check": finding.check_id, "decision": decision}))


def renamed(document, number):
    """The same report of another app."""
    made = copy.deepcopy(document)
    made["app"]["name"] = f"虚构应用{number:03}"
    made["artifacts"][0]["sha256"] = hashlib.sha256(str(number).encode()).hexdigest()
    made["artifacts"][0]["package"] = f"invalid.example.s{number:03}"
    return made


def fresh(store, now=NOW):
    while freshen(store, now):
        pass
    return store.lists


def test_a_report_whose_level_is_no_level_stops_no_list(store, forced_report):
    """A vendor may write any word there, and everybody's lists wait for it."""
    strange = copy.deepcopy(forced_report)
    strange["app"]["level"] = "村里"
    put(store, strange, unlisted(strange), Standing.CLAIMED)
    fresh(store)
    (row,) = store.lists.apps(AppsAsked(), Window("name"))
    assert (row.owner, row.level, row.listed) == ("虚构县委", "", False)


def test_one_app_that_cannot_be_listed_stops_no_other_and_is_told_of(store, forced_report):
    """Whatever is wrong with it: the lists of everybody wait for its rows."""
    register(store, *(Entry(f"R-{number}", f"虚构{number}", owner="虚构县委") for number in range(3)))
    for number in range(2):
        put(store, renamed(forced_report, number), f"R-{number}")
    before = fresh(store).findings(FindingsAsked(entry="R-1"), Window())
    assert before
    for number in (1, 2):  # one with rows of an earlier report, one without
        broken = renamed(forced_report, 10 + number)
        broken["findings"][0]["verdict"] = "no verdict"
        put(store, broken, f"R-{number}", when=NOW + timedelta(hours=1))
    register(store, Entry("R-0", "虚构新名"))
    lists = fresh(store)
    assert lists.condition().stale == 0
    assert {one.entry: (one.name, one.overall) for one in lists.apps(AppsAsked(), Window())} == {
        "R-0": ("虚构新名", "likely_violation"), "R-1": ("虚构1", "likely_violation"), "R-2": ("虚构2", "")}
    assert lists.findings(FindingsAsked(entry="R-1"), Window()) == before
    assert [(one.reason, one.apps) for one in lists.blindings(10)] == [(FAULT, 2)]
    assert [one.entry for one in lists.apps(AppsAsked(reason=FAULT), Window())] == ["R-1", "R-2"]
    for number in (1, 2):
        whole = renamed(forced_report, 10 + number)
        whole["artifacts"][0]["sha256"] = hashlib.sha256(f"next {number}".encode()).hexdigest()
        put(store, whole, f"R-{number}", when=NOW + timedelta(hours=2))
    assert fresh(store).blindings(10) == []
    assert store.lists.app("R-2").overall == "likely_violation"


def test_an_app_that_could_not_be_listed_is_tried_again_on_the_next_day(store, forced_report, caplog):
    broken = copy.deepcopy(forced_report)
    broken["findings"][0]["verdict"] = "no verdict"
    put(store, broken, "R-1")
    fresh(store)
    caplog.clear()
    fresh(store, NOW + timedelta(minutes=1))
    assert caplog.records == []
    fresh(store, NOW + timedelta(days=1))
    assert ["R-1" in one.getMessage() for one in caplog.records] == [True]


def test_an_app_is_listed_with_its_verdict_and_every_place_of_its_findings(store, forced_report):
    register(store, Entry("R-1", "虚构打卡", owner="教育部", level=Level.CENTRAL, region="虚构省",
                          artifacts=(ArtifactKey(Platform.ANDROID),)), Entry("R-2", "没有检查过"))
    put(store, forced_report, "R-1")
    lists = fresh(store)
    first, second = lists.apps(AppsAsked(), Window())
    places = sum(len(one["occurrences"]) for one in forced_report["findings"]
                 if one["verdict"] in ("likely_violation", "needs_review"))
    assert (first.entry, first.overall, first.body, first.platforms) == (
        "R-1", "likely_violation", "教育部", ("android",))
    assert (second.entry, second.overall, second.recorded) == ("R-2", "", None)
    assert first.open >= places > 0
    found = lists.findings(FindingsAsked(state="open"), Window())
    assert len(found) == first.open
    assert found[0].verdict == "likely_violation"
    assert lists.states(FindingsAsked())["open"] == len(found)


def test_a_name_that_local_bodies_bear_too_is_the_one_that_the_count_takes_it_for(store, forced_report):
    register(store, Entry("R-1", "虚构医保", owner="医保局", level=Level.COUNTY))
    register(store, Entry("R-2", "虚构医保", owner="医保局"))
    put(store, {**forced_report, "app": {**forced_report["app"], "owner": "医保局", "level": "county"}}, "unlisted:x")
    bodies = {one.entry: one.body for one in fresh(store).apps(AppsAsked(), Window())}
    assert bodies == {"R-1": "医保局", "R-2": "国家医疗保障局", "unlisted:x": "医保局"}


def test_a_review_shows_and_is_taken_back_by_another_one(store, forced_report):
    register(store, Entry("R-1", "虚构打卡"))
    put(store, forced_report, "R-1")
    finding = fresh(store).findings(FindingsAsked(), Window())[0]
    review(store, finding, "confirm")
    now = fresh(store).finding(finding.id)
    assert (now.state, now.who, now.at) == (ReviewState.CONFIRMED, "甲", NOW)
    assert store.lists.app("R-1").confirmed == 1
    review(store, finding, "undo", NOW + timedelta(hours=1))
    assert fresh(store).finding(finding.id).state is ReviewState.OPEN
    assert store.reviews() == {}


def test_a_review_of_one_app_says_nothing_of_the_same_place_in_another(store, forced_report):
    for number in (1, 2):
        register(store, Entry(f"R-{number}", f"虚构{number}"))
        put(store, renamed(forced_report, number), f"R-{number}")
    finding = fresh(store).findings(FindingsAsked(entry="R-1"), Window())[0]
    review(store, finding, "dismiss")
    other = [one for one in fresh(store).findings(FindingsAsked(entry="R-2"), Window())
             if one.fingerprint == finding.fingerprint]
    assert [one.state for one in other] == [ReviewState.OPEN]
    assert store.lists.app("R-2").dismissed == 0


def test_a_review_survives_a_new_version_of_the_app(store, forced_report):
    put(store, forced_report, "R-1")
    finding = fresh(store).findings(FindingsAsked(), Window())[0]
    review(store, finding, "ask")
    later = copy.deepcopy(forced_report)
    later["artifacts"][0]["sha256"] = "f" * 64
    newer = put(store, later, "R-1", when=NOW + timedelta(days=1))
    now = fresh(store).finding(finding.id)
    assert (now.state, now.report) == (ReviewState.ASKED, newer)


def test_what_is_judged_again_without_being_met_again_is_noticed(store, forced_report):
    put(store, forced_report, "R-1")
    assert fresh(store).app("R-1").overall == "likely_violation"
    again = copy.deepcopy(forced_report)
    again["tool"]["checks_digest"] = "0" * 64
    again |= {"findings": [], "overall": "not_found"}
    store.add_report(again, product="", entry="R-1", standing=Standing.OFFICE, recorded=NOW + timedelta(days=1),
                     seen=False)
    assert fresh(store).app("R-1").overall == "not_found"
    assert store.lists.findings(FindingsAsked(), Window()) == []


def test_an_exemption_shows_from_its_first_day_to_its_last(store, forced_report, tmp_path):
    put(store, forced_report, "R-1")
    checks = {one["check_id"] for one in forced_report["findings"] if one["verdict"] == "likely_violation"}
    ground = {"reason": "虚构场景", "regulation": "第十三条", "approver": "虚构", "document": "虚批1", "owner": "虚构",
              "ground": "special_scene", "from": "2026-12-01", "expires": "2026-12-10"}
    path = tmp_path / "exemptions.json"
    path.write_text(json.dumps({"version": 1, "exemptions": [
        {"check": check, "app": "R-1", **ground} for check in sorted(checks)]}), "utf-8")
    grant_all(store, path, who="乙", when=NOW)

    def exempted(day):
        return fresh(store, datetime(2026, 12, day, 4, tzinfo=UTC)).app("R-1").exempted

    assert fresh(store).app("R-1").exempted == 0
    assert exempted(1) > 0
    assert exempted(10) == exempted(1)
    assert exempted(11) == 0


def test_an_app_that_is_registered_later_is_listed_once(store, forced_report):
    report = renamed(forced_report, 7)
    stray = unlisted(report)
    put(store, report, stray)
    alone = fresh(store).apps(AppsAsked(), Window())
    assert [(one.entry, one.listed) for one in alone] == [(stray, False)]
    review(store, store.lists.findings(FindingsAsked(), Window())[0], "confirm")
    register(store, Entry("R-7", "虚构", artifacts=(ArtifactKey(Platform.ANDROID, package="invalid.example.s007"),)))
    now = fresh(store).apps(AppsAsked(), Window())
    assert [(one.entry, one.overall, one.confirmed) for one in now] == [("R-7", "likely_violation", 1)]
    store.remove_entries(["R-7"], who="甲", when=NOW + timedelta(hours=1), reason="错")
    assert [one.entry for one in fresh(store).apps(AppsAsked(), Window())] == [stray]


def test_what_another_worked_in_meanwhile_is_not_overwritten(store, forced_report):
    put(store, forced_report, "R-1")
    slow = store.lists.stale(100)
    fresh(store)
    assert store.lists.settle(Made(["R-1"], [], [], [], {}), slow) is False
    assert store.lists.app("R-1").overall == "likely_violation"


@pytest.mark.parametrize("sort", ["urgency", "-urgency", "name", "-name", "open", "recorded"])
def test_pages_by_key_show_every_app_once_in_both_directions(store, decoy_report, sort):
    for number in range(7):
        register(store, Entry(f"R-{number}", f"虚构{number % 3}"))
        if number % 2:
            put(store, renamed(decoy_report, number), f"R-{number}", when=NOW + timedelta(minutes=number))
    lists = fresh(store)

    def key(app):
        values = (getattr(app, name) for name in APP_SORTS[sort.removeprefix("-")])
        return tuple("" if one is None else one if isinstance(one, str | int) else
                     one.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for one in values)

    forward, after = [], None
    while page := lists.apps(AppsAsked(), Window(sort, after=after, most=3)):
        forward += page[:3]
        after = key(page[:3][-1])
    backward, before = [], key(forward[-1])
    while page := lists.apps(AppsAsked(), Window(sort, before=before, most=3)):
        backward = page[-3:] + backward
        before = key(page[-3:][0])
    assert [one.entry for one in forward] == [one.entry for one in backward] + [forward[-1].entry]
    assert len({one.entry for one in forward}) == 7
    assert [key(one) for one in forward] == sorted(map(key, forward), reverse=sort.startswith("-"))


def test_filters_find_what_they_say_and_the_counts_agree(store, forced_report, decoy_report):
    register(store, Entry("R-1", "虚构打卡", owner="教育部", level=Level.CENTRAL, region="虚构省甲市",
                          artifacts=(ArtifactKey(Platform.WEB, url="https://a.invalid/"),)),
             Entry("R-2", "虚构_公文", owner="虚构县数据局", level=Level.COUNTY, region="虚构省乙县"))
    put(store, renamed(forced_report, 1), "R-1")
    put(store, renamed(decoy_report, 2), "R-2")
    lists = fresh(store)
    assert lists.checks_found() == sorted({one.check_id for one in lists.findings(FindingsAsked(), Window(most=1000))})
    cases = [(AppsAsked(text="打卡 教育"), ["R-1"]), (AppsAsked(text="example.s002"), ["R-2"]),
             (AppsAsked(text="%"), []), (AppsAsked(text="构_公"), ["R-2"]), (AppsAsked(owner="数据局"), ["R-2"]),
             (AppsAsked(level="central"), ["R-1"]), (AppsAsked(region="乙县"), ["R-2"]),
             (AppsAsked(verdict="likely_violation"), ["R-1"]), (AppsAsked(verdict="none"), []),
             (AppsAsked(platform="web"), ["R-1"]), (AppsAsked(state="open"), ["R-1"]),
             (AppsAsked(state="nothing"), ["R-1", "R-2"])]
    for asked, wanted in cases:
        assert sorted(one.entry for one in lists.apps(asked, Window())) == wanted, asked
        assert lists.count_apps(asked) == len(wanted), asked
    for text in ("打卡", "公文"):
        asked = FindingsAsked(text=text, state="open")
        found = len(lists.findings(asked, Window(most=1000)))
        assert lists.count_findings(asked) == lists.states(asked)["open"] == found
        for one in (asked, FindingsAsked(state="open"), FindingsAsked(text="构", check="check-in"),
                    FindingsAsked(verdict="likely_violation"), FindingsAsked(verdict="exempt", check="check-in"),
                    FindingsAsked(text="构", verdict="needs_review"), FindingsAsked(entry="R-1", verdict="info")):
            every = lists.findings(replace(one, state=""), Window(most=1000))
            assert lists.states(replace(one, state="")) == {
                state.value: sum(row.state is state for row in every) for state in ReviewState}, one
            assert lists.findings_and_states(one, Window()) == (
                lists.findings(one, Window()), lists.states(replace(one, state=""))), one


def test_why_something_could_not_be_judged_is_listed_by_reason(store, forced_report):
    for number in range(3):
        report = renamed(forced_report, number)
        gap = {"artifact": report["artifacts"][0]["sha256"], "kinds": ["text"], "place": f"x{number}", "blinds": True,
               "reason": "bundle_capped", "params": {"count": str(number)}, "advice": {"zh": "", "en": ""}}
        report["coverage"]["gaps"] = [gap, gap]
        put(store, report, f"R-{number}")
    lists = fresh(store)
    assert [(one.reason, one.zh, one.apps) for one in lists.blindings(10)] == [
        ("bundle_capped", "网页资源超出读取上限", 3)]
    assert lists.count_apps(AppsAsked(reason="bundle_capped")) == 3


@pytest.fixture
def machine_in_utc(monkeypatch):
    """A machine that keeps UTC, as most servers do."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_in_utc")
def test_the_day_begins_in_beijing_wherever_the_machine_is(store, forced_report):
    """At one in the morning in Beijing an exemption of that day holds, and the lists are those of that day."""
    register(store, Entry("R-1", "虚构应用"))
    put(store, forced_report, "R-1")
    night = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)
    record = {"check": "check-in", "app": "R-1", "ground": "special_scene", "reason": "防汛值守", "regulation": "虚构",
              "approver": "虚构指挥部", "document": "虚汛1号", "owner": "虚构局", "from": "2026-12-05",
              "expires": "2026-12-05"}
    store.record(Event(EventKind.EXEMPTION_GRANTED, "R-1", "甲", night, "", {"record": record}))
    lists = fresh(store, night)
    assert lists.condition().day == "2026-12-05"
    states = {one.state for one in lists.findings(FindingsAsked(entry="R-1", check="check-in"), Window())}
    assert states == {ReviewState.EXEMPTED}
    lists = fresh(store, night + timedelta(days=1))
    assert lists.condition().day == "2026-12-06"
    states = {one.state for one in lists.findings(FindingsAsked(entry="R-1", check="check-in"), Window())}
    assert states == {ReviewState.OPEN}
