"""Parts of addresses that anybody may have written: an address that is none is a path, and nothing raises. Knows no
page.

The names are those of urllib.parse, whose functions raise ValueError for `http://[object Object]/x`: one such link must
not end a walk.
"""

from __future__ import annotations

from contextlib import suppress
from urllib import parse
from urllib.parse import DefragResult, SplitResult


def urlsplit(url: str) -> SplitResult:
    """Scheme, host, path, query and fragment; all of it is the path where it is no address, or names no port that is
    one."""
    with suppress(ValueError):
        parts = parse.urlsplit(url)
        if parts.port is None or parts.port >= 0:
            return parts
    return SplitResult("", "", url, "", "")


def urljoin(base: str, url: str) -> str:
    """An address as seen from another one; itself where there is nothing to join."""
    try:
        return parse.urljoin(base, url)
    except ValueError:
        return url


def urldefrag(url: str) -> DefragResult:
    """An address without its fragment, and the fragment."""
    try:
        return parse.urldefrag(url)
    except ValueError:
        whole, _, fragment = url.partition("#")
        return DefragResult(whole, fragment)
