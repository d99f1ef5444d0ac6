"""What the exit code says. Knows reports only by their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from appscan.model.judgement import Verdict
from appscan.model.report import Report


class ExitCode(IntEnum):
    """All exit codes; the first that fits wins (`exit_code`)."""

    OK = 0
    OWN_FAILURE = 1
    USAGE = 2
    NOTHING_READ = 3
    UNDECIDED = 10
    FOUND = 11
    INTERRUPTED = 130


class FailOn(StrEnum):
    """From which verdict on a run counts as failed. `unread`: whatever the verdicts, only where a target has no report
    that could speak of it; what reports say is left to a gate."""

    LIKELY_VIOLATION = "likely_violation"
    NEEDS_REVIEW = "needs_review"
    INCONCLUSIVE = "inconclusive"
    UNREAD = "unread"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the work on all apps of one command ended: `unread` counts apps without a report because their files could
    not be read, `broken` those on which appscan itself failed, `unsaved` those of which no report was saved because
    there is nothing to read, the unread among them."""

    reports: Sequence[Report]
    unread: int = 0
    broken: int = 0
    interrupted: bool = False
    unsaved: int = 0


def exit_code(outcome: Outcome, fail_on: FailOn) -> ExitCode:
    """The first code that fits (seams.md, "Report"); wrong usage and bad packs end a run before there is an outcome."""
    reports = outcome.reports
    if outcome.interrupted or any(not report.complete for report in reports):
        return ExitCode.INTERRUPTED
    if outcome.broken:
        return ExitCode.OWN_FAILURE
    if not any(report.artifacts for report in reports):
        return ExitCode.NOTHING_READ
    if fail_on is FailOn.NEVER:
        return ExitCode.OK
    if fail_on is FailOn.UNREAD:
        return ExitCode.UNDECIDED if outcome.unsaved else ExitCode.OK
    threshold = Verdict(fail_on.value).severity
    if any(row.verdict.severity >= threshold for report in reports for row in report.verdicts):
        return ExitCode.FOUND
    if outcome.unread or any(report.overall is Verdict.INCONCLUSIVE or report.errors for report in reports):
        return ExitCode.UNDECIDED
    return ExitCode.OK
