"""Claims about reports made elsewhere: taken in once, as somebody's word, until the office has judged for itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appscan.errors import UsageError
from appscan.model.days import beijing_day
from appscan.model.judgement import Verdict
from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.office.ingest import Taken, Terms, digests_of, take_in
from appscan.office.matching import Register
from appscan.office.standing import history_of, stood
from appscan.report.given import read_report
from appscan.store import Cause, EventKind, Standing, Store

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
DAY = beijing_day(NOON)
LISTED = Entry("R-1", "网格通", product="P-1",
               artifacts=(ArtifactKey(Platform.ANDROID, package="com.xugou.wanggetong"),))


def take(store: Store, path: Path, **terms: Any) -> Taken:
    register = Register(store.entries())
    return take_in(store, read_report(path), Terms(**{"who": "甲", "when": NOON, "register": register, "artifacts": {},
                                                      **terms}))


def register(store: Store, *entries: Entry) -> None:
    store.put_entries(entries, who="甲", when=NOON, source="台账")


def test_a_report_from_elsewhere_is_a_claim_with_its_reading_and_who_took_it_in(store, vendor, document):
    register(store, LISTED)
    taken = take(store, vendor())
    assert (taken.entry, taken.is_listed, taken.added.is_new, taken.notes) == ("R-1", True, True, ())
    kept = store.report(taken.added.id)
    assert (kept.standing, kept.own, kept.product, kept.document) == (Standing.CLAIMED, False, "P-1", document)
    assert store.get_blob(kept.artifacts[0].reading)[:2] == b"PK"
    event = next(store.events(EventKind.REPORT_TAKEN_IN))
    assert (event.who, event.subject, event.content["report"]) == ("甲", "R-1", kept.id)
    assert store.reading(kept.digests[0], kept.readers[0]) == "", "a reading of strangers is none of the office's own"


def test_the_same_report_twice_is_one_report_and_one_event(store, vendor):
    path = vendor()
    assert [take(store, path).added.is_new, take(store, path).added.is_new] == [True, False]
    assert len(list(store.reports(latest=False))) == len(list(store.events())) == 1


def test_judging_the_reading_makes_the_offices_own_report_and_leaves_the_claim_as_it_was(
        store, vendor, checks, document):
    rosy = [{**row, "verdict": "not_found"} for row in document["verdicts"]]
    taken = take(store, vendor(verdicts=rosy, overall="not_found", findings=[]), checks=checks)
    assert (taken.overall, taken.office) == (Verdict.NOT_FOUND, Verdict.LIKELY_VIOLATION)
    one = next(stood(store, DAY))
    assert (one.report.id, one.overall, one.report.own) == (taken.judged.id, Verdict.LIKELY_VIOLATION, False)
    claim = store.report(taken.added.id)
    assert (claim.overall, claim.confirmed) == ("not_found", taken.judged.id)


def test_the_original_is_read_again_where_it_is_given_and_stands_before_what_was_judged_from_a_reading(
        store, vendor, checks, built_apks):
    path = vendor()
    from_reading = take(store, path, checks=checks)
    from_original = take(store, path, checks=checks, artifacts=digests_of([built_apks / "checkin-native.apk"]))
    assert from_original.judged.id != from_reading.judged.id
    assert [(one.report.id, one.report.own) for one in stood(store, DAY)] == [(from_original.judged.id, True)]


def test_an_original_that_the_report_is_not_about_keeps_it_out(store, vendor, built_apks):
    with pytest.raises(UsageError, match="ingest_artifact"):
        take(store, vendor(), artifacts=digests_of([built_apks / "decoy.apk"]))
    assert not list(store.reports(latest=False))


def test_a_reading_of_something_else_is_left_aside_and_judges_nothing(store, vendor, checks, built_apks):
    path = vendor()
    next(path.parent.glob("*.reading")).write_bytes(b"PK no reading")
    taken = take(store, path, checks=checks)
    assert [note.id for note in taken.notes] == ["reading_damaged", "ingest_not_judged"]
    assert (taken.judged, store.report(taken.added.id).artifacts[0].reading) == (None, "")


def test_a_claimed_exemption_stays_listed_and_the_verdict_beneath_it_stands(store, vendor, document):
    finding = next(one for one in document["findings"] if one["check_id"] == "check-in")
    covered = [{**one, "verdict": "exempt", "beneath": one["verdict"]} if one is finding else one
               for one in document["findings"]]
    rows = [{**one, "verdict": "exempt", "beneath": one["verdict"]} if one["check_id"] == "check-in" else one
            for one in document["verdicts"]]
    worst = max((Verdict(one["verdict"]) for one in rows), key=lambda one: one.severity)
    record = {"check_id": "check-in", "state": "exempt", "fingerprints": [], "ground": "special_scene",
              "expires": "2026-12-31"}
    taken = take(store, vendor(findings=covered, verdicts=rows, overall=worst.value, exemptions=[record]))
    kept = store.report(taken.added.id)
    assert kept.verdicts["check-in"] == "likely_violation"
    assert kept.document["exemptions"] == [record]
    assert next(stood(store, DAY)).verdicts["check-in"] == "likely_violation"


def test_exempt_without_a_verdict_beneath_it_is_refused(store, vendor, document):
    rows = [{**one, "verdict": "exempt"} for one in document["verdicts"]]
    with pytest.raises(UsageError, match="ingest_exempt"):
        take(store, vendor(verdicts=rows, overall="exempt", findings=[]))


def test_a_scan_that_was_not_finished_is_refused(store, vendor):
    with pytest.raises(UsageError, match="ingest_unfinished"):
        take(store, vendor(complete=False))
    assert not list(store.reports(latest=False))


def test_a_report_that_was_altered_afterwards_is_refused(store, vendor, document):
    take(store, vendor())
    rosy = [{**row, "verdict": "not_found"} for row in document["verdicts"]]
    with pytest.raises(UsageError, match="ingest_differs"):
        take(store, vendor("again", verdicts=rosy, overall="not_found", findings=[]))
    assert next(stood(store, DAY)).overall is Verdict.LIKELY_VIOLATION


@pytest.mark.parametrize(("entry", "listed"), [
    (replace(LISTED, artifacts=(ArtifactKey(digest="DIGEST"),)), True),
    (Entry("R-2", "x", names=("虚构网格通",), owner=" 虚构县委"), False),
    (Entry("R-2", "x", names=("虚构网格通",), owner="虚构县委"), True),
    (Entry("R-2", "虚构网格通"), False),
    (Entry("R-2", "x", artifacts=(ArtifactKey(package="com.other"),)), False)])
def test_a_report_finds_its_entry_by_what_is_sure_and_by_nothing_less(store, vendor, document, entry, listed):
    digest = document["artifacts"][0]["sha256"]
    artifacts = tuple(replace(one, digest=digest if one.digest else "") for one in entry.artifacts)
    register(store, replace(entry, artifacts=artifacts))
    taken = take(store, vendor())
    assert taken.is_listed is listed
    assert taken.entry == (entry.id if listed else "unlisted:com.xugou.wanggetong")


def test_two_entries_with_one_package_are_told_and_the_user_decides(store, vendor):
    register(store, LISTED, replace(LISTED, id="R-9", product="P-9"))
    path = vendor()
    with pytest.raises(UsageError, match=r"ingest_ambiguous.*R-1, R-9"):
        take(store, path)
    assert take(store, path, entry="R-9").entry == "R-9"
    with pytest.raises(UsageError, match="ingest_entry_unknown"):
        take(store, path, entry="R-7")


def test_an_app_that_enters_the_registry_later_has_its_report_from_then_on(store, vendor):
    taken = take(store, vendor())
    store.put_entries([LISTED], who="甲", when=datetime(2026, 11, 30, 4, 0, tzinfo=UTC), source="台账")
    assert [one.entry for one in stood(store, DAY)] == ["unlisted:com.xugou.wanggetong"]
    assert [(one.entry, one.report.id) for one in stood(store, date(2026, 12, 1))] == [("R-1", taken.added.id)]
    again = take(store, vendor("again"))
    assert again.added.is_new, "what is taken in now belongs to the entry"
    assert [(one.entry, one.report.id) for one in stood(store, date(2026, 12, 1))] == [("R-1", again.added.id)]


def test_the_history_of_an_entry_has_what_came_before_the_registry_had_it(store, vendor, scanned, document):
    take(store, vendor())
    register(store, LISTED, replace(LISTED, id="R-2", product="", artifacts=()))
    assert [(step.report.entry, step.causes) for step in history_of(store, "R-1")] == [
        ("unlisted:com.xugou.wanggetong", (Cause.FIRST,))]
    assert history_of(store, "R-2") == []
    own = store.add_report(document, product="P-1", entry="R-1", standing=Standing.OFFICE, recorded=NOON + HOUR)
    take(store, vendor("later", operator="乙", options_digest="0" * 64), when=NOON + 2 * HOUR, register=Register([]))
    assert [step.report.id for step in history_of(store, "R-1")][1:] == [own.id]


def test_pictures_are_kept_where_they_are_what_their_names_say(store, vendor):
    good, bad = (hashlib.sha256(content).hexdigest() for content in (b"picture", b"another"))
    path = vendor(pictures=[{"source": one, "sha256": one, "width": 1, "height": 1, "covered": 0, "left": 0, "top": 0}
                            for one in (good, bad)])
    (path.parent / "evidence").mkdir()
    for name in (good, bad):
        (path.parent / "evidence" / f"{name}.png").write_bytes(b"picture")
    taken = take(store, path)
    assert [note.id for note in taken.notes] == ["ingest_picture_foreign"]
    assert (store.get_blob(good), store.has_blob(bad)) == (b"picture", False)
