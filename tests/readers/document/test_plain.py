"""Plain text and Markdown as blocks: encodings, headings, broken lines, tables. Nothing is lost, nothing is made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.readers.document.lines import blocks_of
from appscan.readers.document.markdown import cells_of, markdown_blocks, plain
from appscan.readers.document.numbering import heading_level, is_item
from appscan.readers.document.plain import text_blocks

from .blocks import gaps, read, texts

TEXT = "建设方案\n\n一、功能\n\n系统具备人脸打卡功能。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_is_read_in_the_encodings_offices_use(encoding: str, tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.txt", TEXT.encode(encoding))) == [
        ("heading", "建设方案"), ("heading", "一、功能"), ("paragraph", "系统具备人脸打卡功能。")]


def test_bytes_that_are_no_text_are_a_gap_that_blinds(tmp_path: Path) -> None:
    assert gaps(read(tmp_path, "a.txt", bytes(range(1, 32)) * 50)) == [("document_damaged", True)]


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    assert gaps(read(tmp_path, "a.txt", b"%PDF-1.4\nx")) == [("document_damaged", True)]


@pytest.mark.parametrize(("line", "level"), [
    ("第三章 建设内容", 2), ("第二节 网格", 3), ("一、总则", 2), ("（二）功能", 3), ("2.3.1 推广看板", 4),
    ("附件：清单", 2), ("3 结束", 4), ("一、系统应当支持签到。", 0), ("2024年8月6日", 0), ("1.5 万元", 0),
    ("12个月", 0), ("系统具备签到功能", 0)])
def test_numbered_lines_are_headings_where_they_are_no_sentences(line: str, level: int) -> None:
    assert heading_level(line) == level


@pytest.mark.parametrize("line", ["1. 甲", "（1）乙", "①丙", "第三条 丁", "- 戊", "a) 己"])
def test_numbered_lines_that_are_no_headings_are_items(line: str) -> None:
    assert is_item(line)


def test_lines_broken_at_the_margin_are_one_paragraph_again() -> None:
    words = "除安保应急等特殊场景规定外其他各类政务应用程序不得设置打卡签到积分排名统计在线时长等强制性功能" * 6
    lines = [words[at:at + 20] for at in range(0, len(words), 20)]
    lines[-1] += "。"
    blocks = list(text_blocks("\n\n".join(lines)))
    assert [block.text for block in blocks] == [words + "。"]


def test_a_page_number_does_not_part_a_sentence() -> None:
    blocks = list(text_blocks("标题\n搞学习打卡、\n— 3 —\n排名通报等问题。\n"))
    assert blocks[-1].text == "搞学习打卡、排名通报等问题。"


def test_short_numbered_lines_one_after_the_other_are_a_list() -> None:
    blocks = list(blocks_of([("标题", 0), ("1 签到", 0), ("2 排名", 0)]))
    assert [str(block.form) for block in blocks] == ["h", "li", "li"]


def test_markdown_has_tables_lists_and_headings(tmp_path: Path) -> None:
    content = ("# 标题\n\n前言\n第二行\n\n## 一、功能\n|序号|模块|\n|---|:-:|\n|1|**签到**|\n\n"
               "- 甲\n- 乙\n\n副标题\n---\n")
    assert texts(read(tmp_path, "a.md", content.encode())) == [
        ("heading", "标题"), ("paragraph", "前言 第二行"), ("heading", "一、功能"), ("header_cell", "序号"),
        ("header_cell", "模块"), ("cell", "1"), ("cell", "签到"), ("item", "甲"), ("item", "乙"), ("heading", "副标题")]


def test_what_markdown_hides_is_not_read() -> None:
    blocks = markdown_blocks("可见。\n\n<!-- 每日打卡\n积分排名 -->\n\n也可见。")
    assert [block.text for block in blocks] == ["可见。", "也可见。"]


def test_links_and_emphasis_leave_their_words() -> None:
    assert plain("**请**看[说明](http://x.example.invalid/签到)与`代码`") == "请看说明与代码"


def test_a_bar_inside_a_cell_is_no_edge() -> None:
    assert cells_of(r"| a \| b | c |") == ("a | b", "c")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("#|-*`>一、（1）. \n\t\\<!签到~=[]()"), max_size=300))
def test_any_markdown_becomes_blocks(text: str) -> None:
    for block in markdown_blocks(text):
        assert block.text or block.cells or block.level


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_a_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.txt", "a.md"):
        if content:
            read(folder, name, content)


def test_names_below_a_heading_of_names_are_covered_in_reports(tmp_path: Path) -> None:
    from appscan.judge.discretion import cover_of

    text = "# 名册\n\n|姓名|岗位|\n|---|---|\n|王小明|网格员|\n\n王小明每日签到，电话 13800001234。"
    reading = read(tmp_path, "a.md", text.encode())
    assert cover_of(reading)("王小明每日签到，电话 13800001234。") == "王**每日签到，电话 138****1234。"


def test_the_title_is_what_the_document_is_called(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", TEXT.encode()).artifact.label == "建设方案"
