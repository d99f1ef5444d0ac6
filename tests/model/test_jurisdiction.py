"""Places are known by code and by name, and a rule holds in the places below its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appscan.model.jurisdiction import PROVINCES, code_of, covers
from appscan.texts import LANGUAGES, has, say
from appscan.texts.places import near_place, place_of

KNOWN = [
    ("CN", "CN"), ("cn", "CN"), ("全国", "CN"), ("CN-ZJ", "CN-33"), ("CN-33", "CN-33"), ("33", "CN-33"),
    ("330000", "CN-33"), ("330100", "CN-3301"), ("330106", "CN-330106"), ("330106001001", "CN-330106"),
    ("浙江", "CN-33"), ("浙江省", "CN-33"), (" 浙江省杭州市 ", "CN-33"), ("zhejiang", "CN-33"),
    ("Zhejiang Province", "CN-33"),
    ("宁夏", "CN-64"), ("宁夏回族自治区银川市", "CN-64"), ("北京市", "CN-11"), ("beijing", "CN-11"),
    ("inner mongolia", "CN-15"),
    ("Inner-Mongolia", "CN-15"), ("山西", "CN-14"), ("陕西", "CN-61"), ("Shanxi", "CN-14"), ("Shaanxi", "CN-61"),
]


@pytest.mark.parametrize(("text", "code"), KNOWN)
def test_a_place_is_known_by_code_and_name(text: str, code: str) -> None:
    assert place_of(text) == code


@pytest.mark.parametrize("text", ["", "虚构县", "海南藏族自治州", "99", "3", "CN-QQ", "33010", "zhejang"])
def test_what_is_no_place_is_not_guessed(text: str) -> None:
    assert place_of(text) is None


def test_a_slip_is_told_the_place_that_was_meant() -> None:
    assert near_place("zhejang") == "zhejiang"


@pytest.mark.parametrize("digits", PROVINCES)
def test_every_province_has_a_name_in_both_languages_and_is_found_by_it(digits: str) -> None:
    assert has(f"jurisdictions.CN-{digits}")
    for lang in LANGUAGES:
        assert place_of(say(lang, f"jurisdictions.CN-{digits}")) == f"CN-{digits}"


def test_a_rule_holds_at_home_and_below_and_nowhere_else() -> None:
    assert covers("CN", "CN-3301")
    assert covers("CN-33", "CN-3301")
    assert covers("CN-33", "CN-33")
    assert not covers("CN-33", "CN")
    assert not covers("CN-3301", "CN-33")
    assert not covers("CN-33", "CN-34")


@given(st.text(max_size=40))
def test_no_text_breaks_the_look_up(text: str) -> None:
    place = place_of(text)
    assert place is None or code_of(place) == place
