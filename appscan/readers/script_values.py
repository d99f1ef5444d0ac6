"""Values in a script: properties of object literals, literal values, and the strings of an expression that a person
gets to see. Knows no framework but the names under which frameworks show text."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from appscan.readers.roles import words
from appscan.readers.script_source import ScriptSource

DEEPEST_VALUE = 6

CREATORS = words(
    "_c h _h createElement $createElement createElementVNode createElementBlock createVNode createBlock "
    "_createElementVNode _createElementBlock _createVNode _createBlock jsx jsxs jsxDEV _jsx _jsxs "
    "createElementWithValidation cloneVNode createBaseVNode _createBaseVNode")
_SHOWERS = words(
    "_v _s createTextVNode toDisplayString _createTextVNode _toDisplayString String createText createTextNode $t "
    "concat withCtx _withCtx")
_CALLEE = re.compile(r"(?:([\w$]{1,60})|\[[\"']([\w$]{1,60})[\"']\])\)*\s*$")
_STEP = re.compile(r"[\"'()\[\]{},]")
_OPERATORS = "(,[?:+&|{"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object literal: its name and the span of its value."""

    name: str
    start: int
    end: int


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


def callee_of(code: str, opening: int) -> str:
    """Last name of what is called by the parenthesis at `opening`; empty where that has no name."""
    match = _CALLEE.search(code, max(0, opening - 66), opening)
    return (match.group(1) or match.group(2)) if match else ""


def _is_unnamed(code: str, opening: int) -> bool:
    callee = callee_of(code, opening)
    return 0 < len(callee) <= 2 and callee not in _SHOWERS


def _shows(code: str, opening: int) -> bool:
    if code[opening] == "[":
        return True
    callee = callee_of(code, opening)
    return callee in _SHOWERS or (len(callee) <= 2 and callee not in CREATORS and callee not in ("if", "in"))
