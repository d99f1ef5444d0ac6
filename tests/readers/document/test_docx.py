"""Word documents: what a reader sees is read, what is hidden or hostile is not, and is told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .blocks import WORD, gaps, paragraph, read, read_file, texts, word

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "documents" / "built"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text) if text else '<w:p/>'}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def test_headings_lists_and_tables_are_told_apart(tmp_path: Path) -> None:
    styles = (f'<w:styles {WORD}><w:style w:styleId="a"><w:name w:val="heading 1"/></w:style><w:style w:styleId="b">'
              f'<w:name w:val="正文标题"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>')
    body = ("<w:p><w:pPr><w:pStyle w:val='a'/></w:pPr><w:r><w:t>功能</w:t></w:r></w:p>"
            "<w:p><w:pPr><w:pStyle w:val='b'/></w:pPr><w:r><w:t>签到</w:t></w:r></w:p>"
            "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>每日一次</w:t></w:r></w:p>" + paragraph("说明文字。")
            + "<w:tbl>" + row(cell("模块"), cell("说明")) + row(cell("打卡"), cell("每日")) + "</w:tbl>")
    assert texts(read(tmp_path, "a.docx", word(body, word__styles_xml=styles))) == [
        ("heading", "功能"), ("heading", "签到"), ("item", "每日一次"), ("paragraph", "说明文字。"),
        ("header_cell", "模块"), ("header_cell", "说明"), ("cell", "打卡"), ("cell", "每日")]


def test_deleted_text_and_field_instructions_are_not_read() -> None:
    reading = read_file(FIXTURES / "exception.docx")
    whole = "".join(text for _, text in texts(reading))
    assert "每日打卡三次" not in whole
    assert "HYPERLINK" not in whole
    assert whole.count("图中文字框") == 1


def test_a_cell_merged_downwards_says_what_the_one_above_says(tmp_path: Path) -> None:
    body = ("<w:tbl>" + row(cell("模块"), cell("功能"))
            + row(cell("签到管理", "<w:vMerge w:val='restart'/>"), cell("打卡"))
            + row(cell("", "<w:vMerge/>"), cell("补卡")) + "</w:tbl>")
    assert [text for role, text in texts(read(tmp_path, "a.docx", word(body))) if role == "cell"] == [
        "签到管理", "打卡", "签到管理", "补卡"]


def test_a_table_inside_a_cell_belongs_to_that_cell(tmp_path: Path) -> None:
    inner = "<w:tbl>" + row(cell("子项"), cell("签到")) + "</w:tbl>"
    outer = f"<w:tc>{paragraph('见下')}{inner}<w:p/></w:tc>"
    body = "<w:tbl>" + row(cell("模块"), cell("说明")) + row(cell("外"), outer) + "</w:tbl>"
    assert texts(read(tmp_path, "a.docx", word(body)))[-1] == ("cell", "见下；子项 签到")


def test_notes_and_headers_are_read_once(tmp_path: Path) -> None:
    note = f"<w:footnotes {WORD}>{paragraph('脚注：每日签到。')}</w:footnotes>"
    head = f"<w:hdr {WORD}>{paragraph('页眉')}</w:hdr>"
    content = word(paragraph("正文。"), word__footnotes_xml=note, word__header1_xml=head, word__header2_xml=head)
    assert texts(read(tmp_path, "a.docx", content)) == [
        ("paragraph", "正文。"), ("paragraph", "脚注：每日签到。"), ("paragraph", "页眉")]


def test_pictures_and_embedded_files_are_told(tmp_path: Path) -> None:
    content = word(paragraph("这里是一段足够长的正文，" * 5), word__media__image1_png=b"x",
                   **{"word/embeddings/a.xlsx": b"PK"})
    assert gaps(read(tmp_path, "a.docx", content)) == [("document_pictures", False), ("document_embedded", False)]


def test_an_entity_bomb_is_damage(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE d [<!ENTITY a "签到签到"><!ENTITY b "&a;&a;&a;&a;">]>'
                         f"<w:document {WORD}><w:body>{paragraph('&b;')}</w:body></w:document>")
    assert gaps(read(tmp_path, "a.docx", whole.getvalue())) == [("document_damaged", True)]


def test_a_zip_bomb_is_stopped(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(200):
            part.write(b" " * (1 << 20))
    assert gaps(read(tmp_path, "a.docx", whole.getvalue())) == [("entry_too_large", True)]


@pytest.mark.parametrize("tag", ["w:tbl", "w:p", "w:sdt"])
def test_nesting_without_end_is_damage(tag: str, tmp_path: Path) -> None:
    opened = "".join(f"<{tag}><w:tr><w:tc>" if tag == "w:tbl" else f"<{tag}>" for _ in range(3000))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {WORD}><w:body>{paragraph('前文。')}{opened}")
    reading = read(tmp_path, "a.docx", whole.getvalue())
    assert gaps(reading) == [("document_damaged", True)]
    assert texts(reading) == [("paragraph", "前文。")]


def test_a_document_without_a_word_is_not_clean(tmp_path: Path) -> None:
    assert gaps(read(tmp_path, "a.docx", word("<w:p/>"))) == [("document_empty", True)]


def test_an_old_document_under_the_new_ending_says_so(tmp_path: Path) -> None:
    assert gaps(read(tmp_path, "a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))) == [
        ("document_old_format", True)]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(["<w:p>", "</w:p>", "<w:t>签到</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>",
                                 "<w:tc>", "</w:tc>", "<w:del>", "</w:del>", "<w:r/>", "<w:vMerge/>", "x", "&"]),
                max_size=40))
def test_any_elements_become_a_reading(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    reading = read(tmp_path_factory.mktemp("any"), "a.docx", word("".join(parts)))
    assert reading.coverage.gaps or texts(reading)


@settings(deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
def test_a_document_with_changed_bytes_never_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, at: int,
                                                               change: bytes) -> None:
    content = bytearray((FIXTURES / "grid-requirements.docx").read_bytes())
    content[at:at + len(change)] = change
    read(tmp_path_factory.mktemp("changed"), "a.docx", bytes(content))
