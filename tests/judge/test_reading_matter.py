"""Books, statutes and manuals that an app carries: they speak of much and do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.judge.judge import judge
from appscan.judge.reading_matter import READING_MATTER
from appscan.model.judgement import Finding, Presence
from appscan.texts import has

from ..checks.small_packs import loaded, with_check  # noqa: TID252 (tests are no installed package)
from .small_readings import Page, page, reading_with

CHAPTERS = [f"第{number}回说的是县里的差役一早出门，到了晌午方才回来，众人都在门口等着他说话，一时间议论纷纷"
            for number in range(30)]
ORDER = "差役每到一处都要吹哨一声，没有吹哨的回来要受罚"


def of(tmp_path: Path, *pages: Page) -> Finding | None:
    checks = loaded(tmp_path, with_check(presence={"reachable": {"any": [{"prose": ["吹哨"]}]},
                                                   "mentioned": {"any": [{"prose": ["吹哨"]}]}}))
    return next(iter(judge(reading_with(*pages), checks).findings), None)


@pytest.mark.parametrize("chapters", [
    page("", literals=[("string", one) for one in (*CHAPTERS, ORDER)], file="res/raw/chapter_1.txt"),
    page("", *[("prose", one) for one in (*CHAPTERS, ORDER)], file="assets/rules.html")])
def test_a_book_only_speaks_of_it(chapters: Page, tmp_path: Path) -> None:
    finding = of(tmp_path, chapters)
    assert finding is not None
    assert finding.presence is Presence.MENTIONED


@pytest.mark.parametrize("beside", [
    page("", *[("prose", one) for one in CHAPTERS[:5]], ("prose", ORDER), file="assets/help.html"),
    page("", *[("prose", one) for one in (*CHAPTERS, ORDER)], ("button", "吹哨"), file="assets/duty.html"),
    page("", *[("prose", one) for one in (*CHAPTERS, ORDER)], calls=["uni.request"], file="assets/duty.html")])
def test_a_short_text_and_a_page_on_which_something_is_done_are_none(beside: Page, tmp_path: Path) -> None:
    finding = of(tmp_path, beside)
    assert finding is not None
    assert finding.presence is Presence.REACHABLE


def test_a_catalogue_of_short_texts_is_none(tmp_path: Path) -> None:
    labels = [("string", f"第{number}项工作吹哨") for number in range(400)]
    finding = of(tmp_path, page("", literals=labels, file="assets/app.js"))
    assert finding is not None
    assert finding.presence is Presence.REACHABLE


def test_why_it_does_not_count_is_told(tmp_path: Path) -> None:
    finding = of(tmp_path, page("", literals=[("string", one) for one in (*CHAPTERS, ORDER)], file="res/raw/one.txt"))
    assert finding is not None
    assert READING_MATTER in {one.supports for one in finding.cancelled}
    assert has(f"contexts.{READING_MATTER}")
