"""The registry: what an office knows of apps and owners, apart from any scan. Knows no file format and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """Levels of government, from the centre down; the order is that of the members."""

    CENTRAL = "central"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @property
    def depth(self) -> int:
        """0 for the centre, growing downwards."""
        return list(type(self)).index(self)


class Audience(StrEnum):
    """Who uses an app; an app may have several."""

    GRASSROOTS_INTERNAL = "grassroots_internal"
    STAFF_INTERNAL = "staff_internal"
    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    SCHOOL = "school"


class AppStatus(StrEnum):
    """Where in its life an app stands; `unknown` where nobody said."""

    PLANNED = "planned"
    BUILDING = "building"
    RUNNING = "running"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Platform(StrEnum):
    """On what an app runs. `miniprogram` is one inside WeChat, Alipay, DingTalk or a provincial super-app."""

    ANDROID = "android"
    IOS = "ios"
    HARMONYOS = "harmonyos"
    MINIPROGRAM = "miniprogram"
    QUICKAPP = "quickapp"
    H5 = "h5"
    WEB = "web"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a fact is: A confirmed by a public page or a record, B consistent but recalled, C recalled only."""

    A = "A"
    B = "B"
    C = "C"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of one field of an entry came from, and how sure it is."""

    source: str
    confidence: Confidence = Confidence.UNKNOWN


@dataclass(frozen=True, slots=True)
class ArtifactKey:
    """One appearance of an app on a platform; empty strings where a key is not known. `path` is a file or an fsspec
    address of an artifact, `url` a start page, `digest` and `certificate` are SHA-256 in lower-case hex."""

    platform: Platform = Platform.UNKNOWN
    path: str = ""
    digest: str = ""
    url: str = ""
    miniprogram: str = ""
    package: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """The project's approval; `owner` and `features` are those that were approved, where the record says them."""

    number: str = ""
    body: str = ""
    day: date | None = None
    scope: str = ""
    owner: str = ""
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """How much an app is used: people active in the period, and who says so. None where not known."""

    period: str = ""
    active: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the registry: one app as one source describes it, on one or more platforms.

    `id` is unique in the registry and stable between imports of the same source. `product` is the declared product id.
    `owner` is as written. `deepest` is the lowest level of government whose people use it. `own_entry` says that a
    module of a host platform has its own icon, package, login or push; None where not known. `exception` names the
    record that allows its owner more than one app. `origins` maps a field's name to where its value came from.
    """

    id: str
    name: str
    owner: str = ""
    product: str = ""
    names: tuple[str, ...] = ()
    level: Level | None = None
    region: str = ""
    audience: frozenset[Audience] = frozenset()
    deepest: Level | None = None
    status: AppStatus = AppStatus.UNKNOWN
    approval: Approval = field(default_factory=Approval)
    icp: str = ""
    cac: str = ""
    artifacts: tuple[ArtifactKey, ...] = ()
    declared: Mapping[str, str] | None = None
    exemptions: tuple[str, ...] = ()
    exception: str = ""
    family: str = ""
    host_platform: str = ""
    own_entry: bool | None = None
    first_seen: date | None = None
    online: date | None = None
    last_update: date | None = None
    shutdown_notice: str = ""
    usage: Usage = field(default_factory=Usage)
    origins: Mapping[str, Origin] = field(default_factory=dict)
