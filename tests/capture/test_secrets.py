"""Claims about what never reaches a recording."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis.strategies import text

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


AWKWARD = "a<b&c'\"/d 9虎"
GIVEN = ["8841", "虎口脱险", "虎口脱险密码很长", "a<b&c", AWKWARD, "pass-word-77"]


def written(secret: str) -> list[str]:
    """A secret as sites pass it on: HTML, addresses, JSON, hex, base64, digests."""
    texts = [html.escape(secret), html.escape(secret, quote=False), quote(secret, safe=""), quote_plus(secret),
             quote(secret, safe="").lower(), quote(secret, safe="!'()*~"), quote(quote(secret, safe=""), safe=""),
             json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]]
    return [secret, *texts]


@pytest.mark.parametrize("secret", GIVEN)
@pytest.mark.parametrize("place", [
    '{{"mm":"{}"}}', '{{"user":"zhang","mm": "{}", "n":3}}', '{{\\"mm\\":\\"{}\\"}}', "mm={}", "user=zhang&mm={}&n=3",
    "https://a.example/in?mm={}#top",
    "https://a.example/in?n=1&amp;mm={}&amp;b=2", "#/in?mm={}", "in%3Fmm%3D{}%26n%3D1",
    'name="mm"\r\n\r\n{}\r\n--x', "<mm>{}</mm>", "<mm><![CDATA[{}]]></mm>", '<input name=a value="{}">',
    "<textarea name=a>{}</textarea>", "mm = '{}';", "send('{}', 3)", '["{}"]', "theme=dark; mm={}; n=1",
])
def test_a_given_secret_is_replaced_wherever_it_is_a_whole_value(place: str, secret: str) -> None:
    secrets = Secrets()
    secrets.learn_given(secret)
    for form in written(secret):
        if form in ("a", "") or (place.count('"') + place.count("'") and ("'" in form or '"' in form)):
            continue  # would be no value of that place
        cleaned = secrets.clean(place.format(form))
        assert "[removed]" in cleaned, (place, form)
        assert form not in cleaned, (place, form)


@pytest.mark.parametrize("secret", GIVEN)
def test_digests_and_codes_of_a_given_secret_are_replaced_anywhere(secret: str) -> None:
    secrets, raw = Secrets(), secret.encode()
    secrets.learn_given(secret)
    digests = [hashlib.md5(raw).hexdigest(), hashlib.sha1(raw).hexdigest(), hashlib.sha256(raw).hexdigest(),
               hashlib.md5(raw).hexdigest()[8:24], raw.hex(), base64.b64encode(raw).decode()]
    for form in [*digests, *(digest.upper() for digest in digests[:5])]:
        assert form not in secrets.clean(f"sign:{form}!"), form


@pytest.mark.parametrize("text", [
    '{"mm": 8841}', '{"mm":8841,"n":3}', "{pin: 8841}", "[8841]", "?pin=8841&a=1", "pin=8841",
])
def test_a_short_number_is_replaced_without_quotes_too(text: str) -> None:
    secrets = Secrets()
    secrets.learn_given("8841")
    assert "8841" not in secrets.clean(text)
    assert secrets.clean("8841", body=True) == "[removed]"


@pytest.mark.parametrize("text", [
    "本月 8841 人次", "1,8841,300", "http://127.0.0.1:8841/index.html", "13988418841", "<td>8841</td>", "<p>虎口</p>",
    '{"phone":"13988412345","text":"共 8841 人"}', "虎口脱险记", '{"title":"虎口脱险记"}', "/a/8841/b.html", "8841",
    'id="row-8841"', '{"8841": "某条"}', "http://a.example/?word=%E8%99%8E%E5%8F%A3%E8%84%B1%E9%99%A9%E8%AE%B0",
])
def test_a_short_secret_costs_no_text_that_only_holds_it(text: str) -> None:
    secrets = Secrets()
    for secret in ("8841", "虎口", "虎口脱险"):
        secrets.learn_given(secret)
    assert secrets.clean(text) == text


def test_an_empty_variable_removes_nothing() -> None:
    secrets = Secrets()
    secrets.learn_given("")
    assert secrets.clean('{"a": ""}', body=True) == '{"a": ""}'


@given(text(min_size=1, max_size=40))
def test_any_given_secret_is_gone_from_the_field_that_holds_it(secret: str) -> None:
    secrets = Secrets()
    secrets.learn_given(secret)
    assume(secret not in "[removed]")
    for ascii_only in (True, False):
        body = secrets.clean(json.dumps({"mm": secret, "n": 1}, ensure_ascii=ascii_only))
        assert json.loads(body) == {"mm": "[removed]", "n": 1} or secret not in body
    assert f"mm={quote(secret, safe='')}&" not in secrets.clean(f"mm={quote(secret, safe='')}&n=1")


def test_a_short_secret_is_replaced_in_the_address_of_a_place_in_code() -> None:
    secrets = Secrets()
    secrets.learn_given("虎口脱险")
    place = "at show (http://127.0.0.1/home.html?xm=%E8%99%8E%E5%8F%A3%E8%84%B1%E9%99%A9:13:1)"
    assert "%E8%99%8E" not in secrets.clean(place)
    assert secrets.clean("本片《虎口脱险》已上映") == "本片《虎口脱险》已上映"
