"""One job in one hand of the sweep engine: asked in frames, listened to while it works, ended when its time is over.
Knows no store."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import Child, start
from appscan.sweep.tasks import Fault, FaultKind, Manners, Task
from appscan.sweep.telling import Tell

LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker that was just started: a hostile file costs no more than this one."""

    child: Child

    def answer(self, task: Task, manners: Manners, seconds: float, tell: Tell) -> Frame:
        """What it made of the task, a fault too where it died or took longer than `seconds`."""
        end, name = time.monotonic() + seconds, {"name": task.thing.name}
        try:
            send(self.child.pipe, Frame(manners.to_json()))
            ready = self._next(end)
            if "fault" in ready.header:
                return ready
            send(self.child.pipe, Frame({"do": "work", "task": task.to_json(), "seconds": manners.seconds[1],
                                         "tells": True}))
            while "told" in (said := self._next(end)).header:
                tell(said.header["told"])
            return said
        except TimeoutError:
            return Frame({"fault": Fault(FaultKind.PERMANENT, "worker_hung", name).to_json()})
        except (EOFError, BrokenFrameError, OSError):
            return Frame({"fault": Fault(FaultKind.DIED, "worker_died", name).to_json()})

    def _next(self, end: float) -> Frame:
        while not self.child.pipe.poll(LOOK_SECONDS):
            if time.monotonic() > end:
                raise TimeoutError
        return receive(self.child.pipe)

    def cancel(self) -> None:
        """End it from another thread: whoever listens to it hears that it died."""
        with contextlib.suppress(OSError):
            os.killpg(self.child.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(OSError):
            self.child.pipe.close()  # which it notices, and removes what it fetched
        self.child.kill(grace=2.0)


def new_hand() -> Hand:
    """Start one."""
    return Hand(start("appscan.sweep.hand"))
