"""What is wrong with the content of app.yaml, by its published schema, as keys of the catalogue. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from appscan.texts import LANGUAGES, say


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: `key` of the catalogue, the place as keys from the top, the member of it that is meant, and what
    else the text tells."""

    key: str
    place: tuple[str, ...]
    member: str = ""
    told: Mapping[str, object] | None = None

    def params(self) -> dict[str, object]:
        """Parameters of the text; `place` reads as a path."""
        return {"place": "/".join(self.place), "member": self.member, **(self.told or {})}


def first_fault(document: object) -> Fault | None:
    """The first mistake in app.yaml; None where there is none."""
    from jsonschema import Draft202012Validator

    from appscan.schema import APP, load

    for error in Draft202012Validator(load(APP)).iter_errors(document):
        return _fault(error)
    given: Mapping[str, Any] = document if isinstance(document, dict) else {}
    approval = given.get("approval", {})
    return (_date_fault(approval["date"]) if "date" in approval else None) or _unfilled(given)


def _unfilled(document: Mapping[str, Any]) -> Fault | None:
    """The first member that still says what the template of `appscan init` says."""
    for member in ("name", "owner", "product", "region"):
        if _is_placeholder(member, document.get(member)):
            return Fault("app_file_placeholder", (member,), told={"given": document[member]})
    for check_id, why in (document.get("declared") or {}).items():
        parts = why.items() if isinstance(why, Mapping) else (("reason", why),)
        for member, text in parts:
            if _is_placeholder(member, text):
                place = ("declared", check_id, *((member,) if isinstance(why, Mapping) else ()))
                return Fault("app_file_placeholder", place, told={"given": text})
    return None


def _is_placeholder(member: str, text: object) -> bool:
    return text in {say(lang, f"gate.placeholder.{member}") for lang in LANGUAGES}


def _date_fault(text: str) -> Fault | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return Fault("app_file_date", ("approval", "date"), told={"given": text})
    return None


def _fault(error: Any) -> Fault:
    place, wanted = tuple(str(part) for part in error.absolute_path), error.validator_value
    match error.validator:
        case "additionalProperties":
            return _unknown_member(error, place)
        case "required":
            lacking = next(name for name in wanted if name not in error.instance)
            return Fault("app_file_lacks", place, lacking)
        case "type":
            return Fault("app_file_type", place, told={"wanted": wanted})
        case "enum":
            return Fault("app_file_choice", place, told={"allowed": ", ".join(map(str, wanted))})
        case "minLength" | "minItems":
            return Fault("app_file_empty", place)
        case "maxLength" | "maxItems":
            return Fault("app_file_long", place, told={"limit": wanted})
        case "uniqueItems":
            return Fault("app_file_repeated", place)
        case "pattern" if place[-1:] == ("date",):
            return Fault("app_file_date", place, told={"given": error.instance})
        case "pattern":
            return Fault("app_file_lines", place)
        case "anyOf":
            nearer = next((one for one in error.context if one.validator != "type"), None)
            return _fault(nearer) if nearer is not None else Fault("app_file_type", place, told={"wanted": "string"})
    return Fault("app_file_wrong", place, told={"reason": str(error.validator)})


def _unknown_member(error: Any, place: tuple[str, ...]) -> Fault:
    known = list(error.schema.get("properties", ()))
    unknown = [name for name in error.instance if name not in known]
    if place == ("declared",):
        from re import search

        patterns = list(error.schema["patternProperties"])
        unknown = [name for name in unknown if not any(search(pattern, name) for pattern in patterns)]
        return Fault("app_file_no_id", place, unknown[0])
    near = "".join(get_close_matches(unknown[0], known, n=1))
    return Fault("app_file_key", place, unknown[0], {"near": near, "known": ", ".join(known)})
