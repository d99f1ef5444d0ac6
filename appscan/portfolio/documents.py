"""Registry files in YAML and JSON → rows. Knows no value: words and days are proved where those of tables are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from appscan.errors import UsageError
from appscan.portfolio.cells import Cell, Problem, Row, Rows
from appscan.portfolio.table import MOST_ROWS
from appscan.schema.plain_yaml import PlainLoader, line_of, line_of_error, reason_of

LARGEST_JSON, LARGEST_YAML = 128 << 20, 8 << 20
"""Bytes. YAML is read a hundred times slower; beyond some thousand apps JSON or a table is the way."""
APPS, VERSION = "apps", "registry"

NESTED: Mapping[tuple[str, str], str] = {
    **{("approval", name): f"approval_{name}" for name in ("number", "body", "scope", "owner", "features")},
    **{("usage", name): f"usage_{name}" for name in ("period", "active", "source")},
    ("approval", "date"): "approval_day",
}
"""Member of a member → column; every other member is its column."""

PLAIN = frozenset({
    "id", "name", "names", "owner", "product", "level", "region", "audience", "deepest", "status", "declared", "icp",
    "cac", "exemptions", "exception", "family", "host_platform", "own_entry", "first_seen", "online", "last_update",
    "shutdown_notice", "source", "confidence", "origins"})
OF_ARTIFACT = frozenset({"platform", "path", "digest", "url", "miniprogram", "package", "certificate"})
GROUPS = frozenset(group for group, _ in NESTED)

Lines = Callable[[Sequence[str | int]], int]


def read_json(path: Path) -> Rows:
    """Rows of a JSON registry. Raises UsageError `registry_syntax`, `registry_encoding`, `registry_large` or
    `registry_shape`."""
    content = _content(path, LARGEST_JSON)
    try:
        document = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError("registry_syntax", file=str(path), line=getattr(error, "lineno", 1),
                         reason="json") from None
    return _rows(document, path, None)


def read_yaml(path: Path) -> Rows:
    """The same of YAML; places are told with their line."""
    content = _content(path, LARGEST_YAML)
    try:
        root = yaml.compose(content, Loader=PlainLoader)
        document = PlainLoader("").construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError("registry_syntax", file=str(path), line=line_of_error(error),
                         reason=reason_of(error)) from None
    return _rows(document, path, root)


def _content(path: Path, largest: int) -> str:
    with path.open("rb") as file:
        raw = file.read(largest + 1)
    if len(raw) > largest:
        raise UsageError("registry_large", file=str(path), limit=MOST_ROWS)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UsageError("registry_encoding", file=str(path), line=raw[:error.start].count(b"\n") + 1) from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _rows(document: object, path: Path, root: yaml.Node | None) -> Rows:
    apps = document.get(APPS) if isinstance(document, Mapping) else document
    place: tuple[str | int, ...] = (APPS,) if isinstance(document, Mapping) else ()
    if not isinstance(apps, list) or (isinstance(document, Mapping) and set(document) - {APPS, VERSION}):
        raise UsageError("registry_shape", file=str(path))
    if len(apps) > MOST_ROWS:
        raise UsageError("registry_large", file=str(path), limit=MOST_ROWS)
    reader = _Reader(_lines_of(apps, root, place))
    rows = [reader.row(index, app) for index, app in enumerate(apps)]
    return Rows(tuple(row for row in rows if row is not None), tuple(reader.problems))


def _lines_of(apps: Sequence[object], root: yaml.Node | None, place: Sequence[str | int]) -> Lines | None:
    """A function from a place inside the list of apps to its line; None where lines are not known."""
    if root is None:
        return None
    sequence = root
    for part in place:
        sequence = next((value for key, value in root.value if key.value == part), root)
    nodes = sequence.value if isinstance(sequence, yaml.SequenceNode) else []
    return lambda path: line_of(nodes[int(path[0])], path[1:]) if len(nodes) == len(apps) else 1


class _Reader:
    """Goes through the apps of a document; members that nobody knows become problems."""

    def __init__(self, lines: Lines | None) -> None:
        self.problems: list[Problem] = []
        self._lines = lines

    def row(self, index: int, app: object) -> Row | None:
        """One app as a row, its artifacts nested."""
        if not isinstance(app, Mapping):
            self.problems.append(Problem(self._address((index,)), "not_an_app"))
            return None
        cells: dict[str, Cell] = {}
        nested: list[Row] = []
        for name, value in app.items():
            place = (index, str(name))
            if name == "artifacts":
                nested = list(self._artifacts(index, value))
            elif name in GROUPS:
                cells.update(self._group(place, value))
            elif name in PLAIN or name in OF_ARTIFACT:
                cells[name] = Cell(self._address(place), value)
            else:
                self._unknown(place)
        return Row(self._address((index,)), {key: cell for key, cell in cells.items() if _is_filled(cell.raw)},
                   nested=tuple(nested))

    def _group(self, place: tuple[int, str], value: object) -> dict[str, Cell]:
        if not isinstance(value, Mapping):
            return {f"{place[1]}_number": Cell(self._address(place), str(value), "not_members")} if value else {}
        cells = {}
        for name, inner in value.items():
            column = NESTED.get((place[1], str(name)))
            if column is None:
                self._unknown((*place, str(name)))
            else:
                cells[column] = Cell(self._address((*place, str(name))), inner)
        return cells

    def _artifacts(self, index: int, value: object) -> Iterator[Row]:
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            place = (index, "artifacts", number)
            if not isinstance(one, Mapping):
                yield Row(self._address(place), {"path": Cell(self._address(place), str(one)[:80], "not_members")})
                continue
            for name in one:
                if name not in OF_ARTIFACT:
                    self._unknown((*place, str(name)))
            cells = {name: Cell(self._address((*place, name)), inner) for name, inner in one.items()
                     if name in OF_ARTIFACT and _is_filled(inner)}
            yield Row(self._address(place), cells)

    def _unknown(self, place: tuple[str | int, ...]) -> None:
        self.problems.append(Problem(self._address(place), "member_unknown", {"given": str(place[-1])[:80]},
                                     refuses=False))

    def _address(self, place: tuple[str | int, ...]) -> str:
        path = APPS + "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part[:60]}" for part in place)
        return f"{path}:{self._lines(place)}" if self._lines else path


def _is_filled(raw: Any) -> bool:
    return raw is not None and raw != "" and raw != []
