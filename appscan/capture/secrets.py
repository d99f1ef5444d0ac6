"""Replaces cookies, tokens, passwords and stored values before anything is written. Knows no browser."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote

MARK = "[removed]"
NAMES = (
    r"pass(?:word|wd|code)?|pwd|mima|secret|token|access_?token|refresh_?token|id_?token|ticket|session_?(?:id|key)?|sid|"
    r"jsessionid|phpsessid|authorization|auth_?(?:code|key)?|api_?key|app_?secret|credential|signature|cookie|jwt|csrf\w*|"
    r"xsrf\w*|openid|unionid|captcha|verify_?code|sms_?code"
)
_JSON_FIELD = re.compile(
    rf'("[\w.-]{{0,60}}(?:{NAMES})[\w.-]{{0,60}}"\s*:\s*)("(?:[^"\\]|\\.){{0,8000}}"|\d+)', re.IGNORECASE
)
_ESCAPED_FIELD = re.compile(
    rf'(\\"[\w.-]{{0,60}}(?:{NAMES})[\w.-]{{0,60}}\\"\s*:\s*)(\\"[^"\\]{{0,8000}}\\")', re.IGNORECASE
)
_QUERY_FIELD = re.compile(
    rf"((?:^|[?&#;\s\"'(])[\w.-]{{0,60}}(?:{NAMES})[\w.-]{{0,60}}=)([^&\s\"'<>;)#]{{1,8000}})", re.IGNORECASE
)
_TOKEN_LIKE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w+/=.~-]{12,4000}")
_PASSWORD_INPUT = re.compile(
    r"(<input\b(?=[^>]{0,2000}type=[\"']?(?:password|hidden))[^>]{0,2000}?\bvalue=)(\"[^\"]{0,8000}\"|'[^']{0,8000}')",
    re.IGNORECASE,
)
_JWT = re.compile(r"\beyJ[\w-]{8,4000}\.[\w-]{4,8000}\.[\w-]{4,4000}")
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,8000}", re.IGNORECASE)
SENSITIVE = re.compile(NAMES, re.IGNORECASE)
MAX_VALUES = 2000
MAX_LEARNT = 200_000


class Secrets:
    """Values known to be secret, and the patterns of fields that hold such values."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.learn(value)

    def learn(self, value: str) -> None:
        """Remember one secret value and the forms it may take; shorter than six characters would hide words."""
        if len(value) < 6 or len(self._values) > MAX_VALUES * 8:
            return
        raw = value.encode("utf-8")
        forms = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], raw.hex()}
        for shift in range(3):  # a value inside a longer base64 text starts at one of three offsets
            for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
                text = alphabet(b"\0" * shift + raw).decode()
                start = -(-shift * 4 // 3)
                whole = (len(raw) + shift) * 8 // 6
                forms.add(text[start:whole])
        self._values |= {form for form in forms if len(form) >= 6}
        self._pattern = None

    def learn_fields(self, text: str) -> None:
        """Learn what token-like fields of an address or a body hold: a page may show it elsewhere in other forms."""
        for pattern in (_JSON_FIELD, _QUERY_FIELD):
            for found in pattern.finditer(text[:MAX_LEARNT]):
                value = unquote(found[2].strip('"'))
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

    def clean(self, text: str) -> str:
        """`text` without secrets."""
        if not text:
            return text
        if self._values:
            if self._pattern is None:
                self._pattern = re.compile(
                    "|".join(map(re.escape, sorted(self._values, key=lambda form: (-len(form), form))))
                )
            text = self._pattern.sub(MARK, text)
        text = _JSON_FIELD.sub(rf'\1"{MARK}"', text)
        text = _ESCAPED_FIELD.sub(rf'\1\\"{MARK}\\"', text)
        text = _QUERY_FIELD.sub(rf"\1{MARK}", text)
        text = _PASSWORD_INPUT.sub(rf'\1"{MARK}"', text)
        text = _JWT.sub(MARK, text)
        return _BEARER.sub(rf"\1 {MARK}", text)

    def clean_all(self, value: object) -> object:
        """The same for every text inside lists and mappings; keys are names and stay."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, list):
            return [self.clean_all(item) for item in value]
        if isinstance(value, dict):
            return {key: self.clean_all(item) for key, item in value.items()}
        return value
