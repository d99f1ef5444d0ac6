"""The commands serve and users. Owns no rule and no page."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.stores import acting, now, opened
from appscan.errors import UsageError
from appscan.model.reach import ranges_of
from appscan.texts import say

PASSWORD = "APPSCAN_PASSWORD"  # noqa: S105 (the name of a variable)


@dataclass(frozen=True, slots=True)
class ServeOrder:
    """What the command line asks for."""

    store: str
    blobs: str
    host: str
    port: int
    behind_https: bool
    checks: Path | None
    ranges: tuple[str, ...] = ()


def serve(order: ServeOrder, console: Console) -> ExitCode:
    """Serve the desk until interrupted. Raises UsageError where parts are not installed, the address is taken, or a
    range is none."""
    ranges = ranges_of(order.ranges)
    with opened(order.store, order.blobs, create=True) as store:
        try:
            from appscan.serve.provider import provider_from
            from appscan.serve.running import server
            from appscan.serve.sealing import key_from
            from appscan.serve.settings import Settings
        except ImportError as error:
            raise UsageError("serve_not_installed", component=(error.name or "").partition(".")[0]) from None
        settings = Settings(console.lang, order.behind_https, checks=order.checks, ranges=ranges,
                            provider=provider_from(os.environ), key=key_from(os.environ))
        listening = _listening(order.host, order.port)
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        console.result([say(console.lang, "serving.at", url=f"http://{shown}:{port}/", store=store.name)])
        if not store.accounts.users():
            console.result([say(console.lang, "serving.no_users")])
        with listening, contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how a server ends
            server(store, settings, host, port).run([listening])
    return ExitCode.OK


def _listening(host: str, port: int) -> socket.socket:
    """The socket, taken before anything is said: an address that is in use is one clear line."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "") or str(error.strerror or "")
        raise UsageError("serve_address", host=host, port=port, why=why) from None


def add_user(name: str, role: str, url: str, who: str, console: Console) -> ExitCode:
    """Make an account."""
    from appscan.store import Role

    kept = _hashed(console)
    with opened(url, create=True) as store:
        store.accounts.add(name, kept, Role(role), who=acting(who), when=now())
    console.result([say(console.lang, "serving.added", user=name, role=role)])
    return ExitCode.OK


def list_users(url: str, as_json: bool, console: Console) -> ExitCode:
    """All accounts."""
    with opened(url) as store:
        users = store.accounts.users()
    if as_json:
        print(json.dumps([{"name": one.name, "role": one.role, "disabled": one.disabled,
                           "created": one.created.isoformat()} for one in users], ensure_ascii=False, indent=2))
        return ExitCode.OK
    console.result([say(console.lang, "serving.disabled_user" if one.disabled else "serving.user", user=one.name,
                        role=one.role) for one in users] or [say(console.lang, "serving.no_users")])
    return ExitCode.OK


def set_password(name: str, url: str, who: str, console: Console) -> ExitCode:
    """Give an account another password; whoever is signed in with it is signed out."""
    with opened(url, update=True) as store:
        store.accounts.set_password(name, _hashed(console), who=acting(who), when=now())
    console.result([say(console.lang, "serving.changed", user=name)])
    return ExitCode.OK


def disable_user(name: str, url: str, who: str, console: Console) -> ExitCode:
    """Shut an account."""
    with opened(url, update=True) as store:
        store.accounts.disable(name, who=acting(who), when=now())
    console.result([say(console.lang, "serving.shut", user=name)])
    return ExitCode.OK


def _hashed(console: Console) -> str:
    """The hash of a password from the environment, or asked for twice. Never from the command line, which everybody on
    the machine can read."""
    import getpass

    try:
        from appscan.serve.passwords import hashed
    except ImportError as error:
        raise UsageError("serve_not_installed", component=(error.name or "").partition(".")[0]) from None
    given = os.environ.get(PASSWORD, "")
    if given:
        return hashed(given)
    if not sys.stdin.isatty():
        raise UsageError("password_missing", variable=PASSWORD)
    first = getpass.getpass(say(console.lang, "serving.ask"))
    if first != getpass.getpass(say(console.lang, "serving.ask_again")):
        raise UsageError("password_differs")
    return hashed(first)
