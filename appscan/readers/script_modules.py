"""Which part of a script belongs together: the modules of webpack, Metro, AMD and mini-programs. Knows no fact and no
visible text."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from appscan.readers.script_pages import page_definitions, registered_pages
from appscan.readers.script_source import ScriptSource

LONGEST_GLUE = 3_000
"""A component's own module in webpack only joins its template and its script (vue-loader): it is short."""

_MAP_MEMBER = re.compile(r"""[{,]\s*+(?P<key>(["'])[^"'\n]{1,300}+\2|\d{1,9}+|[0-9a-f]{4,32}+)\s*+"""
                         r"""(?::\s*+(?:function\b\s*+[\w$]*+\s*+)?)?(?:\([\w$,\s]{0,200}+\)|[\w$]{1,30}+(?=\s*+=>))"""
                         r"""\s*+(?:=>\s*+)?(?P<body>\{)""")
_MAP_KEY = re.compile(r"\d{1,9}|(?=[a-f]*\d)[0-9a-f]{4,32}|(?=.*[\d+/])[\w+/]{4}|[^\s:]*[/!][^\s:]*|\.\S*")
_LETTER_HASH = re.compile(r"[a-f]{4}")
_ARRAY = re.compile(r"""(?:webpackJsonp[\w$]*+\(\[[\d,\s"'_]*+\],|\}\)?\s*+\()\s*+(\[)(?=\s*+(?:function|,|\())""")
_SOURCE_NOTE = re.compile(r"!\*\*\* ([^\n*]{1,300}+)\*\*\*!")
_PROJECT_PATH = re.compile(r"(?:pages|components|subpackages?|packages?|src|common|utils|api|node_modules|uni_modules"
                           r"|store|static)/")
_METRO = re.compile(r"__d(\()")
_AMD = re.compile(r"""define(\()\s*+["']""")
_REQUIRED = r"""\(\s*+(?P<key>(?P<quote>["'])[^"'\n]{1,300}+(?P=quote)|\d{1,9}+)\s*+\)"""
_ANY_REQUIRE = re.compile(r"(?<![\w$.])[\w$]{1,30}+" + _REQUIRED)
_PARAMETERS = re.compile(r"\(([\w$,\s]{0,200}+)\)")
_GLUE_END = re.compile(r"=\s*+[\w$]++\.exports[;\s]*+\}?\s*+$")
_SUFFIX = re.compile(r"\.(?:vue|nvue|jsx?|tsx?|mjs)$")
_ID = re.compile(r"\w{1,32}+")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a script and the screen they belong to; of a module its id and, if noted, its path."""

    start: int
    end: int
    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Screens:
    """The screens of a script. spans: in order, without overlap; pages: (path, start, end) of each __definePage call,
    start and end of what is registered."""

    spans: list[Span]
    pages: list[tuple[str, int, int]]


class ScreenIds:
    """Looks up the sid of the screen at an offset; `default` where none is known. whole: characters of the
    script, blanks left out (a page's code stands where it stood in the page)."""

    def __init__(self, screens: Screens, sid_of: Callable[[str], int], default: int, whole: int = 0) -> None:
        self.default = default
        self.whole = whole
        self._ends = [span.end for span in screens.spans]
        self._names = [span.name for span in screens.spans]
        self._sids = [-1] * len(self._names)
        self._sid_of = sid_of
        self._starts = [span.start for span in screens.spans]

    def room(self, offset: int) -> int:
        """Characters of the module or page around `offset`; of the whole script where there is none."""
        at = bisect_right(self._starts, offset) - 1
        return self.whole if at < 0 or offset >= self._ends[at] else self._ends[at] - self._starts[at]

    def at(self, offset: int) -> int:
        """Sid of the screen at `offset`."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset >= self._ends[at]:
            return self.default
        if self._sids[at] < 0:
            self._sids[at] = self._sid_of(self._names[at])
        return self._sids[at]


def find_screens(source: ScriptSource, file: str) -> Screens:
    """Modules and registered pages of a script. Module paths are cleaned to page paths (./src/pages/a.vue?x → pages/a);
    bare module ids are made unique with the file's name (assets/app.js#12)."""
    members = _outermost(_map_members(source) + _array_members(source))
    starts = [member.start for member in members]
    modules = _outermost(members + [call for call in _calls(source) if not _is_collection(call, starts)])
    pages = registered_pages(source)
    names = _joined_names(source, modules, pages)
    noted = {module.name: module.path for module in modules if module.path}
    for module in modules:
        name = names.get(module.name, module.name)
        names[module.name] = noted.get(name, name)
    spans = [Span(m.start, m.end, names[m.name]) for m in modules]
    spans = [Span(s.start, s.end, clean_module_name(s.name, file)) for s in spans]
    if not modules:
        spans = _outermost([Span(start, end, path) for path, start, end in page_definitions(source, pages)])
    return Screens(spans, pages)


def clean_module_name(name: str, file: str) -> str:
    """Screen name of a module: the source path without loaders, query, leading ./ or src/ and suffix; else file#id.

    Ids that are hashes of paths mean the same in all scripts of a folder, as in uni-app's service and view: folder#id.
    """
    path = name.rsplit("!", 1)[-1].split("?", 1)[0]
    if "/" not in path or path.startswith("+") or len(path) <= 4:
        return f"{file}#{path}" if path.isdigit() else f"{posixpath.dirname(file)}#{path}"
    while path.startswith(("./", "../", "src/", "/")):
        path = path.split("/", 1)[1]
    return _SUFFIX.sub("", path) or f"{file}#{name}"


def _is_collection(call: Span, members: list[int]) -> bool:
    """True for common/vendor and its like in mini-programs: what modules of many pages share a file, and no more."""
    return call.name.startswith("common/") and bisect_right(members, call.start) < bisect_right(members, call.end)


def _outermost(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _map_members(source: ScriptSource) -> list[Span]:
    """Members of the map that webpack keeps its modules in, told by their keys: paths, numbers, hashes. A hash of
    letters alone looks like a word and counts only beside others."""
    found, reached = list[Span](), 0
    doubtful: list[Span] = []
    for match in _MAP_MEMBER.finditer(source.code):
        if match.start() < reached:
            continue
        start = match.start("key")
        key = _key_text(source, start)
        end = source.closing(match.start("body"))
        if end >= 0 and _MAP_KEY.fullmatch(key):
            found.append(Span(start, end + 1, key))
            reached = end
        elif end >= 0 and _LETTER_HASH.fullmatch(key):
            doubtful.append(Span(start, end + 1, key))
    return found + doubtful if found else []


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
        before = match.end()
        for index, (start, end) in enumerate(source.parts(match.start(1), most=20_000)):
            if source.code.startswith(("function", "("), start):
                note = _SOURCE_NOTE.search(source.text, before, start) if start - before < 2_000 else None
                found.append(Span(start, end, str(index), _project_path(note.group(1).strip()) if note else ""))
            before = end
    return found


def _project_path(path: str) -> str:
    """A path of the building machine, from the project's own folders on."""
    match = _PROJECT_PATH.search(path)
    return path[match.start():] if match else "/".join(path.split("/")[-2:])


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


def _joined_names(source: ScriptSource, modules: list[Span], pages: list[tuple[str, int, int]]) -> dict[str, str]:
    """New names of modules: a page's module takes the page's path; what only a component's module imports, its name."""
    known = {module.name for module in modules}
    imports = {module.name: [key for key in _imports(source, module) if key in known] for module in modules}
    importers: dict[str, set[str]] = {}
    for importer, keys in imports.items():
        for key in keys:
            importers.setdefault(key, set()).add(importer)
    names: dict[str, str] = {}
    for path, start, end in pages:
        for key in _required(source, start, end, _ANY_REQUIRE):
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


def _imports(source: ScriptSource, module: Span) -> list[str]:
    """Ids of the modules that a module of webpack requires, through the third parameter of its function."""
    head = _PARAMETERS.search(source.code, module.start, module.start + 400)
    parameters = [name.strip() for name in head.group(1).split(",")] if head else []
    if len(parameters) < 3 or not parameters[2]:
        return []
    pattern = re.compile(rf"(?<![\w$.]){re.escape(parameters[2])}" + _REQUIRED)
    return _required(source, module.start, module.end, pattern)


def _required(source: ScriptSource, start: int, end: int, pattern: re.Pattern[str]) -> list[str]:
    return [_key_text(source, match.start("key")) for match in pattern.finditer(source.code, start, end)]


def _is_glue(source: ScriptSource, module: Span) -> bool:
    return (module.end - module.start < LONGEST_GLUE
            and _GLUE_END.search(source.code, max(module.start, module.end - 80), module.end) is not None)
