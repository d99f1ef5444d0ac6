"""Figures of a measurement, kept beside the packs so that people see them with the rules: measured.json. Knows no
case."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from appscan.bench.cases import CasesResult
from appscan.checks import CheckSet
from appscan.errors import UsageError

MEASURED = "measured.json"
LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """How one check came out: cases found, missed, falsely found and rightly left alone."""

    found: int
    missed: int
    false: int
    clean: int

    @property
    def precision(self) -> float | None:
        """Share of the found that is right; None where nothing was found."""
        total = self.found + self.false
        return self.found / total if total else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None where nothing is there."""
        total = self.found + self.missed
        return self.found / total if total else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of all checks; `digest` is that of the packs they were measured with, "" where nothing was measured.
    `sealed`: on the cases that no rule was tuned on."""

    of_check: Mapping[str, Figure] = field(default_factory=dict)
    day: str = ""
    digest: str = ""
    version: str = ""
    sealed: bool = False


def keep_figures(path: Path, result: CasesResult, checks: CheckSet, *, sealed: bool) -> None:
    """Write the figures. Raises UsageError `file_unusable`."""
    tallies = {family: result.tally(family) for family in result.families()}
    document = {"day": datetime.now().astimezone().date().isoformat(), "checks_digest": checks.digest,
                "version": checks.version, "sealed": sealed,
                "checks": {family: {"found": len(one.found), "missed": len(one.missed), "false": len(one.false),
                                    "clean": one.clean} for family, one in tallies.items()}}
    try:
        path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("file_unusable", path=str(path), reason=reason) from None


def kept_figures(folder: Path) -> Figures:
    """The figures beside the packs in a folder; none where the file is not there or is none of ours."""
    try:
        with (folder / MEASURED).open("rb") as file:
            document = json.loads(file.read(LARGEST))
        return Figures({str(check): Figure(*(int(one[name]) for name in ("found", "missed", "false", "clean")))
                        for check, one in document["checks"].items()},
                       str(document["day"]), str(document["checks_digest"]), str(document["version"]),
                       bool(document["sealed"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Figures()
