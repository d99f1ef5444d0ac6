"""Covers personal data in what a capture keeps: numbers of persons, and names that keys, labels or columns tell. Knows
no browser and no policy."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import ahocorasick_rs

from appscan.model.personal import (
    COVER,
    Box,
    Placed,
    known_names,
    looks_like_name,
    masked,
    person_boxes,
    persons,
    persons_in,
)
from appscan.pictures import can_develop, covered

LARGEST_ANSWER = 1 << 20
MOST_ANSWERS = 2000
DIGIT = "0"
"""Covers numbers in code and answers, where they may stand without quotes."""

_CALLED = re.compile(r"\s*[\w$.\[\]]{1,100}\(")


class People:
    """The persons that a site showed. Nothing is covered where `kept` says so."""

    def __init__(self, answers: Iterable[str], states: Iterable[Mapping[str, Any]], kept: bool = False) -> None:
        self.kept = kept
        self._names: tuple[str, ...] = ()
        self._covers: list[str] = []
        self._boxes: dict[str, list[Box]] = {}
        self._search: ahocorasick_rs.AhoCorasick | None = None
        if kept:
            return
        shown = {str(state["id"]): _placed(state) for state in states}
        told = [texts[index].text for texts in shown.values() for index in persons(texts)]
        sure = (name for text in answers for name in _names_in(text) if looks_like_name(name))
        names = known_names([*told, *sure])  # others may be words of the page: 管理员, 游客
        forms = {form: cover for name in names for form, cover in _forms(name)}
        if forms:
            longest = ahocorasick_rs.MatchKind.LeftmostLongest
            self._search = ahocorasick_rs.AhoCorasick(list(forms), matchkind=longest)
            self._covers = list(forms.values())
        self._names = names
        self._boxes = {identity: person_boxes(texts, names) for identity, texts in shown.items()}

    def text(self, text: str, code: bool = False) -> str:
        """`text` with persons covered; `code`: so that it can still be parsed."""
        return text if self.kept or not text else self._without_names(masked(text, (), DIGIT if code else COVER))

    def picture(self, content: bytes, states: Iterable[str], texts: Sequence[Mapping[str, Any]]) -> bytes | None:
        """The picture of these states, or of these texts, with persons covered; None where that cannot be done."""
        boxes = [box for identity in states for box in self._boxes.get(identity, ())]
        boxes += person_boxes([Placed(row["text"], row["role"], _box(row["box"])) for row in texts], self._names)
        if self.kept or not boxes:
            return content
        return covered(content, boxes) if can_develop() else None

    def _without_names(self, text: str) -> str:
        if self._search is None:
            return text
        pieces, at = [], 0
        for index, start, end in self._search.find_matches_as_indexes(text):
            pieces += [text[at:start], self._covers[index]]
            at = end
        return "".join([*pieces, text[at:]]) if pieces else text


def shown_by(states: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Picture → states whose texts it shows."""
    shown: dict[str, set[str]] = defaultdict(set)
    for state in states:
        if state["picture"]:
            shown[state["picture"]].add(state["id"])
    return shown


def _placed(state: Mapping[str, Any]) -> list[Placed]:
    """Texts and controls of a state with their places."""
    rows = [(row, row["role"]) for row in state["texts"]] + [(row, "control") for row in state["controls"]]
    return [Placed(row["text"], role, _box(row["box"])) for row, role in rows]


def _box(sides: Sequence[float] | None) -> Box | None:
    return (int(sides[0]), int(sides[1]), int(sides[2]), int(sides[3])) if sides else None


def _forms(name: str) -> Iterable[tuple[str, str]]:
    """A name as pages, escapes of JSON and addresses write it, each with its cover."""
    cover = masked(name, (name,))
    yield name, cover
    yield quote(name), quote(cover, safe=COVER)
    escaped = json.dumps(name)[1:-1]
    yield escaped, json.dumps(cover)[1:-1]
    yield escaped.upper().replace("\\U", "\\u"), json.dumps(cover)[1:-1]


def _names_in(answer: str) -> Iterable[str]:
    """Names in an answer that is JSON, plain or as an argument of a call."""
    if len(answer) > LARGEST_ANSWER:
        return ()
    called = _CALLED.match(answer)
    text = answer[called.end():].rstrip(";) \n") if called else answer
    try:
        return tuple(persons_in(json.loads(text)))
    except (ValueError, RecursionError):
        return ()
