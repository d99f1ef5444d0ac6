"""Judges a labelled corpus and compares with its labels, beside a plain keyword search over the same strings."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import ahocorasick_rs

from appscan.bench.labels import NO, UNCLEAR, YES, read_labels, read_lexicon, read_site_labels, words_of_checks
from appscan.bench.result import BenchResult, Row, SiteTime, Source
from appscan.bench.sites import NEEDS_SETUP, Studio, find_site
from appscan.checks import CheckSet
from appscan.errors import AppscanError
from appscan.judge.judge import judge
from appscan.model.artifact import ArtifactKind
from appscan.model.judgement import CheckVerdict, Presence, Verdict
from appscan.model.reading import Reading
from appscan.readers.limits import Limits
from appscan.readers.saved import load_reading, save_reading
from appscan.readers.target import read_target

FEATURES: Mapping[str, str] = {
    "check_in": "check-in",
    "points_ranking": "points-ranking",
    "online_duration": "online-duration",
    "photo_upload": "media-upload",
    "video_upload": "media-upload",
    "track_upload": "track-upload",
    "install_rate": "install-rate",
    "forced_login": "forced-login",
    "likes_votes": "engagement-metrics",
    "study_duration": "study-duration",
    "form_filling": "form-filling",
}
"""Label of the corpus → check; the corpus's README gives the table."""


Told = Callable[[str, int, int], None]
"""Told of each artifact (name, 0, 0) and, while a site is captured, (name, states seen, states queued)."""


@dataclass(slots=True)
class _Measured:
    """What a run has measured so far; grows."""

    rows: list[Row] = field(default_factory=list)
    failed: list[tuple[str, AppscanError]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unmeasured: list[tuple[str, AppscanError]] = field(default_factory=list)
    times: list[SiteTime] = field(default_factory=list)

    def result(self) -> BenchResult:
        return BenchResult(tuple(self.rows), tuple(self.failed), tuple(self.absent), tuple(self.unmeasured),
                           tuple(self.times))


@dataclass(frozen=True, slots=True)
class _Bench:
    """What measuring any artifact needs; `readings` keeps readings and recordings between runs."""

    checks: CheckSet
    words: Mapping[str, Sequence[str]]
    readings: Path | None
    told: Told


def run_bench(labels: Path, corpus: Path, checks: CheckSet, readings: Path | None = None,
              progress: Told | None = None) -> BenchResult:
    """Judge every labelled app and site below `corpus`. `readings` keeps readings and recordings between runs: they are
    used when digest and reader, or site and capture options, fit. Raises UsageError `labels_damaged` for labels that
    cannot be read; one of apks.json and sites.json is enough."""
    apks, sites = labels / "apks.json", labels / "sites.json"
    has_sites = sites.is_file()
    listed = read_labels(apks, ("file", "sha256")) if apks.is_file() or not has_sites else []
    listed_sites = read_site_labels(sites) if has_sites else []
    words = words_of_checks(read_lexicon(labels.parent / "policy" / "lexicon.yaml"))
    bench = _Bench(checks, words, readings, progress or _silent)
    measured = _Measured()
    for entry in listed:
        _measure_app(bench, corpus, entry, measured)
    if listed_sites:
        with _kept_in(readings) as folder, Studio(folder) as studio:
            for entry in listed_sites:
                _measure_site(bench, studio, corpus, entry, measured)
    return measured.result()


def _silent(_name: str, _seen: int, _queued: int) -> None:
    """Progress that goes nowhere."""


@contextlib.contextmanager
def _kept_in(readings: Path | None) -> Iterator[Path]:
    """The folder for recordings: one that stays, or one for this run."""
    if readings is not None:
        readings.mkdir(parents=True, exist_ok=True)
        yield readings
        return
    with tempfile.TemporaryDirectory(prefix="appscan-bench-") as folder:
        yield Path(folder)


def _measure_app(bench: _Bench, corpus: Path, entry: dict[str, Any], measured: _Measured) -> None:
    name = entry["file"]
    path = next((place for place in (corpus / "apks" / name, corpus / name) if place.is_file()), None)
    if path is None:
        measured.absent.append(name)
        return
    bench.told(name, 0, 0)
    try:
        reading = _reading(path, entry["sha256"], bench.readings)
    except AppscanError as error:
        measured.failed.append((name, error))
        return
    measured.rows += _rows(entry, name, "app", reading, bench)


def _measure_site(bench: _Bench, studio: Studio, corpus: Path, entry: dict[str, Any], measured: _Measured) -> None:
    name = entry["name"]
    site = find_site(corpus, entry)
    if site is None:
        measured.absent.append(name)
        return
    bench.told(name, 0, 0)
    try:
        shot = studio.shoot(site, partial(bench.told, name))
        begun = time.perf_counter()
        try:
            reading = _reading(shot.path, _digest(shot.path), bench.readings)
        except AppscanError:
            if not shot.kept:
                raise
            shot.path.unlink()  # damaged since it was kept: capture again
            shot = studio.shoot(site, partial(bench.told, name))
            begun = time.perf_counter()
            reading = _reading(shot.path, _digest(shot.path), bench.readings)
    except AppscanError as error:
        (measured.unmeasured if error.key in NEEDS_SETUP else measured.failed).append((name, error))
        return
    measured.rows += _rows(entry, name, "site", reading, bench)
    spent = time.perf_counter() - begun
    states = sum(item.count for item in reading.coverage.read if item.what == "states")
    measured.times.append(SiteTime(name, _capture_seconds(reading), spent, states, shot.kept))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _capture_seconds(reading: Reading) -> float:
    """From the beginning to the end of a capture, as its recording says."""
    try:
        began, ended = (datetime.fromisoformat(text) for text in reading.details["captured"].split(" – "))
        return (ended - began).total_seconds()
    except (KeyError, ValueError, TypeError):
        return 0.0


def _version(reading: Reading) -> str:
    """Name and version of the reader that would read this artifact now."""
    if reading.artifact.kind is ArtifactKind.RECORDING:
        from appscan.readers.recording import VERSION

        return VERSION
    from appscan.readers.apk.reader import VERSION as APK_VERSION

    return APK_VERSION


def _reading(path: Path, sha256: str, readings: Path | None) -> Reading:
    saved = readings / f"{sha256}.reading" if readings is not None else None
    if saved is not None and saved.is_file():
        try:
            known = load_reading(saved)
        except AppscanError:
            saved.unlink()  # of another format, or damaged: read again
        else:
            if (known.reader, known.artifact.sha256) == (_version(known), sha256):
                return known
    reading = read_target(path, path.name, Limits(), lambda _stage, _done: None)
    if saved is not None:
        saved.parent.mkdir(parents=True, exist_ok=True)
        save_reading(reading, saved)
    return reading


def _rows(entry: dict[str, Any], name: str, source: Source, reading: Reading, bench: _Bench) -> list[Row]:
    judged = judge(reading, bench.checks)
    presence = {finding.check_id: finding.presence for finding in judged.findings}
    by_check: dict[str, list[str]] = {}
    for label, check_id in FEATURES.items():
        by_check.setdefault(check_id, []).append(str(entry["labels"].get(label, UNCLEAR)))
    rows = []
    for verdict in judged.verdicts:
        given = by_check.get(verdict.check_id)
        if given is None:
            continue
        label = YES if YES in given else UNCLEAR if UNCLEAR in given else NO
        wanted = bench.words.get(verdict.check_id, [])
        rows.append(Row(name, entry.get("role", ""), verdict.check_id, label,
                        presence.get(verdict.check_id, Presence.NONE), verdict.verdict,
                        _has_keyword(reading, wanted) if wanted else None, _gaps_behind(verdict),
                        "packed" in entry.get("tags", ()), source))
    return rows


def _gaps_behind(verdict: CheckVerdict) -> tuple[str, ...]:
    """Reasons of the gaps that left an inconclusive verdict open, each once."""
    if verdict.verdict is not Verdict.INCONCLUSIVE:
        return ()
    return tuple(dict.fromkeys(message.params["reason"] for message in verdict.why if message.id == "gap"))


def _has_keyword(reading: Reading, words: Sequence[str]) -> bool:
    """Whether any of the words is in any string of the artifact: what a plain keyword search would say."""
    blob = reading.strings.blob.decode("utf-8", "replace")
    return bool(ahocorasick_rs.AhoCorasick(list(words)).find_matches_as_indexes(blob))
