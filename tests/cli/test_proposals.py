"""Proposal documents on the command line: which files are targets, what is told, with which exit code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "documents"


def fixture(name: str, folder: Path) -> Path:
    return Path(shutil.copy(FIXTURES / name, folder / Path(name).name))


@pytest.mark.parametrize("name", ["built/grid-requirements.docx", "built/grid-requirements.pdf",
                                  "sources/grid-requirements.md", "built/order-gb18030.txt"])
def test_a_document_that_plans_is_told_and_fails_the_gate(appscan, tmp_path, name):
    fixture(name, tmp_path)
    ran = appscan("scan", Path(name).name, "--lang", "en")
    assert ran.code == 11
    assert "planned or ordered" in ran.out
    assert "can be used" not in ran.out


def test_the_page_says_planned_and_names_section_page_and_paragraph(appscan, tmp_path):
    fixture("built/grid-requirements.pdf", tmp_path)
    appscan("scan", "grid-requirements.pdf")
    page = next((tmp_path / "appscan-out").rglob("report.html")).read_text("utf-8")
    for words in ("拟建", "拟建或要求使用", "章节", "三、功能清单", "第 1 页第 11 段", "文档写明禁止、不建或要整改"):
        assert words in page


def test_a_folder_gives_its_word_and_pdf_documents_and_no_texts(appscan, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("built/grid-requirements.docx", "built/evidence.pdf", "sources/clean.md", "sources/order.txt"):
        fixture(name, folder)
    ran = appscan("scan", "in", "--lang", "en", "--fail-on", "never")
    assert ran.code == 0
    names = {path.parent.name.rpartition("-")[0] for path in (tmp_path / "appscan-out").rglob("report.json")}
    assert names == {"grid-requirements", "evidence"}


@pytest.mark.parametrize("suffix", [".doc", ".wps", ".ofd", ".rtf", ".xlsx", ".pptx", ".DOC"])
def test_known_kinds_of_documents_without_a_reader_are_never_clean(appscan, tmp_path, suffix):
    (tmp_path / f"plan{suffix}").write_bytes(b"x")
    ran = appscan("scan", f"plan{suffix}", "--out", "-", "--quiet")
    assert ran.code == 10
    assert {row["verdict"] for row in ran.document["verdicts"]} == {"inconclusive"}
    assert {row["why"][0]["id"] for row in ran.document["verdicts"]} == {"document_unread"}
    gap = ran.document["coverage"]["gaps"][0]
    assert gap["reason"] == "document_kind_unread"
    assert ".docx" in gap["advice"]["zh"]


@pytest.mark.parametrize("name", ["scanned.pdf", "encrypted.docx", "damaged.pdf"])
def test_what_cannot_be_read_is_inconclusive_with_advice(appscan, tmp_path, name):
    fixture(f"built/{name}", tmp_path)
    ran = appscan("scan", name)
    assert ran.code == 10
    assert "无法判定" in ran.out
    assert "请" in ran.out


def test_a_clean_document_passes(appscan, tmp_path):
    fixture("sources/clean.md", tmp_path)
    assert appscan("scan", "clean.md", "--fail-on", "inconclusive").code == 0


def test_a_saved_reading_of_a_document_is_judged_again(appscan, tmp_path):
    fixture("built/exception.docx", tmp_path)
    appscan("scan", "exception.docx", "--out", "first")
    reading = next((tmp_path / "first").rglob("*.reading"))
    ran = appscan("judge", str(reading), "--out", "-", "--quiet")
    assert ran.code == 11
    assert ran.document["stage"] == "planned"


def test_judge_refuses_a_document_by_name(appscan, tmp_path):
    fixture("sources/clean.md", tmp_path)
    assert "不是保存的读取结果" in appscan("judge", "clean.md").err


def test_an_empty_or_missing_document_is_one_line(appscan, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"")
    for name in ("a.txt", "b.docx"):
        ran = appscan("scan", name)
        assert ran.code == 3
        assert name in ran.err + ran.out
