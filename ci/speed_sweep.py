"""Measures sweeps: packages a second, stored readings judged a second, ingest, the coordinator's memory, and Dask
beside the pool.

usage: python ci/speed_sweep.py [--workers N] [--quick] [--only NAME …] [--write docs/speed.md]

Real commands in processes of their own, on SQLite. The packages are those of the folder that APPSCAN_CORPUS names, else
bundled fixtures; each is swept several times, made different by a ZIP comment. Rates count from the first result to the
last, so that the start of processes, which does not grow with the sweep, is not in them; it is told beside them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from speed_document import write_part

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "appscan"]
LARGE = 6_000_000
"""Bytes from which on a package counts as large here; the largest of the corpus have 18 MB."""

TASKS = (100, 1000, 10_000)
WANTED = {"small": 2.0, "large": 0.7, "rejudge": 20.0, "ingest": 30.0, "dask": 0.85}


@dataclass(frozen=True)
class Swept:
    """One sweep: results a second from first to last, seconds in all, the coordinator's peak, MiB."""

    count: int
    rate: float
    seconds: float
    peak: float


def sweep(folder: Path, store: Path, *options: object) -> Swept:
    """Run one sweep to its end."""
    started = time.perf_counter()
    process = subprocess.Popen([*COMMAND, "sweep", str(folder), "--store", str(store), "--json", *map(str, options)],
                               stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True)
    assert process.stdout is not None
    times: list[float] = []
    peak = _Peak(process.pid)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] in ("finished", "failed"):
            times.append(time.perf_counter())
    process.wait()
    span = times[-1] - times[0] if len(times) > 1 else 0.0
    return Swept(len(times), (len(times) - 1) / span if span else 0.0, time.perf_counter() - started, peak.ended())


class _Peak:
    """The highest resident memory of a process while it lives, as the kernel keeps it, in MiB."""

    def __init__(self, pid: int) -> None:
        self._status, self._most, self._over = Path(f"/proc/{pid}/status"), 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            try:
                found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text("ascii"))
            except OSError:
                return
            self._most = max(self._most, int(found[1]) / 1024 if found else 0.0)

    def ended(self) -> float:
        """The peak."""
        self._over.set()
        self._thread.join()
        return self._most


def packages() -> tuple[list[Path], list[Path]]:
    """Small and large packages to measure on."""
    corpus = os.environ.get("APPSCAN_CORPUS", "")
    folders = [Path(corpus) / "apks", Path(corpus)] if corpus else []
    found = sorted(path for folder in folders for path in folder.glob("*.apk"))
    if not found:
        found = sorted((ROOT / "fixtures" / "apks" / "built").glob("*.apk"))[:12]
    return [one for one in found if one.stat().st_size < LARGE], [one for one in found if one.stat().st_size >= LARGE]


def multiplied(sources: Sequence[Path], count: int, folder: Path) -> Path:
    """A folder of so many different packages made of the sources in turn."""
    folder.mkdir()
    number = made = 0
    while made < count:
        content = sources[number % len(sources)].read_bytes()
        if content[-22:-18] == b"PK\5\6" and content[-2:] == b"\0\0":
            comment = f"copy {number}".encode()
            target = folder / f"{number:05}-{sources[number % len(sources)].name}"
            target.write_bytes(content[:-2] + len(comment).to_bytes(2, "little") + comment)
            made += 1
        number += 1
    return folder


def measured_on(name: str, quick: bool) -> tuple[list[Path], int]:
    """Packages of that size, and how many are made of them."""
    small, large = packages()
    return (small, 24 if quick else 240) if name == "small" else (large, 8 if quick else 32)


def store_of(name: str, scratch: Path, workers: int, quick: bool) -> Path:
    """A store with what a sweep of packages of that size keeps: that of `throughput`, or made now. There is none where
    there are no packages."""
    store = scratch / f"{name}.db"
    sources, count = measured_on(name, quick)
    if sources and not store.is_file():
        sweep(multiplied(sources, count, scratch / name), store, "--workers", workers)
    return store


def throughput(scratch: Path, workers: int, quick: bool) -> list[str]:
    """Small and large packages a second, read and judged and kept."""
    lines = ["| packages | number | median, MB | a second | wanted | whole command, s | coordinator's peak, MiB |",
             "|---|---|---|---|---|---|---|"]
    for name in ("small", "large"):
        sources, count = measured_on(name, quick)
        if not sources:
            lines.append(f"| {name} | none here | | | {WANTED[name]} | | |")
            continue
        folder = multiplied(sources, count, scratch / name)
        size = statistics.median(path.stat().st_size for path in folder.iterdir()) / 1e6
        swept = sweep(folder, scratch / f"{name}.db", "--workers", workers)
        lines.append(f"| {name} | {swept.count} | {size:.1f} | {swept.rate:.2f} | ≥ {WANTED[name]} | "
                     f"{swept.seconds:.1f} | {swept.peak:.0f} |")
    return lines


def rejudged(scratch: Path, workers: int, quick: bool) -> list[str]:
    """Everything that sweeps stored, judged with packs of another digest."""
    checks = scratch / "checks"
    shutil.copytree(ROOT / "checks", checks)
    pack = checks / "pack.yaml"
    pack.write_text(re.sub(r"version: .*", 'version: "speed"', pack.read_text("utf-8")), encoding="utf-8")
    lines = ["| stored readings | number | a second | wanted | whole command, s | of its processors, s |",
             "|---|---|---|---|---|---|"]
    for name in ("small", "large"):
        store = store_of(name, scratch, workers, quick)
        if not store.is_file():
            continue
        told = timed("rejudge", "--store", store, "--checks", checks, "--workers", workers, "--format", "json")
        wanted = f"≥ {WANTED['rejudge']:g}" if name == "small" else ""
        lines.append(f"| of {name} packages | {told.count} | {told.rate:.1f} | {wanted} | {told.seconds:.1f} | "
                     f"{told.processor:.1f} |")
    return lines


@dataclass(frozen=True, slots=True)
class Told:
    """A command that tells a line for each thing it did: their number, how many a second from the first to the last,
    seconds in all, and seconds of processor of the command and its workers."""

    count: int
    rate: float
    seconds: float
    processor: float
    code: int


def timed(*command: object) -> Told:
    """Run such a command to its end."""
    started, spent = time.perf_counter(), _processor()
    process = subprocess.Popen([*COMMAND, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    times = [time.perf_counter() for line in process.stdout if line.startswith("{")]
    code = process.wait()
    span = times[-1] - times[0] if len(times) > 1 else 0.0
    return Told(len(times), (len(times) - 1) / span if span else 0.0, time.perf_counter() - started,
                _processor() - spent, code)


def _processor() -> float:
    """Seconds of processor that processes which have ended took."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def ingested(scratch: Path, workers: int, quick: bool) -> list[str]:
    """Reports made elsewhere, validated and kept."""
    from appscan.store import Store

    folder = scratch / "reports"
    folder.mkdir()
    with Store.open(str(store_of("small", scratch, workers, quick)), create=False) as store:
        for one in store.reports(latest=False):
            (folder / f"{one.id}.json").write_text(json.dumps(one.document, ensure_ascii=False), encoding="utf-8")
    told = timed("ingest", *sorted(folder.iterdir()), "--store", scratch / "taken.db", "--json")
    if told.code != 0:
        return [f"`appscan ingest` failed ({told.code})."]
    return ["| reports | a second | wanted | whole command, s | of its processor, s |", "|---|---|---|---|---|",
            f"| {told.count} | {told.rate:.0f} | ≥ {WANTED['ingest']:g} | {told.seconds:.1f} | {told.processor:.1f} |"]


def memory(scratch: Path, workers: int, quick: bool) -> list[str]:
    """The coordinator's peak over ever more tasks, each of a kind that needs no reading, so that there can be many."""
    lines = ["| tasks | coordinator's peak, MiB | a second |", "|---|---|---|"]
    for count in TASKS[:2] if quick else TASKS:
        folder = scratch / f"tasks-{count}"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:05}.hap").write_bytes(f"app {number}".encode())
        swept = sweep(folder, scratch / f"tasks-{count}.db", "--workers", workers)
        lines.append(f"| {swept.count} | {swept.peak:.0f} | {swept.rate:.0f} |")
        shutil.rmtree(folder)
    return lines


def dask(scratch: Path, workers: int, quick: bool) -> list[str]:
    """The same small packages on the pool and on a local cluster of as many workers, in turn."""
    small, _ = packages()
    folder = multiplied(small, 24 if quick else 64, scratch / "both")
    script = ("import sys, time\nfrom distributed import LocalCluster\nif __name__ == '__main__':\n"
              f"    cluster = LocalCluster(n_workers={workers}, threads_per_worker=1, dashboard_address=None)\n"
              "    print(cluster.scheduler_address, flush=True)\n    sys.stdin.read()\n")
    (scratch / "cluster.py").write_text(script, encoding="utf-8")
    rates: dict[str, list[float]] = {"pool": [], "Dask": []}
    cluster = subprocess.Popen([sys.executable, str(scratch / "cluster.py")], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert cluster.stdout is not None
    assert cluster.stdin is not None
    try:
        address = cluster.stdout.readline().strip()
        for number in range(1 if quick else 3):  # in turn, so that a drift of the machine hits both alike
            rates["pool"].append(sweep(folder, scratch / f"pool-{number}.db", "--workers", workers).rate)
            rates["Dask"].append(sweep(folder, scratch / f"dask-{number}.db", "--cluster", address).rate)
    finally:
        cluster.stdin.close()
        cluster.wait(60)
    pool, on_dask = statistics.median(rates["pool"]), statistics.median(rates["Dask"])
    return ["| engine | a second (runs) | ratio | wanted |", "|---|---|---|---|",
            f"| pool of {workers} | {pool:.2f} ({_listed(rates['pool'])}) | 1 | |",
            (f"| Dask, {workers} workers | {on_dask:.2f} ({_listed(rates['Dask'])}) | {on_dask / pool:.2f} | "
             f"≥ {WANTED['dask']} |")]


def _listed(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:.2f}" for rate in rates)


def main() -> None:
    """Measure and print; with --write keep the tables under docs/."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=["throughput", "rejudge", "ingest", "memory", "dask"])
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for name, title, measure in (
                ("throughput", "Packages", lambda: throughput(scratch, options.workers, options.quick)),
                ("rejudge", "Stored readings judged again", lambda: rejudged(scratch, options.workers, options.quick)),
                ("ingest", "Reports made elsewhere", lambda: ingested(scratch, options.workers, options.quick)),
                ("memory", "Memory of the coordinator", lambda: memory(scratch, options.workers, options.quick)),
                ("dask", "Dask beside the pool", lambda: dask(scratch, options.workers, options.quick))):
            if name in options.only:
                parts += [f"## {title}", "", *measure(), ""]
                print("\n".join(parts[-8:]), file=sys.stderr, flush=True)
    load = os.getloadavg()[0]
    when = (f"Measured on {dt.datetime.now().astimezone().date().isoformat()}, {os.cpu_count()} cores "
            f"({options.workers} workers, load at the end {load:.1f}), Python {sys.version.split()[0]}, SQLite. Repeat "
            "with `make speed-sweep` (set `APPSCAN_CORPUS` to the materialised corpus).")
    text = "\n".join(["# Speed of sweeps", "", when, "", *parts])
    print(text)
    if options.write:
        write_part(options.write, text)


if __name__ == "__main__":
    main()
