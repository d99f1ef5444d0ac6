"""Judges a labelled corpus and compares with its labels, beside a plain keyword search over the same strings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ahocorasick_rs

from appscan.bench.labels import NO, UNCLEAR, YES, read_labels, read_lexicon
from appscan.checks import CheckSet
from appscan.errors import AppscanError
from appscan.judge.judge import Judgement, judge
from appscan.model.judgement import Presence, Verdict
from appscan.model.reading import Reading
from appscan.readers.apk.reader import VERSION
from appscan.readers.limits import Limits
from appscan.readers.saved import load_reading, save_reading
from appscan.readers.target import read_target

FEATURES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "check_in": ("check-in", ("F_CHECKIN",)),
    "points_ranking": ("points-ranking", ("F_POINTS_RANK",)),
    "online_duration": ("online-duration", ("F_ONLINE_DURATION",)),
    "photo_upload": ("media-upload", ("F_EVIDENCE_UPLOAD",)),
    "video_upload": ("media-upload", ("F_EVIDENCE_UPLOAD",)),
    "track_upload": ("track-upload", ("F_TRACK",)),
    "install_rate": ("install-rate", ("F_INSTALL_RATE",)),
    "forced_login": ("forced-login", ("F_FORCED_LOGIN",)),
    "likes_votes": ("engagement-metrics", ("F_ENGAGEMENT_METRIC",)),
    "study_duration": ("study-duration", ("F_STUDY", "F_ONLINE_DURATION")),
    "form_filling": ("form-filling", ("F_FORM",)),
}
"""Label of the corpus → (check, features of the lexicon); the corpus's README gives the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One artifact × check: the label (yes when any label of the check is), our verdict, the keyword search's answer
    (None without a lexicon)."""

    file: str
    role: str
    check_id: str
    label: str
    presence: Presence
    verdict: Verdict
    keyword: bool | None
    gaps: tuple[str, ...]
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Names of the files found, missed and falsely found for one check; open verdicts are neither."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]
    clean: int

    @property
    def precision(self) -> float | None:
        """Share of the found that is right; None when nothing was found."""
        total = len(self.found) + len(self.false)
        return len(self.found) / total if total else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None when nothing is there."""
        total = len(self.found) + len(self.missed)
        return len(self.found) / total if total else None


@dataclass(frozen=True, slots=True)
class BenchResult:
    """All rows, artifacts that could not be read (name, error) and artifacts that are not there."""

    rows: tuple[Row, ...]
    failed: tuple[tuple[str, AppscanError], ...]
    absent: tuple[str, ...]
    sites: int

    def score(self, check_id: str, *, keyword: bool = False) -> Score:
        """Found (reachable or more) against the labels, for us or for the keyword search."""
        found, missed, false, clean = [], [], [], 0
        for row in self.rows:
            if row.check_id != check_id or row.label == UNCLEAR or row.role == "inconclusive":
                continue
            hit = bool(row.keyword) if keyword else row.presence.rank >= Presence.REACHABLE.rank
            match (row.label == YES, hit):
                case (True, True):
                    found.append(row.file)
                case (True, False):
                    missed.append(row.file)
                case (False, True):
                    false.append(row.file)
                case _:
                    clean += 1
        return Score(tuple(found), tuple(missed), tuple(false), clean)

    def readable_negatives(self) -> tuple[int, int, tuple[Row, ...]]:
        """(not_found or info, all, the others) among `no` labels of artifacts that are not labelled as unreadable: one
        that we wrongly call inconclusive counts against us. A packed file (tag `packed`) cannot be read."""
        rows = [row for row in self.rows if row.label == NO and row.role != "inconclusive" and not row.packed]
        quiet = [row for row in rows if row.verdict in (Verdict.NOT_FOUND, Verdict.INFO)]
        return len(quiet), len(rows), tuple(row for row in rows if row not in quiet)

    def blinded(self) -> tuple[Row, ...]:
        """Rows of artifacts with a blinding gap."""
        return tuple(row for row in self.rows if row.gaps)


def run_bench(labels: Path, corpus: Path, checks: CheckSet, readings: Path | None = None,
              progress: Callable[[str], None] | None = None) -> BenchResult:
    """Judge every labelled artifact below `corpus`. `readings` keeps readings between runs: they are used when the
    artifact's digest and the reader fit. Raises UsageError `labels_damaged` for labels that cannot be read."""
    listed = read_labels(labels / "apks.json", ("file", "sha256"))
    words = read_lexicon(labels.parent / "policy" / "lexicon.yaml")
    rows: list[Row] = []
    failed: list[tuple[str, AppscanError]] = []
    absent = []
    for entry in listed:
        places = (corpus / "apks" / entry["file"], corpus / entry["file"])
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            absent.append(entry["file"])
            continue
        if progress:
            progress(entry["file"])
        try:
            reading = _reading(path, entry["sha256"], readings)
        except AppscanError as error:
            failed.append((entry["file"], error))
            continue
        rows += _rows(entry, reading, judge(reading, checks), words)
    sites = labels / "sites.json"
    return BenchResult(tuple(rows), tuple(failed), tuple(absent), len(read_labels(sites)) if sites.is_file() else 0)


def _reading(path: Path, sha256: str, readings: Path | None) -> Reading:
    saved = readings / f"{sha256}.reading" if readings is not None else None
    if saved is not None and saved.is_file():
        try:
            known = load_reading(saved)
        except AppscanError:
            saved.unlink()  # of another format, or damaged: read again
        else:
            if (known.reader, known.artifact.sha256) == (VERSION, sha256):
                return known
    reading = read_target(path, path.name, Limits(), lambda _stage, _done: None)
    if saved is not None:
        saved.parent.mkdir(parents=True, exist_ok=True)
        save_reading(reading, saved)
    return reading


def _rows(entry: dict[str, Any], reading: Reading, judged: Judgement,
          words: Mapping[str, Sequence[str]]) -> list[Row]:
    gaps = tuple(gap.reason for gap in judged.coverage.gaps if gap.blinds)
    presence = {finding.check_id: finding.presence for finding in judged.findings}
    by_check: dict[str, list[str]] = {}
    for label, (check_id, _) in FEATURES.items():
        by_check.setdefault(check_id, []).append(str(entry["labels"].get(label, UNCLEAR)))
    rows = []
    for verdict in judged.verdicts:
        given = by_check.get(verdict.check_id)
        if given is None:
            continue
        label = YES if YES in given else UNCLEAR if UNCLEAR in given else NO
        features = next(features for check_id, features in FEATURES.values() if check_id == verdict.check_id)
        wanted = [word for feature in features for word in words.get(feature, ())]
        rows.append(Row(entry["file"], entry.get("role", ""), verdict.check_id, label,
                        presence.get(verdict.check_id, Presence.NONE), verdict.verdict,
                        _has_keyword(reading, wanted) if wanted else None, gaps,
                        "packed" in entry.get("tags", ())))
    return rows


def _has_keyword(reading: Reading, words: Sequence[str]) -> bool:
    """Whether any of the words is in any string of the artifact: what a plain keyword search would say."""
    blob = reading.strings.blob.decode("utf-8", "replace")
    return bool(ahocorasick_rs.AhoCorasick(list(words)).find_matches_as_indexes(blob))
