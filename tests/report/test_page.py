"""Claims about the page and the short text: complete in both languages, with the same numbers, and safe."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from appscan.capture.browser import find_chromium, is_installed
from appscan.model.artifact import App
from appscan.model.coverage import Coverage, Gap, Kind
from appscan.model.judgement import Evidence, Message, Place, Signal
from appscan.model.report import Report
from appscan.readers.document.reader import reading_of_text
from appscan.report.document import from_document, to_document
from appscan.report.finding_view import finding_view
from appscan.report.page import to_html
from appscan.report.plain import to_text
from appscan.report.quotation import path_steps, quotation, quoted, rows, short_name, telling_first
from appscan.report.summary import summarise
from appscan.report.words import article_named, interval, size_named
from appscan.scan import judge_readings
from appscan.texts import LANGUAGES, Language, catalogue, say
from tests.shipped import shipped

HOSTILE = [
    "<script>alert(1)</script>", "</style><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)", "{{ 7*7 }}", "{% include 'x' %}", "' onmouseover='x", "--></title><svg onload=alert(1)>",
    "a\u202egpj.exe\u2066b", "\x00\x1b[31m\x07", "&lt;b&gt;", "字" * 5000, "\u0301" * 300, "a\u200bb\u2028c\ud800",
]


class _Seen(HTMLParser):
    """Elements, attributes and visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._in_style = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style &= tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.text += data + " "


def _poisoned(value: Any, poison: str, key: str = "") -> Any:
    """The document with every free text replaced; what the schema fixes stays."""
    fixed = {"verdict", "overall", "presence", "presence_at_most", "force", "force_at_most", "declaration", "supports",
             "stage", "polarity", "fingerprint", "sha256"}
    if isinstance(value, dict):
        return {name: _poisoned(one, poison, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_poisoned(one, poison, key) for one in value]
    if isinstance(value, str) and key not in fixed | {"kind", "kinds", "tags", "check_id", "artifact", "id", "clauses"}:
        return poison
    return value


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Language:
    language: Language = request.param
    return language


@pytest.mark.parametrize("poison", HOSTILE)
def test_nothing_from_the_app_becomes_markup(report: Report, lang: Language, poison: str) -> None:
    plain = _Seen(to_html(to_document(report), lang))
    page = to_html(_poisoned(to_document(report), poison), lang)
    seen = _Seen(page)
    assert set(seen.tags) <= set(plain.tags)
    assert not [tag for tag in seen.tags if tag in {"script", "img", "iframe", "object", "svg", "form", "link", "base"}]
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in {"src", "style", "srcdoc"}]
    assert {value for name, value in seen.attributes if name == "href"} <= {value for name, value in plain.attributes
                                                                              if name == "href"}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", page)
    page.encode("utf-8")


def test_a_template_in_a_text_is_not_run(report: Report) -> None:
    page = to_html(_poisoned(to_document(report), "{{ 1234*3 }}"), "en")
    assert "{{ 1234*3 }}" in page
    assert "3702" not in _Seen(page).text


@pytest.mark.parametrize("poison", HOSTILE)
def test_the_short_text_stays_on_its_lines(report: Report, lang: Language, poison: str) -> None:
    lines = to_text(_poisoned(to_document(report), poison), lang, [poison])
    assert not [line for line in lines if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]", line)]
    assert max(map(len, lines)) < 3000


def test_the_page_loads_nothing_and_runs_nothing(report: Report, lang: Language) -> None:
    page = to_html(to_document(report), lang)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"(?i)<script|<link|@import|url\(|src=", page)
    assert {value for name, value in _Seen(page).attributes if name == "href" and not value.startswith("#")} == set()


def test_every_link_of_the_page_leads_somewhere(report: Report, unread: Report, lang: Language) -> None:
    for one in (report, unread):
        attributes = _Seen(to_html(to_document(one), lang)).attributes
        anchors = {value for name, value in attributes if name == "id"}
        assert {value[1:] for name, value in attributes if name == "href"} <= anchors


@pytest.mark.parametrize("which", ["report", "clean", "unread"])
def test_no_text_of_the_page_is_missing_from_the_catalogue(request: pytest.FixtureRequest, which: str,
                                                                  lang: Language) -> None:
    text = _Seen(to_html(to_document(request.getfixturevalue(which)), lang)).text
    spaces = "|".join(sorted({key.partition(".")[0] for key in catalogue(lang)}))
    assert not re.search(rf"\b(?:{spaces})\.[a-z_]+\b", text)
    assert not re.search(r"[{}]|\[\[|\]\]", text)


def test_the_english_page_has_chinese_only_where_the_app_has(report: Report) -> None:
    page = _Seen(to_html(to_document(report), "en")).text
    for label in ("总体结论", "怎么办", "涉嫌违规", "有关条款", "调用路径", "未读到"):
        assert label not in page
    assert "Likely violation" in page
    assert "What to do" in page


def test_page_document_and_short_text_show_the_same_numbers(report: Report, lang: Language) -> None:
    document = to_document(report)
    numbers = summarise(document)
    page = to_html(document, lang)
    sums = re.search(r'<dl class="sums">(.*?)</dl>', page, re.DOTALL)
    counts = re.search(r'<ul class="counts">(.*?)</ul>', page, re.DOTALL)
    assert sums is not None
    assert counts is not None
    assert [int(one) for one in re.findall(r"<dd>(\d+)</dd>", sums[1])] == [
        numbers.checks, numbers.occurrences, numbers.gaps, numbers.blinding]
    assert [int(one) for one in re.findall(r"<b>(\d+)</b>", counts[1])] == [
        count for _, count in numbers.by_verdict if count]
    assert page.count('class="occurrence"') == numbers.occurrences
    places = re.findall(r'class="number">(\d+)</td>', page)
    assert sum(map(int, places)) == numbers.occurrences
    short = "\n".join(to_text(document, lang))
    assert sum(map(int, re.findall(r"(\d+) (?:处\n|places?\n)", short))) == numbers.occurrences


def test_the_verdict_is_told_by_shape_and_word_too(report: Report, lang: Language) -> None:
    page = to_html(to_document(report), lang)
    for verdict, count in summarise(to_document(report)).by_verdict:
        if count:
            assert f"</span>{say(lang, f'verdicts.{verdict.value}')}</span>" in page
    assert len(set(re.findall(r'class="badge v-\w+"><span class="sign" aria-hidden="true">(.)</span>', page))) == 5


def test_the_page_accuses_nobody_on_its_own_authority(report: Report) -> None:
    text = _Seen(to_html(to_document(report), "zh")).text
    assert "违规" not in text.replace("涉嫌违规", "").replace("是否违规", "")


def test_a_finding_shows_question_clause_screen_path_hit_and_notice(report: Report) -> None:
    page = to_html(to_document(report), "zh")
    text = re.sub(r"\s+", " ", _Seen(page).text)
    for part in ("是否设置强制打卡签到功能？", "《整治形式主义为基层减负若干规定》第十三条",
                 "每日打卡（PatrolCheckActivity）", "未打卡将扣除当日积分", "说明强制：有后果",
                 "res/layout/activity_patrol_check.xml", "@id/btn_check_in",
                 "MainActivity.onCreate", "取消强制打卡签到功能", "单独文件送检"):
        assert part in text
    assert "<mark>未打卡将扣除当日积分</mark>并在网格群内通报" in page
    parts = ("总体结论", "应用情况", "没看到什么", "逐项结论", "发现与证据", "检查方法与局限")
    order = [text.index(part) for part in parts]
    assert order == sorted(order)


def test_a_clause_that_was_not_read_whole_is_marked_as_reference(report: Report) -> None:
    page = to_html(to_document(report), "zh")
    assert re.search(r"负面清单第二项（2026-01-25）<span class=\"tag reference\">参考", page)
    assert not re.search(r"第十三条（2024-08-06）<span class=\"tag reference\">", page)


def test_cancelled_hits_are_folded_and_say_as_what(report: Report) -> None:
    page = to_html(to_document(report), "zh")
    folded = re.search(r'<details class="cancelled">(.*?)</details>', page, re.DOTALL)
    assert folded is not None
    assert "按“物流轨迹”排除" in folded[1]
    assert "快递已<mark>签到</mark>，请凭取件码领取" in folded[1]


def test_an_interrupted_scan_says_so_first(unread: Report, lang: Language) -> None:
    page = _Seen(to_html(to_document(unread), lang)).text
    assert page.index(say(lang, "report.incomplete")) < page.index(say(lang, "report.overall"))


def test_open_checks_without_evidence_are_said_once(unread: Report) -> None:
    page = to_html(to_document(unread), "zh")
    assert page.count('id="open"') == 1
    assert page.count('href="#open"') == 6


def _with_occurrences(report: Report, places: int, hits: int) -> Report:
    finding = report.findings[0]
    hit = Evidence(Signal(Kind.TEXT, "打卡", Place("f", "s", "e"), excerpt="打卡" * 2000), "reachable")
    occurrence = dataclasses.replace(finding.occurrences[0], evidence=(hit,) * hits, path=("a.b.C.d",) * 500)
    grown = dataclasses.replace(finding, occurrences=(occurrence,) * places)
    return dataclasses.replace(report, findings=(grown, *report.findings[1:]))


def test_a_long_list_is_folded_and_then_only_counted(report: Report) -> None:
    document = to_document(_with_occurrences(report, 1000, 100))
    page = to_html(document, "zh")
    assert page.count('class="occurrence"') < 100
    assert re.search(r"还有 934 处未在本页列出", page)
    assert len(page) < 4_000_000
    assert str(summarise(document).occurrences) in _Seen(page).text


def test_many_gaps_do_not_make_the_page_endless(report: Report) -> None:
    gaps = tuple(Gap(frozenset({Kind.CALL}), f"lib/{number}.so", "native_code") for number in range(50_000))
    read = dataclasses.replace(report.artifacts[0], coverage=Coverage((), gaps))
    page = to_html(to_document(dataclasses.replace(report, artifacts=(read,))), "zh")
    assert len(page) < 400_000
    assert "50000" in page


def test_a_quote_is_cut_around_its_hit() -> None:
    before, hit, after, context = quoted("打卡", "前" * 1000 + "打卡" + "后" * 1000, 400)
    assert hit == "打卡"
    assert before.startswith("…前")
    assert after.endswith("后…")
    assert context == ""
    assert 380 < len(before + hit + after) <= 402


def test_a_hit_that_is_not_in_its_excerpt_stands_before_it() -> None:
    assert quoted("setCancelable(false)", "请先打卡") == ("", "setCancelable(false)", "", "请先打卡")
    assert quoted("", "请先打卡") == ("", "请先打卡", "", "")
    assert quoted("sign in", "please sign in now") == ("please ", "sign in", " now", "")


@pytest.mark.parametrize(("name", "short"), [
    ("Lcom/town/Patrol;->start(I)V", "Patrol.start"), ("com.town.Patrol.start", "Patrol.start"),
    ("Patrol.start", "Patrol.start"), ("com.town.Patrol$1.<init>", "Patrol$1.<init>"),
    ("com.town.Day.lambda$onCreate$0$com-town-Day", "Day.onCreate (lambda)"),
    ("pages/patrol/check.vue", "pages/patrol/check.vue"), ("/grid/v1.2/check", "/grid/v1.2/check")])
def test_a_step_of_a_path_is_named_by_class_and_method(name: str, short: str) -> None:
    assert short_name(name) == short


def test_steps_that_a_compiler_put_between_are_left_out() -> None:
    path = ["a.b.Day.onCreate", "a.b.Day$$ExternalSyntheticLambda0.onClick", "a.b.Day.$r8$lambda$x", "a.b.Day.sign"]
    assert [step.short for step in path_steps(path, "zh")] == ["Day.onCreate", "Day.sign"]


def test_each_rung_of_the_evidence_is_among_the_first_shown() -> None:
    hits = [{"supports": "reachable", "kind": "call", "role": "network_send"}] * 30
    hits += [{"supports": rung, "kind": "text", "role": "label"} for rung in ("consequence", "order")]
    assert {one["supports"] for one in telling_first(hits)[:3]} == {"reachable", "consequence", "order"}
    assert len(telling_first(hits)) == len(hits)


def test_a_long_path_keeps_its_ends() -> None:
    steps = path_steps([f"a.b.C{number}.run" for number in range(50)], "zh")
    assert (steps[0].short, steps[-1].short, len(steps)) == ("C0.run", "C49.run", 12)
    assert "略去 39 步" in steps[6].short


def test_numbers_are_written_for_people() -> None:
    assert [article_named(one, "zh") for one in ("8", "10", "13", "20", "25", "负面清单二", "附则")] == [
        "第八条", "第十条", "第十三条", "第二十条", "第二十五条", "负面清单第二项", "附则"]
    assert article_named("13", "en") == "article 13"
    assert article_named("负面清单二", "en") == "negative list, item 2"
    assert size_named(18_325_677) == "18.3 MB"


def test_an_open_interval_never_reads_as_absence() -> None:
    assert interval("zh", "force", "none", "block") == (
        "没有见到强制，但没有读到的部分里可能有（最多到“不做不能用”）")
    assert interval("zh", "presence", "reachable", "exercised") == "至少“可以用到”，没有读到的部分里可能到“已见其运行”"


def _text(report: Report, lang: Language = "zh") -> str:
    return re.sub(r"\s+", " ", _Seen(to_html(to_document(report), lang)).text)


def test_the_declared_reason_stands_with_the_app_and_at_the_finding(report: Report) -> None:
    text = _text(report)
    assert "上传轨迹（申报理由：巡查任务需要）" in text
    finding = text[text.index("是否强制要求上传行动轨迹？"):]
    assert finding.index("与申报相符 申报理由：巡查任务需要") < finding.index("有关条款")
    assert "reason: 巡查任务需要" in _text(report, "en")


def test_the_short_text_compares_each_check_with_the_declaration(report: Report, clean: Report) -> None:
    lines = "\n".join(to_text(to_document(report), "zh"))
    assert re.search("打卡签到：.*，未申报，2 处", lines)
    assert re.search("上传轨迹：.*，与申报相符，1 处", lines)
    assert "上传照片视频：与申报相符" in lines
    declared = dataclasses.replace(clean, findings=(), app=dataclasses.replace(clean.app, declared={"check-in": ""}))
    assert "打卡签到：已申报但未发现" in "\n".join(to_text(to_document(declared), "zh"))
    assert "申报" not in "\n".join(to_text(to_document(clean), "zh"))


def test_custom_checks_are_told_before_the_verdict(report: Report, lang: Language) -> None:
    told = say(lang, "report.custom_checks")
    custom = dataclasses.replace(report, tool=dataclasses.replace(report.tool, custom_checks=True))
    assert told not in _text(report, lang)
    text = _text(custom, lang)
    assert text.index(told) < text.index(say(lang, "report.overall"))
    assert f"  ! {told}" in to_text(to_document(custom), lang)


def test_the_page_of_an_unreadable_file_says_why_and_counts_no_gaps(unread: Report, lang: Language) -> None:
    text = _text(unread, lang)
    assert say(lang, "report.nothing_read") in text
    assert say(lang, "overall_means.inconclusive") not in text
    assert say(lang, "report.count_gaps") not in text
    reason = say(lang, "errors.not_a_zip", name="broken.apk")
    assert text.index(reason) < text.index(say(lang, "report.section.app"))
    assert text.count(reason) == 1
    assert to_text(to_document(unread), lang)[1].strip() == say(lang, "report.nothing_read")


def test_an_unread_file_beside_one_that_was_read_is_the_reason_to_leave_it_open(clean: Report, unread: Report) -> None:
    some = dataclasses.replace(clean, errors=unread.errors, overall=unread.overall, verdicts=unread.verdicts)
    assert "有文件未能读取，不能按“未发现”对待" in _text(some)


def test_one_thing_that_speaks_for_presence_and_force_is_one_row(report: Report) -> None:
    finding = report.findings[0]
    rungs = ("reachable", "consequence", "order")
    same = [Evidence(Signal(Kind.TEXT, "漏签扣分", Place("a.xml", "s", "a.xml#3"), "label"), rung) for rung in rungs]
    found = dataclasses.replace(finding, occurrences=(dataclasses.replace(finding.occurrences[0],
                                                                          evidence=tuple(same)),), cancelled=())
    page = to_html(to_document(dataclasses.replace(report, findings=(found,))), "zh")
    assert page.count('class="quote-row"') == 1
    assert re.findall(r'class="supports">([^<]*)<', page) == ["说明存在：可以用到", "说明强制：文字要求、有后果"]


def test_one_thing_seen_as_text_and_as_endpoint_is_one_row() -> None:
    place = {"file": "a.js", "screen": "s", "element": "a.js#9"}
    both = [{"kind": kind, "value": "/sign", "excerpt": "/sign", "place": place, "role": "", "actor": "", "origin": "",
             "live": True, "supports": "reachable"} for kind in ("text", "endpoint")]
    grouped = rows(both)
    assert len(grouped) == 1
    assert quotation(grouped[0], "zh").role == "接口地址"


@pytest.mark.parametrize(("value", "told"), [
    ("距离签到点还有%1$d米", "距离签到点还有〔…〕米"), ("本月%2$.1f分，%1$s第%3$02d名", "本月〔…〕分，〔…〕第〔…〕名"),
    ("完成 100%，满%d8元", "完成 100%，满%d8元")])
def test_where_a_resource_is_filled_in_people_see_a_blank(value: str, told: str) -> None:
    one = {"kind": "text", "value": value, "excerpt": value, "role": "label", "actor": "", "origin": "", "live": True,
           "supports": "reachable", "place": {"file": "a.xml", "screen": "s", "element": "a.xml#3"}}
    assert quotation([one], "zh").hit == told


def test_a_place_that_is_only_counted_stands_aside() -> None:
    def shown(element: str) -> tuple[str, str]:
        one = {"kind": "control", "value": "签到", "excerpt": "", "role": "button", "actor": "", "origin": "",
               "live": True, "supports": "reachable", "place": {"file": "day.xml", "screen": "s", "element": element}}
        made = quotation([one], "zh")
        return made.element, made.number

    assert shown("day.xml#3") == ("", "#3")
    assert shown("@id/btn_sign") == ("@id/btn_sign", "")


def test_people_are_told_where_to_look_before_the_call_path(report: Report) -> None:
    text = _text(report)
    assert text.index("页面《每日打卡》 → 按钮“立即打卡”") < text.index("PatrolCheckActivity.onClick")


def test_a_tag_says_what_follows_from_it(report: Report) -> None:
    text = _text(report)
    assert f"{say('zh', 'tags.special_scene_hint')} {say('zh', 'tags_mean.special_scene_hint')}" in text


def test_one_certificate_under_several_schemes_is_one_signer(report: Report) -> None:
    read = report.artifacts[0]
    signer, other = read.artifact.certificates[0], "ab" * 32
    signers = (*(dataclasses.replace(signer, scheme=scheme) for scheme in ("v1", "v2", "v3")),
               dataclasses.replace(signer, scheme="v3.1", sha256=other))
    artifact = dataclasses.replace(read.artifact, certificates=signers)
    text = _text(dataclasses.replace(report, artifacts=(dataclasses.replace(read, artifact=artifact),)))
    assert text.count(signer.sha256) == 1
    assert "签名证书（v1、v2、v3）" in text
    assert "签名证书（v3.1）" in text


def test_the_printed_page_opens_what_is_folded(report: Report) -> None:
    style = re.search(r"<style>(.*?)</style>", to_html(to_document(report), "zh"), re.DOTALL)
    assert style is not None
    printed = style[1].partition("@media print")[2]
    assert "details::details-content{content-visibility:visible" in printed
    assert "details>*{display:block}" in printed


def test_a_limit_of_a_custom_pack_is_told_in_its_own_words(report: Report) -> None:
    gap = Gap(frozenset({Kind.CALL}), "com.coat.Stub", "coat", {
        "name": "<b>某壳", "url": "com.coat.Stub", "title_zh": "外套", "title_en": "Coat",
        "advice_zh": "请先脱掉{name}。", "advice_en": "Take off {name} first."}, blinds=True)
    reason = Message("gap", {"reason": "coat", "place": "com.coat.Stub"})
    read = dataclasses.replace(report.artifacts[0], coverage=Coverage((), (gap,)))
    finding = dataclasses.replace(report.findings[0], why=(reason,))
    coated = dataclasses.replace(report, artifacts=(read,), findings=(finding,))
    document = to_document(coated)
    assert document["coverage"]["gaps"][0]["advice"] == {"zh": "请先脱掉<b>某壳。", "en": "Take off <b>某壳 first."}
    assert from_document(document) == coated
    assert "&lt;b&gt;某壳" in to_html(document, "zh")
    assert "外套" in _text(coated)
    assert say("zh", "why.gap", reason="外套", place="com.coat.Stub") in _text(coated)
    assert "Coat" in "\n".join(to_text(document, "en"))


def test_on_a_phone_the_overview_has_no_rows_that_only_say_a_dash(document: dict[str, Any], tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    if not is_installed():
        pytest.skip("no Chromium on this machine")
    (tmp_path / "report.html").write_text(to_html(document), "utf-8")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=find_chromium(), chromium_sandbox=False)
        shown = {}
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.goto((tmp_path / "report.html").as_uri())
            shown[width] = [one.inner_text() for one in page.locator(".overview td:visible").all()]
        browser.close()
    assert "—" in shown[1280]
    assert shown[390]
    assert "—" not in shown[390]


def test_what_a_paper_refuses_or_lacks_is_not_marked_as_planned() -> None:
    text = "# 平台建设方案\n\n## 功能\n\n网格员每日打卡。\n\n本系统不设在线时长统计功能。\n\n网格员自愿用，不强制安装。"
    document = to_document(judge_readings([reading_of_text(text)], App(), shipped()))
    marked = {one["check_id"]: finding_view(document, one, "a", False, "zh").planned for one in document["findings"]}
    assert marked["check-in"] is True
    assert marked["online-duration"] is False
    assert [check for check, planned in marked.items() if planned] == ["check-in"]
