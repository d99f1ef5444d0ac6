"""Reports as SARIF 2.1.0 (OASIS), one run per app, as code-scanning sites accept it. Knows no file and no command.

Limits are those of the most used site (20 runs, 25,000 results, 10 MB); what a bound leaves out is told in the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from appscan.model.judgement import Verdict
from appscan.report.exempted import Record
from appscan.report.exemption_words import record_line, records_told
from appscan.report.places import PlaceTold, absence_mark, discreet, places_told
from appscan.report.summary import is_blinding, summarise
from appscan.report.words import (
    Json,
    app_name,
    check_title,
    clause_source,
    gap_reason,
    in_language,
    message,
    web_place_named,
    why_named,
)
from appscan.texts import Language, phrased, say, shown

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LOCATIONS = 10
LARGEST = 9_500_000
"""Bytes of the file; sites take 10 MB."""

MOST_RESULTS = 25_000
NOTIFICATIONS = 200
FINGERPRINT = "appscanOccurrence/v1"

_SLUG = re.compile(r"[^0-9A-Za-z._-]+")


@dataclass(frozen=True, slots=True)
class Lean:
    """How much one result tells; less where the file would grow too large."""

    locations: int
    quotes: int
    results: int


LEANER = (Lean(LOCATIONS, 2, MOST_RESULTS), Lean(3, 1, MOST_RESULTS), Lean(1, 0, MOST_RESULTS), Lean(1, 0, 5000),
          Lean(1, 0, 1000))


def to_sarif(documents: Sequence[Json], lang: Language = "zh", paths: Mapping[str, str] | None = None,
             leaner: Sequence[Lean] = LEANER) -> str:
    """Reports as one SARIF file. `paths` gives, by digest, where an artifact lies below the source root, with `/`; of
    `leaner`, the first counts with which the file is small enough."""
    text = ""
    for lean in leaner:
        text = json.dumps(_log(documents, lang, paths or {}, lean), ensure_ascii=False, separators=(",", ":"))
        if len(text.encode("utf-8", "replace")) <= LARGEST:
            break
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _log(documents: Sequence[Json], lang: Language, paths: Mapping[str, str], lean: Lean) -> dict[str, Any]:
    runs = []
    names: set[str] = set()
    for document in documents:
        name = _slug(document)
        while name in names:
            name += "-"
        names.add(name)
        runs.append(_run(document, name, lang, paths, lean))
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


def _slug(document: Json) -> str:
    """A stable name of the app for the category of its run: sites tell runs of one tool apart by it."""
    packages = [one["package"] for one in document["artifacts"] if one["package"]]
    name = document["product"] or (packages[0] if packages else app_name(document, "en"))
    plain = _SLUG.sub("-", name).strip("-.")[:80]
    return plain or hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]


def _run(document: Json, name: str, lang: Language, paths: Mapping[str, str], lean: Lean) -> dict[str, Any]:
    tool, numbers = document["tool"], summarise(document)
    uris = {one["sha256"]: _uri(paths.get(one["sha256"]) or one["name"]) for one in document["artifacts"]}
    rules = [_rule(document, check, lang) for check in document["checks"]]
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    results = [_result(document, told, uris, places, lang, lean)
               for told in _first(places_told(document, lang, max(lean.quotes, 1)), lean.results)]
    results += [_absent(document, verdict, uris, places, lang) for verdict in document["verdicts"]
                if verdict["verdict"] == Verdict.MISSING and not _has_places(document, verdict["check_id"])]
    left_out = max(numbers.occurrences - lean.results, 0)
    return {
        "tool": {"driver": {
            "name": tool["name"], "version": tool["version"], "semanticVersion": tool["version"],
            "language": "zh-CN" if lang == "zh" else "en-US", "rules": rules,
            "properties": {"packs": tool["packs"], "checksDigest": tool["checks_digest"]}}},
        "automationDetails": {"id": f"appscan/{name}/", "description": {"text": app_name(document, lang)}},
        "language": "zh-CN" if lang == "zh" else "en-US",
        "artifacts": [_artifact(one, uris) for one in document["artifacts"]],
        "invocations": [_invocation(document, lang, left_out)],
        "results": results,
        "properties": {
            "app": app_name(document, lang), "owner": shown(document["app"]["owner"], 120),
            "overall": document["overall"], "profile": document["profile"], "complete": document["complete"],
            "operator": shown(document["operator"], 120), "authority": shown(document["authority"], 200),
            "numbers": {key.partition(".")[2]: count for key, count in numbers.numbers()}},
    }


def _first(told: Iterator[PlaceTold], most: int) -> Iterator[PlaceTold]:
    for _, one in zip(range(most), told, strict=False):
        yield one


def _rule(document: Json, check: Json, lang: Language) -> dict[str, Any]:
    """One check: id as stable as the check's own, help in the reader's language."""
    notice, question = in_language(check["notice"], lang), in_language(check["question"], lang)
    clauses = _clauses_of(document, check["id"], lang)
    title = check_title(document, check["id"], lang)
    lines = [line for line in (question, notice, *clauses) if line]
    return {
        "id": check["id"], "name": "".join(part.capitalize() for part in check["id"].split("-")),
        "shortDescription": {"text": title}, "fullDescription": {"text": question or title},
        "help": {"text": "\n\n".join(lines) or title,
                 "markdown": "\n\n".join([f"**{title}**", *lines]).replace("<", "&lt;")},
        "defaultConfiguration": {"level": "error" if check["polarity"] == "banned" else "warning"},
        "properties": {"tags": ["compliance", check["polarity"]], "precision": "medium",
                       "problem.severity": "error" if check["polarity"] == "banned" else "warning"},
    }


def _clauses_of(document: Json, check_id: str, lang: Language) -> list[str]:
    """Clauses in our own words; those that were not read whole stand as reference."""
    texts = {clause["id"]: clause for clause in document["clauses"]}
    ids = dict.fromkeys(key for finding in document["findings"] if finding["check_id"] == check_id
                        for key in finding["clauses"])
    told = []
    for clause in (texts[key] for key in ids if key in texts):
        mark = "" if clause["quotable"] else f"[{say(lang, 'report.reference')}] "
        told.append(f"{mark}{clause_source(clause, lang)}: {in_language(clause['summary'], lang)}")
    return told


def level_of(verdict: Verdict) -> str:
    """The level of a result (SARIF 2.1.0, 3.27.10)."""
    match verdict:
        case Verdict.LIKELY_VIOLATION:
            return "error"
        case Verdict.NEEDS_REVIEW | Verdict.MISSING | Verdict.EXEMPT_CLAIMED:
            return "warning"
        case Verdict.INCONCLUSIVE | Verdict.EXEMPT | Verdict.INFO | Verdict.NOT_FOUND:
            return "note"


def _result(document: Json, told: PlaceTold, uris: Mapping[str, str], rules: Mapping[str, int], lang: Language,
            lean: Lean) -> dict[str, Any]:
    finding, check_id = told.finding, told.finding["check_id"]
    text = say(lang, "sarif.result", check=check_title(document, check_id, lang),
               verdict=say(lang, f"verdicts.{finding['verdict']}"), place=told.where,
               quote=phrased(lang, told.quotes[:lean.quotes]))
    uri = uris.get(finding["artifact"], "unknown")
    return {
        "ruleId": check_id, **({"ruleIndex": rules[check_id]} if check_id in rules else {}),
        "level": level_of(Verdict(finding["verdict"])), "message": {"text": _unlinked(text)},
        "locations": _locations(told, uri, lean.locations),
        "partialFingerprints": {FINGERPRINT: told.fingerprint, "primaryLocationLineHash": f"{told.fingerprint}:1"},
        **({"suppressions": [_suppression(told.exemption, lang)]} if told.exemption else {}),
        "properties": {"verdict": finding["verdict"], "presence": finding["presence"], "force": finding["force"],
                       "declaration": finding["declaration"], "tags": list(finding["tags"])},
    }


def _locations(told: PlaceTold, uri: str, most: int) -> list[dict[str, Any]]:
    """The artifact with the screen first, then the files and elements inside it, at most so many."""
    screen = discreet(shown(told.occurrence["screen"], 200))
    names = dict.fromkeys(
        (discreet(shown(one["place"]["file"], 200)), discreet(shown(one["place"]["element"], 200)))
        for one in told.occurrence["evidence"])
    inside = [tuple(part for part in name if part) for name in names]
    first = [{"name": told.where, "kind": "screen", **({"fullyQualifiedName": screen} if screen else {})}]
    listed = [_location(uri, first)]
    for parts in inside:
        if len(listed) >= most:
            break
        if parts:
            kind = "member" if len(parts) > 1 else "resource"
            listed.append(_location(uri, [{"name": parts[-1], "fullyQualifiedName": "!".join(parts), "kind": kind}]))
    return listed


def _location(uri: str, logical: list[dict[str, str]]) -> dict[str, Any]:
    """A place; packages have no lines, but sites show no result without one."""
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
            "logicalLocations": logical}


def _absent(document: Json, verdict: Json, uris: Mapping[str, str], rules: Mapping[str, int],
            lang: Language) -> dict[str, Any]:
    """A required feature that is missing has no place; the result points at the first artifact."""
    check_id = verdict["check_id"]
    mark = absence_mark(check_id)
    text = say(lang, "sarif.result", check=check_title(document, check_id, lang), verdict=say(lang, "verdicts.missing"),
               place="", quote="")
    return {"ruleId": check_id, **({"ruleIndex": rules[check_id]} if check_id in rules else {}), "level": "warning",
            "message": {"text": text},
            "locations": [_location(next(iter(uris.values()), "unknown"), [{"name": check_id, "kind": "feature"}])],
            "partialFingerprints": {FINGERPRINT: mark, "primaryLocationLineHash": f"{mark}:1"},
            "properties": {"verdict": "missing", "absent": True}}


def _has_places(document: Json, check_id: str) -> bool:
    return any(one["check_id"] == check_id and one["occurrences"] for one in document["findings"])


def _suppression(record: Record, lang: Language) -> dict[str, Any]:
    accepted = record.state is Verdict.EXEMPT
    return {"kind": "external", "status": "accepted" if accepted else "underReview",
            "justification": say(lang, f"verdict_means.{record.state.value}"),
            "properties": {"state": record.state.value, **{name: shown(value, 200) for name, value in record.told}}}


def _artifact(one: Json, uris: Mapping[str, str]) -> dict[str, Any]:
    return {"location": {"uri": uris[one["sha256"]]}, "length": one["size"], "roles": ["analysisTarget"],
            **({"hashes": {"sha-256": one["sha256"]}} if one["sha256"] else {}),
            "properties": {"package": shown(one["package"], 200), "version": shown(one["version_name"], 120),
                           "readingDigest": one["reading_digest"]}}


def _invocation(document: Json, lang: Language, left_out: int) -> dict[str, Any]:
    """What the run did not see stands here: it is no result, and must not be silent."""
    told = [_notification("error", "scan-error", message(lang, "errors", one["id"], one["params"]))
            for one in document["errors"]]
    told += [_notification("warning", f"inconclusive/{one['check_id']}", _open_check(document, one, lang))
             for one in document["verdicts"] if one["verdict"] == Verdict.INCONCLUSIVE]
    told += [_notification("warning" if one.idle else "note", "exemption", record_line(one, lang))
             for one in records_told(document, lang)[:NOTIFICATIONS]]
    if left_out:
        told.insert(0, _notification("warning", "results-left-out", say(lang, "sarif.left_out", count=left_out)))
    gaps = sorted(document["coverage"]["gaps"], key=lambda gap: not is_blinding(gap))
    told += [_notification("warning" if is_blinding(gap) else "note", f"gap/{gap['reason']}", _gap(gap, lang))
             for gap in gaps[:NOTIFICATIONS]]
    if len(gaps) > NOTIFICATIONS:
        told.append(_notification("note", "gaps", say(lang, "report.more_gaps", count=len(gaps) - NOTIFICATIONS)))
    times = (("startTimeUtc", document["started"]), ("endTimeUtc", document["ended"]))
    return {"executionSuccessful": bool(document["complete"] and document["artifacts"]),
            **{name: moment for name, given in times if (moment := _utc(given))},
            "toolExecutionNotifications": told}


def _open_check(document: Json, verdict: Json, lang: Language) -> str:
    why = [why_named(document, reason, lang) for reason in verdict["why"][:3]]
    return say(lang, "sarif.open", check=check_title(document, verdict["check_id"], lang),
               why=phrased(lang, why))


def _gap(gap: Json, lang: Language) -> str:
    return discreet(say(lang, "sarif.gap", place=web_place_named(gap["place"], lang), reason=gap_reason(gap, lang),
                        advice=in_language(gap["advice"], lang)))


def _unlinked(text: str) -> str:
    """A text without the links that messages may hold (SARIF 2.1.0, 3.11.6): an app's words lead nowhere."""
    return text.replace("](", "] (")


def _notification(level: str, identity: str, text: str) -> dict[str, Any]:
    return {"level": level, "descriptor": {"id": identity[:120]}, "message": {"text": _unlinked(text)}}


def _utc(moment: str) -> str:
    """An ISO 8601 time as SARIF wants it (3.9): UTC with Z; "" where it cannot be told."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return "" if read.tzinfo is None else f"{read.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _uri(path: str) -> str:
    """A relative path as a URI reference (RFC 3986); a path that climbs or is absolute gives its last part."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts or path.startswith("/") or (parts and parts[0].endswith(":")):
        parts = [part for part in parts[-1:] if part != ".."]
    return "/".join(quote(part, safe="!$&'()*+,;=:@~") for part in parts)[:1000] or "unknown"
