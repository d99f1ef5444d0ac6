"""What a request tells a server of somebody: a time spent, a reported place, a view counted. Knows no browser.

What it is called does not count: `/online/statistics` with a person and seconds in its body is a heartbeat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from appscan.capture.request_words import KEEPING, PAIRS, word_class, words

MAX_ROWS = 200
KEPT_PICTURES = frozenset(
    {"static", "statics", "image", "images", "img", "imgs", "icon", "icons", "asset", "assets", "upload", "uploads"}
    | {"file", "files", "attachment", "attachments", "pic", "pics", "picture", "pictures", "photo", "photos", "public"}
    | {"theme", "themes", "skin", "css", "fonts", "media", "res", "resource", "resources", "dist", "common"}
)
"""Folders in which pictures lie that are shown, whatever these are called: `/icons/like.png`."""
SHOWN = frozenset(
    {"view", "draw", "upload", "order", "store", "open", "play", "event", "share", "register", "apply", "create"}
    | {"edit", "quote", "post", "move"}
)
"""Deeds by which a picture may be called that is only shown."""
FRESHENING = frozenset(
    {"_", "v", "ver", "version", "t", "ts", "time", "timestamp", "r", "random", "rnd", "h", "hash", "w", "width"}
    | {"height", "size", "q", "quality", "format", "x-oss-process", "imageview2", "imagemogr2"}
)
"""Parameters that only ask for another copy or size of a file."""
PRESENCE = frozenset({"heartbeat", "keepalive", "hb", "beat", "xintiao"})
_FILE = re.compile(r"\.\w{1,5}$")
_NUMBERED = re.compile(r"\d+")


def told_by_file(segments: list[str], query: list[tuple[str, str]], kind: str) -> bool:
    """True for what looks like a file and tells a deed: a picture (`/track/heartbeat.gif?id=7`, `/api/sign/7/on.png`),
    or a script that names a person (`/api/daka.js?uid=7`). What lies where pictures are kept is one."""
    names, deeds = _names(query), (word_class("deeds") | word_class("changes")) - SHOWN
    said = [words(_FILE.sub("", segment)) for segment in segments]
    doing = [set(name) <= deeds or "".join(name) in PAIRS for name in said if name]
    personal = bool(names & word_class("persons"))
    if kind in ("script", "style", "other"):
        return personal and any(doing)
    if KEPT_PICTURES & {segment.lower() for segment in segments[:-1]}:
        return personal and doing[-1:] == [True]
    numbered = any(_NUMBERED.fullmatch(segment) for segment in segments)
    if "api" in segments or personal:
        return any(doing) and (personal or numbered or bool(names - FRESHENING))
    return doing[-1:] == [True] and bool(names - FRESHENING)


def told_by_opening(segments: list[str], query: list[tuple[str, str]]) -> bool:
    """True for a socket or stream that by being open says that somebody is there: `/ws/online?userId=7`."""
    said = {word for segment in segments for word in words(segment)}
    somebody = bool(_names(query) & word_class("persons")) or any(_NUMBERED.fullmatch(segment) for segment in segments)
    return bool(said & PRESENCE) or (somebody and bool(said & {"online", "zaixian"}))
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?")


def told_by_query(segments: list[str], last: list[str], query: list[tuple[str, str]]) -> bool:
    """True for a GET that carries something to the server: `addView=1`, a time spent, a reported place."""
    for name, value in query:
        field = words(name[:60])
        doing = len(field) > 1 and field[0] in KEEPING | {"incr", "mark"} and field[-1] not in ("time", "date", "day")
        if doing and value.lower() in word_class("flags"):
            return True
    names = _names(query)
    short = last and last[-1] in word_class("short_deeds") and not names & word_class("operation_names")
    if short and names & word_class("persons"):
        return True
    if _spends(query) and not names & word_class("paging") and names & word_class("persons"):
        return True
    if last and last[-1] in (word_class("reads") | word_class("asking")) - word_class("things"):
        return False
    if names & word_class("marking"):
        return True
    return bool(names & word_class("placing") and (names & word_class("persons") or _does(segments)))


def told_by_body(segments: list[str], body: str) -> bool | None:
    """True for the body of a POST that tells a time spent, or where somebody is; False where it may do so; None where
    it does not: pages of a list are asked for by a place too, and a place alone is what a search near it needs."""
    rows, listed = _rows(body)
    names = _names(rows)
    if names & word_class("paging"):
        return None
    if _spends(rows):
        return True
    if not names & word_class("placing"):
        return None
    if listed or _does(segments):
        return True
    return False if names & word_class("persons") else None


def _spends(rows: Iterable[tuple[str, str]]) -> bool:
    """A field for a time spent, with a number in it."""
    for name, value in rows:
        field = words(name[:60])
        marked = name.lower().replace("_", "") in word_class("marking") or field[-1:] in (["seconds"], ["duration"])
        if marked and _NUMBER.fullmatch(value):
            return True
    return False


def _rows(body: str) -> tuple[list[tuple[str, str]], bool]:
    """Plain fields of a body, one level deep; True where it is a list."""
    text = body.lstrip()
    if not text.startswith(("{", "[")):
        try:
            return parse_qsl(text, keep_blank_values=True)[:MAX_ROWS], False
        except ValueError:
            return [], False
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return [], False
    return list(_plain(content, 2))[:MAX_ROWS], isinstance(content, list)


def _plain(content: object, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(content, list):
        for row in content[:20]:
            yield from _plain(row, depth)
    elif isinstance(content, dict):
        for name, value in list(content.items())[:MAX_ROWS]:
            if isinstance(value, (str, int, float)):
                yield str(name), str(value)
            elif depth:
                yield from _plain(value, depth - 1)


def _names(rows: Iterable[tuple[str, str]]) -> set[str]:
    return {name.lower().replace("_", "") for name, _ in rows}


def _does(segments: list[str]) -> bool:
    """True where a path names a deed."""
    return any(word in word_class("deeds") for segment in segments for word in words(segment))
