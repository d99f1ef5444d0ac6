"""Claims about owners that a person placed: it goes before every rule, holds from its day on and can be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from appscan.errors import UsageError
from appscan.model.registry import Entry, Level
from appscan.office.owners import name_owner, owners_of
from appscan.portfolio.owners import LOCAL, By, Standing, load
from appscan.store import Store

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


def say(store: Store, written: str, owner: str, when: datetime = NOON, reason: str = "批复") -> int:
    return name_owner(store, written, owner, who="甲", when=when, reason=reason)


def test_what_a_person_said_goes_before_every_rule_and_leaves_the_shipped_bodies_alone(store):
    store.put_entries([Entry("1", "虚构", "虚构某某厅局")], who="甲", when=NOON, source="x")
    say(store, "虚构某某厅局", "MIIT")
    say(store, "工信部", LOCAL)
    owners = owners_of(store)
    named, local = owners.resolve(" 虚构某某厅局", Level.COUNTY), owners.resolve("工信部")
    assert (named.owner, named.by, named.standing) == ("miit", By.PERSON, Standing.CENTRAL)
    assert (local.owner, local.by, local.standing) == ("", By.PERSON, Standing.LOCAL)
    assert (load().resolve("虚构某某厅局").owner, load().resolve("工信部").owner) == ("", "miit")
    assert owners.resolve("教育部") == load().resolve("教育部")


def test_it_holds_from_its_day_on_the_last_word_counts_and_it_can_be_taken_back(store):
    say(store, "虚构某某厅局", "miit")
    say(store, "虚构某某厅局", "moe", datetime(2026, 7, 1, tzinfo=UTC))
    said = [owners_of(store, day).resolve("虚构某某厅局").owner
            for day in (date(2026, 5, 1), date(2026, 6, 15), date(2026, 8, 1))]
    assert said == ["", "miit", "moe"]
    say(store, "虚构某某厅局", "", datetime(2026, 9, 1, tzinfo=UTC))
    assert owners_of(store).resolve("虚构某某厅局").owner == ""


@pytest.mark.parametrize(("written", "owner", "reason", "key"), [
    ("虚构某某厅局", "没有这个部", "x", "owner_unknown"), ("", "miit", "x", "owner_unknown"),
    ("虚构某某厅局", "miit", " ", "registry_why"), ("虚构某某厅局", "浙江省教育厅", "x", "owner_unknown")])
def test_no_body_and_no_reason_are_refused(store, written, owner, reason, key):
    with pytest.raises(UsageError, match=key):
        say(store, written, owner, reason=reason)
    assert list(store.events()) == []
