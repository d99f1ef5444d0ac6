"""A script taken apart: its literals, and its code with the literals blanked out. Knows no framework and no fact.

One pass over the literals only; the code between them is never split into tokens. In `ScriptSource.code` every literal,
comment and regular expression is replaced by as many filler characters, so that offsets there are offsets in the text
and a search in it cannot be misled by a string. No pattern here can backtrack: quantifiers are possessive.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

DEEPEST_TEMPLATE = 40
LONGEST_REGEX = 2_000
MOST_REGEX_FAILURES = 2_000

_DOUBLE = r'"[^"\\\n\r]*+(?:\\[\s\S][^"\\\n\r]*+)*+"?'
_SINGLE = r"'[^'\\\n\r]*+(?:\\[\s\S][^'\\\n\r]*+)*+'?"
_NEXT = re.compile(rf"{_DOUBLE}|{_SINGLE}|`|/")
_NEXT_IN_TEMPLATE = re.compile(rf"{_DOUBLE}|{_SINGLE}|`|/|{{|}}")
_TEMPLATE_TEXT = re.compile(r"[^`\\$]*+(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*+)*+")
_REGEX = re.compile(r"/(?:[^/\\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*+\])++/[a-zA-Z]*+")
_REGEX_USED = re.compile(r"\.(?:test|exec|source)\b")
_WORD_BEFORE = re.compile(r"(?<![\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|instanceof|new|await)$")
_KEY = re.compile(r"[\w$-]{1,64}+")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "",
                  "\r": "", "\u2028": "", "\u2029": ""}
_STRUCTURE = re.compile(r"[,()\[\]{}]")
_BRACKETS = np.zeros(256, dtype=np.int8)
_BRACKETS[[ord(char) for char in "([{"]] = 1
_BRACKETS[[ord(char) for char in ")]}"]] = -1


class LiteralKind(IntEnum):
    """A quoted object key is told from other strings, because its place is that of a name."""

    STRING = 0
    KEY = 1
    TEMPLATE = 2


@dataclass(frozen=True, slots=True)
class ScriptSource:
    """`code` is as long as `text`; literal i is text[starts[i]:ends[i]] with its quotes, in rising order.

    `templates` maps the start of a template literal to its text, with "{}" for what is computed.
    """

    text: str
    code: str
    starts: list[int]
    ends: list[int]
    kinds: list[LiteralKind]
    templates: dict[int, str]
    opens: array[int]
    closes: array[int]

    def closing(self, opening: int) -> int:
        """Offset of the bracket that closes the one at `opening`; -1 if there is none."""
        at = bisect_left(self.opens, opening)
        return self.closes[at] if at < len(self.opens) and self.opens[at] == opening else -1

    def literal_at(self, start: int) -> int:
        """Index of the literal that starts at `start`; -1 if there is none."""
        at = bisect_left(self.starts, start)
        return at if at < len(self.starts) and self.starts[at] == start else -1

    def parts(self, opening: int, most: int = 64) -> list[tuple[int, int]]:
        """Spans between the commas directly inside the bracket at `opening`, without white space around them."""
        end = self.closing(opening)
        if end < 0:
            return []
        code, start, at = self.code, opening + 1, opening + 1
        parts: list[tuple[int, int]] = []
        while len(parts) < most and (match := _STRUCTURE.search(code, at, end)) is not None:
            at = match.end()
            char = code[at - 1]
            if char == ",":
                parts.append(self._trim(start, at - 1))
                start = at
            elif char in "([{":
                at = max(at, self.closing(at - 1) + 1)
        if len(parts) < most:
            parts.append(self._trim(start, end))
        return parts

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        piece = self.code[start:end]
        return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())

    def value(self, index: int) -> str:
        """Text of literal `index` without quotes, escapes decoded."""
        start = self.starts[index]
        if self.kinds[index] is LiteralKind.TEMPLATE:
            return self.templates[start]
        return unescape(self.text[start + 1:self.ends[index] - 1])


def unescape(raw: str) -> str:
    """Decode the escapes of ECMA-262, 12.9.4; surrogate pairs are joined, lone ones become U+FFFD."""
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_unescape_one, raw)
    if any("\ud800" <= char <= "\udfff" for char in text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _unescape_one(match: re.Match[str]) -> str:
    long, four, two, plain = match.groups()
    if plain is not None:
        return _PLAIN_ESCAPES.get(plain, plain)
    point = int(long or four or two, 16)
    return chr(point) if point <= 0x10FFFF else "\ufffd"


def take_apart(text: str) -> ScriptSource:
    """Split `text` into literals and code. Never fails: what does not close ends with its line or with the text."""
    taker = _Taker(text)
    taker.run()
    code = "".join(taker.pieces)
    opens, closes = _match_brackets(code)
    order = sorted(range(len(taker.starts)), key=taker.starts.__getitem__) if taker.templates else None
    starts, ends, kinds = taker.starts, taker.ends, taker.kinds
    if order is not None:
        starts, ends, kinds = [starts[i] for i in order], [ends[i] for i in order], [kinds[i] for i in order]
    return ScriptSource(text, code, starts, ends, kinds, taker.templates, opens, closes)


class _Taker:
    """The state of one pass: pieces of blanked code, literals found, and the templates that are still open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.kinds: list[LiteralKind] = []
        self.templates: dict[int, str] = {}
        self._open: list[tuple[int, list[str], int]] = []
        self._regex_failures = 0

    def run(self) -> None:
        text, pieces = self.text, self.pieces
        at, search, length = 0, _NEXT.search, len(text)
        while (match := search(text, at)) is not None:
            start = match.start()
            pieces.append(text[at:start])
            char = text[start]
            if char == '"' or char == "'":
                at = match.end()
                self._string(start, at, char)
            elif char == "/":
                at = self._slash(start)
            else:
                at = self._backtick_or_brace(start, char)
                search = _NEXT_IN_TEMPLATE.search if self._open else _NEXT.search
        pieces.append(text[at:length])
        for start, parts, _ in self._open:
            self._add(start, length, LiteralKind.TEMPLATE)
            self.templates[start] = "{}".join(parts)

    def _add(self, start: int, end: int, kind: LiteralKind) -> None:
        self.starts.append(start)
        self.ends.append(end)
        self.kinds.append(kind)

    def _string(self, start: int, end: int, quote: str) -> None:
        text = self.text
        if end - start < 2 or text[end - 1] != quote:
            self.pieces.append(" " * (end - start))
            return
        follower = text[end:end + 1]
        if follower and follower in " \t\r\n":
            follower = text[end:end + 32].lstrip()[:1]
        if follower == ":" and self._char_before() in "{,":
            self._add(start, end, LiteralKind.KEY)
            if _KEY.fullmatch(text, start + 1, end - 1):
                self.pieces.append(text[start:end])
                return
        else:
            self._add(start, end, LiteralKind.STRING)
        self.pieces.append(f"{quote}{'_' * (end - start - 2)}{quote}")

    def _char_before(self) -> str:
        """Last visible character of the code so far; "{" at the very beginning."""
        for piece in self.pieces[:-9:-1]:
            stripped = piece.rstrip()
            if stripped:
                return stripped[-1]
        return "{"

    def _slash(self, start: int) -> int:
        text = self.text
        follower = text[start + 1:start + 2]
        if follower == "/":
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            self.pieces.append(" " * (end - start))
            return end
        if follower == "*":
            end = text.find("*/", start + 2)
            end = len(text) if end < 0 else end + 2
            self.pieces.append(" " * (end - start))
            return end
        end = self._regex_end(start)
        self.pieces.append("/" if end < 0 else "0" * (end - start))
        return start + 1 if end < 0 else end

    def _regex_end(self, start: int) -> int:
        """End of the regular expression at `start`; -1 where the slash divides (ECMA-262, 12.9.5, told by context)."""
        before = self._char_before()
        unsure = before in ")}"
        if (before.isalnum() or before in "_$]\"'`.") and not _WORD_BEFORE.search(self.pieces[-1][-12:].rstrip()):
            return -1
        if self._regex_failures > MOST_REGEX_FAILURES:
            return -1
        match = _REGEX.match(self.text, start, start + LONGEST_REGEX)
        if match is None or (unsure and not _REGEX_USED.match(self.text, match.end())):
            self._regex_failures += 1
            return -1
        return match.end()

    def _backtick_or_brace(self, start: int, char: str) -> int:
        if char == "{" and self._open:
            opened, parts, depth = self._open[-1]
            self._open[-1] = (opened, parts, depth + 1)
            self.pieces.append(char)
            return start + 1
        if char == "}" and self._open:
            opened, parts, depth = self._open[-1]
            self._open[-1] = (opened, parts, depth - 1)
            self.pieces.append(char)
            return start + 1 if depth > 1 else self._template_text(start + 1)
        if char == "`" and len(self._open) < DEEPEST_TEMPLATE:
            self._open.append((start, [], 0))
            self.pieces.append('"')
            return self._template_text(start + 1)
        self.pieces.append(" ")
        return start + 1

    def _template_text(self, at: int) -> int:
        """Read the literal text of the innermost open template up to `${` or its end."""
        match = _TEMPLATE_TEXT.match(self.text, at)
        end = match.end() if match else at
        start, parts, _ = self._open[-1]
        parts.append(unescape(self.text[at:end]))
        self.pieces.append("_" * (end - at))
        if self.text.startswith("${", end):
            self._open[-1] = (start, parts, 1)
            self.pieces.append("_{")
            return end + 2
        self._open.pop()
        closed = self.text[end:end + 1]
        self.pieces.append('"' if closed == "`" else "_" * len(closed))
        self._add(start, end + len(closed), LiteralKind.TEMPLATE)
        self.templates[start] = "{}".join(parts)
        return end + len(closed)


def _match_brackets(code: str) -> tuple[array[int], array[int]]:
    """Offsets of all brackets that open and of those that close them, -1 where nothing does; kinds are not compared.

    At one depth opening and closing brackets take turns, so a stable sort by depth puts partners side by side.
    """
    turns = _BRACKETS[np.frombuffer(code.encode("latin-1", "replace"), dtype=np.uint8)]
    positions = np.flatnonzero(turns).astype(np.int32)
    signs = turns[positions]
    levels = np.cumsum(signs, dtype=np.int32)
    levels[signs < 0] += 1
    order = np.argsort(levels, kind="stable")
    paired = np.zeros(len(order), dtype=bool)
    if len(order) > 1:
        first, second = order[:-1], order[1:]
        paired[:-1] = (levels[first] == levels[second]) & (signs[first] > 0) & (signs[second] < 0)
    partner = np.full(len(positions), -1, dtype=np.int32)
    at = np.flatnonzero(paired)
    partner[order[at]] = positions[order[at + 1]] if len(at) else partner[:0]
    opening = signs > 0
    return array("i", positions[opening].tobytes()), array("i", partner[opening].tobytes())
