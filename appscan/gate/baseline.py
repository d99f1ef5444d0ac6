"""A baseline: occurrences that were there and accepted, known again by fingerprints that survive a rebuild."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appscan.errors import UsageError
from appscan.gate.apps import key_of, names_of
from appscan.model.judgement import Force, Verdict
from appscan.report.exempted import Exempted
from appscan.report.places import absence_mark
from appscan.schema import first_problem

Json = Mapping[str, Any]

BASELINE = "baseline-1"
LARGEST = 64_000_000
LOOKED_AT = frozenset({Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.EXEMPT_CLAIMED, Verdict.EXEMPT})
"""Findings with these verdicts matter to a gate; a baseline holds their places, but for those that are exempt or
claimed to be: an exemption ends, a baseline does not."""


@dataclass(frozen=True, slots=True)
class Held:
    """An accepted occurrence: its verdict and force when it was accepted, and its screen for people."""

    check_id: str
    fingerprint: str
    verdict: Verdict
    force: Force
    screen: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted occurrences by app; `checks_digest` is that of the checks which judged them."""

    apps: Mapping[str, Mapping[tuple[str, str], Held]] = field(default_factory=dict)
    checks_digest: str = ""

    def of(self, document: Json) -> Mapping[tuple[str, str], Held]:
        """What was accepted of the app of a report, by (check, fingerprint)."""
        return next((self.apps[name] for name in (key_of(document), *sorted(names_of(document))) if name in self.apps),
                    {})


def force_of(occurrence: Json) -> Force:
    """The highest rung that the evidence of one occurrence supports."""
    rungs = {rung.value: rung for rung in Force}
    found = [rungs[one["supports"]] for one in occurrence["evidence"] if one["supports"] in rungs]
    return max(found, key=lambda rung: rung.rank, default=Force.NONE)


def _missing(document: Json) -> Iterator[tuple[str, str]]:
    """(check, mark) of required features that are missing."""
    for row in document["verdicts"]:
        if Verdict(row["verdict"]) is Verdict.MISSING:
            yield row["check_id"], absence_mark(row["check_id"])


def marks_in(document: Json) -> Iterator[tuple[str, str]]:
    """(check, fingerprint) of everything in a report that a baseline could hold."""
    yield from _missing(document)
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) in LOOKED_AT:
            yield from ((finding["check_id"], place["fingerprint"]) for place in finding["occurrences"])


def held_in(document: Json) -> Iterator[Held]:
    """The occurrences of a report that a baseline would hold, and the required features that are missing in it."""
    for check_id, mark in _missing(document):
        yield Held(check_id, mark, Verdict.MISSING, Force.NONE, "")
    exempted = Exempted(document)
    for finding in document["findings"]:
        for place in finding["occurrences"] if Verdict(finding["verdict"]) in LOOKED_AT else ():
            if exempted.state(finding, place) is None:
                yield Held(finding["check_id"], place["fingerprint"], Verdict(finding["verdict"]), force_of(place),
                           place["screen"])


def baseline_document(documents: Sequence[Json]) -> dict[str, Any]:
    """What `baseline write` writes, in a steady order; the documents are of different apps."""
    apps = {key_of(document): sorted(set(held_in(document)), key=lambda one: (one.check_id, one.fingerprint))
            for document in documents}
    tool = documents[0]["tool"]
    return {
        "baseline_version": 1, "tool": {"version": tool["version"], "checks_digest": tool["checks_digest"]},
        "apps": [{"app": app, "occurrences": [
            {"check_id": one.check_id, "fingerprint": one.fingerprint, "verdict": one.verdict.value,
             "force": one.force.value, "screen": one.screen} for one in held]} for app, held in sorted(apps.items())]}


def read_baseline(path: Path) -> Baseline:
    """Raises UsageError `baseline_unreadable` or `baseline_wrong` with file and place."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        document: Any = json.loads(raw) if len(raw) <= LARGEST else None
    except OSError as error:
        raise UsageError("baseline_unreadable", file=str(path), reason=error.strerror or "") from None
    except (ValueError, RecursionError):
        raise UsageError("baseline_wrong", file=str(path), place="/", wanted="JSON") from None
    problem = first_problem(BASELINE, document)
    if problem is not None:
        place, keyword, wanted = problem
        raise UsageError("baseline_wrong", file=str(path), place=place, wanted=f"{keyword} {', '.join(wanted)[:120]}")
    apps = {app["app"]: {(one["check_id"], one["fingerprint"]): _held(path, one) for one in app["occurrences"]}
            for app in document["apps"]}
    return Baseline(apps, document["tool"]["checks_digest"])


def _held(path: Path, one: Mapping[str, str]) -> Held:
    try:
        return Held(one["check_id"], one["fingerprint"], Verdict(one["verdict"]), Force(one.get("force", "none")),
                    one["screen"])
    except ValueError as error:
        raise UsageError("baseline_wrong", file=str(path), place=one["fingerprint"], wanted=str(error)) from None
