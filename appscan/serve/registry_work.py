"""Registry files read and written in a process of their own (`aside`). Opens no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appscan.model.registry import Entry
from appscan.portfolio.cells import Problem
from appscan.portfolio.owners import load
from appscan.portfolio.registry import read_registry
from appscan.portfolio.writing import registry_content
from appscan.store.plain import from_plain, to_plain

KNOWN = "known.json"
PLAIN = (str, int, float, bool)


def entries_to(folder: Path, entries: list[Entry]) -> None:
    """Leave entries for the process."""
    (folder / KNOWN).write_text(json.dumps([to_plain(entry) for entry in entries]), "utf-8")


def entries_in(folder: Path) -> list[Entry]:
    """The entries that were left."""
    return [from_plain(Entry, one) for one in json.loads((folder / KNOWN).read_text("utf-8"))]


def read(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A registry file, against the entries that the registry has: what may go in, and every problem with its cell.
    Raises UsageError where nothing can be read."""
    made = read_registry(folder / asked["file"], entries_in(folder), load().told(asked["told"]))
    return {"digest": made.digest, "entries": [to_plain(entry) for entry in made.entries], "kept_out": made.refused,
            "examples": made.examples, "skipped": list(made.skipped),
            "problems": [{"cell": one.cell, "key": one.key, "column": one.column, "entry": one.entry,
                          "refuses": one.refuses,
                          "params": {name: value if isinstance(value, PLAIN) else str(value)
                                     for name, value in one.params.items()}} for one in made.problems]}


def write(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The entries as a registry file."""
    path = folder / asked["file"]
    path.write_bytes(registry_content(entries_in(folder), path, asked["lang"]))
    return {"size": path.stat().st_size}


def problem_of(told: dict[str, Any]) -> Problem:
    """A problem as it came out of the process."""
    return Problem(told["cell"], told["key"], told["params"], told["column"], told["refuses"], told["entry"])
