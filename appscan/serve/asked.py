"""What somebody asked to be scanned, as the store keeps it and as a hand of the sweep engine takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from appscan.model.artifact import App
from appscan.model.registry import Entry
from appscan.scan import NAMED_SUFFIXES, READ_SUFFIXES, UNREAD_SUFFIXES
from appscan.serve.settings import Settings
from appscan.sweep.inventory import app_of, recording_name
from appscan.sweep.tasks import Manners, Place, Task, Thing
from appscan.sweep.work import READING

STEPS, STATE = "steps", "state"
"""How a login is given: steps to go through, or what a browser stored."""
LOGIN_FILES = {STEPS: "login.yaml", STATE: "state.json"}


@dataclass(frozen=True, slots=True)
class Login:
    """A login that only the worker sees: `kind` is STEPS or STATE, `content` the file's text, `values` what `${NAME}`
    in steps stands for. The environment of the desk is never looked into: it holds the office's own secrets."""

    kind: str
    content: str = field(repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return {"kind": self.kind, "content": self.content, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Site:
    """A site to walk: `hours` of the virtual day, `minutes` at most in all; `login` is STEPS, STATE or ""."""

    url: str
    viewport: str = "mobile"
    hours: float = 16.0
    minutes: float = 10.0
    login: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A new scan: a blob with the name that its file had, or a site; and what whoever asks says of its app, which holds
    where no entry of the registry is named."""

    who: str
    name: str
    digest: str = ""
    size: int = 0
    entry: str = ""
    app: App = field(default_factory=App)
    site: Site | None = None

    def to_plain(self, when: datetime) -> dict[str, Any]:
        """The content of a task, and of the event."""
        site = self.site
        walked = {"url": site.url, "viewport": site.viewport, "hours": site.hours, "minutes": site.minutes,
                  "login": site.login} if site else None
        app = self.app
        told = {"product": app.product, "level": app.level, "region": app.region, "audience": list(app.audience),
                "approval": dict(app.approval)}
        return {"who": self.who, "name": self.name, "digest": self.digest, "size": self.size, "entry": self.entry,
                "app": app.name, "owner": app.owner, "told": told, "asked": when.isoformat(),
                **({"site": walked} if walked else {})}


def site_of(content: Mapping[str, Any]) -> Site | None:
    """The site of a task's content; None for a file."""
    return Site(**content["site"]) if "site" in content else None


def told_in(content: Mapping[str, Any]) -> App:
    """The app of a task's content as whoever asked described it. A task that waited while the desk was replaced by a
    newer one may say less."""
    told = content.get("told", {})
    return App(name=str(content["app"]), owner=str(content["owner"]),
               **{**told, "audience": tuple(told.get("audience", ()))})


def file_in(folder: Path, name: str) -> Path:
    """Where a file lies for its scan: of its name only the end by which its kind is told."""
    known = (*READ_SUFFIXES, *NAMED_SUFFIXES, *UNREAD_SUFFIXES, READING)
    suffix = next((one for one in sorted(known, key=len, reverse=True) if name.lower().endswith(one)), ".bin")
    return folder / f"artifact{suffix}"


def task_of(content: Mapping[str, Any], entry: Entry | None, folder: Path) -> Task:
    """The task for a hand: about the app as the registry has it, else as whoever asked called it."""
    app = app_of(entry) if entry else told_in(content)
    site, name = site_of(content), str(content["name"])
    thing = (Thing(Place.SITE, site.url, recording_name(site.url)) if site
             else Thing(Place.FILE, str(file_in(folder, name)), name))
    return Task(str(content["entry"]), app, thing)


def manners_of(content: Mapping[str, Any], settings: Settings, secret: Mapping[str, Any], folder: Path) -> Manners:
    """How a hand does it. A login is written into the job's folder, which goes with the job."""
    checks, seconds = str(settings.checks or ""), settings.scan_seconds
    site = site_of(content)
    capture: dict[str, Any] = {}
    if site:
        capture = {"viewport": site.viewport, "virtual_hours": site.hours, "max_minutes": site.minutes,
                   "guarded": True, "ranges": [str(one) for one in settings.ranges], "actors": _actors(secret, folder)}
    return Manners(checks, operator=str(content["who"]), seconds=(seconds, seconds), memory_bytes=settings.scan_bytes,
                   capture=capture)


def _actors(secret: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    if not secret:
        return []
    path = folder / LOGIN_FILES[secret["kind"]]
    path.touch(mode=0o600)
    path.write_text(secret["content"], "utf-8")
    given = "steps" if secret["kind"] == STEPS else "storage_state"
    return [{"name": "user", given: str(path), "values": dict(secret["values"])}]
