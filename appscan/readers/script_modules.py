"""Which part of a script belongs together: the modules of webpack, Metro, AMD and mini-programs, and the pages that uni-app
registers. Knows no fact and no visible text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from appscan.readers.script_source import ScriptSource

LONGEST_GLUE = 3_000
"""A component's own module in webpack only joins its template and its script (vue-loader): it is short."""

_MAP_MEMBER = re.compile(r"""[{,]\s*+(?P<key>(["'])[^"'\n]{1,300}+\2|\d{1,9}+|[0-9a-f]{4,32}+)\s*+"""
                         r"""(?::\s*+(?:function\b\s*+[\w$]*+\s*+)?)?(?:\([\w$,\s]{0,200}+\)|[\w$]{1,30}+(?=\s*+=>))"""
                         r"""\s*+(?:=>\s*+)?(?P<body>\{)""")
_MAP_KEY = re.compile(r"\d{1,9}|(?=[a-f]*\d)[0-9a-f]{4,32}|(?=.*[\d+/])[\w+/]{4}|[^\s:]*[/!][^\s:]*|\.\S*")
_ARRAY = re.compile(r"""(?:webpackJsonp[\w$]*+\(\[[\d,\s"'_]*+\],|\}\)?\()\s*+(\[)(?=\s*+(?:function|,|\())""")
_METRO = re.compile(r"__d(\()")
_AMD = re.compile(r"""define(\()\s*+["']""")
_PAGE = re.compile(r"""__definePage(\()\s*+["']""")
_REQUIRE = re.compile(r"""(?<![\w$.])[\w$]{1,30}+\((?:(["'])[^"'\n]{1,300}+\1|\d{1,9}+)\)""")
_GLUE_END = re.compile(r"=\s*+[\w$]++\.exports[;\s]*+\}?\s*+$")
_SUFFIX = re.compile(r"\.(?:vue|nvue|jsx?|tsx?|mjs)$")
_NAME = re.compile(r"[A-Za-z_$][\w$]*+")
_ID = re.compile(r"\w{1,32}+")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a script and the screen they belong to."""

    start: int
    end: int
    name: str


class Screens:
    """Looks up the screen of an offset; spans do not overlap. `pages`: (path, start, end) of each __definePage call,
    start and end of what is registered."""

    def __init__(self, spans: list[Span], pages: list[tuple[str, int, int]]) -> None:
        self.spans = spans
        self.pages = pages
        self._starts = [span.start for span in spans]

    def name_at(self, offset: int) -> str:
        """Screen at `offset`; empty where none is known."""
        at = bisect_right(self._starts, offset) - 1
        return self.spans[at].name if at >= 0 and offset < self.spans[at].end else ""


def find_screens(source: ScriptSource, file: str) -> Screens:
    """Modules and registered pages of a script. Module paths are cleaned to page paths (./src/pages/a.vue?vue → pages/a);
    bare module ids are made unique with the file's name (assets/app.js#3b7f)."""
    modules = _outermost(_map_members(source) + _array_members(source) + _calls(source))
    pages = registered_pages(source)
    names = _joined_names(source, modules, pages)
    spans = [Span(m.start, m.end, names.get(m.name, m.name)) for m in modules]
    spans = [Span(s.start, s.end, clean_module_name(s.name, file)) for s in spans]
    if not modules:
        spans = _outermost(_defined_pages(source, pages))
    return Screens(spans, pages)


def clean_module_name(name: str, file: str) -> str:
    """Screen name of a module: the source path without loaders, query, leading ./ or src/ and suffix; else file#id."""
    path = name.rsplit("!", 1)[-1].split("?", 1)[0]
    if "/" not in path or path.startswith("+") or len(path) <= 4:
        return f"{file}#{path}"
    while path.startswith(("./", "../", "src/", "/")):
        path = path.split("/", 1)[1]
    return _SUFFIX.sub("", path) or f"{file}#{name}"


def _outermost(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _map_members(source: ScriptSource) -> list[Span]:
    found, reached = [], 0
    for match in _MAP_MEMBER.finditer(source.code):
        if match.start() < reached:
            continue
        start = match.start("key")
        key = _key_text(source, start)
        end = source.closing(match.start("body"))
        if end >= 0 and _MAP_KEY.fullmatch(key):
            found.append(Span(start, end + 1, key))
            reached = end
    return found


def _key_text(source: ScriptSource, start: int) -> str:
    """The key or argument that starts at `start`: a literal or a number."""
    at = source.literal_at(start)
    if at >= 0:
        return source.value(at)
    match = _ID.match(source.code, start)
    return match.group() if match else ""


def _array_members(source: ScriptSource) -> list[Span]:
    found = []
    for match in _ARRAY.finditer(source.code):
        for index, (start, end) in enumerate(source.parts(match.start(1), most=20_000)):
            if source.code.startswith(("function", "("), start):
                found.append(Span(start, end, str(index)))
    return found


def _calls(source: ScriptSource) -> list[Span]:
    """__d(function…, id, […]) of Metro and define("path", function…) of mini-programs and AMD."""
    found = []
    for pattern, position in ((_METRO, 1), (_AMD, 0)):
        for match in pattern.finditer(source.code):
            if source.code[max(0, match.start() - 1):match.start()].replace(".", "_").isidentifier():
                continue
            parts = source.parts(match.start(1), most=3)
            if len(parts) > position and (key := _key_text(source, parts[position][0])):
                found.append(Span(match.start(), source.closing(match.start(1)) + 1, key))
    return found


def registered_pages(source: ScriptSource) -> list[tuple[str, int, int]]:
    """(path, start, end) of each __definePage call; start and end enclose what is registered."""
    pages = []
    for match in _PAGE.finditer(source.code):
        parts = source.parts(match.start(1), most=2)
        if len(parts) == 2 and (path := _key_text(source, parts[0][0])):
            pages.append((path, *parts[1]))
    return pages


def _joined_names(source: ScriptSource, modules: list[Span], pages: list[tuple[str, int, int]]) -> dict[str, str]:
    """New names of modules: a page's module takes the page's path; what only a component's module imports, its name."""
    known = {module.name for module in modules}
    imports = {module.name: [key for key in _required(source, module.start, module.end) if key in known]
               for module in modules}
    importers: dict[str, set[str]] = {}
    for importer, keys in imports.items():
        for key in keys:
            importers.setdefault(key, set()).add(importer)
    names: dict[str, str] = {}
    for path, start, end in pages:
        for key in _required(source, start, end):
            if key in known:
                names[key] = path
    sizes = {module.name: module.end - module.start for module in modules}
    waiting = [m.name for m in modules if m.name in names or _is_glue(source, m)]
    while waiting:
        importer = waiting.pop()
        for key in imports[importer]:
            if key not in names and key != importer and len(importers[key]) == 1:
                names[key] = names.get(importer, importer)
                if sizes[key] < LONGEST_GLUE:
                    waiting.append(key)
    return names


def _required(source: ScriptSource, start: int, end: int) -> list[str]:
    return [_key_text(source, source.code.index("(", match.start()) + 1)
            for match in _REQUIRE.finditer(source.code, start, end)]


def _is_glue(source: ScriptSource, module: Span) -> bool:
    return (module.end - module.start < LONGEST_GLUE
            and _GLUE_END.search(source.code, max(module.start, module.end - 80), module.end) is not None)


def _defined_pages(source: ScriptSource, pages: list[tuple[str, int, int]]) -> list[Span]:
    """Pages of uni-app on Vue 3: __definePage("path", Page) names a variable; its value and what that is made of."""
    if not pages:
        return []
    definitions = _definitions(source)
    found = []
    for path, start, end in pages:
        names, seen = [source.code[start:end]], set[str]()
        while names and len(seen) < 8:
            name = names.pop(0)
            if name in seen or name not in definitions:
                continue
            seen.add(name)
            span = definitions[name]
            found.append(Span(*span, path))
            if span[1] - span[0] < LONGEST_GLUE:
                names += _NAME.findall(source.code, *span)
    return found


_DEFINITION = re.compile(r"(?:(?<![\w$.])(?:const|let|var)\s++|,\s*+)([A-Za-z_$][\w$]*+)\s*+=(?![=>])"
                         r"|(?<![\w$.])function\s++([A-Za-z_$][\w$]*+)\s*+\(")
_VALUE_STEP = re.compile(r"[,;()\[\]{}]")


def _definitions(source: ScriptSource) -> dict[str, tuple[int, int]]:
    """Spans of the values of variables and functions, as far as they begin an expression at any depth; first one wins."""
    found: dict[str, tuple[int, int]] = {}
    reached = 0
    for match in _DEFINITION.finditer(source.code):
        name = match.group(1) or match.group(2)
        if name in found or match.start() < reached:
            continue
        end = _value_end(source, match.end() - (1 if match.group(2) else 0), bool(match.group(2)))
        if end - match.end() > 40:
            found[name] = (match.start(), end)
            reached = end
    return found


def _value_end(source: ScriptSource, at: int, is_function: bool) -> int:
    """End of the expression, or of the function's body, that starts at `at`."""
    while (match := _VALUE_STEP.search(source.code, at)) is not None:
        char = match.group()
        if char not in "([{":
            return match.start()
        close = source.closing(match.start())
        if close < 0:
            return match.start()
        at = close + 1
        if is_function and char == "{":
            return at
    return len(source.code)
