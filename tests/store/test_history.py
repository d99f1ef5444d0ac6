"""Claims about the history of an entry: whether the app changed, or our checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from appscan.store import Cause, Move, Standing, Step, Store

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def made(document: dict[str, Any], app: str = "a", checks: str = "old", **verdicts: str) -> dict[str, Any]:
    """The report on other bytes, by other checks, with other verdicts."""
    artifact = {**document["artifacts"][0], "sha256": app * 64}
    rows = [{**one, "verdict": verdicts.get(one["check_id"].replace("-", "_"), one["verdict"])}
            for one in document["verdicts"]]
    return {**document, "artifacts": [artifact], "tool": {**document["tool"], "checks_digest": checks},
            "verdicts": rows}


def add(store: Store, document: dict[str, Any], hours: int, standing: Standing = Standing.OFFICE, *,
        seen: bool = True) -> int:
    return store.add_report(document, product="P", entry="E", standing=standing, recorded=NOON + hours * HOUR,
                            seen=seen).id


def told(steps: list[Step]) -> list[tuple[int, int, tuple[Cause, ...], tuple[Move, ...]]]:
    return [((step.since - NOON) // HOUR, step.report.id, step.causes, step.moves) for step in steps]


def test_a_new_version_and_new_checks_are_told_apart(store, forced_report):
    first = add(store, made(forced_report, "a", "old"), 0)
    second = add(store, made(forced_report, "b", "old", check_in="not_found"), 1)
    third = add(store, made(forced_report, "b", "new", check_in="needs_review"), 2, seen=False)
    before = next(one["verdict"] for one in forced_report["verdicts"] if one["check_id"] == "check-in")
    assert told(store.history("E")) == [
        (0, first, (Cause.FIRST,), ()),
        (1, second, (Cause.APP,), (Move("check-in", before, "not_found", Cause.APP),)),
        (2, third, (Cause.CHECKS,), (Move("check-in", "not_found", "needs_review", Cause.CHECKS),))]


def test_where_both_changed_a_report_of_the_old_version_under_the_new_checks_tells_which_it_was(store, forced_report):
    add(store, made(forced_report, "a", "old", check_in="info", points_ranking="info", form_filling="info"), 0)
    add(store, made(forced_report, "b", "new", check_in="not_found", points_ranking="needs_review",
                    form_filling="info"), 1)
    assert {(move.check_id, move.cause) for move in store.history("E")[1].moves} == {
        ("check-in", Cause.EITHER), ("points-ranking", Cause.EITHER)}
    add(store, made(forced_report, "a", "new", check_in="not_found", points_ranking="info", form_filling="info"), 2,
        seen=False)
    step = store.history("E")[1]
    assert step.causes == (Cause.APP, Cause.CHECKS)
    assert {(move.check_id, move.cause) for move in step.moves} == {
        ("check-in", Cause.CHECKS), ("points-ranking", Cause.APP)}


def test_going_back_to_an_older_version_is_a_step_without_a_new_report(store, forced_report):
    old = add(store, made(forced_report, "a"), 0)
    new = add(store, made(forced_report, "b"), 1)
    appearance = store.report(old).appearance
    assert store.saw(entry="E", appearance=appearance, digests=["a" * 64], when=NOON + 2 * HOUR)
    assert not store.saw(entry="E", appearance=appearance, digests=["a" * 64], when=NOON + 3 * HOUR)
    assert [(hour, report) for hour, report, *_ in told(store.history("E"))] == [(0, old), (1, new), (2, old)]


def test_the_office_judging_a_claim_is_a_cause_of_its_own(store, forced_report):
    add(store, made(forced_report, check_in="not_found"), 0, Standing.CLAIMED)
    own = add(store, made(forced_report, check_in="needs_review"), 1)
    assert told(store.history("E"))[1:] == [
        (1, own, (Cause.OFFICE,), (Move("check-in", "not_found", "needs_review", Cause.OFFICE),))]


def test_two_appearances_of_one_app_have_histories_of_their_own(store, forced_report):
    add(store, made(forced_report, "a"), 0)
    web = made(forced_report, "c")
    web["artifacts"][0] |= {"kind": "recording", "package": "", "name": "x.recording.zip"}
    add(store, web, 1)
    assert [(step.appearance.split(":")[0], step.causes) for step in store.history("E")] == [
        ("apk", (Cause.FIRST,)), ("recording", (Cause.FIRST,))]


def test_an_entry_without_reports_has_no_history(store):
    assert store.history("nobody") == []
