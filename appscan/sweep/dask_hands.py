"""What runs on a Dask worker: one process of ours per thread, kept from job to job. Knows no task and no store."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Sequence

from distributed import Worker, WorkerPlugin, get_worker

from appscan.sweep.engine import EngineError
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import Child, start

PLUGIN = "appscan-hands"


class HandDiedError(Exception):
    """The process that worked on a job ended without an answer."""


class HandHungError(Exception):
    """The process that worked on a job was ended after its time."""


class Hands(WorkerPlugin):
    """A plugin of Dask's workers: one process of ours for each of their threads, started when there is work and ended
    with the worker."""

    name = PLUGIN

    def __init__(self, manners: str) -> None:
        self.manners = manners

    def setup(self, worker: Worker) -> None:
        """Called by Dask when a worker gets the plugin."""
        self.where = worker.address
        self.lock = threading.Lock()
        self.free: list[Child] = []
        self.busy: list[Child] = []
        self.closed = False

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 (Dask's names)
        """Called by Dask when the worker ends, or another sweep's plugin takes this one's place."""
        with self.lock:
            self.closed = True
            children, self.free, self.busy = [*self.free, *self.busy], [], []
        for child in children:
            child.kill()

    def answer(self, ask: Frame, seconds: float) -> Frame:
        """One process's answer. Raises HandDiedError, HandHungError, EngineError."""
        child = self._taken()
        try:
            send(child.pipe, ask)
            if not child.pipe.poll(seconds):
                raise HandHungError
            answer = receive(child.pipe)
        except (EOFError, BrokenFrameError, OSError):
            self._gone(child)
            raise HandDiedError from None
        except BaseException:
            self._gone(child)
            raise
        with self.lock:
            self.busy.remove(child)
            self.free.append(child)
        return answer

    def _taken(self) -> Child:
        with self.lock:
            if self.closed:
                raise HandDiedError
            child = self.free.pop() if self.free else None
            if child is not None:
                self.busy.append(child)
        if child is None:
            child = self._started()
        return child

    def _started(self) -> Child:
        child = start("appscan.sweep.hand")
        with self.lock:
            self.busy.append(child)
        try:
            send(child.pipe, Frame(json.loads(self.manners)))
            ready = receive(child.pipe).header
        except (EOFError, BrokenFrameError, OSError):
            self._gone(child)
            raise HandDiedError from None
        if "fault" in ready:
            self._gone(child)
            raise EngineError(ready["fault"]["key"], **ready["fault"]["params"])
        return child

    def _gone(self, child: Child) -> None:
        with self.lock, contextlib.suppress(ValueError):
            self.busy.remove(child)
        child.kill()


def answered(header: str, parts: Sequence[bytes], seconds: float) -> tuple[str, list[bytes], str]:
    """What a Dask worker runs: a frame in, a frame out, and the worker's address."""
    hands = get_worker().plugins[PLUGIN]
    assert isinstance(hands, Hands)
    answer = hands.answer(Frame(json.loads(header), parts), seconds)
    return json.dumps(dict(answer.header)), list(answer.parts), hands.where
