"""Pages of mini-programs and of early uni-app, whose templates are compiled by Tencent's wcc: $gwx. Knows no check.

The compiler puts all constants of a page in a pool (`Z([3,'text'])`, counted from 0, `Z(z[2])` repeats one) and builds
the tree with calls that name them by number: `_n('view')`, `_mz(z,'view',['bindtap',48,'class',1],…)`,
`_rz(z,a,'class',2,…)`, `_oz(z,39,…)` for a text, `_(parent,child)`. Later numbers of one `_mz` count from its first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.roles import FACT_ATTRIBUTES, PLAIN_TAGS, UPLOADERS, attribute_role, is_click, text_role
from appscan.readers.script_source import ScriptSource
from appscan.readers.script_values import literal_value, object_properties

MOST_AROUND = 3

_POOL = re.compile(r"function\s++(gz\$gwx[\w$]{0,40}+)\(\)\s*+(\{)")
_ENTRY = re.compile(r"Z(\()")
_REPEAT = re.compile(r"z\[(\d{1,6}+)\]")
_PAGE = re.compile(r"var\s++(m\d{1,6}+)\s*+=\s*+function\([\w$,\s]{0,80}+\)\s*+(\{)"
                   r"\s*+var\s++z\s*+=\s*+(gz\$gwx[\w$]{0,40}+)\(")
_PATHS = re.compile(r"var\s++x\s*+=\s*+(\[)")
_PLACE = re.compile(r"e_\[x\[(\d{1,6}+)\]\]\s*+=\s*+\{\s*+f\s*+:\s*+(m\d{1,6}+)")
_STEP = re.compile(r"(?:var\s++)?([\w$]{1,12}+)=_(?:n\((?=[\"'])|mz\(z,(?=[\"'])|oz\(z,(\d{1,6}+))"
                   r"|_rz\(z,([\w$]{1,12}+),(?=[\"'])|_\(([\w$]{1,12}+),([\w$]{1,12}+)\)")
_PAIR_NUMBER = re.compile(r"\s*+,\s*+(-?\d{1,6}+)")
_SETTINGS = re.compile(r"__wxAppCode__\[\s*+(?=[\"'])")
_NAME = re.compile(r"[A-Za-z_$][\w$]{2,}+")
_EVENT_WORDS = frozenset({"tap", "^tap", "click", "^click", "$event", "longpress"})


@dataclass(slots=True)
class Element:
    """A node of a page: where it is made, its tag ("" for a text), constants by attribute name, its parent's name."""

    node: int
    tag: str
    constants: dict[str, int] = field(default_factory=dict)
    parent: str = ""


def is_compiled_wxml(source: ScriptSource) -> bool:
    """True for scripts that wcc made."""
    return "gz$gwx" in source.code


def read_compiled_wxml(source: ScriptSource, facts: FileFacts, base: int) -> set[int]:
    """Gather NODE, TEXT, ATTRIBUTE facts of the pages and their titles; returns the literals that became TEXT."""
    pools = {match.group(1): _pool(source, match.start(2)) for match in _outermost(source, _POOL)}
    screens = _page_names(source)
    shown = _titles(source, facts, base)
    for match in _outermost(source, _PAGE):
        pool = pools.get(match.group(3), [])
        screen = screens.get(match.group(1), "")
        elements = _elements(source, match.start(2), source.closing(match.start(2)))
        writer = _PageWriter(source, pool, elements, facts, facts.screen(screen) if screen else -1, base)
        shown |= writer.run()
    return shown


def _outermost(source: ScriptSource, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches whose brace (group 2) closes, those inside another one left out: the compiler nests none."""
    reached = 0
    for match in pattern.finditer(source.code):
        end = source.closing(match.start(2))
        if match.start() >= reached and end >= 0:
            reached = end
            yield match


def _pool(source: ScriptSource, opening: int) -> list[tuple[int, int]]:
    """Spans of the constants; a repeated one is the span of the first."""
    entries: list[tuple[int, int]] = []
    for match in _ENTRY.finditer(source.code, opening, source.closing(opening)):
        start, end = match.end(), source.closing(match.start(1))
        if end < 0 or source.code.startswith("ops)", start):
            continue
        repeat = _REPEAT.fullmatch(source.code, start, end)
        at = int(repeat.group(1)) if repeat else -1
        entries.append(entries[at] if 0 <= at < len(entries) else (start, end))
    return entries


def _page_names(source: ScriptSource) -> dict[str, str]:
    """Path of the page that each function builds."""
    paths: list[str] = []
    match = _PATHS.search(source.code)
    if match:
        paths = [source.value(at) if (at := source.literal_at(start)) >= 0 else ""
                 for start, _ in source.parts(match.start(1), 20_000)]
    return {place.group(2): paths[int(place.group(1))].removeprefix("./").removesuffix(".wxml")
            for place in _PLACE.finditer(source.code) if int(place.group(1)) < len(paths)}


def _titles(source: ScriptSource, facts: FileFacts, base: int) -> set[int]:
    """Routes and titles of __wxAppCode__['pages/a/a.json']={…}."""
    shown = set()
    for match in _SETTINGS.finditer(source.code):
        at = source.literal_at(match.end())
        path = source.value(at) if at >= 0 else ""
        brace = source.code.find("{", source.ends[at], source.ends[at] + 8) if path.endswith(".json") else -1
        entries = object_properties(source, brace) if brace >= 0 else []
        if path == "app.json" or any(entry.name == "component" for entry in entries):
            continue
        route = path.removesuffix(".json")
        screen = facts.screen(route)
        if brace >= 0:
            facts.add_once(Fact.ATTRIBUTE, route, "route", screen=screen, node=base + match.start())
        for entry in entries:
            title = literal_value(source, entry.start, entry.end) if entry.name == "navigationBarTitleText" else None
            if title:
                shown.add(source.literal_at(entry.start))
                facts.add_once(Fact.TEXT, shorten(title), Role.TITLE, screen=screen, node=base + entry.start)
    return shown


def _elements(source: ScriptSource, start: int, end: int) -> dict[str, Element]:
    """Elements of one page by the variable that holds them; a text has tag "" and its constant under "text"."""
    found: dict[str, Element] = {}
    for match in _STEP.finditer(source.code, start, end):
        name, constant, receiver, parent, child = match.groups()
        if parent:
            if child in found and not found[child].parent:
                found[child].parent = parent
        elif receiver:
            number = _PAIR_NUMBER.match(source.code, _end_of_literal(source, match.end()))
            if receiver in found and number:
                found[receiver].constants[_literal(source, match.end())] = int(number.group(1))
        elif constant:
            found[name] = Element(match.start(), "", {"text": int(constant)})
        else:
            found[name] = Element(match.start(), _literal(source, match.end()))
            _add_pairs(source, match.end(), found[name])
    return found


def _add_pairs(source: ScriptSource, tag_start: int, element: Element) -> None:
    """Attributes of _mz: [name, number, …]; -1 stands for an attribute without a value."""
    opening = _end_of_literal(source, tag_start) + 1
    if source.code[opening - 1:opening + 1] != ",[":
        return
    parts = source.parts(opening, 200)
    first = 0
    for (name_start, _), (start, stop) in zip(parts[::2], parts[1::2], strict=False):
        raw = source.code[start:stop]
        if not raw.lstrip("-").isdigit() or len(raw) > 6:
            continue
        number = first + int(raw)
        if number >= 0:
            element.constants[_literal(source, name_start)] = number
            first = first or number


def _literal(source: ScriptSource, start: int) -> str:
    at = source.literal_at(start)
    return source.value(at) if at >= 0 else ""


def _end_of_literal(source: ScriptSource, start: int) -> int:
    at = source.literal_at(start)
    return source.ends[at] if at >= 0 else start


class _PageWriter:
    """Writes the facts of one page."""

    def __init__(self, source: ScriptSource, pool: list[tuple[int, int]], elements: dict[str, Element],
                 facts: FileFacts, screen: int, base: int) -> None:
        self.source = source
        self.pool = pool
        self.elements = elements
        self.facts = facts
        self.screen = screen
        self.base = base
        self.shown: set[int] = set()

    def run(self) -> set[int]:
        for element in self.elements.values():
            if not element.tag:
                tag, clickable = self._around(element)
                self._texts(element, element.constants["text"], partial(text_role, tag, clickable))
                continue
            clickable = _is_clickable(element)
            if element.tag not in PLAIN_TAGS or clickable:
                outer = self.elements.get(element.parent)
                self.facts.add(Fact.NODE, element.tag, screen=self.screen, node=self.base + element.node,
                               parent=self.base + outer.node if outer else -1)
            if element.tag in UPLOADERS:
                node = self.base + element.node
                self.facts.add(Fact.ATTRIBUTE, element.tag, "uploader", screen=self.screen, node=node, parent=node)
            for name, constant in element.constants.items():
                self._attribute(element, name, constant, clickable)
        return self.shown

    def _around(self, text: Element) -> tuple[str, bool]:
        """Tag of the element that holds a text, and whether it or one close around it answers taps."""
        outer = self.elements.get(text.parent)
        tag = outer.tag if outer else ""
        for _ in range(MOST_AROUND):
            if outer is None:
                break
            if outer.tag == "button":
                return "button", True
            if _is_clickable(outer):
                return tag, True
            outer = self.elements.get(outer.parent)
        return tag, False

    def _attribute(self, element: Element, name: str, constant: int, clickable: bool) -> None:
        node = self.base + element.node
        if name == "data-event-opts" or is_click(name):
            for value, _ in self._constants(constant):
                if _NAME.fullmatch(value) and value not in _EVENT_WORDS and value != "__e" and clickable:
                    self.facts.add(Fact.ATTRIBUTE, value, "onclick", screen=self.screen, node=node, parent=node)
                    return
        elif name.lower() in FACT_ATTRIBUTES:
            for value, _ in self._constants(constant)[:1]:
                self.facts.add(Fact.ATTRIBUTE, value[:200], name, screen=self.screen, node=node, parent=node)
        else:
            self._texts(element, constant, lambda text: attribute_role(element.tag, name, "", text, clickable))

    def _texts(self, element: Element, constant: int, role_of: Callable[[str], Role | None]) -> None:
        for value, index in self._constants(constant):
            text = " ".join(value.split())
            role = role_of(text) if any(char.isalpha() for char in text) else None
            if role is not None:
                outer = self.elements.get(element.parent) if not element.tag else element
                self.shown.add(index)
                self.facts.add(Fact.TEXT, shorten(text), role, screen=self.screen, node=self.base + element.node,
                               parent=self.base + outer.node if outer else -1)

    def _constants(self, number: int) -> list[tuple[str, int]]:
        """(text, literal) of a constant: itself, or the fixed parts of an expression, without names of variables."""
        if not 0 <= number < len(self.pool):
            return []
        start, end = self.pool[number]
        found = []
        for index in range(bisect_left(self.source.starts, start), bisect_left(self.source.starts, end)):
            before = self.source.code[max(start, self.source.starts[index] - 5):self.source.starts[index]]
            value = self.source.value(index)
            if before.endswith("[1,") or (before.endswith("[3,") and (
                    self.source.starts[index] == start + 3 or before.startswith("a,") or not value.isascii())):
                found.append((value, index))
        return found


def _is_clickable(element: Element) -> bool:
    return any(is_click(name) for name in element.constants)
