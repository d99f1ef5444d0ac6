"""Exemptions: what the office granted, what soon runs out, granting one and withdrawing one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from appscan.checks import CheckSet
from appscan.errors import UnavailableError, UsageError
from appscan.model.folding import fold
from appscan.model.registry import Entry
from appscan.office.exemptions import Granted, Phase, grant_all, phase
from appscan.serve import sessions
from appscan.serve.downloads import download
from appscan.serve.event_lines import WITHDRAWN
from appscan.serve.permissions import Visit, needs, proves
from appscan.serve.refusals import Refused, renamed
from appscan.serve.rendering import language_of, render, told
from appscan.serve.settings import MEGABYTE
from appscan.serve.uploads import Upload, form_body, plain_name
from appscan.store import Event, EventKind, Exemption, FindingsAsked, Role, Store, Window
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
SOON = timedelta(days=30)
FIELDS = ("check", "app", "screen", "fingerprint", "ground", "reason", "regulation", "approver", "document", "owner",
          "from", "expires")
MAY_BE_EMPTY = frozenset({"screen", "fingerprint"})
GROUNDS = ("special_scene", "necessity")
SOON_ENDS = "soon"
"""May be asked for beside phases and WITHDRAWN."""
PAGE = 100
MOST_PLACES = 200

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Uploader = Annotated[Visit, Depends(needs(Role.REVIEWER, streams=True))]
Text = Annotated[str, Query(max_length=400)]
Number = Annotated[int, InPath(ge=1, le=(1 << 53) - 1)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """A grant with where in its life it is today; `soon` where it runs out within thirty days; `approval` is the digest
    of the approval's file, "" where none was kept; `ended` is its withdrawal."""

    exemption: Exemption
    phase: Phase
    soon: bool
    days_left: int
    approval: str
    ended: Event | None = None

    @property
    def state(self) -> str:
        """Its phase, or that it was withdrawn."""
        return WITHDRAWN if self.ended else self.phase.value

    def about(self, asked: str) -> bool:
        """Whether its record speaks of what is asked."""
        return all(word in fold("\n".join(self.exemption.record.values())) for word in fold(asked).split())


@router.get("/registry/exemptions")
def exemptions_page(request: Request, _visit: Viewer, q: Text = "", state: Text = "", page: Page = 1) -> Response:
    """What was granted and not withdrawn, what runs out soon first; or what was withdrawn."""
    lines = exemption_lines(request.app.state.store, _today(), q, state)
    checks = request.app.state.checks.now()
    store: Store = request.app.state.store
    shown = lines[(page - 1) * PAGE:page * PAGE]
    return render(request, "exemptions.html", lines=shown, total=len(lines), page=page,
                  places={one.exemption.event: place_of(store, one.exemption) for one in shown},
                  more=len(lines) > page * PAGE, q=q, state=state, states=[*map(str, Phase), "soon", WITHDRAWN],
                  title_of=lambda check: title_of(checks, check, language_of(request)))


@router.get("/registry/exemptions/new")
def new_exemption_page(request: Request, _visit: Reviewer, app: Text = "", check: Text = "", fingerprint: Text = "",
                       screen: Text = "") -> Response:
    """The form, with what is known already."""
    return _form(request, {"app": app, "check": check, "fingerprint": fingerprint, "screen": screen,
                           "from": _today().isoformat()}, "")


@router.post("/registry/exemptions")
async def grant_exemption(request: Request, visit: Uploader) -> Response:
    """Grant one, with the approval's file where it was handed in."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        try:
            await run_in_threadpool(grant, request, upload, visit.who)
        except UsageError as error:
            problem = told(language_of(request), error)
            return await run_in_threadpool(_form, request, upload.fields, problem, 422)
    return RedirectResponse("/registry/exemptions", 303)


@router.post("/registry/exemptions/{number}/withdraw")
def withdraw_exemption(request: Request, number: Number, visit: Reviewer,
                       reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """End one."""
    if not reason.strip():
        raise Refused(422, "no_reason")
    request.app.state.store.withdraw(number, who=visit.who, when=sessions.now(), reason=reason.strip())
    return RedirectResponse("/registry/exemptions", 303)


@router.get("/registry/exemptions/{number}/approval")
def approval_file(request: Request, number: Number, _visit: Viewer) -> Response:
    """The approval's file, to be saved."""
    store: Store = request.app.state.store
    event = store.event(number)
    digest = str(event.content.get("document", "")) if event else ""
    if event is None or not digest:
        raise Refused(404, "not_there")
    return download(store.get_blob(digest), str(event.content.get("document_name", "")) or f"approval-{number}")


def grant(request: Request, upload: Upload, who: str) -> list[Granted]:
    """Grant the exemption of a form. Raises UsageError in terms of the form."""
    record = record_of(upload.fields, language_of(request))
    known = {check.id for check in request.app.state.checks.now().checks}
    if record["check"] not in known:
        raise UsageError("exemption_check", check=record["check"])
    with tempfile.TemporaryDirectory(prefix="appscan-exemption-") as kept:
        path = Path(kept) / "record.yaml"
        path.write_text(json.dumps({"version": 1, "exemptions": [record]}, ensure_ascii=False), "utf-8")
        document = upload.path if upload.size else None
        try:
            return grant_all(request.app.state.store, path, who=who, when=sessions.now(),
                             reason=upload.fields.get("note", ""), document=document,
                             document_name=plain_name(upload.name) if document else "")
        except UnavailableError:
            raise
        except UsageError as error:
            raise renamed(error, {str(path): say(language_of(request), "desk.exemptions.form"),
                                  str(upload.path): upload.name}) from None


def record_of(fields: Mapping[str, str], lang: Language) -> dict[str, str]:
    """The record that a form speaks of. Raises UsageError naming the first field that is empty or no day."""
    record = {name: fields.get(name, "").strip() for name in FIELDS}
    for name in FIELDS:
        label = say(lang, f"desk.exemptions.field.{name}")
        if not record[name] and name not in MAY_BE_EMPTY:
            raise UsageError("exemption_empty", field=label)
        if name in ("from", "expires"):
            try:
                date.fromisoformat(record[name])
            except ValueError:
                raise UsageError("exemption_no_day", field=label, given=record[name]) from None
    if record["expires"] < record["from"]:
        raise UsageError("exemption_ends_first", begins=record["from"], ends=record["expires"])
    return {name: value for name, value in record.items() if value}


def exemption_lines(store: Store, day: date, q: str = "", state: str = "") -> list[ExemptionLine]:
    """What was granted and not withdrawn, in the order in which it runs out; what has run out comes last. Only with
    `state` WITHDRAWN what was withdrawn."""
    kept = [one for one in all_lines(store, day) if one.about(q) and (one.state == state or (not one.ended and (
        not state or (state == SOON_ENDS and one.soon))))]
    return sorted(kept, key=lambda one: (one.phase is Phase.EXPIRED, one.exemption.record["expires"],
                                         one.exemption.event))


def all_lines(store: Store, day: date) -> list[ExemptionLine]:
    """Whatever was granted, withdrawn or not, in that order."""
    ended = {int(event.content["grant"]): event for event in store.events(EventKind.EXEMPTION_WITHDRAWN)}
    return [_line(event, day, ended.get(event.id)) for event in store.events(EventKind.EXEMPTION_GRANTED)]


def lines_of(store: Store, entry: Entry, day: date) -> list[ExemptionLine]:
    """Whatever was granted to the app of an entry, by any of its names or one that its reports say, the last first."""
    own = [entry.id, *(stray for stray, now in store.lists.strays().items() if now == entry.id)]
    told = (name for one in store.reports(entries=own) for name in (one.product, one.app, *one.packages))
    names = {fold(name) for name in (*own, entry.product, entry.name, *entry.names, *told, *(
        one.package for one in entry.artifacts)) if name}
    return [one for one in all_lines(store, day) if fold(one.exemption.record["app"]) in names][::-1]


def place_of(store: Store, one: Exemption) -> tuple[str, str, str]:
    """The entry that a grant speaks of, which the app may have been given since, and what people call the app and the
    screen; "" for what the lists do not know."""
    record = one.record
    entry = store.lists.strays().get(record["app"], record["app"])
    app, mark = store.lists.app(entry), record.get("fingerprint")
    asked = FindingsAsked(check=record["check"], entry=entry)
    found = store.lists.findings(asked, Window(most=MOST_PLACES)) if app and mark else []
    screen = next((place.screen for place in found if place.fingerprint == mark), "")
    return (entry, app.name, screen) if app else ("", "", screen)


def exemption_document(line: ExemptionLine) -> dict[str, Any]:
    """A grant as JSON."""
    one = line.exemption
    ended = line.ended
    return {"number": one.event, "state": line.state, "soon": line.soon, "days_left": line.days_left,
            "record": dict(one.record), "who": one.who, "when": one.when, "reason": one.reason,
            "approval": line.approval,
            "withdrawn": {"who": ended.who, "when": ended.when, "reason": ended.reason} if ended else None}


def title_of(checks: CheckSet, check: str, lang: Language) -> str:
    """What people call a check; its id where the packs do not have it."""
    return next((one.title[lang] for one in checks.checks if one.id == check), check)


def _line(granted: Event, day: date, ended: Event | None) -> ExemptionLine:
    record = {str(name): str(value) for name, value in granted.content["record"].items()}
    one = Exemption(granted.id, record, granted.who, granted.when, granted.reason)
    left, stands = (date.fromisoformat(record["expires"]) - day).days, phase(record, day)
    soon = ended is None and stands is Phase.IN_FORCE and left <= SOON.days
    return ExemptionLine(one, stands, soon, left, str(granted.content.get("document", "")), ended)


def _today() -> date:
    return sessions.now().date()


def _form(request: Request, fields: Mapping[str, str], problem: str, status: int = 200) -> Response:
    lang, checks = language_of(request), request.app.state.checks.now()
    choices: Sequence[tuple[str, str]] = [(one.id, one.title[lang]) for one in checks.checks]
    return render(request, "exemption_new.html", status=status, fields=fields, problem=problem, checks=choices,
                  grounds=GROUNDS, most=request.app.state.settings.form_bytes // MEGABYTE)
