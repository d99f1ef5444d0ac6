"""What compiled templates show: elements, visible texts with their roles, telling attributes. Knows no check.

Strings that are compared or passed on are not visible; those that are children, or pass through _v, _s or
toDisplayString, are.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import chain

from appscan.model.margin import Margin
from appscan.model.reading import Fact, Role
from appscan.readers.elements import Element, find_elements
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.margins import begins_content, begun_by, note_margin
from appscan.readers.roles import (
    FACT_ATTRIBUTES,
    PLAIN_TAGS,
    UPLOADERS,
    attribute_role,
    is_button,
    is_click,
    text_role,
    words,
)
from appscan.readers.script_calls import call_chain
from appscan.readers.script_joined import HOLE, LONGEST_HOLE, Sentence, text_of
from appscan.readers.script_modules import ScreenIds
from appscan.readers.script_source import ScriptSource
from appscan.readers.script_values import Property, literal_value, object_properties, visible_literals

LONGEST_HANDLER = 600
CLICKABLE_SPAN = 800
"""A wrapper that answers taps makes a button of its text only while it is this short; longer ones are whole cards."""

MOST_CHILDREN = 60
LONGEST_JOINED = 400
INLINE = words("span b i em strong font u s small text mark sup sub big ins num count")

_TEXT_CALL = re.compile(r"(?:[\w$]{1,40}+\.)?(?:_v|_?createTextVNode)\(|\(0,[\w$]{1,20}\.(?:createTextVNode|Uk)\)\(")
_TEXT_CALLS = (re.compile(r"_v(\()"), re.compile(r"createTextVNode(?:[\"']\])?\)?(\()"))
_DOTTED = re.compile(r"(?:[\w$]++\.)*+([A-Za-z_$][\w$]{2,}+)")
_EVENT_PLUMBING = words("$handleEvent $handleViewEvent withModifiers withKeys $event.preventDefault $emit")
_CALLED = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$.]{0,200}+)\(")
_ADDRESSED = frozenset({"web-view", "iframe", "navigator", "webview", "router-link"})
_MARGIN_NAMES = ("role", "class", "className", "staticClass")
_WORDY = re.compile(r"[^\W\d_]|\b(?:19|20)\d\d[-/.]\d{1,2}\b")  # a date alone tells how old a page is


def read_rendering(source: ScriptSource, screens: ScreenIds, facts: FileFacts, base: int,
                   sentences: Mapping[int, Sentence]) -> set[int]:
    """Write NODE, TEXT and ATTRIBUTE facts of the compiled templates; return the literals that became TEXT or NODE.
    sentences: texts written in parts, by their first literal."""
    writer = _Writer(source, screens, facts, base, sentences)
    return writer.run()


class _Writer:
    """One pass over the elements of a script."""

    def __init__(self, source: ScriptSource, screens: ScreenIds, facts: FileFacts, base: int,
                 sentences: Mapping[int, Sentence]) -> None:
        self.source = source
        self.sentences = dict(sentences)
        self.screens = screens
        self.facts = facts
        self.base = base
        self.shown: set[int] = set()
        self.elements = find_elements(source)
        self.starts = [element.start for element in self.elements]
        self.openings = {element.start for element in self.elements}
        self.clickable: list[bool] = []
        self.parents: list[int] = []
        self._margin_ends = {True: -1, False: -1}
        self._content_ends = -1

    def run(self) -> set[int]:
        around: list[int] = []
        for at, element in enumerate(self.elements):
            self.shown.add(self.source.literal_at(element.node))
            while around and self.elements[around[-1]].end <= element.start:
                around.pop()
            properties, children = self._arguments(element)
            self.clickable.append(any(is_click(entry.name) for entry in properties))
            self.parents.append(around[-1] if around else -1)
            self._note_margin(element, properties, len(around))
            around.append(at)
            self._write(at, properties, children)
        self._named_texts()
        return self.shown

    def _note_margin(self, element: Element, properties: list[Property], depth: int) -> None:
        """Whether the element is a margin of the page, of those inside each other the outermost."""
        attributes = {name: self._property_text(properties, name) for name in _MARGIN_NAMES}
        margin = begun_by(element.tag, attributes, in_content=element.start < self._content_ends, depth=depth)
        if margin is not None and element.start >= self._margin_ends[margin is Margin.LINKS]:
            self._margin_ends[margin is Margin.LINKS] = element.end
            note_margin(self.facts, margin, self.base + element.node, self.base + element.end,
                        self.screens.at(element.start))
        elif margin is None and begins_content(element.tag, attributes):
            self._content_ends = max(self._content_ends, element.end)

    def _arguments(self, element: Element) -> tuple[list[Property], list[tuple[int, int]]]:
        """Properties, flattened over attrs, domProps, props and on, and the spans of the children."""
        code, parts = self.source.code, element.parts
        if len(parts) < 2:
            return [], []
        start, end = parts[1]
        brace = start if code.startswith("{", start) else -1
        if brace < 0 and _is_call(code, start, end):
            brace = code.find("{", start, end)
        if brace < 0:
            nothing = code[start:end] in ("null", "void 0", "undefined", "")
            return [], self._children(parts[1:] if not nothing else parts[2:])
        properties: list[Property] = []
        for entry in object_properties(self.source, brace):
            if entry.name in ("attrs", "domProps", "props", "on", "nativeOn") and code.startswith("{", entry.start):
                prefix = "on:" if entry.name in ("on", "nativeOn") else ""
                properties += [Property(prefix + p.name, p.start, p.end)
                               for p in object_properties(self.source, entry.start)]
            else:
                properties.append(entry)
        children = [(p.start, p.end) for p in properties if p.name in ("children", "textContent", "innerHTML")]
        return properties, children + self._children(_child_arguments(code, parts))

    def _children(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The spans themselves; of an object of slots, its members."""
        found = []
        for start, end in spans[:8]:
            if self.source.code.startswith("{", start):
                found += [(entry.start, entry.end) for entry in object_properties(self.source, start, 16)]
            else:
                found.append((start, end))
        return found

    def _write(self, at: int, properties: list[Property], children: list[tuple[int, int]]) -> None:
        element, parent = self.elements[at], self.parents[at]
        screen, node = self.screens.at(element.start), self.base + element.node
        if element.tag not in PLAIN_TAGS or self.clickable[at]:
            self.facts.add(Fact.NODE, element.tag, screen=screen, node=node,
                           parent=self.base + self.elements[parent].node if parent >= 0 else -1)
        if element.tag in UPLOADERS:
            self.facts.add(Fact.ATTRIBUTE, element.tag, "uploader", screen=screen, node=node, parent=node)
        kind = self._property_text(properties, "type")
        for entry in properties:
            self._write_property(at, entry, kind, screen, node)
        self._join(children)
        for start, end in children:
            for index in visible_literals(self.source, start, end, self.openings):
                self._show(index, at)

    def _join(self, children: list[tuple[int, int]]) -> None:
        """Texts among the children of one element with something computed between them are one sentence: React writes
        `["第 ", n, " 名"]`, both frameworks put what is computed into an element within the line."""
        spans: list[tuple[int, int]] = []
        for start, end in children:
            listed = self.source.code.startswith("[", start)
            spans += self.source.parts(start, MOST_CHILDREN) if listed else [(start, end)]
        run: list[tuple[str, tuple[int, ...]]] = []
        for start, end in [*spans[:MOST_CHILDREN], (0, 0)]:
            part = self._part(start, end)
            if part is not None:
                run.append(part)
                continue
            texts = [literals for _, literals in run if literals]
            joined = "".join(text for text, _ in run)
            if 1 < len(texts) < len(run) and len(joined) <= LONGEST_JOINED:
                self.sentences[texts[0][0]] = Sentence(joined, tuple(chain.from_iterable(texts)))
            run = []

    def _part(self, start: int, end: int) -> tuple[str, tuple[int, ...]] | None:
        """A child as a part of a sentence: a text with its literals, a hole without; None for what parts sentences."""
        code = self.source.code
        call = _TEXT_CALL.match(code, start, end)
        inner = self.source.literal_at(call.end() if call else start)
        if inner >= 0:
            sentence = self.sentences.get(inner)
            told = sentence.literals if sentence else (inner,)
            whole = call is not None or self.source.ends[told[-1]] == end or sentence is not None
            return (sentence.text if sentence else self.source.value(inner), told) if whole else None
        if call is not None:
            return HOLE, ()
        if not start < end <= start + LONGEST_HOLE or code[start] in "[{\"'":
            return None
        at = bisect_left(self.starts, start)
        inside = self.elements[at:at + 1] if at < len(self.starts) and self.starts[at] < end else []
        if any(element.tag not in INLINE for element in inside):
            return None
        first = bisect_left(self.source.starts, start)
        told_inside = self.source.starts[first:bisect_left(self.source.starts, end)]
        return None if any(not self.source.value(first + i).isascii() for i in range(len(told_inside))) else (HOLE, ())

    def _show(self, index: int, at: int) -> None:
        """TEXT of literal `index` as a child of element `at`, -1 for none."""
        text, literals = text_of(self.source, self.sentences, index)
        if index in self.shown or not text or "<" in text or not _WORDY.search(text):
            return
        self.shown.update(literals)
        start = self.source.starts[index]
        tag, clickable = self._around(at)
        self.facts.add(Fact.TEXT, shorten(text), text_role(tag, clickable, text), screen=self.screens.at(start),
                       node=self.base + start, parent=self.base + self.elements[at].node if at >= 0 else -1)

    def _around(self, at: int) -> tuple[str, bool]:
        """Tag and tappability that decide the role of a text: a button or short tappable wrapper around it counts."""
        tag, outer = self.elements[at].tag if at >= 0 else "", at
        for _ in range(4):
            if outer < 0:
                break
            element = self.elements[outer]
            if is_button(element.tag):
                return element.tag, True
            if self.clickable[outer] and element.end - element.start <= CLICKABLE_SPAN:
                return tag if text_role(tag, False, "") is not Role.LABEL else "view", True
            outer = self.parents[outer]
        return tag, False

    def _named_texts(self) -> None:
        """Texts of _v(…) and createTextVNode(…) wherever they stand: in slots, loops and render helpers."""
        starts = self.starts
        for match in (match for pattern in _TEXT_CALLS for match in pattern.finditer(self.source.code)):
            opening = match.start(1)
            at = bisect_right(starts, opening) - 1
            for _ in range(64):
                if at < 0 or self.elements[at].end > opening:
                    break
                at = self.parents[at]
            for index in visible_literals(self.source, opening + 1, self.source.closing(opening), self.openings):
                self._show(index, at)

    def _property_text(self, properties: list[Property], name: str) -> str:
        for entry in properties:
            if entry.name == name:
                return literal_value(self.source, entry.start, entry.end) or ""
        return ""

    def _write_property(self, at: int, entry: Property, kind: str, screen: int, node: int) -> None:
        element = self.elements[at]
        if is_click(entry.name):
            handler = self._handler(entry)
            if handler:
                self.facts.add(Fact.ATTRIBUTE, handler, "onclick", screen=screen, node=node, parent=node)
            return
        name = entry.name.lower()
        if name in ("src", "url", "to") and element.tag in _ADDRESSED:
            address = literal_value(self.source, entry.start, entry.end)
            role = "src" if name == "src" else "href"
            if address:
                self.facts.add(Fact.PATH, shorten(address), role, screen=screen, node=node)
        elif name in FACT_ATTRIBUTES:
            value = literal_value(self.source, entry.start, entry.end)
            if value and len(value) <= 200:
                self.facts.add(Fact.ATTRIBUTE, value, entry.name, screen=screen, node=node, parent=node)
        else:
            self._write_attribute_texts(at, entry, kind, screen, node)

    def _handler(self, entry: Property) -> str:
        """What a tap runs: the method named, or the first that an inline function calls; empty where names are lost."""
        named = _DOTTED.fullmatch(self.source.code, entry.start, entry.end)
        if named:
            return named.group(1)
        stop = min(entry.end, entry.start + LONGEST_HANDLER)
        for match in _CALLED.finditer(self.source.code, entry.start, stop):
            chain = call_chain(match.group(1))
            if chain and chain not in _EVENT_PLUMBING:
                return chain
        return ""

    def _write_attribute_texts(self, at: int, entry: Property, kind: str, screen: int, node: int) -> None:
        if entry.name in ("children", "textContent", "innerHTML"):
            return
        for index in visible_literals(self.source, entry.start, entry.end, self.openings):
            text, literals = text_of(self.source, self.sentences, index)
            role = attribute_role(self.elements[at].tag, entry.name, kind, text, self.clickable[at]) if text else None
            if index not in self.shown and role is not None and _WORDY.search(text):
                self.shown.update(literals)
                self.facts.add(Fact.TEXT, shorten(text), role, screen=screen,
                               node=self.base + self.source.starts[index], parent=node)


def _is_call(code: str, start: int, end: int) -> bool:
    return code[start:start + 1].isidentifier() and not code.startswith(("function", "null", "void"), start) and (
        "(" in code[start:min(end, start + 60)])


def _child_arguments(code: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Arguments from the third on; Vue 3 puts a list of changing property names fifth, after a number."""
    children = []
    for position, (start, end) in enumerate(parts[2:10], start=2):
        if position >= 4 and code.startswith("[", start) and code[parts[3][0]:parts[3][1]].lstrip("-").isdigit():
            continue
        children.append((start, end))
    return children
