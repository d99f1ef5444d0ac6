"""What a document plans and what it only speaks of: the examples of the vocabulary, and claims about each mechanism."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.checks import CheckSet
from appscan.checks.pack import AnyOf, Match, Term, Word
from appscan.checks.plans import PARTS
from appscan.judge.documents.plans import DocumentSense
from appscan.judge.documents.standing import Genre, Said, genre_of, merged
from appscan.judge.judge import judge
from appscan.model.coverage import Kind
from appscan.model.folding import fold
from appscan.model.judgement import Finding, Force, Presence, Verdict
from appscan.readers.document.reader import reading_of_text
from tests.shipped import shipped

CHECKS = shipped()
PLANS = CHECKS.vocabulary.plans
CLOCKING = Term(Kind.TEXT, (Word("打卡"),), prose=True, plan=True)


def said(text: str, term: Term = CLOCKING) -> list[str]:
    """Why each sentence or row with the term does not plan it; "" where one does."""
    return [hit.said for hit in DocumentSense(reading_of_text(text), PLANS).hits(term)]


def only(check: str) -> CheckSet:
    """The shipped packs with one check."""
    return replace(CHECKS, checks=tuple(one for one in CHECKS.checks if one.id == check))


FOR_ANYONE = replace(CLOCKING, anyone=True)
AS_STATE = replace(CLOCKING, anyone=True, state=True)


def test_what_is_planned_for_citizens_counts_only_where_a_check_asks_for_anyone() -> None:
    text = "# 小程序建设方案\n\n面向市民提供景点打卡。"
    assert said(text) == [Said.FOR_OTHERS]
    assert said(text, FOR_ANYONE) == [""]
    assert said("# 小程序建设方案\n\n面向市民，不得设置打卡。", FOR_ANYONE) == [Said.BANNED]


def test_a_report_tells_a_state_and_plans_nothing() -> None:
    text = "# 运维月报\n\n打卡栏目空白。"
    assert said("# 应用检测情况\n\n打卡栏目空白。") == [Said.TOLD]
    assert said(text, AS_STATE) == [""]
    assert said("# 审计报告\n\n部分单位的应用打卡栏目空白。", AS_STATE) == [Said.TOLD]


@pytest.mark.parametrize("lead", ["对政务应用划出不许做的几件事。", "以下行为一律不准：", "严禁出现下列情形："])
def test_what_a_sentence_announces_as_forbidden_is_counted_up_behind_it(lead: str) -> None:
    assert said(f"# 通知要点\n\n{lead}其一，叫干部每天打卡。其二，在应用里装上打卡。") == [Said.BANNED] * 2
    assert said(f"# 通知要点\n\n{lead}其一，随意填表。各村干部每天打卡一次。") == [""]


def test_the_edition_for_the_public_is_about_the_public_whatever_its_words() -> None:
    assert said("# 河湖应用公众版使用说明\n\n有效巡河须到点打卡。") == [Said.FOR_OTHERS]
    assert said("# 河湖应用河长版使用说明\n\n有效巡河须到点打卡。") == [""]
    assert said("# 河湖应用公众端、河长端使用说明\n\n有效巡河须到点打卡。") == [""]


@pytest.mark.parametrize("lead", ["要做好以下几件事。", "未完成下列任务的不得进入其他模块。"])
def test_what_is_counted_up_behind_an_order_is_ordered(lead: str) -> None:
    assert said(f"# 通知要点\n\n{lead}其一，干部每天打卡。其二，村干部到点打卡。") == [""] * 2


def test_minutes_settle_what_is_decided_and_not_what_is_only_raised() -> None:
    assert genre_of(fold("镇长办公会议纪要"), PLANS) is Genre.DECISION
    assert said("# 镇长办公会议纪要\n\n各村干部每天打卡一次。") == [""]
    assert said("# 镇长办公会议纪要\n\n有同志建议增加打卡。") == [Said.TOLD]


def test_a_deadline_is_no_dateline() -> None:
    assert said("# 工作通知\n\n各村于 25 日前完成打卡。") == [""]
    assert said("# 工作通知\n\n日前，邻县干部每天打卡。") == [Said.TOLD]


def test_a_denial_in_the_first_clause_reaches_words_that_run_on_into_the_next() -> None:
    running = Term(Kind.TEXT, (Word("打卡[^。]{0,20}通报", Match.PATTERN),), prose=True, plan=True)
    assert said("# 建设方案\n\n平台不设打卡，数据不再通报。", running) == [Said.BANNED]


@pytest.mark.parametrize("text", PLANS.planned)
def test_the_vocabulary_knows_what_is_planned(text: str) -> None:
    assert "" in said(text)


@pytest.mark.parametrize("text", PLANS.spoken)
def test_the_vocabulary_knows_what_is_only_spoken_of(text: str) -> None:
    reasons = said(text)
    assert reasons
    assert "" not in reasons


@pytest.mark.parametrize(("title", "genre"), [
    ("网格化平台二期建设方案", Genre.PLAN), ("基层减负一体化平台采购需求", Genre.PLAN),
    ("系统可行性研究报告", Genre.PLAN),
    ("关于整治形式主义为基层减负的若干措施", Genre.AGAINST), ("关于停止统计在线时长的通知", Genre.AGAINST),
    ("移动应用清理整治方案", Genre.AGAINST), ("平台需求评审会议纪要", Genre.REPORT),
    ("应用抽查情况的通报", Genre.REPORT), ("2024年工作总结", Genre.REPORT),
    ("关于报送人居环境整治影像的通知", Genre.PLAN), ("随想", Genre.UNKNOWN)])
def test_the_title_tells_the_genre(title: str, genre: Genre) -> None:
    assert genre_of(fold(title), PLANS) is genre


@pytest.mark.parametrize(("sentence", "planned"), [
    ("不得不打卡。", True), ("严禁漏打卡、代打卡。", True), ("不打卡的，不得评优。", True),
    ("打卡不得由他人代办。", True),
    ("不设打卡，考勤由系统自动完成。", False), ("取消打卡，改为走访。", False), ("打卡功能一律取消。", False),
    ("不要求打卡。", False), ("除网格员外，其他人员不要求打卡。", True), ("不得强制打卡，但值班人员仍须打卡。", True),
    ("不得强制打卡，但可以自愿参加培训。", False), ("系统支持打卡，不支持补录。", True),
    ("系统不提供排名，提供打卡。", True), ("原则上不设打卡，不过不作统一规定。", False)])
def test_a_negation_reaches_its_clause_and_no_further(sentence: str, planned: bool) -> None:
    assert ("" in said("# 建设方案\n\n" + sentence)) is planned


def test_a_heading_bans_what_stands_below_it_and_nothing_beside() -> None:
    text = "# 建设方案\n\n## 三、不得设置的功能\n\n### 1. 人员\n\n- 打卡\n\n## 四、功能\n\n- 每日打卡"
    assert said(text) == [Said.BANNED, ""]


def test_a_sentence_that_introduces_a_list_speaks_for_it() -> None:
    text = "# 方案\n\n下列功能不得出现：\n\n- 打卡\n- 打卡补录\n\n系统支持打卡。"
    assert said(text) == [Said.BANNED, Said.BANNED, ""]


def test_a_row_that_is_struck_out_plans_nothing_and_its_neighbours_do() -> None:
    table = "# 采购需求\n\n|功能|说明|意见|\n|---|---|---|\n|打卡|每日|删除|\n|考勤|上下班打卡|留|"
    assert said(table) == [Said.REMOVED, ""]


def test_functions_for_editing_are_not_struck_out() -> None:
    table = "# 采购需求\n\n|模块|说明|操作|\n|---|---|---|\n|打卡管理|每日打卡|删除、修改、查询|"
    assert said(table) == [""]


def test_the_nearest_people_decide() -> None:
    text = "# 智慧社区建设方案\n\n## 居民端\n\n市民到场打卡领取礼品。\n\n## 网格端\n\n网格员每日打卡。"
    assert said(text) == [Said.FOR_OTHERS, ""]


def test_a_word_planned_once_is_planned_though_it_is_denied_elsewhere_in_the_sentence() -> None:
    assert said("# 方案\n\n不搞形式上的打卡，网格员凭打卡记录领取补助。") == [""]


def test_spans_that_touch_are_one() -> None:
    assert merged([(4, 9), (0, 5), (20, 22)]) == [(0, 9), (20, 22)]


# ---------------------------------------------------------------- judging

def test_a_planned_feature_is_reachable_and_stands_in_its_section() -> None:
    text = "# 平台建设方案\n\n## 三、功能\n\n系统具备人脸打卡、积分排名通报功能。"
    judged = judge(reading_of_text(text), CHECKS)
    found = {one.check_id: one for one in judged.findings}
    for check in ("check-in", "points-ranking"):
        assert (found[check].presence, found[check].stage) == (Presence.REACHABLE, "planned")
        assert [one.screen for one in found[check].occurrences] == ["三、功能"]
        assert found[check].why[0].id.startswith("planned_")


def test_force_of_another_row_is_not_laid_at_the_door_of_a_feature() -> None:
    text = ("# 平台采购需求\n\n## 功能\n\n|模块|说明|\n|---|---|\n|签到|会议签到，自愿使用|\n"
            "|工单|超时未办结的扣 5 分并通报|")
    (finding,) = judge(reading_of_text(text), only("check-in")).findings
    assert (finding.presence, finding.force, finding.verdict) == (
        Presence.REACHABLE, Force.NONE, Verdict.NEEDS_REVIEW)


def test_running_text_of_the_section_speaks_for_its_table() -> None:
    text = "# 平台采购需求\n\n## 功能\n\n|模块|说明|\n|---|---|\n|签到|网格员签到|\n\n未签到的予以通报。"
    (finding,) = judge(reading_of_text(text), only("check-in")).findings
    assert finding.force.rank >= Force.CONSEQUENCE.rank


def test_a_consequence_that_is_denied_is_none() -> None:
    text = "# 平台建设方案\n\n## 功能\n\n系统支持会议签到。签到情况不作为考核依据，不与补助挂钩。"
    (finding,) = judge(reading_of_text(text), only("check-in")).findings
    assert finding.force is Force.NONE


PROPOSAL = """# 青溪县基层网格管理平台建设方案

## 一、建设目标

建设统一的平台，服务网格员。

## 二、系统功能

### （一）每日打卡

网格员在手机端打卡，未打卡的不得进入其他模块。打卡结果按月排名并在大屏公示。

### （二）巡查记录

网格员巡查上传照片，未上传照片的不得办结。各网格工单数按月排名，名次在大屏公示。

### （三）本系统不设在线时长统计功能

系统不记录网格员在线时长，不按在线时长考核。

### （四）考核评价

系统每月对镇街打分，得分低于 60 分的约谈。
"""
"""A proposal of several functions that refuses one of them."""


def in_proposal(check: str) -> Finding:
    """What the proposal holds of one check."""
    return next(iter(judge(reading_of_text(PROPOSAL), only(check)).findings))


def rungs_of(finding: Finding) -> dict[str, set[str]]:
    """Sentences quoted, by the rung they speak for."""
    told: dict[str, set[str]] = {}
    for evidence in (one for occurrence in finding.occurrences for one in occurrence.evidence):
        told.setdefault(evidence.supports, set()).add(evidence.signal.value)
    return told


def test_a_heading_that_refuses_and_the_title_are_not_quoted_as_planned() -> None:
    finding = in_proposal("appraisal-vehicle")
    planned = rungs_of(finding)["reachable"]
    assert "系统每月对镇街打分，得分低于 60 分的约谈。" in planned
    assert not [text for text in planned if "在线时长" in text or "建设方案" in text]
    assert in_proposal("online-duration").verdict is Verdict.INFO


@pytest.mark.parametrize("sentence", ["系统不支持补卡，未打卡的不得计发补贴。", "平台不设补签功能，不签到不能下班。"])
def test_what_gives_no_way_out_and_takes_away_refuses_nothing(sentence: str) -> None:
    text = f"# 值守系统建设方案\n\n## 功能\n\n{sentence}\n"
    assert judge(reading_of_text(text), only("check-in")).findings[0].presence is Presence.REACHABLE


def test_the_system_of_a_sentence_that_refuses_is_no_plan() -> None:
    system = Term(Kind.TEXT, (Word("系统"),), prose=True, plan=True)
    assert said("# 建设方案\n\n系统不记录轨迹，不按轨迹考核。", system) == [Said.BANNED]
    assert said("# 建设方案\n\n系统不记录轨迹，仅记录工单。", system) == [""]


@pytest.mark.parametrize(("check", "sentence"), [
    ("check-in", "网格员在手机端打卡，未打卡的不得进入其他模块。"),
    ("media-upload", "网格员巡查上传照片，未上传照片的不得办结。")])
def test_what_one_may_not_do_who_left_it_out_bars_the_way(check: str, sentence: str) -> None:
    finding = in_proposal(check)
    assert finding.force is Force.BLOCK
    assert rungs_of(finding)["block"] == {sentence}


def test_a_ranking_in_the_next_sentence_is_not_of_the_pictures() -> None:
    assert "no_opt_out" not in rungs_of(in_proposal("media-upload"))


def test_what_bars_the_way_in_a_neighbouring_part_is_about_something_else() -> None:
    assert not rungs_of(in_proposal("appraisal-vehicle")).keys() & {"block"}
    around = PROPOSAL.replace("## 二、系统功能\n", "## 二、系统功能\n\n以下任务未完成的不得进入其他模块。\n")
    finding = next(iter(judge(reading_of_text(around), only("media-upload")).findings))
    assert "以下任务未完成的不得进入其他模块。" in rungs_of(finding)["block"]


def test_an_item_of_a_list_of_functions_does_not_force_its_neighbours() -> None:
    text = ("# 平台采购需求\n\n## 功能\n\n1. 打卡：网格员打卡。\n2. 走访：社工走访，未填写记录的不得办结。\n"
            "3. 工单：工单数排名，名次在大屏公示。\n")
    assert not rungs_of(next(iter(judge(reading_of_text(text), only("check-in")).findings))).keys() & {
        "block", "no_opt_out"}
    around = text.replace("## 功能\n\n", "## 功能\n\n未完成下列任务的不得进入其他模块。\n\n")
    assert "block" in rungs_of(next(iter(judge(reading_of_text(around), only("check-in")).findings)))


def test_an_order_that_is_only_quoted_forces_nothing() -> None:
    text = "# 抽查情况的报告\n\n某镇要求网格员必须每日打卡，未打卡的通报。该功能已停用。"
    (finding,) = judge(reading_of_text(text), only("check-in")).findings
    assert (finding.presence, finding.force, finding.verdict) == (Presence.MENTIONED, Force.NONE, Verdict.INFO)


def test_a_plan_term_is_false_in_an_app_and_leaves_nothing_open() -> None:
    from appscan.bench.examples import reading_of

    reading = reading_of({"text": ["系统具备人脸打卡功能"], "control": ["确定"]}, CHECKS.vocabulary.calls)
    planned = replace(only("check-in").checks[0], presence={Presence.REACHABLE: AnyOf((CLOCKING,))}, force={})
    assert judge(reading, replace(CHECKS, checks=(planned,))).findings == ()


PIECES = st.sampled_from([
    "# 建设方案\n\n", "## 不得设置\n\n", "每日打卡。", "不得", "但", "除网格员外，", "\n\n", "- ", "|打卡|删除|\n",
    "|功能|意见|\n|---|---|\n", "下列功能不得出现：", "市民", "签到", "取消", "。", "（", "\u200b"])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=25))
def test_whatever_a_document_says_only_what_it_plans_is_reachable(pieces: list[str]) -> None:
    reading = reading_of_text("".join(pieces))
    planned = [hit for hit in DocumentSense(reading, PLANS).hits(CLOCKING) if not hit.said]
    for finding in judge(reading, only("check-in")).findings:
        assert finding.stage == "planned"
        assert finding.presence is not Presence.REACHABLE or planned or "签到" in "".join(pieces)


# ---------------------------------------------------------------- patterns of the vocabulary

PATTERNS = [(part, name, pattern) for part, names in PARTS.items() for name in names
            for pattern in getattr(PLANS, part)[name]]
LONG = "不得要求各村网格员每日在系统中按得分由高到低公布名单并上传照片轨迹在线时长" * 1500


def test_every_list_of_the_vocabulary_is_used() -> None:
    assert all(getattr(PLANS, part)[name] for part, names in PARTS.items() for name in names)


@pytest.mark.parametrize(("part", "name", "pattern"), PATTERNS, ids=[f"{one[0]}-{one[1]}-{i}" for i, one in
                                                                     enumerate(PATTERNS)])
def test_no_pattern_takes_long(part: str, name: str, pattern: str) -> None:
    started = time.monotonic()
    list(re.finditer(pattern, LONG))
    assert time.monotonic() - started < 10


def test_the_words_of_plans_are_folded_as_texts_are() -> None:
    full = [word.text for check in CHECKS.checks for expression in check.presence.values()
            for word in getattr(expression, "words", ()) if word.match is not Match.PATTERN]
    assert all(fold(text) == text for text in full)
    assert not [pattern for _, _, pattern in PATTERNS if re.search("[，；：（）？！]", pattern)]
