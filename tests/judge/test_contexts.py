"""Contexts cancel what means something else: in the same sentence, for text only, never what orders the practice."""

from __future__ import annotations

import pytest

from appscan.checks import CheckSet
from appscan.checks.pack import Context, Match, Word
from appscan.checks.same import Same
from appscan.judge.contexts import HEADING, Contexts, Heard, Prepared, index_of
from appscan.judge.judge import Judgement, judge
from appscan.model.coverage import Kind
from appscan.model.folding import fold
from appscan.model.judgement import Finding, Force, Presence, Tag, Verdict
from appscan.model.reading import Reading

from .small_readings import page, reading_with

CHECK_IN = (Word("签到"), Word("打卡"))
QUOTE = "regulation-quote"


@pytest.fixture(scope="module")
def contexts(checks: CheckSet) -> Contexts:
    return Contexts(checks.vocabulary.contexts[name] for name in next(
        check for check in checks.checks if check.id == "check-in").contexts)


def made(words: str = "", patterns: tuple[str, ...] = (), unless: str = "", name: str = "hotel",
         tag: Tag | None = None) -> Context:
    return Context(name, {"zh": "x", "en": "x"}, tuple(map(Word, words.split())), patterns,
                   tuple(map(Word, unless.split())), tag, (), ())


def finding_of(judged: Judgement, check_id: str = "check-in") -> Finding | None:
    return next((finding for finding in judged.findings if finding.check_id == check_id), None)


def verdict_of(reading: Reading, checks: CheckSet, check_id: str = "check-in") -> Verdict:
    return next(row.verdict for row in judge(reading, checks).verdicts if row.check_id == check_id)


# ---------------------------------------------------------------- one text


def test_a_context_cancels_only_the_sentence_in_which_it_stands() -> None:
    hotel = Contexts([made("酒店")])
    assert hotel.cancelling("酒店签到。", CHECK_IN) == "hotel"
    assert hotel.cancelling("请到酒店。然后签到。", CHECK_IN) == ""
    assert hotel.cancelling("酒店签到。岗位签到。", CHECK_IN) == ""
    assert hotel.cancelling("酒店签到！酒店打卡？", CHECK_IN) == "hotel"


def test_words_that_keep_a_hit_win_over_words_that_cancel_it() -> None:
    hotel = Contexts([made("酒店", unless="考勤")])
    assert hotel.cancelling("酒店签到", CHECK_IN) == "hotel"
    assert hotel.cancelling("酒店员工考勤签到", CHECK_IN) == ""


def test_a_pattern_may_speak_for_the_whole_paragraph() -> None:
    quoting = Contexts([made(patterns=("各地不得[^。]{0,9}要求",), unless="扣分")])
    assert quoting.cancelling("各地不得另行要求。禁止签到。", CHECK_IN) == "hotel"
    assert quoting.cancelling("各地不得另行要求。未签到扣分。", CHECK_IN) == ""


def test_a_context_that_tags_cancels_nothing() -> None:
    assert Contexts([made("防汛", tag=Tag.SPECIAL_SCENE_HINT)]).cancelling("防汛值守签到", CHECK_IN) == ""


def test_the_context_is_read_in_the_folded_text() -> None:
    assert Contexts([made("hotel")]).cancelling("ＨＯＴＥＬ 签 到", CHECK_IN) == "hotel"


def test_without_a_context_nothing_is_cancelled() -> None:
    assert Contexts([]).cancelling("签到", CHECK_IN, "下列行为不得出现") == ""


@pytest.mark.parametrize("heading", ["下列行为不得出现", "严禁下列事项", "负面清单:", "十个不准:"])
def test_a_heading_that_bans_cancels_the_list_below_it(heading: str, contexts: Contexts) -> None:
    assert contexts.cancelling("要求基层每天打卡签到;", CHECK_IN, heading) == HEADING


@pytest.mark.parametrize("heading", ["", "今日任务", "请按下列顺序办理", "注意事项:"])
def test_a_heading_that_bans_nothing_cancels_nothing(heading: str, contexts: Contexts) -> None:
    assert contexts.cancelling("要求基层每天打卡签到;", CHECK_IN, heading) == ""


@pytest.mark.parametrize("row", ["漏签、代签的", "缺卡一次", "1. 未签到的人员", "（三）迟到未打卡", "拒不签到的"])
def test_a_lapse_of_the_user_below_a_ban_is_an_order_and_stays(row: str, contexts: Contexts) -> None:
    assert contexts.cancelling(row, CHECK_IN, "下列行为不得出现") == ""


@pytest.mark.parametrize("text", [
    "除安保、应急等特殊场景外，不得设置打卡签到、积分排名等强制性功能。",
    "针对强制打卡签到等问题，深入开展整治。",
    "现已取消打卡签到功能",
])
def test_a_text_that_quotes_the_ban_is_cancelled(text: str, contexts: Contexts) -> None:
    assert contexts.cancelling(text, CHECK_IN) == QUOTE


@pytest.mark.parametrize("text", [
    "全体网格员每日打卡，不得漏签，漏签一次扣2分。", "必须打卡签到后方可开始工作", "未签到的予以通报", "严禁代打卡",
])
def test_a_text_that_orders_the_practice_is_never_cancelled(text: str, contexts: Contexts) -> None:
    assert contexts.cancelling(text, CHECK_IN) == ""


# ---------------------------------------------------------------- judged


def test_a_control_is_never_cancelled_whatever_stands_in_it(checks: CheckSet) -> None:
    for label in ("立即签到（不得设置打卡签到）", "通知：立即签到", "上班打卡，打卡地见地图"):
        finding = finding_of(judge(reading_with(page("p", ("button", label))), checks))
        assert finding is not None
        assert finding.presence is Presence.REACHABLE


def test_an_endpoint_is_never_cancelled(checks: CheckSet) -> None:
    reading = reading_with(page("p", ("label", "整治打卡签到"), literals=[("string", "/kaoqin/daka/submit")]))
    finding = finding_of(judge(reading, checks))
    assert finding is not None
    assert finding.presence is Presence.REACHABLE


def test_what_was_cancelled_is_listed_with_its_context(checks: CheckSet) -> None:
    reading = reading_with(page("p", ("prose", "除安保、应急等特殊场景外，不得设置打卡签到、积分排名等强制性功能。")))
    finding = finding_of(judge(reading, checks))
    assert finding is not None
    assert (finding.presence, finding.verdict) == (Presence.NONE, Verdict.NOT_FOUND)
    assert {evidence.supports for evidence in finding.cancelled} == {QUOTE}
    assert {evidence.signal.kind for evidence in finding.cancelled} == {Kind.TEXT}


def test_a_quoted_ban_forces_nothing_and_an_order_does(checks: CheckSet) -> None:
    quoted = "各单位不得要求基层每天打卡签到。"
    ordered = "全体网格员必须每天打卡签到，漏签一次扣2分并予以通报。"
    assert verdict_of(reading_with(page("p", ("prose", quoted))), checks) in (Verdict.INFO, Verdict.NOT_FOUND)
    finding = finding_of(judge(reading_with(page("p", ("prose", ordered))), checks))
    assert finding is not None
    assert (finding.presence, finding.force, finding.verdict) == (Presence.MENTIONED, Force.ORDER, Verdict.NEEDS_REVIEW)


def test_a_list_below_a_heading_is_cancelled_in_its_page_and_not_in_another(checks: CheckSet) -> None:
    heading, row = ("title", "下列行为不得出现："), ("prose", "要求基层干部每天在应用里打卡签到，并且按月统计次数；")
    assert verdict_of(reading_with(page("p", heading, row)), checks) is Verdict.NOT_FOUND
    assert verdict_of(reading_with(page("p", heading), page("q", row, file="assets/www/q.js")), checks) is not \
        Verdict.NOT_FOUND


def test_every_row_of_a_list_is_cancelled_and_not_only_the_first(checks: CheckSet) -> None:
    rows = [("prose", f"要求基层干部每天在应用里打卡签到并且按月统计{number}次；") for number in range(4)]
    assert verdict_of(reading_with(page("p", ("title", "负面清单"), *rows)), checks) is Verdict.NOT_FOUND


def test_special_scenes_tag_and_never_clear(checks: CheckSet) -> None:
    plain = reading_with(page("p", ("button", "立即签到"), ("label", "未签到人员名单")))
    scene = reading_with(page("p", ("button", "立即签到"), ("label", "未签到人员名单"), ("label", "防汛值班值守")))
    assert verdict_of(plain, checks) is verdict_of(scene, checks) is Verdict.LIKELY_VIOLATION
    tags = [finding.tags for finding in (finding_of(judge(one, checks)) for one in (plain, scene)) if finding]
    assert Tag.SPECIAL_SCENE_HINT not in tags[0]
    assert Tag.SPECIAL_SCENE_HINT in tags[1]


def test_force_words_count_only_beside_the_feature(checks: CheckSet) -> None:
    beside = reading_with(page("p", ("button", "立即签到"), ("label", "未签到人员名单")))
    apart = reading_with(page("p", ("button", "立即签到")), page("q", ("label", "缺勤"), file="assets/www/q.js"))
    assert verdict_of(beside, checks) is Verdict.LIKELY_VIOLATION
    assert verdict_of(apart, checks) is Verdict.NEEDS_REVIEW


def test_a_pattern_context_is_compared_as_a_pattern() -> None:
    keep = Context("hotel", {"zh": "x", "en": "x"}, (Word("酒店"),), (), (Word("未签[^。]{0,3}通报", Match.PATTERN),),
                   None, (), ())
    assert Contexts([keep]).cancelling("酒店未签到通报", CHECK_IN) == ""
    assert Contexts([keep]).cancelling("酒店签到", CHECK_IN) == "hotel"


def test_contexts_asked_together_answer_as_each_by_itself(checks: CheckSet) -> None:
    contexts = [Prepared(context) for context in checks.vocabulary.contexts.values()]
    texts = {fold(text) for check in checks.checks for example in (*check.found, *check.not_found)
             for texts in example.screen.values() for text in texts}
    heard, met = Heard(index_of(Same(checks.vocabulary))), set()
    for text in sorted(texts):
        standing = {one.id for one in contexts if one.stands(text)}
        assert {one.id for one in heard.standing(text)} == standing, text
        assert {one.id for one in heard.fitting(text)} == {one.id for one in contexts if one.fits(text)}, text
        met |= standing
    assert len(met) > 10
