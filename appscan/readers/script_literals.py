"""Literals of a script → facts: strings, templates, quoted keys, sentences written in parts, SQL, JSON in a string,
long texts in pieces. Knows no framework and no call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appscan.model.reading import Fact
from appscan.readers.file_facts import LONGEST_TEXT, FileFacts, is_drawing, shorten
from appscan.readers.roles import words
from appscan.readers.script_api_names import API_NAMES
from appscan.readers.script_joined import HOLE, Sentence
from appscan.readers.script_names import column_names, is_statement, is_subscript
from appscan.readers.script_source import LiteralKind, ScriptSource
from appscan.readers.styles import style_texts

FragmentReader = Callable[[str, FileFacts, int, int], None]
"""Reads markup that stands in a string: (text, facts, screen, node of its first character)."""

NestedReader = Callable[[str, int, int], None]
"""Reads a script, or a JSON text, that stands in a string: (text, screen, node of its first character)."""

LEAST_EVALUATED = 200
LONGEST_NAME = 300
"""A longer text of letters, digits and signs is nobody's name; it is told in pieces."""
PIECE = 280
MOST_PIECES = 64
LONGEST_JSON = 4 << 20
FRAME_KEYS = words(
    "staticClass staticStyle attrs domProps nativeOn directives expression rawName modifiers model callback exports "
    "enumerable configurable writable get set length prototype constructor default class style key ref slot "
    "scopedSlots value")
HEX_ID = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{4,8}|[\d.]+[a-z%]{0,3}|#[0-9a-fA-F]{3,8}")
LETTER = re.compile(r"[^\W\d_]")

_NAME = re.compile(r"[A-Za-z_$\u3400-\u9fff][\w$-]{1,59}")
_COLUMN = re.compile(
    r"""[{,\s"'](?:prop|dataIndex|dataField|field|columnKey|valueField|textField)["']?\s{0,4}:\s{0,4}$""")
"""Before a string that names a column of a table: a field, though it stands as a value."""
_STYLE = re.compile(r"\s*+(?:@charset[^;]{0,20}+;\s*+)?[@.#*:\w\[][^{}<>;]{0,300}+\{\s*+(?:[a-z-]{2,40}+\s*+:|[.#\w@])")
_MARKUP = re.compile(r"<[A-Za-z][\w-]*+[\s>/]")
_JSON = re.compile(r"\s*+[{\[]\s*+(?:\{\s*+)*+[\"\[\d]")
_BREAK = re.compile(r"[\s;,。；]")
_STRAYS = words(
    "function object string number boolean undefined symbol default exports module Module constructor prototype "
    "__esModule toStringTag asyncIterator") | {"use strict"}


@dataclass(frozen=True, slots=True)
class LiteralReader:
    """The literals of one script and where their facts go. shown: literals that are told as texts of elements and
    dialogs already; sentences: by their first literal; base: added to every offset; script, json: read what stands in
    a string, None where that is too deep."""

    source: ScriptSource
    facts: FileFacts
    screen: Callable[[int], int]
    base: int
    shown: set[int]
    sentences: dict[int, Sentence]
    fragments: FragmentReader | None
    script: NestedReader | None
    json: NestedReader | None

    def read(self) -> None:
        """LITERAL rows of strings, templates and quoted keys; strings with markup go to `fragments`."""
        text, starts, ends = self.source.text, self.source.starts, self.source.ends
        for index, kind in enumerate(self.source.kinds):
            start, end = starts[index], ends[index]
            if index in self.shown:
                continue
            sentence = self.sentences.get(index)
            if sentence is not None:
                self._sentence(sentence, start)
                continue
            if kind is LiteralKind.STRING and end - start <= 4 and text[start:end].isascii():
                continue
            value = self.source.value(index)
            if _is_kept(value, kind):
                self._literal(value, kind, start, end)
            elif kind is not LiteralKind.KEY and is_style(value):
                self._style(value, start)

    def _literal(self, value: str, kind: LiteralKind, start: int, end: int) -> None:
        screen, node = self.screen(start), self.base + start
        if kind is LiteralKind.KEY:
            self.facts.add_once(Fact.LITERAL, shorten(value), "key", screen=screen, node=node)
            return
        evaluated = len(value) >= LEAST_EVALUATED and self.source.code.startswith("eval(", start - 5)
        if evaluated and self.script is not None:
            self.script(value, screen, node)
            return
        role = "template" if kind is LiteralKind.TEMPLATE else "string"
        self._text(value, role, screen, node)
        if len(value) <= 60 and kind is LiteralKind.STRING:
            self._name(value, start, end, screen)

    def _name(self, value: str, start: int, end: int, screen: int) -> None:
        """Strings that name a field though they stand as a value."""
        if _COLUMN.search(self.source.text, max(0, start - 24), start):
            self.facts.add_once(Fact.LITERAL, value, "key", screen=screen, node=self.base + start)
        elif value not in API_NAMES and _NAME.fullmatch(value) and is_subscript(self.source, start, end):
            self.facts.add_once(Fact.LITERAL, value, "member", screen=screen, node=self.base + start)

    def _sentence(self, sentence: Sentence, start: int) -> None:
        """One text written in parts. Parts that are ASCII alone (an address, a name) are told by themselves as well."""
        whole = _MARKUP.search(sentence.text) is not None
        self.shown.update(index for index in sentence.literals
                          if whole or not self.source.value(index).isascii())
        if _is_kept(sentence.text, LiteralKind.STRING):
            role = "template" if HOLE in sentence.text else "string"
            self._text(sentence.text, role, self.screen(start), self.base + start)

    def _text(self, value: str, role: str, screen: int, node: int) -> None:
        if self.fragments is not None and "<" in value and _MARKUP.search(value):
            self.fragments(value, self.facts, screen, node)
        if len(value) > LONGEST_NAME and self.json is not None and len(value) <= LONGEST_JSON and _JSON.match(value):
            self.json(value, screen, node)
            return
        for piece in pieces(value):
            self.facts.add_once(Fact.LITERAL, piece, role, screen=screen, node=node)
        if is_statement(value):
            for name in column_names(value):
                self.facts.add_once(Fact.LITERAL, name, "key", screen=screen, node=node)

    def _style(self, value: str, start: int) -> None:
        for text in style_texts(value):
            self.facts.add_once(Fact.LITERAL, text, "string", screen=self.screen(start), node=self.base + start)


def pieces(text: str) -> Iterator[str]:
    """A text as it is kept: whole where it is short; in pieces at blanks and ends of sentences where it is long, so
    many at most; what is encoded only by its beginning."""
    kept = shorten(text)
    longest = PIECE if text.isascii() else LONGEST_TEXT
    if len(text) <= (LONGEST_NAME if text.isascii() else LONGEST_TEXT) or len(kept) < min(len(text), LONGEST_TEXT):
        yield kept
        return
    at = 0
    for _ in range(MOST_PIECES):
        end = min(len(text), at + longest)
        if end < len(text):
            found = [match.end() for match in _BREAK.finditer(text, max(at + 1, end - 60), end)]
            end = found[-1] if found else end
        if LETTER.search(text, at, end):
            yield text[at:end].strip()
        at = end
        if at >= len(text):
            return


def is_style(value: str) -> bool:
    """Whether a string is a style sheet."""
    return len(value) > 60 and value.rstrip().endswith("}") and _STYLE.match(value) is not None


def _is_kept(value: str, kind: LiteralKind) -> bool:
    """False for what is no text and no name: blanks, numbers, colours, module ids, drawings, words of the language."""
    if value.isascii():
        if kind is LiteralKind.KEY:
            return len(value) > 2 and value not in FRAME_KEYS and not HEX_ID.fullmatch(value)
        if (len(value) <= 12 and HEX_ID.fullmatch(value)) or value in _STRAYS:
            return False
        return LETTER.search(value) is not None and len(value) > 2 and not is_drawing(value) and not is_style(value)
    return LETTER.search(value) is not None and not is_style(value)
