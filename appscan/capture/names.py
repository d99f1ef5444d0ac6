"""Whether there is a host of a name at all, asked before a browser is started. Knows no page."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from appscan.capture.failures import CaptureError, Failure

_NOBODY = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def must_exist(urls: Sequence[str]) -> None:
    """Raises CaptureError (unreachable_host) where no address names a host that exists. What only failed to answer is
    left to the browser."""
    if urls and not any(_may_exist(urlsplit(url).hostname or "") for url in urls):
        raise CaptureError(Failure.UNREACHABLE_HOST, urls[0], why="net::ERR_NAME_NOT_RESOLVED")


def _may_exist(host: str) -> bool:
    if not host or host == "localhost" or host.endswith(".localhost"):  # the latter are the browser's own (RFC 6761)
        return True
    try:
        socket.getaddrinfo(host.encode("idna").decode() if not host.isascii() else host, None)
    except socket.gaierror as error:
        return error.errno not in _NOBODY
    except (UnicodeError, OSError):
        return True
    return True
