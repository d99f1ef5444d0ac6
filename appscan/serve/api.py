"""The desk for programs: JSON under /api/. What a page shows and does, with the same guards and the same functions."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from appscan.errors import UsageError
from appscan.office.ingest import Taken, Terms, take_in
from appscan.office.matching import Register
from appscan.report.given import read_report
from appscan.serve import sessions, sites
from appscan.serve.asked import LOGIN_FILES
from appscan.serve.pages.new_scan import keep_file, keep_site
from appscan.serve.pages.scans import cancel, job_named, job_view
from appscan.serve.permissions import Visit, needs
from appscan.serve.proposals import proposal_of, register
from appscan.serve.refusals import Refused, renamed
from appscan.serve.uploads import raw_body
from appscan.store import QueuedTask, Role, Store

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Audiences = Annotated[list[str], Query(max_length=10)]
JobName = Annotated[str, InPath(max_length=64)]
LARGEST_NUMBER = (1 << 53) - 1
BINARY = {"requestBody": {"required": True, "content": {"application/octet-stream": {
    "schema": {"type": "string", "format": "binary", "minLength": 1}}}}}
DOCUMENT = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


class Problem(BaseModel):
    """Why a request was not done."""

    error: str
    message: str


class Scan(BaseModel):
    """A scan that was asked for. `share` is how much of it is done, 0 to 1; `report` its result. `url` is the address
    of a site, `login` how it was signed in to: steps, state or nothing."""

    id: str
    state: str
    name: str
    size: int
    sha256: str
    who: str
    asked: datetime
    changed: datetime
    stage: str
    stage_text: str
    share: float
    url: str
    login: str
    entry: str
    app: str
    report: int | None
    overall: str
    problem: str


class TakenIn(BaseModel):
    """What became of a report from elsewhere: a claim until the office judges."""

    entry: str
    listed: bool
    report: int
    new: bool
    overall: str
    standing: str


class SignIn(BaseModel):
    """How to sign in to a site, for the worker alone: it is never shown, and deleted when the scan ends. `content` is
    the file of steps (YAML) or of a saved state (JSON); steps say `${ACCOUNT}` and `${PASSWORD}`."""

    kind: Literal["steps", "state"]
    content: str = Field(min_length=1, max_length=sites.LARGEST_LOGIN)
    account: str = Field("", max_length=400)
    password: str = Field("", max_length=400)


class Address(BaseModel):
    """A site to walk. `hours` of its virtual day; `minutes` at most in all, after which what was seen is judged."""

    url: str = Field(min_length=1, max_length=sites.LONGEST_URL)
    viewport: Literal["mobile", "desktop", "both"] = "mobile"
    hours: float = Field(16.0, ge=0, le=sites.MOST_HOURS)
    minutes: float = Field(10.0, ge=1, le=sites.MOST_MINUTES)
    sign_in: SignIn | None = None
    entry: str = Field("", max_length=400)
    app: str = Field("", max_length=200)
    owner: str = Field("", max_length=200)
    level: str = Field("", max_length=20)
    region: str = Field("", max_length=200)
    audience: list[str] = Field([], max_length=10)


class Proposed(BaseModel):
    """An app that somebody wants approved. `day` is that of its approval, YYYY-MM-DD."""

    app: str = Field(max_length=200)
    owner: str = Field(max_length=200)
    product: str = Field("", max_length=200)
    level: str = Field("", max_length=20)
    region: str = Field("", max_length=200)
    audience: list[str] = Field([], max_length=10)
    number: str = Field("", max_length=200)
    body: str = Field("", max_length=200)
    day: str = Field("", max_length=20)
    scope: str = Field("", max_length=2000)
    url: str = Field("", max_length=sites.LONGEST_URL)

    def fields(self) -> dict[str, str]:
        """As the form of the page has them."""
        told = self.model_dump()
        return {**told, "audience": ",".join(self.audience)}


class Registered(BaseModel):
    """The entry that an app got in the registry, as planned."""

    entry: str


REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (400, 401, 403, 404, 413, 422)}
router = APIRouter(prefix="/api", responses=REFUSALS)


@router.get("/scans")
def list_scans(request: Request, _visit: Viewer, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> list[Scan]:
    """The last scans, fifty a page."""
    jobs = request.app.state.jobs.newest(50, (page - 1) * 50)
    return [_scan(request, job) for job in jobs]


@router.post("/scans", status_code=201, openapi_extra=BINARY)
async def add_scan(request: Request, visit: Reviewer,
                   name: Annotated[str, Query(min_length=1, max_length=200)],
                   entry: Annotated[str, Query(max_length=400)] = "",
                   app: Annotated[str, Query(max_length=200)] = "",
                   owner: Annotated[str, Query(max_length=200)] = "",
                   level: Annotated[str, Query(max_length=20)] = "",
                   region: Annotated[str, Query(max_length=200)] = "",
                   audience: Audiences = []) -> Scan:  # noqa: B006 (not changed)
    """Scan the file that is the body. What is said of the app holds where no `entry` is named."""
    async with raw_body(request, name) as upload:
        upload.fields = {"entry": entry, "app": app, "owner": owner, "level": level, "region": region,
                         "audience": ",".join(audience)}
        key = await run_in_threadpool(lambda: keep_file(request, upload, visit.who, confirmed=False))
    return await run_in_threadpool(lambda: _scan(request, job_named(request, key)))


@router.post("/scans/address", status_code=201)
def add_address(request: Request, visit: Reviewer, address: Address) -> Scan:
    """Walk a site and judge what was seen. Only public addresses are connected to, and ranges that an administrator
    allowed."""
    given, login = address.sign_in, None
    if given is not None:
        login = sites.login_of(LOGIN_FILES[given.kind], given.content.encode("utf-8", "replace"),
                               {"account": given.account, "password": given.password})
    told = {"url": address.url, "viewport": address.viewport, "hours": str(address.hours),
            "minutes": str(address.minutes), "entry": address.entry, "app": address.app, "owner": address.owner,
            "level": address.level, "region": address.region, "audience": ",".join(address.audience)}
    site = sites.site_of(told, login, request.app.state.settings)
    return _scan(request, job_named(request, keep_site(request, site, login, told, visit.who, confirmed=False)))


@router.post("/proposals/effect")
def show_effect(request: Request, _visit: Reviewer, proposed: Proposed) -> dict[str, Any]:
    """What the count (appscan schema count) would become with one more app; nothing is kept."""
    document: dict[str, Any] = request.app.state.counts.with_one_more(proposal_of(proposed.fields()), sessions.now())
    return document


@router.post("/proposals", status_code=201)
def add_proposal(request: Request, visit: Reviewer, proposed: Proposed) -> Registered:
    """Put an app into the registry as planned, proposed at the desk; scans may then name its entry."""
    proposal = proposal_of(proposed.fields())
    if not proposal.app.name or not proposal.app.owner:
        raise Refused(422, "unnamed")
    return Registered(entry=register(request.app.state.store, proposal, who=visit.who, when=sessions.now()))


@router.get("/scans/{job}")
def show_scan(request: Request, job: JobName, _visit: Viewer) -> Scan:
    """One scan and how far it is."""
    return _scan(request, job_named(request, job))


@router.delete("/scans/{job}", responses={409: {"model": Problem}})
def cancel_scan(request: Request, job: JobName, visit: Reviewer) -> Scan:
    """Cancel a scan; a reviewer only an own one."""
    cancel(request, job, visit)
    return _scan(request, job_named(request, job))


@router.get("/reports/{report}")
def show_report(request: Request, report: Annotated[int, InPath(ge=1, le=LARGEST_NUMBER)],
                _visit: Viewer) -> dict[str, Any]:
    """A report as published (appscan schema report)."""
    found = request.app.state.store.report(report)
    if found is None:
        raise Refused(404, "not_there")
    document: dict[str, Any] = found.document
    return document


@router.post("/ingest", status_code=201, openapi_extra=DOCUMENT)
async def ingest(request: Request, visit: Reviewer, entry: Annotated[str, Query(max_length=400)] = "") -> TakenIn:
    """Take in a report made elsewhere, the body: proved against the schema, matched with the registry, kept once."""
    async with raw_body(request, "report.json") as upload:
        taken = await run_in_threadpool(_take_in, request.app.state.store, upload.path, visit.who, entry)
    return TakenIn(entry=taken.entry, listed=taken.is_listed, report=taken.added.id, new=taken.added.is_new,
                   overall=taken.overall.value, standing="claimed")


@router.get("/openapi.json", include_in_schema=False)
def describe(request: Request, _visit: Viewer) -> Response:
    """The description of this API."""
    return JSONResponse(described(request.app.openapi()))


def described(document: dict[str, Any]) -> dict[str, Any]:
    """The description with how a program signs in."""
    parts = {**document.get("components", {}), "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    return {**document, "components": parts, "security": [{"token": []}]}


def _scan(request: Request, job: QueuedTask) -> Scan:
    return Scan(**job_view(request, job))


def _take_in(store: Store, path: Path, who: str, entry: str) -> Taken:
    """From a folder of its own: readings and pictures beside the file would be taken in with it."""
    with tempfile.TemporaryDirectory(prefix="appscan-ingest-") as folder:
        file = Path(folder) / "report.json"
        shutil.copyfile(path, file)
        try:
            return take_in(store, read_report(file), Terms(who, sessions.now(), Register(store.entries()), {}, entry))
        except UsageError as error:
            raise renamed(error, {str(file): file.name}) from None
