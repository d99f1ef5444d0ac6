"""Claims about the queue of a sweep: nothing is lost and nothing is given out twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appscan.store import EventKind, Plan, Standing, Store, TaskState

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SWEEP = "2026-11"


def planned(store: Store, *names: str, **hosts: str) -> int:
    plans = [Plan(name, f"entry {name}", {"path": f"{name}.apk"}, hosts.get(name, "")) for name in names]
    return store.plan(SWEEP, plans, who="甲", when=NOON, content={"checks": "c"})


def claimed(store: Store, limit: int = 10, **more: Any) -> list[str]:
    return [task.key for task in store.claim(SWEEP, now=more.pop("now", NOON), limit=limit, **more)]


def test_planning_again_adds_only_what_is_missing_and_keeps_the_order(store):
    assert planned(store, "b", "a") == 2
    assert planned(store, "a", "c", "b", "c") == 1
    assert claimed(store) == ["b", "a", "c"]
    assert [event.subject for event in store.events(EventKind.SWEEP_PLANNED)] == [SWEEP]


def test_a_task_is_given_out_once_and_ends_once(store):
    planned(store, "a", "b")
    assert (claimed(store, 1), claimed(store), claimed(store)) == (["a"], ["b"], [])
    assert store.finish(SWEEP, "a", when=NOON, outcome={"same": True})
    assert not store.finish(SWEEP, "a", when=NOON)
    assert not store.fail(SWEEP, "a", when=NOON, fault={"kind": "died"}, again=NOON)
    task = next(store.tasks(SWEEP, TaskState.DONE))
    assert (task.key, task.content, task.outcome, task.claims) == ("a", {"path": "a.apk"}, {"same": True}, 1)


def test_many_that_ask_at_once_never_get_the_same_task(store):
    planned(store, *(f"t{number:03}" for number in range(60)))
    with ThreadPoolExecutor(6) as threads:
        got = list(threads.map(lambda _: claimed(store, 4), range(20)))
    keys = [key for some in got for key in some]
    assert sorted(keys) == [f"t{number:03}" for number in range(60)]


def test_a_failed_task_comes_again_when_its_time_has_come_and_a_permanent_failure_never(store):
    planned(store, "a", "b")
    claimed(store)
    store.fail(SWEEP, "a", when=NOON, fault={"kind": "transient"}, again=NOON + MINUTE)
    store.fail(SWEEP, "b", when=NOON, fault={"kind": "permanent"})
    assert claimed(store) == []
    assert store.next_try(SWEEP) == NOON + MINUTE
    again = store.claim(SWEEP, now=NOON + MINUTE, limit=5)
    assert [(task.key, task.attempts, task.claims, task.fault) for task in again] == [
        ("a", 1, 2, {"kind": "transient"})]
    assert store.sweeps()[0].counts == {TaskState.WAITING: 0, TaskState.CLAIMED: 1, TaskState.DONE: 0,
                                        TaskState.FAILED: 1}


def test_the_slow_come_after_all_others(store):
    planned(store, "a", "b", "c")
    assert claimed(store, 1) == ["a"]
    store.fail(SWEEP, "a", when=NOON, fault={"kind": "slow"}, again=NOON, turn=1)
    assert claimed(store, turn=0) == ["b", "c"]
    assert claimed(store) == ["a"]


def test_a_host_has_one_worker_at_a_time(store):
    planned(store, "a", "b", "c", "d", a="x.gov", b="x.gov", c="y.gov")
    assert claimed(store, busy_hosts=["y.gov"]) == ["a", "d"]
    assert claimed(store, busy_hosts=["x.gov"]) == ["c"]
    assert claimed(store) == ["b"]


def test_what_a_dead_coordinator_had_given_out_waits_again(store):
    planned(store, "a")
    assert store.hold(SWEEP, "first", now=NOON, until=NOON + MINUTE) == "first"
    claimed(store)
    assert store.hold(SWEEP, "second", now=NOON, until=NOON + MINUTE) == "first"
    assert claimed(store) == []
    assert store.hold(SWEEP, "first", now=NOON, until=NOON + MINUTE) == "first"
    assert claimed(store) == [], "who stays the coordinator keeps what it had given out"
    assert store.hold(SWEEP, "second", now=NOON + MINUTE, until=NOON + 2 * MINUTE) == "second"
    assert claimed(store) == ["a"]
    assert store.hold(SWEEP, "third", now=NOON + MINUTE, until=NOON + 3 * MINUTE, over="second") == "third"
    store.let_go(SWEEP, "second")
    assert store.sweeps()[0].holder == "third", "only who holds it lets it go"
    store.let_go(SWEEP, "third")
    assert claimed(store) == ["a"]
    assert store.sweeps()[0].holder == ""


def test_a_report_and_the_end_of_its_task_are_one_step(store, forced_report):
    planned(store, "a", "b")
    claimed(store)
    added = store.add_report(forced_report, product="P", entry="entry a", standing=Standing.OFFICE, recorded=NOON,
                             sweep=SWEEP, task="a")
    again = store.add_report(forced_report, product="P", entry="entry a", standing=Standing.OFFICE, recorded=NOON,
                             sweep=SWEEP, task="b")
    assert (added.id, again.is_new) == (again.id, False)
    assert [task.outcome for task in store.tasks(SWEEP, TaskState.DONE)] == [{"report": added.id}] * 2
    assert store.sweeps()[0].is_over
    assert [one.id for one in store.reports(sweep=SWEEP)] == [added.id]


def test_the_list_of_tasks_is_whole_beyond_one_fetch(store):
    planned(store, *(f"t{number}" for number in range(1203)))
    assert [task.key for task in store.tasks(SWEEP)] == [f"t{number}" for number in range(1203)]


def test_a_task_that_is_not_planned_does_not_end(store):
    planned(store, "a")
    assert not store.finish(SWEEP, "z", when=NOON)


@pytest.mark.parametrize("host", ["", "x.gov"])
def test_hostile_names_are_kept(store, host):
    name = "\ud800\x00'; drop table tasks; --" + "长" * 5000
    store.plan(SWEEP, [Plan("k", name, {"path": name}, host and name)], who=name, when=NOON, content={"n": name})
    assert [task.key for task in store.claim(SWEEP, now=NOON, limit=1)] == ["k"]


def test_what_a_task_hides_is_for_its_worker_alone_and_gone_with_its_end(store):
    names = ("done", "failed", "again")
    store.plan(SWEEP, [Plan(name, "", {}, secret={"login": f"hidden {name}"}) for name in names], who="甲", when=NOON)
    assert "hidden" not in repr([*store.tasks(SWEEP), *store.events()])
    assert [store.secret(SWEEP, name) for name in names] == [{"login": f"hidden {name}"} for name in names]
    claimed(store)
    store.finish(SWEEP, "done", when=NOON)
    store.fail(SWEEP, "failed", when=NOON, fault={"kind": "permanent"})
    store.fail(SWEEP, "again", when=NOON, fault={"kind": "transient"}, again=NOON + MINUTE)
    assert [store.secret(SWEEP, name) for name in names] == [{}, {}, {"login": "hidden again"}]
