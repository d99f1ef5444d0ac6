"""Claims about papers: what must stand in a notice stands there, templates are filled or refused, and a re-check says
what became of every item."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image

from appscan.errors import UsageError
from appscan.model.report import Report
from appscan.report.album import Album
from appscan.report.document import to_document
from appscan.report.paper.docx import blank_template, to_docx
from appscan.report.paper.grounds import prove_notice
from appscan.report.paper.layout import PaperKind, Section
from appscan.report.paper.paper import PaperWish, paper
from appscan.report.paper.print_page import to_print
from appscan.report.paper.recheck import State, Why, recheck, same_app
from appscan.report.paper.template import paragraphs
from appscan.texts import LANGUAGES, say_error

Json = dict[str, Any]
NOTICE = PaperWish(PaperKind.NOTICE, date(2026, 12, 31), report_digest="cd" * 32)


def text_of(content: bytes) -> str:
    """All text of a DOCX in its order."""
    return "\n".join("".join(part.text or "" for part in paragraph.iter() if part.tag.endswith("}t"))
                     for paragraph in paragraphs(docx.Document(io.BytesIO(content))))


def notice(document: Json, folder: Path | None = None, wish: PaperWish = NOTICE, lang: Any = "zh") -> str:
    return text_of(to_docx(paper(document, wish, Album(folder), lang)))


def test_a_notice_names_app_owner_clause_demand_and_deadline(document: Json) -> None:
    text = notice(document)
    assert "关于“虚构网格通（虚构）”的整改通知书" in text
    assert "虚构市数据局：" in text
    assert "请于2026年12月31日前完成整改" in text
    assert "除安保、应急等特殊场景外，不得设置打卡签到等强制性功能。" in text
    assert "取消强制打卡签到功能" in text
    assert "未打卡将扣除当日积分" in text, "the evidence is quoted"


def test_annexes_begin_on_a_page_of_their_own_by_their_headings_alone(document: Json) -> None:
    opened = docx.Document(io.BytesIO(to_docx(paper(document, NOTICE, Album(None), "zh"))))
    begins = [one.text for one in opened.paragraphs if one.paragraph_format.page_break_before]
    assert [text.partition("：")[0] for text in begins] == ["附件1", "附件2"]
    assert not opened.element.xpath("//w:br[@w:type='page']"), "it may slip onto a page that stays empty"


def test_a_notice_holds_only_clauses_read_whole_an_opinion_shows_the_others_as_reference(document: Json) -> None:
    text = notice(document)
    assert "第十三条" in text
    assert "有关条款为概述" in text
    assert "政务应用管理办法" not in text, "neither a demand nor a quotation of a text that was not read"
    assert "负面清单" not in text
    tables = docx.Document(io.BytesIO(to_docx(paper(document, PaperWish(), Album())))).tables
    rows = {row.cells[0].text: row.cells[1].text for table in tables if len(table.columns) == 2 for row in table.rows
            if "负面清单" in row.cells[1].text or "第十三条" in row.cells[1].text}
    assert "负面清单" not in rows["有关条款"]
    assert "负面清单第二项" in rows["参考"]
    assert "不作为整改依据" in rows["参考"]


def test_a_notice_asks_nothing_of_a_place_that_the_office_exempted(document: Json) -> None:
    finding = next(one for one in document["findings"] if one["check_id"] == "check-in")
    spared, standing = finding["occurrences"][0], finding["occurrences"][1:]
    assert standing
    document["exemptions"] = [{"check_id": "check-in", "state": "exempt", "app": "x", "ground": "special_scene",
                               "expires": "2026-12-31", "fingerprints": [spared["fingerprint"]]}]
    sections = paper(document, NOTICE, Album(None), "zh").sections
    told = repr([sections[name] for name in (Section.FINDINGS, Section.PLACES)])
    assert spared["fingerprint"] not in told
    assert all(place["fingerprint"] in told for place in standing)
    assert "另有 1 处已由主管单位备案豁免" in told
    assert spared["fingerprint"] in repr(paper(document, PaperWish(), Album(None), "zh").sections[Section.PLACES])


def test_a_notice_orders_nothing_on_clauses_that_nobody_read_and_asks_instead(document: Json) -> None:
    document["findings"][0]["clauses"] = ["MEAS26-NEG2"]
    text = notice(document)
    assert "2 项须补充说明或材料。现将有关情况和证据通知如下，请于2026年12月31日前书面说明" in text
    assert "一、检查对象" in text
    assert "二、请补充说明的事项" in text
    assert "（一）打卡签到（涉嫌违规）" in text
    for ordered in ("整改期限", "取消强制打卡签到功能", "完成整改", "打卡、签到", "负面清单"):
        assert ordered not in text
    assert "请说明这项功能的使用范围" in text


def test_no_notice_is_made_where_nothing_could_be_judged_and_the_reason_is_not_that_all_is_well(
        document: Json, clean: Report, unread: Report) -> None:
    prove_notice(document, "x")
    with pytest.raises(UsageError, match="nothing_to_rectify"):
        prove_notice(to_document(clean), "x")
    with pytest.raises(UsageError) as raised:
        prove_notice(to_document(unread), "x")
    assert raised.value.key == "notice_undecided"
    assert "没有需要整改的问题" not in say_error("zh", raised.value)


def test_a_notice_that_follows_a_report_nobody_could_judge_does_not_say_that_nothing_is_wrong(unread: Report) -> None:
    text = notice(to_document(unread), wish=dataclasses.replace(NOTICE, previous=to_document(unread)))
    assert "不能认定没有问题" in text
    assert "没有需要整改的问题" not in text


def test_papers_name_days_as_the_clock_in_beijing_has_them(document: Json) -> None:
    document["ended"] = "2026-11-29T18:02:08+00:00"
    text = notice(document, wish=PaperWish())
    assert "检查日期为2026年11月30日" in text
    assert "2026-11-30 02:02:08 +08:00" in text
    assert "2026-11-29" not in text


def test_a_paper_quotes_a_few_pieces_of_evidence_the_strongest_first_and_each_once(document: Json) -> None:
    occurrence = document["findings"][0]["occurrences"][0]
    button, warning, endpoint = occurrence["evidence"]
    title = {**button, "kind": "title", "role": "title", "value": document["app"]["name"],
             "excerpt": document["app"]["name"]}
    occurrence["evidence"] = [title, endpoint, button, warning,
                              *({**endpoint, "value": f"/other/{number}", "excerpt": ""} for number in range(9))]
    tables = docx.Document(io.BytesIO(to_docx(paper(document, NOTICE, Album())))).tables
    told = next(row.cells[1].text for table in tables for row in table.rows if row.cells[0].text == "证据").split("\n")
    assert [any(words in line for words in ("今日尚未打卡", "未打卡将扣除")) for line in told[:2]] == [True, True]
    assert "立即打卡" in told[2]
    assert len(told) <= 6
    assert not any(document["app"]["name"] in line for line in told), "its own name proves nothing"
    assert len(set(told)) == len(told)


def test_a_notice_carries_the_chain_of_evidence(document: Json) -> None:
    text = notice(document)
    for link in ("xugou-grid-2.3.1.apk", document["artifacts"][0]["sha256"], "2.3.1 (231)", "审核一处", "appscan 0.1.0",
                 "2024.8", document["tool"]["checks_digest"], document["artifacts"][0]["reading_digest"],
                 "2026-11-21 09:30:00", "cd" * 32):
        assert link in text


def test_a_notice_covers_numbers_and_labelled_names_of_persons(document: Json) -> None:
    for evidence in document["findings"][0]["occurrences"][0]["evidence"]:
        evidence["excerpt"] = evidence["value"] = "联系人：张小明 13812345678 110101199003071234"
    for kind in PaperKind:
        text = notice(document, wish=dataclasses.replace(NOTICE, kind=kind))
        assert "张小明" not in text
        assert "13812345678" not in text
        assert "199003071234" not in text
        assert "138****5678" in text


def test_a_notice_says_what_was_not_seen_and_which_exemptions_there_are(document: Json) -> None:
    text = notice(document)
    assert "assets/plugin.jar" in text
    assert "自称豁免（待核）" in text
    assert "豁免已过期" in text
    assert "虚防〔2024〕3号" in text


def test_an_opinion_lists_every_check_with_its_verdict(document: Json) -> None:
    text = notice(document, wish=PaperWish())
    assert "关于“虚构网格通（虚构）”的审查意见书" in text
    for check in document["checks"]:
        assert check["title"]["zh"] in text


def test_papers_are_written_in_english_too(document: Json) -> None:
    text = notice(document, lang="en")
    assert "Notice of rectification: 虚构网格通（虚构）" in text
    assert "before 2026-12-31" in text
    assert "Remove the forced check-in" in text


def test_a_clean_report_has_nothing_to_demand(clean: Report) -> None:
    assert "没有需要说明的发现" in notice(to_document(clean), wish=PaperWish())


def test_an_unread_report_is_no_clean_paper(unread: Report) -> None:
    text = notice(to_document(unread), wish=PaperWish())
    assert "broken.apk" in text
    assert "本报告不完整" in text
    assert "检查所需的内容均已读取" not in text


def pictured(document: Json, folder: Path) -> Json:
    """The document with one piece of evidence seen on a screenshot that lies beside it."""
    content = io.BytesIO()
    Image.new("RGB", (390, 844), (240, 248, 255)).save(content, "PNG")
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    (folder / "evidence").mkdir()
    (folder / "evidence" / f"{digest}.png").write_bytes(content.getvalue())
    crawl = {"start_urls": ["http://grid.example/"], "states": 1, "viewports": [], "actors": [], "routes": [],
             "routes_found": 0, "routes_visited": 0, "days": [], "trials": [], "caps": [], "queue_left": 0,
             "robots": "", "writes": "answer", "intended": 0, "origins": []}
    document["artifacts"][0]["crawl"] = crawl
    document["findings"][0]["occurrences"][0]["evidence"][0]["seen"] = {"picture": digest, "box": [20, 30, 200, 40]}
    document["pictures"] = [{"source": digest, "sha256": digest, "width": 390, "height": 844, "covered": 0, "left": 0,
                             "top": 0}]
    return document


def images_in(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [name for name in archive.namelist() if name.startswith("word/media/")]


def test_a_finding_of_a_crawl_shows_one_framed_picture(document: Json, tmp_path: Path) -> None:
    content = to_docx(paper(pictured(document, tmp_path), NOTICE, Album(tmp_path)))
    assert len(images_in(content)) == 1
    assert "图1" in text_of(content)
    page = to_print(paper(document, NOTICE, Album(tmp_path)))
    assert list(page.files) == ["figure-1.png"]
    red = Image.open(io.BytesIO(page.files["figure-1.png"])).convert("RGB").getcolors(10_000)
    assert red is not None
    assert any(colour[1] == (192, 28, 40) for colour in red), "the frame points at the evidence"


def test_a_picture_that_was_changed_is_not_shown_and_the_paper_says_so(document: Json, tmp_path: Path) -> None:
    document = pictured(document, tmp_path)
    picture = next((tmp_path / "evidence").iterdir())
    picture.write_bytes(picture.read_bytes() + b"x")
    content = to_docx(paper(document, NOTICE, Album(tmp_path)))
    assert images_in(content) == []
    assert "以引文为证" in text_of(content)


def test_a_hostile_app_stays_text_in_papers(document: Json) -> None:
    document["app"]["name"] = "<w:br/>{{标题}}\x0b<script>"
    document["findings"][0]["occurrences"][0]["evidence"][0]["value"] = "]]></w:t><script>{{ 7*7 }}"
    text = notice(document)
    assert "<script>" in text, "as text"
    assert "{{标题}}" in text, "braces of an app are no fields"
    assert "{{ 7*7 }}" in text
    html = to_print(paper(document, NOTICE, Album())).html
    assert "<script" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def docx_with(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def test_the_office_may_use_its_own_template(document: Json) -> None:
    template = docx_with("虚构省减负办文件", "致 {{主送单位}}（{{ 应用名称 }}）", "{{问题清单}}", "{{证据链}}",
                         "期限 {{整改期限}}")
    text = text_of(to_docx(paper(document, NOTICE, Album()), template, "own.docx"))
    assert text.startswith("虚构省减负办文件")
    assert "致 虚构市数据局（虚构网格通（虚构））" in text
    assert "期限 2026年12月31日" in text
    assert "一、发现的问题" in text, "numbers follow the sections that are there"
    assert "{{" not in text


def test_fields_that_word_has_split_are_filled_with_the_looks_of_their_beginning(document: Json) -> None:
    made = docx.Document(io.BytesIO(docx_with("{{问题清单}}", "{{证据链}}")))
    paragraph = made.add_paragraph("关于 ")
    paragraph.add_run("{{应").bold = True
    paragraph.add_run("用名")
    paragraph.add_run("称}} 的通知")
    made.sections[0].header.paragraphs[0].text = "{{检查单位}}"
    table = made.add_table(1, 1)
    table.cell(0, 0).text = "{{签名栏}}"
    content = io.BytesIO()
    made.save(content)
    filled = docx.Document(io.BytesIO(to_docx(paper(document, NOTICE, Album()), content.getvalue(), "own.docx")))
    line = next(one for one in filled.paragraphs if one.text.startswith("关于 "))
    assert line.text == "关于 虚构网格通（虚构） 的通知"
    assert line.runs[1].bold
    assert filled.sections[0].header.paragraphs[0].text == "审核一处"


WRONG = [
    ("unknown", docx_with("{{问题清单}}", "{{证据链}}", "{{整改期线}}"), "template_field"),
    ("open braces", docx_with("{{问题清单}}", "{{证据链}}", "{{标题"), "template_braces"),
    ("code", docx_with("{{问题清单}}", "{{证据链}}", "{% for x in y %}"), "template_braces"),
    ("section in a line", docx_with("见 {{问题清单}}", "{{证据链}}"), "template_section_alone"),
    ("no chain of evidence", docx_with("{{问题清单}}"), "template_lacks"),
    ("no docx", b"not a docx at all", "template_damaged"),
    ("another zip", b"PK\x05\x06" + bytes(18), "template_damaged"),
]


@pytest.mark.parametrize(("what", "content", "key"), WRONG, ids=[one[0] for one in WRONG])
def test_a_wrong_template_is_one_clear_line(document: Json, what: str, content: bytes, key: str) -> None:
    with pytest.raises(UsageError) as raised:
        to_docx(paper(document, NOTICE, Album()), content, "own.docx")
    assert raised.value.key == key
    for lang in LANGUAGES:
        line = say_error(lang, raised.value)
        assert "own.docx" in line
        assert "\n" not in line
    if key == "template_field":
        assert "整改期限" in say_error("zh", raised.value), "the nearest field is named"


@pytest.mark.parametrize("kind", list(PaperKind))
def test_the_default_template_can_be_edited_and_used(document: Json, kind: PaperKind) -> None:
    wish = dataclasses.replace(NOTICE, kind=kind)
    for lang in LANGUAGES:
        own = to_docx(paper(document, wish, Album(), lang), blank_template(kind, lang), "t.docx")
        assert text_of(own) == text_of(to_docx(paper(document, wish, Album(), lang)))


def without(document: Json, fingerprint: str) -> Json:
    """The document where one place is gone."""
    later = copy.deepcopy(document)
    for finding in later["findings"]:
        finding["occurrences"] = [one for one in finding["occurrences"] if one["fingerprint"] != fingerprint]
    return later


def seen_whole(document: Json) -> Json:
    """The document without a gap."""
    whole = copy.deepcopy(document)
    whole["coverage"]["gaps"] = []
    return whole


def states(previous: Json, current: Json) -> dict[str, tuple[State, Why]]:
    return {item.occurrence["fingerprint"] if item.occurrence else item.check_id: (item.state, item.why)
            for item in recheck(previous, current).items}


GONE = "51aa0be7c9d3e612"


def test_what_is_there_again_is_still_there(document: Json) -> None:
    assert set(states(document, document).values()) == {(State.STILL, Why.NONE)}


def test_what_is_gone_is_fixed_where_everything_was_seen(document: Json) -> None:
    assert states(document, without(seen_whole(document), GONE))[GONE] == (State.FIXED, Why.NONE)


def test_what_is_gone_cannot_be_told_fixed_where_something_was_not_seen(document: Json) -> None:
    assert states(document, without(document, GONE))[GONE] == (State.CANNOT_TELL, Why.NOT_SEEN)


def test_what_was_not_there_before_is_new(document: Json) -> None:
    assert states(without(document, GONE), document)[GONE] == (State.NEW, Why.NONE)


def test_an_inconclusive_or_missing_check_fixes_nothing(document: Json) -> None:
    later = without(seen_whole(document), GONE)
    row = next(one for one in later["verdicts"] if one["check_id"] == "check-in")
    row["verdict"] = "inconclusive"
    assert states(document, later)[GONE] == (State.CANNOT_TELL, Why.INCONCLUSIVE)
    later["verdicts"].remove(row)
    assert states(document, later)[GONE] == (State.CANNOT_TELL, Why.NOT_CHECKED)


def test_an_incomplete_scan_fixes_nothing(document: Json) -> None:
    later = without(seen_whole(document), GONE)
    later["complete"] = False
    assert states(document, later)[GONE] == (State.CANNOT_TELL, Why.INCOMPLETE)


def test_a_package_says_nothing_of_what_a_crawl_saw(document: Json) -> None:
    before = copy.deepcopy(document)
    before["artifacts"][0]["kind"] = "recording"
    assert states(before, without(seen_whole(document), GONE))[GONE] == (State.CANNOT_TELL, Why.OTHER_FORM)


def test_another_account_says_nothing_of_what_the_first_saw(document: Json) -> None:
    before = copy.deepcopy(document)
    before["actors"] = ["staff"]
    for place in before["findings"][0]["occurrences"]:
        for evidence in place["evidence"]:
            evidence["actor"] = "staff"
    later = without(seen_whole(document), GONE)
    later["actors"] = ["visitor"]
    assert states(before, later)[GONE] == (State.CANNOT_TELL, Why.OTHER_ACTOR)


def test_a_required_feature_that_is_there_now_is_fixed(document: Json) -> None:
    before = copy.deepcopy(document)
    next(one for one in before["verdicts"] if one["check_id"] == "media-upload")["verdict"] = "missing"
    assert states(before, document)["media-upload"] == (State.FIXED, Why.NONE)
    assert states(document, before)["media-upload"] == (State.NEW, Why.NONE)


def test_reports_of_other_apps_are_not_compared(document: Json) -> None:
    other = copy.deepcopy(document)
    other["app"]["name"], other["product"], other["artifacts"][0]["package"] = "别的应用", "other", "com.other"
    assert same_app(document, document)
    assert not same_app(document, other)


def test_a_recheck_section_stands_in_the_notice(document: Json) -> None:
    wish = dataclasses.replace(NOTICE, previous=document)
    made = paper(without(seen_whole(document), GONE), wish, Album())
    assert made.sections[Section.RECHECK]
    text = text_of(to_docx(made))
    assert "仍然存在 2 项（2 处），新出现 0 项，无法判定 0 项，已整改 1 项（1 处）" in text
    assert "已整改" in to_print(made).html


def test_a_recheck_never_says_of_a_missing_feature_that_it_is_still_there(document: Json) -> None:
    next(one for one in document["verdicts"] if one["check_id"] == "media-upload")["verdict"] = "missing"
    text = notice(document, wish=dataclasses.replace(NOTICE, previous=document))
    row = text.partition("复核情况")[2].partition("整个应用")[2].split("\n")[:4]
    assert row[1:] == ["缺失", "缺失", "仍然缺失"]
