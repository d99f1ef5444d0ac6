"""Claims about the gate: what stops a release, what was accepted, and that nothing unseen passes in silence."""

from __future__ import annotations

import copy
import json
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from appscan.cli.console import Console
from appscan.cli.gate_words import GateWords
from appscan.cli.rendering import Format
from appscan.cli.reporting import ReportOrder, report
from appscan.errors import UsageError
from appscan.gate.baseline import baseline_document, read_baseline
from appscan.gate.decide import Kind, Outcome, decide
from appscan.gate.difference import compare
from appscan.gate.exemptions import grant, lay_over, read_claims, renewed, unvouched
from appscan.gate.junit import gate_junit
from appscan.gate.policy import Act, Policy, read_policy
from appscan.model.artifact import App
from appscan.report.document import to_document
from appscan.report.given import proved
from appscan.report.paper.recheck import State
from appscan.scan import Target, scan_app
from appscan.texts import say_error
from tests.shipped import shipped

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
BUILT = FIXTURES / "apks" / "built"
DAY = date(2026, 11, 29)
Document = dict[str, Any]
RECORD = (FIXTURES / "exemptions" / "check-in.yaml").read_text("utf-8").partition("exemptions:")[2]


def report_of(name: str) -> Document:
    path = BUILT / f"{name}.apk"
    return to_document(scan_app([Target(path, path.name)], App(), shipped()).report)


@pytest.fixture(scope="module")
def forced() -> Document:
    return report_of("checkin-native")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def run(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return run


def claims(write: Callable[[str, str], Path], record: str = RECORD) -> Any:
    return read_claims(write("exemptions.yaml", "version: 1\nexemptions:" + record))


def places(document: Document, check_id: str = "check-in") -> list[Document]:
    return [place for finding in document["findings"] if finding["check_id"] == check_id
            for place in finding["occurrences"]]


def test_a_forced_feature_stops_a_release(forced):
    result = decide([forced], Policy())
    assert result.outcome is Outcome.FAIL
    failed = {entry.fingerprint for entry in result.entries if entry.outcome is Outcome.FAIL}
    assert failed == {place["fingerprint"] for place in places(forced)}


def test_a_threshold_may_differ_for_one_check(forced):
    from appscan.gate.policy import Rule

    lenient = Policy(rules=(Rule("never", frozenset({"check-in"})),))
    assert decide([forced], lenient).outcome is Outcome.WARN
    elsewhere = Policy(rules=(Rule("never", frozenset({"check-in"}), profile="strict"),))
    assert decide([forced], elsewhere).outcome is Outcome.FAIL


def test_what_a_baseline_holds_does_not_stop_and_what_is_new_does(forced, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([forced])), "utf-8")
    baseline = read_baseline(path)
    assert decide([forced], Policy(), baseline).outcome is Outcome.ACCEPT
    changed = copy.deepcopy(forced)
    place = places(changed)[0]
    gone, place["fingerprint"] = place["fingerprint"], "0123456789abcdef"  # one fixed, one new
    result = decide([changed], Policy(), baseline)
    assert result.outcome is Outcome.FAIL
    assert [entry.fingerprint for entry in result.entries if entry.outcome is Outcome.FAIL] == ["0123456789abcdef"]
    assert [entry.fingerprint for entry in result.entries if entry.kind is Kind.GONE] == [gone]


def test_an_accepted_place_that_got_worse_stops(forced, tmp_path):
    milder = copy.deepcopy(forced)
    for finding in milder["findings"]:
        if finding["check_id"] == "check-in":
            finding["verdict"] = "needs_review"
            for place in finding["occurrences"]:
                place["evidence"] = [one for one in place["evidence"] if one["supports"] == "reachable"]
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([milder])), "utf-8")
    result = decide([forced], Policy(), read_baseline(path))
    assert Kind.WORSE in {entry.kind for entry in result.entries if entry.outcome is Outcome.FAIL}


def test_a_rebuild_with_other_names_stays_green(tmp_path):
    path = tmp_path / "baseline.json"
    before, rebuilt = report_of("checkin-r8"), report_of("checkin-r8-again")
    assert [one["sha256"] for one in before["artifacts"]] != [one["sha256"] for one in rebuilt["artifacts"]]
    path.write_text(json.dumps(baseline_document([before])), "utf-8")
    result = decide([rebuilt], Policy(), read_baseline(path))
    assert [entry.kind for entry in result.entries if entry.outcome is Outcome.ACCEPT].count(Kind.ACCEPTED) > 1
    assert not [entry for entry in result.entries if entry.outcome is Outcome.FAIL], result.entries


def test_nothing_unseen_passes_in_silence(forced):
    blind = copy.deepcopy(forced)
    for row in blind["verdicts"]:
        row["verdict"] = "inconclusive"
    blind["findings"] = []
    assert decide([blind], Policy()).outcome is Outcome.UNSEEN
    told = decide([blind], Policy(inconclusive=Act.WARN))
    assert told.outcome is Outcome.WARN
    assert len([entry for entry in told.entries if entry.kind is Kind.INCONCLUSIVE]) == len(blind["verdicts"])
    torn = {**forced, "complete": False}
    assert Kind.UNREAD in {entry.kind for entry in decide([torn], Policy()).entries}


def test_a_claim_counts_only_where_the_policy_accepts_claims_and_until_it_expires(forced, write):
    own = claims(write)
    laid = lay_over(forced, own, DAY)
    assert proved(laid, "x") is laid
    assert {row["verdict"] for row in laid["verdicts"] if row["check_id"] == "check-in"} == {"exempt_claimed"}
    assert laid["overall"] != "likely_violation"
    assert [(one["state"], len(one["fingerprints"])) for one in laid["exemptions"]] == [
        ("exempt_claimed", len(places(forced)))]
    assert decide([laid], Policy()).outcome is Outcome.FAIL
    assert decide([laid], Policy(accept_claimed=True)).outcome is Outcome.ACCEPT
    late = lay_over(forced, own, date(2027, 1, 1))
    assert [one["state"] for one in late["exemptions"]] == ["expired"]
    result = decide([late], Policy(accept_claimed=True))
    assert result.outcome is Outcome.FAIL
    assert "expired" in {entry.detail for entry in result.entries if entry.kind is Kind.EXEMPTION}


def test_claims_that_a_report_carries_are_looked_at_on_the_day_of_the_gate(forced, write):
    laid = lay_over(forced, claims(write), DAY)
    assert renewed(laid, DAY)["overall"] == laid["overall"]
    late = renewed(laid, date(2030, 1, 1))
    assert (late["overall"], [one["state"] for one in late["exemptions"]]) == (forced["overall"], ["expired"])
    assert decide([late], Policy(accept_claimed=True)).outcome is Outcome.FAIL
    other = lay_over(laid, claims(write, RECORD.replace("2026-12-31", "2026-01-31")), DAY)
    assert other["overall"] == forced["overall"]


def test_a_baseline_holds_no_claims(forced, write, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([lay_over(forced, claims(write), DAY)])), "utf-8")
    assert decide([forced], Policy(), read_baseline(path)).outcome is Outcome.FAIL


def with_verdict(document: Document, verdict: str, check_id: str = "check-in") -> Document:
    """The report with another verdict on a check, and only evidence that the feature is there."""
    milder = copy.deepcopy(document)
    for row in (*milder["findings"], *milder["verdicts"]):
        if row["check_id"] == check_id:
            row["verdict"] = verdict
    for place in places(milder, check_id):
        place["evidence"] = [one for one in place["evidence"] if one["supports"] == "reachable"]
    return {**milder, "overall": verdict}


def test_a_claim_that_is_not_accepted_makes_nothing_worse(forced, write):
    milder = with_verdict(forced, "needs_review")
    assert decide([milder], Policy()).outcome is Outcome.WARN
    assert decide([lay_over(milder, claims(write), DAY)], Policy()).outcome is Outcome.WARN
    assert decide([lay_over(forced, claims(write), DAY)], Policy(fail_on="never")).outcome is Outcome.WARN


def test_a_claim_that_is_not_accepted_hides_nothing_that_got_worse(forced, write, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([with_verdict(forced, "needs_review")])), "utf-8")
    laid = lay_over(forced, claims(write), DAY)
    result = decide([laid], Policy(), read_baseline(path))
    assert Kind.WORSE in {entry.kind for entry in result.entries if entry.outcome is Outcome.FAIL}
    path.write_text(json.dumps(baseline_document([forced])), "utf-8")
    assert decide([laid], Policy(), read_baseline(path)).outcome is Outcome.ACCEPT


def test_what_a_report_says_of_grants_is_a_claim_for_a_gate_without_the_store(forced, write):
    own = claims(write)
    said = grant(forced, own, DAY)
    assert decide([said], Policy()).outcome is Outcome.ACCEPT, "laid over by who has the store"
    for document in (renewed(said, DAY), lay_over(said, (), DAY)):
        assert [one["state"] for one in document["exemptions"]] == ["exempt_claimed"]
        assert decide([document], Policy()).outcome is Outcome.FAIL
        assert decide([document], Policy(accept_claimed=True)).outcome is Outcome.ACCEPT
    late = renewed(said, date(2030, 1, 1))
    assert decide([late], Policy(accept_claimed=True)).outcome is Outcome.FAIL


def test_forms_made_without_the_store_show_grants_of_a_report_as_claims(forced, write, tmp_path):
    said, path = grant(forced, claims(write), DAY), tmp_path / "report.json"
    path.write_text(json.dumps(said), "utf-8")
    order = ReportOrder(Console("en", quiet=True), (Format.JSON,), tmp_path / "out.json")
    assert report([path], order) == 0
    made = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {row["verdict"] for row in made["verdicts"] if row["check_id"] == "check-in"} == {"exempt_claimed"}
    assert [one["state"] for one in made["exemptions"]] == ["exempt_claimed"]
    assert proved(made, "made")
    assert unvouched(forced) is forced


def test_a_finding_that_only_calls_itself_exempt_stops(forced):
    for verdict in ("exempt", "exempt_claimed"):
        said = with_verdict(forced, verdict)
        assert decide([renewed(said, DAY)], Policy(accept_claimed=True)).outcome is Outcome.FAIL


def test_a_finding_whose_places_are_missing_stops(forced):
    bare = copy.deepcopy(forced)
    for finding in bare["findings"]:
        finding["occurrences"] = []
    assert {entry.check_id for entry in decide([bare], Policy()).entries if entry.outcome is Outcome.FAIL} == {
        "check-in"}


def test_what_is_not_seen_any_more_is_not_called_gone(forced, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([forced])), "utf-8")
    blind = {**with_verdict(forced, "inconclusive"), "findings": []}
    result = decide([blind], Policy(inconclusive=Act.IGNORE), read_baseline(path))
    assert (result.gone, result.outcome) == (0, Outcome.WARN)
    assert len([entry for entry in result.entries if entry.kind is Kind.NOT_SEEN]) == len(places(forced))


def test_a_baseline_holds_features_that_were_missing(forced, tmp_path):
    path = tmp_path / "baseline.json"
    lacking = with_verdict(forced, "missing", "complaint-entry")
    strict = Policy(fail_on="needs_review")
    path.write_text(json.dumps(baseline_document([with_verdict(forced, "not_found", "complaint-entry")])), "utf-8")
    assert Kind.MISSING in {
        entry.kind for entry in decide([lacking], strict, read_baseline(path)).entries if entry.outcome is Outcome.FAIL}
    path.write_text(json.dumps(baseline_document([lacking])), "utf-8")
    assert decide([lacking], strict, read_baseline(path)).outcome is Outcome.ACCEPT
    assert decide([forced], strict, read_baseline(path)).gone == 1


def test_one_file_that_nobody_can_read_is_not_covered_by_what_the_other_shows(forced):
    """The worst finding gives the verdict of a check; what another file hides is told all the same."""
    two = with_verdict(forced, "needs_review")
    blind = copy.deepcopy(next(one for one in two["findings"] if one["check_id"] == "check-in"))
    two["findings"].append({**blind, "verdict": "inconclusive", "occurrences": []})
    assert decide([two], Policy()).outcome is Outcome.UNSEEN


def test_a_claim_covers_the_screen_that_it_names_and_none_that_is_called_alike(forced, write):
    def covered(screen):
        laid = lay_over(forced, claims(write, RECORD + f"    screen: '{screen}'\n"), DAY)
        return {mark for one in laid["exemptions"] for mark in one["fingerprints"]}

    there = {place["screen"]: place["fingerprint"] for place in places(forced)}
    whole = "打卡签到（CheckInActivity）"
    for named in (whole, "打卡签到", "checkinactivity"):
        assert covered(named) == {there[whole]}, named
    assert covered("MainActivity") == {there["MainActivity"]}
    for other in ("签到", "Activity", "\u200b"):
        assert covered(other) == set(), other


def test_a_claim_for_one_screen_leaves_the_others_standing(forced, write):
    screen = places(forced)[0]["screen"]
    laid = lay_over(forced, claims(write, RECORD + f"    screen: {screen}\n"), DAY)
    assert {row["verdict"] for row in laid["verdicts"] if row["check_id"] == "check-in"} == {"likely_violation"}
    result = decide([laid], Policy(accept_claimed=True))
    assert places(forced)[0]["fingerprint"] not in {
        entry.fingerprint for entry in result.entries if entry.outcome is Outcome.FAIL}
    assert result.outcome is Outcome.FAIL


def test_a_ground_that_the_article_does_not_know_is_refused(forced, write):
    laid = lay_over(forced, claims(write, RECORD.replace("special_scene", "necessity")), DAY)
    assert [one["state"] for one in laid["exemptions"]] == ["refused"]
    assert decide([laid], Policy(accept_claimed=True)).outcome is Outcome.FAIL


def test_a_claim_that_covers_nothing_is_told(forced, write):
    laid = lay_over(forced, claims(write, RECORD.replace("check-in", "track-upload")), DAY)
    assert [one["state"] for one in laid["exemptions"]] == ["unmatched"]
    told = [entry.record for entry in decide([laid], Policy()).entries if entry.kind is Kind.EXEMPTION]
    assert told == ["虚汛〔2026〕3号 2026-01-01/2026-12-31"]


def test_a_claim_for_a_check_that_does_not_exist_is_refused_with_its_line(write):
    path = write("exemptions.yaml", "version: 1\nexemptions:" + RECORD.replace("check-in", "chek-in"))
    with pytest.raises(UsageError) as raised:
        read_claims(path, {"check-in"}.__contains__)
    told = raised.value
    assert (told.key, told.params["line"], told.params["check"]) == ("unknown_check", 3, "chek-in")


@pytest.mark.parametrize(("content", "key", "told"), [
    (b"a: 1\n  b: 2\n", "written_syntax", "冒号的用法有误"),
    (b"rules: [1\n", "written_syntax", "方括号、花括号或逗号不配对"),
    (b"version: 1\n\tfail_on: never\n", "written_syntax", "请改用空格"),
    (b"version: '1\n", "written_syntax", "引号没有成对"),
    (b"version: 1\nversion: 1\n", "written_syntax", "写了两次"),
    ("# 中文\n".encode("gbk"), "app_file_encoding", "另存为 UTF-8"),
    (b"- 1\n", "app_file_type", "“名称: 内容”的各项"),
    (b"version: 1\nrules: yes\n", "app_file_type", "列表"),
])
def test_a_mistake_of_writing_is_told_in_plain_words(tmp_path, content, key, told):
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        read_policy(path)
    line = say_error("zh", raised.value)
    assert raised.value.key == key
    assert told in line
    assert not any(word in line for word in ("expected", "object", "codec", "^["))


def test_only_what_stops_is_red_in_the_junit_of_a_gate(forced, write, tmp_path):
    def cases(policy, document=forced, baseline=None):
        document = lay_over(document, claims(write), DAY) if policy.accept_claimed else document
        text = gate_junit([document], [decide([document], policy, baseline)], lambda entry: entry.kind.value, "en")
        return {(case.get("name", "").partition(" ")[0], child.tag) for case in ET.fromstring(text).iter("testcase")
                for child in case if child.tag in ("failure", "error", "skipped")}

    assert cases(Policy()) == {("check-in", "failure")}
    assert cases(Policy(fail_on="never")) == set()
    assert cases(Policy(accept_claimed=True)) == {("check-in", "skipped")}
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([forced])), "utf-8")
    assert cases(Policy(), baseline=read_baseline(path)) == {("check-in", "skipped")}
    blind = {**forced, "complete": False, "findings": [],
             "verdicts": [{**row, "verdict": "inconclusive"} for row in forced["verdicts"][:1]]}
    check_id = blind["verdicts"][0]["check_id"]
    assert cases(Policy(), blind) == {(check_id, "error"), ("unread", "error")}
    assert cases(Policy(inconclusive=Act.WARN, unread=Act.IGNORE), blind) == {(check_id, "skipped")}


def test_code_quality_tells_alike_places_of_two_apps_apart_and_one_place_again(forced):
    other = copy.deepcopy(forced)
    other["artifacts"][0]["package"] = "com.xugou.other"

    def marks(*documents):
        return [one["fingerprint"] for one in GateWords(documents, "en").code_quality(decide(documents, Policy()))]

    both = marks(forced, other)
    assert len(set(both)) == len(both) == 2 * len(places(forced))
    assert set(marks(forced)) < set(both)


def test_what_is_gone_was_not_accepted(forced, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(baseline_document([forced])), "utf-8")
    fixed = with_verdict(forced, "not_found")
    fixed["findings"] = [one for one in fixed["findings"] if one["check_id"] != "check-in"]
    result = decide([fixed], Policy(), read_baseline(path))
    assert (result.outcome, result.count(Outcome.ACCEPT), result.gone) == (Outcome.ACCEPT, 0, len(places(forced)))


@pytest.mark.parametrize(("record", "key", "line"), [
    (RECORD.replace("2026-12-31", "2026-02-30"), "exemption_date", 12),
    (RECORD.replace("2026-12-31", "2025-12-31"), "exemption_backwards", 12),
    (RECORD + RECORD, "exemption_overlaps", 14),
    (RECORD + RECORD + "    screen: 签到页\n", "exemption_overlaps", 14),
    (RECORD.replace("    approver: 虚构县防汛指挥部\n", ""), "written_wrong", 3),
    (RECORD.replace("approver: 虚构县防汛指挥部", "approver: ' '"), "written_wrong", 8),
    (RECORD.replace("approver:", "aprover:"), "written_wrong", 8),
    (RECORD.replace("special_scene", "habit"), "written_wrong", 5),
    ("\n  - [", "written_syntax", 3),
])
def test_a_wrong_file_is_told_with_its_line(write, record, key, line):
    with pytest.raises(UsageError) as raised:
        claims(write, record)
    assert (raised.value.key, raised.value.params["line"]) == (key, line)


def test_a_policy_is_read_and_a_wrong_one_refused(write):
    policy = read_policy(write("policy.yaml", """\
        version: 1
        fail_on: needs_review
        accept_claimed: true
        inconclusive: warn
        rules:
          - {checks: [check-in], profile: strict, fail_on: never}
        """))
    assert (policy.fail_on, policy.accept_claimed, policy.inconclusive) == ("needs_review", True, Act.WARN)
    with pytest.raises(UsageError) as raised:
        read_policy(write("policy.yaml", "version: 1\nfail_on: sometimes\n"))
    assert (raised.value.key, raised.value.params["line"]) == ("written_wrong", 2)


def test_a_rule_of_a_policy_for_no_check_is_refused(write):
    path = write("policy.yaml", """\
        version: 1
        rules:
          - {checks: [track-upload], fail_on: never}
          - {checks: [track-upload, chek-in], fail_on: never}
        """)
    with pytest.raises(UsageError) as raised:
        read_policy(path, {"check-in", "track-upload"}.__contains__)
    told = raised.value
    assert (told.key, told.params["line"], told.params["check"]) == ("unknown_check", 4, "chek-in")


NO_MARK = {"baseline_version": 1, "tool": {"version": "", "checks_digest": ""},
           "apps": [{"app": "a", "occurrences": [{"check_id": "c"}]}]}


@pytest.mark.parametrize("text", ["{", "[]", '{"baseline_version": 2}', json.dumps(NO_MARK)])
def test_a_damaged_baseline_is_refused(tmp_path, text):
    path = tmp_path / "baseline.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as raised:
        read_baseline(path)
    assert raised.value.key == "baseline_wrong"


def test_a_difference_says_what_is_new_and_who_made_it(forced):
    other = copy.deepcopy(forced)
    other["artifacts"][0]["sha256"] = "f" * 64
    place = places(other)[0]
    place["fingerprint"] = "0123456789abcdef"
    difference = compare(forced, other)
    assert difference.causes == ("artifact",)
    assert [item.occurrence["fingerprint"] for item in difference.items(State.NEW)] == ["0123456789abcdef"]
    assert compare(forced, forced).is_empty
    assert compare(forced, forced).causes == ()


def test_a_difference_names_exemptions_as_its_cause(forced, write):
    laid = lay_over(forced, claims(write, RECORD), DAY)
    assert compare(forced, laid).causes == ("exemptions",)
