"""Margins of pages → facts: which elements and which lists of a script frame a page. Knows no check.

A margin is an ATTRIBUTE row: value the `Margin`, role `margin`, node its first element (or offset), parent its last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from appscan.model.margin import KEYS, MARGIN, WHOLE, Margin, heads_links, is_content, margin_of
from appscan.model.reading import Fact
from appscan.readers.file_facts import FileFacts
from appscan.readers.script_source import ScriptSource

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "span", "b", "strong", "i", "em", "label"})
_KEY = re.compile(rf"""(?<![\w$])["']?(?:{"|".join(sorted(KEYS))})["']?\s{{0,4}}[:=]\s{{0,4}}(?=[\[{{])""")


def note_margin(facts: FileFacts, margin: Margin, first: int, last: int, screen: int) -> None:
    """Gather the fact that the elements from `first` to `last` are a margin."""
    facts.add(Fact.ATTRIBUTE, margin, MARGIN, screen=screen, node=first, parent=max(first, last))


def begun_by(tag: str, attributes: Mapping[str, str], *, in_content: bool, depth: int) -> Margin | None:
    """The margin that an element with these attributes begins."""
    role = attributes.get("role", "").lower()
    return margin_of(tag, role, classes_of(attributes), in_content=in_content, depth=depth)


def begins_content(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether heads and feet in the element are its own."""
    return is_content(tag, attributes.get("role", "").lower(), classes_of(attributes))


def classes_of(attributes: Mapping[str, str]) -> list[str]:
    """Names of the classes of an element, in lower case."""
    named = attributes.get("class") or attributes.get("className") or attributes.get("staticClass") or ""
    return named.lower().split()


def note_lists(source: ScriptSource, facts: FileFacts, base: int, screen: int) -> None:
    """Gather the lists of a script that are a menu by the name they are kept under."""
    for match in _KEY.finditer(source.text):
        opening = match.end()
        close = source.closing(opening) if source.code[opening] in "[{" else -1
        if close >= 0:
            note_margin(facts, Margin.NAVIGATION, base + opening, base + close, screen)


class Around(Protocol):
    """An element around a text."""

    tag: str
    node: int


class OpenMargin:
    """The margins that a walk over a tree stands in: the outermost one, and a block of links, be it in that one or not;
    and where content with a head of its own began. A place is told by how many elements are open around it."""

    def __init__(self, facts: FileFacts, screen: int) -> None:
        self._facts = facts
        self._screen = screen
        self._begun: dict[bool, tuple[Margin, int, int]] = {}
        self._content = -1
        self._body = 0
        self._last = -1
        self._told = -1

    def open(self, tag: str, attributes: Mapping[str, str], node: int, depth: int, *, is_open: bool) -> None:
        """An element begins at `depth`; `is_open`: what follows may stand in it."""
        self._last = max(self._last, node)
        if len(self._begun) == 2:
            return
        if tag == "body":
            self._body = depth + 1
        in_content = self._content >= 0
        margin = begun_by(tag, attributes, in_content=in_content, depth=depth - self._body)
        if margin is not None and is_open:
            self._begin(margin, node, depth)
        elif margin is not None and (margin is Margin.LINKS) not in self._begun:
            note_margin(self._facts, margin, node, node, self._screen)
        elif is_open and not in_content and begins_content(tag, attributes):
            self._content = depth

    def _begin(self, margin: Margin, node: int, depth: int) -> None:
        self._begun.setdefault(margin is Margin.LINKS, (margin, node, depth))

    def tell(self, text: str, around: Sequence[Around], depth: int) -> None:
        """A text is shown; `around` are up to two elements around it, the nearest last. One that heads links to
        elsewhere, before all else in its block, makes a margin of that block."""
        if not around:
            return
        before, self._told = self._told, around[-1].node
        if not heads_links(text):
            return
        up = 2 if around[-1].tag in _HEADINGS and len(around) == 2 else 1
        block = around[-up]
        if block.tag not in WHOLE and before < block.node:
            self._begin(Margin.LINKS, block.node, depth - up)

    def close(self, depth: int) -> None:
        """So many elements are open still."""
        if self._content >= depth:
            self._content = -1
        for is_links, (margin, first, begun_at) in list(self._begun.items()):
            if begun_at >= depth:
                note_margin(self._facts, margin, first, self._last, self._screen)
                del self._begun[is_links]

    def end(self) -> None:
        """Nothing follows."""
        self.close(0)
