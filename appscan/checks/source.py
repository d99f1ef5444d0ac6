"""Where a node of a pack stands, and typed looks into it: whatever is not as it must be is a PackError.

Errors carry ids of the text catalogue (`pack.<reason>`, `pack_fix.<fix>`) and parameters, never sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Never, TypeVar

from appscan.checks.faults import Faults
from appscan.checks.pack import Expression, Word
from appscan.errors import PackError
from appscan.model.report import Bilingual

Closed = TypeVar("Closed", bound=StrEnum)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Token(str):
    """A word as a pack has it, with the place where it is written: a list may be used far from there."""

    __slots__ = ("file", "line")
    file: str
    line: int


class Pairs(dict[str, Any]):
    """A mapping that keeps its YAML node; lines of its keys are looked up once, when one is asked for."""

    __slots__ = ("lines", "node")
    node: Any
    lines: dict[str, int]

    def line_of_key(self, key: str) -> int:
        """The line of the first key of that name; 0 where there is none."""
        if not hasattr(self, "lines"):
            self.lines = {name.value: int(name.start_mark.line) + 1 for name, _ in reversed(self.node.value)}
        return self.lines.get(key, 0)


class Rows(list[Any]):
    """A list that keeps its YAML node."""

    __slots__ = ("node",)
    node: Any


At = int | str | Pairs | Rows
"""Something that tells a line: a number, or a node that knows its own. 0 where no line is known."""


def line_of(at: object) -> int:
    """The line at which a node begins; a number is a line already."""
    if isinstance(at, Token):
        return at.line
    if isinstance(at, (Pairs, Rows)):
        return int(at.node.start_mark.line) + 1
    return at if isinstance(at, int) else 0


def key_line(owner: Mapping[str, Any], key: str) -> int:
    """The line of a key itself."""
    return (owner.line_of_key(key) if isinstance(owner, Pairs) else 0) or line_of(owner)


def place(owner: Any, key: str | int, otherwise: At = 0) -> At:
    """Where the value under a key, or an item of a list, is written; where its owner is when there is none."""
    if isinstance(owner, Mapping):
        value = owner.get(key)
        return value if isinstance(value, Token) else key_line(owner, str(key)) or otherwise
    if isinstance(owner, Rows) and isinstance(key, int):
        return owner[key] if isinstance(owner[key], Token) else int(owner.node.value[key].start_mark.line) + 1
    return otherwise


def close(word: object, known: Iterable[str]) -> str:
    """The known word that was probably meant, or nothing."""
    return next(iter(get_close_matches(str(word), list(known), 1)), "")


class Source:
    """One file of a pack, for error messages; also holds the word lists that `$name` refers to."""

    def __init__(self, file: str, lists: Mapping[str, Sequence[str]] | None = None, *,
                 groups: Collection[str] | None = None, conditions: Mapping[str, Expression] | None = None,
                 proven: bool = False, faults: Faults | None = None) -> None:
        """`groups`: all call groups; None lets any name pass. `conditions`: what `is: name` stands for. `proven`: the
        tests of this project have tried every word and pattern of this pack. `faults`: where mistakes are left; the
        first is raised without it."""
        self.file = file
        self.lists = lists or {}
        self.groups = groups
        self.conditions = {} if conditions is None else conditions
        self.proven = proven
        self.faults = faults or Faults()
        self.parsed: dict[str, tuple[Word, ...]] = {}
        """Word lists that were parsed already; most lists are used by many terms."""

    def each(self, names: Iterable[Key], parse: Callable[[Key], Value]) -> dict[Key, Value]:
        """What comes of each name, without those that are wrong where mistakes are kept."""
        parsed: dict[Key, Value] = {}
        for name in names:
            self.faults.attempt(lambda name=name: parsed.update({name: parse(name)}), None)  # type: ignore[misc]
        return parsed

    def fail(self, at: At, reason: str, fix: str = "", **params: object) -> Never:
        """Refuse the pack at `at`. `fix` is the id of the mend where it differs from that of the reason."""
        file = at.file if isinstance(at, Token) else self.file
        raise PackError("pack_wrong", file=file, line=line_of(at), reason=reason, fix=fix or reason, **params)

    def mapping(self, owner: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The mapping under a key; none for an empty node."""
        node = owner.get(key)
        if node is None:
            return {}
        if not isinstance(node, dict):
            self.fail(place(owner, key), "not_mapping", what=key)
        return node

    def items(self, owner: Mapping[str, Any], key: str) -> list[Any]:
        """The list under a key; none for an empty node."""
        node = owner.get(key)
        if node is None:
            return []
        if not isinstance(node, list):
            self.fail(place(owner, key), "not_list", what=key)
        return node

    def rows(self, owner: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """A list of mappings under a key; none for an empty node."""
        rows = self.items(owner, key)
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                self.fail(place(rows, index), "row_not_mapping", what=key, value=repr(row))
        return rows

    def words(self, owner: Mapping[str, Any], key: str, *, once: bool = True) -> tuple[str, ...]:
        """A list of words, or one word; none for an empty node. They keep their places; `once` refuses repetitions."""
        node = owner.get(key)
        if isinstance(node, str):
            return (self.word(owner, key),)
        rows = self.items(owner, key)
        for index, one in enumerate(rows):
            if not isinstance(one, str) or not one.strip():
                self.fail(place(rows, index), "not_word", what=key, value=repr(one))
        if once and not self.proven and len(set(rows)) < len(rows):
            twice = next(index for index, one in enumerate(rows) if one in rows[:index])
            self.fail(place(rows, twice), "word_twice", word=rows[twice])
        return tuple(rows)

    def plain_words(self, owner: Mapping[str, Any], key: str, *, once: bool = True) -> tuple[str, ...]:
        """The same without places, to be kept."""
        return tuple(map(str, self.words(owner, key, once=once)))

    def word(self, owner: Mapping[str, Any], key: str) -> str:
        """One word, with its place."""
        node = owner.get(key)
        if not isinstance(node, str) or not node.strip():
            self.fail(place(owner, key), "not_word", what=key, value=repr(node))
        return node

    def known(self, node: Mapping[str, Any], keys: Collection[str]) -> None:
        """Refuse keys that nobody reads."""
        for key in node:
            if key not in keys:
                self.fail(key_line(node, key), "unknown_key", "use_one_of", member=key, known=", ".join(sorted(keys)),
                          close=close(key, keys))

    def member(self, kind: type[Closed], value: Any, what: str, at: At) -> Closed:
        """A value of a closed set."""
        try:
            return kind(value)
        except ValueError:
            self.fail(at, "unknown_value", "use_one_of", what=what, value=str(value), known=", ".join(kind),
                      close=close(value, kind))

    def bilingual(self, owner: Mapping[str, Any], key: str) -> Bilingual:
        """A text in Chinese and English."""
        node = owner.get(key)
        if not isinstance(node, dict) or not all(isinstance(node.get(lang), str) and node[lang].strip()
                                                 for lang in ("zh", "en")):
            self.fail(place(owner, key), "not_bilingual", what=key)
        self.known(node, ("zh", "en"))
        return {"zh": node["zh"].strip(), "en": node["en"].strip()}
