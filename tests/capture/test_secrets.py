"""Claims about what never reaches a recording."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from appscan.capture.secrets import Secrets

SECRET = "plantéd/secret+value=9"


@pytest.mark.parametrize(
    "form", [SECRET, quote(SECRET, safe=""), SECRET.encode().hex(), base64.b64encode(SECRET.encode()).decode()]
)
def test_a_known_secret_is_replaced_in_every_form(form: str) -> None:
    assert form not in Secrets([SECRET]).clean(f"before {form} after")


@pytest.mark.parametrize("shift", ["", "a", "ab", "abc"])
def test_a_secret_inside_a_longer_base64_text_is_replaced(shift: str) -> None:
    whole = base64.b64encode(f"{shift}{SECRET}{shift}".encode()).decode()
    cleaned = Secrets([SECRET]).clean(whole)
    assert "[removed]" in cleaned
    assert len(cleaned.replace("[removed]", "")) < 20


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "abc.def"}',
        "/x?token=abcdef&y=1",
        "userPassword=abcdef",
        '<input type="password" value="abcdef">',
        "Authorization: Bearer abcdefgh",
        '{"msg": "{\\"token\\":\\"abcdef\\"}"}',
        "eyJhbGciOiJIUzI1NiJ9.eyJhYmNkZWYifQ.abcdefgh",
    ],
)
def test_token_like_fields_are_replaced_without_knowing_the_value(text: str) -> None:
    assert "abcdef" not in Secrets().clean(text).replace("abc.def", "abcdef")


def test_ordinary_words_stay() -> None:
    text = '{"name": "张三", "points": 12, "url": "/rank/list?page=1"}'
    assert Secrets(["short"]).clean(text) == text
