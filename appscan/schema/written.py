"""A YAML file that people write → plain values, proved against a published schema; mistakes are told with their line.

Knows no meaning of what stands in it.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import yaml

from appscan.errors import UsageError
from appscan.schema.plain_yaml import PlainLoader, line_of, line_of_error, reason_of

LARGEST = 4 << 20
"""Bytes of the largest file; a real one has some thousands."""


WRITTEN_LIKE = {"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "day", "^[0-9a-f]{16}$": "fingerprint", "^[0-9a-f]{64}$": "digest",
                r"\S": "blank"}
"""Patterns of the schemas → how people are told to write it."""


class Written:
    """A file that fits its schema; `line` finds where a value stands in it."""

    def __init__(self, path: Path, root: yaml.Node, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content
        self._root = root

    def line(self, *place: str | int, member: str = "") -> int:
        """Line of the value at a place, or of the key `member` in it."""
        return line_of(self._root, place, member)

    def fault(self, key: str, *place: str | int, member: str = "", **params: object) -> UsageError:
        """A mistake that the schema cannot tell, with file and line."""
        return UsageError(key, file=str(self.path), line=self.line(*place, member=member), **params)


def read_written(path: Path, schema: str) -> Written:
    """Read and prove a file. Raises UsageError `written_unreadable`, `written_syntax` or `written_wrong` with file,
    line and what is wrong."""
    root = _composed(path)
    try:
        content = PlainLoader("").construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax(path, error) from None
    problem = _first_problem(schema, content)
    if problem is not None:
        place, member, why, told = problem
        if why == "type":
            raise UsageError("app_file_type", file=str(path), line=line_of(root, place, member),
                             place="/".join(map(str, place)), wanted=told)
        raise UsageError("written_wrong", file=str(path), line=line_of(root, place, member), why=why,
                         place="/".join(map(str, place)), told=told)
    return Written(path, root, content)


def _composed(path: Path) -> yaml.Node:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("written_unreadable", file=str(path), reason=why) from None
    if len(raw) > LARGEST:
        raise UsageError("written_wrong", file=str(path), line=1, why="too_large", place="", told=str(LARGEST))
    try:
        root = yaml.compose(raw.decode("utf-8-sig"), Loader=PlainLoader)
    except UnicodeDecodeError as error:
        line = raw[:error.start].count(b"\n") + 1
        raise UsageError("app_file_encoding", file=str(path), line=line) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax(path, error) from None
    if not isinstance(root, yaml.MappingNode):
        raise UsageError("app_file_type", file=str(path), line=1, place="", wanted="object")
    return root


def _syntax(path: Path, error: Exception) -> UsageError:
    return UsageError("written_syntax", file=str(path), line=line_of_error(error), reason=reason_of(error),
                      member=getattr(error, "member", ""))


def _first_problem(schema: str, content: object) -> tuple[tuple[str | int, ...], str, str, str] | None:
    """(place, member, keyword, what the schema wants) of the first mistake."""
    from jsonschema import Draft202012Validator

    from appscan.schema import load

    for error in Draft202012Validator(load(schema)).iter_errors(content):
        place, wanted = tuple(error.absolute_path), error.validator_value
        match error.validator:
            case "additionalProperties":
                allowed = error.schema.get("properties", {})
                member = next((str(name) for name in error.instance if name not in allowed), "")
                return place, member, "unknown", f"{member} ({', '.join(allowed)})"
            case "required":
                return place, "", "lacks", next(name for name in wanted if name not in error.instance)
            case "enum":
                return place, "", "choice", ", ".join(map(str, wanted))
            case "pattern":
                return place, "", WRITTEN_LIKE.get(str(wanted), "other"), ""
            case "type" | "minLength" | "maxLength" | "maxItems" | "const" as keyword:
                return place, "", str(keyword), str(wanted)[:120]
            case _:
                return place, "", "other", f"{error.validator} {str(wanted)[:120]}"
    return None
