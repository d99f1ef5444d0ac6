"""What the coordinator asks of those who work, be they processes of this machine or of a cluster. Knows no task and no
store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from appscan.errors import UnavailableError
from appscan.sweep.frames import Frame


@dataclass(frozen=True, slots=True)
class Job:
    """One frame to answer. `name` is the task's; `prefer` the worker that should have it, empty for any; `seconds`
    after which a worker that has not answered is taken for hung."""

    name: str
    ask: Frame
    seconds: float
    prefer: str = ""


class Loss(StrEnum):
    """What became of a job without an answer. `dropped` never began: its worker died over another one."""

    DIED = "died"
    HUNG = "hung"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Done:
    """An answer, or why there is none. `where` is the worker."""

    job: Job
    answer: Frame | None
    where: str
    loss: Loss | None = None


class Engine(Protocol):
    """Workers. `room` is how many more jobs it takes now; more are refused, so that nothing piles up."""

    @property
    def workers(self) -> int: ...

    @property
    def room(self) -> int: ...

    def give(self, job: Job) -> None: ...

    def wait(self, seconds: float) -> Sequence[Done]: ...

    def close(self) -> None: ...


class EngineError(UnavailableError):
    """Workers cannot be had: they do not start, or the cluster is gone. What was given is not lost, only not done."""


DEPTH = 3
"""Jobs that one worker holds: one that it works on, one look, and one to go on with while the coordinator writes."""
