"""Which exit code fits first."""

from __future__ import annotations

import pytest

from appscan.cli.exits import ExitCode, FailOn, Outcome, exit_code
from appscan.model.artifact import App, Artifact, ArtifactKind
from appscan.model.coverage import Coverage
from appscan.model.judgement import CheckVerdict, Message, Verdict
from appscan.model.report import ArtifactRead, Report, ScanError, Tool


def report(verdict: Verdict, *, read: bool = True, failed: bool = False, complete: bool = True) -> Report:
    artifact = Artifact(ArtifactKind.APK, "x.apk", "0" * 64, 1)
    errors = (ScanError("y.apk", Message("not_a_zip", {"name": "y.apk"})),) if failed else ()
    return Report(tool=Tool("appscan", "0", "", ""), app=App(),
                  artifacts=(ArtifactRead(artifact, Coverage()),) if read else (), findings=(),
                  verdicts=(CheckVerdict("check-in", verdict),), overall=verdict, errors=errors, timings={},
                  profile="default", started="", ended="", checks=(), clauses=(), complete=complete)


BAD, REVIEW, OPEN, CLEAN = (report(verdict) for verdict in (
    Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.INCONCLUSIVE, Verdict.NOT_FOUND))
UNREAD = report(Verdict.INCONCLUSIVE, read=False, failed=True)

CASES = [
    ((CLEAN,), FailOn.LIKELY_VIOLATION, ExitCode.OK),
    ((BAD,), FailOn.LIKELY_VIOLATION, ExitCode.FOUND),
    ((REVIEW,), FailOn.LIKELY_VIOLATION, ExitCode.OK),
    ((REVIEW,), FailOn.NEEDS_REVIEW, ExitCode.FOUND),
    ((report(Verdict.MISSING),), FailOn.NEEDS_REVIEW, ExitCode.FOUND),
    ((OPEN,), FailOn.NEEDS_REVIEW, ExitCode.UNDECIDED),
    ((OPEN,), FailOn.INCONCLUSIVE, ExitCode.FOUND),
    ((report(Verdict.EXEMPT),), FailOn.INCONCLUSIVE, ExitCode.OK),
    ((report(Verdict.INFO),), FailOn.INCONCLUSIVE, ExitCode.OK),
    ((CLEAN, UNREAD), FailOn.LIKELY_VIOLATION, ExitCode.UNDECIDED),
    ((report(Verdict.INFO, failed=True),), FailOn.LIKELY_VIOLATION, ExitCode.UNDECIDED),
    ((BAD, UNREAD), FailOn.LIKELY_VIOLATION, ExitCode.FOUND),
    ((BAD, OPEN), FailOn.NEVER, ExitCode.OK),
    ((UNREAD,), FailOn.INCONCLUSIVE, ExitCode.NOTHING_READ),
    ((UNREAD,), FailOn.NEVER, ExitCode.NOTHING_READ),
    ((), FailOn.NEVER, ExitCode.NOTHING_READ),
    ((BAD, report(Verdict.INCONCLUSIVE, complete=False)), FailOn.NEVER, ExitCode.INTERRUPTED),
]


@pytest.mark.parametrize(("reports", "fail_on", "expected"), CASES)
def test_first_code_that_fits_wins(reports, fail_on, expected):
    assert exit_code(Outcome(reports), fail_on) is expected


def test_a_failure_of_ours_outranks_what_was_found_and_an_interruption_outranks_that():
    assert exit_code(Outcome((BAD,), broken=1), FailOn.NEVER) is ExitCode.OWN_FAILURE
    assert exit_code(Outcome((BAD,), broken=1, interrupted=True), FailOn.NEVER) is ExitCode.INTERRUPTED


def test_only_targets_that_no_report_speaks_of_count_for_unread():
    assert exit_code(Outcome((CLEAN,), unsaved=1), FailOn.UNREAD) is ExitCode.UNDECIDED
    assert exit_code(Outcome((BAD, UNREAD, OPEN)), FailOn.UNREAD) is ExitCode.OK
    assert exit_code(Outcome((UNREAD,)), FailOn.UNREAD) is ExitCode.NOTHING_READ


def test_a_reading_that_could_not_be_loaded_counts_as_a_failed_target():
    assert exit_code(Outcome((CLEAN,), unread=1), FailOn.LIKELY_VIOLATION) is ExitCode.UNDECIDED
