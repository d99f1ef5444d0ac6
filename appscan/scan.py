"""The use case: targets of one app + checks → report. Turns what fails into gaps and errors, never into "not found"."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from appscan import __version__
from appscan.checks import CheckSet
from appscan.errors import AppscanError, UnreadableError
from appscan.judge.judge import Judgement, judge
from appscan.judge.verdicts import Profile, worst
from appscan.model.artifact import App
from appscan.model.coverage import Coverage, Gap, Kind
from appscan.model.judgement import CheckVerdict, Finding, Message, Verdict
from appscan.model.reading import Reading
from appscan.model.report import ArtifactRead, CheckText, Report, ScanError, Tool
from appscan.readers.limits import Limits
from appscan.readers.target import is_unread_kind, read_target, unread_artifact

READ_SUFFIXES = (".apk", ".apks", ".xapk", ".apkm")
UNREAD_SUFFIXES = (".hap", ".wxapkg", ".ipa", ".aab", ".rpk")


@dataclass(frozen=True, slots=True)
class Target:
    """One file to scan; `name` is shown to people."""

    path: Path
    name: str


class Progress(Protocol):
    """Told how far the work is. `done` is the share of this target, 0–1."""

    def stage(self, target_name: str, stage: str, done: float) -> None: ...


class Silence:
    """A progress that says nothing."""

    def stage(self, target_name: str, stage: str, done: float) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What changes the result of a scan, but for the checks themselves."""

    profile: str = Profile.DEFAULT.value
    jurisdiction: str = "CN"
    operator: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The report with the readings it was judged from."""

    report: Report
    readings: tuple[Reading, ...]


def expand_targets(paths: Sequence[Path]) -> list[Target]:
    """Files as they are; folders searched for known package kinds, in order. Links to folders are not followed."""
    targets = []
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix.lower() in READ_SUFFIXES + UNREAD_SUFFIXES
                           and not file.is_dir())
            targets += [Target(file, file.relative_to(path).as_posix()) for file in found]
        else:
            targets.append(Target(path, path.name))
    return targets


class _Clock:
    """Seconds spent per stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._stage = ""
        self._since = time.perf_counter()

    def enter(self, stage: str) -> None:
        now = time.perf_counter()
        if self._stage:
            self.spent[self._stage] = self.spent.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def timings(self) -> dict[str, float]:
        self.enter("")
        return {stage: round(seconds, 4) for stage, seconds in self.spent.items()}


def scan_app(targets: Sequence[Target], app: App, checks: CheckSet, options: ScanOptions | None = None,
             progress: Progress | None = None) -> ScanResult:
    """Read and judge all targets of one app. Never raises for a bad artifact: it becomes an error of the report.
    On KeyboardInterrupt the report holds what was done so far and is marked incomplete."""
    options, progress = options or ScanOptions(), progress or Silence()
    clock, started = _Clock(), _now()
    readings: list[Reading] = []
    unread: list[ArtifactRead] = []
    errors: list[ScanError] = []
    complete = True
    for target in targets:
        try:
            reading = _read(target, options.limits, clock, progress)
            if isinstance(reading, Reading):
                readings.append(reading)
            else:
                unread.append(reading)
        except AppscanError as error:
            errors.append(_error_of(target, error))
        except KeyboardInterrupt:
            errors.append(ScanError(target.name, Message("interrupted", {"name": target.name})))
            complete = False
            break
    judged: list[Judgement] = []
    for reading in readings:
        try:
            progress.stage(reading.artifact.name, "judge", 1.0)
            judged.append(_judge(reading, app, checks, options, clock))
        except KeyboardInterrupt:
            errors.append(ScanError(reading.artifact.name, Message("interrupted", {"name": reading.artifact.name})))
            complete = False
            break
    report = _report(readings[:len(judged)], judged, unread, errors, app, checks, options, complete)
    return ScanResult(replace(report, started=started, ended=_now(), timings=clock.timings()), tuple(readings))


def judge_readings(readings: Sequence[Reading], app: App, checks: CheckSet,
                   options: ScanOptions | None = None) -> Report:
    """Judge saved readings of one app again, without their artifacts."""
    clock, started = _Clock(), _now()
    options = options or ScanOptions()
    judged = [_judge(reading, app, checks, options, clock) for reading in readings]
    report = _report(readings, judged, [], [], app, checks, options, True)
    return replace(report, started=started, ended=_now(), timings=clock.timings())


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _error_of(target: Target, error: AppscanError) -> ScanError:
    params = {"name": target.name, **{key: str(value) for key, value in error.params.items()}}
    return ScanError(target.name, Message(error.key, params))


def _read(target: Target, limits: Limits, clock: _Clock, progress: Progress) -> Reading | ArtifactRead:
    def on_stage(stage: str, done: float) -> None:
        clock.enter(stage)
        progress.stage(target.name, stage, done)

    on_stage("open", 0.0)
    if is_unread_kind(target.path):
        artifact = unread_artifact(target.path, target.name)
        gap = Gap(frozenset(Kind), target.name, "package_kind_unread",
                  {"kind": target.path.suffix.lower().lstrip("."), "name": target.name}, blinds=True)
        return ArtifactRead(artifact, Coverage((), (gap,)))
    with bounded_memory(limits.memory_bytes):
        try:
            reading = read_target(target.path, target.name, limits, on_stage)
        except MemoryError:
            raise UnreadableError("memory_limit", name=target.name, limit=limits.memory_bytes >> 20) from None
    clock.enter("")
    return reading


@contextlib.contextmanager
def bounded_memory(limit: int) -> Iterator[None]:
    """Lower this process's address space to `limit` bytes while reading, where the system can (Unix)."""
    try:
        import resource
    except ImportError:  # not a Unix system
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    if soft != resource.RLIM_INFINITY and soft <= bound:
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _judge(reading: Reading, app: App, checks: CheckSet, options: ScanOptions, clock: _Clock) -> Judgement:
    clock.enter("judge")
    judged = judge(reading, checks, profile=Profile(options.profile), declared=app.declared)
    clock.enter("report")
    return judged


def _report(readings: Sequence[Reading], judged: Sequence[Judgement], unread: list[ArtifactRead],
            errors: list[ScanError], app: App, checks: CheckSet, options: ScanOptions, complete: bool) -> Report:
    verdicts = _verdicts(judged, bool(unread), bool(errors) or not complete, checks)
    artifacts = [ArtifactRead(reading.artifact, one.coverage, reading.reader, digest_of(reading), reading.details)
                 for reading, one in zip(readings, judged, strict=True)]
    names = [reading.artifact.label or reading.artifact.name for reading in readings]
    names += [one.artifact.name for one in unread] + [error.artifact for error in errors]
    named = app if app.name or not names else replace(app, name=names[0])
    used = {clause for check in checks.checks for clause in check.clauses}
    return Report(
        tool=Tool("appscan", __version__, checks.digest, checks.version, not checks.shipped), app=named,
        artifacts=tuple(artifacts + unread), findings=_findings(judged), verdicts=verdicts,
        overall=worst(row.verdict for row in verdicts), errors=tuple(errors), timings={}, profile=options.profile,
        started="", ended="",
        checks=tuple(CheckText(check.id, check.title, check.question, check.notice, check.polarity)
                     for check in checks.checks),
        clauses=tuple(text for key, text in checks.clauses.items() if key in used), jurisdiction=options.jurisdiction,
        options_digest=_options_digest(options), product=app.product, operator=options.operator, complete=complete)


def _findings(judged: Sequence[Judgement]) -> tuple[Finding, ...]:
    found = [finding for one in judged for finding in one.findings]
    return tuple(sorted(found, key=lambda finding: (-finding.verdict.severity, finding.check_id, finding.artifact)))


def _verdicts(judged: Sequence[Judgement], has_unread: bool, has_failed: bool,
              checks: CheckSet) -> tuple[CheckVerdict, ...]:
    """One verdict per check: the worst over all artifacts; an artifact that could not be read leaves it open."""
    rows = []
    for check in checks.checks:
        of_check = [row for one in judged for row in one.verdicts if row.check_id == check.id]
        if has_unread:
            of_check.append(CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message("package_unread", {}),)))
        if has_failed:
            of_check.append(CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message("artifact_failed", {}),)))
        if not of_check:
            of_check.append(CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message("nothing_read", {}),)))
        rows.append(max(of_check, key=lambda row: row.verdict.severity))
    return tuple(rows)


def _options_digest(options: ScanOptions) -> str:
    limits = options.limits
    listed = {"profile": options.profile, "jurisdiction": options.jurisdiction,
              "limits": [limits.entries, limits.inflated_bytes, limits.entry_bytes, limits.nesting]}
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def digest_of(reading: Reading) -> str:
    """Digest that names a reading in stores and reports."""
    from appscan.readers.saved import reading_digest  # packing code is not needed before there is a reading

    return reading_digest(reading)
