"""app.yaml → App and its artifacts. The only reader of app.yaml; knows no check and no report."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from appscan.cli.addresses import is_address
from appscan.errors import UsageError
from appscan.model.artifact import App
from appscan.schema.plain_yaml import PlainLoader, RefusedError, line_of, line_of_error, reason_of

LARGEST = 1 << 20
"""Bytes of the largest app.yaml; a real one has about a thousand."""

@dataclass(frozen=True, slots=True)
class AppFile:
    """What app.yaml says: the app, and the files and addresses that belong to it (empty when it names none)."""

    app: App
    artifacts: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()


class _Loader(PlainLoader):
    """Plain YAML whose members have names of text: neither 1 nor << nor null."""

    def is_name(self, key: yaml.Node) -> bool:
        return super().is_name(key) and key.tag == "tag:yaml.org,2002:str"


def read_app_file(path: Path) -> AppFile:
    """Read and validate app.yaml against the published schema. Raises UsageError with file, line and reason."""
    root = _composed(path)
    document = _constructed(root, path)
    from appscan.cli.app_faults import first_fault  # validating costs start time that other commands do not need

    fault = first_fault(document)
    if fault is not None:
        line = line_of(root, fault.place, fault.member)
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
        root = yaml.compose(content.decode("utf-8-sig"), Loader=_Loader)
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
    line = line_of_error(error)
    if isinstance(error, RefusedError):
        return UsageError(f"app_file_{error.kind}", file=str(path), line=line, member=error.member)
    return UsageError("app_file_syntax", file=str(path), line=line, reason=reason_of(error))


def _constructed(root: yaml.Node, path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = _Loader("").construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _yaml_fault(error, path) from None
    return document


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
