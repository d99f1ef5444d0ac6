"""Signing in, by password or through the office's provider, and out; the choice of a language. Knows passwords only
long enough to compare them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from appscan.errors import UsageError
from appscan.serve import passwords, sessions
from appscan.serve.oidc import BACK, OidcError, SingleSignOn
from appscan.serve.permissions import Visit, needs, open_to_all
from appscan.serve.refusals import Refused
from appscan.serve.rendering import LANGUAGE_COOKIE, home, render
from appscan.store import Event, EventKind, Role, Store
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
    store = request.app.state.store
    address, when = _address(request), sessions.now()
    if not store.accounts.may_try(name, address, now=when):
        store.record(Event(EventKind.SIGN_IN_REFUSED, name, name, when, content={"address": address, "why": "often"}))
        return _form(request, visit, "often", 429, name)
    if not passwords.fits(password, store.accounts.password_of(name)):
        store.record(Event(EventKind.SIGN_IN_REFUSED, name, name, when, content={"address": address, "why": "wrong"}))
        return _form(request, visit, "wrong", 401, name)
    store.accounts.succeeded(name, address)
    return _opened(request, visit, name, "password")


@router.get("/sign-in/oidc")
def begin_elsewhere(request: Request, visit: Guest) -> Response:
    """Send the browser to the office's provider. Raises Refused 404 where there is none."""
    sign_on = _sign_on(request)
    secret = visit.secret or sessions.new_secret()
    response = RedirectResponse(sign_on.begin(secret), 303)
    if not visit.secret:
        sessions.set_cookie(response, secret, request.app.state.settings)
    return response


@router.get(BACK)
def come_back(request: Request, visit: Guest, state: Annotated[str, Query(max_length=200)] = "",
              code: Annotated[str, Query(max_length=4000)] = "",
              iss: Annotated[str, Query(max_length=400)] = "") -> Response:
    """Open a session for whom the provider vouches for, if there is such an account, or one may be made."""
    sign_on, store, when = _sign_on(request), request.app.state.store, sessions.now()
    try:
        name = sign_on.finish(visit.secret, state, code, iss)
    except OidcError as error:
        store.record(Event(EventKind.SIGN_IN_REFUSED, "", "", when, content={
            "address": _address(request), "why": f"oidc {error.why}"}))
        return _form(request, visit, "elsewhere", 401)
    if not _may_enter(store, name, creates=sign_on.provider.creates):
        store.record(Event(EventKind.SIGN_IN_REFUSED, name, name, when, content={
            "address": _address(request), "why": "oidc account"}))
        return _form(request, visit, "no_account", 403)
    return _opened(request, visit, name, "oidc")


def _sign_on(request: Request) -> SingleSignOn:
    found: SingleSignOn | None = request.app.state.sign_on
    if found is None:
        raise Refused(404, "not_there")
    return found


def _may_enter(store: Store, name: str, *, creates: bool) -> bool:
    """Whether an account of that name is open; a new one, for reading, has no password that anybody could know."""
    there = next((user for user in store.accounts.users() if user.name == name), None)
    if there is not None:
        return not there.disabled
    if not creates:
        return False
    try:
        store.accounts.add(name, "", Role.VIEWER, who="oidc", when=sessions.now())
    except UsageError:
        return False
    return True


def _opened(request: Request, visit: Visit, name: str, by: str) -> Response:
    """A session under a new secret, over whatever the browser had."""
    store, settings, when = request.app.state.store, request.app.state.settings, sessions.now()
    secret = sessions.new_secret()
    store.accounts.open_session(sessions.digest_of(secret), name, now=when, ends=when + settings.longest,
                                over=sessions.digest_of(visit.secret))
    store.record(Event(EventKind.SIGNED_IN, name, name, when, content={"address": _address(request), "by": by}))
    response = RedirectResponse(home(request), 303)
    sessions.set_cookie(response, secret, settings)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


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


def _form(request: Request, visit: Visit, problem: str, status: int = 200, name: str = "") -> Response:
    settings = request.app.state.settings
    guest = visit if visit.secret else Visit(None, sessions.new_secret())
    request.state.visit = guest
    response = render(request, "sign_in.html", status=status, problem=problem, name=name[:64],
                      elsewhere=settings.provider is not None)
    if guest is not visit:
        sessions.set_cookie(response, guest.secret, settings)
    return response
