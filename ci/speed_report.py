"""Measures every form of a report with 2,000 places: wall clock and peak memory of cold processes.

    make speed-report                                    # prints the table
    make speed-report OPTIONS='--write docs/speed.md'    # and keeps it

The report is that of a bundled fixture with one finding multiplied: 2,000 places with a dozen pieces of evidence each,
and pictures beside it, as a large app would have.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import hashlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speed_document import write_part

ROOT = Path(__file__).resolve().parent.parent
APK = ROOT / "fixtures" / "apks" / "built" / "checkin-native.apk"
COMMAND = [sys.executable, "-c", "from appscan.cli import main; main()"]
PLACES = 2000
FORMS = ("json", "html", "sarif", "junit", "markdown", "xlsx", "docx", "pdf")
TARGET = {"pdf": 20.0}
MEMORY = 300


def report_of(folder: Path, places: int) -> Path:
    """A report with so many places, made from a scan of the fixture."""
    subprocess.run([*COMMAND, "scan", str(APK), "--out", str(folder), "--format", "json", "--quiet", "--fail-on",
                    "never"], check=True)
    path = next(folder.glob("*/report.json"))
    document = json.loads(path.read_text("utf-8"))
    finding = max(document["findings"], key=lambda one: len(one["occurrences"]))
    pattern, finding["occurrences"] = finding["occurrences"], []
    pictures = _pictures(path.parent)
    for number in range(places):
        place = copy.deepcopy(pattern[number % len(pattern)])
        place["fingerprint"] = hashlib.sha256(str(number).encode()).hexdigest()[:16]
        place["screen"] = f"页面{number}（com.town.Page{number}）"
        while len(place["evidence"]) < 12:
            place["evidence"].append(copy.deepcopy(place["evidence"][0]))
        for at, evidence in enumerate(place["evidence"]):
            evidence["value"] = f"{evidence['value']}{number}-{at}"
            evidence["seen"] = {"picture": pictures[number % len(pictures)]["source"], "box": [20, 40 + at, 300, 40]}
        finding["occurrences"].append(place)
    document["pictures"] = pictures
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    return path


def _pictures(folder: Path) -> list[dict[str, Any]]:
    """Some screenshots with much on them."""
    from PIL import Image, ImageDraw

    (folder / "evidence").mkdir()
    kept = []
    for number in range(20):
        content = io.BytesIO()
        shot = Image.new("RGB", (390, 844), "white")
        draw = ImageDraw.Draw(shot)
        for line in range(50):
            draw.rectangle((8, 8 + line * 16, 380, 20 + line * 16), fill=((number * 9) % 256, line * 5, 200))
            words = hashlib.sha256(bytes([line])).hexdigest()
            draw.text((12, 8 + line * 16), f"row {line} of picture {number}: {words}")
        shot.save(content, "PNG")
        digest = hashlib.sha256(content.getvalue()).hexdigest()
        (folder / "evidence" / f"{digest}.png").write_bytes(content.getvalue())
        kept.append({"source": digest, "sha256": digest, "width": 390, "height": 844, "covered": 0, "left": 0,
                     "top": 0})
    return kept


@dataclass(frozen=True, slots=True)
class Run:
    """One cold process: wall and processor seconds, peak MiB, bytes written."""

    wall: float
    busy: float
    peak: float
    written: int


def measured(report: Path, form: str, out: Path) -> Run:
    """Make one form in a cold process."""
    command = [*COMMAND, "report", str(report), "--format", form, "--out", str(out), "--quiet"]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{form}: exit code {os.waitstatus_to_exitcode(status)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
               sum(path.stat().st_size for path in out.glob("*.*")))


def row(form: str, runs: list[Run]) -> str:
    """One line of the table."""
    walls = [run.wall for run in runs]
    wall = f"{statistics.median(walls):.2f} ({min(walls):.2f}–{max(walls):.2f})"
    busy = statistics.median(run.busy for run in runs)
    cells = (form, f"≤ {TARGET.get(form, 3.0):.0f}", wall, f"{busy:.2f}", f"≤ {MEMORY}",
             f"{statistics.median(run.peak for run in runs):.0f}", f"{runs[0].written / 1e6:.2f}")
    return f"| {' | '.join(cells)} |"


def table(rows: list[str], places: int, size: float, runs: int) -> str:
    """The text that docs/speed.md keeps."""
    when = (f"Measured on {dt.datetime.now().astimezone().date().isoformat()}, {os.cpu_count()} cores, Python "
            f"{sys.version.split()[0]}, medians of {runs} runs, load {os.getloadavg()[0]:.1f}. Repeat with "
            "`make speed-report`.")
    how = (f"`appscan report X --format F` on a report with {places:,} places and {places * 12:,} pieces of evidence "
           f"({size:.1f} MB), cold processes: reading and proving the report is in every figure. Processor time counts "
           "the seconds that the process was really computing: on a busy machine the wall clock says less. For pdf, "
           "processor time and memory of the browser are not in it.")
    return "\n".join(["# Speed and memory of the forms of a report", "", when, "", how, "",
                      "| form | target, s | wall, s (min–max) | processor, s | target, MiB | peak, MiB | MB written |",
                      "|---|---|---|---|---|---|---|", *rows, ""])


def main() -> None:
    """Measure and print; with --write keep the table under docs/."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = report_of(Path(scratch, "scan"), options.places)
        rows = []
        for form in FORMS:
            outs = [Path(scratch, f"{form}-{run}") for run in range(options.runs)]
            for out in outs:
                out.mkdir()
            rows.append(row(form, [measured(report, form, out) for out in outs]))
        text = table(rows, options.places, report.stat().st_size / 1e6, options.runs)
    sys.stdout.write(text)
    if options.write:
        write_part(options.write, text)


if __name__ == "__main__":
    main()
