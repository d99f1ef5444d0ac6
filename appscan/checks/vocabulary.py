"""The files under vocabulary/ → what all checks share. Knows no check and no clause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from appscan.checks.faults import Faults
from appscan.checks.pack import CallGroup, Context, Expression, MethodPattern, Vocabulary
from appscan.checks.parse import check_pattern, named_conditions, parse_words, repeats_without_end
from appscan.checks.plans import PLANS, parse_plans
from appscan.checks.source import At, Source, Token, key_line, place
from appscan.model.judgement import Tag

CALLS, MARKS, CONTEXTS = "vocabulary/calls.yaml", "vocabulary/marks.yaml", "vocabulary/contexts.yaml"
LIBRARIES, AUDIENCE, WORDS = "vocabulary/libraries.yaml", "vocabulary/audience.yaml", "vocabulary/words.yaml"
CONDITIONS = "vocabulary/conditions.yaml"
FILES = frozenset({CALLS, MARKS, CONTEXTS, LIBRARIES, AUDIENCE, WORDS, PLANS, CONDITIONS})

Documents = Mapping[str, dict[str, Any]]

_NO_LIBRARIES: dict[str, Any] = {"libraries": {}, "library_scripts": (), "library_modules": ()}

_METHOD = re.compile(r"^(?P<owner>\*|L[\w/$]+;)->(?P<name>\*|[\w$<>]+)(\((?P<sign>=|>=)(?P<number>-?\d{1,18})\))?$")
_PREFIX = re.compile(r"^[A-Za-z_]\w*(\.\w+)*$")
_GROUP = {"what", "methods", "except", "strings", "scripts", "attributes", "computed"}
_CONTEXT = {"what", "words", "patterns", "unless", "effect", "tag", "examples"}


class Effect(StrEnum):
    """What a context does with a hit."""

    CANCEL = "cancel"
    TAG = "tag"


def parse_vocabulary(documents: Documents, *, proven: bool, faults: Faults | None = None) -> Vocabulary:
    """Call groups, libraries, contexts and audiences. Raises PackError."""
    def source_of(file: str) -> Source:
        return Source(file, proven=proven, faults=faults)

    groups: dict[str, CallGroup] = {}
    for file in (CALLS, MARKS):
        source, part = source_of(file), _part(documents, file, "groups", faults)
        source.faults.attempt(partial(_defined_once, groups, part, source), None)
        groups |= source.each(part, partial(_call_group, groups=part, source=source))
    source, contexts = source_of(CONTEXTS), documents.get(CONTEXTS, {})
    speakers, audiences = source_of(AUDIENCE), _part(documents, AUDIENCE, "audiences", faults)
    shelves = source_of(LIBRARIES)
    libraries = shelves.faults.attempt(lambda: _libraries(documents.get(LIBRARIES, {}), shelves), _NO_LIBRARIES)
    return Vocabulary(
        calls=groups, **libraries, contexts=source.each(contexts, partial(_context, contexts=contexts, source=source)),
        audiences=speakers.each(audiences, lambda name: parse_words(audiences[name], speakers, place(audiences, name))),
        plans=parse_plans(documents.get(PLANS, {}), contexts, proven=proven))


def parse_word_lists(documents: Documents, *, proven: bool, faults: Faults | None = None) -> dict[str, tuple[str, ...]]:
    """Word lists that several checks share, by name; their words keep their places. Raises PackError."""
    source, lists = Source(WORDS, proven=proven, faults=faults), _part(documents, WORDS, "lists", faults)
    return source.each(lists, lambda name: source.words(lists, name))


def parse_conditions(documents: Documents, lists: Mapping[str, tuple[str, ...]], groups: Mapping[str, CallGroup], *,
                     proven: bool, faults: Faults | None = None) -> dict[str, Expression]:
    """Conditions that several checks share, by name; each may use those that stand above it. Raises PackError."""
    known: dict[str, Expression] = {}
    source = Source(CONDITIONS, lists, groups=groups, conditions=known, proven=proven, faults=faults)
    named_conditions(_part(documents, CONDITIONS, "conditions", faults), source, known)
    return known


def _defined_once(known: Mapping[str, CallGroup], part: dict[str, Any], source: Source) -> None:
    for name in part:
        if name in known:
            source.fail(key_line(part, name), "group_twice", group=name)


def _part(documents: Documents, file: str, key: str, faults: Faults | None) -> dict[str, Any]:
    """The mapping under the one key of a vocabulary file."""
    source, document = Source(file, faults=faults), documents.get(file, {})
    source.faults.attempt(lambda: source.known(document, {key}), None)
    return source.faults.attempt(lambda: source.mapping(document, key), {})


def _libraries(node: dict[str, Any], source: Source) -> dict[str, Any]:
    """What the vocabulary keeps of libraries.yaml, by field."""
    source.known(node, {"prefixes", "scripts", "modules"})
    prefixes, rows = source.mapping(node, "prefixes"), source.rows(node, "scripts")
    for prefix in prefixes:
        if not _PREFIX.match(prefix):
            source.fail(key_line(prefixes, prefix), "prefix_wrong", prefix=prefix)
    for row in rows:
        source.known(row, {"file", "library"})
    return {"libraries": {key: str(source.word(prefixes, key)) for key in prefixes},
            "library_scripts": tuple((_path_pattern(source.word(row, "file"), source, place(row, "file")),
                                      str(source.word(row, "library"))) for row in rows),
            "library_modules": tuple(_path_pattern(one, source, one if isinstance(one, Token) else 0)
                                     for one in source.words(node, "modules"))}


def _path_pattern(pattern: str, source: Source, at: At) -> str:
    """A regular expression over the path of a script."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as reason:
        source.fail(at, "pattern_wrong", detail=str(reason))
    if not source.proven and repeats_without_end(pattern):
        source.fail(at, "pattern_explodes", pattern=pattern)
    return str(pattern)


def _methods(node: dict[str, Any], key: str, source: Source) -> tuple[MethodPattern, ...]:
    return tuple(_method(text, source, text if isinstance(text, Token) else 0) for text in source.words(node, key))


def _method(text: str, source: Source, at: At) -> MethodPattern:
    found = _METHOD.match(text)
    if not found:
        source.fail(at, "method_wrong", method=text)
    number = int(found["number"]) if found["number"] else None
    return MethodPattern(found["owner"], found["name"], number if found["sign"] == "=" else None,
                         number if found["sign"] == ">=" else None)


def _call_group(name: str, groups: dict[str, Any], source: Source) -> CallGroup:
    node = source.mapping(groups, name)
    source.known(node, _GROUP)
    attributes = source.mapping(node, "attributes")
    return CallGroup(name, source.bilingual(node, "what"), _methods(node, "methods", source),
                     _methods(node, "except", source), source.plain_words(node, "strings"),
                     source.plain_words(node, "scripts"),
                     {key: tuple(one.lower() for one in source.words(attributes, key)) for key in attributes})


def _context(name: str, contexts: dict[str, Any], source: Source) -> Context:
    node = source.mapping(contexts, name)
    source.known(node, _CONTEXT)
    patterns = source.words(node, "patterns")
    for pattern in patterns:
        check_pattern(pattern, source, pattern if isinstance(pattern, Token) else 0)
    words, unless = (parse_words(node[key], source, place(node, key)) if node.get(key) else ()
                     for key in ("words", "unless"))
    if not words and not patterns:
        source.fail(key_line(contexts, name), "context_empty", context=name)
    effect = source.member(Effect, node.get("effect", "cancel"), "effect", place(node, "effect"))
    if (effect is Effect.TAG) != ("tag" in node):
        source.fail(place(node, "tag" if "tag" in node else "effect"), "tag_without_effect", context=name)
    examples = source.mapping(node, "examples")
    source.known(examples, {"cancels", "keeps"})
    tag = source.member(Tag, node["tag"], "tag", place(node, "tag")) if effect is Effect.TAG else None
    return Context(name, source.bilingual(node, "what"), words, tuple(map(str, patterns)), unless, tag,
                   source.plain_words(examples, "cancels"), source.plain_words(examples, "keeps"))
