"""What a capture is told to do. Knows no browser and no policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

DAY_START_HOUR = 8
DEFAULT_HOURS = 16 + 10 / 60
"""08:00 until 00:10 of the next day (seams.md, "Virtual day")."""

Progress = Callable[[str, int, int], None]
"""Called with (what is done now, states seen, states queued)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One user role of the site: nobody, a stored browser state, or login steps. `values` are what `${NAME}` in the
    steps stands for; None for the variables of the environment."""

    name: str = "visitor"
    storage_state: Path | None = None
    steps: Path | None = None
    values: Mapping[str, str] | None = None

    @property
    def login(self) -> str:
        if self.steps:
            return "steps"
        return "state" if self.storage_state else "none"


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """Bounds and manners of one capture. `include`, `exclude`: regular expressions on routes; `hosts`: other
    hosts that may be
    asked, as `host` or `host:port`; `rate`: requests per second and host; `trials`, `days`: how many prompts
    are tried and
    how many states live a virtual day. `guarded`: only public addresses are connected to, and those in `ranges`
    (networks as 10.0.0.0/8)."""

    viewport: str = "mobile"
    locale: str = "zh-CN"
    virtual_hours: float = DEFAULT_HOURS
    writes: str = "answer"
    robots: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    max_states: int = 200
    max_minutes: float = 10.0
    max_depth: int = 8
    pictures: bool = True
    rate: float = 20.0
    trials: int = 12
    days: int = 6
    authority: str | None = None
    keep_personal_until: str | None = None
    actors: tuple[Actor, ...] = (Actor(),)
    load_seconds: float = 15.0
    stall_seconds: float = 25.0
    guarded: bool = False
    ranges: tuple[str, ...] = ()
