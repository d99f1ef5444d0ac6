"""The worker's process: `python -m appscan.sweep.hand DESCRIPTOR` answers frames until the talk ends. It holds no
database and dies with whoever started it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from appscan.errors import AppscanError
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import die_with_the_other_end
from appscan.sweep.spool import spool
from appscan.sweep.tasks import Fault, FaultKind, Manners
from appscan.sweep.telling import Tell, say_nothing
from appscan.sweep.walking import Walker
from appscan.sweep.work import Bench, checks_for


def main(descriptor: int) -> None:
    """Say what it is ready for, then answer frame after frame. The first frame holds the manners of the sweep. To a
    frame with `tells` come frames with `told` before the answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator, who ends us
    pipe = Connection(descriptor)
    walker, opened = Walker(), contextlib.ExitStack()
    opened.callback(walker.close)
    die_with_the_other_end(descriptor, opened.close)
    try:
        manners = Manners.from_json(receive(pipe).header)
        try:
            checks = checks_for(manners)
        except AppscanError as error:
            send(pipe, Frame({"fault": Fault.of(FaultKind.OWN, error).to_json()}))
            return
        send(pipe, Frame({"ready": os.getpid()}))
        bench = Bench(manners, checks, opened.enter_context(spool()), walker.walk)
        while True:
            ask = receive(pipe)
            answer = bench.do(ask, _telling(pipe) if ask.header.get("tells") else say_nothing)
            send(pipe, Frame({**answer.header, "resident": resident_bytes()}, answer.parts))
    except (EOFError, BrokenFrameError, OSError):
        pass  # nobody asks any more
    finally:
        opened.close()


def _telling(pipe: Connection) -> Tell:
    return lambda told: send(pipe, Frame({"told": dict(told)}))


def resident_bytes() -> int:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


if __name__ == "__main__":
    main(int(sys.argv[1]))
