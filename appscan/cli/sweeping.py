"""The command `sweep`: inventory → a sweep in the store → workers → summary. Knows no reader and no table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.interruptions import noticed
from appscan.errors import AppscanError, UnavailableError, UsageError

if TYPE_CHECKING:
    from appscan.model.registry import Entry
    from appscan.sweep.engine import Engine
    from appscan.sweep.inventory import Omissions, Rules
    from appscan.sweep.tasks import Manners, Task

REGISTRY = "registry"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Time and memory of one artifact, and patience with what fails."""

    first_seconds: float
    seconds: float
    memory: int
    site_memory: int
    attempts: int
    retry_after: float
    store_wait: float


@dataclass(frozen=True, slots=True)
class Walks:
    """How sites are walked."""

    max_states: int
    max_minutes: float
    virtual_hours: float | None
    pictures: bool
    authority: str

    def options(self) -> dict[str, Any]:
        """Options of a capture as plain values."""
        hours = {} if self.virtual_hours is None else {"virtual_hours": self.virtual_hours}
        return {"max_states": self.max_states, "max_minutes": self.max_minutes, "pictures": self.pictures,
                "authority": self.authority or None, **hours}


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """What the options ask for."""

    console: Console
    source: str
    store: str
    blobs: str
    workers: int
    cluster: str
    base: Path | None
    new: bool
    checks: Path | None
    profile: str
    jurisdiction: str
    operator: str
    bounds: Bounds
    walks: Walks
    as_json: bool
    metrics: Path | None


def sweep(order: SweepOrder) -> ExitCode:
    """Sweep the inventory, or go on with a sweep of it that was cut short. Raises UsageError and PackError before any
    work."""
    from appscan.checks import load
    from appscan.cli.stores import opened

    checks = load(order.checks)
    manners = _manners(order, checks.digest)
    source = _source(order)
    with opened(order.store, order.blobs, create=True) as store, noticed() as stop:
        from appscan.cli.sweep_run import SweepRun  # what it costs at start is not for wrong usage

        store.reach_blobs()

        run = SweepRun(order, store, manners, source)
        try:
            return run.go(stop)
        except UsageError:
            raise
        except (UnavailableError, AppscanError) as error:
            order.console.failure(error)
            order.console.trouble("cli.sweep.stopped", sweep=run.sweep)
            return ExitCode.OWN_FAILURE


def _source(order: SweepOrder) -> str:
    """The inventory as it names a sweep: a path is made absolute. Raises UsageError where there is none."""
    if order.source == REGISTRY:
        return REGISTRY
    path = Path(order.source)
    if not path.exists():
        raise UsageError("inventory_missing", path=order.source)
    return os.path.abspath(path)  # noqa: PTH100 (resolving would follow links)


def _manners(order: SweepOrder, digest: str) -> Manners:
    from appscan.sweep.tasks import Manners

    bounds = order.bounds
    first = min(bounds.first_seconds, bounds.seconds)
    checks = os.path.abspath(order.checks) if order.checks else ""  # noqa: PTH100 (as above)
    return Manners(checks, digest, order.profile, order.operator, (first, bounds.seconds), bounds.memory * MIB,
                   bounds.site_memory * MIB, order.walks.options())


def rules_of(jurisdiction: str) -> Rules:
    """Whose rules hold for which app. Raises UsageError where the option names no place."""
    from appscan.cli.scanning import place_named
    from appscan.sweep.inventory import Rules
    from appscan.texts.places import place_of

    return Rules(place_named(jurisdiction) if jurisdiction else "", place_of)


def engine_for(workers: int, cluster: str, manners: Manners) -> Engine:
    """Processes of this machine, or the workers of a cluster. Raises UsageError where the cluster cannot be reached."""
    if not cluster:
        from appscan.sweep.crew import Crew

        return Crew(workers or len(os.sched_getaffinity(0)), manners)
    try:
        from appscan.sweep.cluster import Cluster
    except ImportError:
        raise UsageError("cluster_not_installed") from None
    return Cluster(cluster, manners)


def tasks_of(order: SweepOrder, entries: Callable[[], Sequence[Entry]], omissions: Omissions) -> Iterator[Task]:
    """The tasks of the inventory; `entries` gives those of the store's registry."""
    from appscan.sweep.inventory import tasks_of_entries, tasks_of_folder

    rules, base = rules_of(order.jurisdiction), order.base
    if order.source == REGISTRY:
        return tasks_of_entries(entries(), base or Path.cwd(), rules, omissions)
    path = Path(order.source)
    if path.is_dir():
        return tasks_of_folder(path, rules, omissions)
    return tasks_of_entries(_listed(path, order.console), base or path.absolute().parent, rules, omissions)


def _listed(path: Path, console: Console) -> Sequence[Entry]:
    """Entries of an inventory file; what is wrong in it is told by cell, and the good rows are taken."""
    from appscan.cli.registering import problem_document
    from appscan.portfolio.registry import read_registry

    found = read_registry(path)
    for problem in found.problems:
        told = problem_document(problem, console.lang)
        console.trouble("registry_said.problem", cell=told["cell"], column=told["column"], what=told["text"])
    return found.entries
