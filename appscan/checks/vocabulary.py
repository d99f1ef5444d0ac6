"""The files under vocabulary/ and regulations/ → what all checks share. Knows no check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from appscan.checks.pack import CallGroup, Context, MethodPattern, Vocabulary
from appscan.checks.parse import check_pattern, parse_words
from appscan.checks.source import Source
from appscan.model.judgement import Tag
from appscan.model.report import ClauseText

CALLS, MARKS, CONTEXTS = "vocabulary/calls.yaml", "vocabulary/marks.yaml", "vocabulary/contexts.yaml"
LIBRARIES, AUDIENCE, WORDS = "vocabulary/libraries.yaml", "vocabulary/audience.yaml", "vocabulary/words.yaml"
FILES = frozenset({CALLS, MARKS, CONTEXTS, LIBRARIES, AUDIENCE, WORDS})

Documents = Mapping[str, dict[str, Any]]

_METHOD = re.compile(r"^(?P<owner>\*|L[\w/$]+;)->(?P<name>\*|[\w$<>]+)(\((?P<sign>=|>=)(?P<number>-?\d{1,18})\))?$")
_GROUP = {"what", "methods", "except", "strings", "scripts", "attributes", "computed"}
_CONTEXT = {"what", "words", "patterns", "unless", "effect", "tag", "examples"}


def parse_vocabulary(documents: Documents, *, proven: bool) -> Vocabulary:
    """Call groups, libraries, contexts and audiences. Raises PackError."""
    groups = {name: _call_group(name, node, Source(file)) for file in (CALLS, MARKS)
              for name, node in _part(documents, file, "groups").items()}
    contexts = {name: _context(name, node, Source(CONTEXTS, proven=proven)) for name, node in
                Source(CONTEXTS).mapping(documents.get(CONTEXTS), "contexts", 1).items()}
    libraries = Source(LIBRARIES)
    document = libraries.mapping(documents.get(LIBRARIES), "libraries", 1)
    scripts = libraries.rows(document.get("scripts"), "scripts", 1)
    return Vocabulary(
        calls=groups,
        libraries={key: libraries.word(value, key, 1) for key, value in
                   libraries.mapping(document.get("prefixes"), "prefixes", 1).items()},
        library_scripts=tuple((_path_pattern(row.get("file"), libraries, libraries.line_of(row, 1)),
                               libraries.word(row.get("library"), "library", libraries.line_of(row, 1)))
                              for row in scripts),
        library_modules=tuple(_path_pattern(one, libraries, 1) for one in
                              libraries.items(document.get("modules"), "modules", 1)),
        contexts=contexts,
        audiences={name: parse_words(words, Source(AUDIENCE, proven=proven), 1)
                   for name, words in _part(documents, AUDIENCE, "audiences").items()})


def parse_word_lists(documents: Documents) -> dict[str, tuple[str, ...]]:
    """Word lists that several checks share, by name. Raises PackError."""
    source = Source(WORDS)
    return {name: source.words(words, name, 1) for name, words in _part(documents, WORDS, "lists").items()}


def parse_clauses(documents: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, ClauseText]:
    """Clauses of all regulations, by id. Raises PackError."""
    clauses: dict[str, ClauseText] = {}
    for name, node in documents:
        source = Source(name)
        line = source.line_of(node, 1)
        title = source.bilingual(node.get("title"), "title", line)
        date, place = (_plain(node.get(key), key, source, line) for key in ("date", "jurisdiction"))
        for key, value in source.mapping(node.get("clauses"), "clauses", line).items():
            here = source.line_of(value, line)
            row = source.mapping(value, key, here)
            if key in clauses:
                source.fail(here, f"duplicate clause {key}", "rename it")
            clauses[key] = ClauseText(key, title, _plain(row.get("article"), "article", source, here),
                                      source.bilingual(row.get("summary"), "summary", here), date, place,
                                      node.get("text") == "whole")
    return clauses


def _part(documents: Documents, file: str, key: str) -> dict[str, Any]:
    """The mapping under the one key of a vocabulary file."""
    source = Source(file)
    document = source.mapping(documents.get(file), file, 1)
    source.known(document, {key}, file, 1)
    return source.mapping(document.get(key), key, 1)


def _plain(node: Any, what: str, source: Source, line: int) -> str:
    """A number, date or word as text."""
    if isinstance(node, (dict, list)) or node is None or not str(node).strip():
        source.fail(line, f"{what} is missing", f"write {what}: …")
    return str(node)


def _path_pattern(node: Any, source: Source, line: int) -> str:
    """A regular expression over the path of a script."""
    pattern = source.word(node, "pattern", line)
    try:
        re.compile(pattern)
    except re.error as reason:
        source.fail(line, f"regular expression does not compile: {reason}", "mend the expression")
    return pattern


def _method(text: str, source: Source, line: int) -> MethodPattern:
    found = _METHOD.match(text)
    if not found:
        source.fail(line, f"{text!r} is not Lpkg/Class;->name", "mend the method pattern")
    number = int(found["number"]) if found["number"] else None
    return MethodPattern(found["owner"], found["name"], number if found["sign"] == "=" else None,
                         number if found["sign"] == ">=" else None)


def _call_group(name: str, value: Any, source: Source) -> CallGroup:
    line = source.line_of(value, 1)
    node = source.mapping(value, name, line)
    source.known(node, _GROUP, name, line)
    attributes = {key: source.words(one, key, line) for key, one in
                  source.mapping(node.get("attributes"), "attributes", line).items()}
    return CallGroup(name, source.bilingual(node.get("what"), "what", line),
                     tuple(_method(text, source, line) for text in source.words(node.get("methods"), "methods", line)),
                     tuple(_method(text, source, line) for text in source.words(node.get("except"), "except", line)),
                     source.words(node.get("strings"), "strings", line),
                     source.words(node.get("scripts"), "scripts", line),
                     {key: tuple(one.lower() for one in values) for key, values in attributes.items()})


def _context(name: str, value: Any, source: Source) -> Context:
    line = source.line_of(value, 1)
    node = source.mapping(value, name, line)
    source.known(node, _CONTEXT, name, line)
    patterns = source.words(node.get("patterns"), "patterns", line)
    for pattern in patterns:
        check_pattern(pattern, source, line)
    words, unless = (parse_words(node[key], source, line) if node.get(key) else () for key in ("words", "unless"))
    if not words and not patterns:
        source.fail(line, f"context {name} has neither words nor patterns", "add words")
    effect = node.get("effect", "cancel")
    if effect not in ("cancel", "tag") or (effect == "tag") != ("tag" in node):
        source.fail(line, f"context {name}: effect and tag do not fit", "write effect: tag with tag: …, or neither")
    examples = source.mapping(node.get("examples"), "examples", line)
    source.known(examples, {"cancels", "keeps"}, "examples", line)
    return Context(name, source.bilingual(node.get("what"), "what", line), words, patterns, unless,
                   source.member(Tag, node["tag"], "tag", line) if effect == "tag" else None,
                   *(source.words(examples.get(key), key, line) for key in ("cancels", "keeps")))
