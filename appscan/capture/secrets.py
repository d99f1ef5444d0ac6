"""Replaces cookies, tokens, passwords and stored values before anything is written. Knows no browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

import ahocorasick_rs

from appscan.capture.spellings import LEAST_ANYWHERE, coded, digests, spelled, whole_values

MARK = "[removed]"
_WHOLE = (
    r"pass(?:word|wd|code)?|pwd|mima|secrets?|tokens?|ticket|session|session_?(?:id|key)|sid|jsessionid|phpsessid|"
    r"authorization|auth|auth_?(?:code|key|token)|api_?key|app_?secret|credentials?|signature|cookies?|jwt|csrf|xsrf|"
    r"openid|unionid|captcha|verify_?code|sms_?code|access_?token|refresh_?token|id_?token|user_?token|csrf_?token|"
    r"xsrf_?token|user_?pwd|user_?password|csrf\w{0,20}middleware\w{0,20}"
)
_START = r"(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"
_END = r"(?:(?![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z])|(?=\d))"
_ANYWHERE = (
    r"token(?!i[sz])|password|passwd|secret(?!ar)|[cx]srf|jwt|session_?(?:id|key)|authorization|credential|cookie|"
    r"openid|unionid|api_?key"
)
NAMES = rf"(?:(?i:{_ANYWHERE})|{_START}(?i:{_WHOLE}){_END})"
"""A name of a secret, whole: at edges of words or humps, so that `sidebar` and `author` are none."""
_FIELD = rf"[\w.-]{{0,60}}?{NAMES}[\w.-]{{0,60}}"
_TEXT = r"(?:[^\"'\\\n\u3400-\u9fff]|\\.){0,8000}"
"""What a secret is written with; a text for people is none."""
_JSON_FIELD = re.compile(rf'("{_FIELD}"\s*:\s*(?:\[\s*)?)("{_TEXT}"|\d+)')
_ESCAPED_FIELD = re.compile(rf'(\\"{_FIELD}\\"\s*:\s*)(\\"[^"\\\u3400-\u9fff]{{0,8000}}\\")')
_QUERY_FIELD = re.compile(
    rf"((?:(?:^|[?&]){_FIELD}|[#;\s\"'(](?![\w-]{{0,60}}\.){_FIELD})=)"
    r"([^&\s\"'<>;)#\u3400-\u9fff]{1,8000})"
)
_LITERAL = re.compile(rf"((?<![\w.-]){_FIELD}[\"']?\s{{0,9}}[:=]\s{{0,9}}\[?\s{{0,9}})(\"{_TEXT}\"|'{_TEXT}')")
"""`var token = "…"`, `{token:'…'}`, `window.token="…"`, `data-token="…"`; `{token:e}` is code."""
_STORED = re.compile(rf"(\(\s{{0,9}}[\"']{_FIELD}[\"']\s{{0,9}},\s{{0,9}})(\"{_TEXT}\"|'{_TEXT}')")
_ELEMENT = re.compile(rf"(<(?:\w{{1,20}}:)?(?P<name>{_FIELD})>)([^<>\u3400-\u9fff]{{1,8000}})(?=</)")
_TAG = re.compile(r"<(?:input|meta)\b[^<>]{0,4000}>", re.IGNORECASE)
_HIDING = re.compile(rf"(?i:type)\s*=\s*[\"']?(?i:password|hidden)|(?i:name|property|id)\s*=\s*[\"']?{_FIELD}")
_META_NAME = re.compile(rf"(?i:name|property|id)\s*=\s*[\"']?{_FIELD}")
_VALUE = re.compile(r"(\b(?:value|content)\s*=\s*)(\"[^\"]{0,8000}\"|'[^']{0,8000}'|[^\s\"'<>]{1,8000})", re.IGNORECASE)
_TOKEN_LIKE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w+/=.~-]{12,4000}", re.ASCII)
_JWT = re.compile(r"\beyJ[\w-]{8,4000}\.[\w-]{4,8000}\.[\w-]{4,4000}")
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,8000}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?:/)?(?:/(?!\w{0,200}\d\w{19})[A-Za-z][\w.:{}-]{0,40}){1,12}/?|include|omit|same-origin"
)
"""`{token: "/api/token/get"}` tells where to ask, `credentials: "include"` how; neither is one."""
_HAN = re.compile(r"[\u3400-\u9fff]")
SENSITIVE = re.compile(NAMES)
MAX_VALUES = 2000
"""Learnt values; what is over is replaced where a field names it."""
MAX_LEARNT = 200_000


class Secrets:
    """Values known to be secret, and the patterns of fields that hold such values."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        self._forms: set[str] = set()
        self._search: ahocorasick_rs.AhoCorasick | None = None
        self._short: set[str] = set()
        self._whole: re.Pattern[str] | None = None
        for value in values:
            self.learn(value)

    def learn(self, value: str) -> None:
        """Remember one secret value and the forms it may take; shorter than six characters would hide words, and what
        holds Chinese is a text of the page."""
        if len(value) < LEAST_ANYWHERE or len(self._values) >= MAX_VALUES or value in self._values:
            return
        if _HAN.search(value):
            return
        self._values.add(value)
        self._forms |= {form for form in spelled(value) if len(form) >= LEAST_ANYWHERE} | coded(value)
        self._search = None

    def learn_given(self, value: str) -> None:
        """Remember a secret that the user gave as one, however short and in whatever script, with its digests. A short
        one is replaced where it is a whole value, so that four figures do not cost every text that holds them."""
        if not value:
            return
        self._forms |= coded(value) | digests(value)
        if len(value) < LEAST_ANYWHERE:
            self._short |= spelled(value)
        else:
            self._forms |= spelled(value)
        self._whole = whole_values(self._short) if self._short else None
        self._search = None

    def learn_fields(self, text: str) -> None:
        """Learn what token-like fields of an address, a body, a page or code hold: it may stand elsewhere in other
        forms."""
        text = text[:MAX_LEARNT]
        found = [row[2] for pattern in (_JSON_FIELD, _QUERY_FIELD, _LITERAL, _STORED) for row in pattern.finditer(text)]
        found += [row[3] for row in _ELEMENT.finditer(text)]
        for tag in _TAG.finditer(text):
            if _META_NAME.search(tag[0]):
                found += [row[2] for row in _VALUE.finditer(tag[0])]
        for written in found:
            value = unquote(written.strip("\"'"))
            if _TOKEN_LIKE.fullmatch(value):
                self.learn(value)

    def learn_storage(self, name: str, value: str) -> None:
        """Remember a stored value where its name or its look says secret; nested JSON is opened one level."""
        if SENSITIVE.search(name) or _JWT.search(value) or re.fullmatch(r"[A-Za-z0-9+/=_.-]{20,8000}", value):
            self.learn(value.strip('"'))
        if value[:1] in "{[":
            try:
                content = json.loads(value)
            except (ValueError, RecursionError):
                return
            for key, inner in content.items() if isinstance(content, dict) else ():
                if isinstance(inner, str) and SENSITIVE.search(str(key)):
                    self.learn(inner)

    def clean(self, text: str, body: bool = False) -> str:
        """`text` without secrets; a `body` may be one as a whole."""
        if not text:
            return text
        if body and text.strip() in self._short:
            return MARK
        text = self._without_short(self._without_values(text))
        text = _JSON_FIELD.sub(_quoted, text)
        text = _ESCAPED_FIELD.sub(rf'\1\\"{MARK}\\"', text)
        text = _LITERAL.sub(_quoted, text)
        text = _STORED.sub(_quoted, text)
        text = _QUERY_FIELD.sub(rf"\1{MARK}", text)
        text = _ELEMENT.sub(rf"\1{MARK}", text)
        text = _TAG.sub(_tag, text)
        text = _JWT.sub(MARK, text)
        return _BEARER.sub(rf"\1 {MARK}", text)

    def _without_short(self, text: str) -> str:
        if self._whole is None or not any(form in text for form in self._short):
            return text
        return self._whole.sub(lambda found: f"{found[str(found.lastgroup)]}{MARK}", text)

    def _without_values(self, text: str) -> str:
        """`text` without the values that were learnt, in one pass however many they are."""
        if not self._forms:
            return text
        if self._search is None:
            longest = ahocorasick_rs.MatchKind.LeftmostLongest
            self._search = ahocorasick_rs.AhoCorasick(sorted(self._forms), matchkind=longest)
        pieces, at = [], 0
        for _, start, end in self._search.find_matches_as_indexes(text):
            pieces += [text[at:start], MARK]
            at = end
        return "".join([*pieces, text[at:]]) if pieces else text


def _quoted(found: re.Match[str]) -> str:
    """A literal keeps its kind of quotes; what is empty or an address stays."""
    mark = found[2][0] if found[2][0] in "\"'" else '"'
    inner = found[2].strip("\"'")
    return found[0] if not inner or _ADDRESS.fullmatch(inner) else f"{found[1]}{mark}{MARK}{mark}"


def _tag(found: re.Match[str]) -> str:
    """A field that hides what it holds, or a tag that is named like a secret, without its value."""
    tag = found[0]
    if not _HIDING.search(tag):
        return tag
    return _VALUE.sub(lambda row: row[0] if _HAN.search(row[2]) else f'{row[1]}"{MARK}"', tag)
