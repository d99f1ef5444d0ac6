"""Searching all strings at once finds exactly the strings that carry a word, one by one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appscan.checks.pack import Match, Term, Word
from appscan.judge.one_text import text_has
from appscan.judge.search import MAX_IDENTIFIER, Search
from appscan.judge.spans import RowsOf
from appscan.judge.word_list import WordList
from appscan.model.coverage import Kind
from appscan.model.folding import fold, tokens
from appscan.readers.columns import StringPool


def search_in(*texts: str) -> Search:
    pool = StringPool()
    for text in texts:
        pool.add(text)
    return Search(pool.freeze())


def found(search: Search, word: Word) -> set[str]:
    return {search.strings[sid] for sid in search.having(word)}


def contains(text: str) -> Word:
    return Word(text)


def whole(text: str) -> Word:
    return Word(text, Match.WHOLE)


def pattern(text: str) -> Word:
    return Word(text, Match.PATTERN)


@pytest.mark.parametrize(("text", "carries"), [
    ("立即签到", True), ("请先 签 到", True), ("签\u200b到", True), ("签收", False), ("签，到", False), ("SIGN", False),
    ("立即簽到", True), (r"\u7b7e\u5230", True), ("&#31614;&#21040;", True), (r"\u767b\u5f55", False),
])
def test_a_han_word_is_found_however_it_is_spaced(text: str, carries: bool) -> None:
    assert found(search_in("", text, "无关"), contains("签到")) == ({text} if carries else set())


@pytest.mark.parametrize(("text", "carries"), [
    ("checkIn", True), ("check_in", True), ("CHECK-IN", True), ("/api/user/check-in?id=1", True), ("Check in", True),
    ("checkInRecord", True), ("doCheckin", True), ("checking", False), ("checkInner", False), ("recheckin", False),
    ("check", False), ("incheck", False), ("签到checkIn", True), ("check1in", False),
])
def test_a_latin_word_is_a_run_of_whole_tokens(text: str, carries: bool) -> None:
    assert found(search_in("", text, "else"), contains("checkin")) == ({text} if carries else set())


@pytest.mark.parametrize(("text", "word", "carries"), [
    ("签到", "签到", True), ("【签到】", "签到", True), (" 签到 ", "签到", True), ("签到中心", "签到", False),
    ("sign", "sign", True), ("SIGN!", "sign", True), ("sign_", "sign", True), ("signIn", "sign", False),
    ("sign in", "signin", True), ("signIn", "signin", True), ("签到sign", "sign", False),
])
def test_a_whole_word_allows_nothing_beside_it_but_signs(text: str, word: str, carries: bool) -> None:
    assert found(search_in("", text, "else"), whole(word)) == ({text} if carries else set())
    assert text_has(fold(text), whole(word)) is carries


@pytest.mark.parametrize("text", ["我已到达", "已到岗确认"])
def test_an_anchored_pattern_holds_for_each_text_by_itself(text: str) -> None:
    search = search_in("之前", text, "我已到达的地方", "之后")
    assert found(search, pattern("^(我已|已)?(到达|到岗)(确认)?$")) == {text}


def test_a_pattern_without_han_is_sought_in_ascii_texts_too() -> None:
    search = search_in("/api/check-in/list", "/api/checking", "签到 check-in", "GET /CHECK-IN")
    assert found(search, pattern("check-?in(/|$| )")) == {"/api/check-in/list", "签到 check-in", "GET /CHECK-IN"}


@pytest.mark.parametrize("word", [contains("签到"), contains("checkin"), whole("checkin"), pattern("签[^。]{0,3}到"),
                                  pattern("check[^。]?in"), pattern("check.?in")])
def test_nothing_is_found_across_the_border_of_two_strings(word: Word) -> None:
    assert found(search_in("请签", "到了", "check", "in", "re_check", "InTouch", "签", "到"), word) == set()


def test_a_match_that_runs_over_a_border_hides_none_that_begins_inside_it() -> None:
    assert found(search_in("请先", "先签到", "签到"), pattern("先[^。]{0,6}到")) == {"先签到"}


def test_long_ascii_strings_are_data_and_not_searched_for_words() -> None:
    long = "check_in " * (MAX_IDENTIFIER // 9 + 1)
    assert found(search_in(long, "check_in"), contains("checkin")) == {"check_in"}
    assert found(search_in("签到" * 500), contains("签到")) == {"签到" * 500}


def test_words_learned_together_are_found_as_if_asked_one_by_one() -> None:
    texts = ["签到签退", "签退", "checkIn", "我要打卡", "check-in now", "打卡", ""]
    words = [contains("签到"), contains("签"), whole("打卡"), contains("checkin"), pattern("签."), whole("签退")]
    together = search_in(*texts)
    together.learn(words)
    assert [found(together, word) for word in words] == [found(search_in(*texts), word) for word in words]


def test_exact_finds_a_string_and_not_its_parts() -> None:
    search = search_in("", "Landroid/app/Activity;", "Landroid/app/ActivityGroup;", "onLaunch", "onLaunchX")
    assert search.exact(["Landroid/app/Activity;", "onLaunch", "Launch", "", "missing"]) == {
        "Landroid/app/Activity;": 1, "onLaunch": 3}


def test_an_empty_reading_has_no_word() -> None:
    for search in (search_in(), search_in("")):
        for word in (contains("签到"), contains("checkin"), whole("打卡"), pattern("a?"), pattern("签到?"),
                     pattern("^$"), pattern("^(签到)?$"), pattern("^(kq)?$")):
            assert search.having(word) == frozenset()
        assert search.exact(["x"]) == {}


def test_latin_words_count_only_in_strings_that_are_told() -> None:
    pool = StringPool()
    for text in ("checkIn", "check_in", "签到"):
        pool.add(text)
    strings = pool.freeze()
    search = Search(strings, np.array([False, True, False]))
    assert search.having(contains("checkin")) == {1}
    assert search.having(contains("签到")) == {2}


def test_patterns_that_only_texts_ask_for_are_not_sought_in_names() -> None:
    pool = StringPool()
    for text in ("/point/rank", "point rank list", "PointRank", "rankShown"):
        pool.add(text)
    shown, asked = pattern("rank"), pattern("(point|shown).?rank|rankshown")
    search = Search(pool.freeze(), shown=np.array([False, False, False, True]))
    search.learn(WordList((shown, asked), (
        Term(Kind.TEXT, (shown,)), Term(Kind.CONTROL, (shown, asked)), Term(Kind.ENDPOINT, (asked,)))))
    assert found(search, shown) == {"point rank list", "rankShown"}, "a text has a blank, or a fact shows it"
    assert found(search, asked) == {"/point/rank", "point rank list", "PointRank", "rankShown"}


@settings(deadline=None)
@given(st.lists(st.integers(-1, 5), max_size=30))
def test_rows_of_a_value_are_all_its_rows_in_order(values: list[int]) -> None:
    rows = RowsOf(np.array(values, dtype=np.int32), 6)
    for value in range(6):
        assert rows(value) == [row for row, one in enumerate(values) if one == value]
    assert rows(-1) == []


def carries(text: str, word: Word) -> bool:
    """The answer for one string by itself: Latin words by the tokens as written, in strings
    of three bytes and more; all else over the folded text."""
    if word.match is Match.PATTERN:
        plain = text.isascii()
        return ((word.text.isascii() and 2 < len(text) <= MAX_IDENTIFIER) or not plain) and bool(
            re.search(word.text, fold(text)))
    if not word.text.isascii():
        return not text.isascii() and text_has(fold(text), word)
    if not 2 < len(text.encode()) <= MAX_IDENTIFIER:
        return False
    if word.match is Match.WHOLE:
        return text_has(fold(text), word) and "".join(tokens(text)) == word.text
    return text_has(text, word)


LETTERS = st.sampled_from("签到打卡上班 cChHeEkKiInN_-/1\n\t,，。：　\u200b\u00ad")
STRINGS = st.lists(st.text(LETTERS, max_size=12), max_size=8)
WORDS = st.one_of(
    st.sampled_from(["签到", "打卡", "签", "到打", "checkin", "check", "in", "checkin1"]).map(contains),
    st.sampled_from(["签到", "打卡", "checkin", "in", "1"]).map(whole),
    st.sampled_from(["签.?到", "^签", "到$", "签[^。]{0,4}打", "^[a-z]{1,4}$", "check[^。]{0,3}in", "in$", "打(?!卡)",
                     "(?<!签)到", "[签打][到卡]"]).map(pattern))


@settings(deadline=None)
@given(STRINGS, st.lists(WORDS, min_size=1, max_size=4))
@example(["签到", "", "到\n签", "checkIn"], [contains("签到"), whole("checkin"), pattern("到$")])
def test_the_search_equals_asking_each_string(texts: list[str], words: list[Word]) -> None:
    search = search_in(*texts)
    search.learn(words)
    for word in words:
        assert found(search, word) == {text for text in texts if carries(text, word)}
