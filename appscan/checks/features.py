"""One file under features/ → Check. Knows no file system and no matching."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from appscan.checks.pack import Check, Example, Expression, Vocabulary
from appscan.checks.parse import GROUPED, check_group, parse_expression, terms_of
from appscan.checks.source import Closed, Source, Token, close, key_line, line_of, place
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence, Tag
from appscan.model.report import ClauseText

MIN_EXAMPLES = 2
_KEYS = {"id", "title", "question", "notice", "clauses", "polarity", "audience", "words", "presence", "force", "tags",
         "not", "needs", "examples"}
_EXAMPLES = ("found", "not_found", "known_misses", "known_false_hits")
_SEEN = (Presence.REACHABLE, Presence.EXERCISED)
_UNSEEN = (Presence.NONE, Presence.MENTIONED)
DOCUMENT = "document"
"""In place of a screen, an example may be a document: its lines, in Markdown."""

_SCREEN = frozenset({*Kind, "prose", "native_call", DOCUMENT})
"""What an example may put on its screen."""


class Polarity(StrEnum):
    """Whether the feature must not be there or must be there."""

    BANNED = "banned"
    REQUIRED = "required"


def parse_check(name: str, node: dict[str, Any], vocabulary: Vocabulary, clauses: Mapping[str, ClauseText],
                shared: Source) -> Check:
    """The check in file `name`; `shared` holds the word lists of all checks. Raises PackError."""
    plain = Source(name, proven=shared.proven)
    plain.known(node, _KEYS)
    own = plain.mapping(node, "words")
    source = Source(name, {**shared.lists, **{key: plain.words(own, key) for key in own}},
                    groups=vocabulary.calls, proven=shared.proven)
    stem = PurePosixPath(name).stem
    if node.get("id") != stem:
        source.fail(place(node, "id"), "id_not_file", id=str(node.get("id", "")), stem=stem)
    polarity = source.member(Polarity, node.get("polarity", "banned"), "polarity", place(node, "polarity"))
    presence = _rungs(node, "presence", Presence, source)
    if not presence:
        source.fail(place(node, "presence"), "no_presence")
    examples = source.mapping(node, "examples")
    source.known(examples, _EXAMPLES)
    check = Check(
        id=stem, title=source.bilingual(node, "title"), question=source.bilingual(node, "question"),
        notice=source.bilingual(node, "notice"), clauses=_clauses(node, clauses, source), polarity=polarity.value,
        audience=_audience(node, vocabulary, source), presence=presence,
        force=_rungs(node, "force", Force, source), tags=_rungs(node, "tags", Tag, source),
        contexts=_contexts(node, vocabulary, source), needs=_needs(node, presence, source),
        **{group: tuple(_example(row, group, source) for row in source.rows(examples, group)) for group in _EXAMPLES})
    if len(check.found) < MIN_EXAMPLES or len(check.not_found) < MIN_EXAMPLES:
        source.fail(place(node, "examples"), "few_examples", least=MIN_EXAMPLES)
    return check


def _clauses(node: dict[str, Any], clauses: Mapping[str, ClauseText], source: Source) -> tuple[str, ...]:
    named = source.words(node, "clauses")
    if not named:
        source.fail(place(node, "clauses"), "no_clause")
    for clause in named:
        if clause not in clauses:
            source.fail(clause, "unknown_clause", clause=clause, close=close(clause, clauses))
    return tuple(map(str, named))


def _contexts(node: dict[str, Any], vocabulary: Vocabulary, source: Source) -> tuple[str, ...]:
    named = source.words(node, "not")
    for context in named:
        if context not in vocabulary.contexts:
            source.fail(context, "unknown_context", context=context, close=close(context, vocabulary.contexts))
    return tuple(map(str, named))


def _audience(node: dict[str, Any], vocabulary: Vocabulary, source: Source) -> tuple[str, ...]:
    named = source.words(node, "audience")
    for audience in named:
        if audience not in vocabulary.audiences:
            source.fail(audience, "unknown_audience", audience=audience, close=close(audience, vocabulary.audiences))
    return tuple(map(str, named))


def _rungs(owner: dict[str, Any], key: str, ladder: type[Closed], source: Source) -> dict[Closed, Expression]:
    node = source.mapping(owner, key)
    return {source.member(ladder, rung, key, key_line(node, rung)):
            parse_expression(condition, source, place(node, rung)) for rung, condition in node.items()}


def _needs(node: dict[str, Any], presence: Mapping[Presence, Expression], source: Source) -> tuple[Kind, ...]:
    if node.get("needs") is None:
        return tuple(sorted({term.kind for expression in presence.values() for term in terms_of(expression)}))
    return tuple(source.member(Kind, kind, "kind", kind) for kind in source.words(node, "needs"))


def _example(node: dict[str, Any], group: str, source: Source) -> Example:
    screen: dict[str, tuple[str, ...]] = {}
    for key in node:
        if key in ("presence", "force", "why"):
            continue
        if key not in _SCREEN:
            source.fail(key_line(node, key), "example_key", "use_one_of", member=key, known=", ".join(sorted(_SCREEN)),
                        close=close(key, _SCREEN))
        words = source.words(node, key, once=False)
        for word in words if key in GROUPED else ():
            check_group(word, source, word if isinstance(word, Token) else place(node, key))
        screen[key] = tuple(map(str, words))
    if DOCUMENT in screen and len(screen) > 1:
        source.fail(key_line(node, DOCUMENT), "document_alone")
    return Example(screen, _expected_presence(node, group, source), _expected_force(node, group, source),
                   line_of(node), str(node.get("why", "")))


def _expected_presence(node: dict[str, Any], group: str, source: Source) -> Presence | None:
    """What the author says; a group may say only what does not contradict its name."""
    if "presence" not in node:
        return None
    presence = source.member(Presence, node["presence"], "presence", place(node, "presence"))
    allowed = _SEEN if group in ("found", "known_false_hits") else _UNSEEN
    if presence not in allowed:
        source.fail(place(node, "presence"), "example_presence", group=group, presence=presence.value,
                    known=", ".join(allowed))
    return presence


def _expected_force(node: dict[str, Any], group: str, source: Source) -> Force | None:
    if "force" not in node:
        return None
    force = source.member(Force, node["force"], "force", place(node, "force"))
    if force is not Force.NONE and group in ("not_found", "known_misses"):
        source.fail(place(node, "force"), "example_force", group=group, force=force.value)
    return force
