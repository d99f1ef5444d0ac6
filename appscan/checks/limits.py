"""One file under limits/ → Limit. Knows no reading."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from appscan.checks.pack import Limit, Mark, Structure
from appscan.checks.source import Source
from appscan.model.coverage import Kind

_KEYS = {"id", "kind", "title", "advice", "blinds", "marks"}
_MARK = {"name", "component", "entry", "class", "structure"}


def parse_limit(name: str, node: dict[str, Any]) -> Limit:
    """The limit in file `name`. Raises PackError."""
    source = Source(name)
    line = source.line_of(node, 1)
    source.known(source.mapping(node, "limit", line), _KEYS, "limit", line)
    if node.get("id") != PurePosixPath(name).stem:
        source.fail(line, f"id {node.get('id')!r} is not the file name", f"write id: {PurePosixPath(name).stem}")
    if node.get("kind") != "limit":
        source.fail(line, f"kind {node.get('kind')!r} does not belong here", "write kind: limit")
    marks = source.mapping(node.get("marks"), "marks", line)
    source.known(marks, {"strong", "weak"}, "marks", source.line_of(node.get("marks"), line))
    strong, weak = (tuple(_mark(mark, source, line) for mark in source.rows(marks.get(key), key, line))
                    for key in ("strong", "weak"))
    if not strong and len({mark.name for mark in weak}) < 2:
        source.fail(line, "a limit needs a strong mark or two weak ones of different names", "add marks")
    if "blinds" not in node:
        source.fail(line, "blinds is missing", "name the kinds that cannot be seen; [] for a notice only")
    blinds = tuple(source.member(Kind, kind, "kind", line) for kind in source.words(node["blinds"], "blinds", line))
    return Limit(node["id"], source.bilingual(node.get("title"), "title", line),
                 source.bilingual(node.get("advice"), "advice", line), blinds, strong, weak)


def _mark(node: dict[str, Any], source: Source, line: int) -> Mark:
    here = source.line_of(node, line)
    keys = source.mapping(node, "mark", line)
    source.known(keys, _MARK, "mark", here)
    if len(keys) < 2:
        source.fail(here, "a mark needs a name and something to see", "add one of " + ", ".join(sorted(_MARK)))
    structure = source.member(Structure, keys["structure"], "structure", here) if "structure" in keys else None
    return Mark(source.word(keys.get("name"), "name", here), source.words(keys.get("component"), "component", here),
                source.words(keys.get("entry"), "entry", here), source.words(keys.get("class"), "class", here),
                structure)
