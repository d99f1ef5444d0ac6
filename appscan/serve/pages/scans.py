"""New scans, and how far they are. The file goes to the store; scanning is the jobs' work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from appscan.errors import AppscanError
from appscan.serve.jobs import Asked, Jobs
from appscan.serve.permissions import Visit, needs, proves
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, render
from appscan.serve.settings import MEGABYTE
from appscan.serve.uploads import Upload, form_body
from appscan.store import QueuedTask, Role, Store, TaskState
from appscan.texts import Language, say_error

router = APIRouter(include_in_schema=False)
PAGE = 50

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Uploader = Annotated[Visit, Depends(needs(Role.REVIEWER, streams=True))]


@router.get("/scans")
def scans_page(request: Request, _visit: Viewer, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """The jobs, the last first."""
    jobs: Jobs = request.app.state.jobs
    found = jobs.newest(PAGE + 1, (page - 1) * PAGE)
    shown = [job_view(request, job) for job in found[:PAGE]]
    return render(request, "scans.html", jobs=shown, page=page, more=len(found) > PAGE)


@router.get("/scans/new")
def new_scan_page(request: Request, _visit: Reviewer) -> Response:
    """The form."""
    return _form(request, {}, "")


@router.post("/scans")
async def new_scan(request: Request, visit: Uploader) -> Response:
    """Take the file as it comes, keep it by its digest, and queue the job."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        problem = await run_in_threadpool(wrong_with, request, upload)
        if problem:
            return _form(request, upload.fields, problem, 422)
        key = await run_in_threadpool(keep, request, upload, visit.who)
    return RedirectResponse(f"/scans/{key}", 303)


@router.get("/scans/{job}")
def scan_page(request: Request, job: str, visit: Viewer) -> Response:
    """One job."""
    found = job_named(request, job)
    return render(request, "scan.html", job=job_view(request, found), may_cancel=may_cancel(visit, found))


@router.post("/scans/{job}/cancel")
def cancel_scan(request: Request, job: str, visit: Reviewer) -> Response:
    """End a job; a reviewer only an own one."""
    cancel(request, job, visit)
    return RedirectResponse(f"/scans/{job}", 303)


def cancel(request: Request, job: str, visit: Visit) -> None:
    """End a job. Raises Refused 403 for another's, 409 where it has ended."""
    found = job_named(request, job)
    if not may_cancel(visit, found):
        raise Refused(403, "not_yours")
    if not request.app.state.jobs.cancel(found, visit.who):
        raise Refused(409, "ended")


def may_cancel(visit: Visit, job: QueuedTask) -> bool:
    """Whether the visitor may end this job."""
    return visit.may(Role.ADMIN) or (visit.may(Role.REVIEWER) and job.content["who"] == visit.who)


def job_named(request: Request, job: str) -> QueuedTask:
    """The job. Raises Refused 404."""
    found: QueuedTask | None = request.app.state.jobs.job(job)
    if found is None:
        raise Refused(404, "not_there")
    return found


def wrong_with(request: Request, upload: Upload) -> str:
    """Catalogue key of what a person must change before the file is taken; "" for nothing."""
    if not upload.size or not upload.name:
        return "no_file"
    entry = upload.fields.get("entry", "")
    store: Store = request.app.state.store
    return "no_entry" if entry and all(one.id != entry for one in store.entries()) else ""


def keep(request: Request, upload: Upload, who: str) -> str:
    """Keep the file and queue its scan; the job's name."""
    store: Store = request.app.state.store
    digest, fields = store.put_blob(upload.path), upload.fields
    jobs: Jobs = request.app.state.jobs
    return jobs.add(Asked(who, upload.name, digest, upload.size, fields.get("entry", ""), fields.get("app", ""),
                          fields.get("owner", "")))


def job_view(request: Request, job: QueuedTask) -> dict[str, Any]:
    """What pages and the API show of a job."""
    content, store, lang = job.content, request.app.state.store, language_of(request)
    step = request.app.state.jobs.step(job.key)
    report = store.report(int(job.outcome["report"])) if job.state is TaskState.DONE else None
    return {"id": job.key, "state": job.state.value, "name": content["name"], "size": content["size"],
            "sha256": content["digest"], "who": content["who"], "asked": datetime.fromisoformat(content["asked"]),
            "changed": job.changed, "stage": step.stage, "share": step.share,
            "entry": report.entry if report else content["entry"], "app": report.app if report else content["app"],
            "report": report.id if report else None, "overall": report.overall if report else "",
            "problem": _problem(job, lang)}


def _problem(job: QueuedTask, lang: Language) -> str:
    if job.state is not TaskState.FAILED:
        return ""
    return say_error(lang, AppscanError(str(job.fault["key"]), **job.fault["params"]))


def _form(request: Request, fields: dict[str, str], problem: str, status: int = 200) -> Response:
    most = request.app.state.settings.upload_bytes // MEGABYTE
    return render(request, "new_scan.html", status=status, fields=fields, problem=problem, most=most)
