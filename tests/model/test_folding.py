"""Folding makes one form of what is written in many ways, and tokens part identifiers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appscan.model.folding import fold, fold_all, tokens

TEXTS = st.text(alphabet=st.sampled_from("签到 打卡ＡＢab12，：　\n\t\u200b\u00ad\ufe0fÉéｶ①ﬁ"), max_size=30)


@pytest.mark.parametrize(("written", "folded"), [
    ("立即签到", "立即签到"),
    ("立即 签到", "立即签到"),
    ("立　即\n签 到", "立即签到"),
    ("签\u200b到\u00ad", "签到"),
    ("ＣＨＥＣＫ　ＩＮ", "check in"),
    ("Check\tIn", "check in"),
    ("请签到，不得漏签：否则扣分！", "请签到,不得漏签:否则扣分!"),
    ("打卡 OK 了", "打卡 ok 了"),
    ("①次", "1次"),
    ("連續簽到，後續扣分", "连续签到,后续扣分"),
    ("乾坤", "乾坤"),
    (r"\u6253\u5361", "打卡"),
    (r"\u{6253}卡", "打卡"),
    (r"\ud83d", r"\ud83d"),
    ("&#25171;&#x5361;", "打卡"),
    ("签&amp;到 a&b", "签&到 a&b"),
    ("", ""),
])
def test_a_text_folds_to_what_is_matched(written: str, folded: str) -> None:
    assert fold(written) == folded


AWKWARD = st.text("\r\n\t\x0b\x1c\x85\u2028 aAΣσ签 到\u0301\u3099か\uff21\ufeff&\\u;4e00數", max_size=12)


@given(st.lists(AWKWARD | TEXTS | st.text(max_size=12)))
def test_texts_folded_together_are_as_folded_one_by_one(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS)
def test_spaces_between_han_never_matter(first: str, second: str) -> None:
    assert fold(f"{first}签 到{second}") == fold(f"{first}签到{second}")


@pytest.mark.parametrize(("identifier", "parts"), [
    ("checkInRecord", ("check", "in", "record")),
    ("check_in_record", ("check", "in", "record")),
    ("CheckInRecord", ("check", "in", "record")),
    ("/api/check-in/record?id=7", ("api", "check", "in", "record", "id", "7")),
    ("HTTPServer", ("http", "server")),
    ("userID", ("user", "id")),
    ("rank2list", ("rank", "2", "list")),
    ("DAKA_LIST", ("daka", "list")),
    ("checking", ("checking",)),
    ("签到", ()),
    ("", ()),
])
def test_an_identifier_parts_into_whole_tokens(identifier: str, parts: tuple[str, ...]) -> None:
    assert tokens(identifier) == parts


@given(st.text(alphabet="abcXYZ019_-/.签", max_size=40))
def test_tokens_keep_every_latin_letter_and_digit_in_order(identifier: str) -> None:
    kept = "".join(sign for sign in identifier.lower() if sign.isascii() and sign.isalnum())
    assert "".join(tokens(identifier)) == kept
