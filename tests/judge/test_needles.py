"""No text that a pattern matches lacks what the pattern is said to need."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.checks.pack import Match
from appscan.checks.parse import terms_of
from appscan.judge.needles import needles
from tests.shipped import shipped


def _patterns() -> list[str]:
    found = set()
    for check in shipped().checks:
        for expression in (*check.presence.values(), *check.force.values(), *check.tags.values()):
            found |= {word.text for term in terms_of(expression) for word in (*term.words, *term.named)
                      if word.match is Match.PATTERN}
    return sorted(found)


PATTERNS = _patterns()
LINE_OF_ASCII = st.characters(codec="ascii", exclude_characters="\n")


@pytest.mark.parametrize(("pattern", "needed"), [
    ("签到", {"签到"}),
    ("(签到|打卡)率", {"签到率", "打卡率"}),
    ("每(日|天)[^。]{0,5}登录", {"登录"}),
    ("(补|漏)?签", {"补签", "漏签", "签"}),
    (r"\b(hotel|flight)s?\b", {"hotel", "flight"}),
    ("(签到)+", {"签到"}),
    ("签到|.*", None),
    (r"\d+", None),
    ("(?i)kq", None),
    ("ab|签", {"ab", "签"}),
    ("[一二三]次", {"一次", "二次", "三次"}),
    ("(?!打)卡", {"卡"}),
    ("^签$", {"\n签\n"}),
    ("(^|/)kq($|[?])", {"\nkq\n", "/kq\n", "\nkq?", "/kq?"}),
    ("签{2,3}到", {"签签到", "签签签到"}),
    ("(签到){4,9}", {"签到"}),
    ("(签到){0,9}", None),
    (r"(签|\d)到", {"到"}),
    ("签{1,9}到", {"签到"}),
    ("(签|到){4,9}率", {"签率", "到率"}),
])
def test_what_a_pattern_needs(pattern: str, needed: set[str] | None) -> None:
    assert needles(pattern) == (None if needed is None else frozenset(needed))


@pytest.mark.parametrize(("pattern", "needed"), [
    (r"kq\d", {f"kq{digit}" for digit in range(10)}),
    (r"(签|\d)/到?签", set()),
    ("[\u4e00-\u9fff].{0,9}app", set()),
    ("[\u4e00-\u9fff]?app", {"app"}),
    ("(签到|[一二]次|kaoqin)", {"kaoqin"}),
    ("[^a]", None),
    (r"\w+", None),
])
def test_what_a_pattern_needs_of_ascii(pattern: str, needed: set[str] | None) -> None:
    assert needles(pattern, of_ascii=True) == (None if needed is None else frozenset(needed))


def test_nearly_every_pattern_of_the_packs_needs_something() -> None:
    free = [pattern for pattern in PATTERNS if needles(pattern) is None]
    assert len(free) < len(PATTERNS) / 200, free


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_every_match_contains_what_its_pattern_needs(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    text = data.draw(st.from_regex(re.compile(pattern), fullmatch=False))
    needed = needles(pattern)
    line = f"\n{text}\n"
    assert needed is None or any(one in line for one in needed), (pattern, text)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_every_match_in_ascii_contains_what_its_pattern_needs_there(data: st.DataObject) -> None:
    needing = {pattern: needles(pattern, of_ascii=True) for pattern in PATTERNS if pattern.isascii()}
    pattern = data.draw(st.sampled_from([pattern for pattern, needed in needing.items() if needed != frozenset()]))
    needed = needing[pattern]
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False, alphabet=LINE_OF_ASCII))
    line = f"\n{text}\n"
    assert needed is None or any(one in line for one in needed), (pattern, text)
