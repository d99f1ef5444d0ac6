"""Summing up a large portfolio in a process of its own, which gives way to all others: in the desk's own everybody
would wait for it, since Python computes one thing at a time. `python -m appscan.serve.summing_apart` is that process;
where the store is, it reads from its standard input, which nobody else sees. Knows no page."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading

from appscan.serve import sessions
from appscan.serve.summing import sum_up
from appscan.store import Store

LOOK_SECONDS = 0.2
LESS_URGENT = 10
"""Added to the niceness of the process."""


def sum_up_apart(store: Store, stop: threading.Event) -> bool:
    """Whether it was summed up. Ended where `stop` is set meanwhile: the next start does it again."""
    with subprocess.Popen([sys.executable, "-m", "appscan.serve.summing_apart"], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, start_new_session=True) as process:
        assert process.stdin is not None
        with contextlib.suppress(OSError), process.stdin:  # where it is gone already, its code says so
            process.stdin.write(json.dumps(store.addresses).encode())
        while process.poll() is None:
            if stop.wait(LOOK_SECONDS):
                process.kill()
        return process.returncode == 0


def main() -> None:
    """Sum up what the store holds now."""
    os.nice(LESS_URGENT)
    url, blobs = json.loads(sys.stdin.buffer.read())
    with Store.open(url, blobs, create=False) as store:
        sum_up(store, sessions.now())


if __name__ == "__main__":
    main()
