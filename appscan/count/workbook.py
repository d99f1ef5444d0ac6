"""The count as a workbook: sums, owners, a sheet for each rule, all products. Knows the document only.

Every text is written as text: what a registry begins with `=` stays a quotation and never becomes a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from appscan.count.effect import effect_lines
from appscan.count.sections import Cell, Words, sections, words_of
from appscan.texts import Language, say

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

HEAD = "D9E2EC"
SHADES = {"exceeds_principle": "F8D7DA", "undetermined": "E6E3F5", "within": "D9F2E3"}
LONGEST, NARROWEST, WIDEST = 4000, 8, 60
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def to_xlsx(document: Mapping[str, Any], lang: Language = "zh") -> bytes:
    """One workbook; equal documents give equal ones."""
    from openpyxl import Workbook

    words, book = words_of(document, lang), Workbook()
    assert book.active is not None
    book.remove(book.active)
    _sheet(book, words.say("sheet.totals"), (words.say("column.item"), words.say("column.number")), _sums(words))
    effect = [(line,) for line in effect_lines(words)]
    if effect:
        _sheet(book, words.say("sheet.proposed"), (words.say("column.item"),), effect)
    for section in sections(document, lang):
        if section.rows:
            _sheet(book, section.title, section.columns, section.rows, [SHADES[one] for one in section.states])
    columns = [words.say(f"column.{name}") for name in (
        "id", "name", "owner", "written", "scope", "reasons", "entries", "platforms", "status", "region", "tested",
        "reports")]
    _sheet(book, words.say("section.products"), columns, [_product(words, one) for one in document["products"]])
    book.properties.creator = "appscan"
    book.properties.created = book.properties.modified = datetime.fromisoformat(document["made"]).replace(tzinfo=None)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _sums(words: Words) -> Iterable[tuple[Cell, ...]]:
    totals = words.document["totals"]
    yield words.say("as_of"), words.document["as_of"]
    for name in ("entries", "products", "central", "local", "no_owner", "owners", "exceeds_principle", "undetermined",
                 "within", "for_review", "unlisted"):
        yield words.say(f"total.{name}"), totals[name]
    for name in ("confirmed", "undetermined", "most"):
        yield words.say(f"total.counted_{name}"), totals["counted"][name]
    for name, number in totals["examined"].items():
        yield words.say(f"total.examined_{name}"), number


def _product(words: Words, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (one["product"], one["name"], one["owner_name"], one["written"], words.say(f"scope.{one['scope']}"),
            words.join([words.say(f"reason.{reason}") for reason in one["reasons"]]), words.join(one["entries"]),
            words.join([say(words.lang, f"registry_platform.{name}") for name in one["platforms"]]),
            say(words.lang, f"registry_status.{one['status']}"), one["region"],
            words.say(f"tested.{one['examined']['result']}"), words.join([str(two) for two in
                                                                          one["examined"]["reports"]]))


def _sheet(book: Workbook, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]],
           shades: Sequence[str] = ()) -> None:
    """A sheet with a frozen head and filters. Looks are few and shared: openpyxl compares every style that is set."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.append(list(columns))
    kept = [[_plain(cell) for cell in row] for row in rows]
    wrapped, bold = Alignment(vertical="top", wrap_text=True), Font(bold=True)
    for number, row in enumerate(kept, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value, cell.data_type = value, "s"
            else:
                cell.value = value
            if len(kept) <= 2000:
                cell.alignment = wrapped
        if shades:
            sheet.cell(number, 2).fill = PatternFill("solid", fgColor=shades[number - 2])
    for column, name in enumerate(columns, 1):
        head = sheet.cell(1, column)
        head.font, head.fill, head.alignment = bold, PatternFill("solid", fgColor=HEAD), wrapped
        longest = max([_width(name), *(_width(str(row[column - 1])) for row in kept[:500])])
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(NARROWEST, longest + 2))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(kept) + 1}"
    sheet.page_setup.orientation = "landscape"


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _plain(cell: Cell) -> Cell:
    return _ILLEGAL.sub("\ufffd", cell)[:LONGEST] if isinstance(cell, str) else cell
