"""The queue of findings and one finding: who may, decides here, and goes on to the next. What a decision means is
`reviewing`'s business."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from appscan.errors import UsageError
from appscan.gate.exemptions import open_grounds
from appscan.report.words import clause_source
from appscan.serve.finding_view import arranged, finding_named, finding_shown
from appscan.serve.lists import address
from appscan.serve.permissions import Visit, needs, proves
from appscan.serve.pieces import word
from appscan.serve.portfolio_lists import beside, checks_found, findings_shown, states_of
from appscan.serve.queries import QueueAsking, QueueQuery, filters_of
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, part, picture_address, render
from appscan.serve.reviewing import TERMS, Ruling, decide, exempt, withdraw
from appscan.serve.turns import in_turn
from appscan.serve.uploads import form_body, plain_name
from appscan.store import Decision, ListedApp, ListedFinding, ReviewState, Role, Store
from appscan.store.listed import REVIEWED
from appscan.texts import say, say_error

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Uploader = Annotated[Visit, Depends(needs(Role.REVIEWER, streams=True))]
Text = Annotated[str, Form(max_length=4000)]
Number = Annotated[int, Form(ge=0, le=(1 << 53) - 1)]


@router.get("/findings")
@in_turn
def findings_list(request: Request, _visit: Viewer, query: QueueAsking) -> Response:
    """One page of the queue."""
    titles, lang = request.app.state.titles, language_of(request)
    words = {"asked": query.state or ReviewState.OPEN.value, "carried": _carried(query), "title": titles.of}
    found, behind = findings_shown(request, query,
                                   lambda found: part(lang, "findings_table.html", list=found, **words))
    checks = sorted(((check, titles.of(check, lang)) for check in checks_found(request)), key=lambda one: one[1])
    return render(request, "findings.html", list=found.list, table=found.table, behind=behind,
                  states=states_of(request, query), checks=checks,
                  verdicts=[(one, word(one, "verdicts", lang)) for one in (*REVIEWED, "inconclusive")],
                  last=_last(request, query), only=_only(request, query), **words)


@router.get("/findings/{number}")
@in_turn
def finding_page(request: Request, number: str, visit: Viewer, query: QueueAsking) -> Response:
    """One finding."""
    return _page(request, number, visit, query)


@router.post("/findings/{number}/decide")
def decide_finding(request: Request, number: str, visit: Reviewer, query: QueueAsking, seen: Number = 0,
                   decision: Annotated[str, Form(max_length=20)] = "", reason: Text = "",
                   mark: Annotated[str, Form(max_length=64)] = "",
                   whole: Annotated[str, Form(max_length=2)] = "") -> Response:
    """Decide, and go on to the next in the queue that the address asks for."""
    finding = finding_named(request, number)
    chosen = next((one for one in Decision if one == decision), None)
    if chosen is None:
        return _page(request, number, visit, query, problem="no_decision", given=reason, status=422)
    try:
        decide(request, finding, Ruling(chosen, reason, visit.who, seen, mark, bool(whole)))
    except Refused as refused:
        return _page(request, number, visit, query, problem=refused.key, given=reason, decision=chosen.value,
                     status=refused.status)
    if chosen is Decision.UNDO:
        return RedirectResponse(address(f"/findings/{number}", _carried(query)), 303)
    return _onward(request, query, finding)


def _onward(request: Request, query: QueueQuery, finding: ListedFinding) -> Response:
    """To the next in the queue after a finding as it stood before it was decided on: an exemption moves it."""
    _, following = beside(request, query, finding)
    onward = f"/findings/{following}" if following else "/findings"
    return RedirectResponse(address(onward, {**_carried(query), "last": finding.id}), 303)


@router.get("/findings/{number}/exempt")
def exemption_form(request: Request, number: str, _visit: Reviewer, query: QueueAsking) -> Response:
    """The form of an exemption."""
    return _form(request, number, query, {})


@router.post("/findings/{number}/exempt")
async def exempt_finding(request: Request, number: str, visit: Uploader, query: QueueAsking) -> Response:
    """Grant an exemption, whose approval's file is kept with it, and go on to the next."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        document = upload.path if upload.size else None
        finding = await run_in_threadpool(finding_named, request, number)
        try:
            await run_in_threadpool(exempt, request, number, upload.fields, document, plain_name(upload.name),
                                    visit.who)
        except UsageError as error:
            problem = say_error(language_of(request), error)
            return await run_in_threadpool(_form, request, number, query, upload.fields, problem)
    return await run_in_threadpool(_onward, request, query, finding)


@router.post("/findings/{number}/withdraw")
def withdraw_exemption(request: Request, number: str, visit: Reviewer, query: QueueAsking, grant: Number = 0,
                       reason: Text = "") -> Response:
    """End an exemption that covers the place."""
    try:
        withdraw(request, number, grant, reason, visit.who)
    except Refused as refused:
        if refused.key != "no_reason":
            raise
        return _page(request, number, visit, query, problem=refused.key, status=refused.status)
    return RedirectResponse(address(f"/findings/{number}", _carried(query)), 303)


def _page(request: Request, number: str, visit: Visit, query: QueueQuery, *, problem: str = "", given: str = "",
          decision: str = "", status: int = 200) -> Response:
    shown: dict[str, Any] = finding_shown(request, number)
    lang = language_of(request)
    view, _ = arranged(shown["document"], shown["finding"], lang)
    before, after = beside(request, query, shown["finding"])
    declared = shown["document"]["app"]["declared"] is not None
    return render(request, "finding.html", status=status, **shown, view=view, before=before, after=after,
                  carried=_carried(query), last=_last(request, query), title=request.app.state.titles.of,
                  may=visit.may(Role.REVIEWER), problem=problem, given=given,
                  decision=decision, mark=secrets.token_hex(8), declared=declared, say=partial(say, lang),
                  picture_address=partial(picture_address, shown["report"].id), beside_place=None)


def _form(request: Request, number: str, query: QueueQuery, fields: dict[str, str], problem: str = "") -> Response:
    shown = finding_shown(request, number)
    view, _ = arranged(shown["document"], shown["finding"], language_of(request))
    return render(request, "exempt.html", status=422 if problem else 200, **shown, view=view, fields=fields,
                  terms=TERMS, problem=problem, carried=_carried(query), grounds=_grounds(request, shown))


def _grounds(request: Request, shown: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The grounds that a record of the finding may have, each with the clauses that leave it open."""
    lang = language_of(request)
    found = open_grounds(shown["document"], shown["finding"].check_id)
    return [(ground, [clause_source(one, lang) for one in clauses]) for ground, clauses in found.items()]


def _last(request: Request, query: QueueQuery) -> ListedFinding | None:
    """The finding that was decided on just now, to go back to it."""
    store: Store = request.app.state.store
    return store.lists.finding(query.last) if query.last else None


def _only(request: Request, query: QueueQuery) -> ListedApp | None:
    """The app whose findings alone are asked for."""
    store: Store = request.app.state.store
    return store.lists.app(query.entry) if query.entry else None


def _carried(query: QueueQuery) -> dict[str, str]:
    """The queue that a finding was opened from, for the addresses of its neighbours."""
    return filters_of(query)
