"""What a request tells a server of somebody: a time spent, a reported place, a view counted. Knows no browser.

What it is called does not count: `/online/statistics` with a person and seconds in its body is a heartbeat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from appscan.capture.request_words import KEEPING, word_class, words

MAX_ROWS = 200
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?")


def told_by_query(segments: list[str], last: list[str], query: list[tuple[str, str]]) -> bool:
    """True for a GET that carries something to the server: `addView=1`, a time spent, a reported place."""
    for name, value in query:
        field = words(name[:60])
        doing = len(field) > 1 and field[0] in KEEPING | {"incr", "mark"} and field[-1] not in ("time", "date", "day")
        if doing and value.lower() in word_class("flags"):
            return True
    names = _names(query)
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
