"""Who may do what: one dependency on every route. Knows no page.

A route is made with `Depends(needs(Role.REVIEWER))`, or `Depends(open_to_all())` for the few that a guest may use. The
application refuses to start with a route that has neither (`unguarded`). Whatever is not a read also proves that the
form was shown to this session; a request with a token of the API carries no cookie that a foreign page could use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from appscan.serve import sessions
from appscan.serve.refusals import Refused
from appscan.serve.settings import Settings
from appscan.store import Role, Store, User

READS = frozenset({"GET", "HEAD"})
MOST_FIELDS = 20_000
FIELD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Visit:
    """Who makes a request: `user` None for a guest; `secret` is the browser's, "" for a program with a token."""

    user: User | None
    secret: str

    @property
    def who(self) -> str:
        """The name that events record."""
        return self.user.name if self.user else ""

    @property
    def form_token(self) -> str:
        """The token for forms of the answer."""
        return sessions.form_token(self.secret) if self.secret else ""

    @property
    def may_review(self) -> bool:
        """Whether pages show the visitor what a reviewer may do."""
        return self.may(Role.REVIEWER)

    def may(self, role: Role) -> bool:
        """Whether the user has a role that includes this one."""
        return self.user is not None and self.user.role.may(role)


@dataclass(frozen=True, slots=True)
class Guard:
    """The dependency itself: finds out who visits and refuses who may not. `streams` leaves proving the form to the
    route, which reads a large body piece by piece (`proves`)."""

    role: Role | None
    streams: bool = False

    async def __call__(self, request: Request) -> Visit:
        """The visit. Raises Refused 401, 403."""
        known = _known_at_once(request)
        visit = await run_in_threadpool(visit_of, request) if known is None else known
        request.state.visit = visit
        if self.role is not None and visit.user is None:
            raise Refused(401, "sign_in")
        if self.role is not None and not visit.may(self.role):
            raise Refused(403, "role", role=self.role.value)
        if request.method not in READS and not self.streams and not _has_token(request):
            await _prove(request, visit)
        return visit


def needs(role: Role, *, streams: bool = False) -> Callable[[Request], Awaitable[Visit]]:
    """The dependency of a route for users with a role."""
    return Guard(role, streams)


def open_to_all() -> Callable[[Request], Awaitable[Visit]]:
    """The dependency of a route for everybody; its forms are proved all the same."""
    return Guard(None)


def proves(visit: Visit, token: str) -> None:
    """Raise Refused 403 unless the form was shown to this visit."""
    if visit.secret and not sessions.is_form_token(visit.secret, token):
        raise Refused(403, "form")


def guard_of(route: BaseRoute) -> Guard | None:
    """The guard of a route; None where it has none."""
    if not isinstance(route, APIRoute):
        return None
    return next((one.call for one in _all(route.dependant) if isinstance(one.call, Guard)), None)


def unguarded(routes: list[BaseRoute]) -> list[str]:
    """Paths of routes that have no guard."""
    return [str(getattr(route, "path", route)) for route in routes if guard_of(route) is None]


def _all(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all(one)


def _has_token(request: Request) -> bool:
    return "authorization" in request.headers


def _known_at_once(request: Request) -> Visit | None:
    """Who makes a request, where that need not be asked of the store."""
    if _has_token(request):
        return None
    secret = sessions.cookie_of(request, request.app.state.settings)
    user: User | None = request.app.state.recognised.at_once(secret, sessions.now()) if secret else None
    return None if user is None else Visit(user, secret)


def visit_of(request: Request) -> Visit:
    """Who makes a request, by token or cookie."""
    store: Store = request.app.state.store
    settings: Settings = request.app.state.settings
    if _has_token(request):  # whoever shows a token has no session beside it
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme.lower() != "bearer":
            return Visit(None, "")
        return Visit(store.accounts.token_user(sessions.digest_of(token.strip()), now=sessions.now()), "")
    secret = sessions.cookie_of(request, settings)
    if not secret:
        return Visit(None, "")
    return Visit(request.app.state.recognised.user_of(secret, sessions.now()), secret)


async def _prove(request: Request, visit: Visit) -> None:
    given: Any = request.headers.get("x-form-token")
    if given is None and request.headers.get("content-type", "").startswith(
            ("application/x-www-form-urlencoded", "multipart/form-data")):
        given = (await request.form(max_files=4, max_fields=MOST_FIELDS, max_part_size=FIELD_BYTES)).get("form_token")
    if not visit.secret or not sessions.is_form_token(visit.secret, str(given or "")):
        raise Refused(403, "form")
