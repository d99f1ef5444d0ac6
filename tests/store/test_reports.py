"""Claims about reports in the store: kept once, and which of them says how things stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appscan.store import Added, Cause, Standing, Store

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add(store: Store, document: dict[str, Any], when: datetime = NOON, standing: Standing = Standing.OFFICE,
        **more: Any) -> Any:
    return store.add_report(document, product="P1", entry="E1", standing=standing, recorded=when, **more)


def version(document: dict[str, Any], digest: str) -> dict[str, Any]:
    """The same report on other bytes."""
    artifact, old = document["artifacts"][0], document["artifacts"][0]["sha256"]
    coverage = document["coverage"]
    moved = {part: [{**one, "artifact": digest} if one["artifact"] == old else one for one in coverage[part]]
             for part in ("read", "gaps")}
    findings = [{**one, "artifact": digest} for one in document["findings"]]
    return {**document, "artifacts": [{**artifact, "sha256": digest}], "coverage": moved, "findings": findings}


def test_the_same_report_twice_is_kept_once_and_reads_back_as_it_was(store, forced_report):
    first, again = add(store, forced_report), add(store, {**forced_report, "started": "", "operator": "另一人"})
    assert (first.is_new, again.is_new, again.id, again.differs) == (True, False, first.id, False)
    kept = store.report(first.id)
    assert kept.document == forced_report
    assert kept.verdicts == {one["check_id"]: one["verdict"] for one in forced_report["verdicts"]}
    assert [one.digest for one in kept.artifacts] == [forced_report["artifacts"][0]["sha256"]]


def test_another_outcome_of_the_same_judgement_is_not_taken_but_told(store, forced_report):
    first = add(store, forced_report, standing=Standing.CLAIMED)
    renamed = {**forced_report, "artifacts": [{**forced_report["artifacts"][0], "name": "other.apk"}]}
    assert add(store, renamed, standing=Standing.CLAIMED) == Added(first.id, is_new=False, differs=False)
    rosy = [{**row, "verdict": "not_found"} for row in forced_report["verdicts"]]
    assert add(store, {**forced_report, "verdicts": rosy}, standing=Standing.CLAIMED).differs
    assert add(store, {**forced_report, "findings": []}, standing=Standing.CLAIMED).differs
    assert store.report(first.id).document == forced_report


@pytest.mark.parametrize("part", [{"app": {"declared": {"check-in": "防汛"}}}, {"app": {"level": "county"}},
                                  {"complete": False}, {"options_digest": "b" * 64}, {"tool": {"checks_digest": "c"}}])
def test_whatever_a_verdict_depends_on_makes_another_report(store, forced_report, part):
    changed = {name: {**forced_report[name], **value} if isinstance(value, dict) else value
               for name, value in part.items()}
    assert add(store, forced_report).is_new
    assert add(store, {**forced_report, **changed}).is_new


def test_a_report_is_found_by_what_it_was_judged_from(store, forced_report):
    there = add(store, forced_report)
    asked = {"entry": "E1", "digests": [forced_report["artifacts"][0]["sha256"]],
             "readers": [forced_report["artifacts"][0]["reader"]], "options_digest": forced_report["options_digest"],
             "checks_digest": forced_report["tool"]["checks_digest"]}
    assert store.has_report(**asked) == store.has_report(**asked, app=forced_report["app"]) == there.id
    assert not store.has_report(**asked, app={**forced_report["app"], "level": "county"})
    for other in ({"readers": ["apk/0"]}, {"entry": "E2"}, {"own": False}, {"standing": Standing.CLAIMED}):
        assert not store.has_report(**{**asked, **other})
    add(store, {**version(forced_report, "d" * 64), "complete": False})
    assert not store.has_report(**{**asked, "digests": ["d" * 64]}), "an unfinished report is none"


def test_the_offices_own_report_goes_before_a_later_claim_on_the_same_bytes(store, forced_report):
    own = add(store, forced_report)
    claim = add(store, {**forced_report, "overall": "not_found"}, NOON + HOUR, Standing.CLAIMED)
    assert [one.id for one in store.reports()] == [own.id]
    assert store.report(claim.id).confirmed == own.id


def test_a_claim_of_a_newer_version_does_not_hide_what_the_office_found(store, forced_report):
    claim = add(store, forced_report, standing=Standing.CLAIMED)
    assert [one.id for one in store.reports()] == [claim.id]
    own = add(store, forced_report, NOON + HOUR)
    newer = add(store, {**version(forced_report, "a" * 64), "overall": "not_found"}, NOON + 2 * HOUR, Standing.CLAIMED)
    assert [one.id for one in store.reports()] == [own.id]
    assert [one.id for one in store.reports(standing=Standing.CLAIMED)] == [newer.id]
    assert store.report(newer.id).confirmed == 0


def test_an_earlier_day_shows_what_stood_then(store, forced_report):
    old, new = add(store, forced_report), add(store, version(forced_report, "a" * 64), NOON + HOUR)
    assert [one.id for one in store.reports()] == [new.id]
    assert [one.id for one in store.reports(as_of=NOON)] == [old.id]
    assert not list(store.reports(as_of=NOON - HOUR))


def test_an_app_that_goes_back_to_an_older_version_stands_as_that_version_did(store, forced_report):
    old = add(store, forced_report)
    add(store, version(forced_report, "a" * 64), NOON + HOUR)
    add(store, forced_report, NOON + 2 * HOUR)
    assert [one.id for one in store.reports()] == [old.id]


def test_judging_an_old_version_again_does_not_make_it_the_present_one(store, forced_report):
    add(store, forced_report)
    new = add(store, version(forced_report, "a" * 64), NOON + HOUR)
    tool = {**forced_report["tool"], "checks_digest": "other"}
    add(store, {**forced_report, "tool": tool}, NOON + 2 * HOUR, seen=False)
    assert [one.id for one in store.reports()] == [new.id]


def test_who_goes_back_to_earlier_checks_has_their_verdicts_again(store, forced_report):
    newer = {**forced_report, "tool": {**forced_report["tool"], "checks_digest": "b" * 64}}
    asked = {"entry": "E1", "digests": [forced_report["artifacts"][0]["sha256"]],
             "readers": [forced_report["artifacts"][0]["reader"]], "options_digest": forced_report["options_digest"],
             "checks_digest": forced_report["tool"]["checks_digest"]}
    first = add(store, forced_report, stands=True)
    assert store.has_report(**asked, stands=True) == first.id
    add(store, newer, NOON + HOUR, seen=False, stands=True)
    assert store.has_report(**asked) == first.id
    assert not store.has_report(**asked, stands=True), "it is there and does not stand"
    back = add(store, forced_report, NOON + 2 * HOUR, seen=False, stands=True)
    assert [one.id for one in store.reports()] == [back.id] != [first.id]
    again = add(store, forced_report, NOON + 3 * HOUR, seen=False, stands=True)
    assert (back.is_new, again.is_new, again.id) == (True, False, back.id)
    assert [one.causes for one in store.history("E1")] == [(Cause.FIRST,), (Cause.CHECKS,), (Cause.CHECKS,)]
    assert [one.id for one in store.reports(as_of=NOON)] == [first.id]


def test_a_claim_that_is_sent_again_after_a_newer_one_stays_one(store, forced_report):
    newer = {**forced_report, "tool": {**forced_report["tool"], "checks_digest": "b" * 64}}
    first = add(store, forced_report, standing=Standing.CLAIMED)
    last = add(store, newer, NOON + HOUR, Standing.CLAIMED)
    assert add(store, forced_report, NOON + 2 * HOUR, Standing.CLAIMED) == Added(first.id, is_new=False)
    assert [one.id for one in store.reports()] == [last.id]


def test_what_was_worked_out_of_a_reading_is_kept_once_for_each_version(store):
    store.put_traits("traits/1", {"a" * 64: {"package": "第一"}})
    store.put_traits("traits/1", {"a" * 64: {"package": "另一"}, "b" * 64: {}})
    store.put_traits("traits/2", {"a" * 64: {"package": "第二"}})
    assert store.traits("traits/1") == {"a" * 64: {"package": "第一"}, "b" * 64: {}}
    assert store.traits("traits/2") == {"a" * 64: {"package": "第二"}}


def test_only_the_verdicts_asked_for_are_fetched(store, forced_report):
    store.add_report(forced_report, product="", entry="A", standing=Standing.OFFICE, recorded=NOON)
    every = next(store.reports(verdicts=True)).verdicts
    some = next(store.reports(verdicts=True, only=["likely_violation"])).verdicts
    assert some == {check: verdict for check, verdict in every.items() if verdict == "likely_violation"}
    assert 0 < len(some) < len(every)


def test_the_newest_readings_are_those_of_the_last_reports_each_once(store, forced_report, decoy_report):
    def kept(document, entry, reading, when):
        digest = document["artifacts"][0]["sha256"]
        return store.add_report(document, product="P", entry=entry, standing=Standing.OFFICE, recorded=when,
                                readings={digest: reading} if reading else {}).id

    kept(forced_report, "R-1", "a" * 64, NOON)
    last = kept(decoy_report, "R-2", "b" * 64, NOON)
    kept(decoy_report, "R-3", "", NOON)
    again = kept(forced_report, "R-4", "a" * 64, NOON)
    found = [(one.reading[0], one.report, one.entry) for one in store.newest_readings(5)]
    assert found == [("a", again, "R-4"), ("b", last, "R-2")]
    assert len(store.newest_readings(1)) == 1
