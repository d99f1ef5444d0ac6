"""Works off the apps of one command: every report is delivered, what fails stops only itself, an interruption stops the
rest and names it. Knows no option and no package format."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.exits import Outcome
from appscan.cli.interruptions import undisturbed
from appscan.cli.rendering import Format, as_json
from appscan.cli.saving import Saved, Shelf
from appscan.errors import AppscanError, PackError, UsageError
from appscan.model.judgement import Verdict
from appscan.model.report import Report
from appscan.texts import enumerated, say

if TYPE_CHECKING:
    from appscan.scan import ScanResult

Document = dict[str, Any]
Lost = tuple[str, ...]
"""Folders that could not be searched; each counts as a target that failed."""

NAMED = 200
"""Targets that are named one by one after an interruption."""

NEVER_DONE = ("interrupted", "interrupted_judging")


@dataclass(frozen=True, slots=True)
class Job:
    """The work on one app, and the names of its targets."""

    names: tuple[str, ...]
    work: Callable[[], ScanResult]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where reports go: onto the shelf in the given forms, or to stdout as JSON where there is none."""

    console: Console
    shelf: Shelf | None
    formats: tuple[Format, ...]
    source_root: Path | None = None
    over: Callable[[Document], Document] | None = None
    """What is laid over every report before it goes out: exemptions that are claimed."""

    def deliver(self, result: ScanResult) -> None:
        """Save or print one report and tell what it says. There is no folder for a file that does not exist."""
        from appscan.report.document import to_document

        document, saved = to_document(result.report), Saved()
        document = self.over(document) if self.over else document
        if self.shelf is None:
            sys.stdout.buffer.write(as_json(document))
            sys.stdout.buffer.flush()
        elif not _is_only_missing(result.report):
            saved = self.shelf.save(result, document, self.formats, self.console.lang, self.source_root)
        self._tell(result.report, document, saved)

    def _tell(self, report: Report, document: dict[str, object], saved: Saved) -> None:
        console, opened = self.console, bool(report.artifacts)
        if console.quiet or not opened:
            for error in report.errors:
                if error.message.id not in NEVER_DONE:  # those are named when the work stops
                    console.trouble(f"errors.{error.message.id}", **error.message.params)
        if opened and not console.quiet:
            from appscan.report.plain import to_text

            console.result(to_text(document, console.lang, [str(path) for path in saved.reports]))
            kept = [("cli.recording_saved", path) for path in saved.recordings]
            kept += [("cli.reading_saved", path) for path in saved.readings]
            console.result(["  " + say(console.lang, key, path=path) for key, path in kept])
        elif not console.quiet:
            for path in saved.reports:
                console.note("report.saved_at", path=path)


def work_off(jobs: Sequence[Job], delivery: Delivery, lost: Lost) -> Outcome:
    """Do the jobs one after the other. `lost` are targets that failed before any job."""
    ledger = _Ledger(delivery.console, unread=len(lost))
    try:
        for number, job in enumerate(jobs):
            ledger.do(job, delivery)
            if ledger.interrupted or not all(report.complete for report in ledger.reports):
                ledger.interrupted = True
                _tell_interruption(jobs, jobs[number + ledger.reached:], ledger.reports, delivery.console)
                break
    finally:
        if delivery.shelf is not None:
            delivery.shelf.leave()
    if len(jobs) + len(lost) > 1:
        _tell_sum(ledger, delivery.console)
    unsaved = ledger.unread + sum(map(_is_only_missing, ledger.reports))
    return Outcome(tuple(ledger.reports), ledger.unread, ledger.broken, ledger.interrupted, unsaved)


@dataclass(slots=True)
class _Ledger:
    """How the jobs ended so far. `reached` is whether the last job came to an end of its own."""

    console: Console
    unread: int = 0
    broken: int = 0
    interrupted: bool = False
    reached: bool = False
    reports: list[Report] = field(default_factory=list)
    delivered: list[Report] = field(default_factory=list)

    def do(self, job: Job, delivery: Delivery) -> None:
        """Work and deliver. Only wrong usage, bad packs and a closed stdout leave this function as errors."""
        self.reached = False
        try:
            result = job.work()
            self.reached = True
            self.reports.append(result.report)
            with undisturbed():
                delivery.deliver(result)
                self.delivered.append(result.report)
        except KeyboardInterrupt:
            self.interrupted = True
        except (UsageError, PackError, BrokenPipeError):
            raise
        except AppscanError as error:
            self.console.failure(error)
            self.unread, self.reached = self.unread + 1, True
        except Exception as error:  # noqa: BLE001 (an error of ours on one app must not cost the others theirs)
            self.console.own_failure(error, job.names[0])
            self.broken, self.reached = self.broken + 1, True


def _is_only_missing(report: Report) -> bool:
    return not report.artifacts and {error.message.id for error in report.errors} == {"missing_file"}


def _tell_interruption(jobs: Sequence[Job], never: Sequence[Job], reports: Sequence[Report], console: Console) -> None:
    """How many targets were scanned, and the name of every one that was not."""
    missing = [error.artifact for report in reports for error in report.errors if error.message.id in NEVER_DONE]
    missing += [name for job in never for name in job.names]
    total = sum(len(job.names) for job in jobs)
    console.trouble("cli.interrupted", done=total - len(missing), total=total)
    for name in missing[:NAMED]:
        console.trouble("cli.never_scanned", name=name)
    if len(missing) > NAMED:
        console.trouble("cli.never_scanned_more", count=len(missing) - NAMED)


def _tell_sum(ledger: _Ledger, console: Console) -> None:
    """One line over all apps: how many of each verdict, worst first, and how many could not be read."""
    lang = console.lang
    counts = Counter(report.overall for report in ledger.delivered if report.artifacts)
    unread = ledger.unread + sum(1 for report in ledger.delivered if not report.artifacts)
    parts = [say(lang, "cli.sum_of", what=say(lang, f"verdicts.{verdict.value}"), count=counts[verdict])
             for verdict in sorted(Verdict, key=lambda one: -one.severity) if counts[verdict]]
    parts += [say(lang, "cli.sum_unread", count=unread)] if unread else []
    parts += [say(lang, "cli.sum_broken", count=ledger.broken)] if ledger.broken else []
    total = sum(counts.values()) + unread + ledger.broken
    console.result([say(lang, "cli.sum", total=total, parts=enumerated(lang, parts))])
