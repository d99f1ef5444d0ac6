"""What a request is, told by whole words of its path, query and body: read, write, login or unknown. Knows no browser.

Rule (seams.md, "Writes"): a write word beats a read word; nouns that are also acts (`sign`, `report`) are
writes unless a
read word ends the path (`/sign/list`); `signIn` is a login; what is no plain read is not sent.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, unquote, urlsplit


class Kind(StrEnum):
    """Closed set of request classes."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"
    UNKNOWN = "unknown"


@cache
def word_class(name: str) -> frozenset[str]:
    """The words of one block of request_words.txt."""
    text = files("appscan.capture").joinpath("request_words.txt").read_text("utf-8")
    found = re.search(rf"^\[{name}\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    return frozenset(found.group(1).split() if found else ())


ASK_FIRST = frozenset({"get", "query", "list", "find", "search", "page", "fetch"})
NOUNS = frozenset(
    {
        "online",
        "offline",
        "duration",
        "count",
        "order",
        "trace",
        "click",
        "heart",
        "punch",
        "end",
        "start",
        "register",
        "alive",
        "stay",
        "post",
        "sync",
        "store",
        "collect",
        "track",
    }
)
"""Words among the verbs that are as often nouns."""
LOGINS = frozenset({"login", "signin", "logon", "oauth", "sso", "cas", "auth", "authenticate", "denglu"})
ASSET = re.compile(
    r"\.(js|mjs|css|png|jpe?g|gif|svg|webp|ico|bmp|avif|woff2?|ttf|otf|eot|map|mp4|webm|mp3|wasm|pdf)$", re.IGNORECASE
)
PAGE = re.compile(r"\.(html?|xhtml|jsp|php|aspx?|vue|shtml)$", re.IGNORECASE)
CALLBACK = re.compile(r"^_?(json)?p?_?(callback|cb|jsonp|jsoncallback|jsonpcallback)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words(text: str) -> list[str]:
    """Whole words of an identifier or path: `signIn` → sign, in; `assign` stays one word."""
    return [word.lower() for word in _WORD.findall(unquote(text))]


def classify(method: str, url: str, body: str = "", kind: str = "fetch") -> Kind:
    """Class of one request. `kind` is the recording's kind of request; a frame of a socket is method SEND."""
    method = method.upper()
    parts = urlsplit(url)
    if method not in ("GET", "HEAD", "OPTIONS", "POST") or kind == "beacon":
        return Kind.WRITE
    query = parse_qsl(parts.query, keep_blank_values=True)[:200]
    segments = [segment for segment in parts.path.split("/") if segment]
    if method in ("GET", "HEAD") and kind in ("script", "style", "other", "image") and ASSET.search(parts.path):
        names = {name.lower() for name, _ in query}
        if kind != "image" or names <= word_class("harmless"):
            return Kind.READ
        return Kind.WRITE  # a picture that carries a message
    verdict = _by_words(segments, query, _operation(body, method), kind, method)
    if verdict is not None:
        return verdict
    if method in ("OPTIONS", "HEAD"):
        return Kind.READ
    if method == "GET":
        return _plain_get(query, kind)
    return Kind.UNKNOWN


def _plain_get(query: list[tuple[str, str]], kind: str) -> Kind:
    """A GET whose words say nothing: scripts with a callback and pictures with a message are no plain reads."""
    names = {name.lower() for name, _ in query}
    if kind == "jsonp":
        return Kind.UNKNOWN
    if kind == "image":
        return Kind.READ if names <= word_class("harmless") else Kind.WRITE
    return Kind.WRITE if names & word_class("marking") and kind != "document" else Kind.READ


def _by_words(
    segments: list[str], query: list[tuple[str, str]], operation: list[str], kind: str, method: str
) -> Kind | None:
    path_words = [word for segment in segments for word in words(segment)]
    last = words(segments[-1]) if segments else []
    acts = [
        word for name, value in query if name.lower() in word_class("operation_names") for word in words(value[:80])
    ] + operation
    joined = {first + second for first, second in zip(path_words + acts, (path_words + acts)[1:], strict=False)}
    everything = set(path_words) | set(acts)
    if kind == "document" and segments and (PAGE.search(segments[-1]) or not query) and not _is_deed(last):
        return Kind.WRITE if set(acts) & word_class("verbs") else Kind.READ
    if {"checkin", "clockin", "signup", "heartbeat", "keepalive", "logout", "signout"} & (joined | everything):
        reads_last = last and last[-1] in word_class("reads") and last[-1] != "check"
        return Kind.READ if reads_last and not set(acts) & word_class("verbs") else Kind.WRITE
    if (everything | joined) & LOGINS and not (
        everything & {"user", "info", "list", "menu"} and last[-1:] and last[-1] in word_class("reads")
    ):
        return Kind.LOGIN
    if set(acts) & word_class("verbs") or (operation and operation[0] == "mutation"):
        return Kind.WRITE
    if operation and operation[0] == "query":
        return Kind.READ
    return _by_path(path_words, last, acts, method)


def _by_path(path_words: list[str], last: list[str], acts: list[str], method: str) -> Kind | None:
    """What the words of the path say. A POST is a read only where the last segment itself asks for something."""
    reads = word_class("reads" if method in ("GET", "HEAD") else "asking")
    deeds, found = word_class("acts") - word_class("reads"), set(path_words) | set(acts)
    asks_first = bool(last) and last[0] in ASK_FIRST and not set(last[1:]) & (word_class("verbs") - NOUNS)
    if found & word_class("verbs"):
        # `/online/list` reads a list of who is online: a closing read word beats nouns, not verbs of its own segment
        closes = bool(last) and last[-1] in reads and not set(last) & word_class("verbs")
        if not ((closes or asks_first) and found & word_class("verbs") <= NOUNS):
            return Kind.WRITE
    if asks_first:
        return Kind.READ
    if set(acts) & deeds and not set(acts) & reads:
        return Kind.WRITE
    if set(acts) & reads or (last and (last[-1] in reads or last[0] in reads) and last[-1] not in deeds):
        return Kind.READ
    if found & deeds:
        return Kind.WRITE
    return Kind.READ if found & reads and method in ("GET", "HEAD") else None


def _is_deed(last: list[str]) -> bool:
    """True where the last segment of a page's address is a bare act (`/user/delete`), not a page about one."""
    return bool(set(last) & {"delete", "remove", "submit", "save", "logout", "signout", "dosign", "approve", "confirm"})


def _operation(body: str, method: str) -> list[str]:
    """Words of the operation that a body names: a GraphQL operation, or the value of a field such as `action`."""
    if not body or method in ("GET", "HEAD"):
        return []
    text = body[:20000].lstrip()
    if text.startswith(("{", "[")):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return []
        content = content[0] if isinstance(content, list) and content else content
        if not isinstance(content, dict):
            return []
        query = content.get("query")
        if isinstance(query, str) and re.match(r"\s*(query|mutation|subscription|\{)", query):
            return ["mutation" if query.lstrip().startswith("mutation") else "query"]
        return [
            word
            for name, value in content.items()
            if str(name).lower() in word_class("operation_names") and isinstance(value, str)
            for word in words(value[:80])
        ]
    return [
        word
        for name, value in parse_qsl(text)[:200]
        if name.lower() in word_class("operation_names")
        for word in words(value[:80])
    ]


def callback_of(url: str) -> str | None:
    """Name of the function that a JSONP address wants called, or None."""
    for name, value in parse_qsl(urlsplit(url).query)[:100]:
        if CALLBACK.match(name) and re.fullmatch(r"[\w$.\[\]]{1,100}", value):
            return value
    return None
