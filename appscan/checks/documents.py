"""Folder of YAML files → mappings that know their lines, and a digest. The only YAML reader of packs."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from appscan.checks.source import LINE, Source
from appscan.errors import PackError

LARGEST = 4 << 20
"""Bytes of one file; a longer one is no pack."""

if hasattr(yaml, "CSafeLoader"):
    _Base: Any = yaml.CSafeLoader
else:  # a PyYAML without its C part
    _Base = yaml.SafeLoader


class _LineLoader(_Base):  # type: ignore[misc]
    """Keeps the line of every mapping, so that an error can name it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(problem="a key is not a word", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"duplicate key {key!r}", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        mapping[LINE] = node.start_mark.line + 1
        return mapping


def read_documents(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path below `root`, content) of each file, in order. Raises PackError for what is no mapping in UTF-8 YAML."""
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        source = Source(name)
        try:
            if path.stat().st_size > LARGEST:
                source.fail(0, f"larger than {LARGEST} bytes", "split the file")
            node = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506 (a SafeLoader)
        except yaml.MarkedYAMLError as reason:
            mark = reason.problem_mark or reason.context_mark
            source.fail(mark.line + 1 if mark else 0, str(reason.problem), "mend the YAML")
        except (yaml.YAMLError, ValueError, TypeError, RecursionError, OSError) as reason:
            source.fail(0, f"cannot be read: {reason}".splitlines()[0], "save the file as UTF-8 YAML")
        if not isinstance(node, dict):
            source.fail(1, "not a mapping", "write key: value pairs")
        yield name, node


def digest_of_files(root: Path) -> str:
    """SHA-256 over names and contents of all files, lower-case hex; the same wherever the folder lies."""
    total = hashlib.sha256()
    try:
        for path in _files(root):
            name = path.relative_to(root).as_posix().encode()
            total.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    except OSError as reason:
        raise PackError("pack_wrong", file=str(root), line=0, reason=str(reason), fix="make it readable") from None
    return total.hexdigest()


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.yaml") if path.is_file())
