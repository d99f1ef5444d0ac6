"""Rows of the lists: what stands for an app today, from reports, registry, exemptions and reviews. Keeps nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from appscan.gate.exemptions import Claim, grant
from appscan.judge.verdicts import worst
from appscan.model.folding import fold
from appscan.model.judgement import Force, Verdict
from appscan.model.registry import Entry, Platform
from appscan.portfolio.owner_names import OwnerNames
from appscan.report.exempted import Exempted
from appscan.report.summary import is_blinding
from appscan.report.words import gap_reason, message
from appscan.store import Decision, Event, ListedApp, ListedFinding, ListedGap, ReviewState, Standing, StoredReport
from appscan.store.listed import REVIEWED, UNJUDGED, urgency
from appscan.texts import LANGUAGES, catalogue, placeholders, say

Json = Mapping[str, Any]
PLACED = (*REVIEWED, Verdict.INCONCLUSIVE)
"""Verdicts of findings whose places are listed; of inconclusive ones those where something was seen."""
LONGEST_REASON = 80
FAULT = "list_fault"
"""The reason of a gap that says: the rows of an app could not be made."""
PLATFORM_OF = {"apk": Platform.ANDROID, "split_set": Platform.ANDROID, "recording": Platform.WEB}


@dataclass(frozen=True, slots=True)
class Material:
    """What one app's rows are made of. `entry` None where the registry does not have it; `reports` stand for its
    appearances; `claims` are exemptions granted to it; `reviews` are decisions that stand, by fingerprint."""

    id: str
    entry: Entry | None
    reports: Sequence[StoredReport]
    claims: Sequence[Claim]
    reviews: Mapping[str, Event]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one app; `search` is what is searched of it."""

    app: ListedApp
    search: str
    findings: tuple[ListedFinding, ...]
    gaps: tuple[ListedGap, ...]


def rows_of(material: Material, day: date, owners: OwnerNames) -> Rows | None:
    """The rows of an app on a day; None for one that neither the registry nor any report knows."""
    if material.entry is None and not material.reports:
        return None
    documents = [grant(one.document, material.claims, day) if material.claims else one.document
                 for one in material.reports]
    app = _app(material, documents, owners)
    found: dict[str, ListedFinding] = {}
    for report, document in zip(material.reports, documents, strict=True):
        for one in _findings(app, report, document):
            if one.id not in found or one.urgency < found[one.id].urgency:
                found[one.id] = _decided(one, material.reviews.get(one.fingerprint))
    count = Counter(one.state for one in found.values())
    app = replace(app, open=count[ReviewState.OPEN], confirmed=count[ReviewState.CONFIRMED],
                  dismissed=count[ReviewState.DISMISSED], asked=count[ReviewState.ASKED],
                  exempted=count[ReviewState.EXEMPTED])
    gaps = {gap.reason: gap for document in documents for gap in _gaps(app.entry, document)}
    return Rows(app, _search(material, app), tuple(found.values()), tuple(gaps.values()))


def rows_without(material: Material, owners: OwnerNames) -> Rows:
    """What can be said of an app whose reports cannot be gone through: what the registry and the columns of its reports
    say, no verdict, and why."""
    app = _app(material, (), owners)
    zh, en = (say(lang, "desk.lists.fault") for lang in LANGUAGES)
    return Rows(app, _search(material, app), (), (ListedGap(app.entry, FAULT, zh, en),))


def finding_id(entry: str, fingerprint: str) -> str:
    """The name of a place of a finding: an app's fingerprints are its own, equal ones of other apps are others."""
    return hashlib.sha256(f"{entry}\n{fingerprint}".encode()).hexdigest()[:16]


def fingerprint_of(finding: Json, occurrence: Json | None) -> str:
    """The fingerprint of a place; what is missing has no place, and one fingerprint for the whole app."""
    if occurrence is not None:
        return str(occurrence["fingerprint"])
    return hashlib.sha256(f"{finding['check_id']}|absent|".encode()).hexdigest()[:16]


def places(document: Json) -> Iterator[tuple[Json, Json | None]]:
    """(finding, occurrence) of a report that people decide on; None for a required feature that is missing."""
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) not in PLACED:
            continue
        if finding["occurrences"]:
            yield from ((finding, occurrence) for occurrence in finding["occurrences"])
        elif finding["verdict"] == Verdict.MISSING:
            yield finding, None


def _app(material: Material, documents: Sequence[Json], owners: OwnerNames) -> ListedApp:
    entry, first = material.entry, next(iter(material.reports), None)
    owner = (entry.owner if entry else "") or (first.owner if first else "")
    overall = worst(Verdict(one["overall"]) for one in documents).value if documents else ""
    name = entry.name if entry else first.app or first.entry.partition(":")[2] if first else ""
    level = entry.level.value if entry and entry.level else ""
    asked = level if entry else str(documents[0]["app"]["level"]) if documents else ""
    return ListedApp(
        entry=material.id, name=name, owner=owner, body=owners.of(owner, asked),
        product=entry.product if entry else first.product if first else "",
        level=level, region=entry.region if entry else "",
        platforms=_platforms(material), status=entry.status.value if entry else "", overall=overall,
        urgency=urgency(overall, _force(documents)) if overall else urgency(Verdict.NOT_FOUND) + UNJUDGED,
        listed=entry is not None, claimed=bool(material.reports) and all(
            one.standing is Standing.CLAIMED for one in material.reports),
        recorded=max((one.recorded for one in material.reports), default=None),
        open=0, confirmed=0, dismissed=0, asked=0, exempted=0)


def _force(documents: Iterable[Json]) -> int:
    """The rank of the hardest force of any finding that accuses."""
    return max((Force(finding["force"]).rank for document in documents for finding in document["findings"]
                if Verdict(finding["verdict"]) in REVIEWED), default=0)


def _platforms(material: Material) -> tuple[str, ...]:
    told = {one.platform for one in material.entry.artifacts} if material.entry else set()
    seen = {PLATFORM_OF[kind] for one in material.reports
            for line in one.appearance.split("\n") if (kind := line.partition(":")[0]) in PLATFORM_OF}
    web = {Platform.WEB, Platform.H5, Platform.MINIPROGRAM}
    seen -= {Platform.WEB} if told & web else set()  # a recording is of whichever of them the registry has
    return tuple(one.value for one in Platform if one in told | seen and one is not Platform.UNKNOWN)


def _findings(app: ListedApp, report: StoredReport, document: Json) -> Iterator[ListedFinding]:
    exempted = Exempted(document)
    for finding, occurrence in places(document):
        fingerprint = fingerprint_of(finding, occurrence)
        record = exempted.state(finding, occurrence) if occurrence is not None else None
        is_exempt = record is not None and record.state is Verdict.EXEMPT
        yield ListedFinding(
            id=finding_id(app.entry, fingerprint), entry=app.entry, report=report.id, fingerprint=fingerprint,
            check_id=finding["check_id"], verdict=finding["verdict"],
            urgency=urgency(finding["verdict"], Force(finding["force"]).rank), presence=finding["presence"],
            force=finding["force"], screen=str(occurrence["screen"]) if occurrence is not None else "", app=app.name,
            body=app.body, state=ReviewState.EXEMPTED if is_exempt else ReviewState.OPEN)


def _decided(finding: ListedFinding, event: Event | None) -> ListedFinding:
    """With the decision that stands; what is exempt is exempt whatever was decided before."""
    if event is None:
        return finding
    state = finding.state if finding.state is ReviewState.EXEMPTED else Decision(event.content["decision"]).state
    return replace(finding, state=state, who=event.who, at=event.when, event=event.id)


def _gaps(entry: str, document: Json) -> Iterator[ListedGap]:
    """What hid a whole kind, and what could not be opened at all; in words that are the same for every app."""
    for gap in document["coverage"]["gaps"]:
        if is_blinding(gap):
            params = _needed(gap["params"], f"gaps.{gap['reason']}")
            zh, en = (gap_reason({**gap, "place": "", "params": params}, lang) for lang in LANGUAGES)
            yield ListedGap(entry, str(gap["reason"])[:LONGEST_REASON], zh, en)
    for error in document["errors"]:
        params = _needed(error["params"], f"errors.{error['id']}")
        zh, en = (message(lang, "errors", error["id"], params) for lang in LANGUAGES)
        yield ListedGap(entry, str(error["id"])[:LONGEST_REASON], zh, en)


def _needed(params: Mapping[str, str], key: str) -> dict[str, str]:
    """The parameters without which the text says nothing, and words that a custom pack brought along; places and
    numbers of one app are left out."""
    needed = {name for lang in LANGUAGES for name in placeholders(catalogue(lang).get(key, ""), required=True)}
    return {name: value for name, value in params.items() if name in needed or name.endswith(("_zh", "_en"))}


def _search(material: Material, app: ListedApp) -> str:
    entry = material.entry
    told = [app.name, app.owner, app.body, app.entry, app.product]
    told += [*entry.names, *(one.package for one in entry.artifacts), *(one.url for one in entry.artifacts)] \
        if entry else []
    told += [package for one in material.reports for package in one.packages]
    return fold("\n".join(dict.fromkeys(one for one in told if one))).replace("\n", " ")
