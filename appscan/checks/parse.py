"""YAML nodes → words, terms, expressions. The only place that knows the syntax of conditions; no files, no matching."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from math import prod
from typing import Any

from appscan.checks.pack import AllOf, AnyOf, Expression, Match, Term, Within, Word
from appscan.checks.regexes import compiled
from appscan.checks.source import At, Pairs, Source, Token, close, key_line, place
from appscan.model.coverage import Kind
from appscan.model.folding import fold, tokens

GROUPED = frozenset({Kind.CALL, Kind.DIALOG, Kind.GATE, Kind.TIMER, Kind.FORM, Kind.TRIAL, Kind.REQUEST})
"""Kinds whose items name call groups rather than words."""

_OF_TEXT = {"prose": (False, False, False), "plan": (True, False, False), "plan_for_anyone": (True, True, False),
            "state": (True, True, True)}
"""Terms over running text: whether a document has to plan it, for whomever, or may as well tell it as so."""

ATOM = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
"""An escape or a class of letters, which stands for one letter of a text."""
_ANY_TEXTS = ("", "q" * 40, "啊" * 40, "/qqqq/qqqqq")
"""What says nothing: an expression that holds for one of these holds for thousands of texts of every app."""
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_REPEAT = re.compile(r"\{(\d*),(\d+)\}")
_GROUP = re.compile(r"\((?:\?(?:<?[=!]|:|P<\w+>))?(?P<body>[^()]*)\)(?:\{(?:\d*,)?(?P<times>\d+)\})?")
_OPEN_GROUP = re.compile(r"\((?:\?(?:<?[=!]|:|P<\w+>))?(?P<body>[^()]*)\)(?P<again>[*+]|\{\d*,\})?")
MAX_REPEAT = 120
MAX_GROUP_REPEAT = 8
MAX_WAYS = 5000
"""Ways in which the repetitions of one pattern can share out a text between them."""


_LOOKS_LIKE_PATTERN = re.compile(r"\.[*+?{]|\\[A-Za-z.]|\S\|\S|\[\^|\(\?|\{\d*,?\d*\}|^=?\^|\w\$$")
"""Signs that no app writes but that a pattern needs; such a word without its ~ would never be found."""


def parse_word(text: str, source: Source, at: At) -> Word:
    """`签到` contains, `=签到` is the whole text, `~regex` is a pattern.

    Raises PackError for an empty word, for a pattern that may explode and for one that lacks its `~`.
    """
    at = text if isinstance(text, Token) else at
    if text.startswith("~"):
        pattern = text[1:]
        check_pattern(pattern, source, at)
        return _word(pattern, Match.PATTERN)
    if not source.proven and _LOOKS_LIKE_PATTERN.search(text):
        source.fail(at, "looks_like_pattern", word=text)
    match = Match.WHOLE if text.startswith("=") else Match.CONTAINS
    plain = fold(text.removeprefix("=")).strip()
    if plain.isascii():
        plain = "".join(tokens(text.removeprefix("=")))
    if not any(sign.isalnum() for sign in plain):
        source.fail(at, "empty_word", word=repr(str(text)))
    return _word(plain, match)


@functools.cache
def _word(text: str, match: Match) -> Word:
    """The same object for the same word: looking one up among thousands is then no comparison of texts."""
    return Word(text, match)


def check_pattern(pattern: str, source: Source, at: At) -> None:
    """Refuse expressions that do not compile, that hold for every text, or that can take much time on some text."""
    if source.proven:
        return
    try:
        fits_all = any(map(compiled(pattern).search, _ANY_TEXTS))
    except (re.error, OverflowError, RecursionError) as reason:
        source.fail(at, "pattern_wrong", detail=str(reason))
    if fits_all:
        source.fail(at, "pattern_for_every_text", pattern=pattern)
    plain = ATOM.sub("x", pattern)
    if _UNBOUNDED.search(plain):
        source.fail(at, "pattern_unbounded", pattern=pattern)
    spans = [(int(least or 0), int(most)) for least, most in _REPEAT.findall(plain)]
    if any(most > MAX_REPEAT for _, most in spans):
        source.fail(at, "pattern_too_far", pattern=pattern, limit=MAX_REPEAT)
    if prod(most - least + 1 for least, most in spans) > MAX_WAYS or _repeats_repetitions(plain):
        source.fail(at, "pattern_explodes", pattern=pattern)


def _repeats_repetitions(plain: str) -> bool:
    """Whether a repeated group holds a repetition, or is repeated often; `plain` has no escapes and no classes."""
    while found := _GROUP.search(plain):
        has_inner = "{" in found["body"] or "?" in found["body"]
        if found["times"] and (has_inner or int(found["times"]) > MAX_GROUP_REPEAT):
            return True
        plain = plain[:found.start()] + ("x{" if has_inner or found["times"] else "x") + plain[found.end():]
    return False


def repeats_without_end(pattern: str) -> bool:
    """Whether an expression over paths, which may use * and +, repeats a group that can share out its text in many
    ways: one that repeats inside and has no fixed sign to begin with, as in (a+)+ or (\\w*x?)*."""
    plain = ATOM.sub("x", pattern)
    while found := _OPEN_GROUP.search(plain):
        body = found["body"]
        inner = bool(_UNBOUNDED.search(body))
        begins = all(part[:1].isalnum() and part[1:2] not in ("*", "+", "?", "{") for part in body.split("|"))
        if inner and found["again"] and not begins:
            return True
        plain = plain[:found.start()] + ("x+" if inner or found["again"] else "x") + plain[found.end():]
    return False


def parse_words(items: Any, source: Source, at: At) -> tuple[Word, ...]:
    """A word or a list of words; `$name` stands for a list under `words:`. What is written twice is refused."""
    listed = [items] if isinstance(items, str) else items
    if not isinstance(listed, list) or not listed:
        source.fail(at, "no_words")
    written: dict[Word, str] = {}
    words: list[Word] = []
    for index, item in enumerate(listed):
        here = place(listed, index, at)
        if not isinstance(item, str):
            source.fail(here, "not_word_here", value=repr(item))
        if item.startswith("$"):
            words += _words_of_list(item, source, here)
        else:
            words += _once([item], written, source, here)
    if not words:
        source.fail(at, "empty_list", list=listed[0])
    return tuple(dict.fromkeys(words))


def _words_of_list(name: str, source: Source, at: At) -> tuple[Word, ...]:
    """The words of the list `$name`."""
    if name not in source.parsed:
        source.parsed[name] = tuple(_once(_listed(name, source, at), {}, source, at))
    return source.parsed[name]


def _once(texts: Sequence[str], seen: dict[Word, str], source: Source, at: At) -> list[Word]:
    """The words of one list; the second of two that mean the same is a slip of its author."""
    words = []
    for text in texts:
        word = parse_word(text, source, at)
        if word in seen and not source.proven:
            source.fail(text if isinstance(text, Token) else at, "word_twice", word=text)
        seen[word] = text
        words.append(word)
    return words


def parse_term(kind: str, items: Any, source: Source, at: At) -> Term:
    """One `kind: items` pair. `prose: words` is text of any length; see _OF_TEXT for what documents say."""
    if kind in _OF_TEXT:
        plan, anyone, state = _OF_TEXT[kind]
        return _term(Kind.TEXT, parse_words(items, source, at), prose=True, plan=plan, anyone=anyone, state=state)
    if kind not in set(Kind):
        terms = [*Kind, *_OF_TEXT, "all", "any"]
        source.fail(at, "unknown_term", "use_one_of", term=kind, known=", ".join(terms), close=close(kind, terms))
    known = Kind(kind)
    if known not in GROUPED:
        return _term(known, parse_words(items, source, at))
    names = [items] if isinstance(items, str) else items
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        source.fail(at, "groups_wanted", kind=kind)
    names = [one for name in names for one in (_listed(name, source, at) if name.startswith("$") else [name])]
    for name in names:
        check_group(name, source, at)
    named = tuple(parse_word(name[1:], source, name if isinstance(name, Token) else at)
                  for name in names if name.startswith("#"))
    return _term(known, groups=tuple(str(name) for name in names if not name.startswith("#")), named=named)


@functools.lru_cache(maxsize=1 << 15)
def _term(kind: Kind, words: tuple[Word, ...] = (), **more: Any) -> Term:
    """The same object for the same term: more than half of them stand in several conditions, and what an app holds of
    one is looked up once."""
    return Term(kind, words, **more)


def name_of(term: Term) -> str:
    """What a term is called in a pack."""
    written = (term.plan, term.anyone, term.state)
    return next(name for name, kind in _OF_TEXT.items() if kind == written) if term.prose else term.kind.value


def check_group(name: str, source: Source, at: At) -> None:
    """Refuse a call group that the vocabulary does not have; `#name` is a method of the app."""
    if source.groups is not None and name not in source.groups and not name.startswith("#"):
        source.fail(name if isinstance(name, Token) else at, "unknown_group", group=name,
                    close=close(name, source.groups))


def _listed(name: str, source: Source, at: At) -> Sequence[str]:
    """The entries of the word list `$name`."""
    if name[1:] not in source.lists:
        source.fail(name if isinstance(name, Token) else at, "unknown_list", list=name,
                    close=close(name[1:], source.lists))
    return source.lists[name[1:]]


def parse_expression(node: Any, source: Source, at: At, depth: int = 0, *, may_be_weak: bool = False) -> Expression:
    """A term, `any: […]`, `all: […]` with optional `not: […]`, `nowhere: […]`, `within:`, `weak:`, or `is: name` for a
    condition that has a name; at most four levels deep, what a name stands for not counted. `may_be_weak`: the items of
    an `any` at the top may."""
    if not isinstance(node, dict):
        source.fail(at, "not_condition", value=repr(node))
    keys = list(node)
    if depth > 3:
        source.fail(node if isinstance(node, Pairs) else at, "too_deep")
    if "any" in keys:
        _only(node, {"any"}, source)
        return AnyOf(_items(node, "any", source, depth, may_be_weak=may_be_weak and depth == 0))
    if "all" in keys:
        _only(node, {"all", "not", "nowhere", "within", "weak"}, source)
        none = _items(node, "not", source, depth) if "not" in node else ()
        nowhere = _items(node, "nowhere", source, depth) if "nowhere" in node else ()
        within = source.member(Within, node.get("within", "screen"), "within", place(node, "within"))
        weak = node.get("weak", False)
        if not isinstance(weak, bool) or (weak and not (may_be_weak and depth == 1)):
            source.fail(key_line(node, "weak"), "weak_misplaced")
        return AllOf(_items(node, "all", source, depth), none, within, weak, nowhere)
    if len(keys) != 1:
        source.fail(node if isinstance(node, Pairs) else at, "keys_in_condition", keys=", ".join(keys))
    if keys == ["is"]:
        return _named(node, source)
    return parse_term(keys[0], node[keys[0]], source, key_line(node, keys[0]) or at)


def named_conditions(node: dict[str, Any], source: Source, known: dict[str, Expression]) -> None:
    """Add the conditions of a mapping to `known`, which is what `is:` is looked up in: each may use those above it."""
    def parsed(name: str) -> Expression:
        return parse_expression(node[name], source, place(node, name))

    for name in list(node):
        known.update(source.each([name], parsed))


def _named(node: dict[str, Any], source: Source) -> Expression:
    """The condition `is: name`: one object wherever it is used, so that it is looked up once."""
    name = source.word(node, "is")
    if name not in source.conditions:
        source.fail(place(node, "is"), "unknown_condition", condition=name, close=close(name, source.conditions))
    return source.conditions[name]


def _items(node: dict[str, Any], key: str, source: Source, depth: int, *,
           may_be_weak: bool = False) -> tuple[Expression, ...]:
    items = node[key]
    if not isinstance(items, list) or not items:
        source.fail(place(node, key), "empty_items", member=key)
    return tuple(parse_expression(item, source, place(items, index), depth + 1, may_be_weak=may_be_weak)
                 for index, item in enumerate(items))


def _only(node: dict[str, Any], allowed: set[str], source: Source) -> None:
    for key in node:
        if key not in allowed:
            source.fail(key_line(node, key), "key_beside", member=key, beside="any" if "any" in node else "all")


def terms_of(expression: Expression) -> list[Term]:
    """All terms of an expression, in order."""
    match expression:
        case Term():
            return [expression]
        case AnyOf():
            return [term for item in expression.items for term in terms_of(item)]
        case AllOf():
            return [term for item in expression.items + expression.none + expression.nowhere for term in terms_of(item)]
