"""The metrics file: Prometheus text format, for the textfile collector of node_exporter. Knows no task."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from appscan.sweep.progress import Progress

EVERY = 5.0
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class MetricsFile:
    """One file, written whole every few seconds; a collector never sees half of it."""

    def __init__(self, path: Path, sweep: str) -> None:
        self._path, self._label, self._written = path, sweep.translate(_ESCAPES), 0.0

    def write(self, progress: Progress, *, over: bool = False) -> None:
        """Write, unless that was just done; always where the sweep is `over`."""
        now = time.time()
        if not over and now - self._written < EVERY:
            return
        self._written = now
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        with contextlib.suppress(OSError):  # a full disk for metrics must not stop the sweep
            aside.write_text("\n".join(self._lines(progress, over, now)) + "\n", encoding="utf-8")
            aside.replace(self._path)
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)

    def _lines(self, progress: Progress, over: bool, now: float) -> Iterator[str]:
        states = {"done": progress.done, "failed": progress.failed, "left": progress.left}
        yield from self._gauge("appscan_sweep_tasks", "Tasks of the sweep by state.",
                               [(f'state="{state}"', count) for state, count in states.items()])
        yield from self._gauge("appscan_sweep_unchanged", "Tasks whose report was there already.",
                               [("", progress.same)])
        yield from self._gauge("appscan_sweep_faults", "Failures since this run began, by kind; retried ones too.",
                               [(f'kind="{kind}"', count) for kind, count in sorted(progress.faults.items())])
        yield from self._gauge("appscan_sweep_retries", "Failures that are tried again.", [("", progress.retried)])
        yield from self._gauge("appscan_sweep_workers_lost", "Worker processes that ended while at work.",
                               [("", progress.workers_lost)])
        yield from self._gauge("appscan_sweep_tasks_per_minute", "Tasks ended a minute.",
                               [("", round(progress.per_minute or 0.0, 3))])
        yield from self._gauge("appscan_sweep_running", "1 while the sweep runs.", [("", int(not over))])
        yield from self._gauge("appscan_sweep_updated_seconds", "When this was written, in seconds since 1970.",
                               [("", round(now, 3))])

    def _gauge(self, name: str, about: str, values: Iterable[tuple[str, float]]) -> Iterator[str]:
        yield f"# HELP {name} {about}"
        yield f"# TYPE {name} gauge"
        for labels, value in values:
            both = f'sweep="{self._label}"' + (f",{labels}" if labels else "")
            yield f"{name}{{{both}}} {value}"
