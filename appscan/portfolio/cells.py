"""What readers of registry files hand on: rows of cells with their places, and what is wrong with them. Knows no
format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from appscan.portfolio.values import Raw

Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at one cell. `key` is a text `registry_faults.<key>` with its parameters. One that `refuses`
    keeps the entry out; any other is to be looked at. `entry` is the id of the entry where it is known."""

    cell: str
    key: str
    params: Params = field(default_factory=dict)
    column: str = ""
    refuses: bool = True
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell: its address for people, what stands in it, and what makes it unusable whatever it says."""

    address: str
    raw: Raw
    fault: str = ""
    told: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its address, its filled cells by the key of their column, and a fault of the row itself. `nested` holds
    the artifacts of a document, each as a row of its own. `empty` holds the addresses of cells that could be filled."""

    address: str
    cells: Mapping[str, Cell]
    fault: str = ""
    nested: tuple[Row, ...] = ()
    empty: Mapping[str, str] = field(default_factory=dict)

    def at(self, column: str) -> str:
        """Address of a column's cell; of the row where there is no such column."""
        cell = self.cells.get(column)
        return cell.address if cell else self.empty.get(column, self.address)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a file, what is wrong with the file as a whole, and parts of it that were not read."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[str, ...] = ()
