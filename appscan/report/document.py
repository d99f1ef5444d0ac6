"""The published JSON of a report, made from the values and read back. Knows no page and no command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from appscan.errors import UsageError
from appscan.model.artifact import App
from appscan.model.coverage import Gap, Kind
from appscan.model.judgement import Evidence, Finding, Message, Occurrence
from appscan.model.report import SCHEMA_VERSION, ArtifactRead, CheckText, ClauseEffect, ClauseText, Report
from appscan.model.sighting import PictureKept, Sighting
from appscan.report.reading_back import report_from
from appscan.report.words import own_words
from appscan.texts import has, say

Document = dict[str, Any]
"""A report as plain JSON values, closed under the schema `report-1`."""

QUOTED = 2000
"""Characters kept of one value or excerpt that comes from an app."""


def to_document(report: Report) -> Document:
    """The report as plain JSON values; mappings are sorted, so that equal reports give equal bytes."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": report.tool.name, "version": report.tool.version, "checks_digest": report.tool.checks_digest,
                 "packs": report.tool.packs, "custom_checks": report.tool.custom_checks},
        "app": _app(report.app),
        "product": report.product,
        "stage": report.stage,
        "profile": report.profile,
        "jurisdiction": report.jurisdiction,
        **({"jurisdiction_from": report.jurisdiction_from.value} if report.jurisdiction_from else {}),
        "operator": report.operator,
        "authority": report.authority,
        "actors": list(report.actors),
        "started": report.started,
        "ended": report.ended,
        "complete": report.complete,
        "overall": report.overall.value,
        "verdicts": [{"check_id": verdict.check_id, "verdict": verdict.verdict.value, "why": _messages(verdict.why)}
                     for verdict in report.verdicts],
        "findings": [_finding(finding) for finding in report.findings],
        "artifacts": [_artifact(read) for read in report.artifacts],
        "coverage": {
            "read": [{"artifact": read.artifact.sha256, "what": item.what, "count": item.count}
                     for read in report.artifacts for item in read.coverage.read],
            "gaps": [_gap(read.artifact.sha256, gap) for read in report.artifacts for gap in read.coverage.gaps],
        },
        "errors": [{"artifact": error.artifact, "id": error.message.id, "params": _strings(error.message.params)}
                   for error in report.errors],
        "checks": [_check(check) for check in report.checks],
        "clauses": [_clause(clause) for clause in report.clauses],
        "timings": {stage: round(float(seconds), 4) for stage, seconds in sorted(report.timings.items())},
        "options_digest": report.options_digest,
        **({"pictures": [asdict(one) for one in report.pictures]} if report.pictures else {}),
    }


def with_pictures(document: Document, pictures: Sequence[PictureKept]) -> Document:
    """The document with the pictures that were kept beside it."""
    return {**document, "pictures": [asdict(one) for one in pictures]} if pictures else document


def from_document(document: object, name: str = "") -> Report:
    """The report that `document` holds. `name` says in errors which file it was.

    Raises UsageError `report_version` for a version this program does not read, `report_damaged` for anything else that
    the schema does not allow.
    """
    if not isinstance(document, dict) or not isinstance(document.get("schema_version"), int):
        raise UsageError("report_damaged", name=name, reason="schema_version")
    if document["schema_version"] != SCHEMA_VERSION:
        raise UsageError("report_version", name=name, version=document["schema_version"], supported=SCHEMA_VERSION)
    from appscan.schema import REPORT, fits, problems  # validation costs start time that a scan does not need

    if not fits(REPORT, document):
        raise UsageError("report_damaged", name=name, reason=problems(REPORT, document, at_most=1)[0])
    return report_from(document)


def to_json(document: Document) -> str:
    """The document as JSON text for people and programs, ending in a newline; lone surrogates of odd file names become
    question marks."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def from_json(text: str | bytes, name: str = "") -> Document:
    """The document in a JSON text, validated. Raises UsageError as `from_document` does."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise UsageError("report_damaged", name=name, reason=type(wrong).__name__) from wrong
    from_document(document, name)
    valid: Document = document
    return valid


def _app(app: App) -> Document:
    return {"name": app.name, "owner": app.owner, "product": app.product, "level": app.level, "region": app.region,
            "audience": list(app.audience), "approval": _strings(app.approval),
            "declared": None if app.declared is None else _strings(app.declared)}


def _artifact(read: ArtifactRead) -> Document:
    artifact = read.artifact
    return {
        "kind": artifact.kind.value, "name": artifact.name, "sha256": artifact.sha256, "size": artifact.size,
        "parts": [{"name": part.name, "sha256": part.sha256, "size": part.size} for part in artifact.parts],
        "package": artifact.package, "label": artifact.label, "version_name": artifact.version_name,
        "version_code": artifact.version_code, "min_sdk": artifact.min_sdk, "target_sdk": artifact.target_sdk,
        "certificates": [{"scheme": signer.scheme, "subject": signer.subject, "sha256": signer.sha256}
                         for signer in artifact.certificates],
        "reader": read.reader, "reading_digest": read.reading_digest, "details": _strings(read.details),
        **({"crawl": _plain(asdict(read.crawl))} if read.crawl else {}),
    }


def _gap(artifact: str, gap: Gap) -> Document:
    return {"artifact": artifact, "kinds": [kind.value for kind in Kind if kind in gap.kinds], "place": gap.place,
            "reason": gap.reason, "params": _strings(gap.params), "advice": _advice(gap), "blinds": gap.blinds}


def _advice(gap: Gap) -> dict[str, str]:
    own = {"zh": own_words(gap.params, "advice", "zh"), "en": own_words(gap.params, "advice", "en")}
    if any(own.values()):
        return own
    key = f"advice.{gap.reason}"
    if not has(key):
        return {"zh": "", "en": ""}
    params = {"place": gap.place, **gap.params}
    return {"zh": say("zh", key, **params), "en": say("en", key, **params)}


def _finding(finding: Finding) -> Document:
    return {
        "check_id": finding.check_id, "artifact": finding.artifact, "presence": finding.presence.value,
        "presence_at_most": finding.presence_at_most.value, "force": finding.force.value,
        "force_at_most": finding.force_at_most.value, "verdict": finding.verdict.value,
        "declaration": finding.declaration.value, "tags": [tag.value for tag in finding.tags],
        "clauses": list(finding.clauses), "occurrences": [_occurrence(one) for one in finding.occurrences],
        "why": _messages(finding.why), "cancelled": [_evidence(one) for one in finding.cancelled],
        **({"beside": list(finding.beside)} if finding.beside else {}),
        **({"stage": finding.stage} if finding.stage != "built" else {}),
    }


def _occurrence(occurrence: Occurrence) -> Document:
    return {"screen": occurrence.screen, "fingerprint": occurrence.fingerprint, "path": list(occurrence.path),
            "evidence": [_evidence(one) for one in occurrence.evidence]}


def _evidence(evidence: Evidence) -> Document:
    signal = evidence.signal
    return {"kind": signal.kind.value, "value": signal.value[:QUOTED],
            "place": {"file": signal.place.file, "screen": signal.place.screen, "element": signal.place.element},
            "role": signal.role, "actor": signal.actor, "origin": signal.origin, "excerpt": signal.excerpt[:QUOTED],
            "live": signal.live, "supports": evidence.supports, **_seen(evidence.seen)}


def _seen(sighting: Sighting | None) -> Document:
    """What a crawl saw, without what it did not."""
    if sighting is None:
        return {}
    told = {name: _plain(value) for name, value in asdict(sighting).items() if value not in (None, "", False)}
    return {"seen": told} if told else {}


def _plain(value: object) -> Any:
    """Tuples as the lists that JSON has."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _check(check: CheckText) -> Document:
    return {"id": check.id, "title": _both(check.title), "question": _both(check.question),
            "notice": _both(check.notice), "polarity": check.polarity}


def _clause(clause: ClauseText) -> Document:
    return {"id": clause.id, "document": _both(clause.document), "article": clause.article,
            "summary": _both(clause.summary), "date": clause.date, "jurisdiction": clause.jurisdiction,
            "quotable": clause.quotable, **_clause_details(clause)}


def _clause_details(clause: ClauseText) -> Document:
    """What version 1 got later: all of it, or nothing where the pack says nothing of the kind."""
    if not clause.rank and not clause.features and clause.effect is ClauseEffect.BAN:
        return {}
    texts = {name: _both(text) for name, text in (("issuer", clause.issuer), ("decides", clause.decides),
                                                  ("unseen", clause.unseen), ("only", clause.only)) if text}
    return {"effect": clause.effect.value, "power": clause.power.value, "exemption": clause.exemption.value,
            "text": clause.text.value, "rank": clause.rank, "features": list(clause.features), **texts,
            **({"outranked_by": clause.outranked_by} if clause.outranked_by else {})}


def _both(text: Mapping[Any, str]) -> dict[str, str]:
    return {"zh": text.get("zh", ""), "en": text.get("en", "")}


def _messages(messages: tuple[Message, ...]) -> list[Document]:
    return [{"id": message.id, "params": _strings(message.params)} for message in messages]


def _strings(mapping: Mapping[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in sorted(mapping.items())}
