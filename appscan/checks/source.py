"""Where a node of a pack stands, and typed looks into it: whatever is not as it must be is a PackError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Never, TypeVar

from appscan.errors import PackError
from appscan.model.report import Bilingual

LINE = "__line__"
"""Key under which the loader keeps the line of a mapping."""

Closed = TypeVar("Closed", bound=StrEnum)


class Source:
    """One file of a pack, for error messages; also holds the word lists that `$name` refers to."""

    def __init__(self, file: str, lists: Mapping[str, Sequence[str]] | None = None, *, proven: bool = False) -> None:
        """`proven`: the tests of this project have compiled every pattern of this pack."""
        self.file = file
        self.lists = lists or {}
        self.proven = proven

    def fail(self, line: int, reason: str, fix: str) -> Never:
        raise PackError("pack_wrong", file=self.file, line=line, reason=reason, fix=fix)

    def line_of(self, node: Any, line: int) -> int:
        """Line of a mapping; `line` for everything else."""
        return int(node.get(LINE, line)) if isinstance(node, dict) else line

    def mapping(self, node: Any, what: str, line: int) -> dict[str, Any]:
        """The pairs of a mapping without its line; none for an empty node."""
        if node is None:
            return {}
        if not isinstance(node, dict):
            self.fail(line, f"{what} is not a mapping", f"write {what}: {{key: value}}")
        pairs = {key: value for key, value in node.items() if key != LINE}
        for key in pairs:
            if not isinstance(key, str):
                self.fail(self.line_of(node, line), f"{key!r} is not a word", "put quotation marks around it")
        return pairs

    def rows(self, node: Any, what: str, line: int) -> list[dict[str, Any]]:
        """A list of mappings, their lines kept; none for an empty node."""
        for row in self.items(node, what, line):
            if not isinstance(row, dict):
                self.fail(line, f"{what}: {row!r} is not a mapping", f"write {what}: [{{key: value}}]")
            self.mapping(row, what, line)
        return self.items(node, what, line)

    def items(self, node: Any, what: str, line: int) -> list[Any]:
        """A list; none for an empty node."""
        if node is None:
            return []
        if not isinstance(node, list):
            self.fail(line, f"{what} is not a list", f"write {what}: […]")
        return node

    def words(self, node: Any, what: str, line: int) -> tuple[str, ...]:
        """A list of words, or one word; none for an empty node."""
        listed = [node] if isinstance(node, str) else self.items(node, what, line)
        for one in listed:
            self.word(one, what, line)
        return tuple(listed)

    def word(self, node: Any, what: str, line: int) -> str:
        """One word."""
        if not isinstance(node, str) or not node.strip():
            self.fail(line, f"{what}: {node!r} is not a word", "write a word; put quotation marks around numbers")
        return node

    def known(self, node: Mapping[str, Any], keys: set[str], what: str, line: int) -> None:
        """Refuse keys that nobody reads."""
        unknown = sorted(set(node) - keys - {LINE})
        if unknown:
            self.fail(line, f"{what} has unknown keys {unknown}", "use " + ", ".join(sorted(keys)))

    def member(self, kind: type[Closed], value: Any, what: str, line: int) -> Closed:
        """A value of a closed set."""
        try:
            return kind(value)
        except ValueError:
            self.fail(line, f"unknown {what} {value!r}", "use one of " + ", ".join(kind))

    def bilingual(self, node: Any, what: str, line: int) -> Bilingual:
        """A text in Chinese and English."""
        written = isinstance(node, dict) and all(isinstance(node.get(lang), str) and node[lang].strip()
                                                 for lang in ("zh", "en"))
        if not written:
            self.fail(line, f"{what} needs zh and en", f"write {what}: {{zh: …, en: …}}")
        return {"zh": node["zh"].strip(), "en": node["en"].strip()}
