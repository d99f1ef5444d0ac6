"""What one word of a pack means, and which patterns are let in."""

from __future__ import annotations

import re
import time

import pytest

from appscan.checks.pack import AnyOf, Match, Term, Word
from appscan.checks.parse import check_pattern, parse_expression, parse_word, parse_words, terms_of
from appscan.checks.source import Source
from appscan.errors import PackError
from appscan.model.coverage import Kind

SOURCE = Source("features/x.yaml", {"act": ["签到", "=打卡"], "empty": []})


@pytest.mark.parametrize(("written", "word"), [
    ("签到", Word("签到", Match.CONTAINS)),
    (" 签 到 ", Word("签到", Match.CONTAINS)),
    ("ＡＰＰ安装率", Word("app安装率", Match.CONTAINS)),
    ("=签到", Word("签到", Match.WHOLE)),
    ("check-in", Word("checkin", Match.CONTAINS)),
    ("Check In", Word("checkin", Match.CONTAINS)),
    ("checkIn", Word("checkin", Match.CONTAINS)),
    ("=signIn", Word("signin", Match.WHOLE)),
    ("12345", Word("12345", Match.CONTAINS)),
    ("~(签到|打卡)率", Word("(签到|打卡)率", Match.PATTERN)),
    ("~^=签到$", Word("^=签到$", Match.PATTERN)),
])
def test_a_word_says_by_its_first_sign_how_it_is_compared(written: str, word: Word) -> None:
    assert parse_word(written, SOURCE, 1) == word


@pytest.mark.parametrize("written", ["", "=", " ", "=  ", "\u200b", "...", "，", "《》"])
def test_a_word_without_a_letter_is_refused(written: str) -> None:
    with pytest.raises(PackError, match="empty_word"):
        parse_word(written, SOURCE, 4)


def test_a_list_stands_for_its_words_once() -> None:
    assert parse_words(["打卡", "$act", "签到"], SOURCE, 1) == (Word("打卡"), Word("签到"), Word("打卡", Match.WHOLE))
    assert parse_words("$act", SOURCE, 1) == (Word("签到"), Word("打卡", Match.WHOLE))
    with pytest.raises(PackError, match="empty_list"):
        parse_words("$empty", SOURCE, 1)


@pytest.mark.parametrize("written", [
    "签.*到", "签.{0,4}到", r"\d人未签到", "(签到|打卡)率", "签到|打卡", "[^。]到", "^签到", "=^签到",
    "签到$", "签.?到", "(?:签)到",
    "check.*in", r"\s签到", "签{1,2}到", r"签到\.",
])
def test_a_pattern_without_its_sign_is_refused(written: str) -> None:
    with pytest.raises(PackError, match="looks_like_pattern"):
        parse_word(written, SOURCE, 4)


@pytest.mark.parametrize("written", [
    "签到?", "是否签到？", "签到(打卡)", "签到[必填]", "/api/v1/checkin", "第{n}天", "50%", "a.b",
    "签到+打卡", "￥签到", "签到...", "*签到",
])
def test_signs_that_apps_write_are_no_pattern(written: str) -> None:
    assert parse_word(written, SOURCE, 4).match is Match.CONTAINS


@pytest.mark.parametrize("words", [["签到", "打卡", "签到"], ["check-in", "checkIn"], ["签到", "签 到"],
                                   ["~签到{1,2}", "~签到{1,2}"]])
def test_a_word_written_twice_is_refused(words: list[str]) -> None:
    with pytest.raises(PackError, match="word_twice"):
        parse_words(words, SOURCE, 1)
    with pytest.raises(PackError, match="word_twice"):
        parse_words("$twice", Source("features/x.yaml", {"twice": words}), 1)


@pytest.mark.parametrize("pattern", [
    "(签到|打卡)率", "不得[^。;]{0,24}(设置|要求)", r"第\s?(\d|%|\{){1,4}[^。]{0,3}名", "(?<!要求)必须(要)?(按时)?签到",
    "(?:签到|打卡){1,3}", r"\d{1,4}(\.\d{1,2})?分", "[*+]签", r"签\+到\*", "(不[^。]{0,2})?打卡", "a{3}b",
])
def test_a_bounded_pattern_is_let_in(pattern: str) -> None:
    check_pattern(pattern, SOURCE, 1)


@pytest.mark.parametrize("pattern", [
    "(a+)+b", "(a|aa){1,60}b", "([^。]{0,9}){1,9}b", "((a?){1,8}){1,8}b", "(a{1,5}b?){2,8}c", "a*b", "a+b", "a+?b",
    "[^。]*签", "a{2,}b", "a{0,121}b", "[^。]{0,99}a[^。]{0,99}b", "a|", "", "(", "[", "a{2,1}", "(?P<n>a)(?P<n>b)",
    "(?i)a*",
])
def test_a_pattern_that_may_take_long_or_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(PackError) as caught:
        check_pattern(pattern, SOURCE, 9)
    assert (caught.value.params["file"], caught.value.params["line"]) == ("features/x.yaml", 9)


def test_the_worst_pattern_let_in_is_quick_on_the_worst_text() -> None:
    pattern = "签[^。]{0,70}到[^。]{0,68}卡"
    check_pattern(pattern, SOURCE, 1)
    text = "签到" * 20_000
    since = time.process_time()
    assert re.search(pattern, text) is None
    assert time.process_time() - since < 10


def test_a_term_of_acts_names_groups_and_methods() -> None:
    term = parse_expression({"call": ["location", "#sendGps"]}, SOURCE, 1)
    assert term == Term(Kind.CALL, groups=("location",), named=(Word("sendgps"),))
    assert parse_expression({"dialog": "gate"}, SOURCE, 1) == Term(Kind.DIALOG, groups=("gate",))


def test_the_same_term_is_one_object_in_all_conditions() -> None:
    words = ["签到", "=打卡"]
    expression = parse_expression({"any": [{"text": words}, {"all": [{"text": words}, {"prose": words}]}]}, SOURCE, 1)
    first, second, third = terms_of(expression)
    assert first is second
    assert first != third


def test_groups_and_terms_are_found_in_every_corner() -> None:
    expression = parse_expression({"any": [{"call": ["a"]}, {"all": [{"form": ["b"]}, {"text": ["签"]}],
                                                             "not": [{"timer": ["c"]}]}]}, SOURCE, 1)
    assert isinstance(expression, AnyOf)
    assert [group for term in terms_of(expression) for group in term.groups] == ["a", "b", "c"]
    assert [term.kind for term in terms_of(expression)] == [Kind.CALL, Kind.FORM, Kind.TEXT, Kind.TIMER]
