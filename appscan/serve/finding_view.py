"""One place of a finding as a page and the API show it: the evidence in the words of the report, what was decided on
it, and the other places of the same check in the app. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from appscan.gate.exemptions import claim_of
from appscan.office.listing import Material, fingerprint_of, places
from appscan.report.finding_view import FindingView, finding_view
from appscan.report.words import why_named
from appscan.serve import sessions
from appscan.serve.app_view import acts_of, app_of, document_on_day
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of
from appscan.store import Event, EventKind, Exemption, FindingsAsked, ListedFinding, Store, Window
from appscan.texts import Language

MOST_BESIDE = 200
Json = Mapping[str, Any]


def finding_named(request: Request, number: str) -> ListedFinding:
    """The finding. Raises Refused 404."""
    request.app.state.freshener.look()
    found: ListedFinding | None = request.app.state.store.lists.finding(number)
    if found is None:
        raise Refused(404, "not_there")
    return found


def finding_shown(request: Request, number: str) -> dict[str, Any]:
    """Everything on the page of a finding."""
    store: Store = request.app.state.store
    finding = finding_named(request, number)
    app, material = app_of(request, finding.entry)
    report = next((one for one in material.reports if one.id == finding.report), None)
    if report is None:
        raise Refused(404, "not_there")
    document = document_on_day(store, material, report)
    grants = grants_on(store, material, document, finding)
    same = store.lists.findings(FindingsAsked(check=finding.check_id, entry=finding.entry), Window(most=MOST_BESIDE))
    return {"finding": finding, "app": app, "report": report, "document": document,
            "same": [one for one in same[:MOST_BESIDE] if one.id != finding.id],
            "acts": decisions_on(store, material, document, finding),
            "grants": grants, "approvals": {one.event for one in grants if approval_of(store, one)}}


def approval_of(store: Store, one: Exemption) -> str:
    """The digest of the approval's file of a grant; "" where none was handed in."""
    event = store.event(one.event)
    return str(event.content.get("document", "")) if event else ""


def arranged(document: dict[str, Any], finding: ListedFinding, lang: Language) -> tuple[FindingView, dict[str, Any]]:
    """The finding with this one place, for the page, and as the report says it. Raises Refused 404 where the report
    does not have the place."""
    for raw, occurrence in places(document):
        if raw["check_id"] == finding.check_id and fingerprint_of(raw, occurrence) == finding.fingerprint:
            alone = {**raw, "occurrences": [] if occurrence is None else [occurrence]}
            several = len(document["artifacts"]) > 1
            return finding_view(document, alone, "place", several, lang), alone
    raise Refused(404, "not_there")


def decisions_on(store: Store, material: Material, document: Json, finding: ListedFinding) -> list[Event]:
    """What people decided on one place, the last first: reviews, and exemptions that speak of it."""
    granted: set[int] = set()

    def is_about(event: Event) -> bool:
        if event.kind is EventKind.REVIEWED:
            return event.content.get("fingerprint") == finding.fingerprint
        if event.kind is EventKind.EXEMPTION_GRANTED and _covers(event.content["record"], document, finding):
            granted.add(event.id)
        return event.content.get("grant", event.id) in granted

    return [event for event in acts_of(store, material)[::-1] if is_about(event)][::-1]


def grants_on(store: Store, material: Material, document: Json, finding: ListedFinding) -> list[Exemption]:
    """Exemptions granted to this app and not withdrawn that speak of the place, whether they hold today or not."""
    told = [dict(claim.told) for claim in material.claims]
    return [one for one in store.exemptions(sessions.now())
            if dict(one.record) in told and _covers(one.record, document, finding)]


def _covers(record: Mapping[str, str], document: Json, finding: ListedFinding) -> bool:
    return record["check"] == finding.check_id and any(
        occurrence is not None and occurrence["fingerprint"] == finding.fingerprint and claim_of(record).covers(
            occurrence) for raw, occurrence in places(document) if raw["check_id"] == finding.check_id)


def reasons(request: Request, document: dict[str, Any], finding: Json) -> list[str]:
    """Why the verdict is what it is, in words."""
    return [why_named(document, one, language_of(request)) for one in finding["why"][:40]]
