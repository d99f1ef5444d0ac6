"""Opening the office's store for a command, and who acts in it. Knows no table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from appscan.errors import UsageError

if TYPE_CHECKING:
    from appscan.store import Store


def opened(url: str, blobs: str = "", *, create: bool = False, update: bool | None = None) -> Store:
    """The store at an address. Raises UsageError where its parts are not installed, and as `Store.open` does."""
    try:
        from appscan.store import Store
    except ImportError as error:
        raise UsageError("store_not_installed", component=(error.name or "").partition(".")[0]) from None
    return Store.open(url, blobs, create=create, update=update)


def acting(who: str) -> str:
    """The name under which something is recorded: as given, else the account of this machine. Raises UsageError
    `who_unknown` where there is neither."""
    import getpass

    try:
        name = who.strip() or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        name = ""
    if not name:
        raise UsageError("who_unknown")
    return name


def now() -> datetime:
    """This moment, with its zone."""
    return datetime.now().astimezone()
