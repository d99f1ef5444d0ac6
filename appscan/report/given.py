"""A report that somebody gives back as a file: read whole and proved before anything is made of it. Knows no format."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from appscan.errors import UsageError
from appscan.model.judgement import Verdict
from appscan.model.report import SCHEMA_VERSION
from appscan.schema import REPORT, first_problem

LARGEST = 64_000_000
"""Bytes of a report that is read at all; 2,000 places with much evidence take 10 million."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GivenReport:
    """A proved report document; `sha256` is that of the file, and its folder holds the pictures."""

    document: Document
    path: Path
    sha256: str


def read_report(path: Path) -> GivenReport:
    """The report in a file. Raises UsageError, with file and place, for a file that cannot be read or is too large,
    text that is no JSON, another version of the schema, what the schema does not allow, and parts that contradict each
    other."""
    content = _content(path)
    document = proved(_parsed(content, str(path)), str(path))
    return GivenReport(document, path, hashlib.sha256(content).hexdigest())


def proved(document: object, name: str) -> Document:
    """The document if it is a report that this program reads. Raises UsageError as `read_report`."""
    if not isinstance(document, dict) or not isinstance(document.get("schema_version"), int):
        raise UsageError("report_unknown", name=name)
    if document["schema_version"] != SCHEMA_VERSION:
        raise UsageError("report_version", name=name, version=document["schema_version"], supported=SCHEMA_VERSION)
    problem = first_problem(REPORT, document)
    if problem is not None:
        place, keyword, wanted = problem
        fault = keyword if keyword in ("additionalProperties", "required", "enum", "type", "pattern") else "other"
        raise UsageError("report_wrong", name=name, place=place, fault=f"{fault}", wanted=", ".join(wanted[:12]))
    torn = _contradiction(document)
    if torn:
        raise UsageError("report_contradicts", name=name, place=torn)
    return document


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UsageError("report_missing", name=str(path))
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = errno.errorcode.get(getattr(error, "errno", 0) or 0, "EIO")
        raise UsageError("report_unreadable", name=str(path), why=why) from None
    if len(content) > LARGEST:
        raise UsageError("report_too_large", name=str(path), limit=LARGEST // 1_000_000)
    return content


def _parsed(content: bytes, name: str) -> object:
    try:
        return json.loads(content, parse_constant=_no_number)
    except json.JSONDecodeError as wrong:
        key = "report_truncated" if _stops_short(wrong) else "report_syntax"
        raise UsageError(key, name=name, line=wrong.lineno, column=wrong.colno) from None
    except UnicodeDecodeError:
        raise UsageError("report_encoding", name=name) from None
    except (ValueError, RecursionError):
        raise UsageError("report_syntax", name=name, line=1, column=1) from None


def _no_number(word: str) -> NoReturn:
    """NaN and Infinity, which JSON does not have (RFC 8259, section 6)."""
    raise ValueError(word)


def _stops_short(wrong: json.JSONDecodeError) -> bool:
    """Whether the text is no JSON only because it ends too early."""
    return not wrong.doc[wrong.pos:].strip() or wrong.msg.startswith("Unterminated string")


def _contradiction(document: Document) -> str:
    """The first place where a report says two things at once, as no scan does; "" where there is none."""
    worst = max((Verdict(one["verdict"]).severity for one in document["verdicts"]), default=0)
    if document["verdicts"] and Verdict(document["overall"]).severity != worst:
        return "overall"
    judged = [one["check_id"] for one in document["verdicts"]]
    if len(set(judged)) != len(judged):
        return "verdicts"
    softer = _softened(document)
    if softer >= 0:
        return f"verdicts/{softer}/verdict"
    digests = {one["sha256"] for one in document["artifacts"]}
    known = {"findings": (judged, digests), "coverage/read": (None, digests), "coverage/gaps": (None, digests)}
    for part, (checks, artifacts) in known.items():
        for index, one in enumerate(_part(document, part)):
            if checks is not None and one["check_id"] not in checks:
                return f"{part}/{index}/check_id"
            if one["artifact"] not in artifacts:
                return f"{part}/{index}/artifact"
    return ""


def _softened(document: Document) -> int:
    """Which verdict on a check is softer than one of its findings; -1 where none is."""
    found: dict[str, int] = {}
    for one in document["findings"]:
        found[one["check_id"]] = max(found.get(one["check_id"], 0), Verdict(one["verdict"]).severity)
    return next((index for index, one in enumerate(document["verdicts"])
                 if Verdict(one["verdict"]).severity < found.get(one["check_id"], 0)), -1)


def _part(document: Mapping[str, Any], path: str) -> list[Document]:
    value: Any = document
    for name in path.split("/"):
        value = value[name]
    listed: list[Document] = value
    return listed
