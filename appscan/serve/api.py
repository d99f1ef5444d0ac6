"""The desk for programs: JSON under /api/. What a page shows and does, with the same guards and the same functions."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from appscan.errors import UsageError
from appscan.office.ingest import Taken, Terms, take_in
from appscan.office.matching import Register
from appscan.report.given import read_report
from appscan.serve import sessions
from appscan.serve.pages.scans import cancel, job_named, job_view, keep, wrong_with
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused, renamed
from appscan.serve.rendering import language_of
from appscan.serve.uploads import raw_body
from appscan.store import QueuedTask, Role, Store
from appscan.texts import has, say

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
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
    """A scan that was asked for. `share` is how much of it is done, 0 to 1; `report` its result."""

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
                   owner: Annotated[str, Query(max_length=200)] = "") -> Scan:
    """Scan the file that is the body."""
    async with raw_body(request, name) as upload:
        upload.fields = {"entry": entry, "app": app, "owner": owner}
        problem = await run_in_threadpool(wrong_with, request, upload)
        if problem:
            raise Refused(422, problem, entry=entry)
        key = await run_in_threadpool(keep, request, upload, visit.who)
    return await run_in_threadpool(lambda: _scan(request, job_named(request, key)))


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
    view = job_view(request, job)
    key = f"cli_stage.{view['stage']}"
    return Scan(**view, stage_text=say(language_of(request), key) if has(key) else "")


def _take_in(store: Store, path: Path, who: str, entry: str) -> Taken:
    """From a folder of its own: readings and pictures beside the file would be taken in with it."""
    with tempfile.TemporaryDirectory(prefix="appscan-ingest-") as folder:
        file = Path(folder) / "report.json"
        shutil.copyfile(path, file)
        try:
            return take_in(store, read_report(file), Terms(who, sessions.now(), Register(store.entries()), {}, entry))
        except UsageError as error:
            raise renamed(error, {str(file): file.name}) from None
