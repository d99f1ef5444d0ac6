"""Conditions, words and examples of a pack in plain sentences, as lines of Markdown. Knows no page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from appscan.checks.pack import AllOf, AnyOf, CallGroup, Example, Expression, Match, Term, Word
from appscan.checks.parse import name_of
from appscan.texts import Language, enumerated, phrased, say

WORDS_SHOWN, PATTERNS_SHOWN = 12, 3
_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")
_TICKS = re.compile("`+")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Text in a fixed pitch; longer ticks than any it holds itself."""
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def joined(parts: Sequence[str], lang: Language) -> str:
    """A list in one sentence."""
    return enumerated(lang, parts)


def condition(expression: Expression, groups: Mapping[str, CallGroup], lang: Language, depth: int = 0,
              patterns: int = PATTERNS_SHOWN) -> Iterator[str]:
    """A condition as nested items of a list; so many patterns of each term are written out."""
    match expression:
        case Term():
            yield _item(_term(expression, groups, lang, patterns), depth)
        case AnyOf():
            if depth:
                yield _item(say(lang, "reference.any"), depth)
            for item in expression.items:
                yield from condition(item, groups, lang, depth + bool(depth), patterns)
        case AllOf():
            yield from _together(expression, groups, lang, depth, patterns)


def _together(expression: AllOf, groups: Mapping[str, CallGroup], lang: Language, depth: int,
              patterns: int) -> Iterator[str]:
    barred = (("none", expression.none), ("nowhere", expression.nowhere))
    together = "alone" if len(expression.items) == 1 and not (expression.none or expression.nowhere) else "all"
    weak = say(lang, "reference.weak") if expression.weak else ""
    yield _item(say(lang, f"reference.{together}.{expression.within}") + weak, depth)
    for item in expression.items:
        yield from condition(item, groups, lang, depth + 1, patterns)
    for name, items in barred:
        if items:
            yield _item(say(lang, f"reference.{name}"), depth + 1)
        for item in items:
            yield from condition(item, groups, lang, depth + 2, patterns)


def _item(text: str, depth: int) -> str:
    return "  " * depth + "- " + text


def _term(term: Term, groups: Mapping[str, CallGroup], lang: Language, patterns: int) -> str:
    if term.groups or term.named:
        acts = [escaped(groups[name].what[lang]) if name in groups else code(name) for name in term.groups]
        acts += [say(lang, "reference.named", name=word.text) for word in term.named]
        return say(lang, "reference.acts") + phrased(lang, acts)
    kind = name_of(term)
    return say(lang, f"reference.term.{kind}") + words(term.words, lang, patterns)


def words(given: Sequence[Word], lang: Language, most_patterns: int = PATTERNS_SHOWN) -> str:
    """Words in quotation marks, whole ones marked, patterns as they are written; the rest counted."""
    plain = [_quoted(word, lang) for word in given if word.match is not Match.PATTERN]
    patterns = [code(word.text) for word in given if word.match is Match.PATTERN]
    shown = plain[:WORDS_SHOWN] + patterns[:most_patterns]
    rest = len(given) - len(shown)
    if not shown:
        return say(lang, "reference.only_patterns", count=rest)
    return joined(shown, lang) + (say(lang, "reference.more", count=rest) if rest else "")


def _quoted(word: Word, lang: Language) -> str:
    text = f"“{escaped(word.text)}”"
    return say(lang, "reference.whole") + text if word.match is Match.WHOLE else text


def example(one: Example, groups: Mapping[str, CallGroup], lang: Language) -> str:
    """One example on one line: what stands on the screen, what is expected, and why."""
    parts = []
    for kind, values in one.screen.items():
        named = [escaped(groups[value].what[lang]) if value in groups else f"“{escaped(value)}”" for value in values]
        parts.append(say(lang, "reference.on_screen", kind=say(lang, f"reference.kind.{kind}")) + joined(named, lang))
    line = phrased(lang, parts)
    told = [say(lang, f"presence.{one.presence}")] if one.presence else []
    told += [say(lang, f"force.{one.force}")] if one.force else []
    line += (" → " + joined(told, lang)) if told else ""
    return line + (f" ({escaped(one.why)})" if one.why else "")
