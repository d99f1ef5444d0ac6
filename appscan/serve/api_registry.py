"""The registry and exemptions for programs: JSON twins of their pages, with the same guards and the same functions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from appscan.office.entries import texts_of
from appscan.office.owners import name_owner
from appscan.office.products import merge, split
from appscan.serve import sessions
from appscan.serve.api import BINARY, LARGEST_NUMBER, REFUSALS, Problem
from appscan.serve.entry_edits import edit, edit_document, undo
from appscan.serve.pages.exemptions import exemption_document, exemption_lines, grant
from appscan.serve.pages.owners import owner_lines
from appscan.serve.pages.products import proposals_of, signed
from appscan.serve.pages.registry import Asked, entry_parts
from appscan.serve.pages.registry_import import keep, preview, preview_document, put, suffix_of
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.register import page_of
from appscan.serve.registering import register, unlisted
from appscan.serve.registry_data import (
    entry_document,
    entry_line,
    proposal_document,
    unknown_owners,
)
from appscan.serve.rendering import language_of
from appscan.serve.uploads import Upload, raw_body
from appscan.store import Role, Store, entry_mark

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Digest = Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]
Number = Annotated[int, InPath(ge=1, le=LARGEST_NUMBER)]
EntryId = Annotated[str, Query(alias="id", max_length=400)]
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str, Query(max_length=2000)]
ExemptionState = Literal["", "not_yet", "in_force", "expired", "soon", "withdrawn"]
Page = Annotated[int, Query(ge=1, le=10_000)]
Id = Annotated[str, Field(min_length=1, max_length=400)]
Reason = Annotated[str, Field(min_length=1, max_length=1000)]
Column = Literal["name", "owner", "level", "region", "audience", "status", "approval_number", "approval_body",
                 "approval_day", "approval_scope"]
PAGE = 50

router = APIRouter(prefix="/api", responses={**REFUSALS, 503: {"model": Problem}})


class EntryLine(BaseModel):
    """An entry of the registry in a list."""

    id: str
    name: str
    owner: str
    owner_name: str
    owner_standing: str
    level: str
    region: str
    platforms: list[str]
    status: str


class Entries(BaseModel):
    """A page of entries; `before` and `after` ask for the pages around it, "" where there is none."""

    total: int
    rows: list[EntryLine]
    before: str
    after: str


class EntryWhole(BaseModel):
    """An entry as registry files hold it, whose it is, and what it is counted with."""

    entry: dict[str, Any]
    owner: dict[str, Any]
    product: str
    together: list[str]
    links: list[dict[str, str]]
    decisions: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    mark: str
    edits: list[dict[str, Any]]


class Proposed(BaseModel):
    """Two products that may be one (`product`), or copies of one program (`family`)."""

    kind: str
    products: list[str]
    entries: list[str]
    reasons: dict[str, float]
    strength: float


class Proposals(BaseModel):
    """A page of them, the strongest first."""

    total: int
    rows: list[Proposed]


class MergeAsked(BaseModel):
    """Products, by their ids or those of entries, that are one."""

    products: Annotated[list[Id], Field(min_length=2, max_length=100)]
    reason: Reason


class SplitAsked(BaseModel):
    """Entries that are no part of the product they are counted in."""

    entries: Annotated[list[Id], Field(min_length=1, max_length=500)]
    reason: Reason


class Product(BaseModel):
    """The product that a decision was about."""

    product: str
    entries: list[str]


class UnknownOwners(BaseModel):
    """Owners that nobody can place, those of most entries first."""

    total: int
    rows: list[dict[str, Any]]


class OwnerAsked(BaseModel):
    """Whose an owner as written is: the id or a name of a body, `local`, or "" to take back what was said."""

    written: Id
    owner: Annotated[str, Field(max_length=400)]
    reason: Reason


class EditAsked(BaseModel):
    """Columns of an entry as a registry file would say them; those that are not named stay. `mark` is that of the entry
    as it was looked at."""

    changes: Annotated[dict[Column, Annotated[str, Field(max_length=2000)]], Field(min_length=1)]
    mark: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    reason: Reason


class RegisterAsked(BaseModel):
    """Columns of the entry that a scanned app becomes, as a registry file would say them; those that are not named are
    what its report says. A name and an owner are needed, the report's or these."""

    app: Id
    columns: Annotated[dict[Column, Annotated[str, Field(max_length=2000)]], Field(max_length=20)] = {}
    reason: Annotated[str, Field(max_length=1000)] = ""


class Registered(BaseModel):
    """The entry that the app is now."""

    entry: str


class UndoAsked(BaseModel):
    """Why an edit is taken back."""

    reason: Reason


class Recorded(BaseModel):
    """The number of the event."""

    number: int


class FilePreview(BaseModel):
    """What a registry file would change, and every problem with its cell. Nothing of it is imported yet."""

    digest: str
    name: str
    mark: str
    new: list[str]
    changed: list[dict[str, Any]]
    same: int
    kept_out: int
    examples: int
    sheets_not_read: list[str]
    problems: list[dict[str, Any]]


class ImportAsked(BaseModel):
    """`mark` is that of the preview: where the registry changed since, nothing is imported. With `strict` one problem
    keeps everything out."""

    mark: Annotated[str, Field(max_length=60)]
    strict: bool = True
    reason: Annotated[str, Field(max_length=1000)] = ""


class Imported(BaseModel):
    """How many entries came in anew, differently, or were there already."""

    new: int
    changed: int
    same: int


class Withdrawn(BaseModel):
    """How a grant was ended."""

    who: str
    when: datetime
    reason: str


class Exemption(BaseModel):
    """What the office granted; `days_left` counts to the last day."""

    number: int
    state: str
    soon: bool
    days_left: int
    record: dict[str, str]
    who: str
    when: datetime
    reason: str
    approval: str
    withdrawn: Withdrawn | None


class Exemptions(BaseModel):
    """A page of them, what runs out soon first."""

    total: int
    rows: list[Exemption]


class ExemptionAsked(BaseModel):
    """One record (appscan schema exemptions), and why it is granted."""

    record: Annotated[dict[str, Annotated[str, Field(max_length=2000)]], Field(max_length=20)]
    note: Annotated[str, Field(max_length=1000)] = ""


@router.get("/registry")
def list_entries(request: Request, _visit: Viewer, asked: Asked, sort: Word = "", after: Cursor = "",
                 before: Cursor = "") -> Entries:
    """Entries of the registry, fifty a page."""
    found = page_of(request.app.state.register.now(), asked, sort, after, before, path="", most=PAGE)
    return Entries(total=found.total, rows=[EntryLine(**entry_line(row)) for row in found.rows], before=found.before,
                   after=found.after)


@router.get("/registry/entry")
def show_entry(request: Request, _visit: Viewer, entry: EntryId) -> EntryWhole:
    """One entry whole."""
    parts = entry_parts(request, entry)
    return EntryWhole(**entry_document(parts["row"], parts["owners"], parts["product"], parts["events"],
                                       parts["versions"]), mark=entry_mark(parts["row"].entry),
                      edits=[edit_document(one) for one in parts["edits"]])


@router.post("/registry/entry", status_code=201, responses={409: {"model": Problem}})
def edit_entry(request: Request, visit: Reviewer, entry: EntryId, asked: EditAsked) -> Recorded:
    """Change some columns of an entry."""
    changes = {str(column): text for column, text in asked.changes.items()}
    return Recorded(number=edit(request.app.state.store, entry, changes, asked.mark, signed(visit, asked.reason),
                                language_of(request)))


@router.post("/registry/register", status_code=201, responses={409: {"model": Problem}})
def register_app(request: Request, visit: Reviewer, asked: RegisterAsked) -> Registered:
    """Put an app into the registry that was scanned and is not in it yet."""
    _, found = unlisted(request, asked.app)
    given = texts_of(found) | {str(column): text for column, text in asked.columns.items()}
    return Registered(entry=register(request, asked.app, found, given, visit.who, asked.reason))


@router.post("/registry/edits/{number}/undo", status_code=201, responses={409: {"model": Problem}})
def undo_edit(request: Request, number: Number, visit: Reviewer, asked: UndoAsked) -> Recorded:
    """Take an edit back by a new one."""
    return Recorded(number=undo(request.app.state.store, number, signed(visit, asked.reason),
                                language_of(request))[1])


@router.get("/registry/products")
def list_proposals(request: Request, _visit: Viewer, kind: Word = "", page: Page = 1) -> Proposals:
    """Products that may be one."""
    found = proposals_of(request.app.state.register.grouped(), kind)
    return Proposals(total=len(found), rows=[Proposed(**proposal_document(one))
                                             for one in found[(page - 1) * PAGE:page * PAGE]])


@router.post("/registry/merge")
def merge_products(request: Request, visit: Reviewer, asked: MergeAsked) -> Product:
    """Say that products are one."""
    state = request.app.state
    entries = merge(state.store, state.register.grouped().grouping, asked.products, signed(visit, asked.reason))
    product = state.register.grouped().grouping.product_of[entries[0]]
    return Product(product=product.id, entries=list(entries))


@router.post("/registry/split")
def split_product(request: Request, visit: Reviewer, asked: SplitAsked) -> Product:
    """Say that entries are no part of their product."""
    state = request.app.state
    product = split(state.store, state.register.grouped().grouping, asked.entries, signed(visit, asked.reason))
    return Product(product=product, entries=asked.entries)


@router.get("/registry/owners")
def list_unknown_owners(request: Request, _visit: Viewer, page: Page = 1) -> UnknownOwners:
    """Owners that nobody can place."""
    seen = request.app.state.register.now()
    found = unknown_owners(seen)
    return UnknownOwners(total=len(found), rows=owner_lines(seen, found[(page - 1) * PAGE:page * PAGE]))


@router.post("/registry/owners")
def say_owner(request: Request, visit: Reviewer, asked: OwnerAsked) -> Recorded:
    """Say whose an owner as written is."""
    return Recorded(number=name_owner(request.app.state.store, asked.written, asked.owner, who=visit.who,
                                      when=sessions.now(), reason=asked.reason))


@router.post("/registry/files", status_code=201, openapi_extra=BINARY)
async def give_file(request: Request, visit: Reviewer,
                    name: Annotated[str, Query(min_length=1, max_length=200)]) -> FilePreview:
    """Hand in a registry file (the body; its kind is told by `name`), and see what it would change."""
    async with raw_body(request, name) as upload:
        if not upload.size or not suffix_of(upload.name):
            raise Refused(422, "no_file")
        digest = await run_in_threadpool(keep, request.app.state.store, upload, visit.who)
    return await run_in_threadpool(lambda: FilePreview(**preview_document(preview(request, digest),
                                                                          language_of(request))))


@router.post("/registry/files/{digest}/import", responses={409: {"model": Problem}})
def import_file(request: Request, digest: Digest, visit: Reviewer, asked: ImportAsked) -> Imported:
    """Import a file that was handed in."""
    seen = preview(request, digest)
    if asked.mark != seen.mark:
        raise Refused(409, "moved")
    if asked.strict and seen.faults:
        raise Refused(422, "kept_out")
    counts = put(request.app.state.store, seen, visit.who, asked.reason)
    return Imported(new=counts.new, changed=counts.changed, same=counts.same)


@router.get("/exemptions")
def list_exemptions(request: Request, _visit: Viewer, q: Word = "", state: ExemptionState = "",
                    page: Page = 1) -> Exemptions:
    """What the office granted and did not withdraw; with the state `withdrawn` what it did."""
    store: Store = request.app.state.store
    found = exemption_lines(store, sessions.now().date(), q, state)
    return Exemptions(total=len(found), rows=[Exemption(**exemption_document(one))
                                              for one in found[(page - 1) * PAGE:page * PAGE]])


@router.post("/exemptions", status_code=201)
def grant_exemption(request: Request, visit: Reviewer, asked: ExemptionAsked) -> Recorded:
    """Grant one; the approval's file is handed in on the page."""
    granted = grant(request, Upload(fields={**asked.record, "note": asked.note}), visit.who)
    return Recorded(number=granted[0].number)


@router.delete("/exemptions/{number}")
def withdraw_exemption(request: Request, number: Number, visit: Reviewer,
                       reason: Annotated[str, Query(min_length=1, max_length=1000)]) -> Recorded:
    """End one."""
    if not reason.strip():
        raise Refused(422, "no_reason")
    return Recorded(number=request.app.state.store.withdraw(number, who=visit.who, when=sessions.now(),
                                                            reason=reason.strip()))
