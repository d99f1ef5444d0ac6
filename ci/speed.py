"""Measures speed and memory side by side: appscan, AnalyzeAPK, and apkid, exodus-core, quark where installed.

usage: python ci/speed.py [--runs N] [--apks FILE …] [--write docs/speed.md]

Cold processes, the tools in turn on the same file, medians. Without --apks the files are those of the folder that
APPSCAN_CORPUS names, else two bundled fixtures. Other tools are looked for beside this Python, on PATH, and in the
folders that APPSCAN_TOOLS names (bin/ of virtual environments), since their pins clash with each other's. Our modules
are byte-compiled first, as pip does when it installs a wheel: an editable install leaves that to the first start, and
where PYTHONDONTWRITEBYTECODE is set, to every start.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import datetime as dt
import os
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from speed_document import write_part

ROOT = Path(__file__).resolve().parent.parent
LARGE = ("appium_uia2_server.apk", "netease_pocoservice.apk")
SMALL = ("second_class_credits.apk", "nmg_oa.apk")
ANDROGUARD = """import sys
from loguru import logger
logger.remove()
from androguard.misc import AnalyzeAPK
AnalyzeAPK(sys.argv[1])"""
EXODUS = """import sys
from exodus_core.analysis.static_analysis import StaticAnalysis
StaticAnalysis(sys.argv[1]).get_embedded_classes()"""
RULE = """{"crime": "location", "permission": [], "score": 1, "label": [], "api": [
{"class": "Landroid/location/Location;", "method": "getLatitude", "descriptor": "()D"},
{"class": "Landroid/location/Location;", "method": "getLongitude", "descriptor": "()D"}]}"""
WHOLE = ("| file | tool | wall, s (min–max) | peak, MiB | times our wall | times our memory |",
         "|---|---|---|---|---|---|")
INSIDE = ("| file | inflate all entries, s | artifact → reading, s | ratio | judge, s | strings |",
          "|---|---|---|---|---|---|")
HOW = ("`appscan scan X.apk --format json --out -` reads, judges and prints the report. Packing the reading, which a "
       "scan into a folder does as well, is not in it. Our modules are byte-compiled first, as pip does when it "
       "installs a wheel.")


def tools() -> dict[str, Callable[[Path], list[str]]]:
    """Name → command line for one APK, of the tools that are there."""
    found: dict[str, Callable[[Path], list[str]]] = {
        "appscan scan": lambda apk: [_tool("appscan"), "scan", str(apk), "--format", "json", "--out", "-", "--quiet",
                                     "--fail-on", "never"],
        "androguard AnalyzeAPK": lambda apk: [sys.executable, "-c", ANDROGUARD, str(apk)]}
    if _tool("apkid"):
        found["apkid -j"] = lambda apk: [_tool("apkid"), "-j", str(apk)]
    python = _beside("exodus")
    if python:
        found["exodus-core classes"] = lambda apk: [python, "-c", EXODUS, str(apk)]
    if _tool("quark"):
        found["quark, 1 rule"] = lambda apk: [_tool("quark"), "-a", str(apk), "-s", str(_rule())]
    return found


def _rule() -> Path:
    path = Path(os.environ.get("TMPDIR", "/tmp")) / "appscan-speed-rule.json"  # noqa: S108 (a benchmark's scratch file)
    path.write_text(RULE, encoding="utf-8")
    return path


def _tool(name: str) -> str:
    folders = [str(Path(sys.executable).parent), os.environ.get("APPSCAN_TOOLS", ""), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(folder for folder in folders if folder)) or ""


def _beside(name: str) -> str:
    """The Python of the environment in APPSCAN_TOOLS whose site-packages hold exodus_core."""
    for folder in os.environ.get("APPSCAN_TOOLS", "").split(os.pathsep):
        if folder and list(Path(folder).parent.glob(f"lib/python*/site-packages/{name}_core")):
            return str(Path(folder) / "python")
    return ""


def run(command: Sequence[str]) -> tuple[float, float, int]:
    """(wall seconds, peak MiB of the process, exit code) of one cold process, its output thrown away."""
    started = time.perf_counter()
    child = os.posix_spawn(command[0], list(command), os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    return time.perf_counter() - started, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def compare(apks: Sequence[Path], runs: int) -> list[str]:
    """One table: every tool on every file, wall and peak memory as medians, and the ratio to appscan."""
    lines = list(WHOLE)
    for apk in apks:
        found = tools()
        measured: dict[str, list[tuple[float, float, int]]] = {name: [] for name in found}
        for _ in range(runs):
            for name, command in found.items():  # in turn, so that a drift of the machine hits all alike
                measured[name].append(run(command(apk)))
        ours = measured["appscan scan"]
        our_wall, our_peak = (statistics.median(row[at] for row in ours) for at in (0, 1))
        for name, rows in measured.items():
            if all(row[2] for row in rows) and name != "apkid -j":
                lines.append(f"| {apk.name} | {name} | does not run here (exit {rows[0][2]}) | | | |")
                continue
            walls = [row[0] for row in rows]
            wall, peak = statistics.median(walls), statistics.median(row[1] for row in rows)
            cells = (f"{apk.name}, {apk.stat().st_size / 1e6:.1f} MB", name,
                     f"{wall:.2f} ({min(walls):.2f}–{max(walls):.2f})", f"{peak:.0f}", f"{wall / our_wall:.1f}",
                     f"{peak / our_peak:.1f}")
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def inside(apks: Sequence[Path], runs: int) -> list[str]:
    """In one process: inflating all entries against artifact → reading, and judging."""
    from appscan.checks import load
    from appscan.judge.judge import judge
    from appscan.readers.limits import Limits
    from appscan.readers.target import read_target

    checks = load()
    lines = list(INSIDE)
    for apk in apks:
        rows = []
        for _ in range(runs):
            at = time.perf_counter()
            with zipfile.ZipFile(apk) as archive:
                for name in archive.namelist():
                    archive.read(name)
            inflated = time.perf_counter()
            reading = read_target(apk, apk.name, Limits(), lambda _stage, _done: None)
            read = time.perf_counter()
            judge(reading, checks)
            rows.append((inflated - at, read - inflated, time.perf_counter() - read))
        inflate, reads, judged = (statistics.median(column) for column in zip(*rows, strict=True))
        cells = (apk.name, f"{inflate:.3f}", f"{reads:.3f}", f"{reads / inflate:.1f}", f"{judged:.3f}")
        lines.append(f"| {' | '.join(cells)} | {len(reading.strings)} |")
    return lines


def linear(apk: Path, runs: int) -> list[str]:
    """The DEX files of one APK once, twice, four and eight times: seconds per megabyte must not grow."""
    from appscan.readers.apk.dex import read_dex
    from appscan.readers.columns import StringPool

    with zipfile.ZipFile(apk) as archive:
        units = [(name, archive.read(name)) for name in archive.namelist() if name.endswith(".dex")][:4]
    size = sum(len(raw) for _, raw in units) / 1e6
    lines = [f"| DEX of {apk.name} | MB | s | s per MB |", "|---|---|---|---|"]
    for times in (1, 2, 4, 8):
        measured = []
        for _ in range(runs):
            at = time.perf_counter()
            read_dex([(f"{copy}/{name}", raw) for copy in range(times) for name, raw in units], StringPool())
            measured.append(time.perf_counter() - at)
        seconds = statistics.median(measured)
        lines.append(f"| × {times} | {size * times:.1f} | {seconds:.3f} | {seconds / size / times:.4f} |")
    return lines


def files(named: Sequence[Path]) -> list[Path]:
    """The files to measure on."""
    if named:
        return list(named)
    corpus = os.environ.get("APPSCAN_CORPUS", "")
    folders = [Path(corpus) / "apks", Path(corpus)] if corpus else []
    found = [folder / name for name in LARGE + SMALL for folder in folders if (folder / name).is_file()]
    built = ROOT / "fixtures" / "apks" / "built"
    return found or [built / "checkin-native.apk", built / "decoy.apk"]


def main() -> None:
    """Measure and print; with --write keep the table under docs/."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--apks", type=Path, nargs="*", default=[])
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    apks = [path.resolve() for path in files(options.apks)]
    write = options.write and options.write.resolve()
    compileall.compile_dir(ROOT / "appscan", quiet=1)
    when = (f"Measured on {dt.datetime.now().astimezone().date().isoformat()}, {os.cpu_count()} cores, Python "
            f"{sys.version.split()[0]}, medians of {options.runs} runs, the tools in turn in one run. Repeat with "
            "`make speed` (set `APPSCAN_CORPUS` to the materialised corpus, `APPSCAN_TOOLS` to the bin folders of the "
            "other tools).")
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):  # quark leaves its log where it runs
        whole = compare(apks, options.runs)
    text = "\n".join(["# Speed and memory", "", when, "", "## Whole commands, cold processes", "", HOW, "",
                      *whole, "", "## In process", "", *inside(apks, options.runs), "",
                      "## Linear in DEX bytes", "", *linear(apks[0], options.runs), ""])
    sys.stdout.write(text)
    if write:
        write_part(write, text)


if __name__ == "__main__":
    main()
