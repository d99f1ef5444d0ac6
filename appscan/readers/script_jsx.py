"""What a script element holds; script with markup in it (JSX) → the script alone and the markup alone, each letter
where it stood. Knows no fact.

Forgiving: what does not close ends where the text ends, and nesting beyond a bound is left as it is.
"""

from __future__ import annotations

import re
from enum import Enum

DEEPEST = 200

_SCRIPT_TYPE = re.compile(r"(?:(?:text|application)/)?(?:x-)?(?:(?:java|ecma|type|live|j)script(?:[\d.]*+)?|ts|module|"
                          r"module-shim|systemjs-module|coffeescript)?", re.IGNORECASE)
_MIXED_TYPE = re.compile(r"(?:(?:text|application)/)?(?:x-)?(?:babel(?:-module)?|jsx|tsx)", re.IGNORECASE)
_TEMPLATE_TYPE = re.compile(
    r".*(?:html|template|tmpl|handlebars|mustache|ejs|dot|underscore|nunjucks|jsrender|twig).*", re.IGNORECASE)


class ScriptElement(Enum):
    """What a script element holds, by its type: script, script with markup in it, markup, or neither of them."""

    SCRIPT = "script"
    MIXED = "mixed"
    TEMPLATE = "template"
    OTHER = "other"


RUNNING = frozenset({ScriptElement.SCRIPT, ScriptElement.MIXED})


def element_kind(kind: str) -> ScriptElement:
    """What a script element with this type holds."""
    kind = kind.partition(";")[0].strip()[:100]
    if _MIXED_TYPE.fullmatch(kind):
        return ScriptElement.MIXED
    if _SCRIPT_TYPE.fullmatch(kind):
        return ScriptElement.SCRIPT
    return ScriptElement.TEMPLATE if _TEMPLATE_TYPE.fullmatch(kind) else ScriptElement.OTHER


_CODE = re.compile(
    r"//[^\n]*+|/\*[\s\S]*?(?:\*/|\Z)|'(?:[^'\\\n]|\\.)*+'?|\"(?:[^\"\\\n]|\\.)*+\"?|`(?:[^`\\]|\\[\s\S])*+`?|[{}]|"
    r"<(?=[A-Za-z>])")
_TAG = re.compile(r"\"[^\"]*+\"?|'[^']*+'?|[{>]")
_CHILD = re.compile(r"[{<]")
_NAME = re.compile(r"</?+\s*+[\w$.:-]*+")
_BEFORE = re.compile(r"(?:^|[(,=?:\[{}>;&|!]|\breturn|\bdefault|\byield|\bcase)\s*$")
_CODE_MODE, _CHILD_MODE, _TAG_MODE = "code", "children", "tag"


def part_jsx(text: str) -> tuple[str, str]:
    """(script with blanks where markup stood, markup with blanks where script stood); both as long as the text."""
    parting = _Parting(text)
    parting.run()
    return parting.script(), parting.markup()


class _Parting:
    """One walk: what surrounds the place is a stack of script, tags and contents of elements."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marked: list[tuple[int, int]] = []
        self.stack: list[tuple[str, int]] = [(_CODE_MODE, 0)]

    def run(self) -> None:
        at = 0
        while at < len(self.text):
            mode = self.stack[-1][0]
            at = self._code(at) if mode == _CODE_MODE else self._tag(at) if mode == _TAG_MODE else self._children(at)

    def _code(self, at: int) -> int:
        match = _CODE.search(self.text, at)
        if match is None:
            return len(self.text)
        sign = match.group()
        if sign == "<":
            if _BEFORE.search(self.text, max(0, match.start() - 40), match.start()) and len(self.stack) < DEEPEST:
                return self._open(match.start())
        elif sign == "{":
            self.stack.append((_CODE_MODE, 0))
        elif sign == "}" and len(self.stack) > 1:
            self.stack.pop()
        return match.end()

    def _open(self, at: int) -> int:
        """A tag opens at `at`; its kind is kept: 1 opens an element, -1 closes one."""
        match = _NAME.match(self.text, at)
        end = match.end() if match else at + 1
        self.stack.append((_TAG_MODE, -1 if self.text.startswith("</", at) else 1))
        self.marked.append((at, end))
        return end

    def _tag(self, at: int) -> int:
        match = _TAG.search(self.text, at)
        if match is None:
            return self._mark(at, len(self.text))
        if match.group() == "{":
            self._mark(at, match.start())
            self.stack.append((_CODE_MODE, 0))
            return match.end()
        if match.group() != ">":
            return self._mark(at, match.end())
        _, step = self.stack.pop()
        self._mark(at, match.end())
        if self.text[match.start() - 1] == "/" and step > 0:
            return match.end()
        if step > 0:
            self.stack.append((_CHILD_MODE, 0))
        elif self.stack[-1][0] == _CHILD_MODE:
            self.stack.pop()
        return match.end()

    def _children(self, at: int) -> int:
        match = _CHILD.search(self.text, at)
        if match is None:
            return self._mark(at, len(self.text))
        self._mark(at, match.start())
        if match.group() == "{":
            self.stack.append((_CODE_MODE, 0))
            return match.end()
        return self._open(match.start())

    def _mark(self, start: int, end: int) -> int:
        if end > start:
            self.marked.append((start, end))
        return end

    def script(self) -> str:
        """The text with blanks in place of markup."""
        parts, at = list[str](), 0
        for start, end in self.marked:
            parts += [self.text[at:start], _blank(self.text[start:end])]
            at = end
        return "".join([*parts, self.text[at:]])

    def markup(self) -> str:
        """The text with blanks in place of script."""
        parts, at = list[str](), 0
        for start, end in self.marked:
            parts += [_blank(self.text[at:start]), self.text[start:end]]
            at = end
        return "".join([*parts, _blank(self.text[at:])])


def _blank(text: str) -> str:
    return " " * len(text)
