"""Who is the coordinator of a sweep, and whether that process still lives. Knows no task."""

from __future__ import annotations

import os
import socket
from enum import Enum, auto
from pathlib import Path


class Life(Enum):
    """What can be told of a coordinator from this machine."""

    ALIVE = auto()
    DEAD = auto()
    UNKNOWN = auto()


def own_name() -> str:
    """This process: machine, number, and when it started, since numbers come again (in containers always the same)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def host_and_process(name: str) -> tuple[str, str]:
    """Machine and number in a name."""
    host, _, rest = name.rpartition(":")[0].rpartition(":")
    return host, rest


def life_of(name: str) -> Life:
    """Whether the process of that name lives; only known on its own machine."""
    host, number = host_and_process(name)
    if host != socket.gethostname() or not number.isdigit():
        return Life.UNKNOWN
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return Life.DEAD
    except OSError:  # somebody else's process
        pass
    return Life.ALIVE if _started(int(number)) == name.rpartition(":")[2] else Life.DEAD


def _started(number: int) -> str:
    """When a process started, in ticks since the machine did (proc(5), field 22 of stat); empty where nobody tells, and
    for one that ended and was only not yet buried by its parent."""
    try:
        state, *rest = Path(f"/proc/{number}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return "" if state == "Z" else rest[18]
    except (OSError, IndexError, ValueError):
        return ""
