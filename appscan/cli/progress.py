"""Progress on stderr: a bar with the time left on a terminal, a line per target elsewhere. Knows no reader."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.texts import say, shown

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from appscan.scan import Progress

NAME_SHOWN = 60
LEAST_SHARE = 0.02
"""Share of the work from which on the time left is told; before that it would be a guess."""


@contextmanager
def progress_on(console: Console, before: int, total: int, started: float) -> Iterator[Progress]:
    """The progress for one app of a run over `total` targets, of which `before` are done, begun at `started`
    (`time.monotonic()`)."""
    if console.quiet:
        from appscan.scan import Silence

        yield Silence()
    elif sys.stderr.isatty():
        with _bar(console, started) as bar:
            yield _Bar(console, bar, before, total)
    else:
        yield _Lines(console, before, total)


class _Lines:
    """One plain line whenever a target begins."""

    def __init__(self, console: Console, before: int, total: int) -> None:
        self._console, self._before, self._total = console, before, total
        self._seen: set[str] = set()

    def stage(self, target_name: str, stage: str, done: float) -> None:  # noqa: ARG002 (the protocol's names)
        if target_name not in self._seen:
            self._seen.add(target_name)
            number = self._before + len(self._seen)
            several = {"number": number, "total": self._total} if self._total > 1 else {}
            self._console.note("cli.progress", name=target_name, **several)


class _Bar:
    """A bar over all targets, with the stage of the present one."""

    def __init__(self, console: Console, bar: RichProgress, before: int, total: int) -> None:
        self._console, self._bar = console, bar
        self._before, self._total = before, max(total, 1)
        self._shares: dict[str, float] = {}
        self._task: TaskID = bar.add_task("", total=1.0)

    def stage(self, target_name: str, stage: str, done: float) -> None:
        self._shares[target_name] = done
        words = f"{shown(target_name, NAME_SHOWN)}  {say(self._console.lang, f'cli_stage.{stage}')}"
        share = (self._before + sum(self._shares.values())) / self._total
        self._bar.update(self._task, completed=min(share, 1.0), description=words)


def time_left(console: Console, started: float, share: float) -> str:
    """The time left in words, from what the share done so far took; nothing while that would be a guess."""
    if share < LEAST_SHARE:
        return ""
    seconds = round((time.monotonic() - started) * (1 - share) / share)
    return say(console.lang, "cli.time_left", minutes=seconds // 60, seconds=f"{seconds % 60:02}")


def _bar(console: Console, started: float) -> RichProgress:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        """Asked anew at every refresh, so that a long stage does not show an old promise."""

        def render(self, task: Task) -> Text:
            return Text(time_left(console, started, task.completed))

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeLeft())
    return Progress(*columns, console=RichConsole(stderr=True), transient=True, redirect_stdout=False,
                    redirect_stderr=False)
