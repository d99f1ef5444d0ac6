"""The JSON twins of overview, apps and findings: the same questions, the same filters, the same decisions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from appscan.serve.api import LARGEST_NUMBER, REFUSALS, Problem
from appscan.serve.app_view import app_view
from appscan.serve.finding_view import arranged, finding_named, finding_shown, reasons
from appscan.serve.lists import Listed
from appscan.serve.overview import overview_of
from appscan.serve.permissions import Visit, needs
from appscan.serve.portfolio_lists import apps_page, findings_page
from appscan.serve.queries import AppsAsking, FindingsAsking
from appscan.serve.rendering import language_of
from appscan.serve.reviewing import LONGEST_REASON, Ruling, decide
from appscan.serve.turns import in_turn
from appscan.store import Decision, Event, ListedApp, ListedFinding, Role, Step, StoredReport

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
FindingName = Annotated[str, InPath(pattern="^[0-9a-f]{16}$")]
router = APIRouter(prefix="/api", responses=REFUSALS)


Unsaid = Annotated[int, Field(exclude=True)]
"""What lists are sorted by; nobody else needs it."""


@dataclass(frozen=True, slots=True)
class App(ListedApp):
    """One app of the list. The last five count places of findings by what people decided."""

    urgency: Unsaid


@dataclass(frozen=True, slots=True)
class Finding(ListedFinding):
    """One place of a finding. `event` is the decision that stands, 0 for none."""

    __pydantic_config__: ClassVar = ConfigDict(json_schema_serialization_defaults_required=True)
    urgency: Unsaid
    title: str = ""


class Apps(BaseModel):
    """One page; `before` and `after` ask for the pages around it. `behind` changes are not in the list yet."""

    total: int
    apps: list[App]
    before: str
    after: str
    behind: int


class Findings(BaseModel):
    """One page; `before` and `after` ask for the pages around it. `behind` changes are not in the list yet."""

    total: int
    findings: list[Finding]
    before: str
    after: str
    behind: int


class Act(BaseModel):
    """What a person did: a review, an exemption granted or withdrawn."""

    event: int
    kind: str
    who: str
    when: datetime
    reason: str
    content: dict[str, Any]


class Standing(BaseModel):
    """A report that stands for an appearance of an app."""

    report: int
    appearance: str
    overall: str
    standing: str
    recorded: datetime


class Version(BaseModel):
    """What stood for an app since when, and why it changed."""

    since: datetime
    report: int
    appearance: str
    overall: str
    causes: list[str]


class OneApp(BaseModel):
    """An app with the reports that stand for it, its findings, its versions and what people did; the last first."""

    app: App
    reports: list[Standing]
    findings: list[Finding]
    versions: list[Version]
    acts: list[Act]


class OneFinding(BaseModel):
    """A place of a finding: `finding` as the report has it, with this place alone, and what people decided on it."""

    place: Finding
    reasons: list[str]
    finding: dict[str, Any]
    acts: list[Act]


class Blinded(BaseModel):
    """Why apps could not be judged whole: how many, and how many of them have no other verdict."""

    reason: str
    text: str
    apps: int
    inconclusive: int


class Overview(BaseModel):
    """How things stand: apps by overall verdict ("none": not scanned), findings by state, the count and what changed in
    the last sweep as they were summed up at `made`."""

    apps: int
    verdicts: dict[str, int]
    states: dict[str, int]
    blindings: list[Blinded]
    count: dict[str, Any]
    trends: dict[str, Any] | None
    made: datetime
    is_behind: bool


class Decided(BaseModel):
    """A decision on a finding. `seen` is the `event` that the finding was read with; where another one stands by now,
    nothing is recorded. The same `mark` records a decision once, however often it is sent. `whole` decides on all
    places of the check in the app that stand as this one does."""

    decision: Literal["confirm", "dismiss", "ask", "undo"]
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]
    seen: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
    mark: Annotated[str, Field(max_length=64)] = ""
    whole: bool = False


@router.get("/overview")
@in_turn
def show_overview(request: Request, _visit: Viewer) -> Overview:
    """How things stand."""
    found, lang = overview_of(request), language_of(request)
    blindings = [Blinded(reason=one.reason, text=one.zh if lang == "zh" else one.en, apps=one.apps,
                         inconclusive=one.inconclusive) for one in found["blindings"]]
    verdicts = {str(word) or "none": count for word, count in found["verdicts"]}
    return Overview(**{**found, "blindings": blindings, "verdicts": verdicts})


@router.get("/apps")
@in_turn
def list_apps(request: Request, _visit: Viewer, query: AppsAsking) -> Apps:
    """One page of apps."""
    found, behind = apps_page(request, query)
    return Apps(apps=[_app(one) for one in found.rows], behind=behind, **_around(found))


@router.get("/app")
def show_app(request: Request, _visit: Viewer, entry: Annotated[str, Query(min_length=1, max_length=400)]) -> OneApp:
    """One app by the id of its entry."""
    found = app_view(request, entry)
    return OneApp(app=_app(found["app"]), reports=[_standing(one) for one in found["reports"]],
                  findings=[_finding(request, one) for one in found["findings"]],
                  versions=[_version(one) for one, _ in found["steps"]], acts=[_act(one) for one in found["acts"]])


@router.get("/findings")
@in_turn
def list_findings(request: Request, _visit: Viewer, query: FindingsAsking) -> Findings:
    """One page of findings."""
    found, behind = findings_page(request, query)
    return Findings(findings=[_finding(request, one) for one in found.rows], behind=behind, **_around(found))


@router.get("/findings/{number}")
def show_finding(request: Request, number: FindingName, _visit: Viewer) -> OneFinding:
    """One place of a finding."""
    found = finding_shown(request, number)
    _, raw = arranged(found["document"], found["finding"], language_of(request))
    return OneFinding(place=_finding(request, found["finding"]), finding=raw,
                      reasons=reasons(request, found["document"], raw), acts=[_act(one) for one in found["acts"]])


@router.post("/findings/{number}/decisions", status_code=201, responses={409: {"model": Problem}})
def add_decision(request: Request, number: FindingName, visit: Reviewer, decided: Decided) -> Finding:
    """Decide on a finding."""
    finding = finding_named(request, number)
    decide(request, finding, Ruling(Decision(decided.decision), decided.reason, visit.who, decided.seen, decided.mark,
                                    decided.whole))
    return _finding(request, finding_named(request, number))


def _around(found: Listed[Any]) -> dict[str, Any]:
    return {"total": found.total, "before": found.before, "after": found.after}


def _columns(one: ListedApp | ListedFinding) -> dict[str, Any]:
    """A row's own values: all of them are frozen, and `asdict` would copy every single one."""
    return {column.name: getattr(one, column.name) for column in fields(one)}


def _app(one: ListedApp) -> App:
    return App(**_columns(one))


def _finding(request: Request, one: ListedFinding) -> Finding:
    return Finding(**_columns(one), title=request.app.state.titles.of(one.check_id, language_of(request)))


def _act(one: Event) -> Act:
    return Act(event=one.id, kind=one.kind.value, who=one.who, when=one.when, reason=one.reason,
               content=dict(one.content))


def _standing(one: StoredReport) -> Standing:
    return Standing(report=one.id, appearance=one.appearance, overall=one.overall, standing=one.standing.value,
                    recorded=one.recorded)


def _version(one: Step) -> Version:
    return Version(since=one.since, report=one.report.id, appearance=one.appearance, overall=one.report.overall,
                   causes=[cause.value for cause in one.causes])
