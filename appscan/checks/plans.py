"""vocabulary/plans.yaml → Plans. Knows no check and no document."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from appscan.checks.pack import Plans
from appscan.checks.parse import check_pattern
from appscan.checks.source import Source, Token, close, place

PLANS = "vocabulary/plans.yaml"

PARTS = {
    "titles": ("hard_against", "decision", "ordering", "hard_report", "tool", "against", "report", "plan"),
    "sections": ("against", "report", "plan", "counted"),
    "tables": ("against", "removed", "alive"),
    "sentences": ("plan", "future", "against", "told", "anew", "order", "elsewhere", "decided", "debated"),
    "around": ("negators", "spared", "undone", "turns", "turned", "exceptions", "lapses", "refusers",
               "penalties"),
    "people": ("staff", "helpers", "others", "subjects", "editions"),
}
"""Part of the file → the lists in it, all of regular expressions."""


def parse_plans(node: dict[str, Any], contexts: Collection[str], *, proven: bool) -> Plans:
    """The vocabulary of plans; an empty one where the pack has no such file. Raises PackError."""
    source = Source(PLANS, proven=proven)
    source.known(node, {*PARTS, "replaced", "examples"})
    parts: dict[str, dict[str, tuple[str, ...]]] = {}
    for part, names in PARTS.items():
        lists = source.mapping(node, part)
        source.known(lists, names)
        parts[part] = {name: _patterns(lists, name, source) for name in names}
    replaced = source.words(node, "replaced")
    for context in replaced:
        if context not in contexts:
            source.fail(context, "unknown_context", context=context, close=close(context, contexts))
    examples = source.mapping(node, "examples")
    source.known(examples, {"planned", "spoken"})
    return Plans(**parts, replaced=frozenset(map(str, replaced)), planned=source.plain_words(examples, "planned"),
                 spoken=source.plain_words(examples, "spoken"))


def _patterns(lists: dict[str, Any], name: str, source: Source) -> tuple[str, ...]:
    patterns = source.words(lists, name)
    for pattern in patterns:
        check_pattern(pattern, source, pattern if isinstance(pattern, Token) else place(lists, name))
    return tuple(map(str, patterns))
