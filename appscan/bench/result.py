"""What a measurement of a labelled corpus gives: rows, and the figures made of them. Knows no reading and no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from appscan.bench.labels import NO, UNCLEAR, YES
from appscan.errors import AppscanError
from appscan.model.judgement import Presence, Verdict

Source = Literal["app", "site"]
UNREADABLE_ROLE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Row:
    """One artifact × check: the label (yes when any label of the check is), our verdict, the keyword search's answer
    (None without a lexicon). `gaps` are the reasons that left the verdict open."""

    file: str
    role: str
    check_id: str
    label: str
    presence: Presence
    verdict: Verdict
    keyword: bool | None
    gaps: tuple[str, ...]
    packed: bool = False
    source: Source = "app"


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
class SiteTime:
    """Seconds that one site took: its capture (`kept` when an earlier one was used) and reading it, judging included;
    `states` is what the capture saw."""

    name: str
    capture: float
    reading: float
    states: int
    kept: bool


@dataclass(frozen=True, slots=True)
class BenchResult:
    """All rows; artifacts that could not be read (name, error), that are not there, and sites that nothing could
    capture here (name, error); and the time of each site."""

    rows: tuple[Row, ...]
    failed: tuple[tuple[str, AppscanError], ...] = ()
    absent: tuple[str, ...] = ()
    unmeasured: tuple[tuple[str, AppscanError], ...] = ()
    times: tuple[SiteTime, ...] = ()

    def sources(self) -> tuple[Source, ...]:
        """Of which sources there are rows: apps first."""
        there = {row.source for row in self.rows}
        return tuple(source for source in ("app", "site") if source in there)

    def checks(self, source: Source | None = None) -> list[str]:
        """Ids of the checks that rows speak of, sorted."""
        return sorted({row.check_id for row in self.rows if source in (None, row.source)})

    def score(self, check_id: str, *, keyword: bool = False, source: Source | None = None) -> Score:
        """Found (reachable or more) against the labels, for us or for the keyword search; of one source or of both."""
        found, missed, false, clean = [], [], [], 0
        for row in self._labelled():
            if row.check_id != check_id or row.role == UNREADABLE_ROLE or source not in (None, row.source):
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

    def readable_negatives(self, source: Source | None = None) -> tuple[int, int, tuple[Row, ...]]:
        """(not_found or info, all, the others) among `no` labels of artifacts that are not labelled as unreadable: one
        that we wrongly call inconclusive counts against us. A packed file (tag `packed`) cannot be read."""
        rows = [row for row in self.rows if row.label == NO and row.role != UNREADABLE_ROLE and not row.packed
                and source in (None, row.source)]
        quiet = [row for row in rows if row.verdict in (Verdict.NOT_FOUND, Verdict.INFO)]
        return len(quiet), len(rows), tuple(row for row in rows if row not in quiet)

    def inconclusive(self, source: Source | None = None) -> tuple[tuple[Row, ...], int]:
        """(rows left open, all) among clear labels, those of unreadable artifacts included."""
        rows = [row for row in self._labelled() if source in (None, row.source)]
        return tuple(row for row in rows if row.verdict is Verdict.INCONCLUSIVE), len(rows)

    def _labelled(self) -> Iterator[Row]:
        return (row for row in self.rows if row.label != UNCLEAR)
