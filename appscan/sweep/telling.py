"""What a sweep says while it runs. Knows no language and no terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from appscan.sweep.progress import Progress
from appscan.sweep.tasks import Fault, Task

Tell = Callable[[Mapping[str, object]], None]
"""Hears how far one task is: `stage`, `share` (0–1) of it that is done, and of a site how many pages were `seen` and
are `queued`."""


def say_nothing(_told: Mapping[str, object]) -> None:
    """Nobody wants to hear it."""


class Listener(Protocol):
    """Told of everything that happens, as it happens."""

    def begun(self, sweep: str, progress: Progress, *, continued: bool) -> None:
        """Planned, or taken up again; work starts now."""

    def finished(self, task: Task, outcome: Mapping[str, object]) -> None:
        """A task has its report, and it is in the store."""

    def failed(self, task: Task, fault: Fault, again: datetime | None) -> None:
        """A task failed; `again` is when it is tried again, None for never."""

    def worker_lost(self, where: str, why: str) -> None:
        """A worker's process ended while at work."""

    def store_waits(self, reason: str, seconds: float) -> None:
        """The store is away; the sweep holds its results and tries again."""

    def progress(self, progress: Progress) -> None:
        """How far it is; told several times a second."""

    def ended(self, progress: Progress, *, stopped: bool) -> None:
        """Everything has ended, or the sweep was stopped."""


class Silence:
    """A listener that does nothing."""

    def begun(self, sweep: str, progress: Progress, *, continued: bool) -> None:
        """Nothing."""

    def finished(self, task: Task, outcome: Mapping[str, object]) -> None:
        """Nothing."""

    def failed(self, task: Task, fault: Fault, again: datetime | None) -> None:
        """Nothing."""

    def worker_lost(self, where: str, why: str) -> None:
        """Nothing."""

    def store_waits(self, reason: str, seconds: float) -> None:
        """Nothing."""

    def progress(self, progress: Progress) -> None:
        """Nothing."""

    def ended(self, progress: Progress, *, stopped: bool) -> None:
        """Nothing."""
