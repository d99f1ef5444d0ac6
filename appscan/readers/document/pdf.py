"""PDF → blocks page by page: words into lines, ruled tables into rows. The only importer of the PDF library; runs no
script, opens no attachment. Knows no policy."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page

from appscan.errors import LimitReached
from appscan.readers.document.blocks import MOST_CELLS, Block, BrokenOffError, Form
from appscan.readers.document.docx_parts import names_columns
from appscan.readers.document.lines import Line, blocks_of
from appscan.readers.document.pdf_page import interpret
from appscan.readers.limits import Deadline

MOST_PAGES = 1_000
MOST_RULES = 6_000
"""Lines and boxes of one page from which on it is a drawing, in which no table is sought."""
FEW_CHARS = 12
MANY_CURVES = 100
"""Curves from which on a page without letters has had its letters turned into drawings."""
REPEATED = 0.5
"""Share of the pages on which a first or last line must stand to be the running head or foot."""
GARBLED = 0.2

_PAGE_NUMBER = re.compile(r"[\s\-—–_.·/第页共,，]*(?:\d{1,4}[\s\-—–_.·/第页共,，]*){1,2}")
_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")
_LOOKALIKES: dict[int, str | int] = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **str.maketrans("⺟⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻪⻬⻮⻰⻳",
                    "母虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄黾齐齿龙龟")}
"""Radicals that printers (Skia) write for the characters that look like them, because the font draws both alike."""

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # its warnings on odd files are of no use to our readers


@dataclass(frozen=True, slots=True)
class PageLook:
    """What a page is like: whether it has text, pictures, letters that no one can name, or could not be read at all."""

    number: int
    texts: int
    pictures: int
    garbled: bool = False
    damaged: bool = False

    @property
    def pictured(self) -> bool:
        """Whether there is a picture and next to no text."""
        return not self.damaged and self.pictures > 0 and self.texts < FEW_CHARS


class PdfDocument:
    """One PDF. `looks` fills as its pages are read; `pages` counts them all."""

    def __init__(self, path: Path, deadline: Deadline) -> None:
        """Raises BrokenOffError `document_encrypted` or `document_damaged` (what)."""
        self.deadline = deadline
        self.looks: list[PageLook] = []
        self._file = path.open("rb")  # the library would leave it open where it fails
        try:
            self._document = pdfplumber.open(self._file)
            self.pages = len(self._document.pages)
        except (MemoryError, LimitReached):
            self._file.close()
            raise
        except Exception as error:  # noqa: BLE001 (the library raises whatever a damaged file makes it)
            self._file.close()
            causes = (error, *error.args)
            if any(isinstance(one, PDFPasswordIncorrect | PDFEncryptionError) for one in causes):
                raise BrokenOffError("document_encrypted") from None
            raise BrokenOffError("document_damaged", what=f"{type(causes[-1]).__name__}") from None
        if not self.pages:
            self._file.close()
            raise BrokenOffError("document_damaged", what="no pages")

    def blocks(self) -> Iterator[Block]:
        """Blocks of all pages. Raises BrokenOffError `document_pages` after the pages that were read."""
        parts: list[_Part] = []
        for number, page in enumerate(self._document.pages[:MOST_PAGES], 1):
            self.deadline.check()
            parts += self._parts_of(page, number)
            page.close()
        yield from _as_blocks(_without_running_lines(parts, self.pages))
        if self.pages > MOST_PAGES:
            raise BrokenOffError("document_pages", limit=MOST_PAGES, pages=self.pages)

    def close(self) -> None:
        """Let go of the file."""
        self._document.close()
        self._file.close()

    def _parts_of(self, page: Page, number: int) -> list[_Part]:
        try:
            interpret(page, self.deadline)
            parts = self._read(page, number)
            whole = "".join(text for part in parts for text in part.texts)
            garbled = len(_UNMAPPED.findall(whole)) > GARBLED * max(len(_UNMAPPED.sub("x", whole)), 1)
            drawn = len(page.images) + (len(page.curves) > MANY_CURVES)
            self.looks.append(PageLook(number, len(page.chars), drawn, garbled))
            return parts
        except (MemoryError, LimitReached):
            raise
        except Exception:  # noqa: BLE001, S110 (as above; a damaged page, or one without end, is told as a gap)
            pass
        self.looks.append(PageLook(number, 0, 0, damaged=True))
        return []

    def _read(self, page: Page, number: int) -> list[_Part]:
        rules = len(page.lines) + len(page.rects) + len(page.curves)
        tables = [(table.bbox, rows) for table in (page.find_tables() if 3 <= rules <= MOST_RULES else ())
                  if (rows := _rows(table))]
        parts = [_Part(box[1], number, rows=rows) for box, rows in tables]
        taken = [box for box, _ in tables]
        left = page.filter(lambda one: not _inside(one, taken)) if taken else page
        parts += [_Part(line["top"], number, line=" ".join(_letters(line["text"]).split()))
                  for line in left.extract_text_lines(return_chars=False, x_tolerance=2, y_tolerance=3)]
        parts.sort(key=lambda part: part.top)
        return parts


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of text or a table on a page; `top` is its distance from the upper edge."""

    top: float
    page: int
    line: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def texts(self) -> list[str]:
        return [self.line, *(cell for row in self.rows for cell in row)]


def _letters(text: str) -> str:
    return text if text.isascii() else text.translate(_LOOKALIKES)


def _inside(thing: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    if thing.get("object_type") != "char":
        return False
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _rows(table: Any) -> tuple[tuple[str, ...], ...]:
    """Rows of a ruled table; a cell that is merged with the one above says the same. Empty for a frame around text."""
    rows: list[tuple[str, ...]] = []
    for raw in table.extract(x_tolerance=2, y_tolerance=3):
        above = dict(enumerate(rows[-1] if rows else ()))
        cells = tuple(above.get(index, "") if cell is None else _letters("".join(cell.split("\n")))
                      for index, cell in enumerate(raw[:MOST_CELLS]))
        if any(cells):
            rows.append(cells)
    return tuple(rows) if len(rows) > 1 and len(rows[0]) > 1 else ()


def _without_running_lines(parts: list[_Part], pages: int) -> list[_Part]:
    """Parts without page numbers and without the line that heads or ends most pages."""
    edges: dict[int, list[int]] = {}
    for index, part in enumerate(parts):
        if part.line:
            edges.setdefault(part.page, []).append(index)
    at_edge = {index for lines in edges.values() for index in (*lines[:1], *lines[-1:])}
    shape = Counter(re.sub(r"\d+", "0", parts[index].line) for index in at_edge)
    running = {text for text, count in shape.items() if pages > 3 and count > REPEATED * pages}
    return [part for index, part in enumerate(parts)
            if index not in at_edge or not (_PAGE_NUMBER.fullmatch(part.line)
                                            or re.sub(r"\d+", "0", part.line) in running)]


def _as_blocks(parts: list[_Part]) -> Iterator[Block]:
    """Runs of lines as text, tables as rows; a table that goes on at the top of the next page keeps its columns."""
    lines: list[Line] = []
    number, columns, before, first = 0, 0, 0, True
    for part in parts:
        if part.line:
            lines.append((part.line, part.page))
            continue
        went_on = not lines and part.page == before + 1 and len(part.rows[0]) == columns
        yield from blocks_of(lines, titled=first)
        first, lines = first and not lines, []
        number += not went_on
        heads = not went_on and names_columns(part.rows[0])
        for index, row in enumerate(part.rows):
            yield Block(Form.ROW, cells=row, table=number, page=part.page, heads=heads and index == 0)
        columns, before = len(part.rows[0]), part.page
    yield from blocks_of(lines, titled=first)
