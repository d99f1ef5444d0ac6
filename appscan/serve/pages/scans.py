"""Scans that were asked for, and how far they are. Knows nothing of how they are done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.portfolio.naming import normal_host
from appscan.serve.asked import site_of
from appscan.serve.jobs import CAPTURE, Jobs, Step
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, render
from appscan.store import QueuedTask, Role, Store, TaskState
from appscan.sweep.tasks import Fault
from appscan.texts import Language, has, say, say_error

router = APIRouter(include_in_schema=False)
PAGE = 50

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]


@router.get("/scans")
def scans_page(request: Request, _visit: Viewer, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """The jobs, the last first."""
    jobs: Jobs = request.app.state.jobs
    found = jobs.newest(PAGE + 1, (page - 1) * PAGE)
    shown = [job_view(request, job) for job in found[:PAGE]]
    return render(request, "scans.html", jobs=shown, page=page, more=len(found) > PAGE)


@router.get("/scans/{job}")
def scan_page(request: Request, job: str, visit: Viewer) -> Response:
    """One job."""
    found = job_named(request, job)
    return render(request, "scan.html", job=job_view(request, found), may_cancel=may_cancel(visit, found),
                  doubt=doubt_of(request.app.state.store, found, language_of(request)))


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


def job_view(request: Request, job: QueuedTask) -> dict[str, Any]:
    """What pages and the API show of a job. Of a login only that there was one."""
    content, store, lang = job.content, request.app.state.store, language_of(request)
    step, site = request.app.state.jobs.step(job.key), site_of(content)
    report = store.report(int(job.outcome["report"])) if job.state is TaskState.DONE else None
    return {"id": job.key, "state": job.state.value, "name": content["name"], "size": content["size"],
            "sha256": content["digest"], "who": content["who"], "asked": datetime.fromisoformat(content["asked"]),
            "changed": job.changed, "stage": step.stage, "stage_text": _stage(step, lang), "share": step.share,
            "url": site.url if site else "", "login": site.login if site else "",
            "entry": report.entry if report else content["entry"], "app": report.app if report else content["app"],
            "report": report.id if report else None, "overall": report.overall if report else "",
            "problem": _problem(job, lang)}


def doubt_of(store: Store, job: QueuedTask, lang: Language) -> str:
    """That what was scanned is not what the registry has under the entry: another package, or a site elsewhere; "" for
    no doubt."""
    report = store.report(int(job.outcome["report"])) if job.state is TaskState.DONE else None
    entry = next(iter(store.entries(only={report.entry})), None) if report else None
    if report is None or entry is None:
        return ""
    site = site_of(job.content)
    packages = {one for one in report.packages if one}
    seen = {normal_host(site.url)} if site else packages
    known = {normal_host(one.url) if site else one.package for one in entry.artifacts} - {""}
    if not seen or not known or seen & known:
        return ""
    return say(lang, "desk.job.not_as_registered", seen=", ".join(sorted(seen)), entry=entry.id,
               name=entry.name, known=", ".join(sorted(known)))


def _stage(step: Step, lang: Language) -> str:
    if step.stage == CAPTURE:
        return say(lang, "desk.job.capturing", seen=step.seen, queued=step.queued)
    key = f"cli_stage.{step.stage}"
    return say(lang, key) if has(key) else ""


def _problem(job: QueuedTask, lang: Language) -> str:
    """Why there is no result; of a job that waits for another try, why the last one failed."""
    if job.state is TaskState.DONE or not job.fault:
        return ""
    return say_error(lang, Fault.from_json({"kind": "permanent", **job.fault}).as_error())
