"""Markup → facts: HTML, Vue and mini-program templates, plain XML. Knows no check and runs nothing.

Forgiving as browsers are: tags that do not close end where the text ends, and nesting beyond a bound is read flat.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.margins import OpenMargin
from appscan.readers.markup_expressions import EXPRESSION, expression_texts, part_server_code
from appscan.readers.markup_names import is_object, note_members, note_names
from appscan.readers.roles import (
    FACT_ATTRIBUTES,
    OPTION_ATTRIBUTES,
    PLAIN_TAGS,
    UPLOADERS,
    attribute_role,
    is_button,
    is_click,
    plain_tag,
    text_role,
    words,
)
from appscan.readers.script import read_calls, read_script
from appscan.readers.script_jsx import RUNNING, ScriptElement, element_kind, part_jsx
from appscan.readers.styles import style_texts

DEEPEST = 256
LONGEST_TAG = 1 << 16
MOST_KEPT_OBJECTS = 500
"""Objects in data- attributes of one page that are read as script."""
LOOK_BACK = 64

LONGEST_JOINED, FRAGMENT = 60, 3
_INLINE = words("span b i em strong font u s small text mark ruby rb sub sup bdi bdo big ins")
"""Elements that part a word without parting what a person reads."""
_VOID = words("area base br col embed hr img input link meta param source track wbr import include")
_RAW = frozenset({"script", "style"})
_TAG = re.compile(r"""<(/?+)([A-Za-z][\w:.-]*+)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?""")
_RAW_END = re.compile(r"</(?:script|style)\b[^>]*+>?", re.IGNORECASE)
_NOSCRIPT_END = re.compile(r"</noscript\b[^>]{0,200}+>", re.IGNORECASE)
_WORDY = re.compile(r"[^\W\d_]|\b(?:19|20)\d\d[-/.]\d{1,2}\b")  # a date alone tells how old a page is
_COLUMN_NAMES = frozenset({"field", "data-field", "dataindex"})
"""Attributes by which a column of a table names the field that it shows."""
_HANDLER_NAME = re.compile(r"[\w$.]{1,80}+(?=\s*+(?:\(|$))")
_ADDRESSES = {"action": ("form",), "src": ("script", "iframe", "frame", "video", "audio", "source", "embed", "web-view",
                                           "webview"),
              "href": ("a", "area", "router-link"), "url": ("navigator",), "to": ("router-link",)}


@dataclass(slots=True)
class Open:
    """An element that has not closed yet."""

    tag: str
    node: int
    clickable: bool
    run: list[str] = field(default_factory=list)
    """Texts that stand side by side in it, elements within a line counted in."""
    running: bool = False
    """Some of them stand in no element of their own: running text, not labels beside each other."""


@dataclass(frozen=True, slots=True)
class Markup:
    """What a page refers to: scripts and style sheets by address, and the address that a refresh sends it to."""

    scripts: tuple[str, ...]
    refresh: str
    styles: tuple[str, ...] = ()


def read_markup(text: str, facts: FileFacts, *, screen: int = -1) -> Markup:
    """Gather the facts of a page in `facts`. Node is the element's index in the file; of inline scripts, the number of
    elements plus the character offset. screen: sid of the page, its own file where none is given."""
    if screen < 0:
        screen = facts.screen(facts.file)
    text, served = part_server_code(text)
    reader = _MarkupReader(facts, screen)
    reader.read(text)
    if served:
        reader.inline.append((0, served, False))
    for offset, script, mixed in reader.inline:
        read_page_script(script, facts, screen=screen, base=reader.count + offset, mixed=mixed)
    return Markup(tuple(reader.scripts), reader.refresh, tuple(reader.styles))


def read_page_script(text: str, facts: FileFacts, *, screen: int, base: int, mixed: bool) -> None:
    """Gather the facts of a script of a page. mixed: markup stands in it (JSX), which is read as markup."""
    if mixed:
        text, written = part_jsx(text)
        _MarkupReader(facts, screen if screen >= 0 else facts.screen(facts.file), offset=base).read(written, inner=True)
    read_script(text, facts, screen=screen, base=base, fragments=read_fragment)


def read_fragment(text: str, facts: FileFacts, screen: int, node: int) -> None:
    """Gather the facts of markup that stands in a string of a script; nodes are offsets there, counted from `node`."""
    _MarkupReader(facts, screen, offset=node).read(part_server_code(text)[0], inner=True)


def read_plain_xml(text: str, facts: FileFacts) -> list[tuple[str, dict[str, str]]]:
    """Gather attribute values and texts of plain XML as literals; returns the elements with their attributes."""
    elements: list[tuple[str, dict[str, str]]] = []
    at = 0
    while (start := text.find("<", at)) >= 0:
        words = " ".join(html.unescape(text[at:start]).split())
        if _WORDY.search(words):
            facts.add_once(Fact.LITERAL, shorten(words), "string", node=len(elements))
        if text.startswith("<!--", start):
            at = _after(text, "-->", start)
            continue
        match = _TAG.match(text, start, start + LONGEST_TAG)
        if match is None:
            at = start + 1
            continue
        at = _tag_end(text, match.end())
        if not match.group(1):
            attributes = _attributes(match.group(3))
            elements.append((match.group(2), attributes))
            for value in attributes.values():
                if _WORDY.search(value):
                    facts.add_once(Fact.LITERAL, shorten(value), "string", node=len(elements) - 1)
    return elements


def _after(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return len(text) if end < 0 else end + len(mark)


def _tag_end(text: str, end: int) -> int:
    """Offset behind the tag's >; where it is missing, behind the next one."""
    return end + 1 if text.startswith(">", end) else _after(text, ">", end)


def _attributes(raw: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(raw):
        name, double, single, bare = match.groups()
        value = double if double is not None else single if single is not None else bare or ""
        found.setdefault(name, html.unescape(value))
    return found


class _MarkupReader:
    """One walk over a page, or over a fragment inside a script when `offset` is given."""

    def __init__(self, facts: FileFacts, screen: int, offset: int = -1) -> None:
        self.facts = facts
        self.screen = screen
        self.count = 0
        self.inline: list[tuple[int, str, bool]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.refresh = ""
        self._offset = offset
        self._open: list[Open] = []
        self._pieces: list[str] = []
        self._whole: Open | None = None
        self._margin = OpenMargin(facts, screen)
        self._unended = False

    def read(self, text: str, inner: bool = False) -> None:
        around, self._unended = self._unended, False
        at = 0
        while (start := text.find("<", at)) >= 0:
            follower = text[start + 1:start + 2]
            if not (follower.isalpha() or follower in "/!?"):
                start = self._next_tag(text, start)
            if start > at:
                self._text(text[at:start], at)
            if start >= len(text):
                break
            at = self._tag(text, start, inner)
        else:
            self._text(text[at:], at)
        self._unended = around
        self._join()
        self._margin.end()

    @staticmethod
    def _next_tag(text: str, start: int) -> int:
        """The next place after a lone < where a tag may begin."""
        match = _TAG_START.search(text, start + 1)
        return match.start() if match else len(text)

    def _tag(self, text: str, start: int, inner: bool) -> int:
        if text.startswith("<!--", start):
            return _after(text, "-->", start)
        if text.startswith(("<!", "<?"), start):
            return _after(text, ">", start)
        match = _TAG.match(text, start, start + LONGEST_TAG)
        if match is None:
            return start + 2
        end = _tag_end(text, match.end())
        name = match.group(2).lower()
        if match.group(1):
            self._close(name)
            return end
        if name == "noscript" and (unscripted := self._end_of_unscripted(text, end)):
            return unscripted  # for browsers without scripts: nobody sees it
        attributes = _attributes(match.group(3))
        if name in _RAW:
            return self._raw(text, name, attributes, end, inner)
        self._element(name, attributes, start, text[end - 2:end - 1] == "/")
        return end

    def _end_of_unscripted(self, text: str, start: int) -> int:
        """Offset behind the end of a noscript element, 0 where it has none; then no later one of this text has one."""
        found = None if self._unended else _NOSCRIPT_END.search(text, start)
        self._unended = found is None
        return found.end() if found else 0

    def _raw(self, text: str, name: str, attributes: dict[str, str], start: int, inner: bool) -> int:
        """A script or style element: its content is no markup."""
        match = _RAW_END.search(text, start)
        stop, end = (match.start(), match.end()) if match else (len(text), len(text))
        if name == "style":
            for words in style_texts(text[start:stop]):
                self.facts.add_once(Fact.TEXT, words, Role.LABEL, screen=self.screen, node=self._node(start))
            return end
        kind = element_kind(attributes.get("type", ""))
        if "src" in attributes:
            self.scripts.append(attributes["src"])
            self.facts.add(Fact.PATH, shorten(attributes["src"]), "src", screen=self.screen, node=self._node(start))
        elif kind is ScriptElement.TEMPLATE and not inner:
            self.read(text[start:stop], inner=True)
        elif kind in RUNNING and not inner and text[start:stop].strip():
            self.inline.append((start, text[start:stop], kind is ScriptElement.MIXED))
        return end

    def _node(self, start: int) -> int:
        return self.count if self._offset < 0 else self._offset + start

    def _close(self, name: str) -> None:
        for back in range(1, min(LOOK_BACK, len(self._open)) + 1):
            if self._open[-back].tag == name:
                for _ in range(back):
                    self._end_of(self._open[-1])
                    self._open.pop()
                self._margin.close(len(self._open))
                return

    def _end_of(self, element: Open) -> None:
        """Hand the texts of an element within a line on to the one around it; show others as they are read."""
        if element.tag in _INLINE and not element.clickable and len(self._open) > 1:
            around = self._open[-2]
            around.run += element.run
            around.running = around.running or (element.running and len(element.run) > 1)
        else:
            self._show_joined(element)

    def _show_joined(self, element: Open) -> None:
        """A word that is split over elements of one line (<b>打</b><b>卡</b>) is shown whole as well. Words that each
        have their own element may stand far apart (积分, 排名 as choices): nobody knows here, so they stay two. A
        number between running text (第<b>3</b>名) parts nothing."""
        parts = [part for part in element.run if part != " "]
        joined = "".join(parts)
        told = [part for part in parts if not _COUNT.fullmatch(part)]
        counts = element.running and len(told) < len(parts)
        near = counts or any(len(part) == 1 or (element.running and len(part) <= FRAGMENT) for part in told)
        if len(told) > 1 and near and len(joined) <= LONGEST_JOINED and not joined.isascii() and _is_one(element.run):
            self._show(joined, element.node)
        element.run, element.running = [], False

    def _element(self, name: str, attributes: dict[str, str], start: int, closed: bool) -> None:
        node, tag = self._node(start), plain_tag(name)
        self.count += 1
        if name not in _INLINE and self._open:
            self._show_joined(self._open[-1])
        clickable = (any(is_click(attribute) for attribute in attributes)
                     or attributes.get("role") == "button" or attributes.get("href", "").startswith("javascript:"))
        parent = self._open[-1].node if self._open else -1
        if self._offset < 0 or tag not in PLAIN_TAGS or clickable:
            self.facts.add(Fact.NODE, tag, screen=self.screen, node=node, parent=parent)
        if tag in UPLOADERS:
            self.facts.add(Fact.ATTRIBUTE, tag, "uploader", screen=self.screen, node=node, parent=node)
        for attribute, value in attributes.items():
            self._attribute(tag, attribute, value, attributes, start, node, clickable)
            if attribute in OPTION_ATTRIBUTES and ":" in value:
                self.inline.append((start, f"({{{value.strip().strip('{}')}}})", False))
        if tag == "link" and "stylesheet" in attributes.get("rel", "").lower() and attributes.get("href"):
            self.styles.append(attributes["href"])
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.refresh = self.refresh or attributes.get("content", "").partition("=")[2].strip("'\" ")
        is_open = not closed and name not in _VOID and len(self._open) < DEEPEST
        self._margin.open(tag, attributes, node, len(self._open), is_open=is_open)
        if is_open:
            self._open.append(Open(name, node, clickable))

    def _attribute(self, tag: str, attribute: str, value: str, attributes: dict[str, str], start: int, node: int,
                   clickable: bool) -> None:
        name = attribute.lower().lstrip(":").removeprefix("v-bind:")
        bound = name != attribute.lower()
        if is_click(attribute):
            self._handler(value, node)
        elif tag in _ADDRESSES.get(name, ()) and value and not bound:
            if value.startswith("javascript:"):
                self._handler(value[11:], node)
            elif value != "#":
                self.facts.add(Fact.PATH, shorten(value), name if name in ("action", "src") else "href",
                               screen=self.screen, node=node)
        elif name in FACT_ATTRIBUTES and tag != "meta" and (tag not in PLAIN_TAGS or name == "required"):
            value = value if value or name not in ("required", "capture", "multiple") else "true"
            if value and len(value) <= 200:
                self.facts.add(Fact.ATTRIBUTE, value, name, screen=self.screen, node=node, parent=node)
        if name in _COLUMN_NAMES and (tag == "th" or tag.endswith("column")) and value and len(value) <= 60:
            self.facts.add(Fact.ATTRIBUTE, value, "prop", screen=self.screen, node=node, parent=node)
        note_names(self.facts, self.screen, node, tag, name, value, bound=bound)
        if name.startswith("data-") and is_object(value) and self._offset < 0 and len(self.inline) < MOST_KEPT_OBJECTS:
            self.inline.append((start, f"({value})", False))
        texts = expression_texts(value) if bound else [EXPRESSION.sub("{}", value) if "{" in value else value]
        for text in texts:
            role = attribute_role(tag, name, attributes.get("type", "").lower(), text, clickable)
            if role is not None:
                self._write_text(text, role, node)

    def _handler(self, code: str, node: int) -> None:
        """What a tap runs: the name of the handler as attribute onclick, and the calls in it."""
        code = code.strip()
        if not code or code in (";", "void(0)", "void(0);"):
            return
        match = _HANDLER_NAME.match(code)
        value = match.group() if match else shorten(code)
        self.facts.add(Fact.ATTRIBUTE, value, "onclick", screen=self.screen, node=node, parent=node)
        if "(" in code:
            read_calls(code[:2_000], self.facts, screen=self.screen, node=node)
            for address in expression_texts(code[:2_000]):
                if address.startswith(("/", "http")) and len(address) > 3:
                    self.facts.add_once(Fact.LITERAL, address, "string", screen=self.screen, node=node)

    def _text(self, raw: str, at: int) -> None:
        if raw.isspace() and self._open and self._open[-1].run:
            self._open[-1].run.append(" ")
        if self._open and self._open[-1].tag in _INLINE and _COUNT.fullmatch(raw):
            self._open[-1].run.append(EXPRESSION.sub("{}", raw.strip()))
        if not _WORDY.search(raw) and not ("&#" in raw and _WORDY.search(html.unescape(raw))):
            return
        for match in EXPRESSION.finditer(raw):
            self._expression(match.group(match.lastindex or 0), at)
        words = html.unescape(EXPRESSION.sub("{}", raw))
        if _WORDY.search(words):
            self._show(words, at)
            if self._open and len(self._open[-1].run) < 20:
                self._open[-1].run.append(words.strip())
                self._open[-1].running = True

    def _expression(self, expression: str, at: int) -> None:
        """What stands between the braces of a template: texts, and names of fields."""
        for text in expression_texts(expression):
            if not text.isascii() or len(text) > 3:
                self._show(text, at)
        note_members(self.facts, self.screen, self._open[-1].node if self._open else self._node(at), expression)

    def _show(self, text: str, at: int) -> None:
        tag, clickable = self._open[-1].tag if self._open else "", False
        for outer in self._open[:-4:-1]:
            if is_button(plain_tag(outer.tag)):
                tag, clickable = outer.tag, True
                break
            clickable = clickable or outer.clickable
        node = self._open[-1].node if self._open else self._node(at)
        role = text_role(plain_tag(tag), clickable, text)
        if tag == "label" or tag == "legend":
            role = Role.LABEL
        self._write_text(text, role, node)

    def _write_text(self, text: str, role: Role, node: int) -> None:
        words = " ".join(text.split())
        self._collect(text)
        if _WORDY.search(words):
            self._margin.tell(words, self._open[-2:], len(self._open))
            parent = self._open[-1].node if self._open else -1
            self.facts.add(Fact.TEXT, shorten(words), role, screen=self.screen, node=node, parent=parent)

    def _collect(self, text: str) -> None:
        """Remember a sign or two that stand in an element of their own, beside others of the same parent."""
        whole = self._open[-2] if len(self._open) > 1 and self._open[-1].tag in _INLINE else None
        if whole is None or not _PIECE.fullmatch(text) or whole != self._whole:
            self._join()
        if whole is not None and _PIECE.fullmatch(text):
            self._whole = whole
            self._pieces.append(text)

    def _join(self) -> None:
        """A word whose signs each have their own element (<i>签</i><i>到</i>) is one word to who reads it."""
        pieces, whole = self._pieces, self._whole
        self._pieces, self._whole = [], None
        if whole is not None and len(pieces) > 1 and any(len(piece) == 1 for piece in pieces):
            words = "".join(pieces)
            role = text_role(plain_tag(whole.tag), whole.clickable, words)
            self.facts.add(Fact.TEXT, shorten(words), role, screen=self.screen, node=whole.node, parent=whole.node)


_INLINE = frozenset({"span", "i", "b", "em", "strong", "font", "u", "text", "small"})
_COUNT = re.compile(r"\s*+(?:\d[\d.,%]{0,9}|\{\}|\{\{[^{}\"']{1,200}+\}\}|[$#]\{[^{}\"']{1,200}+\})\s*+")
"""What stands for a number within a line of text."""
_PIECE = re.compile(r"[\u3400-\u9fff]{1,2}")
def _is_one(run: list[str]) -> bool:
    """Whether a blank between two parts parts no words: only single signs are set apart like that."""
    return all(len(before) == len(after) == 1 for before, blank, after in zip(run, run[1:], run[2:], strict=False)
               if blank == " ")


_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
