"""Claims about accounts, sessions and tokens on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from appscan.errors import UsageError
from appscan.store import EventKind, Role
from appscan.store.accounts import MOST_FOR_ACCOUNT

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_every_change_of_an_account_is_an_event_without_its_secret(store):
    store.accounts.add("甲", "hash-one", Role.REVIEWER, who="管", when=NOON)
    store.accounts.set_password("甲", "hash-two", who="甲", when=NOON)
    store.accounts.disable("甲", who="管", when=NOON)
    told = list(store.events(EventKind.ACCOUNT_CHANGED, subject="甲"))
    assert [(event.who, event.content["act"]) for event in told] == [
        ("管", "added"), ("甲", "password"), ("管", "disabled")]
    assert not any("hash" in str(event.content) for event in told)
    assert store.accounts.password_of("甲") == ""


@pytest.mark.parametrize("name", ["", " 甲", "a\nb", "x" * 65, "a\0b", "\u202eabc"])
def test_a_name_that_people_could_not_read_is_refused(store, name):
    with pytest.raises(UsageError, match="user_name"):
        store.accounts.add(name, "-", Role.VIEWER, who="管", when=NOON)


def test_a_name_is_used_once_and_an_unknown_one_cannot_be_changed(store):
    store.accounts.add("甲", "-", Role.VIEWER, who="管", when=NOON)
    with pytest.raises(UsageError, match="user_exists"):
        store.accounts.add("甲", "-", Role.ADMIN, who="管", when=NOON)
    with pytest.raises(UsageError, match="user_unknown"):
        store.accounts.disable("乙", who="管", when=NOON)


def test_a_new_password_ends_sessions_and_tokens(store):
    store.accounts.add("甲", "-", Role.VIEWER, who="管", when=NOON)
    store.accounts.open_session("a" * 64, "甲", now=NOON, ends=NOON + HOUR)
    store.accounts.add_token("b" * 64, "甲", "CI", Role.VIEWER, now=NOON, ends=NOON + HOUR)
    assert store.accounts.session_user("a" * 64, now=NOON, idle=HOUR).name == "甲"
    assert store.accounts.token_user("b" * 64, now=NOON).name == "甲"
    store.accounts.set_password("甲", "other", who="甲", when=NOON)
    assert store.accounts.session_user("a" * 64, now=NOON, idle=HOUR) is None
    assert store.accounts.token_user("b" * 64, now=NOON) is None


def test_tries_at_the_same_moment_count_too(store):
    with ThreadPoolExecutor(8) as threads:
        tries = list(threads.map(lambda _: store.accounts.may_try("甲", "192.0.2.1", now=NOON), range(24)))
    assert sum(tries) == MOST_FOR_ACCOUNT


def test_the_newest_tasks_and_events_come_first(store):
    from appscan.store import Plan

    store.plan("s", [Plan(f"t{number}", "", {}) for number in range(5)], who="管", when=NOON)
    assert [task.key for task in store.newest_tasks("s", 2)] == ["t4", "t3"]
    assert [task.key for task in store.newest_tasks("s", 2, 4)] == ["t0"]
    assert store.task("s", "t3").key == "t3"
    assert store.task("s", "none") is None
    assert [event.kind for event in store.newest_events(1)] == [EventKind.SWEEP_PLANNED]
