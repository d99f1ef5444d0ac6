"""A Dask scheduler and its workers as an office would run them, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCHEDULER = """import sys
from distributed import Scheduler
import asyncio
async def main():
    async with Scheduler(host="127.0.0.1", port=int(sys.argv[1]), dashboard_address=":0", dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()
asyncio.run(main())
"""
WORKER = """import sys
from distributed import Worker
import asyncio
async def main():
    async with Worker(sys.argv[1], nthreads=1, dashboard=False) as worker:
        print(worker.address, flush=True)
        await worker.finished()
asyncio.run(main())
"""


class LocalDask:
    """A scheduler and workers in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[str]] = []
        self.scheduler, self.address = self._start(SCHEDULER, "0")
        self.workers = [self.new_worker() for _ in range(2)]

    def new_worker(self) -> subprocess.Popen[str]:
        """One more worker."""
        return self._start(WORKER, self.address)[0]

    def restart_scheduler(self) -> None:
        """A new scheduler at the same address, and new workers, as a supervisor would."""
        for one in (self.scheduler, *self.workers):
            one.kill()
            one.wait()
        self.scheduler, _ = self._start(SCHEDULER, self.address.rpartition(":")[2])
        self.workers = [self.new_worker() for _ in range(2)]

    def _start(self, script: str, argument: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen([sys.executable, "-c", script, argument], stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.DEVNULL, cwd=self._folder, env=dict(os.environ))
        self._all.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    def close(self) -> None:
        """End all of it."""
        for process in self._all:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
