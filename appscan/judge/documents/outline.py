"""Facts of a document → its sections and units: a unit is a sentence, or a whole row of a table. Knows no check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from appscan.model.folding import fold
from appscan.model.reading import Fact, Reading, Role

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_NUMBER_HEAD = re.compile(r"序号|编号|no\.?|#")
_FORMS = {Role.HEADING: "heading", Role.PARAGRAPH: "paragraph", Role.ITEM: "item"}

ONE_READING = 1500
"""Characters of a section that is read as one: its subsections say more about the same thing."""

TITLE_BLOCKS = 5
LONGEST_TITLE = 60


@dataclass(slots=True)
class Section:
    """A heading with what stands below it. `scope` is the section whose units count as standing on one screen."""

    title: str
    level: int
    parent: int
    size: int = 0
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a row. `row` is its first row of the facts, `paragraph` counts blocks from 1, `page` is 0 where
    there is none. `text` is folded; of a table row, so are `cells` and the `heads` of their columns."""

    row: int
    text: str
    raw: str
    form: Role
    section: int
    paragraph: int
    page: int
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()


@dataclass(slots=True)
class Outline:
    """The document in order. Section 0 is the document itself."""

    sections: list[Section] = field(default_factory=lambda: [Section("", 0, -1)])
    units: list[Unit] = field(default_factory=list)
    title: str = ""

    def chain(self, section: int) -> Iterator[Section]:
        """A section and those around it, from within, the document itself and its title left out."""
        while section > 0 and self.sections[section].level > 1:
            yield self.sections[section]
            section = self.sections[section].parent


def outline_of(reading: Reading) -> Outline:
    """The outline of a document's reading."""
    builder = _Builder(reading)
    builder.build()
    return builder.outline


class _Builder:
    """Goes through the rows once."""

    def __init__(self, reading: Reading) -> None:
        self.strings, self.facts, self.name = reading.strings, reading.facts, reading.artifact.name
        self.outline = Outline()
        self.at = 0
        self.open: list[tuple[int, int]] = [(0, 0)]  # level, section
        self.paragraph = self.page = 0
        self.cells: list[tuple[int, str]] = []
        self.of_heads = False
        self.tags: dict[int, str] = {}
        self.heads: tuple[str, ...] = ()
        self.table = -1
        self.first: list[str] = []
        self.opening = True

    def build(self) -> None:
        """Fill the outline."""
        facts, texts = self.facts, self.strings
        for row, (kind, value, role) in enumerate(zip(facts.kind.tolist(), facts.value.tolist(), facts.role.tolist(),
                                                      strict=True)):
            if kind == Fact.NODE:
                self._element(row, texts[value])
            elif kind == Fact.ATTRIBUTE and texts[role] == "page":
                self.page = int(texts[value]) if texts[value].isascii() and texts[value].isdigit() else self.page
            elif kind == Fact.TEXT:
                self._text(row, texts[value], texts[role])
        self._close_row()
        self._finish()

    def _element(self, row: int, tag: str) -> None:
        self._close_row()
        if tag == "table":
            self.table, self.heads = int(self.facts.node[row]), ()
        else:
            self.paragraph += 1

    def _text(self, row: int, raw: str, role: str) -> None:
        if role in (Role.CELL, Role.HEADER_CELL):
            self.cells.append((row, raw))
            self.of_heads = role == Role.HEADER_CELL
            return
        if role == Role.HEADING:
            self._heading(raw, self._level(row))
        if role in _FORMS:
            self.opening &= not (self.first and role == Role.HEADING)
            if self.opening and len(self.first) < TITLE_BLOCKS and len(raw) <= LONGEST_TITLE:
                self.first.append(raw)
            for sentence in _SENTENCE.findall(raw):
                self._unit(row, sentence.strip(), Role(role))

    def _level(self, row: int) -> int:
        """Level of the heading whose element stands just before its text."""
        for before in range(row - 1, max(-1, row - 4), -1):
            tag = self.strings[int(self.facts.value[before])]
            if self.facts.kind[before] == Fact.NODE and tag[:1] == "h" and tag[1:].isdigit():
                return int(tag[1:])
        return 2

    def _heading(self, raw: str, level: int) -> None:
        while self.open[-1][0] >= level:
            self.open.pop()
        self.outline.sections.append(Section(" ".join(raw.split()), level, self.open[-1][1]))
        self.open.append((level, len(self.outline.sections) - 1))

    def _unit(self, row: int, raw: str, form: Role, cells: tuple[str, ...] = (), heads: tuple[str, ...] = ()) -> None:
        text = fold(raw)
        if text:
            section = self.open[-1][1]
            self.outline.units.append(Unit(row, text, raw, form, section, self.paragraph, self.page, cells, heads))
            self.outline.sections[section].size += len(text)

    def _close_row(self) -> None:
        if not self.cells:
            return
        texts = tuple(raw for _, raw in self.cells)
        if self.of_heads and not self.heads:
            self.heads = tuple(map(fold, texts))
        named = [(head, cell) for head, cell in zip((*self.heads, *[""] * len(texts)), texts, strict=False)
                 if cell.strip() and not (_NUMBER_HEAD.fullmatch(head) and cell.strip(" .").isdigit())]
        raw = "｜".join(f"{head}：{cell}" if head and not self.of_heads else cell for head, cell in named)
        self._unit(self.cells[0][0], raw, Role.HEADER_CELL if self.of_heads else Role.CELL,
                   tuple(fold(cell) for _, cell in named), self.heads)
        self.cells = []

    def _finish(self) -> None:
        outline = self.outline
        self._title()
        known: dict[str, int] = {}
        outline.sections[0].title = self.name
        for section in outline.sections:
            known[section.title] = known.get(section.title, 0) + 1
            section.title += f"（{known[section.title]}）" if known[section.title] > 1 else ""
        outline.title = fold(" ".join([*(one.title for one in outline.sections if one.level == 1),
                                       *(text for text in self._opening())]))
        total = [one.size for one in outline.sections]
        for index in range(len(outline.sections) - 1, 0, -1):
            total[outline.sections[index].parent] += total[index]
        for index, section in enumerate(outline.sections):
            section.scope = index
            parent = section.parent
            if index and parent > 0 and outline.sections[parent].level > 1 and total[parent] <= ONE_READING:
                section.scope = outline.sections[parent].scope

    def _title(self) -> None:
        """The first heading is the title, whatever its level, where no other stands as high."""
        sections = self.outline.sections
        if len(sections) > 1 and all(other.level > sections[1].level for other in sections[2:]):
            sections[1].level = 1

    def _opening(self) -> list[str]:
        """Short blocks before the first chapter, where a title stands that is marked as none."""
        opening: list[str] = []
        for text in self.first:
            if opening and re.match(r"[一二三四五六七八九十]{1,3}[、.]|第[一二三四五六七八九十]{1,3}[章条]|\d", text):
                break
            if not text.endswith(("。", "；", ";")):
                opening.append(text)
        return opening
