"""The published JSON Schemas, versioned and closed. Knows no model class and no report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

REPORT = "report-1"
APP = "app-1"
RECORDING = "recording-1"


@cache
def load(name: str) -> dict[str, Any]:
    """The JSON Schema `name` (`report-1`, `app-1`, `recording-1`), draft 2020-12. Raises KeyError for a name
    that is not published."""
    if name not in published():
        raise KeyError(name)
    schema: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return schema


def published() -> tuple[str, ...]:
    """Names of all schemas, sorted."""
    return tuple(sorted(entry.name.removesuffix(".json") for entry in files(__name__).iterdir()
                        if entry.name.endswith(".json")))


def fits(name: str, document: object) -> bool:
    """Whether `document` fits schema `name`. Compiled validation says yes a thousand times faster than `problems`,
    which has the last word where it says no (expressions differ in small things, and it knows the place)."""
    with suppress(ValueError):  # of a text that is no Unicode
        if _compiled(name).is_valid(document):
            return True
    return not problems(name, document, at_most=1)


def problems(name: str, document: object, at_most: int = 20) -> list[str]:
    """What is wrong with `document` under schema `name`: lines `path: reason`; empty when it fits."""
    from itertools import islice  # jsonschema costs start time that a scan does not need

    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(load(name))
    return [f"{_path(error.absolute_path)}: {_reason(error)}"
            for error in islice(validator.iter_errors(document), at_most)]


@cache
def _compiled(name: str) -> Any:
    import jsonschema_rs  # costs start time that a scan does not need

    return jsonschema_rs.validator_for(load(name))


def first_problem(name: str, document: object) -> tuple[str, str, tuple[str, ...]] | None:
    """The first thing wrong under schema `name`: its place, the keyword that it breaks, and what the keyword wants;
    None where the document fits."""
    if fits(name, document):
        return None
    from jsonschema import Draft202012Validator  # costs start time that a scan does not need

    for error in Draft202012Validator(load(name)).iter_errors(document):
        return _path(error.absolute_path), str(error.validator), tuple(_wanted(error))
    return None


def _wanted(error: Any) -> Iterator[str]:
    """What the broken keyword asks for, without a word of the document but the names of its members."""
    value = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = error.schema.get("properties", ())
            yield from (str(name)[:80] for name in list(error.instance)[:200] if name not in known)
        case "required":
            yield from (str(name) for name in value if name not in error.instance)
        case "enum" | "type" if isinstance(value, list):
            yield from map(str, value)
        case _:
            yield str(value)[:120]


def _path(parts: Any) -> str:
    return "/".join(str(part) for part in parts) or "/"


def _reason(error: Any) -> str:
    """The message of jsonschema without the offending value, which may be long and comes from outside."""
    match error.validator:
        case "additionalProperties" | "required":
            return str(error.message)[:200]
        case "enum":
            return f"not one of {', '.join(map(str, error.validator_value))}"
        case "type":
            return f"not of type {error.validator_value}"
        case _:
            return f"breaks {error.validator} {str(error.validator_value)[:120]}"
