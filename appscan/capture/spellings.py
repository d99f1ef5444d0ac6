"""How a secret may be written down: its encodings, its digests, and the places where a short one is a whole value.
Knows no browser and no recording."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote, quote_plus

LEAST_ANYWHERE = 6
"""Characters from which on a spelling is looked for inside other texts; shorter ones are parts of innocent words."""
LEAST_BARE = 4
"""Digits from which on a number without quotes may be a secret: below, it is a code or a count."""
_IN_QUERY = ("", "!'()*~", ";/?:@&=+$,#!'()*~")
"""What `quote`, `encodeURIComponent` and `encodeURI` leave as it is."""
_PARAMETER = r"(?:^|[?&#]|;\s?|%3[Ff]|%26)[^=&?#;\s\"'<>]{1,80}?(?:=|%3[Dd])"
_HTML_TEXT = (
    "p|div|span|td|th|li|b|i|em|strong|small|a|label|option|button|h[1-6]|dd|dt|u|s|code|pre|text|title|caption|summary|"
    "font|legend|figcaption|blockquote|section|article|center|sub|sup"
)
"""Elements that hold texts of a page, and no field of a message."""


def spelled(value: str) -> set[str]:
    """`value` as it is, and as addresses, JSON and HTML write it."""
    raw = value.encode("utf-8", "replace")
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], value.replace("/", "\\/")}
    in_json |= {_escaped(value, "<>&='"), _escaped(value, "<>&='\"\\/")}
    in_json |= {re.sub(r"\\u[0-9a-f]{4}", lambda row: "\\u" + row[0][2:].upper(), one) for one in in_json}
    addressed = {quote(one.encode("utf-8", "replace"), safe=safe) for one in (value, *in_json) for safe in _IN_QUERY}
    addressed |= {quote_plus(raw), *_by_other_alphabets(value)}
    addressed |= {quote(one, safe="") for one in addressed}
    addressed |= {re.sub("%[0-9A-F]{2}", lambda row: row[0].lower(), one) for one in addressed}
    return {value} | in_json | {json.dumps(one)[1:-1] for one in in_json} | addressed | _in_html(value)


def coded(value: str) -> set[str]:
    """`value` in hex, and in base64, alone and inside a longer text, where it starts at one of three offsets; only what
    is long enough to be looked for anywhere."""
    raw = value.encode("utf-8", "replace")
    found = {raw.hex(), raw.hex().upper()} if len(raw) > LEAST_ANYWHERE // 2 else set()
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        whole = alphabet(raw).decode()
        found |= {whole, whole.rstrip("=")}
        for shift in range(3):
            text = alphabet(b"\0" * shift + raw).decode()
            found.add(text[-(-shift * 4 // 3) : (len(raw) + shift) * 8 // 6])
    return {form for form in found if len(form) >= LEAST_ANYWHERE}


def digests(value: str) -> set[str]:
    """MD5 (whole, and its middle half, as much Chinese software keeps it), SHA-1 and SHA-256 of `value` in hex: what
    many sites send instead of the password, and what gives a short one away."""
    raw = value.encode("utf-8", "replace")
    found = {hashlib.new(name, raw, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")}
    found.add(hashlib.md5(raw, usedforsecurity=False).hexdigest()[8:24])
    return found | {digest.upper() for digest in found}


def whole_values(spellings: Iterable[str]) -> re.Pattern[str]:
    """Finds the spellings where one is all that a field, a value of a form or a parameter holds; group `before` stays.
    Texts of the page, and numbers inside other texts, are none of these."""
    known = sorted(spellings, key=lambda one: (-len(one), one))
    one_of = "|".join(map(re.escape, known))
    bare = "|".join(re.escape(one) for one in known if one.isdecimal() and len(one) >= LEAST_BARE) or r"(?!)"
    places = (
        rf"(?P<quoted>[=:,(\[]\s{{0,9}}(?P<mark>\\{{0,3}}[\"'`]))(?:{one_of})(?=(?P=mark)(?!\s{{0,9}}:))",
        rf"(?P<number>(?:[\"']\s{{0,9}}:|[{{,]\s{{0,9}}\w{{1,60}}\s{{0,9}}:)\s{{0,9}})(?:{bare})(?=\s{{0,9}}(?:[,}}]|$))",
        rf"(?P<single>\[\s{{0,9}})(?:{bare})(?=\s{{0,9}}\])",
        rf"(?P<parameter>{_PARAMETER})(?:{one_of})(?=$|[&\s\"'<>#;)\\]|%26|:\d{{1,7}}:\d)",
        rf"(?P<part>\n\r?\n)(?:{one_of})(?=\r?\n--)",
        rf"(?P<element><(?!(?:{_HTML_TEXT})>)[A-Za-z][\w:.-]{{0,60}}>(?:<!\[CDATA\[)?)(?:{one_of})(?=(?:\]\]>)?</)",
        rf"(?P<area><textarea\b[^<>]{{0,400}}>)(?:{one_of})(?=</)",
        rf"(?P<attribute>\bvalue\s{{0,9}}=\s{{0,9}})(?:{one_of})(?=[\s>])",
    )
    return re.compile("|".join(places))


def _escaped(value: str, letters: str) -> str:
    """`value` as careful JSON writers put it: what means something in HTML, and all beyond ASCII, by number."""
    return "".join(
        f"\\u{ord(letter):04x}" if letter in letters else json.dumps(letter)[1:-1] for letter in value
    )


def _by_other_alphabets(value: str) -> set[str]:
    """As pages in GBK and the old `escape()` put it into addresses."""
    found = {
        "".join(
            f"%u{ord(letter):04X}" if ord(letter) > 255 else quote(letter.encode("latin-1"), safe="@*_+-./")
            for letter in value
        )
    }
    with suppress(UnicodeEncodeError):
        found.add(quote(value.encode("gbk"), safe=""))
    return found


def _in_html(value: str) -> set[str]:
    """As texts, attributes and templates of HTML hold it."""
    texts = {html.escape(value, quote=False), html.escape(value), html.escape(value).replace("&#x27;", "&#39;")}
    texts |= {value.replace("&", "&amp;").replace('"', "&quot;"), html.escape(value).replace("&#x27;", "'")}
    decimal = "".join(letter if ord(letter) < 128 else f"&#{ord(letter)};" for letter in value)
    hexadecimal = "".join(letter if ord(letter) < 128 else f"&#x{ord(letter):x};" for letter in value)
    return texts | {decimal, hexadecimal}

