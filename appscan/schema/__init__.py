"""The published JSON Schemas, versioned and closed. Knows no model class and no report."""

from __future__ import annotations

import json
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


def problems(name: str, document: object, at_most: int = 20) -> list[str]:
    """What is wrong with `document` under schema `name`: lines `path: reason`; empty when it fits."""
    from itertools import islice  # jsonschema costs start time that a scan does not need

    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(load(name))
    return [f"{_path(error.absolute_path)}: {_reason(error)}"
            for error in islice(validator.iter_errors(document), at_most)]


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
