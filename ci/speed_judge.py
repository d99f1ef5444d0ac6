"""Measures judging: milliseconds of processor time for one reading, beside loading it and writing its report.

usage: python ci/speed_judge.py [--readings DIR] [--runs N] [--write docs/speed.md]

DIR holds saved readings (*.reading) of apps and sites; without it the packages of the folder that APPSCAN_CORPUS names
are read, else bundled fixtures. All in one process that has judged before, as a sweep's worker has: what is made once
for a set of checks is told apart. Processor time, the least of the runs: other work on the machine makes all figures
larger, and the smallest is the truest.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from multiplied import multiplied
from speed_document import write_part

from appscan.checks import CheckSet, load
from appscan.checks.applying import applying
from appscan.judge.judge import judge
from appscan.model.artifact import App
from appscan.model.jurisdiction import CENTRAL
from appscan.model.reading import Reading
from appscan.readers.limits import Limits
from appscan.readers.saved import packed_reading, unpacked_reading
from appscan.readers.target import read_target
from appscan.report.document import to_document
from appscan.scan import judge_readings

ROOT = Path(__file__).resolve().parent.parent
COMMON = 30_000
"""Strings of a common app."""

WANTED = ((COMMON, 100), (300_000, 1000))
"""Strings, and the milliseconds that judging them may take."""

TIMES = (1, 2, 4, 8)


def readings(folder: Path | None) -> list[tuple[str, bytes]]:
    """Names and packed readings to measure on."""
    if folder is not None:
        return [(path.stem[:12], path.read_bytes()) for path in sorted(folder.glob("*.reading"))]
    corpus = os.environ.get("APPSCAN_CORPUS", "")
    found = sorted(path for place in ([Path(corpus) / "apks", Path(corpus)] if corpus else [])
                   for path in place.glob("*.apk"))
    found = found or sorted((ROOT / "fixtures" / "apks" / "built").glob("*.apk"))
    return [(path.stem, packed_reading(read_target(path, path.name, Limits(), lambda _stage, _done: None)))
            for path in found]


def least(runs: int, work: Callable[[], Any]) -> float:
    """Milliseconds of processor time, the least of the runs."""
    spent = []
    for _ in range(runs):
        at = time.process_time()
        work()
        spent.append((time.process_time() - at) * 1000)
    return min(spent)


def of_reading(name: str, packed: bytes, checks: CheckSet, runs: int) -> tuple[str, str, int, float, float, float]:
    """Name, kind, strings, and milliseconds for loading, judging, and for the rest of the report."""
    reading = unpacked_reading(packed, name)
    central = applying(checks, CENTRAL)
    judge(reading, central)
    load_time = least(runs, lambda: unpacked_reading(packed, name))
    judged = least(runs, lambda: judge(reading, central))
    whole = least(runs, lambda: json.dumps(to_document(judge_readings([reading], App(), checks)), ensure_ascii=False))
    return name, reading.artifact.kind.value, len(reading.strings), load_time, judged, max(whole - judged, 0.0)


def table(rows: Sequence[tuple[str, str, int, float, float, float]]) -> list[str]:
    """All readings by size, and the median."""
    lines = ["| reading | kind | strings | loading, ms | judging, ms | rest of the report, ms |",
             "|---|---|---|---|---|---|"]
    lines += ["| {} | {} | {:,} | {:.0f} | {:.0f} | {:.0f} |".format(*row)
              for row in sorted(rows, key=lambda row: row[2])]
    for kind in sorted({row[1] for row in rows}):
        columns = list(zip(*(row[2:] for row in rows if row[1] == kind), strict=True))
        lines.append("| **median** | {} | {:,.0f} | {:.0f} | {:.0f} | {:.0f} |".format(
            kind, *(statistics.median(column) for column in columns)))
        lines.append("| **most** | {} | {:,.0f} | {:.0f} | {:.0f} | {:.0f} |".format(kind, *map(max, columns)))
    return lines


def growth(packed: bytes, checks: CheckSet, runs: int) -> list[str]:
    """One reading once, twice, four and eight times: milliseconds for a thousand strings must not grow."""
    reading: Reading = unpacked_reading(packed, "one")
    central = applying(checks, CENTRAL)
    lines = ["| one app | strings | judging, ms | for 1,000 strings |", "|---|---|---|---|"]
    for times in TIMES:
        larger = multiplied(reading, times)
        spent = least(runs, lambda larger=larger: judge(larger, central))  # type: ignore[misc]
        strings = len(larger.strings)
        lines.append(f"| × {times} | {strings:,} | {spent:.0f} | {spent / strings * 1000:.2f} |")
    return lines


def main() -> None:
    """Measure and print; with --write keep the tables under docs/."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    checks = load()
    packed = readings(options.readings)
    first = unpacked_reading(packed[0][1], "first")
    once = least(1, lambda: judge(first, applying(checks, CENTRAL)))
    again = least(options.runs, lambda: judge(first, applying(checks, CENTRAL)))
    rows = [of_reading(name, content, checks, options.runs) for name, content in packed]
    apps = [(abs(row[2] - COMMON), content) for row, (_, content) in zip(rows, packed, strict=True) if row[1] == "apk"]
    wanted = ", ".join(f"{most:,} ms at {strings:,} strings" for strings, most in WANTED)
    when = (f"Measured on {dt.datetime.now().astimezone().date().isoformat()}, {os.cpu_count()} cores, Python "
            f"{sys.version.split()[0]}, the least of {options.runs} runs, load {os.getloadavg()[0]:.1f}. Repeat with "
            "`make speed-judge` (`OPTIONS='--readings DIR'` for saved readings, else `APPSCAN_CORPUS`). Milliseconds "
            "of processor time, in a process that has judged before; other work on the machine makes them larger. "
            f"Wanted: {wanted}, and no more for each string as they grow.")
    made = f"Made once for a set of checks, on the first reading: {once - again:.0f} ms."
    lines = ["# Judging", "", when, "", made, "", *table(rows), ""]
    if apps:
        lines += ["## Growth", "", *growth(min(apps)[1], checks, options.runs), ""]
    text = "\n".join(lines)
    sys.stdout.write(text)
    if options.write:
        write_part(options.write, text)


if __name__ == "__main__":
    main()
