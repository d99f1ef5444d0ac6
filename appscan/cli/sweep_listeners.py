"""What people and programs hear of a sweep: lines, a progress line, JSON lines, the metrics file. Knows no store."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Protocol

from appscan.cli.console import Console
from appscan.model.judgement import Verdict
from appscan.sweep.metrics import MetricsFile
from appscan.sweep.progress import Progress
from appscan.sweep.summary import OwnerSum
from appscan.sweep.tasks import Fault, Task
from appscan.sweep.telling import Listener
from appscan.texts import enumerated, say, say_error

LINE_EVERY = 15.0
"""Seconds between two progress lines where nobody looks at a terminal."""

OWNERS_SHOWN = 40


class Audience(Listener, Protocol):
    """A listener that hears the sums as well."""

    def summed(self, owners: Sequence[OwnerSum]) -> None:
        """Sums by owner, at the end."""


class Human:
    """Lines on stderr, the summary on stdout."""

    def __init__(self, console: Console) -> None:
        self._console, self._told, self._shown = console, time.monotonic(), ""
        self._is_terminal = sys.stderr.isatty()

    def begun(self, sweep: str, progress: Progress, *, continued: bool) -> None:
        """One line."""
        key = "cli.sweep.continued" if continued else "cli.sweep.begun"
        self._console.note(key, sweep=sweep, left=progress.left, done=progress.done, failed=progress.failed)

    def finished(self, task: Task, outcome: Mapping[str, object]) -> None:
        """Nothing: the progress line counts it."""

    def failed(self, task: Task, fault: Fault, again: datetime | None) -> None:  # noqa: ARG002
        """One line for what failed for good; what comes again is counted."""
        if again is None:
            self._clear()
            self._console.failure(fault.as_error())

    def worker_lost(self, where: str, why: str) -> None:
        """One line."""
        self._clear()
        self._console.note("cli.sweep.worker_lost", where=where, why=say(self._console.lang, f"sweep_losses.{why}"))

    def store_waits(self, reason: str, seconds: float) -> None:
        """One line."""
        self._clear()
        self._console.trouble("cli.sweep.store_waits", reason=reason, seconds=f"{seconds:g}")

    def progress(self, progress: Progress) -> None:
        """The progress line: renewed on a terminal, now and then elsewhere."""
        now = time.monotonic()
        if self._console.quiet or now - self._told < (1.0 if self._is_terminal else LINE_EVERY):
            return
        self._told = now
        if self._is_terminal:
            self._clear()
            self._shown = progress_line(self._console, progress)
            print(self._shown, end="\r", file=sys.stderr, flush=True)
        else:
            print(progress_line(self._console, progress), file=sys.stderr, flush=True)

    def ended(self, progress: Progress, *, stopped: bool) -> None:
        """The last progress line, and whether something is left."""
        self._clear()
        if stopped:
            self._console.trouble("cli.sweep.interrupted", left=progress.left)
        self._console.note("cli.sweep.ended", done=progress.done, same=progress.same, failed=progress.failed,
                           left=progress.left)

    def summed(self, owners: Sequence[OwnerSum]) -> None:
        """A line for each owner, those with the most artifacts first."""
        lang = self._console.lang
        lines = [say(lang, "cli.sweep.sum", owner=one.owner or say(lang, "cli.sweep.no_owner"), total=one.total,
                     parts=enumerated(lang, _parts(one, self._console)))
                 for one in owners[:OWNERS_SHOWN]]
        if len(owners) > OWNERS_SHOWN:
            lines.append(say(lang, "cli.sweep.more_owners", count=len(owners) - OWNERS_SHOWN))
        self._console.result(lines)

    def _clear(self) -> None:
        if self._shown:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
            self._shown = ""


class JsonLines:
    """One JSON object a line on stdout: `event` says which of the methods it comes from."""

    def __init__(self) -> None:
        self._told = 0.0

    def begun(self, sweep: str, progress: Progress, *, continued: bool) -> None:
        """`begun`."""
        _line("begun", sweep=sweep, continued=continued, **_numbers(progress))

    def finished(self, task: Task, outcome: Mapping[str, object]) -> None:
        """`finished`."""
        _line("finished", entry=task.entry, location=task.thing.location, owner=task.app.owner, **outcome)

    def failed(self, task: Task, fault: Fault, again: datetime | None) -> None:
        """`failed`, for failures that come again as well."""
        _line("failed", entry=task.entry, location=task.thing.location, owner=task.app.owner, **fault.to_json(),
              message=say_error("en", fault.as_error()), again=again.isoformat() if again else None)

    def worker_lost(self, where: str, why: str) -> None:
        """`worker_lost`."""
        _line("worker_lost", where=where, why=why)

    def store_waits(self, reason: str, seconds: float) -> None:
        """`store_waits`."""
        _line("store_waits", reason=reason, seconds=seconds)

    def progress(self, progress: Progress) -> None:
        """`progress`, every few seconds."""
        now = time.monotonic()
        if now - self._told >= LINE_EVERY:
            self._told = now
            _line("progress", **_numbers(progress))

    def ended(self, progress: Progress, *, stopped: bool) -> None:
        """`ended`."""
        _line("ended", stopped=stopped, **_numbers(progress))

    def summed(self, owners: Sequence[OwnerSum]) -> None:
        """`owner`, once for each."""
        for one in owners:
            _line("owner", owner=one.owner, total=one.total, failed=one.failed, verdicts=dict(one.verdicts))


class Heard:
    """Passes everything on to the audience, and progress to the metrics file as well."""

    def __init__(self, audience: Audience, metrics: MetricsFile | None) -> None:
        self._audience, self._metrics = audience, metrics
        self.begun, self.finished, self.failed = audience.begun, audience.finished, audience.failed
        self.worker_lost, self.store_waits, self.summed = audience.worker_lost, audience.store_waits, audience.summed

    def progress(self, progress: Progress) -> None:
        """Both hear it."""
        self._audience.progress(progress)
        if self._metrics is not None:
            self._metrics.write(progress)

    def ended(self, progress: Progress, *, stopped: bool) -> None:
        """Both hear it."""
        self._audience.ended(progress, stopped=stopped)
        if self._metrics is not None:
            self._metrics.write(progress, over=True)


def progress_line(console: Console, progress: Progress) -> str:
    """Done, failed, left, per minute, time left."""
    left = progress.seconds_left
    time_left = {} if left is None else {"hours": int(left // 3600), "minutes": f"{int(left // 60) % 60:02}",
                                         "seconds": f"{int(left) % 60:02}"}
    rate = {} if progress.per_minute is None else {"rate": f"{progress.per_minute:.1f}"}
    line = say(console.lang, "cli.sweep.progress", done=progress.done, failed=progress.failed, left=progress.left,
               **rate)
    return line + (say(console.lang, "cli.sweep.time_left", **time_left) if time_left else "")


def _parts(one: OwnerSum, console: Console) -> list[str]:
    lang = console.lang
    parts = [say(lang, "cli.sum_of", what=say(lang, f"verdicts.{verdict.value}"), count=one.verdicts[verdict.value])
             for verdict in sorted(Verdict, key=lambda verdict: -verdict.severity) if one.verdicts[verdict.value]]
    return parts + ([say(lang, "cli.sweep.sum_failed", count=one.failed)] if one.failed else [])


def _numbers(progress: Progress) -> dict[str, object]:
    return asdict(progress)


def _line(event: str, **content: object) -> None:
    row = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **content}
    print(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode(), flush=True)
