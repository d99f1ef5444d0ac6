"""Addresses of sites on the command line and in app.yaml: what is one, which belong together, what a site is called.
Opens nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from appscan.errors import UsageError
from appscan.model.artifact import RECORDING_SUFFIX

_HOST = re.compile(
    r"(?:[\w-]{2,63}(?:\.[\w-]{1,63}){0,8}:\d{1,5}|localhost|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|"
    r"www\.[\w.-]{3,200}|(?:[\w-]{1,63}\.){1,8}(?:cn|com|net|org|gov|edu))(?:[/?#].{0,1000})?",
    re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Site:
    """Start addresses on one host, which one recording holds."""

    urls: tuple[str, ...]

    @property
    def name(self) -> str:
        """File name of its recording: the host, and the port where one is named."""
        host = urlsplit(self.urls[0]).netloc.rpartition("@")[2]
        return (re.sub(r"[^\w.-]", "_", host) or "site") + RECORDING_SUFFIX


def is_address(given: str) -> bool:
    """Whether this means a site and not a file; whether it can be walked is another question (`checked`)."""
    return _SCHEME.match(given) is not None


def looks_like_address(given: str) -> bool:
    """Whether this is an address but for its scheme, where no file is called so: a host with a port, a number of the
    Internet, `localhost`, or a host of a kind of which no package is named."""
    return _HOST.fullmatch(given) is not None


def checked(url: str) -> str:
    """The address itself. Raises UsageError `not_an_address`; `address_with_password` where it holds a user's name."""
    try:
        parts = urlsplit(url)
        fits = (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
                and not re.search(r"[\s\x00-\x1f]", url))
    except ValueError:  # a port that is no number, a broken IPv6 address
        fits = False
    if not fits:
        raise UsageError("not_an_address", url=url)
    if "@" in parts.netloc:
        raise UsageError("address_with_password", host=parts.hostname or "")
    return url


def sites_of(urls: Sequence[str], together: bool) -> list[Site]:
    """Sites of the addresses, in order, each address once; `together`: those on one host are one site."""
    once = list(dict.fromkeys(checked(url) for url in urls))
    if not together:
        return [Site((url,)) for url in once]
    hosts: dict[str, list[str]] = {}
    for url in once:
        hosts.setdefault(urlsplit(url).netloc.lower(), []).append(url)
    return [Site(tuple(group)) for group in hosts.values()]
