"""A child process that speaks in frames over one socket and dies with its parent. Knows no task.

Plain `subprocess` and no `multiprocessing` process: workers of a Dask cluster are daemons, which may have no children
of that kind; and a pool that breaks as a whole when one process dies is of no use where packages are hostile.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

SECRETS = frozenset({"APPSCAN_KEY", "APPSCAN_KEY_FILE", "APPSCAN_OIDC_SECRET", "APPSCAN_PASSWORD", "APPSCAN_STORE"})
"""Variables that hold or lead to what the office keeps from everybody. Children open hostile packages and pages, and
the browser hands its environment on: none of them has any use for these."""


@dataclass(frozen=True, slots=True)
class Child:
    """A started process and our end of the talk. It leads a session of its own, so that Ctrl-C in a terminal does not
    reach it and all its children end with it."""

    process: subprocess.Popen[bytes]
    pipe: Connection

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def kill(self, grace: float = 0.0) -> None:
        """End it and all that it started, at once or after `grace` seconds; waits until it is gone."""
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.pipe.close()


def start(module: str) -> Child:
    """Start `python -m MODULE DESCRIPTOR` with our Python, our paths and our environment but for its secrets."""
    ours, theirs = socket.socketpair()
    with theirs:
        paths = os.pathsep.join(path for path in sys.path if path)
        process = subprocess.Popen([sys.executable, "-m", module, str(theirs.fileno())],  # noqa: S603 (no shell)
                                   pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   env={**without_secrets(), "PYTHONPATH": paths}, start_new_session=True)
    return Child(process, Connection(ours.detach()))


def without_secrets() -> dict[str, str]:
    """Our environment, for those who open what strangers made."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def die_with_the_other_end(descriptor: int, last_act: Callable[[], None]) -> None:
    """For the child: end at once when the parent is gone, whatever is being done then. A worker whose coordinator was
    killed must not go on: it would hold a host that the next run gives to another."""
    def watch() -> None:
        poll = select.poll()
        poll.register(descriptor, getattr(select, "POLLRDHUP", 0))  # hang-ups are told without being asked for
        while not any(event & ~select.POLLIN for _, event in poll.poll()):
            pass
        last_act()
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="watch").start()
