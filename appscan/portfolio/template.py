"""The registry as a workbook: headings in groups, drop-downs, an example row that import leaves out, and a sheet that
explains every column. Knows no entry's meaning.

Every text is written as text: what begins with = never becomes a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import UsageError
from appscan.model.registry import AppStatus, Audience, Confidence, Entry, Level, Platform
from appscan.portfolio.flat import rows_of
from appscan.portfolio.table import letters
from appscan.portfolio.words import columns
from appscan.texts import Language, say

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FILLABLE = 2000
"""Rows under the heading that have drop-downs."""
HEADING_ROW = 3
TITLE_HEIGHT, BAND_HEIGHT, HEADING_HEIGHT = 30, 20, 34
MADE = datetime(2026, 1, 1)

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "identity": ("1F4E79", ("id", "name", "names", "owner", "product", "level", "region")),
    "use": ("2E6B4F", ("audience", "deepest", "status")),
    "artifact": ("7A4B00", ("platform", "path", "digest", "url", "miniprogram", "package", "certificate")),
    "features": ("5B2C6F", ("declared",)),
    "approval": ("7B241C", ("approval_number", "approval_body", "approval_day", "approval_scope", "approval_owner",
                            "approval_features", "icp", "cac", "exemptions", "exception")),
    "place": ("34495E", ("family", "host_platform", "own_entry")),
    "life": ("0B5345", ("first_seen", "online", "last_update", "shutdown_notice", "usage_period", "usage_active",
                        "usage_source")),
    "origin": ("4D5656", ("source", "confidence", "origins")),
}
"""Group of columns → colour of its head and its columns, in the order of `words.yaml`."""

DAYS = frozenset({"approval_day", "first_seen", "online", "last_update"})
NEEDED = frozenset({"name", "owner"})
WIDTHS = {"id": 12, "name": 26, "names": 20, "owner": 28, "audience": 24, "path": 26, "digest": 20, "url": 32,
          "package": 26, "certificate": 20, "declared": 36, "approval_scope": 24, "exception": 22,
          "shutdown_notice": 20, "origins": 30, "product": 16}
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def write_template(path: Path, lang: Language = "zh") -> None:
    """Write the empty registry with its explanations. Raises UsageError."""
    from appscan.portfolio.writing import write_new

    if path.suffix.lower() != ".xlsx":  # another name would promise another format
        raise UsageError("registry_template_suffix", file=str(path))
    write_new(path, registry_book((), lang, with_example=True))


def registry_book(entries: Sequence[Entry], lang: Language, *, with_example: bool = False) -> bytes:
    """The workbook of some entries; equal entries give equal bytes but for the time stamps that ZIP holds."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise UsageError("registry_needs_openpyxl", file=".xlsx") from None
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    sheet: Worksheet = book.create_sheet(say(lang, "registry_sheet.registry"))
    _head(sheet, lang)
    rows = [row for entry in entries for row in rows_of(entry, lang)]
    if with_example:
        rows = [_example(lang), *rows]
    for number, row in enumerate(rows, HEADING_ROW + 1):
        _fill(sheet, number, row, is_example=with_example and number == HEADING_ROW + 1)
    _choices(book, sheet, lang, max(FILLABLE, len(rows) + 200))
    _explanations(book, lang)
    book.properties.creator = "appscan"
    book.properties.created = book.properties.modified = MADE
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _head(sheet: Worksheet, lang: Language) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    title = sheet.cell(1, 1, say(lang, "registry_sheet.title"))
    title.font, title.alignment = Font(bold=True, size=16, color="1F2D3D"), Alignment(vertical="center")
    for row, height in enumerate((TITLE_HEIGHT, BAND_HEIGHT, HEADING_HEIGHT), 1):
        sheet.row_dimensions[row].height = height
    white = Side(style="thin", color="FFFFFF")
    column = 0
    for group, (colour, keys) in GROUPS.items():
        for place, key in enumerate(keys):
            column += 1
            band = sheet.cell(2, column, say(lang, f"registry_group.{group}") if place == 0 else None)
            band.fill, band.font = PatternFill("solid", fgColor=colour), Font(bold=True, color="FFFFFF")
            star = "*" if key in NEEDED else ""
            cell: Any = sheet.cell(HEADING_ROW, column, say(lang, f"registry_column.{key}") + star)
            cell.fill, cell.font = PatternFill("solid", fgColor=colour), Font(bold=True, color="FFFFFF")
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border = Border(white, white, white, white)
            cell.comment = Comment(say(lang, f"registry_explain.{key}"), "appscan", height=120, width=280)
            dimension: Any = sheet.column_dimensions[get_column_letter(column)]
            dimension.width = WIDTHS.get(key, 14)
            dimension.number_format = "yyyy-mm-dd" if key in DAYS else "General" if key == "usage_active" else "@"
    sheet.freeze_panes = f"C{HEADING_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{letters(column - 1)}{HEADING_ROW}"
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    _printed(sheet, pages_wide=3)


def _fill(sheet: Worksheet, number: int, row: dict[str, Any], *, is_example: bool) -> None:
    from openpyxl.styles import Font, PatternFill

    for column, key in enumerate(columns(), 1):
        if key not in row and not is_example:
            continue
        cell: Any = sheet.cell(number, column)
        value = row.get(key, "")
        if isinstance(value, date):
            cell.value, cell.number_format = value, "yyyy-mm-dd"
        elif isinstance(value, int):
            cell.value = value
        else:
            cell.value, cell.data_type, cell.number_format = _ILLEGAL.sub("\ufffd", value), "s", "@"
        if is_example:
            cell.fill, cell.font = PatternFill("solid", fgColor="F2F3F4"), Font(italic=True, color="7F8C8D")


def _example(lang: Language) -> dict[str, Any]:
    """The row that shows how to fill one in; its id keeps it out of every import."""
    texts: dict[str, Any] = {key: say(lang, f"registry_example.{key}") for key in columns()}
    shown = {key: text for key, text in texts.items() if text != f"registry_example.{key}"}
    return shown | {"approval_day": date(2025, 3, 1), "online": date(2025, 6, 1), "first_seen": date(2026, 1, 15),
                    "last_update": date(2026, 9, 30), "usage_active": 128}


def _choices(book: Workbook, sheet: Worksheet, lang: Language, last: int) -> None:
    """Drop-downs of the closed words, from a sheet of their own, and a rule for days."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists: Worksheet = book.create_sheet(say(lang, "registry_sheet.choices"))
    lists.sheet_state = "hidden"
    closed = {"level": [f"levels.{one.value}" for one in Level], "deepest": [f"levels.{one.value}" for one in Level],
              "audience": [f"audiences.{one.value}" for one in Audience],
              "status": [f"registry_status.{one.value}" for one in AppStatus],
              "platform": [f"registry_platform.{one.value}" for one in Platform],
              "own_entry": ["registry_truth.yes", "registry_truth.no"]}
    words = {key: [say(lang, text) for text in texts] for key, texts in closed.items()}
    words["confidence"] = [one.value for one in Confidence]
    for column, (key, options) in enumerate(words.items(), 1):
        for row, option in enumerate((key, *options), 1):
            lists.cell(row, column, option)
        source = f"'{lists.title}'!${letters(column - 1)}$2:${letters(column - 1)}${len(options) + 1}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=key != "audience")
        rule.errorTitle, rule.error = say(lang, "registry_sheet.choose"), say(lang, f"registry_explain.{key}")[:220]
        _apply(sheet, rule, key, last)
    for key in sorted(DAYS):
        rule = DataValidation(type="date", operator="between", formula1="DATE(1990,1,1)", formula2="DATE(2100,12,31)",
                              allow_blank=True, showErrorMessage=True)
        rule.errorTitle, rule.error = say(lang, "registry_sheet.choose"), say(lang, "registry_sheet.day")
        _apply(sheet, rule, key, last)


def _apply(sheet: Worksheet, rule: Any, key: str, last: int) -> None:
    letter = letters(columns().index(key))
    rule.add(f"{letter}{HEADING_ROW + 1}:{letter}{last}")
    sheet.add_data_validation(rule)


def _explanations(book: Workbook, lang: Language) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    sheet: Worksheet = book.create_sheet(say(lang, "registry_sheet.explanations"))
    line = Side(style="thin", color="D5D8DC")
    heads = ("registry_sheet.column", "registry_sheet.needed", "registry_sheet.meaning")
    notes = say(lang, "registry_sheet.notes").split("\n")
    for number, text in enumerate(notes, 1):
        sheet.cell(number, 1, text).font = Font(size=11, bold=number == 1)
    start = len(notes) + 2
    for column, (head, width) in enumerate(zip(heads, (22, 10, 96), strict=True), 1):
        cell: Any = sheet.cell(start, column, say(lang, head))
        cell.fill, cell.font = PatternFill("solid", fgColor="1F4E79"), Font(bold=True, color="FFFFFF")
        sheet.column_dimensions[letters(column - 1)].width = width
    for number, key in enumerate(columns(), start + 1):
        needed = say(lang, "registry_truth.yes") if key in NEEDED else ""
        texts = (say(lang, f"registry_column.{key}"), needed, say(lang, f"registry_explain.{key}"))
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(number, column, text)
            cell.alignment, cell.border = Alignment(vertical="top", wrap_text=True), Border(line, line, line, line)
    sheet.freeze_panes = f"A{start + 1}"
    _printed(sheet, pages_wide=1)


def _printed(sheet: Worksheet, pages_wide: int) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
