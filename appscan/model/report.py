"""The report: everything one scan of one app has to say. The published JSON is made from it in report/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from appscan.model.artifact import App, Artifact
from appscan.model.coverage import Coverage
from appscan.model.judgement import CheckVerdict, Finding, Message, Verdict
from appscan.model.sighting import Crawl, PictureKept

SCHEMA_VERSION = 1
"""Major version of the published report."""

Bilingual = Mapping[Literal["zh", "en"], str]
"""A text in both languages; keys zh and en."""


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
    """One clause in our own words. `quotable` is True only where the text was read whole (may stand in a notice)."""

    id: str
    document: Bilingual
    article: str
    summary: Bilingual
    date: str
    jurisdiction: str
    quotable: bool


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
    options_digest: str = ""
    product: str = ""
    operator: str = ""
    authority: str = ""
    actors: tuple[str, ...] = ()
    stage: str = "built"
    complete: bool = True
    pictures: tuple[PictureKept, ...] = ()
