"""Workers as processes of this machine. One that dies takes only its own job with it and is replaced. Knows no task and
no store."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait as wait_for

from appscan.sweep.engine import DEPTH, Done, EngineError, Job, Loss
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import Child, start
from appscan.sweep.tasks import Fault, Manners

STILLBORN = 6
"""So many workers in a row that die before they are ready end the sweep: there is something wrong with all of them."""

TIRED_BYTES = 1536 << 20
"""Resident memory from which on an idle worker is replaced: memory that a large package left behind in pieces."""


@dataclass(slots=True)
class Hand:
    """One worker with what it was given; the first job is the one it works on."""

    name: str
    child: Child
    ready: bool = False
    since: float = 0.0
    resident: int = 0
    jobs: deque[Job] = field(default_factory=deque)


class Crew:
    """A fixed number of workers."""

    def __init__(self, workers: int, manners: Manners) -> None:
        """Starts them; they say later that they are ready."""
        self._manners = manners
        self._stillborn = 0
        self._number = 0
        self._hands = [self._new_hand() for _ in range(workers)]
        self._lost: list[Done] = []

    @property
    def workers(self) -> int:
        """How many there are."""
        return len(self._hands)

    @property
    def room(self) -> int:
        """How many more jobs are taken now."""
        return sum(self._room_of(hand) for hand in self._hands)

    def give(self, job: Job) -> None:
        """Hand out a job: to the worker that it prefers where that has room, else to the one with the least to do."""
        free = [hand for hand in self._hands if self._room_of(hand) > 0]
        hand = next((one for one in free if one.name == job.prefer), None) or min(free, key=lambda one: len(one.jobs))
        if not hand.jobs:
            hand.since = time.monotonic()
        hand.jobs.append(job)
        if hand.ready:
            self._send(hand, job)

    def wait(self, seconds: float) -> Sequence[Done]:
        """Answers that are there, or come within `seconds`. Raises EngineError where no worker comes up."""
        done, self._lost = self._lost, []
        if done:
            seconds = 0.0
        pipes = {hand.child.pipe: hand for hand in self._hands}
        for pipe in wait_for(list(pipes), seconds):
            hand = pipes[pipe]  # type: ignore[index]
            done += self._heard(hand)
        done += self._hung()
        return done + self._renewed()

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        for hand in self._hands:
            hand.child.pipe.close()  # which they notice, and remove what they fetched
        for hand in self._hands:
            hand.child.kill(grace=2.0)
        self._hands = []

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the workers' processes."""
        return tuple(hand.child.process.pid for hand in self._hands)

    def _new_hand(self) -> Hand:
        self._number += 1
        hand = Hand(f"hand-{self._number}", start("appscan.sweep.hand"), since=time.monotonic())
        with contextlib.suppress(OSError):  # it died at once, which the next wait tells
            send(hand.child.pipe, Frame(self._manners.to_json()))
        return hand

    def _room_of(self, hand: Hand) -> int:
        return 0 if hand.resident > TIRED_BYTES else DEPTH - len(hand.jobs)

    def _send(self, hand: Hand, job: Job) -> None:
        with contextlib.suppress(OSError):  # it died, which the next wait tells
            send(hand.child.pipe, job.ask)

    def _heard(self, hand: Hand) -> list[Done]:
        try:
            frame = receive(hand.child.pipe)
        except (EOFError, BrokenFrameError, OSError):
            return self._replaced(hand, Loss.DIED)
        if not hand.ready:
            if "fault" in frame.header:
                fault = Fault.from_json(frame.header["fault"])
                raise EngineError(fault.key, **fault.params)
            hand.ready, self._stillborn, hand.since = True, 0, time.monotonic()
            for job in hand.jobs:
                self._send(hand, job)
            return []
        hand.resident = int(frame.header.get("resident", 0))
        job, hand.since = hand.jobs.popleft(), time.monotonic()
        return [Done(job, frame, hand.name)]

    def _hung(self) -> list[Done]:
        """Workers that have not answered in the time of their job are ended: only a process that dies gives back what
        it holds."""
        now, lost = time.monotonic(), []
        for hand in list(self._hands):
            if hand.ready and hand.jobs and now - hand.since > hand.jobs[0].seconds:
                lost += self._replaced(hand, Loss.HUNG)
        return lost

    def _renewed(self) -> list[Done]:
        for hand in list(self._hands):
            if hand.resident > TIRED_BYTES and not hand.jobs:
                self._replaced(hand, Loss.DROPPED)
        return []

    def _replaced(self, hand: Hand, loss: Loss) -> list[Done]:
        """What a worker held when it died, and a new worker in its place."""
        hand.child.kill()
        if not hand.ready:
            self._stillborn += 1
            if self._stillborn >= STILLBORN:
                raise EngineError("workers_do_not_start", count=self._stillborn)
        self._hands[self._hands.index(hand)] = self._new_hand()
        began = 1 if hand.ready else 0
        return [Done(job, None, hand.name, loss if number < began else Loss.DROPPED)
                for number, job in enumerate(hand.jobs)]
