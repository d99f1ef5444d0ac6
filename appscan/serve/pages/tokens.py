"""A user's tokens for the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from appscan.serve import sessions
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.rendering import render
from appscan.store import Role, Store

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
MOST_DAYS = 365


@router.get("/tokens")
def tokens_page(request: Request, visit: Viewer) -> Response:
    """The visitor's own tokens."""
    return _page(request, visit)


@router.post("/tokens")
def add_token(request: Request, visit: Viewer, label: Annotated[str, Form(max_length=100)] = "",
              role: Annotated[str, Form(max_length=20)] = "viewer",
              days: Annotated[str, Form(max_length=5)] = "30") -> Response:
    """Make a token and show it this once."""
    asked = next((one for one in Role if one == role), None)
    if visit.secret == "" or asked is None:
        raise Refused(403, "form")
    if not label.strip() or not visit.may(asked) or not days.isdigit() or not 1 <= int(days) <= MOST_DAYS:
        return _page(request, visit, problem=True)
    secret, now, store = sessions.new_secret(), sessions.now(), request.app.state.store
    store.accounts.add_token(sessions.digest_of(secret), visit.who, label.strip(), asked, now=now,
                             ends=now + timedelta(days=int(days)))
    return _page(request, visit, secret)


@router.post("/tokens/{token}/remove")
def remove_token(request: Request, token: str, visit: Viewer) -> Response:
    """End one of the visitor's own tokens."""
    if not request.app.state.store.accounts.remove_token(visit.who, token, now=sessions.now()):
        raise Refused(404, "not_there")
    return RedirectResponse("/tokens", 303)


def _page(request: Request, visit: Visit, secret: str = "", *, problem: bool = False) -> Response:
    store: Store = request.app.state.store
    return render(request, "tokens.html", status=422 if problem else 200, secret=secret, problem=problem,
                  tokens=store.accounts.tokens(visit.who), roles=[one.value for one in Role if visit.may(one)])
