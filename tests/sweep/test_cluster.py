"""Claims about sweeps on a real local Dask cluster: the same results, whatever of it dies."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from appscan.store import Store

from .local_dask import LocalDask

if TYPE_CHECKING:
    from .conftest import Running

pytest.importorskip("distributed", reason="Dask is not installed (appscan[cluster])")

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
