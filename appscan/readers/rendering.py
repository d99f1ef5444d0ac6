"""Elements and visible texts of compiled templates: Vue 2 and 3, uni-app, React, React Native. Knows no file and no check.

A template that was compiled is a tree of calls: creator("button", {properties}, children). Creators keep their name
(_c, createElement, jsx) or lose it (e, a); then the tag and the arguments tell. Strings that are compared or passed on are
not visible; those that are children, or pass through _v, _s, toDisplayString, are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass

from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.roles import (
    FACT_ATTRIBUTES,
    PLAIN_TAGS,
    attribute_role,
    is_button,
    is_click,
    plain_tag,
    text_role,
)
from appscan.readers.script_modules import Screens
from appscan.readers.script_source import LiteralKind, ScriptSource

CLICKABLE_SPAN = 800
"""A wrapper that answers taps makes a button of its text only while it is about this short; longer ones are whole cards."""
DEEPEST_VALUE = 6

_HTML_TAGS = frozenset(
    "a abbr address article aside audio b blockquote body br button canvas caption center code dd details div dl dt em "
    "fieldset figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input label legend li main nav ol optgroup "
    "option p pre section select small span strong sub summary sup svg table tbody td template textarea tfoot th thead "
    "title tr u ul video view text image block navigator swiper switch slider picker radio checkbox progress icon map "
    "camera editor cell list refresh loading block".split())
_CREATORS = frozenset("_c h _h createElement $createElement createElementVNode createElementBlock createVNode createBlock "
                      "_createElementVNode _createElementBlock _createVNode _createBlock jsx jsxs jsxDEV _jsx _jsxs "
                      "createElementWithValidation cloneVNode createBaseVNode _createBaseVNode".split())
_SHOWERS = frozenset("_v _s createTextVNode toDisplayString _createTextVNode _toDisplayString String createText "
                     "createTextNode $t concat withCtx _withCtx".split())
_CUSTOM_TAG = re.compile(r"[a-z][a-z0-9]*+(?:-[a-z0-9]++)++")
_CALLEE = re.compile(r"(?:([\w$]{1,60})|\[[\"']([\w$]{1,60})[\"']\])\)*\s*$")
_COMPONENT = re.compile(r"(?<![\w$])(?:createElement|createVNode|createBlock|_createVNode|_createBlock|jsxs?|jsxDEV|_jsxs?"
                        r"|_c|h)(?:[\"']\])?\)?(\()\s*+([A-Za-z_$][\w$.]*+)\s*+[,)]")
_RESOLVED = re.compile(r"(?<![\w$.])([\w$]{1,40}+)\s*+=[^;=\"']{0,120}resolve(?:Dynamic)?Component(?:[\"']\])?\)?\(\s*+"
                       r"([\"'])")
_TEXT_CALL = re.compile(r"(?<![\w$])(?:_v|_?createTextVNode)(?:[\"']\])?\)?(\()")
_UNNAMED_RESOLVED = re.compile(r"(?<![\w$.])([\w$]{1,3}+)=[\w$]{1,3}\(([\"'])_{3,40}+[\"']\)")
_STEP = re.compile(r"[\"'()\[\]{},]")
_DOTTED = re.compile(r"(?:[\w$]++\.)*+([A-Za-z_$][\w$]{2,}+)")
_OPERATORS = "(,[?:+&|{"
_WORDY = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Element:
    """One creator call: [start, end) of its arguments, the offset of its tag, the spans of its arguments."""

    start: int
    end: int
    node: int
    tag: str
    parts: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object literal: its name and the span of its value."""

    name: str
    start: int
    end: int


def read_rendering(source: ScriptSource, screens: Screens, facts: FileFacts, default: int, base: int) -> set[int]:
    """Write NODE, TEXT and ATTRIBUTE facts of the compiled templates; return the literals that became TEXT or NODE."""
    writer = _Writer(source, screens, facts, default, base)
    return writer.run()


def object_properties(source: ScriptSource, opening: int, most: int = 64) -> list[Property]:
    """Properties of the object literal whose brace is at `opening`; methods and spreads are left out."""
    found = []
    for start, end in source.parts(opening, most):
        colon = source.code.find(":", start, min(end, start + 120))
        if colon < 0:
            continue
        at = source.literal_at(start)
        name = source.value(at) if at >= 0 else source.code[start:colon].strip()
        value = source.code[colon + 1:end]
        found.append(Property(name, end - len(value.lstrip()), end))
    return found


def literal_value(source: ScriptSource, start: int, end: int) -> str | None:
    """Text of a value that is a literal: a string, true or false (minified !0, !1), a number, an array of strings."""
    raw = source.code[start:min(end, start + 200)].strip()
    if raw in ("!0", "true"):
        return "true"
    if raw in ("!1", "false"):
        return "false"
    at = source.literal_at(start)
    if at >= 0 and source.ends[at] == end:
        return source.value(at)
    if raw.startswith("["):
        spans = source.parts(start, 8)
        values = [literal_value(source, *span) for span in spans if span[0] < span[1]]
        if values and all(value is not None for value in values):
            return ",".join(value for value in values if value is not None)
    return raw if raw.replace(".", "", 1).isdigit() else None


def visible_literals(source: ScriptSource, start: int, end: int, elements: Container[int] = (),
                     depth: int = 0) -> list[int]:
    """Indices of the literals in [start, end) that a person gets to see; calls that open at `elements` are left out."""
    found: list[int] = []
    code, at = source.code, start
    while at < end and (match := _STEP.search(code, at, end)) is not None:
        at = match.end()
        char = code[at - 1]
        if char in "\"'":
            index = source.literal_at(at - 1)
            if index < 0:
                continue
            at = source.ends[index]
            if _is_operand(code, source.starts[index], at):
                found.append(index)
        elif char in "([{":
            close = source.closing(at - 1)
            if close < 0:
                break
            if depth < DEEPEST_VALUE and char != "{" and at - 1 not in elements and _shows(code, at - 1):
                inner = visible_literals(source, at, close, elements, depth + 1)
                found += inner if char == "[" or not _is_unnamed(code, at - 1) else _readable(source, inner)
            at = close + 1
    return found


def _readable(source: ScriptSource, literals: list[int]) -> list[int]:
    """Behind a minified name only what is not ASCII is taken for a text."""
    return [index for index in literals if not source.value(index).isascii()]


def _is_operand(code: str, start: int, end: int) -> bool:
    before, after = code[max(0, start - 8):start].rstrip()[-1:], code[end:end + 8].lstrip()[:2]
    return (not before or before in _OPERATORS) and after[:1] not in ("=", "!") and after != "in"


def _callee(code: str, opening: int) -> str:
    match = _CALLEE.search(code, max(0, opening - 66), opening)
    return (match.group(1) or match.group(2)) if match else ""


def _is_unnamed(code: str, opening: int) -> bool:
    callee = _callee(code, opening)
    return 0 < len(callee) <= 2 and callee not in _SHOWERS


def _shows(code: str, opening: int) -> bool:
    if code[opening] == "[":
        return True
    callee = _callee(code, opening)
    return callee in _SHOWERS or (len(callee) <= 2 and callee not in _CREATORS and callee not in ("if", "in"))


class _Writer:
    """One pass over the elements of a script."""

    def __init__(self, source: ScriptSource, screens: Screens, facts: FileFacts, default: int, base: int) -> None:
        self.source = source
        self.screens = screens
        self.facts = facts
        self.default = default
        self.base = base
        self.shown: set[int] = set()
        self.elements = _elements(source)
        self.openings = {element.start for element in self.elements}
        self.clickable: list[bool] = []
        self.parents: list[int] = []

    def run(self) -> set[int]:
        around: list[int] = []
        for at, element in enumerate(self.elements):
            self.shown.add(self.source.literal_at(element.node))
            while around and self.elements[around[-1]].end <= element.start:
                around.pop()
            properties, children = self._arguments(element)
            self.clickable.append(any(is_click(entry.name) for entry in properties))
            self.parents.append(around[-1] if around else -1)
            around.append(at)
            self._write(at, properties, children)
        self._named_texts()
        return self.shown

    def _screen(self, offset: int) -> int:
        name = self.screens.name_at(offset)
        return self.facts.screen(name) if name else self.default

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
        screen, node = self._screen(element.start), self.base + element.node
        if element.tag not in PLAIN_TAGS or self.clickable[at]:
            self.facts.add(Fact.NODE, element.tag, screen=screen, node=node,
                           parent=self.base + self.elements[parent].node if parent >= 0 else -1)
        kind = self._property_text(properties, "type")
        for entry in properties:
            self._write_property(element, entry, kind, screen, node)
        for start, end in children:
            for index in visible_literals(self.source, start, end, self.openings):
                self._show(index, at)

    def _show(self, index: int, at: int) -> None:
        """TEXT of literal `index` as a child of element `at`, -1 for none."""
        text = " ".join(self.source.value(index).split())
        if index in self.shown or not text or "<" in text or not _WORDY.search(text):
            return
        self.shown.add(index)
        start = self.source.starts[index]
        tag, clickable = self._around(at)
        self.facts.add(Fact.TEXT, shorten(text), text_role(tag, clickable, text), screen=self._screen(start),
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
        starts = [element.start for element in self.elements]
        for match in _TEXT_CALL.finditer(self.source.code):
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

    def _write_property(self, element: Element, entry: Property, kind: str, screen: int, node: int) -> None:
        if is_click(entry.name):
            handler = _DOTTED.fullmatch(self.source.code, entry.start, entry.end)
            if handler:
                self.facts.add(Fact.ATTRIBUTE, handler.group(1), "onclick", screen=screen, node=node, parent=node)
            return
        name = entry.name.lower()
        if name in ("src", "url", "to") and element.tag in ("web-view", "iframe", "navigator", "webview", "router-link"):
            address = literal_value(self.source, entry.start, entry.end)
            if address:
                self.facts.add(Fact.PATH, shorten(address), "src" if name == "src" else "href", screen=screen, node=node)
        elif name in FACT_ATTRIBUTES:
            value = literal_value(self.source, entry.start, entry.end)
            if value and len(value) <= 200:
                self.facts.add(Fact.ATTRIBUTE, value, entry.name, screen=screen, node=node, parent=node)
        else:
            self._write_attribute_texts(element, entry, kind, screen, node)

    def _write_attribute_texts(self, element: Element, entry: Property, kind: str, screen: int, node: int) -> None:
        if entry.name in ("children", "textContent", "innerHTML"):
            return
        for index in visible_literals(self.source, entry.start, entry.end, self.openings):
            text = " ".join(self.source.value(index).split())
            role = attribute_role(element.tag, entry.name, kind, text) if text else None
            if role is not None and _WORDY.search(text):
                self.shown.add(index)
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


def _elements(source: ScriptSource) -> list[Element]:
    found = _tagged(source) + _components(source)
    found.sort(key=lambda element: (element.start, -element.end))
    return found


def _tagged(source: ScriptSource) -> list[Element]:
    """Creator calls whose first argument is a string."""
    code, text, found = source.code, source.text, []
    for index, start in enumerate(source.starts):
        if start == 0 or code[start - 1] not in "( \n\t" or source.kinds[index] is LiteralKind.KEY:
            continue
        end = source.ends[index]
        if not 3 <= end - start <= 42:
            continue
        opening = start - 1 if code[start - 1] == "(" else _opening_before(code, start)
        raw = text[start + 1:end - 1]
        if opening >= 0 and (raw in _HTML_TAGS or _CUSTOM_TAG.fullmatch(raw)):
            close = source.closing(opening)
            parts = source.parts(opening, 12) if close >= 0 else []
            if parts and parts[0] == (start, end) and _creates(source, opening, parts):
                found.append(Element(opening, close + 1, start, plain_tag(raw), parts))
    return found


def _opening_before(code: str, start: int) -> int:
    before = code[max(0, start - 40):start]
    stripped = before.rstrip()
    return start - len(before) + len(stripped) - 1 if stripped.endswith("(") else -1


def _creates(source: ScriptSource, opening: int, parts: list[tuple[int, int]]) -> bool:
    """True where the call makes an element: by the callee's name, or, if that is minified, by the second argument."""
    code = source.code
    callee = _callee(code, opening)
    if callee in _CREATORS:
        before = code[max(0, opening - len(callee) - 10):opening - len(callee)]
        return not before.endswith("document.")
    if len(callee) > 2 or len(parts) < 2 or code[max(0, opening - len(callee) - 1)] == ".":
        return False
    second = code[parts[1][0]:parts[1][0] + 6]
    return second.startswith(("{", "[", "null", "void 0")) or (
        second.startswith(('"', "'")) and not source.value(source.literal_at(parts[1][0])).isascii())


def _components(source: ScriptSource) -> list[Element]:
    """Creator calls whose first argument is a component: React (l.Text), or a variable Vue 3 resolved by name."""
    resolved = [(m.start(), m.group(1), source.literal_at(m.start(2))) for m in _RESOLVED.finditer(source.code)]
    for match in _UNNAMED_RESOLVED.finditer(source.code):
        index = source.literal_at(match.start(2))
        if index >= 0 and _CUSTOM_TAG.fullmatch(source.text, source.starts[index] + 1, source.ends[index] - 1):
            resolved.append((match.start(), match.group(1), index))
    found = _resolved_elements(source, resolved)
    taken = {element.start for element in found}
    for match in _COMPONENT.finditer(source.code):
        opening = match.start(1)
        close = source.closing(opening)
        if close >= 0 and opening not in taken:
            tag = match.group(2).rsplit(".", 1)[-1]
            if len(tag) > 2:
                found.append(Element(opening, close + 1, match.start(2), plain_tag(tag), source.parts(opening, 12)))
    return found


def _resolved_elements(source: ScriptSource, resolved: list[tuple[int, str, int]]) -> list[Element]:
    """Calls of the form creator(variable, …) after `variable = resolveComponent("name")`, up to the next resolution of a
    like-named variable; minified code re-uses names, so the latest one before the call counts."""
    by_name: dict[str, list[tuple[int, int]]] = {}
    for offset, name, literal in sorted(resolved):
        if literal >= 0:
            by_name.setdefault(name, []).append((offset, literal))
    if not by_name:
        return []
    found = []
    for match in _VARIABLE_CALL.finditer(source.code):
        places = by_name.get(match.group(2))
        at = bisect_right(places, (match.start(), 0)) - 1 if places else -1
        close = source.closing(match.start(1))
        if places and at >= 0 and close >= 0:
            tag = plain_tag(source.value(places[at][1]))
            found.append(Element(match.start(1), close + 1, match.start(2), tag, source.parts(match.start(1), 12)))
    return found


_VARIABLE_CALL = re.compile(r"(?<=[\w$\])])(\()\s*+([A-Za-z_$][\w$]{0,40}+)\s*+,\s*+(?=[{n\w])")
