"""One file under features/ → Check. Knows no file system and no matching."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from appscan.checks.pack import Check, Example, Expression, Vocabulary
from appscan.checks.parse import groups_of, parse_expression, terms_of
from appscan.checks.source import LINE, Closed, Source
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence, Tag
from appscan.model.report import ClauseText

MIN_EXAMPLES = 2
POLARITIES = ("banned", "required")
_KEYS = {"id", "title", "question", "notice", "clauses", "polarity", "audience", "words", "presence", "force", "tags",
         "not", "needs", "examples"}
_EXAMPLES = ("found", "not_found", "known_misses", "known_false_hits")
_SCREEN = frozenset({*Kind, "prose", "native_call"})
"""What an example may put on its screen."""


def parse_check(name: str, node: dict[str, Any], vocabulary: Vocabulary, clauses: Mapping[str, ClauseText],
                shared: Source) -> Check:
    """The check in file `name`; `shared` holds the word lists of all checks. Raises PackError."""
    line = shared.line_of(node, 1)
    own = Source(name).mapping(node.get("words"), "words", line)
    lists = {key: Source(name).words(words, f"words.{key}", line) for key, words in own.items()}
    source = Source(name, {**shared.lists, **lists}, proven=shared.proven)
    source.known(source.mapping(node, "check", line), _KEYS, "check", line)
    if node.get("id") != PurePosixPath(name).stem:
        source.fail(line, f"id {node.get('id')!r} is not the file name", f"write id: {PurePosixPath(name).stem}")
    if node.get("polarity", "banned") not in POLARITIES:
        source.fail(line, f"unknown polarity {node['polarity']!r}", "use one of " + ", ".join(POLARITIES))
    presence = _rungs(node.get("presence"), Presence, source, line)
    if not presence:
        source.fail(line, "presence is missing", "add presence: {reachable: …}")
    force = _rungs(node.get("force"), Force, source, line)
    tags = _rungs(node.get("tags"), Tag, source, line)
    examples = source.mapping(node.get("examples"), "examples", line)
    source.known(examples, set(_EXAMPLES), "examples", source.line_of(node.get("examples"), line))
    check = Check(
        id=node["id"], title=source.bilingual(node.get("title"), "title", line),
        question=source.bilingual(node.get("question"), "question", line),
        notice=source.bilingual(node.get("notice"), "notice", line),
        clauses=source.words(node.get("clauses"), "clauses", line), polarity=node.get("polarity", "banned"),
        audience=source.words(node.get("audience"), "audience", line), presence=presence, force=force, tags=tags,
        contexts=source.words(node.get("not"), "not", line), needs=_needs(node, presence, source, line),
        **{key: _examples(examples.get(key), source, line) for key in _EXAMPLES})
    _refer(check, vocabulary, clauses, source, line)
    if len(check.found) < MIN_EXAMPLES or len(check.not_found) < MIN_EXAMPLES:
        source.fail(line, f"fewer than {MIN_EXAMPLES} found and {MIN_EXAMPLES} not_found examples", "add examples")
    return check


def _refer(check: Check, vocabulary: Vocabulary, clauses: Mapping[str, ClauseText], source: Source, line: int) -> None:
    """Everything that the check names must be there."""
    if not check.clauses:
        source.fail(line, "no clause", "name the clause that bans or requires the feature")
    for missing in [context for context in check.contexts if context not in vocabulary.contexts]:
        source.fail(line, f"unknown context {missing}", "define it in vocabulary/contexts.yaml")
    for missing in [clause for clause in check.clauses if clause not in clauses]:
        source.fail(line, f"unknown clause {missing}", "define it under regulations/")
    for expression in [*check.presence.values(), *check.force.values(), *check.tags.values()]:
        for missing in sorted(groups_of(expression) - set(vocabulary.calls)):
            source.fail(line, f"unknown call group {missing}", "define it in vocabulary/calls.yaml")


def _rungs(node: Any, ladder: type[Closed], source: Source, line: int) -> dict[Closed, Expression]:
    here = source.line_of(node, line)
    return {source.member(ladder, key, "rung", source.line_of(value, here)): parse_expression(value, source, here)
            for key, value in source.mapping(node, ladder.__name__.lower(), line).items()}


def _needs(node: Mapping[str, Any], presence: Mapping[Presence, Expression], source: Source,
           line: int) -> tuple[Kind, ...]:
    if node.get("needs") is None:
        return tuple(sorted({term.kind for expression in presence.values() for term in terms_of(expression)}))
    return tuple(source.member(Kind, kind, "kind", line) for kind in source.words(node["needs"], "needs", line))


def _examples(nodes: Any, source: Source, line: int) -> tuple[Example, ...]:
    examples = []
    for node in source.rows(nodes, "example", line):
        here = source.line_of(node, line)
        screen = {key: source.words(value, key, here) for key, value in node.items()
                  if key not in (LINE, "presence", "force", "why")}
        unknown = sorted(set(screen) - _SCREEN)
        if unknown:
            source.fail(here, f"unknown example keys {unknown}", "use signal kinds")
        examples.append(Example(screen, source.member(Presence, node.get("presence", "none"), "presence", here),
                                source.member(Force, node.get("force", "none"), "force", here), here,
                                str(node.get("why", ""))))
    return tuple(examples)
