"""A script → facts: literals, keys, calls, intervals, telling properties, routes, dialogs, and by `rendering` what it
shows. Knows no check and no origin; reads ECMAScript as text and never runs it."""

from __future__ import annotations

import re

from appscan.model.reading import Fact, Role
from appscan.readers.compiled_wxml import is_compiled_wxml, read_compiled_wxml
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.margins import note_lists
from appscan.readers.rendering import read_rendering
from appscan.readers.roles import words
from appscan.readers.script_calls import (
    HANDING,
    call_chain,
    definitions,
    find_calls,
    handed_function,
    indirect_calls,
    milliseconds,
    shows_the_time,
    sorts_by_measure,
)
from appscan.readers.script_joined import Sentence, find_sentences, text_of
from appscan.readers.script_literals import FRAME_KEYS, HEX_ID, LETTER, FragmentReader, LiteralReader, NestedReader
from appscan.readers.script_modules import ScreenIds, Screens, find_screens
from appscan.readers.script_names import lone_names, member_names
from appscan.readers.script_source import LiteralKind, ScriptSource, take_apart
from appscan.readers.script_values import Property, literal_value, object_properties, visible_literals

LEAST_TIMEOUT = 1_000
"""Shorter single delays, in milliseconds, serve drawing and are not kept."""
MOST_NAMES = 40_000
"""Names of members of one script; the rest are not kept. Nothing rests on the absence of a name."""
DEEPEST_NESTED = 3
"""JSON in strings of JSON in strings of a script."""
SMALL_SCRIPT = 1 << 16
"""A script without modules of its own up to this many characters is one module: its file is its screen."""

_KEY = re.compile(r"[{,]\s*+([A-Za-z_$][\w$]{2,}+)\s*+:")
_FIELD_NAME = re.compile(r"[A-Za-z_][\w-]{1,39}")
_VALUE = re.compile(r"""\s*+(!0|!1|true\b|false\b|["'\[]|\d[\d.eE*]*+)""")
_FACT_KEYS = words(
    "sourceType accept capture required maskClosable showCancel showClose isRequired cancelable closeOnClickModal "
    "closeOnClickOverlay closeOnPressEscape mask-closable show-close show-cancel close-on-click-modal "
    "close-on-click-overlay close-on-press-escape interval mandatory forceUpdate dataIndex prop field")
_TITLE_KEYS = frozenset({"navigationBarTitleText", "titleText"})
_PATH_KEYS = frozenset({"path", "pagePath"})
_NOTED_KEYS = _FACT_KEYS | _TITLE_KEYS | _PATH_KEYS
_ROUTE_KEYS = words("component components meta window style children redirect loader element")
_DIALOGS = words(
    "showModal showToast showLoading showActionSheet alert confirm prompt toast Toast $toast $message $alert "
    "$confirm $dialog Message MessageBox Dialog Modal Notify $notify showDialog showConfirmDialog showFailToast "
    "showSuccessToast setNavigationBarTitle setTitle confirmDialog actionSheet")
_MESSENGERS = ("message", "toast", "notify", "notification", "layer", "messagebox", "dialog")
_TONES = words("msg warning success error info fail")
_DIALOG_ROLES = {"title": Role.TITLE, "content": Role.LABEL, "message": Role.LABEL, "msg": Role.LABEL,
                 "confirmText": Role.BUTTON, "cancelText": Role.BUTTON, "confirmButtonText": Role.BUTTON,
                 "cancelButtonText": Role.BUTTON, "okText": Role.BUTTON, "buttons": Role.BUTTON,
                 "itemList": Role.OPTION, "text": Role.LABEL}


def read_script(text: str, facts: FileFacts, *, screen: int = -1, base: int = 0,
                fragments: FragmentReader | None = None, depth: int = 0) -> None:
    """Gather the facts of one script in `facts`.

    screen: sid for what no module of the script claims; without it, a small script's own file. base: added to every
    offset. fragments: reads strings that hold markup. depth: 1 for a script that stands in a string.
    """
    source = take_apart(text)
    screens = find_screens(source, facts.file)
    if screen < 0 and not screens.spans and len(text) <= SMALL_SCRIPT:
        screen = facts.screen(facts.file)
    ids = ScreenIds(screens, facts.screen, screen, len(text) - text.count(" "))
    sentences = find_sentences(source)
    reader = _ScriptReader(source, screens, ids, facts, base, depth, sentences)
    reader.shown |= read_rendering(source, ids, facts, base, sentences)
    if is_compiled_wxml(source):
        reader.shown |= read_compiled_wxml(source, facts, base)
    reader.dialogs_and_calls()
    reader.noted(reader.keys())
    reader.members()
    reader.literals(fragments)
    note_lists(source, facts, base, screen)


def read_json(text: str, facts: FileFacts, *, tables: bool = True) -> None:
    """Gather keys and strings of a JSON text, well-formed or not. tables: note routes and telling properties too."""
    screens = Screens([], [])
    ids = ScreenIds(screens, facts.screen, facts.screen(facts.file))
    reader = _ScriptReader(take_apart(text), screens, ids, facts, 0, 1)
    places = reader.keys()
    if tables:
        reader.noted(places)
    reader.literals(None)
    note_lists(reader.source, facts, 0, -1)


def read_calls(code: str, facts: FileFacts, *, screen: int, node: int) -> None:
    """Gather only the calls of a short piece of script, such as an onclick attribute, all at `node`."""
    source = take_apart(code)
    for start, end in find_calls(source.code):
        chain = call_chain(source.code[start:end])
        if chain:
            facts.add_once(Fact.CALL, chain, screen=screen, node=node, parent=node)


class _ScriptReader:
    """One script and where its facts go."""

    def __init__(self, source: ScriptSource, screens: Screens, ids: ScreenIds, facts: FileFacts, base: int,
                 depth: int, sentences: dict[int, Sentence] | None = None) -> None:
        self.depth = depth
        self.shown: set[int] = set()
        self.told: set[int] = set()
        self.source = source
        self.screens = screens
        self.facts = facts
        self.screen = ids.at
        self.room = ids.room
        self.base = base
        self.sentences = sentences or {}
        self.known: set[tuple[int, str]] = set()
        self._names = 0

    def dialogs_and_calls(self) -> None:
        """CALL rows, and TEXT rows of what dialogs and toasts say."""
        code, chains = self.source.code, dict[str, str]()
        for start, opening in find_calls(code):
            written = code[start:opening]
            chain = chains.get(written)
            if chain is None:
                chain = chains[written] = call_chain(written)
            if written.endswith(HANDING) and (handed := call_chain(handed_function(code, opening))):
                self.facts.add_once(Fact.CALL, handed, screen=self.screen(opening), node=self.base + opening)
            if not chain and written.endswith("sort") and sorts_by_measure(code, opening):
                chain = "sort"
            if not chain:
                continue
            if "." not in written and self._defines(start, opening):
                self.facts.add_once(Fact.LITERAL, chain, "key", screen=self.screen(start), node=self.base + start)
                continue
            if written.endswith("setInterval") and shows_the_time(code, opening):
                continue
            if written.endswith(("setInterval", "setTimeout")):
                self.facts.add(Fact.CALL, chain, screen=self.screen(start), node=self.base + start)
                self._interval(written, start, opening)
                continue
            self.facts.add_once(Fact.CALL, chain, screen=self.screen(start), node=self.base + start)
            if _is_dialog(chain):
                self._dialog(start, opening, chain)
            elif chain.endswith("append"):
                self._form_field(start, opening)

        self._other_calls()

    def _other_calls(self) -> None:
        """CALL rows of what is called through a bracket; keys of functions and of state that stand in variables."""
        for written, start in indirect_calls(self.source):
            chain = call_chain(written)
            if chain:
                self.facts.add_once(Fact.CALL, chain, screen=self.screen(start), node=self.base + start)
        for name, start in definitions(self.source.code) if not self._is_one_piece() else ():
            self._named(name, "key", start)

    def _form_field(self, start: int, opening: int) -> None:
        """The name under which `form.append(name, value)` sends something."""
        parts = self.source.parts(opening, 4)
        at = self.source.literal_at(parts[0][0]) if len(parts) in (2, 3) else -1
        name = self.source.value(at) if at >= 0 else ""
        if _FIELD_NAME.fullmatch(name):
            self.facts.add_once(Fact.ATTRIBUTE, name, "field", screen=self.screen(start), node=self.base + start)

    def _defines(self, start: int, opening: int) -> bool:
        """True where `name(…)` is the head of a function or method."""
        code = self.source.code
        if code[max(0, start - 10):start].rstrip().endswith(("function", "async")):
            return True
        before = code[max(0, start - 40):start].rstrip()[-1:]
        if before not in "{},;*":
            return False
        close = self.source.closing(opening)
        return close >= 0 and code[close + 1:close + 9].lstrip()[:1] == "{"

    def _dialog(self, start: int, opening: int, chain: str) -> None:
        for first, end in self.source.parts(opening, 4)[:2]:
            spans: list[tuple[int, int, Role]] = [(first, end, Role.LABEL)]
            if self.source.code.startswith("{", first):
                entries = object_properties(self.source, first)
                spans = [(p.start, p.end, _DIALOG_ROLES[p.name]) for p in entries if p.name in _DIALOG_ROLES]
                self._dialog_facts(entries, start)
            elif self.source.code.startswith("function", first):
                continue
            for begin, stop, role in spans:
                self._texts(begin, stop, _dialog_role(role, chain), start)

    def _dialog_facts(self, entries: list[Property], start: int) -> None:
        """Telling properties of a dialog; their parent is its call."""
        for entry in entries:
            value = literal_value(self.source, entry.start, entry.end) if entry.name in _FACT_KEYS else None
            if value and len(value) <= 200:
                self.told.add(entry.start)
                self.facts.add(Fact.ATTRIBUTE, value, entry.name, screen=self.screen(start),
                               node=self.base + entry.start, parent=self.base + start)

    def _texts(self, begin: int, stop: int, role: Role, parent: int, screen: int | None = None) -> None:
        """TEXT rows for the visible literals of a span."""
        for index in visible_literals(self.source, begin, stop):
            text, literals = text_of(self.source, self.sentences, index)
            if index not in self.shown and LETTER.search(text) and (len(text) > 2 or not text.isascii()):
                self.shown.update(literals)
                start = self.source.starts[index]
                self.facts.add(Fact.TEXT, shorten(text), role, node=self.base + start, parent=self.base + parent,
                               screen=self.screen(start) if screen is None else screen)

    def _interval(self, name: str, start: int, opening: int) -> None:
        """ATTRIBUTE row with role interval: milliseconds of setInterval, and of setTimeout from a second on."""
        parts = self.source.parts(opening, 4)
        if len(parts) < 2 or parts[1][1] - parts[1][0] > 64:
            return
        value = milliseconds(self.source.code[slice(*parts[1])])
        if value is not None and (name.endswith("setInterval") or value >= LEAST_TIMEOUT):
            self.facts.add(Fact.ATTRIBUTE, str(value), "interval", screen=self.screen(start), node=self.base + start)

    def noted(self, places: list[tuple[str, int, int]]) -> None:
        """ATTRIBUTE rows of properties that carry meaning wherever they stand, of routes, and titles beside them.
        places: (key, its offset, offset of the value)."""
        for path, start, _ in self.screens.pages:
            self.facts.add_once(Fact.ATTRIBUTE, path, "route", screen=self.facts.screen(path), node=self.base + start)
        for name, start, at in sorted(places, key=lambda place: place[0] in _TITLE_KEYS):
            match = _VALUE.match(self.source.code, at)
            if match is None:
                continue
            if name in _PATH_KEYS:
                self._route(match.start(1))
            elif name in _TITLE_KEYS:
                index = self.source.literal_at(match.start(1))
                if index >= 0:
                    self._texts(match.start(1), self.source.ends[index], Role.TITLE, start)
            else:
                self._property(name, start, match)

    def _property(self, name: str, start: int, match: re.Match[str]) -> None:
        begin, first = match.start(1), match.group(1)
        if begin in self.told:
            return
        if first[0] in "\"'[":
            index = self.source.literal_at(begin)
            end = self.source.closing(begin) + 1 if first == "[" else self.source.ends[index] if index >= 0 else begin
            value = literal_value(self.source, begin, end)
        elif first[0].isdigit():
            number = milliseconds(first)
            value = str(number) if number is not None else None
        else:
            value = "true" if first in ("!0", "true") else "false"
        if value and len(value) <= 200:
            self.facts.add_once(Fact.ATTRIBUTE, value, name, screen=self.screen(start), node=self.base + start)

    def _route(self, begin: int) -> None:
        """One object with a path: a route if its other keys are those of a route table."""
        index = self.source.literal_at(begin)
        path = self.source.value(index) if index >= 0 else ""
        opening = self._object_around(begin)
        if not path or len(path) > 300 or any(char.isspace() for char in path) or opening < 0:
            return
        entries = object_properties(self.source, opening, 16)
        names = {entry.name for entry in entries}
        screen = self.facts.screen(path.lstrip("/") or "/")
        if "text" in names and any("pagePath" in entry.name for entry in entries):
            for entry in entries:
                if entry.name == "text":
                    self._texts(entry.start, entry.end, Role.TAB, begin, screen)
        if names & _ROUTE_KEYS:
            self.facts.add_once(Fact.ATTRIBUTE, path, "route", screen=screen, node=self.base + begin)
            for entry in entries:
                if entry.name in ("meta", "window", "style") and self.source.code.startswith("{", entry.start):
                    self._route_titles(entry.start, screen, begin)

    def _route_titles(self, opening: int, screen: int, parent: int, depth: int = 0) -> None:
        for entry in object_properties(self.source, opening, 32):
            if entry.name in ("title", "navigationBarTitleText", "titleText"):
                self._texts(entry.start, entry.end, Role.TITLE, parent, screen)
            elif entry.name in ("navigationBar", "titleNView") and depth == 0 and self.source.code[entry.start] == "{":
                self._route_titles(entry.start, screen, parent, 1)

    def _object_around(self, offset: int) -> int:
        """The brace of the object that directly holds `offset`, looked for a short way back."""
        at, floor = offset, max(0, offset - 400)
        while (at := self.source.code.rfind("{", floor, at)) >= 0:
            if self.source.closing(at) > offset:
                return at
        return -1

    def keys(self) -> list[tuple[str, int, int]]:
        """LITERAL rows of unquoted object keys, minified ones of one or two letters left out; returns the places of
        keys, quoted ones too, whose values are looked at: (key, its offset, offset of the value)."""
        add, base, seen, noted = self.facts.add_once, self.base, set[str](), []
        spans = bool(self.screens.spans)
        for match in _KEY.finditer(self.source.code):
            name = match.group(1)
            if name in _NOTED_KEYS:
                noted.append((name, match.start(1), match.end()))
            elif name in FRAME_KEYS or name in seen:
                continue
            if not spans:
                seen.add(name)
            elif HEX_ID.fullmatch(name):
                continue
            screen = self.screen(match.start(1))
            self.known.add((screen, name))
            add(Fact.LITERAL, name, "key", screen=screen, node=base + match.start(1))
        return noted + self._quoted_keys()

    def _quoted_keys(self) -> list[tuple[str, int, int]]:
        source, noted = self.source, []
        for index, kind in enumerate(source.kinds):
            if kind is LiteralKind.KEY:
                start, end = source.starts[index], source.ends[index]
                name = source.text[start + 1:end - 1]
                colon = source.code.find(":", end, end + 40)
                if name in _NOTED_KEYS and colon >= 0:
                    noted.append((name, start, colon + 1))
        return noted

    def members(self) -> None:
        """LITERAL rows of names that stand alone in objects and patterns, and of properties that are read or written:
        each once in a screen, and none that is a key there. Scripts all in one piece are passed over at once."""
        if self._is_one_piece():
            return
        for name, start in lone_names(self.source):
            self._named(name, "key", start)
        for name, start in member_names(self.source):
            if self._names < MOST_NAMES:
                self._named(name, "member", start)

    def _is_one_piece(self) -> bool:
        return not self.screens.spans and self.room(0) > SMALL_SCRIPT

    def _named(self, name: str, role: str, start: int) -> None:
        """One name of a field. In a script that holds an app and its libraries in one piece a name stands beside
        everything, and most are the libraries': there it says nothing and is left out."""
        screen = self.screen(start)
        if (screen, name) not in self.known and self.room(start) <= SMALL_SCRIPT:
            self.known.add((screen, name))
            self._names += 1
            self.facts.add_once(Fact.LITERAL, name, role, screen=screen, node=self.base + start)

    def literals(self, fragments: FragmentReader | None) -> None:
        """LITERAL rows of strings, templates and quoted keys."""
        LiteralReader(self.source, self.facts, self.screen, self.base, self.shown, self.sentences, fragments,
                      self._script_inside(fragments) if self.depth == 0 else None,
                      self._json_inside if self.depth < DEEPEST_NESTED else None).read()

    def _script_inside(self, fragments: FragmentReader | None) -> NestedReader:
        return lambda text, screen, node: read_script(text, self.facts, screen=screen, base=node, fragments=fragments,
                                                      depth=1)

    def _json_inside(self, text: str, screen: int, node: int) -> None:
        screens = Screens([], [])
        ids = ScreenIds(screens, self.facts.screen, screen)
        inner = _ScriptReader(take_apart(text), screens, ids, self.facts, node, self.depth + 1)
        inner.noted(inner.keys())
        inner.literals(None)


def _is_dialog(chain: str) -> bool:
    """True for calls that show a dialog or toast; success, error and the like do so only of a message."""
    receiver, _, name = chain.rpartition(".")
    if name in _TONES:
        return receiver.lower().endswith(_MESSENGERS)
    return name in _DIALOGS


def _dialog_role(role: Role, chain: str) -> Role:
    """A toast has no title though its text is called so; what sets a title is one."""
    if role is Role.TITLE and chain.lower().endswith(("toast", "loading")):
        return Role.LABEL
    return Role.TITLE if "Title" in chain else role
