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


WRITTEN = [
    '<meta name="csrf-token" content="{}">',
    '<meta content={} name=csrf-token>',
    'var token = "{}";',
    '{{accessToken:"{}"}}',
    "{{token:'{}'}}",
    'window.token="{}"',
    '<div data-token="{}">',
    '{{"token":["{}"]}}',
    "<token>{}</token>",
    'sessionStorage.setItem("token","{}")',
    "<input value='{}' type=hidden>",
    '<input type=password name=p value={}>',
]


@pytest.mark.parametrize("form", WRITTEN)
def test_a_token_is_replaced_and_learnt_however_pages_and_code_write_it(form: str) -> None:
    text = form.format("tok123abc456def")
    assert "tok123" not in Secrets().clean(text)
    if "input" not in form:
        secrets = Secrets()
        secrets.learn_fields(text)
        assert "tok123" not in secrets.clean("see tok123abc456def")


@pytest.mark.parametrize(
    "text",
    [
        '{"sidebarSignIn":"立即签到","authorCheckIn":"每日打卡","side":"left","author":"abcdef1"}',
        '{"tokenMessage":"请先登录","captcha":"图形验证码"}',
        '{"secretary":"abcdef","TOKENS":"","auth":"/api/auth/check"}',
        "const u={token:'/api/token/get',captchaImage:\"/captchaImage\"}",
        "var a={token:e,sid:t.sid};n.token=o",
        'const label={password:"密码",passwordTip:"请输入密码"}',
        '<input type="hidden" value="立即签到">',
    ],
)
def test_code_and_texts_for_people_stay(text: str) -> None:
    secrets = Secrets()
    secrets.learn_fields(text)
    secrets.learn("立即签到立即签到")
    assert secrets.clean(text) == text


def test_thousands_of_secrets_are_replaced_and_more_than_that_are_not_learnt() -> None:
    secrets = Secrets(f"secret-number-{number}" for number in range(3000))
    assert secrets.clean("secret-number-7 secret-number-1999") == "[removed] [removed]"
    assert secrets.clean("secret-number-2999") != "[removed]"
    assert secrets.clean('{"token": "secret-number-2999"}') == '{"token": "[removed]"}'


def test_ordinary_words_stay() -> None:
    text = '{"name": "张三", "points": 12, "url": "/rank/list?page=1"}'
    assert Secrets(["short"]).clean(text) == text
