"""Workbooks (.xlsx) → grids, within bounds. Runs no formula, follows no link. Knows no column."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from appscan.errors import UsageError
from appscan.portfolio.cells import Problem, Row, Rows
from appscan.portfolio.table import MOST_COLUMNS, MOST_ROWS, Filled, Line, letters, table_of
from appscan.texts import LANGUAGES, say

MOST_PARTS = 2000
INFLATED = 256 << 20
MOST_CELLS = 4_000_000
MOST_MERGED = 200_000
PIECE = 1 << 16
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of a compound file: a workbook of Excel 97, or one behind a password ([MS-CFB])."""

BROKEN = (zipfile.BadZipFile, expat.ExpatError, zlib.error, SyntaxError, KeyError, ValueError, TypeError, IndexError,
          EOFError, AttributeError, NotImplementedError, RuntimeError, OverflowError)
"""openpyxl lets through whatever broken XML makes of its own code; the file is what is wrong."""

_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


class DamagedError(ValueError):
    """The package is no workbook that can be read; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Merged:
    """A merged range: rows from 1, columns from 0, all inclusive."""

    name: str
    top: int
    bottom: int
    left: int
    right: int


def read_workbook(path: Path) -> Rows:
    """Rows of all visible sheets that have a heading. Raises UsageError `registry_old_excel`, `registry_damaged`,
    `registry_large`, `registry_no_heading` or `registry_needs_openpyxl`."""
    with path.open("rb") as file:
        if file.read(len(OLD_EXCEL)) == OLD_EXCEL:
            raise UsageError("registry_old_excel", file=str(path))
        file.seek(0)
        try:
            merged = _proved(file, str(path))
            return _rows(file, merged, str(path))
        except BROKEN as error:
            what = f"{type(error).__name__}: {error}"[:200]
            raise UsageError("registry_damaged", file=str(path), what=what) from None


def _rows(file: IO[bytes], merged: Mapping[str, list[_Merged]], name: str) -> Rows:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise UsageError("registry_needs_openpyxl", file=name) from None
    rows: list[Row] = []
    problems: list[Problem] = []
    skipped: list[str] = []
    is_found = False
    own = {say(lang, f"registry_sheet.{name}") for lang in LANGUAGES for name in ("explanations", "choices")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out: pictures, extensions of validation
        book = load_workbook(file, read_only=True, keep_links=False)
        for sheet in book.worksheets:
            lines = list(_lines(sheet, merged.get(sheet.title, []), name)) if sheet.sheet_state == "visible" else []
            table = table_of(lines, sheet.title)
            if table is None:
                skipped += [sheet.title] if lines and sheet.title not in own else []
                continue
            is_found = True
            rows += table.rows
            problems += table.problems
    if not is_found:
        raise UsageError("registry_no_heading", file=name)
    return Rows(tuple(rows), tuple(problems), tuple(skipped))


def _lines(sheet: Any, merged: Sequence[_Merged], name: str) -> Iterator[Line]:
    sheet.reset_dimensions()  # a sheet may say it is smaller than it is
    by_row = _by_row(merged)
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS), 1):
        if number > MOST_ROWS:
            raise UsageError("registry_large", file=name, limit=MOST_ROWS)
        filled = tuple(_filled(column, cell, by_row.get(number, ())) for column, cell in enumerate(cells)
                       if cell.value is not None and cell.value != "")
        inside = [one for one in by_row.get(number, ()) if one.top < number or not filled]
        if inside and not any(one.fault == "merged" for one in filled):  # below the first row a merged cell looks empty
            filled = (*filled, Filled(inside[0].left, "", "merged", {"range": inside[0].name}))
        if filled:
            yield Line(number, tuple(sorted(filled, key=lambda one: one.column)))


def _filled(column: int, cell: Any, merged: Sequence[_Merged]) -> Filled:
    value = cell.value
    over = next((one for one in merged if one.left <= column <= one.right), None)
    if over is not None:
        return Filled(column, value if isinstance(value, str) else str(value), "merged", {"range": over.name})
    if cell.data_type == "f":
        return Filled(column, str(getattr(value, "text", value))[:200], "formula")
    if cell.data_type == "e":
        return Filled(column, str(value)[:40], "error_cell", {"given": str(value)[:40]})
    if isinstance(value, time | timedelta):
        return Filled(column, str(value), "time_of_day", {"given": str(value)[:40]})
    return Filled(column, value if isinstance(value, str | int | float | bool | date) else str(value)[:200])


def _by_row(merged: Sequence[_Merged]) -> dict[int, list[_Merged]]:
    found: dict[int, list[_Merged]] = {}
    left = MOST_MERGED
    for one in merged:
        for row in range(one.top, min(one.bottom, MOST_ROWS) + 1):
            left -= 1
            if left < 0:
                raise DamagedError("too many merged cells")
            found.setdefault(row, []).append(one)
    return found


def _proved(file: IO[bytes], name: str) -> dict[str, list[_Merged]]:
    """Merged ranges by title of their sheet, after every part was seen to be bounded XML without entities."""
    with zipfile.ZipFile(file) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > INFLATED:
            raise UsageError("registry_large", file=name, limit=MOST_ROWS)
        ranges: dict[str, list[_Merged]] = {}
        titles: dict[str, str] = {}
        targets: dict[str, str] = {}
        for part in parts:
            if part.filename.endswith((".xml", ".rels", ".vml")):
                seen = _Seen()
                seen.read(package, part)
                ranges[part.filename] = seen.merged
                titles.update(seen.titles)
                if part.filename.endswith("workbook.xml.rels"):
                    targets = seen.targets
    return {titles[key]: ranges.get(_resolved(target), []) for key, target in targets.items() if key in titles}


def _resolved(target: str) -> str:
    """Name of a part that the workbook's relations point to (ECMA-376, part 2)."""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Seen:
    """What one part holds that openpyxl does not tell when it reads row by row."""

    def __init__(self) -> None:
        self.merged: list[_Merged] = []
        self.titles: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self._cells = 0

    def read(self, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Go through one part. Raises DamagedError for entities and for too many cells."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EntityDeclHandler = self._refuse
        with package.open(part) as content:
            while piece := content.read(PIECE):
                parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        if local == "c":
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise DamagedError("too many cells")
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif local == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            self.titles[relation] = attributes.get("name", "")
        elif local == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _merge(self, ref: str) -> None:
        parts = _RANGE.fullmatch(ref)
        if parts and len(self.merged) < MOST_MERGED:
            left, top, right, bottom = parts.groups()
            self.merged.append(_Merged(ref, int(top), int(bottom), _column(left), _column(right)))

    @staticmethod
    def _refuse(*_: object) -> None:
        raise DamagedError("entity declaration")


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    assert letters(number - 1) == name
    return number - 1
