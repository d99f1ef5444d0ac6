"""Signing in and out, and the choice of a language. Knows passwords only long enough to compare them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from appscan.serve import passwords, sessions
from appscan.serve.permissions import Visit, needs, open_to_all
from appscan.serve.rendering import LANGUAGE_COOKIE, home, render
from appscan.store import Event, EventKind, Role
from appscan.texts import LANGUAGES

router = APIRouter(include_in_schema=False)

Guest = Annotated[Visit, Depends(open_to_all())]
Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=passwords.LONGEST)]


@router.get("/sign-in")
def sign_in_page(request: Request, visit: Guest) -> Response:
    """The form. A guest gets a secret of its own, to which the form is bound."""
    if visit.user is not None:
        return RedirectResponse(home(request), 303)
    return _form(request, visit, "")


@router.post("/sign-in")
def sign_in(request: Request, visit: Guest, name: Name = "", password: Password = "") -> Response:
    """Open a session under a new secret: one that somebody else planted in the browser is worth nothing."""
    store, settings = request.app.state.store, request.app.state.settings
    address = request.client.host if request.client else ""
    when = sessions.now()
    if not store.accounts.may_try(name, address, now=when):
        store.record(Event(EventKind.SIGN_IN_REFUSED, name, name, when, content={"address": address, "why": "often"}))
        return _form(request, visit, "often", 429)
    if not passwords.fits(password, store.accounts.password_of(name)):
        store.record(Event(EventKind.SIGN_IN_REFUSED, name, name, when, content={"address": address, "why": "wrong"}))
        return _form(request, visit, "wrong", 401)
    store.accounts.succeeded(name, address)
    secret = sessions.new_secret()
    store.accounts.open_session(sessions.digest_of(secret), name, now=when, ends=when + settings.longest,
                                over=sessions.digest_of(visit.secret))
    store.record(Event(EventKind.SIGNED_IN, name, name, when, content={"address": address}))
    response = RedirectResponse(home(request), 303)
    sessions.set_cookie(response, secret, settings)
    return response


@router.post("/sign-out")
def sign_out(request: Request, visit: Annotated[Visit, Depends(needs(Role.VIEWER))]) -> Response:
    """End the session here and in the store."""
    request.app.state.store.accounts.close_session(sessions.digest_of(visit.secret))
    request.app.state.store.record(Event(EventKind.SIGNED_OUT, visit.who, visit.who, sessions.now()))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(sessions.cookie_name(request.app.state.settings), path="/")
    return response


@router.post("/language")
def choose_language(request: Request, visit: Guest, lang: Annotated[str, Form(max_length=2)] = "zh") -> Response:
    """Remember a language in the browser."""
    response = RedirectResponse(home(request) if visit.user else "/sign-in", 303)
    if lang in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, lang, samesite="lax", httponly=True, max_age=400 * 86400)
    return response


def _form(request: Request, visit: Visit, problem: str, status: int = 200) -> Response:
    settings = request.app.state.settings
    guest = visit if visit.secret else Visit(None, sessions.new_secret())
    request.state.visit = guest
    response = render(request, "sign_in.html", status=status, problem=problem)
    if guest is not visit:
        sessions.set_cookie(response, guest.secret, settings)
    return response
