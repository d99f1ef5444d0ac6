"""Folder of YAML files → mappings that know their lines, and a digest. The only YAML reader of packs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from appscan.checks.faults import Faults
from appscan.checks.source import Pairs, Rows, Source, Token
from appscan.errors import PackError
from appscan.schema.plain_yaml import reason_of

LARGEST = 4 << 20
"""Bytes of one file; a longer one is no pack."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may lack its C part
_STR, _MAP, _SEQ, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq", "merge"))


def read_documents(root: Path, faults: Faults | None = None) -> dict[str, dict[str, Any]]:
    """Content of each file by its path below `root`, in order. Raises PackError for what is no mapping in UTF-8 YAML,
    and for files that only look like packs; with `faults` that keep mistakes, such files are left out."""
    kept = faults or Faults()
    _refuse_near_misses(root, kept)
    read: dict[str, dict[str, Any]] = {}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        content = kept.attempt(lambda path=path, name=name: _read(path, Source(name)), None)  # type: ignore[misc]
        if content is not None:
            read[name] = content
    return read


def _read(path: Path, source: Source) -> dict[str, Any]:
    """The content of one file. Raises PackError."""
    try:
        if path.stat().st_size > LARGEST:
            source.fail(0, "too_large", limit=LARGEST)
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        content = _Builder(source).built(node) if node is not None else None
    except yaml.MarkedYAMLError as reason:
        mark = reason.problem_mark or reason.context_mark
        kind = reason_of(reason)
        source.fail(mark.line + 1 if mark else 0, "yaml_wrong",
                    detail=str(reason.problem) if kind == "other" else kind)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OSError) as reason:
        source.fail(0, "file_unreadable", detail=str(reason).partition("\n")[0])
    if not isinstance(content, dict):
        source.fail(1, "file_not_mapping")
    return content


def _refuse_near_misses(root: Path, faults: Faults) -> None:
    """A file that is YAML to its author but has another ending would be passed over in silence."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml") and path.is_file():
            faults.attempt(lambda name=name: Source(name).fail(0, "suffix_wrong", name=name), None)  # type: ignore[misc]


class _Builder:
    """Nodes of one file → values that know their places. Knows no tags but those of plain YAML."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._scalars = yaml.constructor.SafeConstructor()
        self._built: dict[int, Any] = {}

    def built(self, node: yaml.Node) -> Any:
        """The value of a node; an alias is built once. Raises MarkedYAMLError and PackError."""
        if isinstance(node, yaml.ScalarNode):
            return self._token(node) if node.tag == _STR else self._scalar(node)
        if id(node) not in self._built:
            self._built[id(node)] = None  # stands for a node that holds itself, until it is whole
            self._built[id(node)] = self._collection(node)
        elif self._built[id(node)] is None:
            raise yaml.MarkedYAMLError(problem="a node holds itself", problem_mark=node.start_mark)
        return self._built[id(node)]

    def _token(self, node: yaml.ScalarNode) -> Token:
        token = Token(node.value)
        token.file, token.line = self._source.file, node.start_mark.line + 1
        return token

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (ValueError, OverflowError) as reason:
            raise yaml.MarkedYAMLError(problem=str(reason), problem_mark=node.start_mark) from None

    def _collection(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            rows = Rows(map(self.built, node.value))
            rows.node = node
            return rows
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self._pairs(node)
        raise yaml.MarkedYAMLError(problem=f"unknown tag {node.tag}", problem_mark=node.start_mark)

    def _pairs(self, node: yaml.MappingNode) -> Pairs:
        pairs = Pairs()
        pairs.node = node
        if any(key.tag == _MERGE for key, _ in node.value):
            self._scalars.flatten_mapping(node)
            node.value = list({key.value: (key, value) for key, value in node.value}.values())
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._source.fail(line, "key_not_word", member="[…]")
            if key.tag != _STR:
                self._source.fail(line, "key_not_word", member=key.value)
            if key.value in pairs:
                self._source.fail(line, "key_twice", member=key.value)
            pairs[key.value] = self.built(value)
        return pairs


def digest_of_files(root: Path) -> str:
    """SHA-256 over names and contents of all files, lower-case hex; the same wherever the folder lies."""
    total = hashlib.sha256()
    try:
        for path in _files(root):
            name = path.relative_to(root).as_posix().encode()
            total.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    except OSError as reason:
        raise PackError("pack_wrong", file=str(root), line=0, reason="folder_unreadable", fix="folder_unreadable",
                        detail=reason.strerror or type(reason).__name__) from None
    return total.hexdigest()


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.yaml") if path.is_file())
