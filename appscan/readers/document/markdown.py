"""Markdown → blocks: headings, lists, tables, paragraphs (CommonMark, and the tables of GitHub). Renders nothing and
follows no link. Knows no policy."""

from __future__ import annotations

import html
import re
from collections.abc import Generator, Iterator

from appscan.readers.document.blocks import Block, Form
from appscan.readers.document.numbering import heading_level, is_item

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADING = re.compile(r"(?P<marks>#{1,6})(?:\s+(?P<text>.*?))?(?:\s+#+)?\s*")
_UNDERLINE = re.compile(r"(=+|-+)\s*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s+(?P<text>.*)")
_RULE = re.compile(r"(?:[-*_]\s*){3,}")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]{0,300})\]\([^()]{0,1000}\)")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~|`)(?=\S)(?P<text>[^*`~]{1,1000}?)(?<=\S)\1")
_BOLD = re.compile(r"(\*\*|__)(?P<text>[^*_]{1,60})\1")
_CELL = re.compile(r"(?<!\\)\|")


def markdown_blocks(text: str) -> Iterator[Block]:
    """Blocks of a text in Markdown. What it hides from a reader (comments) is left out."""
    reader = _Markdown(_COMMENT.sub("", text).splitlines())
    return reader.blocks()


class _Markdown:
    """One text while it is read, line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.paragraph: list[str] = []
        self.is_item = False
        self.tables = 0

    def blocks(self) -> Iterator[Block]:
        at, fence = 0, ""
        while at < len(self.lines):
            line = self.lines[at].strip().lstrip("> ").strip()
            at += 1
            marks = _FENCE.match(line)
            if marks and (not fence or line.startswith(fence)):
                yield from self._flush()
                fence = "" if fence else marks.group(1)
            elif fence:
                self.paragraph = [line] if line else []
                yield from self._flush()
            elif "|" in line and at < len(self.lines) and self._delimits(self.lines[at]):
                yield from self._flush()
                at = yield from self._table(line, at + 1)
            else:
                yield from self._line(line)
        yield from self._flush()

    def _line(self, line: str) -> Iterator[Block]:
        """One line outside fences and tables."""
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if heading:
            yield from self._flush()
            yield Block(Form.HEADING, plain(heading["text"] or ""), len(heading["marks"]))
        elif self.paragraph and _UNDERLINE.fullmatch(line) and not self.is_item:
            title, self.paragraph = " ".join(self.paragraph), []
            yield Block(Form.HEADING, plain(title), 1 if line[0] == "=" else 2)
        elif not line or _RULE.fullmatch(line):
            yield from self._flush()
        elif item:
            yield from self._flush()
            self.paragraph, self.is_item = [item["text"] if line[0] in "-*+" else line], True
        else:
            bold = _BOLD.fullmatch(line)
            level = heading_level(plain(line)) if bold or not self.paragraph else 0
            if bold and level:
                yield from self._flush()
                yield Block(Form.HEADING, plain(line), level)
            else:
                if is_item(line):  # each article and each numbered line speaks for itself
                    yield from self._flush()
                self.paragraph.append(line)

    def _flush(self) -> Iterator[Block]:
        text = plain(" ".join(self.paragraph))
        if text:
            yield Block(Form.ITEM if self.is_item or is_item(text) else Form.PARAGRAPH, text)
        self.paragraph, self.is_item = [], False

    def _delimits(self, line: str) -> bool:
        return "-" in line and _DELIMITER.fullmatch(line.strip().lstrip("> ")) is not None

    def _table(self, first: str, at: int) -> Generator[Block, None, int]:
        self.tables += 1
        yield Block(Form.ROW, cells=cells_of(first), table=self.tables, heads=True)
        while at < len(self.lines) and "|" in self.lines[at] and self.lines[at].strip():
            yield Block(Form.ROW, cells=cells_of(self.lines[at].strip().lstrip("> ")), table=self.tables)
            at += 1
        return at


def cells_of(line: str) -> tuple[str, ...]:
    """Cells of one line of a table."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(plain(cell.replace("\\|", "|")) for cell in _CELL.split(inner))


def plain(text: str) -> str:
    """The words of a line without marks of emphasis, links and tags."""
    text = _TAG.sub("", _BREAK.sub(" ", text))
    text = _LINK.sub(lambda found: found["text"], text)
    for _ in range(3):
        text = _EMPHASIS.sub(lambda found: found["text"], text)
    return " ".join(html.unescape(text).split())
