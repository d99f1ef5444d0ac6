"""The worker's side of sites: one long-lived process that captures, ended when it and its browser hold too much memory
or take too long. Knows no policy and no page."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

from appscan.model.artifact import RECORDING_SUFFIX
from appscan.sweep.fetching import FetchError
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import Child, start
from appscan.sweep.tasks import Fault, FaultKind, Manners, Task
from appscan.sweep.telling import Tell, say_nothing

LOOK_EVERY = 0.5
"""Seconds between two looks at the memory of the capture process."""

GRACE = 90.0
"""Seconds past the time of a capture after which its process is ended: the browser is ended 8 s after the cap, and
writing the recording takes some more."""

MINUTES = 10.0
"""The cap of a capture that says nothing else, as `CaptureOptions` has it."""


class Walker:
    """Captures sites one after the other in a process of its own, which is started when there is a first one. Chromium
    cannot live under RLIMIT_AS, so what bounds it is a look at its resident memory."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def walk(self, task: Task, folder: Path, manners: Manners, tell: Tell = say_nothing) -> Path:
        """The recording of a site, in a folder made for it. `tell` hears how many pages were seen and wait. Raises
        FetchError."""
        target = Path(_folder_in(folder), _name_of(task))
        minutes = float(manners.capture.get("max_minutes", MINUTES))
        header = {"url": task.thing.location, "target": str(target), "options": dict(manners.capture)}
        end = time.monotonic() + minutes * 60 + GRACE
        answer = self._asked(Frame(header), task, end, manners.site_bytes, tell)
        if "fault" in answer.header:
            with contextlib.suppress(OSError):
                target.parent.rmdir()
            raise FetchError(Fault.from_json(answer.header["fault"]))
        return target

    def close(self) -> None:
        """End the process with its browser."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _asked(self, ask: Frame, task: Task, end: float, most_bytes: int, tell: Tell) -> Frame:
        if self._child is None or not self._child.alive:
            self._child = start("appscan.sweep.capturing")
        child = self._child
        try:
            send(child.pipe, ask)
            while True:
                if child.pipe.poll(LOOK_EVERY):
                    said = receive(child.pipe)
                    if "seen" not in said.header:
                        return said
                    tell({"stage": "capture", "share": 0.0, **said.header})
                held = tree_bytes(child.process.pid)
                if held > most_bytes:
                    raise self._ended(task, "site_memory_limit", limit=str(most_bytes >> 20))
                if time.monotonic() > end:
                    raise self._ended(task, "site_time_limit")
        except (EOFError, BrokenFrameError, OSError):
            raise self._ended(task, "capture_died") from None

    def _ended(self, task: Task, key: str, **params: str) -> FetchError:
        self.close()
        return FetchError(Fault(FaultKind.TRANSIENT, key, {"name": task.thing.location, **params}))


def _folder_in(folder: Path) -> str:
    import tempfile

    return tempfile.mkdtemp(prefix="walk-", dir=folder)


def _name_of(task: Task) -> str:
    name = task.thing.name if task.thing.name.endswith(RECORDING_SUFFIX) else f"site{RECORDING_SUFFIX}"
    return os.path.basename(name)[-120:]  # noqa: PTH119 (a name from outside is text, no path of ours)


def tree_bytes(pid: int) -> int:
    """Resident bytes of a process with all its children."""
    import psutil  # only where sites are walked

    try:
        top = psutil.Process(pid)
        members = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(_resident(one) for one in members)


def _resident(one: Any) -> int:
    """Private memory where the system tells it: the browser's processes share most of their pages."""
    import psutil

    try:
        memory = one.memory_info()
        return max(0, int(memory.rss) - int(getattr(memory, "shared", 0)))
    except psutil.Error:
        return 0
