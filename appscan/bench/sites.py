"""A labelled site → its recording: served here, captured once, kept. Knows no check; the browser is asked for late."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from appscan import __version__
from appscan.bench.site_server import serve
from appscan.errors import AppscanError, UsageError
from appscan.model.artifact import RECORDING_SUFFIX

if TYPE_CHECKING:
    from appscan.capture import CaptureOptions

NEEDS_SETUP = frozenset({"capture_not_installed", "no_browser"})
"""Errors of this machine rather than of a site: no other site can be captured either."""
LOCAL_RATE = 1000.0
"""Requests per second: the server is ours."""
IN_ADDRESS = "/?#&=%+,;:@!$'()*~"


@dataclass(frozen=True, slots=True)
class Site:
    """One entry of sites.json whose copy is there."""

    name: str
    folder: Path
    entries: tuple[str, ...]
    mobile: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """A recording of a site; `kept` when it is one of an earlier run."""

    path: Path
    kept: bool


def find_site(corpus: Path, entry: dict[str, Any]) -> Site | None:
    """The copy of a site below CORPUS/sites or CORPUS; None where there is none, or where it lies outside."""
    base = corpus.resolve()
    for place in (corpus / "sites" / entry["folder"], corpus / entry["folder"]):
        if place.is_dir() and place.resolve().is_relative_to(base):
            return Site(entry["name"], place.resolve(), (entry["entry"], *entry.get("more_entries", ())),
                        entry.get("mobile_viewport", True))
    return None


class Studio:
    """Captures sites into `folder`, or finds what an earlier run captured there under the same conditions. The first
    error of this machine stands for all sites after it. All browsers share one driver, until the studio is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.missing: AppscanError | None = None
        self._opened = contextlib.ExitStack()
        self._has_driver = False

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._opened.close()

    def shoot(self, site: Site, progress: Callable[[int, int], None]) -> Shot:
        """The recording of a site; `progress` is told (states seen, states queued). Raises UnreadableError where the
        site cannot be captured, UsageError `capture_not_installed`."""
        options = _options(site)
        target = self.folder / _file_name(site, options)
        if target.is_file():
            return Shot(target, kept=True)
        if self.missing is not None:
            raise self.missing
        from appscan.capture import capture, one_driver

        if not self._has_driver:
            self._has_driver = True
            self._opened.enter_context(one_driver())
        try:
            with serve(site.folder) as address:
                capture([address + quote(entry, safe=IN_ADDRESS) for entry in site.entries], target, options,
                        lambda _step, seen, queued: progress(seen, queued))
        except AppscanError as error:
            if error.key in NEEDS_SETUP:
                self.missing = error
            raise
        return Shot(target, kept=False)


def _options(site: Site) -> CaptureOptions:
    """As users capture, but that the server is ours (no robots.txt, no haste to spare it) and nobody sees pictures."""
    try:
        from appscan.capture import CaptureOptions
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("playwright", "bs4"):
            raise
        raise UsageError("capture_not_installed") from None
    return CaptureOptions(viewport="mobile" if site.mobile else "desktop", robots=False, rate=LOCAL_RATE,
                          pictures=False)


def _file_name(site: Site, options: CaptureOptions) -> str:
    """The site's name, and 16 hex digits over all that decides what a capture sees: entries, options, our version and
    the site's files."""
    digest = hashlib.sha256(json.dumps([__version__, site.entries, asdict(options)], default=str).encode())
    for path in sorted(site.folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
            digest.update(str(path.relative_to(site.folder)).encode("utf-8", "surrogateescape") + b"\0" + content)
    slug = re.sub(r"[^\w.-]", "-", site.name)[:80]
    return f"{slug}-{digest.hexdigest()[:16]}{RECORDING_SUFFIX}"
