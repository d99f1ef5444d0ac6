"""Elements of compiled templates: the creator calls of Vue 2 and 3, uni-app, React and React Native. Knows no fact.

A template that was compiled is a tree of calls: creator("button", {properties}, children). Creators keep their name
(_c, createElement, jsx) or lose it (e, a); then the tag and the arguments tell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from appscan.readers.roles import plain_tag, words
from appscan.readers.script_source import LiteralKind, ScriptSource
from appscan.readers.script_values import CREATORS, callee_of

_HTML_TAGS = words(
    "a abbr address article aside audio b blockquote body br button canvas caption center code dd details div dl dt "
    "em fieldset figure font footer form h1 h2 h3 h4 h5 h6 header hr i iframe img input label legend li main nav ol "
    "optgroup option p pre section select small span strong sub summary sup svg table tbody td template textarea "
    "tfoot th thead title tr u ul video view text image block navigator swiper switch slider picker radio checkbox "
    "progress icon map camera editor cell list refresh loading block")
_ONE_WORD = re.compile(r"[a-z][a-z0-9]{2,30}+")
_VNODE = re.compile(r"\s*+,\s*+(?:\[|\{\s*+"
                    r"(?:staticClass|attrs|on|class|directives|key|ref|props|slot|model|nativeOn)\s*+:)")
_CUSTOM_TAG = re.compile(r"[a-z][a-z0-9]*+(?:-[a-z0-9]++)++")
_COMPONENTS = (re.compile(r"create(?:Element|VNode|Block)(?:[\"']\])?\)?(\()\s*+([A-Za-z_$][\w$.]*+)\s*+[,)]"),
               re.compile(r"jsx(?:s|DEV)?+(?:[\"']\])?\)?(\()\s*+([A-Za-z_$][\w$.]*+)\s*+[,)]"))
_RESOLVED = re.compile(r"resolve(?:Dynamic)?Component(?:[\"']\])?\)?\(\s*+([\"'])")
_ASSIGNED = re.compile(r"(?<![\w$.])([\w$]{1,40}+)\s*+=(?![=>])[^;=\"'{}]{0,100}+$")
_UNNAMED_RESOLVED = re.compile(r"=[\w$]{1,3}\(([\"'])_{3,40}+[\"']\)")
_VARIABLE_CALL = re.compile(r"(?<=[\w$\])])(\()\s*+([A-Za-z_$][\w$]{0,40}+)\s*+,\s*+(?=[{n\w])")


@dataclass(frozen=True, slots=True)
class Element:
    """One creator call: [start, end) of its arguments, the offset of its tag, the spans of its arguments."""

    start: int
    end: int
    node: int
    tag: str
    parts: list[tuple[int, int]]


def find_elements(source: ScriptSource) -> list[Element]:
    """Creator calls of a script in order; an outer one stands before those inside it."""
    found = _tagged(source) + _components(source)
    found.sort(key=lambda element: (element.start, -element.end))
    return found


def _tagged(source: ScriptSource) -> list[Element]:
    """Creator calls whose first argument is a string."""
    code, text, found = source.code, source.text, list[Element]()
    vue_two = "$createElement" in code
    for index, start in enumerate(source.starts):
        if start == 0 or code[start - 1] not in "( \n\t" or source.kinds[index] is LiteralKind.KEY:
            continue
        end = source.ends[index]
        if not 3 <= end - start <= 42:
            continue
        opening = start - 1 if code[start - 1] == "(" else _opening_before(code, start)
        raw = text[start + 1:end - 1]
        if opening >= 0 and (raw in _HTML_TAGS or _CUSTOM_TAG.fullmatch(raw) or (
                vue_two and _ONE_WORD.fullmatch(raw) and _VNODE.match(code, end))):
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
    callee = callee_of(code, opening)
    if callee in CREATORS:
        before = code[max(0, opening - len(callee) - 10):opening - len(callee)]
        return not before.endswith("document.")
    if len(callee) > 2 or len(parts) < 2 or code[max(0, opening - len(callee) - 1)] == ".":
        return False
    second = code[parts[1][0]:parts[1][0] + 6]
    return second.startswith(("{", "[", "null", "void 0")) or (
        second.startswith(('"', "'")) and not source.value(source.literal_at(parts[1][0])).isascii())


def _components(source: ScriptSource) -> list[Element]:
    """Creator calls whose first argument is a component: React (l.Text), or a variable Vue 3 resolved by name."""
    found = _resolved_elements(source, _resolutions(source))
    taken = {element.start for element in found}
    for match in (match for pattern in _COMPONENTS for match in pattern.finditer(source.code)):
        opening = match.start(1)
        close = source.closing(opening)
        if close >= 0 and opening not in taken:
            tag = match.group(2).rsplit(".", 1)[-1]
            if len(tag) > 2:
                found.append(Element(opening, close + 1, match.start(2), plain_tag(tag), source.parts(opening, 12)))
    return found


def _resolutions(source: ScriptSource) -> list[tuple[int, str, int]]:
    """(offset, variable, literal) of each `variable = resolveComponent("name")`, under a minified name too."""
    found = []
    for pattern in (_RESOLVED, _UNNAMED_RESOLVED):
        for match in pattern.finditer(source.code):
            index = source.literal_at(match.start(1))
            named = pattern is _RESOLVED
            if index < 0 or not (named or _CUSTOM_TAG.fullmatch(source.text, source.starts[index] + 1,
                                                                 source.ends[index] - 1)):
                continue
            stop = match.start() + (0 if named else 1)
            before = _ASSIGNED.search(source.code, max(0, stop - 140), stop)
            if before:
                found.append((match.start(), before.group(1), index))
    return found


def _resolved_elements(source: ScriptSource, resolved: list[tuple[int, str, int]]) -> list[Element]:
    """Calls of the form creator(variable, …) after `variable = resolveComponent("name")`, up to the next resolution of
    a like-named variable; minified code re-uses names, so the latest one before the call counts."""
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
