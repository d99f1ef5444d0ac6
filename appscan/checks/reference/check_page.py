"""The page that says of each check what it asks, on what ground, and what counts. Knows no clause table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from appscan.checks.pack import Check, CheckSet, Example, Expression
from appscan.checks.reference.wording import PATTERNS_SHOWN, code, condition, escaped, example, joined
from appscan.model.judgement import Force, Presence
from appscan.model.report import ClauseText
from appscan.texts import Language, say

Rung = TypeVar("Rung", bound=StrEnum)
_PRESENCE = (Presence.EXERCISED, Presence.REACHABLE, Presence.MENTIONED)


def check_page(checks: CheckSet, lang: Language) -> str:
    """The page in one language."""
    return "\n".join([*_head(checks, lang), *(line for check in checks.checks for line in _check(check, checks, lang))])


def _head(checks: CheckSet, lang: Language) -> Iterator[str]:
    yield f"# {say(lang, 'reference.checks_title')}"
    yield ""
    yield say(lang, "reference.generated", version=checks.version)
    yield ""
    yield say(lang, "reference.checks_about")
    yield ""
    yield from (f"- [{escaped(check.title[lang])}](#{check.id}) ({say(lang, f'polarity.{check.polarity}')})"
                for check in checks.checks)
    yield ""


def _check(check: Check, checks: CheckSet, lang: Language) -> Iterator[str]:
    yield f'<a id="{check.id}"></a>'
    yield ""
    yield f"## {escaped(check.title[lang])} ({code(check.id)})"
    yield ""
    yield from check_lines(check, checks, lang)


def check_lines(check: Check, checks: CheckSet, lang: Language, patterns: int = PATTERNS_SHOWN) -> Iterator[str]:
    """What one check asks, on what ground, and what counts, as lines of Markdown without its heading; so many patterns
    of each term are written out."""
    yield escaped(check.question[lang])
    yield ""
    yield from _listed("reference.clauses", [_clause(checks.clauses[key], lang) for key in check.clauses], lang)
    yield from _listed("reference.beside", [_clause(checks.clauses[key], lang) for key in check.beside], lang)
    yield from condition_lines(check, checks, lang, patterns)
    for group, lines in examples_of(check, checks, lang).items():
        yield from _listed(f"reference.examples.{group}", lines or [say(lang, "reference.no_examples")], lang)
    yield f"**{say(lang, 'reference.notice')}** {escaped(check.notice[lang])}"
    yield ""


def rungs_of(check: Check) -> dict[str, list[str]]:
    """The rungs of presence and of force that a check tells apart, the highest first."""
    ladders: tuple[tuple[str, Sequence[StrEnum], Iterable[StrEnum]], ...] = (
        ("presence", _PRESENCE, check.presence), ("force", tuple(reversed(Force)), check.force))
    return {name: [rung.value for rung in order if rung in set(there)] for name, order, there in ladders}


def examples_of(check: Check, checks: CheckSet, lang: Language) -> dict[str, list[str]]:
    """The examples of a check by what they are for, each a line of Markdown."""
    groups: Mapping[str, Sequence[Example]] = {
        "found": check.found, "not_found": check.not_found, "known_misses": check.known_misses,
        "known_false_hits": check.known_false_hits}
    return {group: [example(one, checks.vocabulary.calls, lang) for one in several]
            for group, several in groups.items()}


def condition_lines(check: Check, checks: CheckSet, lang: Language, patterns: int = PATTERNS_SHOWN) -> Iterator[str]:
    """All that counts at each rung, what does not, and what must have been seen, as lines of Markdown."""
    yield from _ladder("presence", _PRESENCE, check.presence, checks, lang, patterns)
    yield from _ladder("force", tuple(reversed(Force)), check.force, checks, lang, patterns)
    yield from _ladder("tags", tuple(check.tags), check.tags, checks, lang, patterns)
    yield from _contexts(check, checks, lang)
    yield f"**{say(lang, 'reference.needs')}** {joined([say(lang, f'kinds.{kind}') for kind in check.needs], lang)}"
    yield ""


def _listed(heading: str, lines: Sequence[str], lang: Language) -> Iterator[str]:
    """A list under its heading; nothing for no lines."""
    if lines:
        yield f"**{say(lang, heading)}**"
        yield ""
        yield from ("- " + line for line in lines)
        yield ""


def _clause(clause: ClauseText, lang: Language) -> str:
    place = "" if clause.jurisdiction == "CN" else f" ({say(lang, f'jurisdictions.{clause.jurisdiction}')})"
    only = say(lang, "report.clause_only", subject=clause.only[lang]) if clause.only else ""
    permits = say(lang, "report.clause_permits") if clause.effect.value == "permit" else ""
    told = " ".join(part for part in (escaped(clause.summary[lang]), escaped(permits), escaped(only)) if part)
    reference = "" if clause.quotable else f" [{say(lang, 'report.reference')}]"
    return f"{code(clause.id)}{place}{reference}{'：' if lang == 'zh' else ': '}{told}"


def _ladder(name: str, order: Sequence[Rung], conditions: Mapping[Rung, Expression], checks: CheckSet,
            lang: Language, patterns: int) -> Iterator[str]:
    """What counts at each rung, the highest first."""
    if not conditions:
        return
    yield f"**{say(lang, f'reference.{name}')}**"
    yield ""
    meanings = "tags_mean" if name == "tags" else f"{name}_means"
    for rung in order:
        if rung in conditions:
            yield f"*{say(lang, f'{name}.{rung}')}* — {say(lang, f'{meanings}.{rung}')}"
            yield ""
            yield from condition(conditions[rung], checks.vocabulary.calls, lang, patterns=patterns)
            yield ""


def _contexts(check: Check, checks: CheckSet, lang: Language) -> Iterator[str]:
    contexts = [checks.vocabulary.contexts[name] for name in check.contexts]
    cancelling = [escaped(one.what[lang]) for one in contexts if one.tag is None]
    tagging = [f"{escaped(one.what[lang])} → {say(lang, f'tags.{one.tag}')}" for one in contexts if one.tag is not None]
    yield from _listed("reference.cancelled", [joined(cancelling, lang)] if cancelling else [], lang)
    yield from _listed("reference.tagged", tagging, lang)
