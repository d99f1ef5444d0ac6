"""Claims about exemptions: only a record in the office's store gives `exempt`, and only while it holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from appscan.errors import UsageError
from appscan.model.judgement import Verdict
from appscan.model.registry import Entry
from appscan.office.exemptions import Granted, Phase, grant_all, phase
from appscan.office.standing import exempted, granted, on_day, stood
from appscan.report.document import from_document
from appscan.report.given import proved
from appscan.store import EventKind, Standing, Store

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 29)
RECORD = """
version: 1
exemptions:
  - check: check-in
    app: {app}
    ground: {ground}
    reason: 防汛值守
    regulation: 虚构县防汛预案第 3 条
    approver: 虚构县防汛指挥部
    document: 虚汛〔2026〕3号
    owner: 虚构县应急局
    from: 2026-01-01
    expires: 2026-12-31
"""


@pytest.fixture
def records(tmp_path: Path):
    """Writes a file of one record."""

    def write(app: str = "com.xugou.wanggetong", ground: str = "special_scene", more: str = "") -> Path:
        path = tmp_path / "exemptions.yaml"
        path.write_text(RECORD.format(app=app, ground=ground) + more, "utf-8")
        return path

    return write


def give(store: Store, path: Path, **more: Any) -> list[Granted]:
    return grant_all(store, path, who="甲", when=NOON, reason="防汛指挥部来函", **more)


def keep(store: Store, document: dict[str, Any]) -> None:
    store.add_report(document, product="P-1", entry="R-1", standing=Standing.OFFICE, recorded=NOON)


def verdict(store: Store, day: date = DAY) -> str:
    return next(stood(store, day)).verdicts["check-in"]


@pytest.mark.parametrize("app", ["com.xugou.wanggetong", "P-1", "R-1", "虚构网格通", "虚構網格通"])
def test_what_the_office_granted_makes_the_check_exempt_under_every_name_of_the_app(store, document, records, app):
    keep(store, document)
    assert verdict(store) == "likely_violation"
    give(store, records(app))
    one = next(stood(store, DAY))
    assert (one.verdicts["check-in"], one.is_exempted, one.report.verdicts["check-in"]) == (
        "exempt", True, "likely_violation")


def test_the_document_says_exempt_what_is_beneath_and_by_which_record_and_fits_the_schema(store, document, records):
    keep(store, document)
    give(store, records())
    laid = on_day(store, next(store.reports()), DAY)
    assert from_document(proved(laid, "laid")).overall is Verdict(laid["overall"])
    row = next(one for one in laid["verdicts"] if one["check_id"] == "check-in")
    assert (row["verdict"], row["beneath"]) == ("exempt", "likely_violation")
    places = {place["fingerprint"] for one in document["findings"] if one["check_id"] == "check-in"
              for place in one["occurrences"]}
    assert [(one["state"], set(one["fingerprints"])) for one in laid["exemptions"]] == [("exempt", places)]


def test_a_grant_of_another_app_or_on_a_ground_that_the_clause_does_not_leave_open_changes_nothing(
        store, document, records):
    keep(store, document)
    give(store, records("com.other"))
    assert verdict(store) == "likely_violation"
    give(store, records(ground="necessity"))
    assert verdict(store) == "likely_violation"
    assert [one["state"] for one in on_day(store, next(store.reports()), DAY)["exemptions"]] == ["refused"]


def test_a_grant_holds_on_its_days_only_and_never_before_it_was_recorded(store, document, records):
    keep(store, document)
    give(store, records())
    assert verdict(store, date(2026, 12, 31)) == "exempt"
    assert verdict(store, date(2027, 1, 1)) == "likely_violation"
    assert granted(store, date(2026, 5, 31)) == ()
    record = give(store, records())[0].record
    assert [phase(record, day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2027, 1, 1))] == [
        Phase.NOT_YET, Phase.IN_FORCE, Phase.EXPIRED]


def test_a_withdrawn_grant_ends_from_then_on_and_can_be_granted_again(store, document, records):
    keep(store, document)
    first = give(store, records())[0]
    store.withdraw(first.number, who="乙", when=datetime(2026, 10, 1, tzinfo=UTC), reason="汛期已过")
    assert (verdict(store), verdict(store, date(2026, 9, 1))) == ("likely_violation", "exempt")
    with pytest.raises(UsageError, match="exemption_unknown"):
        store.withdraw(first.number, who="乙", when=NOON, reason="")
    again = grant_all(store, records(), who="甲", when=datetime(2026, 10, 2, tzinfo=UTC))[0]
    assert (again.is_new, again.number != first.number) == (True, True)
    assert verdict(store) == "exempt"
    assert [(event.kind, event.who, event.reason) for event in store.events()] == [
        (EventKind.EXEMPTION_GRANTED, "甲", "防汛指挥部来函"), (EventKind.EXEMPTION_WITHDRAWN, "乙", "汛期已过"),
        (EventKind.EXEMPTION_GRANTED, "甲", "")]


def test_the_same_record_twice_is_one_grant_and_one_that_overlaps_is_refused(store, records):
    path = records()
    assert [give(store, path)[0].is_new, give(store, path)[0].is_new] == [True, False]
    with pytest.raises(UsageError, match="exemption_overlaps_grant"):
        give(store, records(more="    screen: 打卡\n"))
    assert len(store.exemptions()) == 1


def test_a_record_that_covers_one_place_of_several_leaves_the_verdict(store, document, records):
    findings = [one for one in document["findings"] if one["check_id"] == "check-in"]
    occurrences = [place for one in findings for place in one["occurrences"]]
    assert len(occurrences) > 1
    keep(store, document)
    give(store, records(more=f"    fingerprint: {occurrences[0]['fingerprint']}\n"))
    assert verdict(store) == "likely_violation"


def test_the_approval_is_kept_and_must_be_the_one_that_the_record_names(store, records, tmp_path):
    approval = tmp_path / "approval.pdf"
    approval.write_bytes("虚汛〔2026〕3号".encode())
    digest = hashlib.sha256(approval.read_bytes()).hexdigest()
    with pytest.raises(UsageError, match="approval_differs"):
        give(store, records(more=f"    document_sha256: {'f' * 64}\n"), document=approval)
    assert (store.exemptions(), store.has_blob(digest)) == ((), False)
    give(store, records(more=f"    document_sha256: {digest}\n"), document=approval)
    assert store.get_blob(digest) == approval.read_bytes()
    assert next(store.events()).content["document"] == digest


def test_a_report_that_says_it_was_granted_is_taken_at_no_word(store, document):
    claimed = {"check_id": "check-in", "state": "exempt", "ground": "special_scene", "expires": "2026-12-31",
               "fingerprints": [place["fingerprint"] for one in document["findings"] for place in one["occurrences"]]}
    laid = exempted(store, {**document, "exemptions": [claimed]}, DAY)
    assert (laid["overall"], laid["exemptions"]) == (Verdict.LIKELY_VIOLATION, [])


def test_a_name_that_apps_of_several_owners_bear_exempts_none_of_them(store, records):
    entries = [Entry("A", "虚构打卡", owner="虚构甲县应急局"), Entry("B", "虚构打卡", owner="虚构乙县应急局")]
    store.put_entries(entries, who="甲", when=NOON, source="test")
    with pytest.raises(UsageError, match="exemption_app_shared"):
        give(store, records("虚构打卡"))
    assert not store.exemptions()
    assert give(store, records("A"))[0].is_new
    same = [replace(one, owner="虚构甲县应急局") for one in entries]
    store.put_entries(same, who="甲", when=NOON, source="test")
    assert give(store, records("虚构打卡"))[0].is_new, "two entries of one owner may be one app"


def test_a_product_that_is_called_like_an_app_of_another_owner_exempts_neither(store, records):
    product, other = Entry("A", "虚构甲端", "虚构甲县", product="虚构打卡"), Entry("B", "虚构打卡", "虚构乙县")
    store.put_entries([product, other], who="甲", when=NOON, source="test")
    with pytest.raises(UsageError, match="exemption_app_shared"):
        give(store, records("虚构打卡"))
    store.put_entries([replace(other, owner="虚构甲县")], who="甲", when=NOON, source="test")
    assert give(store, records("虚构打卡"))[0].is_new
