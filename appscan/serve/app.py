"""The desk as a web application over one open store. Knows no page by itself."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import threading
from collections.abc import AsyncIterator
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from appscan import __version__
from appscan.errors import AppscanError, UnavailableError, UsageError
from appscan.serve import api, api_lists, api_papers, api_registry
from appscan.serve.aside import Aside
from appscan.serve.edits import WrongEditError
from appscan.serve.freshness import Freshener
from appscan.serve.jobs import Jobs
from appscan.serve.oidc import SingleSignOn
from appscan.serve.packs import Packs
from appscan.serve.pages import ROUTERS
from appscan.serve.permissions import Visit, needs, open_to_all, unguarded, visit_of
from appscan.serve.pictured import Pictured
from appscan.serve.proposals import Counts
from appscan.serve.protection import Protection
from appscan.serve.recognised import Recognised
from appscan.serve.refusals import Refused
from appscan.serve.register import RegisterView
from appscan.serve.rendering import environment, language_of, pages_of, render, to_home, told
from appscan.serve.settings import Settings
from appscan.serve.styles import PARTS, parts_style
from appscan.serve.titles import Titles
from appscan.serve.turns import turns
from appscan.store import Role, Store
from appscan.texts import say

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Nothing is told to anybody; and looking for whom to tell would cost every request a search of the disk."""
STATIC = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def desk(store: Store, settings: Settings | None = None) -> FastAPI:
    """The application. Raises RuntimeError for a route without a guard: that is a fault of ours, found at the start."""
    settings = settings or Settings()
    jobs, freshener = Jobs(store, settings), Freshener(store)

    @contextlib.asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        app.state.turns = turns()
        await run_in_threadpool(jobs.start)
        freshener.start()
        threading.Thread(target=_warm, args=(app.state.titles,), daemon=True, name="desk-titles").start()
        try:
            yield
        finally:
            await run_in_threadpool(jobs.stop)
            await run_in_threadpool(freshener.stop)

    app = FastAPI(title="appscan", version=__version__, docs_url=None, redoc_url=None, openapi_url=None,
                  lifespan=living, telemetry=NO_TELEMETRY)
    app.state.store, app.state.settings, app.state.jobs, app.state.counts = store, settings, jobs, Counts(store)
    app.state.freshener, app.state.titles = freshener, Titles(settings.checks)
    app.state.sign_on = SingleSignOn(settings.provider) if settings.provider else None
    app.state.register, app.state.aside, app.state.checks = RegisterView(store), Aside(), Packs(settings.checks)
    app.state.pictured, app.state.recognised = Pictured(store), Recognised(store, settings)
    for router in (*ROUTERS, api.router, api_lists.router, api_registry.router, api_papers.router):
        app.router.routes.extend(router.routes)  # flat, so that every one of them can be walked
    app.add_api_route("/static/{name}", _static, methods=["GET"], include_in_schema=False)
    if all(getattr(route, "path", "") != "/" for route in app.router.routes):
        app.add_api_route("/", to_home, methods=["GET"], include_in_schema=False,
                          dependencies=[Depends(needs(Role.VIEWER))])
    app.state.routes = list(app.router.routes)
    app.state.pages = pages_of(app.state.routes)
    if missing := unguarded(app.state.routes):
        raise RuntimeError(f"routes without a guard: {missing}")
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(RequestValidationError, _wrong)
    app.add_exception_handler(AppscanError, _told)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(Protection, bound=lambda method, path: _bound(app.state.settings, method, path))
    return app


def _warm(titles: Titles) -> None:
    """Have ready what stays for good, and let the collector of garbage pass over it: each look through all of it would
    make everybody wait a tenth of a second. What loading took beside goes back to the system."""
    titles.warm()
    environment()
    gc.collect()
    gc.freeze()
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if give_back is not None:
        give_back(0)


def _bound(settings: Settings, method: str, path: str) -> int:
    return settings.upload_bytes if method == "POST" and path in ("/scans", "/api/scans") else settings.form_bytes


def _static(request: Request, name: str, _visit: Annotated[Visit, Depends(open_to_all())]) -> Response:
    """A file of static/ by its plain name: what is not in the folder itself is not there. A browser that has it as it
    is asks for nothing more."""
    if name not in _files():
        raise Refused(404, "not_there")
    content, kind, mark = _files()[name]
    headers = {"etag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Every file's bytes, kind and mark by its name."""
    there = {one.name: one.read_bytes() for one in (files("appscan.serve") / "static").iterdir()
             if f".{one.name.rpartition('.')[2]}" in STATIC}
    return {name: (content, STATIC[f".{name.rpartition('.')[2]}"], f'"{hashlib.sha256(content).hexdigest()[:32]}"')
            for name, content in {**there, PARTS: parts_style().encode()}.items()}


def _answer(request: Request, status: int, key: str, text: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": key, "message": text}, status)
    return render(request, "error.html", status=status, key=key, message=text)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if error.key == "sign_in" and request.method == "GET" and not request.url.path.startswith("/api/"):
        return RedirectResponse("/sign-in", 303)
    lang, key = language_of(request), f"desk.refused.{error.key}"
    return _answer(request, error.status, error.key, say(lang, key, **error.params))


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    key = {404: "not_there", 405: "method"}.get(error.status_code, "wrong")
    if not hasattr(request.state, "visit"):  # no route, so no guard asked who it is
        request.state.visit = await run_in_threadpool(visit_of, request)
    return _answer(request, error.status_code, key, say(language_of(request), f"desk.refused.{key}"))


async def _wrong(request: Request, _error: Exception) -> Response:
    """What was sent is not repeated: it may be hostile, or a password."""
    return _answer(request, 422, "wrong", say(language_of(request), "desk.refused.wrong"))


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppscanError)
    is_theirs = isinstance(error, UsageError | WrongEditError)
    status = 503 if isinstance(error, UnavailableError) else 422 if is_theirs else 500
    return _answer(request, status, error.key, told(language_of(request), error))


async def _failed(request: Request, _error: Exception) -> Response:
    return _answer(request, 500, "failed", say(language_of(request), "desk.refused.failed"))
