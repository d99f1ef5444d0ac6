"""The page of a new scan: what is to be approved and what the count would become, then a file or an address. Scanning
is the jobs' work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from appscan.count.effect import effect_lines
from appscan.count.sections import Words
from appscan.errors import AppscanError, UsageError
from appscan.model.registry import Audience, Level
from appscan.readers.target import UNREAD_DOCUMENTS
from appscan.serve import proposals, sessions, sites
from appscan.serve.asked import Asked, Login, Site
from appscan.serve.jobs import Jobs
from appscan.serve.permissions import Visit, needs, proves
from appscan.serve.proposals import FIELDS, Proposal, proposal_of
from appscan.serve.rendering import language_of, render
from appscan.serve.sealing import KEY
from appscan.serve.settings import MEGABYTE
from appscan.serve.uploads import Upload, form_body
from appscan.store import Role, Store
from appscan.texts import say_error

router = APIRouter(include_in_schema=False)

Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Uploader = Annotated[Visit, Depends(needs(Role.REVIEWER, streams=True))]
Audiences = Annotated[list[str], Query(max_length=20)]
REGISTER = "register"
"""Field that confirms that the app goes into the registry."""


@router.get("/scans/new")
def new_scan_page(request: Request, _visit: Reviewer, audience: Audiences = []) -> Response:  # noqa: B006 (not changed)
    """The form, with what the count would become where it says enough."""
    return _form(request, _asked(request, audience), {}, "")


@router.get("/scans/effect")
def effect_part(request: Request, _visit: Reviewer, audience: Audiences = []) -> Response:  # noqa: B006 (not changed)
    """What the count would become, as a part of that page."""
    return render(request, "effect.html", effect=effect_of(request, _asked(request, audience)))


@router.post("/scans")
async def new_scan(request: Request, visit: Uploader) -> Response:
    """Take the file as it comes, keep it by its digest, and queue the job."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        return await run_in_threadpool(_taken, request, visit, upload, _file_kept)


@router.post("/scans/address")
async def new_address(request: Request, visit: Uploader) -> Response:
    """Queue the walk through a site; the login that came with it is for the worker alone."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        return await run_in_threadpool(_taken, request, visit, upload, _site_kept)


def _taken(request: Request, visit: Visit, upload: Upload, keep: Any) -> Response:
    try:
        key = keep(request, visit, upload)
    except UsageError as error:
        shown = {name: text for name, text in upload.fields.items() if name not in ("account", "password")}
        return _form(request, shown, shown, say_error(language_of(request), error), 422)
    return RedirectResponse(f"/scans/{key}", 303)


def _file_kept(request: Request, visit: Visit, upload: Upload) -> str:
    return keep_file(request, upload, visit.who, confirmed=upload.fields.get(REGISTER) == "yes")


def _site_kept(request: Request, visit: Visit, upload: Upload) -> str:
    login = sites.login_of(upload.name, upload.path.read_bytes() if upload.size <= sites.LARGEST_LOGIN else b" " * (
        sites.LARGEST_LOGIN + 1), upload.fields)
    site = sites.site_of(upload.fields, login, request.app.state.settings)
    return keep_site(request, site, login, upload.fields, visit.who, confirmed=upload.fields.get(REGISTER) == "yes")


def keep_file(request: Request, upload: Upload, who: str, *, confirmed: bool) -> str:
    """Keep the file, its app in the registry where that is `confirmed`, and queue its scan; the job's name. Raises
    UsageError for no file, for a kind of document that has no reader (its report would say nothing, and make an app of
    a mistake that nobody can take back), and for what the form says wrongly of the app."""
    if not upload.size or not upload.name:
        raise UsageError("scan_no_file")
    if Path(upload.name).suffix.lower() in UNREAD_DOCUMENTS:
        raise UsageError("scan_document_unread", name=upload.name)
    proposal = _proved(request, upload.fields)
    digest = request.app.state.store.put_blob(upload.path)
    fields = upload.fields
    entry = _entry(request, fields, proposal, who, digest, upload.name) if confirmed else fields.get("entry", "")
    return _jobs(request).add(Asked(who, upload.name, digest, upload.size, entry, proposal.app))


def keep_site(request: Request, site: Site, login: Login | None, fields: Mapping[str, str], who: str, *,
              confirmed: bool) -> str:
    """The same for a site. Raises UsageError."""
    sealed, proposal = _jobs(request).sealed(login), _proved(request, fields)
    entry = _entry(request, fields, proposal, who) if confirmed else fields.get("entry", "")
    return _jobs(request).add(Asked(who, urlsplit(site.url).netloc, entry=entry, app=proposal.app, site=site), sealed)


def _proved(request: Request, fields: Mapping[str, str]) -> Proposal:
    """What the form says of the app. Raises UsageError where it names an entry that the registry does not have."""
    entry, store = fields.get("entry", ""), request.app.state.store
    if entry and all(one.id != entry for one in store.entries()):
        raise UsageError("scan_no_entry", entry=entry)
    return proposal_of(fields)


def _entry(request: Request, fields: Mapping[str, str], proposal: Proposal, who: str, digest: str = "",
           file: str = "") -> str:
    """The entry as named, else a new one. Raises UsageError where an app has no name or no owner."""
    if fields.get("entry"):
        return fields["entry"]
    if not proposal.app.name or not proposal.app.owner:
        raise UsageError("proposal_unnamed")
    store: Store = request.app.state.store
    return proposals.register(store, proposal, who=who, when=sessions.now(), digest=digest, file=file)


def effect_of(request: Request, fields: Mapping[str, str]) -> dict[str, Any]:
    """What a proposal would do: `lines` in words, `owners` as rows before and after; `problem` where the form is wrong;
    nothing of these where it says nothing."""
    lang = language_of(request)
    try:
        proposal = proposal_of(fields)
        if proposal.is_empty:
            return {"lines": [], "owners": [], "problem": ""}
        document = request.app.state.counts.with_one_more(proposal, sessions.now())
    except AppscanError as error:
        return {"lines": [], "owners": [], "problem": say_error(lang, error)}
    words = Words(document, {one["product"]: one for one in document["products"]}, lang)
    return {"lines": list(effect_lines(words)), "problem": "", "limit": document["limit"], "owners": [
        {"name": row["name"], **{side: {"span": words.span(row[side]), "state": row[side]["state"], "said": words.state(
            row[side]["state"], row[side]["for_review"])} for side in ("before", "after")}}
        for row in document["proposed"]["owners"]]}


def _asked(request: Request, audience: list[str]) -> dict[str, str]:
    """What the address says of the app."""
    told = {name: request.query_params.get(name, "")[:400] for name in FIELDS}
    return {**told, "audience": ",".join(audience)[:400]}


def _form(request: Request, fields: Mapping[str, str], site: Mapping[str, str], problem: str,
          status: int = 200) -> Response:
    told = {name: fields.get(name, "") for name in (*FIELDS, "entry")}
    return render(request, "new_scan.html", status=status, fields=told, site=site, problem=problem,
                  most=request.app.state.settings.upload_bytes // MEGABYTE, effect=effect_of(request, told),
                  levels=[one.value for one in Level], audiences=[one.value for one in Audience],
                  viewports=sites.VIEWPORTS, takes_logins=bool(request.app.state.settings.key), key_name=KEY)


def _jobs(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found
