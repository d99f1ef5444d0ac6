"""Measures the count over 10,000 products from a SQLite store: time and peak memory of cold processes.

    python ci/speed_count.py                             # prints the table
    python ci/speed_count.py --write docs/speed.md       # and keeps it
    python ci/speed_count.py --products 1000 --reports 0
    python ci/speed_count.py --fill x.db; python ci/speed_count.py --store x.db      # filling takes minutes

The registry is invented: as many products as wished over all bodies of the centre and two hundred counties, every third
with a second platform; every product has a report (of a bundled fixture, its digests changed) unless --reports says
otherwise.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from speed_document import write_part

ROOT = Path(__file__).resolve().parent.parent
APK = ROOT / "fixtures" / "apks" / "built" / "checkin-native.apk"
COMMAND = [sys.executable, "-c", "from appscan.cli import main; main()"]
WANTED = 2.0
WHEN = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)
INSIDE = """
import gc, sys, time
from datetime import datetime, UTC, date
from appscan.store import Store
import appscan.count.gathering, appscan.count.counting, appscan.count.document, appscan.portfolio.owners as owners
owners.load()
gc.set_threshold(100_000)  # as the command does
begun, clock = time.process_time(), time.perf_counter()
with Store.open(sys.argv[1]) as store:
    material = appscan.count.gathering.gather(store, date(2026, 10, 9))
    gathered = time.process_time()
    counted = appscan.count.counting.count(material)
    done = time.process_time()
    appscan.count.document.to_document(counted, datetime.now(UTC))
print(gathered - begun, done - gathered, time.process_time() - done, time.perf_counter() - clock)
"""


def entries(products: int) -> Iterator[Any]:
    """Invented entries, one or two for each product."""
    from appscan.model.registry import Approval, AppStatus, ArtifactKey, Audience, Entry, Level, Platform
    from appscan.portfolio.owners import load

    bodies = [body.name for body in load().bodies.values()]
    for number in range(products):
        is_central = number % 3 == 0
        owner = bodies[number // 3 % len(bodies)] if is_central else f"虚构{number % 200}县数据局"
        common = {
            "owner": owner, "level": Level.CENTRAL if is_central else Level.COUNTY,
            "region": "" if is_central else f"虚构{number % 200}县", "deepest": Level.VILLAGE if number % 2 else None,
            "audience": frozenset() if number % 11 == 0 else frozenset({Audience.GRASSROOTS_INTERNAL}),
            "status": AppStatus.UNKNOWN if number % 17 == 0 else AppStatus.RUNNING,
            "declared": {"form-filling": "虚构"} if number % 5 == 0 else None, "cac": f"虚网备{number}",
            "approval": Approval(f"虚批{number}", "虚构审批部门", dt.date(2025, 3, 1)),
            "family": f"虚构系列{number // 40}" if number % 4 == 0 else "", "online": dt.date(2025, 6, 1)}
        name = f"虚构应用{hashlib.sha256(str(number).encode()).hexdigest()[:8]}"
        yield Entry(id=f"S{number:06}", name=f"{name}（安卓版）", **common, artifacts=(
            ArtifactKey(Platform.ANDROID, package=f"invalid.example.s{number}"),))
        if number % 3 == 1:
            yield Entry(id=f"S{number:06}m", name=f"{name}小程序", **common, artifacts=(
                ArtifactKey(Platform.MINIPROGRAM, miniprogram=f"wx{number:016x}"),))


def fill(path: Path, products: int, reports: int) -> None:
    """A store with the registry and its reports."""
    from appscan.checks import load
    from appscan.model.artifact import App
    from appscan.report.document import to_document
    from appscan.scan import Target, scan_app
    from appscan.store import Standing, Store

    pattern = to_document(scan_app([Target(APK, APK.name)], App(name="虚构应用"), load()).report)
    with Store.open(str(path)) as store:
        store.put_entries(list(entries(products)), who="bench", when=WHEN, source="bench")
        for number in range(reports):
            document = copy.copy(pattern)
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            document["artifacts"] = [{**pattern["artifacts"][0], "sha256": digest,
                                      "package": f"invalid.example.s{number}"}]
            store.add_report(document, product="", entry=f"S{number:06}", standing=Standing.OFFICE, recorded=WHEN)


def inside(path: Path) -> tuple[float, float, float, float]:
    """Seconds of the processor for gathering, counting and writing the document, in a cold process that has loaded the
    program; and by the clock for all of it."""
    done = subprocess.run([sys.executable, "-c", INSIDE, str(path)], check=True, capture_output=True, text=True,
                          cwd=ROOT)
    gathered, counted, written, clock = map(float, done.stdout.split())
    return gathered, counted, written, clock


def whole(path: Path, form: str) -> tuple[float, float, int]:
    """Seconds of the processor and by the clock, and peak memory (MiB) of the command."""
    command = [*COMMAND, "count", "--store", str(path), "--as-of", "2026-10-09", "--format", form, "--quiet", "--out",
               str(path.with_suffix(f".{form}")) if form != "table" else "-"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss // 1024


def table(products: int, reports: int, runs: int, there: Path | None) -> str:
    """The measurements as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        if there is None:
            fill(path, products, reports)
        else:
            shutil.copy(there, path)
        parts = sorted(inside(path) for _ in range(runs))[runs // 2]
        rows = {form: [whole(path, form) for _ in range(runs)] for form in ("table", "json", "html", "xlsx")}
        size = path.stat().st_size / (1 << 20)
    held = f"{products:,} products, {reports:,} reports, SQLite of {size:.0f} MiB"
    lines = ["# Counting the portfolio", "", f"{held}; median of {runs} cold processes, {os.cpu_count()} cores.", "",
             f"The load was {os.getloadavg()[0]:.1f}: with other work around, the clock runs ahead of the processor.",
             "", "| what | processor, s | clock, s | peak MiB |", "|---|---:|---:|---:|",
             f"| the count (wanted ≤ {WANTED:.0f}) | {sum(parts[:3]):.2f} | {parts[3]:.2f} | |",
             f"| – from the store | {parts[0]:.2f} | | |", f"| – counting and all other rules | {parts[1]:.2f} | | |",
             f"| – as a document | {parts[2]:.2f} | | |"]
    for form, times in rows.items():
        cpu, clock = (statistics.median(one[place] for one in times) for place in (0, 1))
        lines.append(f"| `appscan count --format {form}`, whole command | {cpu:.2f} | {clock:.2f} | "
                     f"{max(one[2] for one in times)} |")
    return "\n".join(lines)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=-1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--fill", type=Path, metavar="FILE", help="only make a store of this name")
    parser.add_argument("--store", type=Path, metavar="FILE", help="measure on a store that --fill made")
    parser.add_argument("--write", type=Path, metavar="FILE")
    given = parser.parse_args()
    reports = given.products if given.reports < 0 else given.reports
    if given.fill:
        fill(given.fill, given.products, reports)
        return
    text = table(given.products, reports, given.runs, given.store)
    print(text)
    if given.write:
        write_part(given.write, text)


if __name__ == "__main__":
    main()
