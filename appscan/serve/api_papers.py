"""Papers and checks for programs: JSON twins of their pages, with the same guards and the same functions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from pydantic import BaseModel, Field

from appscan.office.papers import PaperForm, chosen_at_first
from appscan.report.paper.layout import PaperKind
from appscan.serve import sessions
from appscan.serve.api import LARGEST_NUMBER, REFUSALS, Problem
from appscan.serve.downloads import download
from appscan.serve.edits import LONGEST_EDIT, Edit, try_edit
from appscan.serve.pages.checks import (
    MOST_READINGS,
    READINGS,
    check_document,
    check_named,
    clause_lines,
    measured,
    rules_of,
)
from appscan.serve.paper_data import PaperOrder, make_paper, paper, paper_document, papers, stands, states_of
from appscan.serve.permissions import Visit, needs
from appscan.serve.rendering import language_of
from appscan.store import Role, Store

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Number = Annotated[int, InPath(ge=1, le=LARGEST_NUMBER)]
Report = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Line = Annotated[str, Field(max_length=200)]
CheckId = Annotated[str, InPath(max_length=80)]
PAGE = 50

router = APIRouter(prefix="/api", responses={**REFUSALS, 503: {"model": Problem}})


class ItemAsked(BaseModel):
    """A place by check and fingerprint; without a fingerprint what has no place."""

    check: Annotated[str, Field(max_length=80)]
    fingerprint: Annotated[str, Field(max_length=64)] = ""


class PaperAsked(BaseModel):
    """A paper on a report. Without `items` it speaks of all confirmed places, else of all that nobody dismissed.
    `previous` is an earlier report of the same app, 0 for none."""

    report: Report
    kind: PaperKind = PaperKind.NOTICE
    form: PaperForm = PaperForm.DOCX
    lang: Literal["zh", "en"] = "zh"
    items: Annotated[list[ItemAsked], Field(max_length=20_000)] | None = None
    deadline: date | None = None
    previous: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] = 0
    office: Line = ""
    number: Line = ""
    signer: Line = ""
    advice: Literal["", "agree", "change", "refuse"] = ""


class Paper(BaseModel):
    """A paper that was made; its file lies under /api/papers/NUMBER/file."""

    number: int
    entry: str
    report: int
    previous: int
    app: str
    kind: str
    form: str
    lang: str
    name: str
    digest: str
    size: int
    deadline: str
    office: str
    signer: str
    advice: str
    document_number: str
    who: str
    when: datetime
    items: list[dict[str, str]]


class CheckShown(BaseModel):
    """A check; `reference` is Markdown, `measured` null where it was not."""

    id: str
    title: str
    question: str
    polarity: str
    clauses: list[str]
    reference: str
    measured: dict[str, Any] | None


class Checks(BaseModel):
    """All checks, and clauses with what answers them."""

    version: str
    digest: str
    checks: list[CheckShown]
    clauses: list[dict[str, Any]]


class EditAsked(BaseModel):
    """The new text of a check's file, tried on the readings of the last reports."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_EDIT)]
    readings: Annotated[int, Field(ge=1, le=MOST_READINGS)] = READINGS


class EditTried(BaseModel):
    """What it would change. `over` false where the time was up before the last reading."""

    touched: list[str]
    everything: bool
    surprises: list[dict[str, Any]]
    readings: int
    unread: int
    over: bool
    added: int
    dropped: int
    apps: list[dict[str, Any]]


@router.get("/papers")
def list_papers(request: Request, _visit: Viewer, entry: Annotated[str, Query(max_length=400)] = "",
                page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> list[Paper]:
    """The papers that were made, the last first, fifty a page."""
    found = papers(request.app.state.store, PAGE, (page - 1) * PAGE, entry)
    return [Paper(**paper_document(one)) for one in found]


@router.post("/papers", status_code=201)
def add_paper(request: Request, visit: Reviewer, asked: PaperAsked) -> Paper:
    """Make a paper and keep it."""
    state = request.app.state
    store: Store = state.store
    if asked.items is None:
        standing = stands(store, asked.report, sessions.now().date())
        chosen = chosen_at_first(standing.document, states_of(store, standing))
    else:
        chosen = frozenset((one.check, one.fingerprint) for one in asked.items)
    order = PaperOrder(asked.report, asked.kind, asked.form, asked.lang, chosen, asked.deadline, asked.previous,
                       asked.office, asked.number, asked.signer, asked.advice)
    return Paper(**paper_document(paper(store, make_paper(store, state.aside, order, visit.who))))


@router.get("/papers/{number}")
def show_paper(request: Request, number: Number, _visit: Viewer) -> Paper:
    """One paper."""
    return Paper(**paper_document(paper(request.app.state.store, number)))


@router.get("/papers/{number}/file", response_class=Response,
            responses={200: {"content": {"application/octet-stream": {}}}})
def paper_file(request: Request, number: Number, _visit: Viewer) -> Response:
    """The file of a paper."""
    store: Store = request.app.state.store
    content = paper(store, number).content
    return download(store.get_blob(str(content["digest"])), str(content["name"]))


@router.get("/checks")
def list_checks(request: Request, _visit: Viewer) -> Checks:
    """All checks with the clauses that they rest on."""
    packs, lang = request.app.state.checks, language_of(request)
    checks = packs.now()
    return Checks(version=checks.version, digest=checks.digest, clauses=clause_lines(rules_of(checks, lang), lang),
                  checks=[CheckShown(**check_document(one, checks, lang, measured(packs.folder, checks, one.id)))
                          for one in checks.checks])


@router.get("/checks/{check}")
def show_check(request: Request, check: CheckId, _visit: Viewer) -> CheckShown:
    """One check in plain language."""
    packs, lang = request.app.state.checks, language_of(request)
    checks = packs.now()
    return CheckShown(**check_document(check_named(checks, check), checks, lang,
                                       measured(packs.folder, checks, check)))


@router.post("/checks/{check}/try")
def try_check(request: Request, check: CheckId, _visit: Reviewer, asked: EditAsked) -> EditTried:
    """What an edit of a check would add and drop. Nothing of it is kept."""
    state, lang = request.app.state, language_of(request)
    check_named(state.checks.now(), check)
    tried = try_edit(state.store, state.aside, state.checks, Edit(check, asked.text, asked.readings, lang))
    return EditTried(
        touched=list(tried.touched), everything=tried.everything, surprises=[dict(one) for one in tried.surprises],
        readings=tried.read, unread=tried.unread, over=tried.is_over, added=tried.count("added"),
        dropped=tried.count("dropped"),
        apps=[{"entry": app.kept.entry, "report": app.kept.report, "differences": [dict(one) for one in
                                                                                  app.differences]}
              for app in tried.apps])
