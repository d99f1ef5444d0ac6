"""The profile of a count: what an office decided where the rules leave it open. Knows no registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from appscan.schema.written import read_written

COUNTING = "counting-1"


@dataclass(frozen=True, slots=True)
class ZombieBounds:
    """Measures of an app that nobody uses, None where the office gives none; `measures` of them must hold."""

    days_without_update: int | None = None
    active_below: int | None = None
    target_sdk_below: int | None = None
    measures: int = 1


@dataclass(frozen=True, slots=True)
class OverlapBounds:
    """From which share of equal fields, and how many, two forms are listed for a person."""

    least_share: float = 0.5
    least_fields: int = 4


@dataclass(frozen=True, slots=True)
class CountProfile:
    """Without a file: arms count for the centre, and no app is called a zombie, since no rule names a threshold."""

    arms_apart: bool = False
    overlap: OverlapBounds = field(default_factory=OverlapBounds)
    zombies: ZombieBounds | None = None


def read_profile(path: Path | None) -> CountProfile:
    """The profile in a file (`counting-1`). Raises UsageError with file and line."""
    if path is None:
        return CountProfile()
    content = read_written(path, COUNTING).content
    bounds = content.get("zombies")
    return CountProfile(content.get("arms") == "apart", OverlapBounds(**content.get("overlap", {})),
                        None if bounds is None else ZombieBounds(**bounds))
