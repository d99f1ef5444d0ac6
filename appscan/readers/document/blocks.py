"""What a document is made of, in reading order, whatever its format: headings, paragraphs, list items, table rows.
Knows no format and no policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from appscan.model.personal import heads_names, looks_like_name
from appscan.model.reading import Fact, Role
from appscan.readers.columns import FactRows

MOST_BLOCKS = 60_000
MOST_CHARACTERS = 4_000_000
MOST_CELLS = 40
LONGEST_BLOCK = 20_000
LONGEST_SECTION = 80
DEEPEST = 9
TITLE_AMONG = 3
"""Blocks among which the title stands, if there is one."""


class BrokenOffError(Exception):
    """A document, or the rest of one, that cannot be read: `reason` is that of the gap, with its parameters."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = {name: str(value) for name, value in params.items()}


class Form(StrEnum):
    """Closed set of blocks; the value is the tag of the block's element."""

    HEADING = "h"
    PARAGRAPH = "p"
    ITEM = "li"
    ROW = "tr"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` is the depth of a heading, 1 being the title; `page` counts from 1, 0 where the format has no
    pages. Of a row, `cells` are its texts and `table` tells tables apart; `heads` marks the row that names columns."""

    form: Form
    text: str = ""
    level: int = 0
    page: int = 0
    cells: tuple[str, ...] = ()
    table: int = 0
    heads: bool = False


_ROLES = {Form.HEADING: Role.HEADING, Form.PARAGRAPH: Role.PARAGRAPH, Form.ITEM: Role.ITEM}


class BlockWriter:
    """Writes blocks as facts: each is an element (`h1`, `p`, `li`, `tr`, around rows `table`) below the heading it
    stands under; `page` is an attribute of the first block of each page, `person` of a cell that holds a name; the
    screen is the title of the section. `title` is the document's, "" where it has none."""

    def __init__(self, rows: FactRows, file: str) -> None:
        self._rows = rows
        self._file = rows.pool.add(file)
        self._headings: list[tuple[int, int, int]] = []  # level, node, screen
        self._node = 0
        self._table = (0, -1)  # number, node
        self._page = 0
        self._blocks = 0
        self._characters = 0
        self._named: frozenset[int] = frozenset()
        self.title = ""

    @property
    def characters(self) -> int:
        """Characters written so far."""
        return self._characters

    def write(self, blocks: Iterable[Block]) -> dict[Form, int]:
        """Write all blocks; how many of each form. Raises BrokenOffError `document_too_long` with what came before
        written."""
        counts = dict.fromkeys(Form, 0)
        for block in blocks:
            self._blocks += 1
            self._characters += len(block.text) + sum(map(len, block.cells))
            if self._blocks > MOST_BLOCKS or self._characters > MOST_CHARACTERS:
                raise BrokenOffError("document_too_long", limit=MOST_CHARACTERS)
            if block.form is Form.HEADING and self._blocks <= TITLE_AMONG and not self.title:
                self.title = " ".join(block.text.split())[:LONGEST_SECTION]
            if block.form is Form.ROW:
                self._row(block)
            else:
                self._block(replace(block, text=block.text[:LONGEST_BLOCK]))
            counts[block.form] += 1
        return counts

    def _block(self, block: Block) -> None:
        if block.form is Form.HEADING:
            while self._headings and self._headings[-1][0] >= block.level:
                self._headings.pop()
        node = self._element(block.form + (str(min(block.level, DEEPEST)) if block.level else ""), self._parent, block)
        screen = self._screen
        if block.form is Form.HEADING:
            screen = self._rows.pool.add(" ".join(block.text.split())[:LONGEST_SECTION])
            self._headings.append((block.level, node, screen))
        self._text(block.text, _ROLES[block.form], node, self._parent_of(node), screen)

    def _row(self, block: Block) -> None:
        if self._table[0] != block.table:
            self._node += 1
            self._rows.add(Fact.NODE, "table", file=self._file, screen=self._screen, node=self._node,
                           parent=self._parent)
            self._table, self._named = (block.table, self._node), frozenset()
        if block.heads:
            self._named = frozenset(index for index, cell in enumerate(block.cells) if heads_names(cell))
        row = self._element(block.form, self._table[1], block)
        for index, cell in enumerate(block.cells[:MOST_CELLS]):
            self._node += 1
            if index in self._named and looks_like_name(cell.strip()):
                self._rows.add(Fact.ATTRIBUTE, cell.strip(), role="person", file=self._file, screen=self._screen,
                               node=self._node, parent=row)
            self._text(cell[:LONGEST_BLOCK], Role.HEADER_CELL if block.heads else Role.CELL, self._node, row,
                       self._screen)

    def _element(self, tag: str, parent: int, block: Block) -> int:
        self._node += 1
        self._rows.add(Fact.NODE, tag, file=self._file, screen=self._screen, node=self._node, parent=parent)
        if block.page != self._page:
            self._page = block.page
            self._rows.add(Fact.ATTRIBUTE, str(block.page), role="page", file=self._file, screen=self._screen,
                           node=self._node, parent=self._node)
        return self._node

    def _text(self, text: str, role: Role, node: int, parent: int, screen: int) -> None:
        self._rows.add(Fact.TEXT, text, role=role, file=self._file, screen=screen, node=node, parent=parent)

    def _parent_of(self, node: int) -> int:
        above = [one for _, one, _ in self._headings if one != node]
        return above[-1] if above else -1

    @property
    def _parent(self) -> int:
        return self._headings[-1][1] if self._headings else -1

    @property
    def _screen(self) -> int:
        return self._headings[-1][2] if self._headings else self._rows.pool.add("")
