"""Claims about counting: what is unknown is neither in nor out, the office's decisions hold on their day, and every
rule names what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from appscan.count.counting import count
from appscan.count.gathering import Seen, gather
from appscan.count.profile import CountProfile, ZombieBounds, read_profile
from appscan.count.scope import scope_of
from appscan.count.values import LIMIT, Range, Reason, Scope, State
from appscan.errors import UsageError
from appscan.model.registry import AppStatus, ArtifactKey, Audience, Level, Platform, Usage
from appscan.office.owners import name_owner
from appscan.schema import problems
from appscan.store import Event, EventKind

from .conftest import DAY, WHEN, app, document_of, put, put_demo

LATER = WHEN + timedelta(days=3)


def row_of(document, owner):
    return next(row for row in document["owners"] if row["owner"] == owner)


@pytest.mark.parametrize(("change", "scope", "reasons"), [
    ({}, Scope.CONFIRMED, ()),
    ({"audience": frozenset()}, Scope.UNDETERMINED, (Reason.AUDIENCE_UNKNOWN,)),
    ({"status": AppStatus.UNKNOWN}, Scope.UNDETERMINED, (Reason.STATUS_UNKNOWN,)),
    ({"host_platform": "x"}, Scope.UNDETERMINED, (Reason.OWN_ENTRY_UNKNOWN,)),
    ({"host_platform": "x", "own_entry": True}, Scope.CONFIRMED, ()),
    ({"host_platform": "x", "own_entry": False}, Scope.OUT, (Reason.COUNTS_FOR_HOST,)),
    ({"audience": frozenset({Audience.PUBLIC})}, Scope.OUT, (Reason.OTHER_AUDIENCE,)),
    ({"audience": frozenset(Audience)}, Scope.CONFIRMED, ()),
    ({"status": AppStatus.CLOSED, "audience": frozenset()}, Scope.OUT, (Reason.NOT_RUNNING,)),
])
def test_what_is_unknown_is_neither_in_nor_out(change, scope, reasons):
    assert scope_of(replace(app("X"), **change)) == (scope, reasons)


@pytest.mark.parametrize(("confirmed", "undetermined", "state"), [
    (0, 0, State.WITHIN), (1, 0, State.WITHIN), (0, 1, State.WITHIN), (1, 1, State.UNDETERMINED),
    (0, 2, State.UNDETERMINED), (2, 0, State.EXCEEDS), (2, 5, State.EXCEEDS)])
def test_only_what_is_confirmed_exceeds(confirmed, undetermined, state):
    assert LIMIT == 1
    assert Range(confirmed, undetermined).state is state


def test_a_merge_holds_from_its_day_on_and_not_before(store):
    put(store, app("A", "自然资源部"), app("B", "自然资源部"))
    store.record(Event(EventKind.PRODUCTS_MERGED, "p:A", "虚构的人", LATER, "同一应用", {"entries": ["A", "B"]}))
    assert row_of(document_of(store), "mnr")["state"] == "exceeds_principle"
    assert row_of(document_of(store, LATER.date()), "mnr")["confirmed_products"] == ["p:A"]


def test_a_split_and_what_was_said_of_an_owner_hold_from_their_day_on(store):
    put(store, app("A", "自然资源部", product="p"), app("B", "自然资源部", product="p"), app("C", "虚构通讯办"))
    store.record(Event(EventKind.PRODUCT_SPLIT, "p", "虚构的人", LATER, "两个应用",
                       {"entries": ["A"], "apart_from": ["B"]}))
    name_owner(store, "虚构通讯办", "mnr", who="虚构的人", when=LATER, reason="三定规定")
    before, after = document_of(store), document_of(store, LATER.date())
    assert (row_of(before, "mnr")["confirmed"], row_of(after, "mnr")["confirmed"]) == (1, 3)


def test_a_product_of_a_body_and_its_arm_is_no_arms(store):
    put(store, app("A", "国家税务总局"), app("B", "国家税务总局浙江省税务局", level=None))
    store.record(Event(EventKind.PRODUCTS_MERGED, "p:A", "虚构的人", LATER, "同一应用", {"entries": ["A", "B"]}))
    before, after = (row_of(document_of(store, day), "sta") for day in (DAY, LATER.date()))
    assert (before["confirmed"], before["without_arms"]["confirmed"]) == (2, 1)
    assert (after["confirmed"], "without_arms" in after) == (1, False)


@pytest.mark.parametrize(("role", "other", "rows"), [
    ("村级填报员", "村级填报员", 1), ("村级填报员", "", 1), ("村级填报员", "省级管理员", 0)])
def test_forms_overlap_only_where_one_role_may_fill_in_both(store, role, other, rows):
    put(store, app("A"), app("B", "水利部"))
    fields = ["户主姓名", "家庭人口", "年人均收入", "致贫原因"]
    forms = {name: {"screen": "/a", "role": one, "fields": fields} for name, one in (("A", role), ("B", other))}
    seen = {name: (Seen(1, ({"forms": [form], "target_sdk": ""},)),) for name, form in forms.items()}
    assert len(count(replace(gather(store, DAY), seen=seen)).overlaps) == rows


def test_a_product_that_a_person_made_of_two_bodies_counts_for_neither(store):
    put(store, app("A", "自然资源部"), app("B", "水利部"))
    store.record(Event(EventKind.PRODUCTS_MERGED, "p:A", "虚构的人", WHEN, "合办", {"entries": ["A", "B"]}))
    document = document_of(store)
    assert document["owners"] == []
    assert [(row["product"], row["standing"]) for row in document["no_owner"]] == [("p:A", "several")]


def test_before_the_import_the_registry_was_empty(store):
    put_demo(store)
    document = document_of(store, DAY - timedelta(days=2))
    assert (document["products"], document["owners"], problems("count-1", document)) == ([], [], [])


def test_a_parent_without_apps_shows_those_of_its_bureaus(store):
    put(store, app("A", "国家烟草专卖局"), app("B", "国家烟草专卖局", product="other"))
    row = row_of(document_of(store), "miit")
    assert (row["confirmed"], row["state"], row["for_review"]) == (0, "within", True)
    assert row["with_bureaus"]["confirmed"] == 2


def test_the_profile_may_count_arms_apart(store):
    put_demo(store)
    document = document_of(store, profile=CountProfile(arms_apart=True))
    assert row_of(document, "sta")["confirmed"] == 1
    assert "p:A027" in document["local"]["products"]


def test_nobody_is_a_zombie_without_thresholds_of_the_office(store):
    put_demo(store)
    assert document_of(store)["rules"]["zombies"] == []
    bounds = ZombieBounds(days_without_update=365, active_below=10, measures=2)
    rows = document_of(store, profile=CountProfile(zombies=bounds))["rules"]["zombies"]
    assert rows == [{"product": "p:L013", "measures": {"days_without_update": str((DAY - date(2023, 2, 1)).days),
                                                       "active_below": "0"}}]


def test_what_is_not_known_is_no_measure(store):
    put(store, app("A"), app("B", usage=Usage("2026年9月", 3, "虚构"), product="b"))
    bounds = CountProfile(zombies=ZombieBounds(days_without_update=1, active_below=10))
    assert [row["product"] for row in document_of(store, profile=bounds)["rules"]["zombies"]] == ["b"]


def test_a_profile_with_a_mistake_is_told_with_its_line(tmp_path):
    path = tmp_path / "profile.yaml"
    path.write_text("version: 1\nzombies:\n  days_without_updates: 60\n", "utf-8")
    with pytest.raises(UsageError) as raised:
        read_profile(path)
    assert (raised.value.key, raised.value.params["line"]) == ("written_wrong", 3)
    path.write_text("version: 1\narms: apart\noverlap: {least_share: 0.3}\nzombies: {active_below: 10}\n", "utf-8")
    read = read_profile(path)
    assert (read.arms_apart, read.overlap.least_share, read.zombies) == (True, 0.3, ZombieBounds(active_below=10))


def test_forms_of_a_county_belong_on_the_platform_of_its_province(store):
    platform = app("P", "虚构省数据局", level=Level.PROVINCE, region="虚构省")
    forms = app("F", "虚构省某县民政局", level=Level.COUNTY, region="虚构省某县", declared={"form-filling": "报表"})
    put(store, platform, forms, app("G", "虚构省某县教育局", level=Level.COUNTY, region="虚构省某县"))
    rows = document_of(store)["rules"]["local_forms"]
    assert [(row["product"], row["declared"], row["platforms"]) for row in rows] == [("p:F", True, ["p:P"])]


def test_an_owner_of_an_approval_that_nobody_can_place_is_not_called_another(store):
    first = app("A")
    put(store, replace(first, approval=replace(first.approval, number="1", owner="各级教育部门")))
    records = document_of(store)["rules"]["records"]
    assert ([row["product"] for row in records["owner_unclear"]], records["other_owner"]) == (["p:A"], [])


def test_first_seen_before_the_approval_is_told_too(store):
    first = app("A", first_seen=date(2025, 1, 1), online=date(2025, 9, 1))
    put(store, replace(first, approval=replace(first.approval, number="1", day=date(2025, 3, 1))))
    assert document_of(store)["rules"]["records"]["online_before"] == [
        {"product": "p:A", "values": {"online": "2025-01-01", "approved": "2025-03-01"}}]


def test_a_closed_site_that_a_crawl_saw_answering_is_told_with_the_report(store, scanned, built_apks):
    from appscan.report.document import to_document
    from appscan.store import Standing

    closed = replace(app("A", status=AppStatus.CLOSED), artifacts=(
        ArtifactKey(Platform.WEB, url="https://a.example.invalid/"),))
    put(store, replace(closed, status=AppStatus.RUNNING))
    put(store, closed, when=WHEN + timedelta(hours=1))
    document = to_document(scanned(built_apks / "decoy.apk").report)

    def crawl(when):
        return store.add_report(document, product="", entry="A", standing=Standing.OFFICE, recorded=when,
                                appearance="recording:https://a.example.invalid/")

    assert document_of(store)["rules"]["records"]["closed_with_address"][0]["product"] == "p:A"
    again = {**document, "tool": {**document["tool"], "checks_digest": "0" * 64}, "artifacts": [
        {**document["artifacts"][0], "sha256": "0" * 64}]}
    for checks, when in (("0", WHEN + timedelta(minutes=30)), ("1", WHEN + timedelta(minutes=90))):
        store.add_report({**again, "tool": {**again["tool"], "checks_digest": checks * 64}}, product="", entry="A",
                         standing=Standing.OFFICE, recorded=when, appearance="recording:https://a.example.invalid/")
    assert document_of(store)["rules"]["records"]["closed_but_answers"] == [], "judged again and not visited again"
    report = crawl(datetime(2026, 10, 8, 6, tzinfo=UTC)).id
    records = document_of(store)["rules"]["records"]
    assert records["closed_with_address"] == []
    assert [(row["product"], row["values"]["report"]) for row in records["closed_but_answers"]] == [
        ("p:A", str(report))]
