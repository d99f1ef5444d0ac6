"""Pages that a script of uni-app registers, and on Vue 3 the definitions they are made of. Knows no module system."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter

from appscan.readers.script_source import ScriptSource

SHORT_VALUE = 400
"""A value this short only joins others: all names in it are followed."""
MOST_NAMES = 12

_PAGE = re.compile(r"""__definePage(\()\s*+["']""")
_NAME = re.compile(r"(?<![\w$.\"'])[A-Za-z_$][\w$]*+")
_FIRST_CALL = re.compile(r"=\s*+[\w$.]{1,60}+(\()")
_TOP = re.compile(r"[(\[{]|(?:(?<![\w$.])(?:const|let|var)\s++|,\s*+)([A-Za-z_$][\w$]*+)\s*+=(?![=>])"
                  r"|(?<![\w$.])function\s++([A-Za-z_$][\w$]*+)\s*+(?=\()")
_VALUE_STEP = re.compile(r"[,;()\[\]{}]")


def registered_pages(source: ScriptSource) -> list[tuple[str, int, int]]:
    """(path, start, end) of each __definePage call; start and end enclose what is registered."""
    pages = []
    for match in _PAGE.finditer(source.code):
        parts = source.parts(match.start(1), most=2)
        at = source.literal_at(parts[0][0]) if len(parts) == 2 else -1
        if at >= 0 and (path := source.value(at)):
            pages.append((path, *parts[1]))
    return pages


def page_definitions(source: ScriptSource, pages: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """(path, start, end) of the definitions that only one page is made of: __definePage("path", Page) names a variable;
    its value names the component's options and its render function."""
    if not pages:
        return []
    definitions = _definitions(source, pages[0][1])
    reached = {path: _reached(source, source.code[start:end], definitions) for path, start, end in pages}
    uses = Counter(name for names in reached.values() for name in names)
    return [(path, *definitions[name]) for path, names in reached.items() for name in names if uses[name] == 1]


def _reached(source: ScriptSource, first: str, definitions: dict[str, tuple[int, int]]) -> list[str]:
    waiting, found = [first], list[str]()
    while waiting and len(found) < MOST_NAMES:
        name = waiting.pop(0)
        if name in found or name not in definitions:
            continue
        found.append(name)
        start, end = definitions[name]
        if end - start <= SHORT_VALUE:
            waiting += _NAME.findall(source.code, start, end)
        elif (call := _FIRST_CALL.search(source.code, start, start + 120)) is not None:
            waiting += [source.code[slice(*part)] for part in source.parts(call.start(1), 1)]
    return found


def _definitions(source: ScriptSource, beside: int) -> dict[str, tuple[int, int]]:
    """Spans of variables and functions defined directly in the block around `beside`."""
    at, end = _block_around(source, beside)
    found: dict[str, tuple[int, int]] = {}
    while (match := _TOP.search(source.code, at, end)) is not None:
        name = match.group(1) or match.group(2)
        if not name:
            at = max(match.end(), source.closing(match.start()) + 1)
            continue
        at = _value_end(source, match.end(), bool(match.group(2)))
        found.setdefault(name, (match.start(), at))
    return found


def _block_around(source: ScriptSource, offset: int) -> tuple[int, int]:
    """The innermost bracket but parentheses around `offset`; the whole script where there is none."""
    at = bisect_left(source.opens, offset) - 1
    while at >= 0 and (source.closes[at] <= offset or source.code[source.opens[at]] != "{"):
        at -= 1
    return (source.opens[at] + 1, source.closes[at]) if at >= 0 else (0, len(source.code))


def _value_end(source: ScriptSource, at: int, is_function: bool) -> int:
    """End of the expression, or of the function's body, that starts at `at`."""
    while (match := _VALUE_STEP.search(source.code, at)) is not None:
        char = match.group()
        if char not in "([{":
            return match.start()
        close = source.closing(match.start())
        if close < 0:
            return match.start() + 1
        at = close + 1
        if is_function and char == "{":
            return at
    return len(source.code)
