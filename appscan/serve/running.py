"""Runs the desk on one address until it is told to stop. Knows no page."""

from __future__ import annotations

import uvicorn

from appscan.serve.app import desk
from appscan.serve.settings import Settings
from appscan.store import Store

GRACE_SECONDS = 5


def server(store: Store, settings: Settings, host: str, port: int) -> uvicorn.Server:
    """The server, not yet started. No access log: addresses of pages name apps and people; what was done is an event.
    Forwarded addresses are believed only behind a proxy that speaks HTTPS for us on this machine."""
    return uvicorn.Server(uvicorn.Config(
        desk(store, settings), host=host, port=port, access_log=False, server_header=False, date_header=True,
        log_level="warning", proxy_headers=settings.behind_https, forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=GRACE_SECONDS))
