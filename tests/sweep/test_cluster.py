"""Claims about sweeps on a real local Dask cluster: the same results, whatever of it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from appscan.store import Store

if TYPE_CHECKING:
    from .conftest import Running

pytest.importorskip("distributed", reason="Dask is not installed (appscan[cluster])")

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


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[LocalDask]:
    """A scheduler with two workers."""
    with closing(LocalDask(tmp_path)) as cluster:
        yield cluster


def verdicts(store: Path) -> Counter[tuple[str, str]]:
    """Entry and overall verdict of every report in a store."""
    with Store.open(str(store)) as opened:
        return Counter((one.entry, one.overall) for one in opened.reports(latest=False))


def test_a_cluster_gives_the_same_as_the_pool_though_workers_and_scheduler_die(
        apps: Callable[[int], Path], few_checks: Path, sweep: Callable[..., Running], dask: LocalDask,
        tmp_path: Path) -> None:
    folder = apps(24)
    given = ("--checks", few_checks, "--retry-after", 0.1)
    running = sweep(folder, "--store", tmp_path / "dask.db", "--cluster", dask.address, *given)
    running.until("finished", 3)
    hands = [one for worker in dask.workers for one in psutil.Process(worker.pid).children()]
    os.kill(hands[0].pid, signal.SIGKILL)  # our process below a Dask worker
    running.until("finished", 3)
    dask.workers[0].kill()  # a Dask worker
    dask.workers.append(dask.new_worker())
    running.until("finished", 3)
    dask.restart_scheduler()
    running.until("finished", 3)
    running.kill()  # the coordinator
    again = sweep(folder, "--store", tmp_path / "dask.db", "--cluster", dask.address, *given)
    assert again.ended() == 0, again.errors
    assert psutil.wait_procs(hands, 10)[1] == []
    assert sweep(folder, "--store", tmp_path / "pool.db", "--workers", 2, *given).ended() == 0
    assert verdicts(tmp_path / "dask.db") == verdicts(tmp_path / "pool.db")
    assert set(verdicts(tmp_path / "dask.db").values()) == {1}
