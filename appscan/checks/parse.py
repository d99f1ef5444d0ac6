"""YAML nodes → words, terms, expressions. The only place that knows the syntax of a pack; no files, no matching."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Never

from appscan.checks.pack import AllOf, AnyOf, Expression, Match, Term, Within, Word
from appscan.errors import PackError
from appscan.model.coverage import Kind
from appscan.model.folding import fold, tokens

LINE = "__line__"
"""Key under which the loader keeps the line of a mapping."""

GROUPED = frozenset({Kind.CALL, Kind.DIALOG, Kind.GATE, Kind.TIMER, Kind.FORM, Kind.TRIAL, Kind.REQUEST})
"""Kinds whose items name call groups rather than words."""

_NESTED_QUANTIFIER = re.compile(r"\([^()]*[+*][^()]*\)[+*{]")
_UNBOUNDED_ANY = re.compile(r"\.[+*](?!\?)")
_FAR_REPEAT = re.compile(r"\{\d*,(\d*)\}")
MAX_REPEAT = 120


class Source:
    """Where a node stands, for error messages; also holds the word lists that `$name` refers to."""

    def __init__(self, file: str, lists: Mapping[str, Sequence[str]], *, proven: bool = False) -> None:
        """`proven`: the tests of this project have compiled every pattern of this pack."""
        self.file = file
        self.lists = lists
        self.proven = proven

    def fail(self, line: int, reason: str, fix: str) -> Never:
        raise PackError("pack_wrong", file=self.file, line=line, reason=reason, fix=fix)


def parse_word(text: str, source: Source, line: int) -> Word:
    """`签到` contains, `=签到` is the whole text, `~regex` is a pattern.

    Raises PackError for an empty word and for a pattern that may explode.
    """
    if text.startswith("~"):
        pattern = text[1:]
        check_pattern(pattern, source, line)
        return Word(pattern, Match.PATTERN)
    match = Match.WHOLE if text.startswith("=") else Match.CONTAINS
    plain = fold(text.removeprefix("=")).strip()
    if not plain:
        source.fail(line, "empty word", "remove the empty entry")
    if plain.isascii():
        plain = "".join(tokens(text.removeprefix("=")))
    return Word(plain, match)


def check_pattern(pattern: str, source: Source, line: int) -> None:
    """Refuse expressions that can take exponential or quadratic time, or that do not compile."""
    if source.proven:
        return
    try:
        re.compile(pattern)
    except re.error as reason:
        source.fail(line, f"regular expression does not compile: {reason}", "mend the expression")
    if _NESTED_QUANTIFIER.search(pattern):
        source.fail(line, "nested quantifiers can explode", "remove the inner + or *")
    if _UNBOUNDED_ANY.search(pattern):
        source.fail(line, "'.*' and '.+' are not bounded", "write .{0,20} instead")
    if any(not far.group(1) or int(far.group(1)) > MAX_REPEAT for far in _FAR_REPEAT.finditer(pattern)):
        source.fail(line, f"a repetition may span at most {MAX_REPEAT} characters", "lower the bound")


def parse_words(items: Any, source: Source, line: int) -> tuple[Word, ...]:
    """A word or a list of words; `$name` stands for a list under `words:`."""
    listed = [items] if isinstance(items, str) else items
    if not isinstance(listed, list) or not listed:
        source.fail(line, "a list of words is empty", "add a word or remove the term")
    words: list[Word] = []
    for item in listed:
        if not isinstance(item, str):
            source.fail(line, f"{item!r} is not a word", "put quotation marks around it")
        words += [parse_word(word, source, line) for word in _expanded(item, source, line)]
    return tuple(dict.fromkeys(words))


def parse_term(kind: str, items: Any, source: Source, line: int) -> Term:
    """One `kind: items` pair. `prose: words` is text of any length."""
    if kind == "prose":
        return Term(Kind.TEXT, words=parse_words(items, source, line), prose=True)
    try:
        known = Kind(kind)
    except ValueError:
        source.fail(line, f"unknown term {kind!r}", "use one of " + ", ".join([*Kind, "prose", "all", "any"]))
    if known not in GROUPED:
        return Term(known, words=parse_words(items, source, line))
    names = [items] if isinstance(items, str) else items
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        source.fail(line, f"{kind} needs names of call groups", "see checks/vocabulary/calls.yaml")
    names = [one for name in names for one in _expanded(name, source, line)]
    named = tuple(parse_word(name[1:], source, line) for name in names if name.startswith("#"))
    return Term(known, groups=tuple(name for name in names if not name.startswith("#")), named=named)


def _expanded(name: str, source: Source, line: int) -> list[str]:
    """The entries of a word list for `$name`, else the name itself."""
    if not name.startswith("$"):
        return [name]
    if name[1:] not in source.lists:
        source.fail(line, f"no word list {name}", "define it under words:")
    return list(source.lists[name[1:]])


def parse_expression(node: Any, source: Source, line: int, depth: int = 0) -> Expression:
    """A term, `any: […]`, or `all: […]` with optional `not: […]` and `within:`; at most four levels deep."""
    if not isinstance(node, dict):
        source.fail(line, f"{node!r} is not a condition", "write {text: […]} or any:/all:")
    here = int(node.get(LINE, line))
    keys = [key for key in node if key != LINE]
    if depth > 3:
        source.fail(here, "conditions are nested too deep", "split them into several items")
    if "any" in keys:
        _only(keys, {"any"}, source, here)
        return AnyOf(_items(node["any"], source, here, depth))
    if "all" in keys:
        _only(keys, {"all", "not", "within"}, source, here)
        none = _items(node["not"], source, here, depth) if "not" in node else ()
        within = _within(node.get("within", "screen"), source, here)
        return AllOf(_items(node["all"], source, here, depth), none, within)
    if len(keys) != 1:
        source.fail(here, f"one condition has the keys {keys}", "make a list item of each")
    return parse_term(keys[0], node[keys[0]], source, here)


def _items(nodes: Any, source: Source, line: int, depth: int) -> tuple[Expression, ...]:
    if not isinstance(nodes, list) or not nodes:
        source.fail(line, "an empty any, all or not", "add a condition or remove it")
    return tuple(parse_expression(node, source, line, depth + 1) for node in nodes)


def _within(name: Any, source: Source, line: int) -> Within:
    try:
        return Within(name)
    except ValueError:
        source.fail(line, f"unknown within: {name!r}", "use app, screen or element")


def _only(keys: list[str], allowed: set[str], source: Source, line: int) -> None:
    extra = [key for key in keys if key not in allowed]
    if extra:
        source.fail(line, f"unexpected keys {extra}", "remove them or move them one level up")


def groups_of(expression: Expression) -> set[str]:
    """Names of all call groups that an expression refers to."""
    match expression:
        case Term():
            return set(expression.groups)
        case AnyOf():
            return set().union(*(groups_of(item) for item in expression.items))
        case AllOf():
            return set().union(*(groups_of(item) for item in expression.items + expression.none))


def terms_of(expression: Expression) -> list[Term]:
    """All terms of an expression, in order."""
    match expression:
        case Term():
            return [expression]
        case AnyOf():
            return [term for item in expression.items for term in terms_of(item)]
        case AllOf():
            return [term for item in expression.items + expression.none for term in terms_of(item)]
