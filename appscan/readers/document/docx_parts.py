"""Elements of WordprocessingML, one after the other → blocks. Knows no file and no policy.

What a reader does not see is left out: deleted and moved text (17.13.5), the fallback of a drawing, field instructions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from appscan.readers.document.blocks import MOST_CELLS, Block, Form
from appscan.readers.document.numbering import could_be_title, ends_a_sentence, heading_level, is_item

DEEPEST_TABLE = 8
DEEPEST = 400
LONGEST = 200_000

_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "fldData", "pict_fallback"})
_SHORT_HEAD = 16


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while it is read."""

    texts: list[str] = field(default_factory=list)
    level: int = 0
    listed: bool = False
    page: int = 0


@dataclass(slots=True)
class _Table:
    """A table while it is read; `above` are the cells of the row before, for cells that are merged downwards."""

    number: int
    rows: int = 0
    cells: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    merged: bool = False
    heads: bool = False
    page: int = 0


class Body:
    """Takes the elements of one part; hands out blocks as they are whole."""

    def __init__(self, styles: Mapping[str, int], page: int = 1) -> None:
        self.page = page
        self._counts_pages = page > 0
        self._styles = styles
        self._ready: list[Block] = []
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._numbered = 0
        self._hidden = 0
        self._depth = 0
        self._first = self._counts_pages
        self._in_text = 0
        self._size = 0

    def take(self) -> list[Block]:
        """The blocks that became whole since the last time."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("nested too deep")
        if self._hidden or tag in _LEFT_OUT:
            self._hidden += 1
            return
        match tag:
            case "p":
                self._paragraphs.append(_Paragraph(page=self.page))
            case "t":
                self._in_text += 1
            case "tbl":
                self._open_table()
            case "tr" if self._tables:
                table = self._tables[-1]
                table.cells, table.heads, table.page = [], False, self.page
            case "tc" if self._tables:
                self._tables[-1].cell, self._tables[-1].merged = [], False
            case _:
                self._mark(tag, attributes)

    def _mark(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A property, or a character that is an element."""
        paragraph = self._paragraphs[-1] if self._paragraphs else None
        match tag:
            case "lastRenderedPageBreak" if self._counts_pages:
                self.page += 1
                if paragraph is not None and not paragraph.texts:
                    paragraph.page = self.page
            case "br" | "cr" | "tab" | "noBreakHyphen" | "sym" if paragraph is not None:
                paragraph.texts.append("-" if tag == "noBreakHyphen" else " ")
            case "pStyle" if paragraph is not None:
                paragraph.level = self._styles.get(attributes.get("val", ""), 0) or paragraph.level
            case "outlineLvl" if paragraph is not None and attributes.get("val", "") in set("012345678"):
                paragraph.level = paragraph.level or int(attributes["val"]) + 2
            case "numPr" if paragraph is not None:
                paragraph.listed = True
            case "tblHeader" if self._tables:
                self._tables[-1].heads = attributes.get("val", "1") not in ("0", "false", "off")
            case "vMerge" if self._tables:
                self._tables[-1].merged = attributes.get("val", "continue") == "continue"
            case _:
                return

    def text(self, text: str) -> None:
        """Characters; those outside text runs are white space between elements."""
        if self._in_text and not self._hidden and self._paragraphs and self._size < LONGEST:
            self._paragraphs[-1].texts.append(text)
            self._size += len(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._hidden:
            self._hidden -= 1
            return
        match tag:
            case "t":
                self._in_text -= 1
            case "p" if self._paragraphs:
                self._close_paragraph(self._paragraphs.pop())
            case "tc" if self._tables:
                self._close_cell(self._tables[-1])
            case "tr" if self._tables:
                self._close_row(self._tables[-1])
            case "tbl" if self._tables:
                self._close_table(self._tables.pop())
            case _:
                return

    def _open_table(self) -> None:
        if len(self._tables) >= DEEPEST_TABLE:
            raise ValueError("tables nested too deep")
        self._numbered += 1
        self._tables.append(_Table(self._numbered))

    def _close_paragraph(self, paragraph: _Paragraph) -> None:
        text = " ".join("".join(paragraph.texts).split())
        self._size = 0
        if not text:
            return
        if self._tables:
            self._tables[-1].cell.append(text)
            return
        level = paragraph.level or (0 if paragraph.listed else heading_level(text))
        if not level and self._first and not paragraph.listed and could_be_title(text):
            level = 1
        self._first = False
        if level and not (ends_a_sentence(text) and len(text) > _SHORT_HEAD):
            self._ready.append(Block(Form.HEADING, text, level, paragraph.page))
        else:
            form = Form.ITEM if paragraph.listed or is_item(text) else Form.PARAGRAPH
            self._ready.append(Block(form, text, 0, paragraph.page))

    def _close_cell(self, table: _Table) -> None:
        text = _run_together(table.cell)
        if table.merged and not text and len(table.cells) < len(table.above):
            text = table.above[len(table.cells)]
        if len(table.cells) < MOST_CELLS:
            table.cells.append(text)
        table.cell = []

    def _close_row(self, table: _Table) -> None:
        """A row of the outermost table is a block; one of a table inside a cell is text of that cell."""
        if not any(table.cells):
            return
        table.above, table.rows = table.cells, table.rows + 1
        if len(self._tables) > 1:
            outer = self._tables[-2]
            outer.cell.append(" ".join(filter(None, table.cells)))
            return
        heads = table.heads or (table.rows == 1 and names_columns(table.cells))
        self._ready.append(Block(Form.ROW, cells=tuple(table.cells), table=table.number, page=table.page, heads=heads))

    def _close_table(self, table: _Table) -> None:
        self._first = False
        if not self._tables and table.rows == 1 and self._ready and self._ready[-1].heads:
            last = self._ready[-1]  # a frame around a text, not a table
            self._ready[-1] = Block(Form.ROW, cells=last.cells, table=last.table, page=last.page)


def names_columns(cells: list[str] | tuple[str, ...]) -> bool:
    """Whether the first row of a table reads like the names of its columns: short, no sentence, no figure."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(len(cell) <= _SHORT_HEAD and not ends_a_sentence(cell)
                                   and not cell.replace(".", "").isdigit() for cell in filled)


def _run_together(texts: list[str]) -> str:
    """Paragraphs of one cell as one text; where one ends without a sign, a semicolon parts it from the next."""
    return "".join(text if not index else ("" if ends_a_sentence(texts[index - 1]) else "；") + text
                   for index, text in enumerate(texts))
