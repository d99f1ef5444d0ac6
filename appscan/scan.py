"""The use case: targets of one app + checks → report. Turns what fails into gaps and errors, never into "not found"."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Protocol

from appscan import __version__
from appscan.checks import CheckSet
from appscan.checks.applying import applying
from appscan.errors import AppscanError, UnreadableError
from appscan.judge.crawl import crawl_of
from appscan.judge.discretion import cover_of, discreet, discreet_coverage, discreet_crawl
from appscan.judge.judge import Judgement, judge
from appscan.judge.verdicts import Profile, worst
from appscan.judge.witness import witnessed
from appscan.model.artifact import RECORDING_SUFFIX, App, Artifact, ArtifactKind
from appscan.model.coverage import Coverage, Gap, Kind
from appscan.model.judgement import CheckVerdict, Finding, Message, Verdict
from appscan.model.jurisdiction import CENTRAL
from appscan.model.reading import Reading
from appscan.model.report import ArtifactRead, CheckText, JurisdictionSource, Report, ScanError, Tool
from appscan.readers.limits import Limits
from appscan.readers.target import UNREAD_DOCUMENTS, UNREAD_KINDS, is_unread_kind, read_target, unread_artifact

READ_SUFFIXES = (".apk", ".apks", ".xapk", ".apkm", RECORDING_SUFFIX, ".docx", ".docm", ".pdf")
UNREAD_SUFFIXES = (*sorted(UNREAD_KINDS), *sorted(UNREAD_DOCUMENTS))
NAMED_SUFFIXES = (".txt", ".md", ".markdown")
"""Texts that are read where they are named themselves; in a folder they are mostly notes and licences, no proposals."""
SHARE_OF_READING = 0.8
"""Of the work on one target; judging is the rest."""


@dataclass(frozen=True, slots=True)
class Target:
    """One file to scan; `name` stands in reports. `given` is the path as the user would write it, told when the file
    cannot be read; `failure` says why a folder could not be searched, whose packages nobody knows then."""

    path: Path
    name: str
    given: str = ""
    failure: UnreadableError | None = None


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
    jurisdiction: str = CENTRAL
    operator: str = ""
    jurisdiction_from: JurisdictionSource = JurisdictionSource.DEFAULT
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The report with the readings it was judged from, and recordings that were made for it. `mark` stands for a digest
    in names of folders where no artifact could be opened: of the file's bytes, or of its path where not even these can
    be read. `pictured` are the files that hold the pictures of the evidence, made for it or given."""

    report: Report
    readings: tuple[Reading, ...]
    mark: str = ""
    recordings: tuple[Path, ...] = ()
    pictured: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for targets came upon: files to scan; folders that cannot be read (targets with a `failure`); links
    to folders, which are not followed; and files met again under another name, as pairs (again, first)."""

    targets: tuple[Target, ...] = ()
    unread: tuple[Target, ...] = ()
    links: tuple[Path, ...] = ()
    again: tuple[tuple[Path, Path], ...] = ()


def search(paths: Sequence[Path], suffixes: Sequence[str] = READ_SUFFIXES + UNREAD_SUFFIXES) -> Search:
    """Files as they are; folders searched through and through for files with one of the suffixes, in order. Links to
    folders are not followed unless given as a path themselves; the same file is a target once."""
    targets: list[Target] = []
    unread: list[Target] = []
    links: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises where a folder above may not be entered)
            targets.append(Target(path, path.name, str(path)))
            continue
        found: list[Path] = []
        for folder, folders, files in os.walk(path, onerror=lambda error: unread.append(_unread_folder(error))):
            here = Path(folder)
            folders.sort()
            links += [here / name for name in folders if (here / name).is_symlink()]
            found += [here / name for name in files if name.lower().endswith(tuple(suffixes))]
        targets += [Target(file, file.relative_to(path).as_posix(), str(file)) for file in sorted(found)]
    once, again = _without_twins(targets)
    return Search(tuple(once), tuple(unread), tuple(links), tuple(again))


def expand_targets(paths: Sequence[Path]) -> list[Target]:
    """The files that a search of the paths finds."""
    return list(search(paths).targets)


def _unread_folder(error: OSError) -> Target:
    path = Path(str(error.filename))
    why = errno.errorcode.get(error.errno or 0, "EIO")
    return Target(path, path.name, str(path), UnreadableError("unreadable_folder", name=str(path), why=why))


def _without_twins(targets: Sequence[Target]) -> tuple[list[Target], list[tuple[Path, Path]]]:
    """Targets by identity of their files, the first name of each; and the others beside the first."""
    first: dict[object, Path] = {}
    once, again = [], []
    for target in targets:
        try:
            status = target.path.stat()
            identity: object = (status.st_dev, status.st_ino)
        except (OSError, ValueError):
            identity = os.path.abspath(target.path)  # noqa: PTH100 (resolving would follow links)
        if identity in first:
            again.append((target.path, first[identity]))
        else:
            first[identity] = target.path
            once.append(target)
    return once, again


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
    work = _Work([], [], [])
    pictured: list[Path] = []
    for number, target in enumerate(targets):
        try:
            reading = _read(target, options.limits, clock, progress)
            if isinstance(reading, Reading):
                work.readings.append(reading)
                pictured += [target.path] if reading.artifact.kind is ArtifactKind.RECORDING else []
            else:
                work.unread.append(reading)
        except AppscanError as error:
            work.errors.append(_error_of(target, error))
        except KeyboardInterrupt:
            work.interrupted = True
            work.errors += [_never_read(late) for late in targets[number:]]
            break
    result = _judged(work, app, checks, options, clock, progress)
    mark = "" if result.report.artifacts or not targets else _mark(targets[0].path)
    report = replace(result.report, started=started, ended=_now(), timings=clock.timings())
    return ScanResult(report, tuple(work.readings), mark, pictured=tuple(pictured))


@dataclass(slots=True)
class _Work:
    """What was read so far; grows while targets are read."""

    readings: list[Reading]
    unread: list[ArtifactRead]
    errors: list[ScanError]
    interrupted: bool = False


def _judged(work: _Work, app: App, checks: CheckSet, options: ScanOptions, clock: _Clock,
            progress: Progress) -> ScanResult:
    """The report on what was read. An interruption leaves the rest unjudged, and says so."""
    checks = applying(checks, options.jurisdiction)
    judged: list[Judgement] = []
    try:
        for reading in work.readings:
            progress.stage(reading.artifact.name, "judge", SHARE_OF_READING)
            judged.append(_judge(reading, app, checks, options, clock))
            progress.stage(reading.artifact.name, "judge", 1.0)
        return ScanResult(_report(work, judged, app, checks, options), tuple(work.readings))
    except KeyboardInterrupt:
        work.interrupted = True
        work.errors += [_never_judged(reading) for reading in work.readings[len(judged):]]
        return ScanResult(_report(work, judged, app, checks, options), tuple(work.readings))


def judge_readings(readings: Sequence[Reading], app: App, checks: CheckSet,
                   options: ScanOptions | None = None) -> Report:
    """Judge saved readings of one app again, without their artifacts. On KeyboardInterrupt as `scan_app`."""
    clock, started = _Clock(), _now()
    result = _judged(_Work(list(readings), [], []), app, checks, options or ScanOptions(), clock, Silence())
    return replace(result.report, started=started, ended=_now(), timings=clock.timings())


def _never_read(target: Target) -> ScanError:
    given = target.given or target.name
    return ScanError(given, Message("interrupted", {"name": given}))


def _never_judged(reading: Reading) -> ScanError:
    return ScanError(reading.artifact.name, Message("interrupted_judging", {"name": reading.artifact.name}))


def _mark(path: Path) -> str:
    """SHA-256 of a regular file's bytes; of its absolute path where they cannot be read."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError, KeyboardInterrupt):
        pass  # the path stands for the file then
    return hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()  # noqa: PTH100 (resolving would follow links)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _error_of(target: Target, error: AppscanError) -> ScanError:
    given = target.given or target.name
    params = {"name": given, **{key: str(value) for key, value in error.params.items()}}
    if params["name"] in (target.name, target.path.name):
        params["name"] = given
    return ScanError(given, Message(error.key, params))


def _read(target: Target, limits: Limits, clock: _Clock, progress: Progress) -> Reading | ArtifactRead:
    def on_stage(stage: str, done: float) -> None:
        clock.enter(stage)
        progress.stage(target.name, stage, done * SHARE_OF_READING)

    if target.failure is not None:
        raise target.failure  # there is nothing to open, and nothing is said of opening it
    on_stage("open", 0.0)
    if is_unread_kind(target.path):
        artifact = _unread_artifact(target)
        gap = Gap(frozenset(Kind), target.name, "package_kind_unread",
                  {"kind": target.path.suffix.lower().lstrip("."), "name": target.name}, blinds=True)
        if target.path.suffix.lower() in UNREAD_DOCUMENTS:
            gap = Gap(gap.kinds, target.name, "document_kind_unread", dict(gap.params), blinds=True)
        return ArtifactRead(artifact, Coverage((), (gap,)))
    with bounded_memory(limits.memory_bytes):
        try:
            reading = read_target(target.path, target.name, limits, on_stage)
        except MemoryError:
            raise UnreadableError("memory_limit", name=target.name, limit=limits.memory_bytes >> 20) from None
        except OSError as error:
            raise _unreadable(target, error) from None
    clock.enter("")
    return reading


def _unread_artifact(target: Target) -> Artifact:
    try:
        return unread_artifact(target.path, target.name)
    except OSError as error:
        raise _unreadable(target, error) from None


def _unreadable(target: Target, error: OSError) -> UnreadableError:
    return UnreadableError("unreadable_file", name=target.name, why=errno.errorcode.get(error.errno or 0, "EIO"))


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
    judged = judge(reading, checks, profile=Profile(options.profile), declared=app.declared,
                   of_government=app.is_of_government)
    clock.enter("report")
    cover = cover_of(reading)
    return replace(judged, findings=discreet(witnessed(judged.findings, reading), cover),
                   coverage=discreet_coverage(judged.coverage, cover))


def _report(work: _Work, judged: Sequence[Judgement], app: App, checks: CheckSet, options: ScanOptions) -> Report:
    """The report on all that was read; what was not judged stands there with its coverage and leaves verdicts open."""
    coverages = [one.coverage for one in judged] + [reading.coverage for reading in work.readings[len(judged):]]
    verdicts = _verdicts(judged, _reasons_unread(work.unread), bool(work.errors) or work.interrupted, checks)
    artifacts = [ArtifactRead(reading.artifact, coverage, reading.reader, digest_of(reading), reading.details,
                              discreet_crawl(crawl_of(reading), cover_of(reading)))
                 for reading, coverage in zip(work.readings, coverages, strict=True)]
    names = [reading.artifact.label or reading.artifact.name for reading in work.readings]
    names += [one.artifact.name for one in work.unread] + [PurePath(error.artifact).name for error in work.errors]
    named = app if app.name or not names else replace(app, name=names[0])
    used = {clause for check in checks.checks for clause in (*check.clauses, *check.beside)}
    used |= {text.outranked_by for key, text in checks.clauses.items() if key in used}
    return Report(
        tool=Tool("appscan", __version__, checks.digest, checks.version, not checks.shipped), app=named,
        artifacts=tuple(artifacts + work.unread), findings=_findings(judged), verdicts=verdicts,
        overall=worst(row.verdict for row in verdicts), errors=tuple(work.errors), timings={}, profile=options.profile,
        started="", ended="",
        checks=tuple(CheckText(check.id, check.title, check.question, check.notice, check.polarity)
                     for check in checks.checks),
        clauses=tuple(text for key, text in checks.clauses.items() if key in used), jurisdiction=options.jurisdiction,
        jurisdiction_from=options.jurisdiction_from,
        actors=_actors(artifacts),
        authority=next(filter(None, (one.details.get("authority") for one in artifacts)), ""),
        options_digest=options_digest(options, app), product=app.product, operator=options.operator,
        complete=not work.interrupted, stage=_stage(artifacts))


def _reasons_unread(unread: Sequence[ArtifactRead]) -> list[str]:
    """Why verdicts stay open beside files of kinds that are not read."""
    papers = {gap.reason == "document_kind_unread" for one in unread for gap in one.coverage.gaps}
    return [why for why, holds in (("package_unread", False in papers), ("document_unread", True in papers)) if holds]


def _stage(artifacts: Sequence[ArtifactRead]) -> str:
    """Planned where there is nothing but documents; where an app was scanned with its papers, each finding says it."""
    read = [one.artifact.kind for one in artifacts]
    return "planned" if read and all(kind is ArtifactKind.DOCUMENT for kind in read) else "built"


def _actors(artifacts: Sequence[ArtifactRead]) -> tuple[str, ...]:
    """User roles of the crawls, in their order."""
    return tuple(dict.fromkeys(actor.name for one in artifacts if one.crawl for actor in one.crawl.actors))


def _findings(judged: Sequence[Judgement]) -> tuple[Finding, ...]:
    found = [finding for one in judged for finding in one.findings]
    return tuple(sorted(found, key=lambda finding: (-finding.verdict.severity, finding.check_id, finding.artifact)))


def _verdicts(judged: Sequence[Judgement], unread: Sequence[str], has_failed: bool,
              checks: CheckSet) -> tuple[CheckVerdict, ...]:
    """One verdict per check: the worst over all artifacts; an artifact that could not be read leaves it open."""
    rows = []
    for check in checks.checks:
        of_check = [row for one in judged for row in one.verdicts if row.check_id == check.id]
        of_check += [CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message(why, {}),)) for why in unread]
        if has_failed:
            of_check.append(CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message("artifact_failed", {}),)))
        if not of_check:
            of_check.append(CheckVerdict(check.id, Verdict.INCONCLUSIVE, (Message("nothing_read", {}),)))
        rows.append(max(of_check, key=lambda row: row.verdict.severity))
    return tuple(rows)


def options_digest(options: ScanOptions, app: App) -> str:
    """Digest of what changes a report beside artifacts and checks: options, and what app.yaml or a registry says that
    verdicts rest on. Time and memory are not in it."""
    limits = options.limits
    listed: dict[str, object] = {
        "profile": options.profile, "jurisdiction": options.jurisdiction,
        "limits": [limits.entries, limits.inflated_bytes, limits.entry_bytes, limits.nesting]}
    if app.declared is not None:
        listed["declared"] = sorted(app.declared)
    if app.is_of_government:
        listed["of_government"] = True
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def digest_of(reading: Reading) -> str:
    """Digest that names a reading in stores and reports."""
    from appscan.readers.saved import reading_digest  # packing code is not needed before there is a reading

    return reading_digest(reading)
