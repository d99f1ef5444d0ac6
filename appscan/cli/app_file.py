"""app.yaml → App and its artifacts. The only reader of app.yaml; knows no check and no report."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from appscan.cli.addresses import is_address
from appscan.errors import UsageError
from appscan.model.artifact import App

LARGEST = 1 << 20
"""Bytes of the largest app.yaml; a real one has about a thousand."""

@dataclass(frozen=True, slots=True)
class AppFile:
    """What app.yaml says: the app, and the files and addresses that belong to it (empty when it names none)."""

    app: App
    artifacts: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that this file may not use: `key` of the catalogue, and the name that is meant."""

    def __init__(self, key: str, member: str, mark: yaml.Mark) -> None:
        super().__init__(problem=key, problem_mark=mark)
        self.key, self.member = key, member


class _PlainLoader(yaml.SafeLoader):
    """Scalars without dates (2024-01-02 stays text) and without aliases, which could unfold without end."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own form)
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _RefusedError("app_file_alias", event.anchor, event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            _refuse_odd_keys(node)
        return node


def read_app_file(path: Path) -> AppFile:
    """Read and validate app.yaml against the published schema. Raises UsageError with file, line and reason."""
    root = _composed(path)
    document = _constructed(root, path)
    from appscan.cli.app_faults import first_fault  # validating costs start time that other commands do not need

    fault = first_fault(document)
    if fault is not None:
        line = _line_of(root, fault.place, fault.member)
        raise UsageError(fault.key, file=str(path), line=line, **fault.params())
    named = document.get("artifacts", ())
    return AppFile(_app(document), tuple(path.parent / name for name in named if not is_address(name)),
                   tuple(name for name in named if is_address(name)))


def _composed(path: Path) -> yaml.Node:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("app_file_unreadable", file=str(path), reason=why) from None
    if len(content) > LARGEST:
        raise UsageError("app_file_large", file=str(path), line=1, limit=LARGEST)
    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=_PlainLoader)
    except UnicodeDecodeError as error:
        line = content[:error.start].count(b"\n") + 1
        raise UsageError("app_file_encoding", file=str(path), line=line) from None
    except RecursionError:
        raise UsageError("app_file_deep", file=str(path), line=1) from None
    except yaml.YAMLError as error:
        raise _yaml_fault(error, path) from None
    if not isinstance(root, yaml.MappingNode):
        raise UsageError("app_file_no_mapping", file=str(path), line=1)
    return root


def _yaml_fault(error: Exception, path: Path) -> UsageError:
    line = _line(error) if isinstance(error, yaml.YAMLError) else 1
    if isinstance(error, _RefusedError):
        return UsageError(error.key, file=str(path), line=line, member=error.member)
    return UsageError("app_file_syntax", file=str(path), line=line, reason=_reason(error))


def _constructed(root: yaml.Node, path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = _PlainLoader("").construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _yaml_fault(error, path) from None
    return document


def _refuse_odd_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise _RefusedError("app_file_key_no_text", str(key.value)[:80], key.start_mark)
        if key.value in seen:
            raise _RefusedError("app_file_twin", key.value, key.start_mark)
        seen.add(key.value)


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]


def _line_of(root: yaml.Node, place: Sequence[str], member: str) -> int:
    """The line of the value that is refused, or of the key in it that should not be there."""
    node = root
    for part in place:
        node = next((value for key, value in _members(node) if key.value == part), node)
    for key, _ in _members(node):
        if member and key.value == member and isinstance(node, yaml.MappingNode):
            return int(key.start_mark.line) + 1
    return int(node.start_mark.line) + 1


def _members(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((yaml.ScalarNode("", str(index)), value) for index, value in enumerate(node.value))


def _app(document: dict[str, Any]) -> App:
    declared = document.get("declared")
    return App(
        name=document["name"], owner=document.get("owner", ""), product=document.get("product", ""),
        level=document.get("level", ""), region=document.get("region", ""),
        audience=tuple(document.get("audience", ())), approval=dict(document.get("approval", {})),
        declared=None if declared is None else {check: _declared_reason(why) for check, why in declared.items()})


def _declared_reason(why: str | dict[str, str]) -> str:
    if isinstance(why, str):
        return why
    return f"{why['reason']} ({why['basis']})" if "basis" in why else why["reason"]
