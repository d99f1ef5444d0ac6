"""Claims about events and the registry in the store: added, never changed, and every day can be looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from appscan.model.days import beijing_day
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
    Usage,
)
from appscan.store import Counts, Event, EventKind, Store
from appscan.store.plain import from_plain, to_plain

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FULL = Entry(
    id="A-1", name="虚构通", owner="虚构部", product="P-1", names=("虚构通极速版",), level=Level.CENTRAL,
    region="330100", audience=frozenset({Audience.PUBLIC, Audience.GRASSROOTS_INTERNAL}), deepest=Level.VILLAGE,
    status=AppStatus.RUNNING, icp="虚ICP备1号", cac="虚网备2号",
    approval=Approval("虚发〔2025〕1号", "虚构委", date(2025, 1, 2), "全国", "虚构部", ("check-in",)),
    artifacts=(ArtifactKey(Platform.ANDROID, "a.apk", "a" * 64, package="cn.a"),
               ArtifactKey(Platform.WEB, url="https://a.example.invalid")),
    declared={"check-in": "voluntary"}, exemptions=("虚汛3号",), exception="虚批4号", family="F",
    host_platform="浙政钉", own_entry=False, first_seen=date(2024, 5, 6), online=date(2024, 6, 1),
    last_update=date(2026, 1, 1), shutdown_notice="无", usage=Usage("2026-10", 0, "台账"),
    origins={"name": Origin("台账", Confidence.A)})
BARE = Entry(id="B-2", name="空")


def put(store: Store, *entries: Entry, when: datetime = NOON, who: str = "甲") -> Counts:
    return store.put_entries(entries, who=who, when=when, source="台账.xlsx", digest="d" * 64)


@pytest.mark.parametrize("entry", [FULL, BARE, replace(FULL, declared={}, own_entry=None, usage=Usage())])
def test_an_entry_comes_back_as_it_went_in(store, entry):
    put(store, entry)
    assert store.entries() == [entry]
    assert from_plain(Entry, to_plain(entry)) == entry


def test_importing_again_keeps_only_what_changed_and_names_the_import(store):
    assert put(store, FULL, BARE) == Counts(2, 0, 0)
    assert put(store, replace(BARE, name="满"), FULL, when=NOON + DAY, who="乙") == Counts(0, 1, 1)
    assert [entry.name for entry in store.entries()] == ["虚构通", "满"]
    imports = list(store.events(EventKind.REGISTRY_IMPORTED))
    assert [(event.who, event.subject, event.content["changed"]) for event in imports] == [
        ("甲", "台账.xlsx", 0), ("乙", "台账.xlsx", 1)]
    assert [(when, entry.name) for when, entry in store.versions("B-2")] == [(NOON, "空"), (NOON + DAY, "满")]


def test_entries_taken_out_are_gone_from_then_on_only(store):
    put(store, FULL, BARE)
    assert store.remove_entries(["A-1", "X"], who="乙", when=NOON + DAY, reason="已关停") == 1
    assert [entry.id for entry in store.entries()] == ["B-2"]
    assert [entry.id for entry in store.entries(as_of=NOON)] == ["A-1", "B-2"]
    assert put(store, FULL, when=NOON + 2 * DAY) == Counts(1, 0, 0), "who comes back is new"


def test_a_day_counts_to_its_end_in_beijing(store):
    put(store, BARE)
    today = beijing_day(NOON)
    assert [entry.id for entry in store.entries(as_of=today)] == ["B-2"]
    assert store.entries(as_of=today - DAY) == []
    put(store, FULL, when=datetime(2030, 12, 4, 17, tzinfo=UTC))
    assert [len(store.entries(as_of=date(2030, 12, day))) for day in (4, 5)] == [1, 2], "one in the morning there"


def test_an_event_with_a_key_happens_once(store):
    merge = Event(EventKind.PRODUCTS_MERGED, "P-1", "甲", NOON, "同一备案主体", {"entries": ["A-1", "B-2"]}, key="m1")
    assert store.record(merge) == store.record(merge)
    assert [(event.who, event.reason, event.content) for event in store.merges()] == [
        ("甲", "同一备案主体", {"entries": ["A-1", "B-2"]})]
    assert store.splits() == []


def test_events_of_one_subject_are_found_in_the_order_of_their_time(store):
    for hour, decision in ((3, "undo"), (1, "confirm")):
        store.record(Event(EventKind.REVIEWED, "f" * 16, "甲", NOON + timedelta(hours=hour), content={"is": decision}))
    store.record(Event(EventKind.REVIEWED, "e" * 16, "甲", NOON))
    assert [event.content["is"] for event in store.events(EventKind.REVIEWED, subject="f" * 16)] == ["confirm", "undo"]


def test_the_last_review_of_an_occurrence_stands_until_it_is_undone(store):
    def review(mark: str, decision: str, hours: int) -> None:
        store.record(Event(EventKind.REVIEWED, "R-1", "甲", NOON + timedelta(hours=hours),
                           content={"decision": decision, "fingerprint": mark}))

    review("f1", "ask", 0)
    review("f1", "dismiss", 1)
    review("f2", "confirm", 0)
    review("f2", "undo", 2)
    now, earlier = store.reviews(["R-1"]), store.reviews(as_of=NOON)
    assert {mark: event.content["decision"] for (_, mark), event in now.items()} == {"f1": "dismiss"}
    assert {mark: event.content["decision"] for (_, mark), event in earlier.items()} == {"f1": "ask", "f2": "confirm"}
    assert store.reviews(["R-2"]) == {}


def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="zone"):
        put(store, BARE, when=datetime(2026, 11, 29))
    assert store.entries() == []
    assert list(store.events()) == [], "a refused import leaves no event"


def test_events_are_counted_asked_for_by_kind_and_found_by_their_number(store):
    assert store.count_events(EventKind.PRODUCTS_MERGED) == (0, 0)
    ids = [store.record(Event(kind, subject, "甲", NOON)) for kind, subject in (
        (EventKind.PRODUCTS_MERGED, "P-1"), (EventKind.PRODUCT_SPLIT, "P-1"), (EventKind.PRODUCTS_MERGED, "P-2"))]
    assert store.count_events(EventKind.PRODUCTS_MERGED) == (2, ids[2])
    assert store.count_events(EventKind.PRODUCTS_MERGED, subject="P-1") == (1, ids[0])
    newest = store.newest_events(5, 0, EventKind.PRODUCTS_MERGED)
    assert [one.subject for one in newest] == ["P-2", "P-1"]
    assert [one.id for one in store.newest_events(1, 1, subject="P-1")] == [ids[0]]
    assert store.event(ids[1]).kind is EventKind.PRODUCT_SPLIT
    assert store.event(ids[2] + 9) is None
