"""What is to be swept: a folder, or entries of a registry → tasks, one after the other, however many there are. Opens
no artifact."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from appscan.model.artifact import RECORDING_SUFFIX, App
from appscan.model.jurisdiction import CENTRAL
from appscan.model.registry import Approval, ArtifactKey, Entry, Platform
from appscan.model.report import JurisdictionSource
from appscan.scan import READ_SUFFIXES, UNREAD_SUFFIXES
from appscan.sweep.fetching import is_remote
from appscan.sweep.tasks import Place, Task, Thing

WALKED = (Platform.WEB, Platform.H5, Platform.UNKNOWN)
"""Platforms whose addresses are sites of the app itself."""

NAMED = 5
SUFFIXES = (*READ_SUFFIXES, *UNREAD_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose rules hold: those of the place that the command names, else of each app's region. `place_of` gives the code
    of a region, None where its name says no place."""

    named: str
    place_of: Callable[[str], str | None]

    def of(self, region: str) -> tuple[str, JurisdictionSource]:
        """Code and where it came from."""
        if self.named:
            return self.named, JurisdictionSource.OPTION
        if not region:
            return CENTRAL, JurisdictionSource.DEFAULT
        place = self.place_of(region)
        return (CENTRAL, JurisdictionSource.UNKNOWN_REGION) if place is None else (place, JurisdictionSource.APP)


@dataclass(slots=True)
class Named:
    """How many there are, and the first few of them by name."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)

    def told(self) -> dict[str, object]:
        """Parameters of a text."""
        return {"count": self.count, "names": ", ".join(self.first) + (" …" if self.count > len(self.first) else "")}


@dataclass(slots=True)
class Omissions:
    """What an inventory holds beside tasks; grows while tasks are taken from it. `unread` are folders that could not be
    searched; `empty` are entries that name no file and no site to walk; `left` are addresses in rows of other platforms
    than the web, which may be a shop's page as well as a site."""

    unread: list[str] = field(default_factory=list)
    empty: Named = field(default_factory=Named)
    left: Named = field(default_factory=Named)


def tasks_of_folder(folder: Path, rules: Rules, omissions: Omissions) -> Iterator[Task]:
    """Every file below the folder with an ending that we know. The entry is the path within the folder, so that a
    folder of next month's downloads continues the history of this month's."""
    code, source = rules.of("")
    top = Path(os.path.abspath(folder))  # noqa: PTH100 (resolving would follow links)
    for here, folders, files in os.walk(top, onerror=lambda error: omissions.unread.append(str(error.filename))):
        folders.sort()
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES):
                path = Path(here, name)
                entry = _plain(path.relative_to(top).as_posix())
                yield Task(entry, App(), Thing(Place.FILE, location_of(path), _plain(name)), code, source.value)


def tasks_of_entries(entries: Iterable[Entry], base: Path, rules: Rules, omissions: Omissions) -> Iterator[Task]:
    """Every file and every site that the entries name; paths that are not absolute begin at `base`."""
    for entry in entries:
        app = app_of(entry)
        code, source = rules.of(entry.region)
        things = dict.fromkeys(thing for key in entry.artifacts for thing in _things(key, base))
        if not things:
            omissions.empty.add(entry.id)
        for key in entry.artifacts:
            if key.url and key.platform not in WALKED:
                omissions.left.add(f"{entry.id} {key.url}")
        for thing in things:
            yield Task(entry.id, app, thing, code, source.value)


def app_of(entry: Entry) -> App:
    """What the registry says of an app, as an app.yaml would."""
    level = entry.level.value if entry.level else ""
    audience = tuple(sorted(one.value for one in entry.audience))
    return App(name=entry.name, owner=entry.owner, product=entry.product, level=level, region=entry.region,
               audience=audience, approval=_approval(entry.approval), declared=entry.declared)


def location_of(path: Path) -> str:
    """A path as text; one that is no Unicode as a file address, which any database can hold."""
    text = str(path)
    return text if _plain(text) == text else path.as_uri()


def _things(key: ArtifactKey, base: Path) -> Iterator[Thing]:
    if key.path:
        location = key.path if is_remote(key.path) else location_of(base / key.path)
        name = urlsplit(key.path).path if is_remote(key.path) else key.path
        yield Thing(Place.FILE, location, _plain(name.replace("\\", "/").rpartition("/")[2] or "artifact"), key.digest)
    if key.url and key.platform in WALKED:
        yield Thing(Place.SITE, key.url, recording_name(key.url))


def recording_name(url: str) -> str:
    """File name of a site's recording: the host, and the port where one is named."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return (re.sub(r"[^\w.-]", "_", host) or "site") + RECORDING_SUFFIX


def _approval(approval: Approval) -> Mapping[str, str]:
    told = {"number": approval.number, "body": approval.body, "date": approval.day.isoformat() if approval.day else "",
            "scope": approval.scope}
    return {name: value for name, value in told.items() if value}


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
