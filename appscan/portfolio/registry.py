"""Registry files → entries that may go in, and every problem with its cell. Knows no database."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from appscan.errors import UsageError
from appscan.model.registry import Entry
from appscan.portfolio.assembling import Assembled, assemble
from appscan.portfolio.cells import Problem, Rows
from appscan.portfolio.consistency import contradictions, doubts
from appscan.portfolio.documents import read_json, read_yaml
from appscan.portfolio.owners import Owners, load
from appscan.portfolio.separated import read_separated
from appscan.portfolio.workbook import read_workbook

LARGEST = 256 << 20
_NUMBER = re.compile(r"\d+")

READERS: Mapping[str, Callable[[Path], Rows]] = {
    ".xlsx": read_workbook, ".xlsm": read_workbook, ".csv": read_separated, ".tsv": read_separated,
    ".txt": read_separated, ".yaml": read_yaml, ".yml": read_yaml, ".json": read_json,
}


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """One file read. `problems` are in the order of the file; `examples` counts rows that only show how to fill one in,
    `refused` entries that were kept out, `skipped` names sheets without a heading. `digest` is that of the file."""

    path: Path
    digest: str
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    examples: int = 0
    refused: int = 0
    skipped: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The problems that keep entries out."""
        return tuple(problem for problem in self.problems if problem.refuses)


def read_registry(path: Path, known: Iterable[Entry] = (), owners: Owners | None = None,
                  today: date | None = None) -> RegistryFile:
    """Read a registry file by its ending: .xlsx, .csv, .tsv, .yaml, .json. `known` are the entries that the registry
    has; a package cannot come in under another owner than it has there. `owners` are the shipped bodies unless given.
    Days after `today` are told, where it is given. Raises UsageError where nothing can be read."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UsageError("registry_kind", file=str(path), known=", ".join(READERS))
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError("registry_large", file=str(path), limit=LARGEST)
        digest = _digest(path)
        rows = reader(path)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("registry_unreadable", file=str(path), why=why) from None
    return _registry(path, digest, rows, known, owners or load(), today)


def _registry(path: Path, digest: str, rows: Rows, known: Iterable[Entry], owners: Owners,
              today: date | None) -> RegistryFile:
    made = assemble(rows.rows)
    made_of = {one.entry.id: one for one in made.entries}
    entries = [one.entry for one in made.entries]

    def at(entry: Entry, column: str, key: str = "") -> str:
        return _cell(made_of[entry.id], column, key)

    against = contradictions(entries, owners, at, known)
    out = {problem.entry for problem in against}
    good = tuple(entry for entry in entries if entry.id not in out)
    problems = sorted((*rows.problems, *made.problems, *against, *doubts(good, owners, at, today)), key=_place)
    return RegistryFile(path, digest, good, tuple(problems), made.examples, made.refused + len(out), rows.skipped)


def _cell(made: Assembled, column: str, key: str) -> str:
    """Address of a field; where several rows have one, of that which holds `key`."""
    cells = [row.cells[column] for one in made.rows for row in (one, *one.nested) if column in row.cells]
    holding = [cell for cell in cells if key and str(cell.raw).strip().lower() == key.lower()]
    return (holding or cells)[0].address if cells else made.rows[0].address


def _place(problem: Problem) -> tuple[str, int]:
    """Sheet and row, so that problems come in the order of the file; those of one row stay as they were found."""
    sheet, _, cell = problem.cell.rpartition("!")
    number = _NUMBER.search(cell)
    return sheet, int(number[0]) if number else 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
