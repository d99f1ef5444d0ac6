"""Whole words of addresses and bodies, and the classes of words in request_words.txt. Knows no request."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import unquote

LOGINS = frozenset({"login", "signin", "logon", "oauth", "sso", "cas", "auth", "authenticate", "denglu"})
PAIRS = frozenset(
    {"checkin", "clockin", "signup", "signin", "logon", "heartbeat", "keepalive", "logout", "signout", "logoff"}
    | {"readall", "allread", "markall", "punchin", "punchout", "clockout", "checkout"}
)
"""Deeds that are written in two words as often as in one."""
KEEPING = frozenset({"save", "add", "insert", "update", "edit", "modify", "delete", "del", "remove"})
"""Changes that stay changes whatever the path ends with: `/delete/list`."""
MAX_WORD = 24
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@cache
def word_class(name: str) -> frozenset[str]:
    """The words of one block of request_words.txt."""
    text = files("appscan.capture").joinpath("request_words.txt").read_text("utf-8")
    found = re.search(rf"^\[{name}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    return frozenset(found.group(1).split() if found else ())


@lru_cache(maxsize=4096)
def _split(word: str) -> tuple[str, ...]:
    """A word that is put together of known ones (`getlist`, `signrecord`) in its parts; else itself."""
    if len(word) > MAX_WORD or word in _known() or word in PAIRS or word in LOGINS:
        return (word,)
    for cut in range(2, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        if head in _known() and tail != "set" and (tail in _known() or tail in LOGINS or tail in PAIRS):
            return head, tail
    return (word,)


@cache
def _known() -> frozenset[str]:
    blocks = ("changes", "deeds", "things", "reads", "asking", "askers", "leading", "parts")
    return frozenset().union(*map(word_class, blocks)) - {"a", "m", "r", "s", "id", "put"}


def words(text: str) -> list[str]:
    """Whole words of an identifier or path: `signIn` → sign, in; `assign` stays one word."""
    return [part for word in _WORD.findall(unquote(text)) for part in _split(word.lower())]
