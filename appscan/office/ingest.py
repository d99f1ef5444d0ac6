"""Taking in a report that was made elsewhere: proved, matched with the registry, kept once as a claim; and judged by
the office itself where its reading or its artifact is at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from appscan.checks import CheckSet
from appscan.errors import UnreadableError, UsageError
from appscan.gate.exemptions import beneath
from appscan.model.judgement import Message, Verdict
from appscan.model.reading import Reading
from appscan.office.matching import Register, keys_of_document, unlisted
from appscan.report.given import GivenReport
from appscan.store import Added, Event, EventKind, Standing, Store

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """How reports are taken in. `artifacts`: files by digest; where any are given, every artifact of a report must be
    among them. `entry`: the registry's entry, for who knows better than the matching. `checks`: the office's own, where
    it shall judge too."""

    who: str
    when: datetime
    register: Register
    artifacts: Mapping[str, Path]
    entry: str = ""
    checks: CheckSet | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report: `entry` is where it went, `is_listed` whether the registry has it; `judged` the office's
    own report, where it made one; `notes` are entries of the catalogue for what was left aside."""

    entry: str
    is_listed: bool
    added: Added
    overall: Verdict
    judged: Added | None = None
    office: Verdict | None = None
    notes: tuple[Message, ...] = ()


def digests_of(files: Sequence[Path]) -> dict[str, Path]:
    """Files by their digest. Raises UsageError `ingest_artifact_unreadable`."""
    found = {}
    for path in files:
        try:
            with path.open("rb") as file:
                found[hashlib.file_digest(file, "sha256").hexdigest()] = path
        except OSError as error:
            raise UsageError("ingest_artifact_unreadable", file=str(path), reason=error.strerror or "") from None
    return found


def take_in(store: Store, given: GivenReport, terms: Terms) -> Taken:
    """Keep one report. Raises UsageError where it cannot be taken: an artifact that is not among the files given, two
    entries that fit equally well, a scan that was not finished, an exemption without the verdict beneath it, or another
    outcome of the same judgement."""
    document = _as_judged(given)
    if not document["complete"] or not document["artifacts"]:
        raise UsageError("ingest_unfinished", name=str(given.path))
    _prove_artifacts(document, terms, str(given.path))
    entry, product, is_listed = _place(document, terms, str(given.path))
    readings, notes = _readings_beside(given, document)
    kept = {digest: store.put_blob(path) for digest, (_, path) in readings.items()}
    notes += _pictures(store, given, document)
    event = Event(EventKind.REPORT_TAKEN_IN, entry, terms.who, terms.when,
                  content={"file": given.path.name, "sha256": given.sha256})
    added = store.add_report(document, product=product, entry=entry, standing=Standing.CLAIMED, recorded=terms.when,
                             readings=kept, event=event)
    if added.differs:
        raise UsageError("ingest_differs", name=str(given.path), report=added.id)
    taken = Taken(entry, is_listed, added, Verdict(document["overall"]), notes=tuple(notes))
    if terms.checks is None:
        return taken
    own = _own_report(document, {digest: reading for digest, (reading, _) in readings.items()}, terms, terms.checks)
    if own is None:
        return replace(taken, notes=(*notes, Message("ingest_not_judged", {})))
    report, has_read = own
    judged = store.add_report(report, product=product, entry=entry, standing=Standing.OFFICE, recorded=terms.when,
                              readings={} if has_read else kept, own=has_read)
    return replace(taken, judged=judged, office=Verdict(report["overall"]))


def _as_judged(given: GivenReport) -> Document:
    """The report beneath its exemptions: what it claims stays listed, and the verdict under it stands."""
    document = beneath(given.document)
    exempting = (Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED)
    for part in ("verdicts", "findings"):
        for index, row in enumerate(document[part]):
            if row["verdict"] in exempting:
                raise UsageError("ingest_exempt", name=str(given.path), place=f"{part}/{index}")
    return document


def _prove_artifacts(document: Document, terms: Terms, name: str) -> None:
    for artifact in document["artifacts"] if terms.artifacts else ():
        if artifact["sha256"] not in terms.artifacts:
            raise UsageError("ingest_artifact", name=name, artifact=artifact["name"], digest=artifact["sha256"])


def _place(document: Document, terms: Terms, name: str) -> tuple[str, str, bool]:
    """Entry and product, and whether the registry has them."""
    product = str(document["product"])
    if terms.entry:
        named = terms.register.by_id.get(terms.entry)
        if named is None:
            raise UsageError("ingest_entry_unknown", entry=terms.entry)
        return named.id, named.product or product, True
    found = terms.register.match(keys_of_document(document))
    if found.rivals:
        raise UsageError("ingest_ambiguous", name=name, entries=", ".join(found.rivals[:6]))
    if found.entry is None:
        return unlisted(document), product, False
    return found.entry.id, found.entry.product or product, True


def _readings_beside(given: GivenReport, document: Document) -> tuple[dict[str, tuple[Reading, Path]], list[Message]]:
    """Readings that lie beside the report, by the digest of their artifact; only those that the report was judged from,
    as it says itself."""
    from appscan.readers.saved import load_reading, reading_digest

    wanted = {one["sha256"]: one["reading_digest"] for one in document["artifacts"]}
    found: dict[str, tuple[Reading, Path]] = {}
    notes = []
    for path in sorted(given.path.parent.glob("*.reading")) if any(wanted.values()) else ():
        try:
            reading = load_reading(path)
        except UnreadableError as error:
            params = {key: str(value) for key, value in error.params.items()}
            notes.append(Message(error.key, {**params, "name": str(path)}))
            continue
        if wanted.get(reading.artifact.sha256) == reading_digest(reading):
            found[reading.artifact.sha256] = (reading, path)
        else:
            notes.append(Message("ingest_reading_foreign", {"name": str(path)}))
    return found, notes


def _pictures(store: Store, given: GivenReport, document: Document) -> list[Message]:
    """Keep the pictures beside the report, whose names are their digests; what is not what it says is left aside."""
    notes = []
    for picture in document.get("pictures", ()):
        path = given.path.parent / "evidence" / f"{picture['sha256']}.png"
        if not path.is_file():
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == picture["sha256"]:
            store.put_blob(content)
        else:
            notes.append(Message("ingest_picture_foreign", {"name": str(path)}))
    return notes


def _own_report(claim: Document, readings: Mapping[str, Reading], terms: Terms,
                checks: CheckSet) -> tuple[Document, bool] | None:
    """The office's own report, and whether it read the artifacts itself: on these where all were given, else on the
    readings if all are there. A report that was judged from less would be no judgement of this claim."""
    from appscan.report.document import to_document
    from appscan.report.reading_back import report_from
    from appscan.scan import ScanOptions, Target, judge_readings, scan_app

    claimed = report_from(claim)
    options = ScanOptions(jurisdiction=claimed.jurisdiction, operator=terms.who)
    digests = [one.artifact.sha256 for one in claimed.artifacts]
    if digests and all(digest in terms.artifacts for digest in digests):
        targets = [Target(terms.artifacts[one.artifact.sha256], one.artifact.name) for one in claimed.artifacts]
        return to_document(scan_app(targets, claimed.app, checks, options).report), True
    if digests and all(digest in readings for digest in digests):
        found = [readings[digest] for digest in digests]
        return to_document(judge_readings(found, claimed.app, checks, options)), False
    return None
