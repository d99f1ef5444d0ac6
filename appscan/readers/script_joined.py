"""Sentences of a script that are written in parts: "第" + n + "名" is one text with a hole. Knows no framework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from appscan.readers.script_source import LiteralKind, ScriptSource

HOLE = "{}"
MOST_PARTS = 60
LONGEST_HOLE = 600
LONGEST_SENTENCE = 20_000

_PLUS = re.compile(r"\s*+\+(?![+=])\s*+")
_CONCAT = re.compile(r"\.concat(\()")
_PLUS_BEFORE = re.compile(r"[\w$)\]\"'}]\s{0,4}\+\s{0,6}$")
_STEP = re.compile(r"[+,;?:&|<>=)\]}\"'(\[{]")
_CHARACTERS = re.compile(r"String\.fromCharCode\(([\dxa-fA-F,\s]{1,200}+)\)")
_ELEMENT = re.compile(r"<[A-Za-z/]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its holes, and the literals that it is made of, the first one first."""

    text: str
    literals: tuple[int, ...]


def find_sentences(source: ScriptSource) -> dict[int, Sentence]:
    """Literal → sentence for the first literal of each text that is joined of several parts and is for people: it has
    letters beyond ASCII, or elements. Each literal is looked at once."""
    found: dict[int, Sentence] = {}
    taken = set[int]()
    for index, end in enumerate(source.ends):
        if index in taken or source.kinds[index] is LiteralKind.KEY or not _goes_on(source, index, end):
            continue
        sentence = _Joining(source, index).run()
        taken.update(sentence.literals)
        if not sentence.text.isascii() or _ELEMENT.search(sentence.text):
            found[index] = sentence
    return found


def _goes_on(source: ScriptSource, index: int, end: int) -> bool:
    """Whether something is added behind the literal or before it."""
    code = source.code
    if code.startswith((" ", "+", "\n", "\t", "\r"), end) and _PLUS.match(code, end) is not None:
        return True
    start = source.starts[index]
    return code.startswith(".concat(", end) or _PLUS_BEFORE.search(code, max(0, start - 12), start) is not None


class _Joining:
    """One walk from the first literal over what is added to it."""

    def __init__(self, source: ScriptSource, first: int) -> None:
        self.source = source
        self.first = first
        self.parts: list[str] = []
        self.literals: list[int] = []

    def run(self) -> Sentence:
        start = self.source.starts[self.first]
        if _PLUS_BEFORE.search(self.source.code, max(0, start - 12), start):
            self.parts.append(HOLE)
        at = self._literal(self.first)
        while len(self.parts) < MOST_PARTS and at >= 0:
            concat = _CONCAT.match(self.source.code, at)
            if concat is not None:
                at = self._concat(concat.start(1))
                continue
            plus = _PLUS.match(self.source.code, at)
            at = self._operand(plus.end()) if plus is not None else -1
        return Sentence("".join(self.parts)[:LONGEST_SENTENCE], tuple(self.literals))

    def _literal(self, index: int) -> int:
        self.literals.append(index)
        self.parts.append(self.source.value(index))
        return self.source.ends[index]

    def _hole(self) -> None:
        if not self.parts or self.parts[-1] != HOLE:
            self.parts.append(HOLE)

    def _concat(self, opening: int) -> int:
        for start, end in self.source.parts(opening, 32):
            index = self.source.literal_at(start)
            if index >= 0 and self.source.ends[index] == end:
                self._literal(index)
            elif start < end:
                self._hole()
        close = self.source.closing(opening)
        return close + 1 if close >= 0 else -1

    def _operand(self, at: int) -> int:
        """Take one operand in; its end, -1 where the text ends with it or nothing is there."""
        index = self.source.literal_at(at)
        if index >= 0:
            return self._literal(index)
        written = _CHARACTERS.match(self.source.code, at)
        if written is not None and (text := _characters(written.group(1))):
            self.parts.append(text)
            return written.end()
        code, stop, start = self.source.code, at + LONGEST_HOLE, at
        while (match := _STEP.search(code, at, stop)) is not None:
            at = match.start()
            sign = match.group()
            if sign == "+":
                self._hole()
                return at
            if sign not in "([{":
                break
            close = self.source.closing(at)
            if close < 0:
                break
            at, stop = close + 1, close + 1 + LONGEST_HOLE
        if at > start:
            self._hole()
        return -1


def _characters(codes: str) -> str:
    """The text of String.fromCharCode(…) with numbers alone in it; empty where one is none."""
    try:
        points = [int(code.strip(), 0) for code in codes.split(",")]
    except ValueError:
        return ""
    return "".join(map(chr, points)) if all(0 < point < 0xD800 or 0xE000 <= point <= 0xFFFF for point in points) else ""


def text_of(source: ScriptSource, sentences: Mapping[int, Sentence], index: int) -> tuple[str, tuple[int, ...]]:
    """The text that literal `index` begins, white space collapsed, and the literals that are told by it."""
    sentence = sentences.get(index)
    text, literals = (sentence.text, sentence.literals) if sentence else (source.value(index), (index,))
    return " ".join(text.split()), literals
