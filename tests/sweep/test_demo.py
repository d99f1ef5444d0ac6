"""The demo registry, swept into SQLite by a pool and into PostgreSQL by a Dask cluster: the same tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

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


def reports(url: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Entry, appearance, overall verdict and verdicts of each report."""
    with Store.open(url, "") as store:
        return sorted((one.entry, one.appearance, one.overall,
                       tuple(f"{check} {verdict}" for check, verdict in sorted(one.verdicts.items())))
                      for one in store.reports(latest=False))


def counted(printed: str) -> dict[str, Any]:
    """A count without its moment and with reports by number alone: which comes first is a matter of speed."""
    document: dict[str, Any] = {**json.loads(printed), "made": ""}
    for product in document["products"]:
        product["examined"]["reports"] = len(product["examined"]["reports"])
    return document


def owners(running: Running) -> list[dict[str, Any]]:
    """The summary by owner that a sweep says at its end."""
    return [{key: value for key, value in event.items() if key != "at"}
            for event in running.seen if event["event"] == "owner"]


def test_both_ways_give_the_same_tables(project_root: Path, few_checks: Path, sweep: Callable[..., Running],
                                        appscan: Callable[..., CompletedProcess[str]], dask: LocalDask,
                                        postgres_url: str, tmp_path: Path) -> None:
    folder, day = project_root / "fixtures" / "portfolio", "2026-12-01"
    tables, summaries = [], []
    for store, blobs, hands in ((str(tmp_path / "pool.db"), tmp_path / "pool", ("--workers", 2)),
                                (postgres_url, tmp_path / "dask", ("--cluster", dask.address))):
        at = ("--store", store, "--blobs", blobs)
        put_in = appscan("registry", "import", folder / "registry.xlsx", folder / "local.csv", "--store", store)
        assert "A001" in appscan("registry", "list", "--store", store).stdout, put_in.stderr
        running = sweep("registry", *at, *hands, "--checks", few_checks, "--base", folder, "--attempts", 1)
        assert running.ended() == 10, running.errors  # the hosts of the sites are invented
        done = [event for event in running.seen if event["event"] == "finished"]
        failed = [event for event in running.seen if event["event"] == "failed"]
        assert len(done) >= 7
        assert {event["key"] for event in failed} == {"unreachable_host"}
        count = appscan("count", *at, "--as-of", day, "--format", "json", "--out", "-")
        assert count.returncode == 0, count.stderr
        tables.append((counted(count.stdout), reports(store)))
        summaries.append(owners(running))
    assert summaries[0] == summaries[1]
    assert tables[0] == tables[1]
    document = tables[0][0]
    assert sum(bool(row["entries"]) for row in document["products"]) >= 60
