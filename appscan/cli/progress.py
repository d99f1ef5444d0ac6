"""Progress of a scan on stderr: a bar with the time left on a terminal, a line per stage elsewhere. Knows no reader."""

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
        yield _Lines(console)


class _Lines:
    """One plain line whenever a stage begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ("", "")

    def stage(self, target_name: str, stage: str, done: float) -> None:
        if (target_name, stage) != self._last:
            self._last = (target_name, stage)
            self._console.note("cli.progress", name=target_name, stage=stage, percent=round(done * 100))


class _Bar:
    """A bar over all targets, with the stage of the present one."""

    def __init__(self, console: Console, bar: RichProgress, before: int, total: int) -> None:
        self._console, self._bar = console, bar
        self._before, self._total, self._name = before, max(total, 1), ""
        self._task: TaskID = bar.add_task("", total=1.0)

    def stage(self, target_name: str, stage: str, done: float) -> None:
        if target_name != self._name and self._name:
            self._before += 1
        self._name = target_name
        words = f"{shown(target_name, NAME_SHOWN)}  {say(self._console.lang, f'cli_stage.{stage}')}"
        self._bar.update(self._task, completed=min((self._before + done) / self._total, 1.0), description=words)


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
