"""Claims about how papers lie on their pages: what stays together, where lines may break, no empty boxes; and what is
said once of several artifacts."""

from __future__ import annotations

import copy
import io
from datetime import date
from typing import Any

import docx
import pytest

from appscan.report.album import Album
from appscan.report.paper.blocks import Grid, cell, facts, kept_rows
from appscan.report.paper.docx import to_docx
from appscan.report.paper.layout import Field, PaperKind, Section
from appscan.report.paper.paper import PaperWish, paper
from appscan.report.paper.print_page import to_print
from appscan.report.view import arrange

Json = dict[str, Any]
NOTICE = PaperWish(PaperKind.NOTICE, date(2026, 12, 31), report_digest="cd" * 32)
WORDS = "字" * 100


def test_a_short_table_stays_on_one_page() -> None:
    grid = facts([("情况", cell("没有发现")), ("申报情况", cell("与申报相符")), ("请说明", cell("请说明"))])
    assert kept_rows(grid) == {0, 1}


def test_a_longer_table_leaves_no_row_of_it_alone_on_a_page() -> None:
    assert kept_rows(Grid((50, 50), tuple((cell(str(at)), cell(WORDS)) for at in range(9)))) == {0, 7}


def test_a_row_that_may_be_split_is_not_held_to_the_next() -> None:
    assert kept_rows(Grid((50, 50), ((cell("1"), cell(WORDS * 7)), (cell("2"), cell(WORDS))))) == frozenset()


def test_rows_that_stay_together_do_so_in_word_and_in_print(document: Json) -> None:
    made = paper(document, NOTICE, Album())
    opened = docx.Document(io.BytesIO(to_docx(made)))
    head = next(table for table in opened.tables if table.rows[0].cells[0].text == "项目").rows[0]
    assert all(one.paragraph_format.keep_with_next for place in head.cells for one in place.paragraphs)
    subject = opened.tables[0]
    held = [subject_row.cells[0].paragraphs[0].paragraph_format.keep_with_next is True for subject_row in subject.rows]
    grid = next(block for block in made.sections[Section.SUBJECT] if isinstance(block, Grid))
    assert {at for at, is_held in enumerate(held) if is_held} == kept_rows(grid) != set()
    assert to_print(made).html.count("<tr class=with-next>") >= len(kept_rows(grid))


def test_a_line_may_break_after_the_year_or_month_of_a_day_but_not_before_their_signs(document: Json) -> None:
    html = to_print(paper(document, NOTICE, Album())).html
    parts = '<span class="date">2026年</span><span class="date">12月</span><span class="date">31日</span>'
    assert f"请于{parts}前完成整改" in html


def test_the_lists_of_signs_that_no_line_begins_or_ends_with_stand_in_the_order_of_the_schema(document: Json) -> None:
    settings = docx.Document(io.BytesIO(to_docx(paper(document, NOTICE, Album())))).settings.element
    names = [one.tag.rpartition("}")[2] for one in settings]
    at = names.index("characterSpacingControl")
    assert names[at + 1:at + 3] == ["noLineBreaksAfter", "noLineBreaksBefore"]
    assert "（" in next(iter(settings[at + 1].values()[::-1]))


def test_an_opinion_has_no_empty_box_among_its_verdicts(document: Json) -> None:
    blocks = paper(document, PaperWish(), Album()).sections[Section.CONCLUSION]
    grid = next(block for block in blocks if isinstance(block, Grid))
    assert all(span.text for row in grid.rows for one in row for line in one for span in line)


def doubled(document: Json) -> Json:
    """The document with a second package, of another version, of which the same is missing as of the first."""
    both = copy.deepcopy(document)
    other = copy.deepcopy(both["artifacts"][0])
    other.update(sha256="ab" * 32, name="second.apk", version_name="9.9", reading_digest="ba" * 32)
    both["artifacts"].append(other)
    bare = copy.deepcopy(next(one for one in both["findings"] if one["check_id"] == "media-upload"))
    bare.update(verdict="missing", presence="none", presence_at_most="none", occurrences=[], cancelled=[], tags=[])
    both["findings"] = [one for one in both["findings"] if one["check_id"] != "media-upload"]
    both["findings"] += [{**copy.deepcopy(bare), "artifact": one["sha256"]} for one in both["artifacts"]]
    next(one for one in both["verdicts"] if one["check_id"] == "media-upload")["verdict"] = "missing"
    return both


def test_what_every_package_lacks_is_said_once_with_the_names_of_all(document: Json) -> None:
    both = doubled(document)
    views = [one for one in arrange(both, "zh").findings if one.check_id == "media-upload"]
    assert [one.artifact for one in views] == [f"{both['artifacts'][0]['name']}、second.apk"]


def test_findings_with_places_stay_apart_by_package(document: Json) -> None:
    both = doubled(document)
    again = copy.deepcopy(next(one for one in both["findings"] if one["check_id"] == "check-in"))
    both["findings"].append({**again, "artifact": "ab" * 32})
    views = [one for one in arrange(both, "zh").findings if one.check_id == "check-in"]
    assert [one.artifact for one in views] == [both["artifacts"][0]["name"], "second.apk"]


def test_what_was_not_found_in_another_package_is_no_reason_of_a_finding(document: Json) -> None:
    both = doubled(document)
    found = next(one for one in both["findings"] if one["check_id"] == "check-in")
    other = {**copy.deepcopy(found), "artifact": "ab" * 32, "verdict": "not_found", "occurrences": [], "cancelled": [],
             "why": [{"id": "not_found_none", "params": {}}]}
    both["findings"].append(other)
    view = next(one for one in arrange(both, "zh").findings if one.check_id == "check-in")
    assert view.why
    assert "相关内容已完整读取，没有发现" not in view.why


def test_one_version_is_named_for_an_app_only_where_all_its_packages_have_it(document: Json) -> None:
    assert paper(document, NOTICE, Album()).fields[Field.VERSION] == document["artifacts"][0]["version_name"]
    assert paper(doubled(document), NOTICE, Album()).fields[Field.VERSION] == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_digests_of_several_readings_say_whose_they_are(document: Json, lang: Any) -> None:
    both = doubled(document)
    both["artifacts"][0]["reading_digest"] = "dc" * 32
    values = [fact.value for fact in arrange(both, lang).record if fact.exact]
    assert f"{both['artifacts'][0]['name']} · {'dc' * 32}" in values
    assert f"second.apk · {'ba' * 32}" in values
