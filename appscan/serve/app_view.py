"""One app as a page and the API show it: what stands for it, its findings with what people decided, its history. Words
of a report come from the report's own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from appscan.gate.exemptions import grant
from appscan.model.judgement import Verdict
from appscan.office.freshening import material_of
from appscan.office.listing import Material
from appscan.office.standing import acts_on, entries_of
from appscan.serve import sessions
from appscan.serve.refusals import Refused
from appscan.store import Event, EventKind, FindingsAsked, ListedApp, ListedFinding, Step, Store, StoredReport, Window

MOST_FINDINGS = 500
MOST_STEPS = 60
MOST_ACTS = 200

Json = Mapping[str, Any]


def app_of(request: Request, entry: str) -> tuple[ListedApp, Material]:
    """The app and what its rows are made of. Raises Refused 404."""
    store: Store = request.app.state.store
    request.app.state.freshener.look()
    app = store.lists.app(entry)
    if app is None:
        raise Refused(404, "not_there")
    return app, material_of(store, entry, sessions.now().date())


def document_on_day(store: Store, material: Material, report: StoredReport) -> dict[str, Any]:
    """A report with the exemptions of today laid over it; pictures that are not kept are left out."""
    day = sessions.now().date()
    document = grant(report.document, material.claims, day) if material.claims else report.document
    kept = [one for one in document.get("pictures", ()) if store.has_blob(one["sha256"])]
    return {**document, **({"pictures": kept} if "pictures" in document else {})}


def report_on_day(store: Store, report: StoredReport) -> dict[str, Any]:
    """The same of any report, of whichever app it is today."""
    entry = store.lists.strays().get(report.entry, report.entry)
    return document_on_day(store, material_of(store, entry, sessions.now().date()), report)


def app_view(request: Request, entry: str, report: int = 0) -> dict[str, Any]:
    """Everything on the page of an app; of several appearances the one with this report, which may be an earlier one,
    else the worst. Raises Refused 404 for an app or a report of it that is not there."""
    store: Store = request.app.state.store
    app, material = app_of(request, entry)
    chosen = _chosen(store, material, report)
    findings = store.lists.findings(FindingsAsked(entry=entry), Window(most=MOST_FINDINGS))
    return {
        "app": app, "entry": material.entry, "reports": list(material.reports), "chosen": chosen,
        "document": document_on_day(store, material, chosen) if chosen else None,
        "is_earlier": chosen is not None and all(one.id != chosen.id for one in material.reports),
        "findings": findings[:MOST_FINDINGS], "steps": _steps(store.history(entry))[::-1][:MOST_STEPS],
        "acts": acts_of(store, material)[:MOST_ACTS]}


def acts_of(store: Store, material: Material) -> list[Event]:
    """What people did about an app, the last first."""
    names = {name for report in material.reports for name in entries_of(store, report, material.id)} or {material.id}
    own = {event.id: event for event in store.events(EventKind.REVIEWED, subject=names)}
    own |= {event.id: event for report in material.reports for event in acts_on(store, report, material.id)}
    return sorted(own.values(), key=lambda one: (one.when, one.id), reverse=True)


def places_of(findings: Sequence[ListedFinding]) -> Mapping[str, ListedFinding]:
    """Findings of one app by fingerprint."""
    return {one.fingerprint: one for one in findings}


def _steps(history: Sequence[Step]) -> list[tuple[Step, StoredReport | None]]:
    """Steps in their order, each with the report that stood before it for the same appearance."""
    before: dict[str, StoredReport] = {}
    found = []
    for step in history:
        found.append((step, before.get(step.appearance)))
        before[step.appearance] = step.report
    return found


def _chosen(store: Store, material: Material, report: int) -> StoredReport | None:
    if report:
        found = next((one for one in material.reports if one.id == report), None) or store.report(report)
        if found is None or store.lists.strays().get(found.entry, found.entry) != material.id:
            raise Refused(404, "not_there")
        return found
    return max(material.reports, key=lambda one: (Verdict(one.overall).severity, one.recorded), default=None)
