"""The values of a sweep: a task is one artifact of one app; faults say who must act and whether to try again. Opens
nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from appscan.errors import AppscanError
from appscan.model.artifact import App

DESK = "desk"
"""The sweep whose tasks are scans asked for one by one at a desk: of no inventory, and never over."""


class FaultKind(StrEnum):
    """Why a task did not end in a report. Closed, since each is treated differently.

    `transient`: the network or a server; tried again with back-off. `slow`: it did not fit into the first pass's time;
    it comes again after all others, with all the time allowed. `died`: the process that worked on it ended; tried
    again, for what killed it may have been meant for another. `permanent`: the artifact itself; nothing but another
    artifact helps. `own`: a failure of appscan; told, never hidden.
    """

    TRANSIENT = "transient"
    SLOW = "slow"
    DIED = "died"
    PERMANENT = "permanent"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason, as an entry of the catalogue (`errors.<key>`) with its parameters."""

    kind: FaultKind
    key: str
    params: Mapping[str, str] = field(default_factory=dict)

    def as_error(self) -> AppscanError:
        """The same as an error that the catalogue can say."""
        return AppscanError(self.key, **self.params)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for frames and rows."""
        return {"kind": self.kind.value, "key": self.key, "params": dict(self.params)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Fault:
        """What `to_json` gave."""
        return cls(FaultKind(raw["kind"]), str(raw["key"]), {str(name): str(value)
                                                            for name, value in raw["params"].items()})

    @classmethod
    def of(cls, kind: FaultKind, error: AppscanError) -> Fault:
        """An error of ours as a fault of this kind."""
        return cls(kind, error.key, {name: str(value) for name, value in error.params.items()})


class Place(StrEnum):
    """What a location is: a file that is opened, or a site that is walked."""

    FILE = "file"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Thing:
    """One artifact of an app: a path, an fsspec address of a file, or the start address of a site. `name` stands in
    reports; `digest` is what the registry says of the file, empty where it says nothing."""

    place: Place
    location: str
    name: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One artifact of one app: what becomes one report. `entry` is the app's id in the registry; `jurisdiction` is a
    code, and `jurisdiction_from` says where it came from. `profile` is empty for that of the sweep."""

    entry: str
    app: App
    thing: Thing
    jurisdiction: str = "CN"
    jurisdiction_from: str = "default"
    profile: str = ""

    @property
    def key(self) -> str:
        """The task's name in its sweep: the same entry and location give the same one."""
        parts = (self.entry, self.thing.place.value, self.thing.location)
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def host(self) -> str:
        """Whose site it is; empty for a file. A host is walked by one worker at a time."""
        return urlsplit(self.thing.location).netloc.lower() if self.thing.place is Place.SITE else ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for frames and rows."""
        app = self.app
        return {"entry": self.entry, "jurisdiction": self.jurisdiction, "jurisdiction_from": self.jurisdiction_from,
                "profile": self.profile,
                "thing": {"place": self.thing.place.value, "location": self.thing.location, "name": self.thing.name,
                          "digest": self.thing.digest},
                "app": {"name": app.name, "owner": app.owner, "product": app.product, "level": app.level,
                        "region": app.region, "audience": list(app.audience), "approval": dict(app.approval),
                        "declared": None if app.declared is None else dict(app.declared)}}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Task:
        """What `to_json` gave."""
        app = App(**{**raw["app"], "audience": tuple(raw["app"]["audience"])})
        thing = Thing(**{**raw["thing"], "place": Place(raw["thing"]["place"])})
        return cls(raw["entry"], app, thing, raw["jurisdiction"], raw["jurisdiction_from"], raw["profile"])


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a file gave: its digest, and the version of the reader that reads it (empty for a kind of file
    that has no reader yet). `where` is the worker that holds a copy of it now, empty where there is none."""

    digest: str
    reader: str = ""
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for frames."""
        return {"digest": self.digest, "reader": self.reader, "where": self.where}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Looked:
        """What `to_json` gave."""
        return cls(str(raw["digest"]), str(raw["reader"]), str(raw["where"]))


@dataclass(frozen=True, slots=True)
class Manners:
    """What holds for all tasks of a sweep. `checks` is a folder, empty for the shipped packs; its digest must be
    `checks_digest` wherever it is loaded, unless that is empty. `seconds`: of one artifact in the first pass and in the
    second; `memory_bytes`: address space of a reader; `site_bytes`: resident memory of a browser with all its children;
    `capture`: options of captures as plain values, user roles under `actors`."""

    checks: str = ""
    checks_digest: str = ""
    profile: str = "default"
    operator: str = ""
    seconds: tuple[float, float] = (60.0, 300.0)
    memory_bytes: int = 4 << 30
    site_bytes: int = 3 << 30
    capture: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for frames."""
        return {"checks": self.checks, "checks_digest": self.checks_digest, "profile": self.profile,
                "operator": self.operator, "seconds": list(self.seconds), "memory_bytes": self.memory_bytes,
                "site_bytes": self.site_bytes, "capture": dict(self.capture)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Manners:
        """What `to_json` gave."""
        first, second = raw["seconds"]
        return cls(**{**raw, "seconds": (float(first), float(second))})
