"""YAML nodes → words, terms, expressions. The only place that knows the syntax of conditions; no files, no matching."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from appscan.checks.pack import AllOf, AnyOf, Expression, Match, Term, Within, Word
from appscan.checks.source import Source
from appscan.model.coverage import Kind
from appscan.model.folding import fold, tokens

GROUPED = frozenset({Kind.CALL, Kind.DIALOG, Kind.GATE, Kind.TIMER, Kind.FORM, Kind.TRIAL, Kind.REQUEST})
"""Kinds whose items name call groups rather than words."""

_ATOM = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_REPEAT = re.compile(r"\{(\d*),(\d+)\}")
_GROUP = re.compile(r"\((?:\?(?:<?[=!]|:|P<\w+>))?(?P<body>[^()]*)\)(?:\{(?:\d*,)?(?P<times>\d+)\})?")
MAX_REPEAT = 120
MAX_GROUP_REPEAT = 8
MAX_WAYS = 5000
"""Ways in which the repetitions of one pattern can share out a text between them."""


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
    if plain.isascii():
        plain = "".join(tokens(text.removeprefix("=")))
    if not any(sign.isalnum() for sign in plain):
        source.fail(line, f"empty word {text!r}", "write letters, digits or Han signs")
    return Word(plain, match)


def check_pattern(pattern: str, source: Source, line: int) -> None:
    """Refuse expressions that do not compile, that hold for every text, or that can take much time on some text."""
    if source.proven:
        return
    try:
        is_empty = re.compile(pattern).search("")
    except (re.error, OverflowError, RecursionError) as reason:
        source.fail(line, f"regular expression does not compile: {reason}", "mend the expression")
    if is_empty:
        source.fail(line, f"{pattern!r} holds for every text", "leave something that must be there")
    plain = _ATOM.sub("x", pattern)
    if _UNBOUNDED.search(plain):
        source.fail(line, f"a repetition in {pattern!r} is not bounded", "write {0,20} instead of * or +")
    spans = [(int(least or 0), int(most)) for least, most in _REPEAT.findall(plain)]
    if any(most > MAX_REPEAT for _, most in spans):
        source.fail(line, f"a repetition may span at most {MAX_REPEAT} characters", "lower the bound")
    if prod(most - least + 1 for least, most in spans) > MAX_WAYS or _repeats_repetitions(plain):
        source.fail(line, f"nested or many repetitions in {pattern!r} can explode", "lower or remove some")


def _repeats_repetitions(plain: str) -> bool:
    """Whether a repeated group holds a repetition, or is repeated often; `plain` has no escapes and no classes."""
    while found := _GROUP.search(plain):
        has_inner = "{" in found["body"] or "?" in found["body"]
        if found["times"] and (has_inner or int(found["times"]) > MAX_GROUP_REPEAT):
            return True
        plain = plain[:found.start()] + ("x{" if has_inner or found["times"] else "x") + plain[found.end():]
    return False


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
    if not words:
        source.fail(line, f"the word list {items} is empty", "add a word")
    return tuple(dict.fromkeys(words))


def parse_term(kind: str, items: Any, source: Source, line: int) -> Term:
    """One `kind: items` pair. `prose: words` is text of any length."""
    if kind == "prose":
        return Term(Kind.TEXT, words=parse_words(items, source, line), prose=True)
    if kind not in set(Kind):
        source.fail(line, f"unknown term {kind!r}", "use one of " + ", ".join([*Kind, "prose", "all", "any"]))
    known = Kind(kind)
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
    here = source.line_of(node, line)
    keys = list(source.mapping(node, "condition", line))
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
    return source.member(Within, name, "within", line)


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
