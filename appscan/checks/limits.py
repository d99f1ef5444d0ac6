"""One file under limits/ → Limit. Knows no reading."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from appscan.checks.pack import Limit, Mark, Structure
from appscan.checks.source import Source, place
from appscan.model.coverage import Kind

_KEYS = {"id", "kind", "title", "advice", "blinds", "marks"}
_MARK = {"name", "component", "entry", "class", "structure"}


def parse_limit(name: str, node: dict[str, Any]) -> Limit:
    """The limit in file `name`. Raises PackError."""
    source = Source(name)
    source.known(node, _KEYS)
    stem = PurePosixPath(name).stem
    if node.get("id") != stem:
        source.fail(place(node, "id"), "id_not_file", id=str(node.get("id", "")), stem=stem)
    if node.get("kind") != "limit":
        source.fail(place(node, "kind"), "kind_not_limit", kind=str(node.get("kind", "")))
    marks = source.mapping(node, "marks")
    source.known(marks, {"strong", "weak"})
    strong, weak = (tuple(_mark(mark, source) for mark in source.rows(marks, key)) for key in ("strong", "weak"))
    if not strong and len({mark.name for mark in weak}) < 2:
        source.fail(place(node, "marks"), "few_marks")
    if "blinds" not in node:
        source.fail(place(node, "blinds"), "no_blinds")
    blinds = tuple(source.member(Kind, kind, "kind", kind) for kind in source.words(node, "blinds"))
    return Limit(stem, source.bilingual(node, "title"), source.bilingual(node, "advice"), blinds, strong, weak)


def _mark(node: dict[str, Any], source: Source) -> Mark:
    source.known(node, _MARK)
    name = str(source.word(node, "name"))
    if len(node) < 2:
        source.fail(place(node, "name"), "empty_mark", mark=name, known=", ".join(sorted(_MARK - {"name"})))
    structure = None
    if "structure" in node:
        structure = source.member(Structure, node["structure"], "structure", place(node, "structure"))
    return Mark(name, source.plain_words(node, "component"), source.plain_words(node, "entry"),
                source.plain_words(node, "class"), structure)
