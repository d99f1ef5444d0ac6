"""The report: everything one scan of one app has to say. The published JSON is made from it in report/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from appscan.model.artifact import App, Artifact
from appscan.model.coverage import Coverage
from appscan.model.judgement import CheckVerdict, Finding, Message, Verdict
from appscan.model.sighting import Crawl, PictureKept

SCHEMA_VERSION = 1
"""Major version of the published report."""

Bilingual = Mapping[Literal["zh", "en"], str]
"""A text in both languages; keys zh and en."""


class Extent(StrEnum):
    """How much of a rule's text was read. Only what was read whole may stand in a notice."""

    WHOLE = "whole"
    PART = "part"
    SECOND_HAND = "second_hand"
    UNSEEN = "unseen"

    @property
    def rank(self) -> int:
        """Higher is less."""
        return list(type(self)).index(self)


class ClauseEffect(StrEnum):
    """What a clause does: ban, ask for, or allow a feature; `meta` speaks of rules and procedures, not of features."""

    BAN = "ban"
    REQUIRE = "require"
    PERMIT = "permit"
    META = "meta"


class Power(StrEnum):
    """How far a machine gets: it tells alone, it finds evidence for a person, or only a register or a person knows."""

    MACHINE = "machine"
    PARTIAL = "partial"
    REGISTRY = "registry"


class Ground(StrEnum):
    """On what ground a clause lets something pass. `discouraged` is a clause that only advises."""

    NONE = "none"
    SPECIAL_SCENE = "special_scene"
    NECESSITY = "necessity"
    IN_PRINCIPLE = "in_principle"
    GRADUAL = "gradual"
    LISTED = "listed"
    EMERGENCY = "emergency"
    CHANGING_DATA = "changing_data"
    KEY_TASKS = "key_tasks"
    DISCOURAGED = "discouraged"


class JurisdictionSource(StrEnum):
    """Why a report stands under the rules it names: the option, the region of app.yaml, neither, or a region of
    app.yaml that names no place we know; the last two mean central rules only."""

    OPTION = "option"
    APP = "app"
    DEFAULT = "default"
    UNKNOWN_REGION = "unknown_region"


@dataclass(frozen=True, slots=True)
class CheckText:
    """What a check says to people, copied into the report so that it can be read without the packs."""

    id: str
    title: Bilingual
    question: Bilingual
    notice: Bilingual
    polarity: str = "banned"


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause in our own words. `quotable` is True only where the text was read whole (may stand in a notice).

    `rank`: 1 central, 2 a ministry, 3 a province; 0 where the pack does not say. `features`: checks and portfolio
    rules. `beyond` says why no machine can tell. `prevails_by` is the clause by which the whole rule sets aside earlier
    ones; `yields_to` are clauses this one differs from, `outranked_by` the one of them that goes before it. `only` is
    the narrower subject that a clause speaks of; a check rests on such a clause only where its own file names it.
    `note` is how sure we are of it: for those who keep the packs, in no report and no paper.
    """

    id: str
    document: Bilingual
    article: str
    summary: Bilingual
    date: str
    jurisdiction: str
    quotable: bool
    effect: ClauseEffect = ClauseEffect.BAN
    power: Power = Power.PARTIAL
    exemption: Ground = Ground.NONE
    text: Extent = Extent.PART
    rank: int = 0
    issuer: Bilingual = field(default_factory=dict)
    decides: Bilingual = field(default_factory=dict)
    unseen: Bilingual = field(default_factory=dict)
    features: tuple[str, ...] = ()
    beyond: Bilingual = field(default_factory=dict)
    prevails_by: str = ""
    yields_to: tuple[str, ...] = ()
    only: Bilingual = field(default_factory=dict)
    note: Bilingual = field(default_factory=dict)
    outranked_by: str = ""


@dataclass(frozen=True, slots=True)
class ArtifactRead:
    """One artifact of the app with what was read of it. `artifact` digests tie findings to it; `reading_digest` is
    empty when there is no reading (the artifact could not be opened); `crawl` is None for anything but a recording."""

    artifact: Artifact
    coverage: Coverage
    reader: str = ""
    reading_digest: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    crawl: Crawl | None = None


@dataclass(frozen=True, slots=True)
class ScanError:
    """An artifact that could not be read, or a limit that stopped the work: catalogue key and parameters."""

    artifact: str
    message: Message


@dataclass(frozen=True, slots=True)
class Tool:
    """Which program and packs made the report. `packs` is the pack version for people; `custom_checks` is True where
    the packs are not those that come with this version of the program."""

    name: str
    version: str
    checks_digest: str
    packs: str
    custom_checks: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One report per app. Times are ISO 8601 with zone; timings in seconds per stage; `complete` is False when the
    work was interrupted. `stage` is built for running apps and planned for documents."""

    tool: Tool
    app: App
    artifacts: tuple[ArtifactRead, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[CheckVerdict, ...]
    overall: Verdict
    errors: tuple[ScanError, ...]
    timings: Mapping[str, float]
    profile: str
    started: str
    ended: str
    checks: tuple[CheckText, ...]
    clauses: tuple[ClauseText, ...]
    jurisdiction: str = "CN"
    jurisdiction_from: JurisdictionSource | None = None
    options_digest: str = ""
    product: str = ""
    operator: str = ""
    authority: str = ""
    actors: tuple[str, ...] = ()
    stage: str = "built"
    complete: bool = True
    pictures: tuple[PictureKept, ...] = ()
