"""One reading against one check: what is found, where, how forced; bounded, ordered, explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appscan.checks import CheckSet
from appscan.judge.judge import judge
from appscan.judge.occurrences import MAX_CANCELLED, MAX_EVIDENCE, MAX_OCCURRENCES, MENTIONS_KEPT
from appscan.judge.verdicts import Profile
from appscan.model.coverage import Kind
from appscan.model.judgement import Declaration, Evidence, Finding, Force, Presence, Tag, Verdict
from appscan.model.reading import Reading

from ..checks.small_packs import loaded, with_check  # noqa: TID252 (tests are no installed package)
from .small_readings import Method, Page, blinding, page, reading_with, with_code

Pack = Callable[..., CheckSet]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A pack of one check about whistles, with some of its keys changed."""

    def make(**changes: Any) -> CheckSet:
        return loaded(tmp_path, with_check(**changes))

    return make


def finding_of(reading: Reading, checks: CheckSet, *, profile: Profile = Profile.DEFAULT,
               declared: Mapping[str, str] | None = None, check_id: str = "whistle") -> Finding | None:
    found = judge(reading, checks, profile=profile, declared=declared).findings
    return next((finding for finding in found if finding.check_id == check_id), None)


def found(reading: Reading, checks: CheckSet, check_id: str = "whistle") -> Finding:
    finding = finding_of(reading, checks, check_id=check_id)
    assert finding is not None
    return finding


def verdict(reading: Reading, checks: CheckSet) -> Verdict:
    return judge(reading, checks).verdicts[0].verdict


def evidence(finding: Finding) -> list[Evidence]:
    return [one for occurrence in finding.occurrences for one in occurrence.evidence]


def screens(number: int, *texts: tuple[str, str]) -> list[Page]:
    return [page(f"pages/p{count}/p{count}", *((role, f"{text}{count}") for role, text in texts))
            for count in range(number)]


# ---------------------------------------------------------------- presence


def test_a_control_is_reachable_and_a_sentence_a_mention(pack: Pack) -> None:
    assert found(reading_with(page("p", ("button", "吹哨"))), pack()).presence is Presence.REACHABLE
    mention = found(reading_with(page("p", ("prose", "关于吹哨的说明"))), pack())
    assert (mention.presence, mention.verdict) == (Presence.MENTIONED, Verdict.INFO)


def test_a_label_of_the_right_words_is_no_control(pack: Pack) -> None:
    assert found(reading_with(page("p", ("label", "吹哨"))), pack()).presence is Presence.MENTIONED


@pytest.mark.parametrize("role", ["button", "menu", "tab", "link", "option"])
def test_whatever_can_be_pressed_is_a_control(role: str, pack: Pack) -> None:
    assert found(reading_with(page("p", (role, "吹哨"))), pack()).presence is Presence.REACHABLE


def test_an_app_without_the_feature_has_a_verdict_and_no_finding(pack: Pack) -> None:
    judged = judge(reading_with(page("p", ("label", "天气"))), pack())
    assert judged.findings == ()
    assert [(row.check_id, row.verdict) for row in judged.verdicts] == [("whistle", Verdict.NOT_FOUND)]
    assert [message.id for message in judged.verdicts[0].why] == ["not_found_none"]


def test_an_empty_reading_can_be_judged(checks: CheckSet) -> None:
    judged = judge(reading_with(), checks)
    asked = {check.id for check in checks.checks if check.polarity == "required"}
    assert {row.verdict for row in judged.verdicts if row.check_id not in asked} == {Verdict.NOT_FOUND}
    assert {row.verdict for row in judged.verdicts if row.check_id in asked} == {Verdict.INFO}
    hidden = judge(reading_with(gaps=[blinding(*Kind)]), checks)
    assert {row.verdict for row in hidden.verdicts} == {Verdict.INCONCLUSIVE}


def test_the_strict_profile_accuses_on_presence_alone(pack: Pack) -> None:
    reading = reading_with(page("p", ("button", "吹哨")))
    by_profile = {profile: finding_of(reading, pack(), profile=profile) for profile in Profile}
    assert {profile: finding.verdict for profile, finding in by_profile.items() if finding} == {
        Profile.DEFAULT: Verdict.NEEDS_REVIEW, Profile.STRICT: Verdict.LIKELY_VIOLATION}


# ---------------------------------------------------------------- force


def test_force_beside_the_feature_counts_and_elsewhere_does_not(pack: Pack) -> None:
    beside = reading_with(page("p", ("button", "吹哨"), ("label", "扣分")))
    apart = reading_with(page("p", ("button", "吹哨")), page("q", ("label", "扣分"), file="assets/www/q.js"))
    assert (found(beside, pack()).force, found(beside, pack()).verdict) == (Force.CONSEQUENCE, Verdict.LIKELY_VIOLATION)
    assert (found(apart, pack()).force, found(apart, pack()).verdict) == (Force.NONE, Verdict.NEEDS_REVIEW)


def test_force_of_the_whole_app_counts_anywhere(pack: Pack) -> None:
    force = {"block": {"any": [{"all": [{"text": ["先吹哨"]}], "within": "app"}]}}
    reading = reading_with(page("p", ("button", "吹哨")), page("q", ("label", "请先吹哨"), file="assets/www/q.js"))
    finding = found(reading, pack(force=force))
    assert finding.force is Force.BLOCK
    block = [one.signal for one in evidence(finding) if one.supports == Force.BLOCK]
    assert [(signal.value, signal.place.screen) for signal in block] == [("请先吹哨", "q")]


def test_the_highest_rung_counts_and_is_shown_before_lower_ones(pack: Pack) -> None:
    force = {"nudge": {"text": ["提醒"]}, "consequence": {"text": ["扣分"]}, "block": {"text": ["不可跳过"]}}
    labels = [("label", f"{word}{number}") for word in ("提醒", "扣分", "不可跳过") for number in range(9)]
    finding = found(reading_with(page("p", ("button", "吹哨"), *labels)), pack(force=force))
    assert finding.force is Force.BLOCK
    supports = [one.supports for one in finding.occurrences[0].evidence]
    assert supports[0] == "reachable"
    assert [rung for rung in dict.fromkeys(supports) if rung != "reachable"] == ["block", "consequence", "nudge"]


def test_an_order_is_needs_review_for_a_mention_also_beside_a_library(pack: Pack) -> None:
    force = {"order": {"prose": ["必须吹哨"]}}
    order = page("n", ("prose", "全体人员每天必须吹哨。"))
    library = page("", ("button", "吹哨"), file="assets/www/js/lib.js")
    for pages in ((order,), (order, library)):
        finding = found(reading_with(*pages), pack(force=force))
        assert (finding.force, finding.verdict) == (Force.ORDER, Verdict.NEEDS_REVIEW)
    own = found(reading_with(order, page("p", ("button", "吹哨"))), pack(force=force))
    assert own.verdict is Verdict.LIKELY_VIOLATION


def test_a_mention_has_no_force_but_an_order(pack: Pack) -> None:
    finding = found(reading_with(page("p", ("prose", "吹哨的说明"), ("label", "扣分"))), pack())
    assert (finding.force, finding.verdict) == (Force.NONE, Verdict.INFO)


# ---------------------------------------------------------------- required features


@pytest.mark.parametrize(("texts", "gaps", "expected"), [
    ([("button", "吹哨")], [], Verdict.NOT_FOUND),
    ([("label", "天气")], [], Verdict.MISSING),
    ([("prose", "吹哨的说明")], [], Verdict.MISSING),
    ([("label", "天气")], [blinding(*Kind)], Verdict.INCONCLUSIVE),
    ([("button", "吹哨")], [blinding(*Kind)], Verdict.NOT_FOUND),
])
def test_a_required_feature_is_missing_only_where_everything_was_seen(
        texts: list[tuple[str, str]], gaps: list[Any], expected: Verdict, pack: Pack) -> None:
    reading = reading_with(page("p", *texts), gaps=gaps)
    assert verdict(reading, pack(polarity="required")) is expected


def test_a_missing_feature_is_a_finding_with_its_clauses(pack: Pack) -> None:
    finding = found(reading_with(page("p", ("label", "天气"))), pack(polarity="required"))
    assert (finding.verdict, finding.clauses, finding.occurrences) == (Verdict.MISSING, ("RULE-1",), ())


# ---------------------------------------------------------------- clauses that hold


def test_a_forced_feature_is_no_likely_violation_where_no_clause_holds(pack: Pack) -> None:
    checks = pack()
    forced = reading_with(page("p", ("button", "吹哨"), ("label", "扣分")))
    assert found(forced, checks).verdict is Verdict.LIKELY_VIOLATION
    without = replace(checks, checks=tuple(replace(check, clauses=()) for check in checks.checks))
    finding = found(forced, without)
    assert (finding.verdict, finding.force) == (Verdict.NEEDS_REVIEW, Force.CONSEQUENCE)
    assert [reason.id for reason in finding.why][1] == "no_clause_here"


# ---------------------------------------------------------------- weak conditions


WEAK = {"reachable": {"any": [{"control": ["吹哨"]},
                              {"all": [{"text": ["集合"]}], "not": [{"text": ["广播操"]}], "weak": True}]}}
SIGN, FINE = ("label", "集合"), ("label", "扣分")


@pytest.mark.parametrize(("pages", "expected", "is_told"), [
    ([page("p", SIGN, FINE)], Verdict.NEEDS_REVIEW, True),
    ([page("p", SIGN)], Verdict.NEEDS_REVIEW, False),
    ([page("p", ("button", "吹哨"), FINE)], Verdict.LIKELY_VIOLATION, False),
    ([page("p", ("button", "吹哨"), SIGN, FINE)], Verdict.LIKELY_VIOLATION, False),
    ([page("p", ("button", "吹哨")), page("q", SIGN, FINE)], Verdict.NEEDS_REVIEW, True),
    ([page("p", ("button", "吹哨"), FINE), page("q", SIGN)], Verdict.LIKELY_VIOLATION, False),
    ([page("p", SIGN, ("label", "广播操"), FINE)], Verdict.NOT_FOUND, False),
])
def test_a_weak_sign_alone_asks_for_a_look(pages: list[Page], expected: Verdict, is_told: bool, pack: Pack) -> None:
    """Where a firm condition holds, and force beside it, the verdict is as ever."""
    checks = pack(presence=WEAK)
    reading = reading_with(*pages)
    assert verdict(reading, checks) is expected
    told = [reason.id for one in judge(reading, checks).verdicts for reason in one.why]
    assert ("weak_signs" in told) == is_told


def test_a_weak_sign_is_no_likely_violation_for_the_strict_either(pack: Pack) -> None:
    reading = reading_with(page("p", SIGN, FINE))
    finding = finding_of(reading, pack(presence=WEAK), profile=Profile.STRICT)
    assert finding is not None
    assert (finding.verdict, finding.presence, finding.force) == (
        Verdict.NEEDS_REVIEW, Presence.REACHABLE, Force.CONSEQUENCE)


def test_a_firm_sign_of_a_lower_rung_stands_beside_a_weak_one_of_a_higher(pack: Pack) -> None:
    """What is only weakly seen to be done is no doubt about what is firmly seen to be there."""
    of_both = {"exercised": {"any": [{"all": [{"text": ["集合"]}], "weak": True}]}, "reachable": {"control": ["吹哨"]}}
    forced = reading_with(page("p", ("button", "吹哨"), SIGN, FINE))
    finding = found(forced, pack(presence=of_both))
    assert (finding.verdict, finding.presence) == (Verdict.LIKELY_VIOLATION, Presence.EXERCISED)
    assert verdict(reading_with(page("p", SIGN, FINE)), pack(presence=of_both)) is Verdict.NEEDS_REVIEW


def test_a_finding_carries_what_stands_beside_it(pack: Pack) -> None:
    checks = pack()
    beside = replace(checks, checks=tuple(replace(check, beside=("RULE-7",)) for check in checks.checks))
    assert found(reading_with(page("p", ("button", "吹哨"))), beside).beside == ("RULE-7",)


# ---------------------------------------------------------------- required features


@pytest.mark.parametrize(("texts", "gaps", "of_government", "expected"), [
    ([("label", "天气")], [], False, Verdict.INFO),
    ([("label", "天气"), ("label", "主办：某局")], [], False, Verdict.MISSING),
    ([("label", "天气")], [], True, Verdict.MISSING),
    ([("label", "天气")], [blinding(*Kind)], False, Verdict.INCONCLUSIVE),
    ([("button", "吹哨")], [], False, Verdict.NOT_FOUND),
])
def test_a_required_feature_is_asked_of_those_to_whom_it_applies(
        texts: list[tuple[str, str]], gaps: list[Any], of_government: bool, expected: Verdict, pack: Pack) -> None:
    checks = pack(polarity="required", applies={"text": ["主办"]})
    judged = judge(reading_with(page("p", *texts), gaps=gaps), checks, of_government=of_government)
    assert judged.verdicts[0].verdict is expected


def test_what_is_required_need_not_be_declared(pack: Pack) -> None:
    finding = finding_of(reading_with(page("p", ("button", "吹哨"))), pack(polarity="required"), declared={})
    assert finding is not None
    assert finding.declaration is Declaration.MATCHES


# ---------------------------------------------------------------- declarations


@pytest.mark.parametrize(("texts", "declared", "expected"), [
    ([("button", "吹哨")], {"whistle": "值守"}, Declaration.MATCHES),
    ([("button", "吹哨")], {}, Declaration.UNDECLARED),
    ([("button", "吹哨")], None, Declaration.NO_DECLARATION),
    ([("label", "天气")], {"whistle": "值守"}, Declaration.DECLARED_NOT_FOUND),
    ([("prose", "吹哨的说明")], {"whistle": "值守"}, Declaration.DECLARED_NOT_FOUND),
    ([("prose", "吹哨的说明")], {}, Declaration.MATCHES),
])
def test_a_declaration_stands_beside_the_verdict(texts: list[tuple[str, str]], declared: dict[str, str] | None,
                                                 expected: Declaration, pack: Pack) -> None:
    reading = reading_with(page("p", *texts))
    finding = finding_of(reading, pack(), declared=declared)
    assert finding is not None
    assert finding.declaration is expected
    assert finding.verdict is verdict(reading, pack())


def test_what_could_not_be_seen_cannot_be_compared(pack: Pack) -> None:
    reading = reading_with(gaps=[blinding(*Kind)])
    for declared in ({}, {"whistle": "值守"}):
        finding = finding_of(reading, pack(), declared=declared)
        assert finding is not None
        assert finding.declaration is Declaration.CANNOT_TELL


# ---------------------------------------------------------------- bounds and order


def test_occurrences_and_their_evidence_are_bounded(pack: Pack) -> None:
    texts = [("button", "吹哨"), ("label", "扣分"), *[("button", f"再吹哨{number}") for number in range(30)]]
    finding = found(reading_with(*screens(MAX_OCCURRENCES + 20, *texts)), pack())
    assert len(finding.occurrences) == MAX_OCCURRENCES
    assert all(len(occurrence.evidence) <= MAX_EVIDENCE + 1 for occurrence in finding.occurrences)
    mentions = found(reading_with(*screens(30, ("prose", "吹哨的说明"))), pack())
    assert len(mentions.occurrences) == MENTIONS_KEPT


def test_where_there_are_too_many_screens_those_with_force_are_kept(pack: Pack) -> None:
    forced = page("pages/zz/zz", ("button", "吹哨全体"), ("label", "扣分"))
    finding = found(reading_with(*screens(MAX_OCCURRENCES + 5, ("button", "吹哨")), forced), pack())
    assert len(finding.occurrences) == MAX_OCCURRENCES
    assert finding.occurrences[0].screen == "pages/zz/zz"
    assert finding.force in {one.supports for one in evidence(finding)}


def test_what_was_cancelled_is_bounded_too(pack: Pack) -> None:
    finding = found(reading_with(*screens(40, ("prose", "裁判吹哨"))), pack())
    assert (finding.presence, len(finding.cancelled)) == (Presence.NONE, MAX_CANCELLED)
    assert {one.supports for one in finding.cancelled} == {"football"}


def test_a_long_text_is_quoted_in_part(pack: Pack) -> None:
    finding = found(reading_with(page("p", ("prose", "吹哨" + "很长" * 5000))), pack())
    assert all(len(one.signal.value) <= 400 for one in evidence(finding))


def test_verdicts_stand_in_the_order_of_the_checks(checks: CheckSet) -> None:
    judged = judge(reading_with(page("p", ("button", "立即签到"))), checks)
    assert [row.check_id for row in judged.verdicts] == [check.id for check in checks.checks]


def test_evidence_says_kind_role_place_and_screen(pack: Pack) -> None:
    finding = found(reading_with(page("pages/w/w", ("title", "哨音"), ("button", "吹哨"))), pack())
    occurrence = finding.occurrences[0]
    signal = occurrence.evidence[0].signal
    assert occurrence.screen == "哨音（pages/w/w）"
    assert (signal.kind, signal.value, signal.role) == (Kind.CONTROL, "吹哨", "button")
    assert (signal.place.file, signal.place.screen) == ("assets/www/app.js", "pages/w/w")
    assert signal.place.element.startswith("assets/www/app.js#")


def test_what_stands_on_another_screen_is_not_shown_as_if_it_stood_here(pack: Pack) -> None:
    presence = {"reachable": {"all": [{"control": ["吹哨"]}, {"title": ["裁判员"]}], "within": "app"}}
    reading = reading_with(page("p", ("button", "吹哨")), page("q", ("title", "裁判员"), file="assets/www/q.js"))
    finding = found(reading, pack(presence=presence))
    shown = {(one.signal.value, one.signal.place.screen) for one in evidence(finding)}
    assert shown == {("吹哨", "p"), ("裁判员", "q")}


# ---------------------------------------------------------------- tags


def test_tags_are_given_beside_the_feature_only(pack: Pack) -> None:
    tags = {"workplace_attendance": {"text": ["考勤"]}}
    beside = reading_with(page("p", ("button", "吹哨"), ("label", "考勤")))
    apart = reading_with(page("p", ("button", "吹哨")), page("q", ("label", "考勤"), file="assets/www/q.js"))
    assert found(beside, pack(tags=tags)).tags == (Tag.WORKPLACE_ATTENDANCE,)
    assert found(apart, pack(tags=tags)).tags == ()


# ---------------------------------------------------------------- code


def test_an_act_in_code_and_a_text_beside_it_are_one_screen(pack: Pack) -> None:
    main = "Lcn/example/town/Main;"
    reading = with_code(reading_with(components={"cn.example.town.Main": "launcher"}), [
        Method(main, "onCreate", ("Landroid/location/LocationManager;->requestLocationUpdates",), ("哨子",))],
        {main: "Landroid/app/Activity;"})
    finding = found(reading, pack())
    assert (finding.presence, [one.screen for one in finding.occurrences]) == (Presence.REACHABLE, ["Main"])
    assert finding.occurrences[0].path == ("Main.onCreate",)


def test_columns_of_a_reading_are_left_as_they_are(checks: CheckSet) -> None:
    reading = reading_with(page("p", ("button", "立即签到"), ("label", "未签到")))
    before = [getattr(reading.facts, name).copy() for name in ("kind", "value", "screen")]
    judge(reading, checks)
    assert all(np.array_equal(old, getattr(reading.facts, name))
               for old, name in zip(before, ("kind", "value", "screen"), strict=True))
