"""A grid of cells with a heading somewhere in its first rows → rows by column. Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appscan.portfolio.cells import Cell, Params, Problem, Row
from appscan.portfolio.values import Raw
from appscan.portfolio.words import headings, loose

HEADING_WITHIN = 30
LEAST_HEADINGS = 2
NEEDED = ("name", "owner")
MOST_ROWS, MOST_COLUMNS = 100_000, 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled cell of a grid: column from 0, content, and what makes it unusable."""

    column: int
    raw: Raw
    fault: str = ""
    told: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a grid: its number from 1, its filled cells, a fault of the whole row."""

    number: int
    cells: tuple[Filled, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading, and what is wrong with the heading."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def letters(column: int) -> str:
    """Name of a column as spreadsheets write it: 0 is A, 26 is AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def table_of(lines: Sequence[Line], sheet: str = "") -> Table | None:
    """The table in a grid; None where no row of the first ones is a heading with a name of the app."""
    prefix = f"{sheet}!" if sheet else ""
    best = max(lines[:HEADING_WITHIN], key=_known_headings, default=None)
    if best is None or _known_headings(best) < LEAST_HEADINGS or NEEDED[0] not in _columns(best).values():
        return None
    columns, problems = _columns(best), _heading_problems(best, prefix)
    rows = [_row(line, columns, prefix) for line in lines[lines.index(best) + 1:] if line.cells or line.fault]
    return Table(tuple(row for row in rows if row.cells or row.fault), tuple(problems))


def _row(line: Line, columns: Mapping[int, str], prefix: str) -> Row:
    cells = {columns[one.column]: Cell(f"{prefix}{letters(one.column)}{line.number}", one.raw, one.fault, one.told)
             for one in line.cells if one.column in columns}
    empty = {key: f"{prefix}{letters(column)}{line.number}" for column, key in columns.items() if key in NEEDED}
    return Row(f"{prefix}A{line.number}", cells, line.fault, empty=empty)


def _known_headings(line: Line) -> int:
    return len(_columns(line))


def _columns(line: Line) -> dict[int, str]:
    """Column of the grid → key; the first of several with one heading."""
    found: dict[int, str] = {}
    for cell in line.cells:
        key = headings().get(loose(cell.raw)) if isinstance(cell.raw, str) else None
        if key and key not in found.values():
            found[cell.column] = key
    return found


def _heading_problems(line: Line, prefix: str) -> list[Problem]:
    taken = _columns(line)
    found = []
    for cell in line.cells:
        if cell.column in taken or not str(cell.raw).strip():
            continue
        known = headings().get(loose(cell.raw)) if isinstance(cell.raw, str) else None
        address = f"{prefix}{letters(cell.column)}{line.number}"
        found.append(Problem(address, "heading_twice" if known else "heading_unknown", {"given": str(cell.raw)[:80]},
                             known or "", refuses=False))
    return found
