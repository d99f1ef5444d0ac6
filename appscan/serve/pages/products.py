"""Products that may be one, merging them and splitting them. Every decision has a reason and is an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from appscan.errors import UsageError
from appscan.office.products import Signed, merge, split
from appscan.portfolio.grouping import Product
from appscan.portfolio.proposals import Proposal, ProposalKind
from appscan.serve import sessions
from appscan.serve.lists import address
from appscan.serve.permissions import Visit, needs
from appscan.serve.register import Grouped
from appscan.serve.rendering import language_of, render, told
from appscan.store import EventKind, Role

router = APIRouter(include_in_schema=False)
PAGE = 50
DECIDED = 20

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Reason = Annotated[str, Form(max_length=1000)]
Ids = Annotated[list[Annotated[str, Field(max_length=400)]], Form(max_length=100)]
SomeIds = Annotated[list[Annotated[str, Field(max_length=400)]] | None, Form(max_length=500)]
Kind = Annotated[str, Query(max_length=20)]
Page = Annotated[int, Query(ge=1, le=1000)]


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal with its two products, each with the entry that brought it in."""

    proposal: Proposal
    sides: tuple[tuple[Product, str], ...]


@router.get("/registry/products")
def products_page(request: Request, _visit: Viewer, kind: Kind = "", page: Page = 1) -> Response:
    """Proposals, the strongest first, and the last decisions."""
    return _page(request, kind, page)


@router.post("/registry/merge")
def merge_products(request: Request, visit: Reviewer, product: Ids, reason: Reason = "") -> Response:
    """Say that products are one."""
    state = request.app.state
    try:
        entries = merge(state.store, state.register.grouped().grouping, product, signed(visit, reason))
    except UsageError as error:
        return _page(request, "", 1, told(language_of(request), error))
    return RedirectResponse(address("/registry/entry", {"id": entries[0]}), 303)


@router.post("/registry/split")
def split_product(request: Request, visit: Reviewer, entry: SomeIds = None, reason: Reason = "") -> Response:
    """Say that entries are no part of their product."""
    state = request.app.state
    try:
        split(state.store, state.register.grouped().grouping, entry or [], signed(visit, reason))
    except UsageError as error:
        return _page(request, "", 1, told(language_of(request), error))
    assert entry
    return RedirectResponse(address("/registry/entry", {"id": entry[0]}), 303)


def signed(visit: Visit, reason: str) -> Signed:
    """Who decides, now."""
    return Signed(visit.who, sessions.now(), reason)


def proposals_of(seen: Grouped, kind: str) -> Sequence[Proposal]:
    """Those of one kind, or all."""
    return [one for one in seen.proposals if kind in ("", one.kind)]


def _page(request: Request, kind: str, page: int, problem: str = "") -> Response:
    state = request.app.state
    seen = state.register.grouped()
    found = proposals_of(seen, kind)
    pairs = [Pair(one, tuple((seen.grouping.product_of[entry], entry) for entry in one.entries))
             for one in found[(page - 1) * PAGE:page * PAGE]]
    decided = state.store.newest_events(DECIDED, 0, EventKind.PRODUCTS_MERGED, EventKind.PRODUCT_SPLIT)
    return render(request, "products.html", status=422 if problem else 200, pairs=pairs, kind=kind, page=page,
                  total=len(found), more=len(found) > page * PAGE, problem=problem, decided=decided,
                  kinds=[one.value for one in ProposalKind], name_of=state.register.now().owners.name)
