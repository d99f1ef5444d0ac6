"""One file under features/ → Check. Knows no file system and no matching."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from appscan.checks.pack import AnyOf, Check, Example, Expression, Vocabulary, alternatives, is_weak
from appscan.checks.parse import GROUPED, check_group, named_conditions, parse_expression, terms_of
from appscan.checks.source import Closed, Source, Token, close, key_line, line_of, place
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence, Tag
from appscan.model.report import Bilingual, ClauseText

MIN_EXAMPLES = 2
_NO_ROWS: list[dict[str, Any]] = []
_NO_TEXT: Bilingual = {"zh": "", "en": ""}
_KEYS = {"id", "title", "question", "notice", "clauses", "polarity", "applies", "audience", "words", "conditions",
         "presence", "force", "tags", "not", "needs", "examples"}
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
    plain = Source(name, proven=shared.proven, faults=shared.faults)
    attempt = plain.faults.attempt
    attempt(lambda: plain.known(node, _KEYS), None)
    own: dict[str, Any] = attempt(lambda: plain.mapping(node, "words"), {})
    conditions = dict(shared.conditions)
    source = Source(name, {**shared.lists, **plain.each(own, lambda key: plain.words(own, key))},
                    groups=vocabulary.calls, conditions=conditions, proven=shared.proven, faults=shared.faults)
    attempt(lambda: named_conditions(plain.mapping(node, "conditions"), source, conditions), None)
    stem = PurePosixPath(name).stem
    if node.get("id") != stem:
        attempt(lambda: source.fail(place(node, "id"), "id_not_file", id=str(node.get("id", "")), stem=stem), None)
    polarity = attempt(lambda: source.member(Polarity, node.get("polarity", "banned"), "polarity",
                                             place(node, "polarity")), Polarity.BANNED)
    presence = _rungs(node, "presence", Presence, source)
    if not presence and not source.faults.found:
        source.fail(place(node, "presence"), "no_presence")
    title, question, notice = (attempt(partial(source.bilingual, node, key), _NO_TEXT)
                               for key in ("title", "question", "notice"))
    found, not_found, misses, false_hits = _examples(node, source)
    return Check(
        id=stem, title=title, question=question, notice=notice, polarity=polarity.value,
        clauses=attempt(lambda: _clauses(node, clauses, source), ()),
        audience=attempt(lambda: _audience(node, vocabulary, source), ()), presence=presence,
        applies=attempt(lambda: _applies(node, polarity, source), None),
        firm=_firm(presence), force=_rungs(node, "force", Force, source), tags=_rungs(node, "tags", Tag, source),
        contexts=attempt(lambda: _contexts(node, vocabulary, source), ()),
        needs=attempt(lambda: _needs(node, presence, source), ()), found=found, not_found=not_found,
        known_misses=misses, known_false_hits=false_hits)


def _examples(node: dict[str, Any], source: Source) -> list[tuple[Example, ...]]:
    """The examples, group by group; every check carries its own proof."""
    attempt = source.faults.attempt
    examples: dict[str, Any] = attempt(lambda: source.mapping(node, "examples"), {})
    attempt(lambda: source.known(examples, _EXAMPLES), None)
    parsed: list[tuple[Example, ...]] = []
    counts: dict[str, int] = {}
    for group in _EXAMPLES:
        rows = attempt(partial(source.rows, examples, group), _NO_ROWS)
        counts[group] = len(rows)
        parsed.append(tuple(source.each(range(len(rows)), partial(_example_of, rows, group, source)).values()))
    if any(counts[group] < MIN_EXAMPLES for group in ("found", "not_found")):
        attempt(lambda: source.fail(place(node, "examples"), "few_examples", least=MIN_EXAMPLES), None)
    return parsed


def _example_of(rows: list[dict[str, Any]], group: str, source: Source, number: int) -> Example:
    return _example(rows[number], group, source)


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
    node: dict[str, Any] = source.faults.attempt(lambda: source.mapping(owner, key), {})
    parsed = source.each(node, lambda rung: (source.member(ladder, rung, key, key_line(node, rung)),
                                             parse_expression(node[rung], source, place(node, rung),
                                                              may_be_weak=ladder is Presence)))
    return dict(parsed.values())


def _firm(presence: Mapping[Presence, Expression]) -> dict[Presence, Expression | None]:
    """The rungs with weak conditions, each without them; what only weakly is exercised may be reachable firmly."""
    kept = {rung: tuple(item for item in alternatives(expression) if not is_weak(item))
            for rung, expression in presence.items()}
    firm: dict[Presence, Expression | None] = {}
    for rung, expression in presence.items():
        if len(kept[rung]) < len(alternatives(expression)):
            below = kept.get(Presence.REACHABLE, ()) if rung is Presence.EXERCISED else ()
            items = (*kept[rung], *below)
            firm[rung] = AnyOf(items) if items else None
    return firm


def _applies(node: dict[str, Any], polarity: Polarity, source: Source) -> Expression | None:
    """Which apps are asked for a required feature. A ban holds for all."""
    if "applies" not in node:
        return None
    if polarity is not Polarity.REQUIRED:
        source.fail(key_line(node, "applies"), "applies_to_ban")
    return parse_expression(node["applies"], source, place(node, "applies"))


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
