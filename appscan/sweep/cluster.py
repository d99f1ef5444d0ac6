"""Workers of a Dask cluster: each keeps one process of ours per thread, so that hostile packages meet the same bounds
there as here. Knows no task and no store."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import time
from collections.abc import Sequence
from typing import Any

from distributed import Client, Future

from appscan.errors import UsageError
from appscan.sweep.dask_hands import PLUGIN, HandHungError, Hands, answered
from appscan.sweep.engine import DEPTH, Done, EngineError, Job, Loss
from appscan.sweep.frames import Frame
from appscan.sweep.tasks import Manners

CONNECT_SECONDS = 10.0
LOST_SECONDS = 60.0
"""So long a scheduler that went away may take to come back; then the sweep stops, and the next run goes on."""


class Cluster:
    """The workers of one scheduler."""

    def __init__(self, address: str, manners: Manners) -> None:
        """Raises UsageError where the scheduler cannot be reached."""
        self._address, self._manners = address, manners
        self._heard: queue.SimpleQueue[tuple[Job, Future[Any]]] = queue.SimpleQueue()
        self._given: dict[str, tuple[Job, Future[Any]]] = {}
        try:
            self._client = self._connected()
        except (OSError, ValueError) as error:
            reason = str(error).partition("\n")[0][:200] or type(error).__name__
            raise UsageError("cluster_unreachable", address=address, reason=reason) from None
        self._threads, self._counted = 0, 0.0

    @property
    def workers(self) -> int:
        """Threads of all its workers, as of some seconds ago; workers may come and go."""
        if time.monotonic() - self._counted > 5 or not self._threads:
            with contextlib.suppress(OSError, RuntimeError, TimeoutError):
                self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1)

    @property
    def room(self) -> int:
        """How many more jobs are taken now."""
        return self.workers * DEPTH - len(self._given)

    def give(self, job: Job) -> None:
        """Hand out a job: to the worker that it prefers where that still lives."""
        prefer = {"workers": [job.prefer], "allow_other_workers": True} if job.prefer else {}
        future = self._client.submit(answered, json.dumps(dict(job.ask.header)), list(job.ask.parts), job.seconds,
                                     pure=False, retries=0, **prefer)
        self._given[job.name] = (job, future)
        future.add_done_callback(lambda ended: self._heard.put((job, ended)))

    def wait(self, seconds: float) -> Sequence[Done]:
        """Answers that are there, or come within `seconds`. Raises EngineError where the scheduler does not come
        back."""
        if self._client.status != "running":
            return self._back()
        done = []
        try:
            done += self._done(*self._heard.get(timeout=seconds))
            while True:
                done += self._done(*self._heard.get_nowait())
        except queue.Empty:
            return done

    def close(self) -> None:
        """Give everything back and leave; the cluster goes on without us."""
        for _, future in self._given.values():
            with contextlib.suppress(Exception):
                future.cancel(force=True)
        self._given = {}
        with contextlib.suppress(Exception):
            self._client.unregister_worker_plugin(PLUGIN)
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)

    def _connected(self) -> Client:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says of lost workers, we say ourselves
        client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        client.register_plugin(Hands(json.dumps(self._manners.to_json())))
        return client

    def _done(self, job: Job, future: Future[Any]) -> list[Done]:
        if self._given.get(job.name, (None, None))[1] is not future:
            return []  # of a connection that was lost
        del self._given[job.name]
        if future.status != "finished":
            return [_lost(job, future)]
        header, parts, where = future.result()
        future.release()
        return [Done(job, Frame(json.loads(header), parts), where)]

    def _back(self) -> list[Done]:
        """Connect anew; what was given is to be given again."""
        lost = [Done(job, None, "", Loss.DROPPED) for job, _ in self._given.values()]
        self._given = {}
        end = time.monotonic() + LOST_SECONDS
        with contextlib.suppress(Exception):
            self._client.close(timeout=1)
        while True:
            try:
                self._client = self._connected()
                return lost
            except (OSError, ValueError) as error:
                if time.monotonic() > end:
                    raise EngineError("cluster_lost", address=self._address, reason=type(error).__name__) from None
                time.sleep(1)


def _lost(job: Job, future: Future[Any]) -> Done:
    """A job whose worker or process died. Raises EngineError where workers cannot work at all."""
    error = future.exception() if future.status == "error" else None
    if isinstance(error, EngineError):
        raise error
    loss = Loss.HUNG if isinstance(error, HandHungError) else Loss.DIED if error is not None else Loss.DROPPED
    return Done(job, None, "", loss)
