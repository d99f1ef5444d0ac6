"""Papers: a notice or an opinion on a report, with the items that people choose; and all that were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from appscan.errors import AppscanError, UnavailableError
from appscan.office.papers import PaperForm
from appscan.report.paper.choosing import Chosen
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.sections import ADVICE
from appscan.serve import sessions
from appscan.serve.downloads import download
from appscan.serve.paper_data import (
    CheckChoice,
    PaperOrder,
    Standing,
    beside,
    choices,
    chosen_from,
    earlier,
    make_paper,
    paper,
    papers,
    stands,
)
from appscan.serve.permissions import Visit, needs
from appscan.serve.rendering import language_of, render, told
from appscan.store import Role, Store
from appscan.store.listed import AppsAsked, Window
from appscan.texts import LANGUAGES, Language, say

router = APIRouter(include_in_schema=False)
PAGE = 50
APPS_SHOWN = 30

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Number = Annotated[int, InPath(ge=1, le=(1 << 53) - 1)]
ReportNumber = Annotated[int, Query(ge=0, le=(1 << 53) - 1)]
Text = Annotated[str, Query(max_length=400)]
Page = Annotated[int, Query(ge=1, le=10_000)]
Word = Annotated[str, Form(max_length=20)]
Line = Annotated[str, Form(max_length=200)]
Marks = Annotated[list[Annotated[str, Field(max_length=200)]] | None, Form(max_length=20_000)]


@dataclass(frozen=True, slots=True)
class PaperFields:
    """The form as it was filled in."""

    report: int = 0
    kind: str = "notice"
    form: str = "docx"
    lang: str = "zh"
    deadline: str = ""
    previous: int = 0
    office: str = ""
    number: str = ""
    signer: str = ""
    advice: str = ""

    def problem(self) -> str:
        """Catalogue key of the first field that is wrong; "" for none."""
        if self.deadline:
            try:
                date.fromisoformat(self.deadline)
            except ValueError:
                return "deadline"
        known = self.kind in list(PaperKind) and self.form in list(PaperForm) and self.lang in LANGUAGES
        known = known and self.advice in ("", *ADVICE)
        return "" if known else "wrong"

    def order(self, chosen: Chosen) -> PaperOrder:
        """What is asked for; only where there is no problem."""
        lang: Language = "en" if self.lang == "en" else "zh"
        return PaperOrder(self.report, PaperKind(self.kind), PaperForm(self.form), lang, chosen,
                          date.fromisoformat(self.deadline) if self.deadline else None, self.previous,
                          self.office.strip(), self.number.strip(), self.signer.strip(), self.advice)


def fields_of(report: Annotated[int, Form(ge=1, le=(1 << 53) - 1)], kind: Word = "notice", form: Word = "docx",
              lang: Word = "zh", deadline: Word = "", previous: Annotated[int, Form(ge=0, le=(1 << 53) - 1)] = 0,
              office: Line = "", number: Line = "", signer: Line = "", advice: Word = "") -> PaperFields:
    """The fields of a request."""
    return PaperFields(report, kind, form, lang, deadline, previous, office, number, signer, advice)


@router.get("/papers")
def papers_page(request: Request, _visit: Viewer, entry: Text = "", page: Page = 1) -> Response:
    """The papers that were made, the last first."""
    store: Store = request.app.state.store
    found = papers(store, PAGE + 1, (page - 1) * PAGE, entry)
    return render(request, "papers.html", papers=found[:PAGE], page=page, more=len(found) > PAGE, entry=entry)


@router.get("/papers/new")
def new_paper_page(request: Request, _visit: Reviewer, q: Text = "", entry: Text = "",
                   report: ReportNumber = 0) -> Response:
    """First the app, then its report, then what the paper shall hold."""
    store: Store = request.app.state.store
    if report:
        fields = PaperFields(report, lang=language_of(request))
        standing = stands(store, report, sessions.now().date())
        return _form(request, standing, fields, choices(store, standing, language_of(request)))
    if entry:
        names = [entry, *(stray for stray, of in store.lists.strays().items() if of == entry)]
        found = list(store.reports(entries=names))
        if len(found) == 1:
            return RedirectResponse(f"/papers/new?report={found[0].id}", 303)
        return render(request, "paper_report.html", reports=found, entry=entry)
    request.app.state.freshener.look()
    apps = store.lists.apps(AppsAsked(text=q.strip()), Window("-recorded", most=APPS_SHOWN))
    judged = [one for one in apps if one.recorded]  # what was judged last comes first, what nobody judged last
    return render(request, "paper_app.html", apps=judged[:APPS_SHOWN], q=q, more=len(judged) > APPS_SHOWN)


@router.post("/papers")
def new_paper(request: Request, visit: Reviewer, fields: Annotated[PaperFields, Depends(fields_of)],
              check: Marks = None, place: Marks = None) -> Response:
    """Make it and keep it."""
    state, lang = request.app.state, language_of(request)
    standing = stands(state.store, fields.report, sessions.now().date())
    offered = choices(state.store, standing, lang)
    chosen = chosen_from(standing, offered, set(check or ()), set(place or ()))
    problem = fields.problem()
    if problem:
        line = say(lang, f"desk.papers.problem.{problem}", given=fields.deadline)
        return _form(request, standing, fields, choices(state.store, standing, lang, chosen), line)
    try:
        number = make_paper(state.store, state.aside, fields.order(chosen), visit.who)
    except UnavailableError:
        raise
    except AppscanError as error:
        return _form(request, standing, fields, choices(state.store, standing, lang, chosen), told(lang, error))
    return RedirectResponse(f"/papers/{number}", 303)


@router.get("/papers/{number}")
def paper_page(request: Request, number: Number, _visit: Viewer) -> Response:
    """One paper: who made it, when, of what."""
    store: Store = request.app.state.store
    event = paper(store, number)
    stored = store.report(int(event.content["report"]))
    titles: Mapping[str, str] = {}
    if stored is not None:
        lang = language_of(request)
        titles = {one["id"]: one["title"][lang] for one in stored.document["checks"]}
    counted: dict[str, int] = {}
    for name, _ in event.content["items"]:
        counted[name] = counted.get(name, 0) + 1
    return render(request, "paper.html", paper=event, counted=counted, titles=titles)


@router.get("/papers/{number}/file")
def paper_file(request: Request, number: Number, _visit: Viewer) -> Response:
    """The file, to be saved."""
    store: Store = request.app.state.store
    content: Mapping[str, Any] = paper(store, number).content
    return download(store.get_blob(str(content["digest"])), str(content["name"]))


def _form(request: Request, standing: Standing, fields: PaperFields, offered: list[CheckChoice],
          problem: str = "") -> Response:
    store: Store = request.app.state.store
    return render(request, "paper_new.html", status=422 if problem else 200, standing=standing, fields=fields,
                  offered=offered, problem=problem, earlier=earlier(store, standing)[:20],
                  kinds=[one.value for one in PaperKind], forms=[one.value for one in PaperForm], advices=ADVICE,
                  beside=beside(standing, language_of(request)),
                  is_reviewed=any(one.state == "confirmed" for check in offered for one in check.places))
