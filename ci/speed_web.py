"""Measures a crawl: states per minute on one core, a virtual working day, memory; beside pa11y-ci and others, if there.

usage: python ci/speed_web.py [--runs N] [--write docs/speed.md]

The site is made by speed_site.py and served on 127.0.0.1 by this process; what is measured runs in a process of its
own, which is bound to one core together with its browser where the system can (Linux). Other tools are looked for on
PATH and in the folders that APPSCAN_TOOLS names (node_modules/.bin); PUPPETEER_EXECUTABLE_PATH or APPSCAN_CHROMIUM
names their browser, else the system's Chromium is used.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speed_document import write_part
from speed_site import START, STATES, pages, write_site

MIB = 1 << 20
SAMPLE_SECONDS = 0.5
GIVEN_ADDRESSES = 20
PATIENCE_SECONDS = 1800
TARGETS = {"pictures": "≥ 60", "plain": "≥ 120", "day": "≤ 5", "python": "≤ 300"}
HOW = f"""The site: {STATES} hash routes of one page, 30 controls or more each, reached by clicks only (no link, no
router to read); every control that may lead elsewhere is pressed. A state counts once, by its route. The whole walk
presses what is left after the last state was found. Processor time counts the seconds that Python, driver and browser
were really computing: on a busy machine the wall clock says less. Memory of the browser is the sum of proportional
shares (Pss) of all processes below Python's."""


# ---------------------------------------------------------------- the measured process


def measured(what: str, url: str) -> None:
    """Run in the child: capture, telling the parent of each step; the last line is the outcome as JSON."""
    from appscan.capture import CaptureOptions, capture

    moments: dict[str, float] = {}
    sights: list[tuple[float, int]] = []

    def progress(step: str, seen: int, _queued: int) -> None:
        now = time.perf_counter()
        moments.setdefault(step, now)
        if step == "explore":
            sights.append((now, seen))
        print(json.dumps({"step": step, "seen": seen}), flush=True)

    day = what == "day"
    options = CaptureOptions(pictures=what == "pictures", rate=10_000.0, trials=0, days=int(day), robots=False,
                             virtual_hours=8.0, max_states=2 * STATES, max_minutes=30.0)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        target = capture([url], Path(folder) / "site.recording.zip", options, progress)
        whole, size = time.perf_counter() - begun, target.stat().st_size
        document = _document(target)
    ends = moments["write"]
    print(json.dumps({
        "states": len({row["route"] for row in document["states"]}), "whole": whole, "size": size,
        "walk": ends - moments["explore"], "day": ends - moments["day"] if day else 0.0,
        "controls": min(len(row["controls"]) for row in document["states"]),
        "found": max((at for at, seen in sights if seen < sights[-1][1]), default=sights[0][0]) - sights[0][0],
        "requests": sum(row["requests"] for row in document["day"]),
        "hours": sum(row["to"] - row["from"] for row in document["day"]) / 3_600_000,
        "gaps": sorted({row["reason"] for row in document["gaps"]})}), flush=True)


def _document(recording: Path) -> Any:
    import zipfile

    with zipfile.ZipFile(recording) as archive:
        return json.loads(archive.read("recording.json"))


# ---------------------------------------------------------------- watching a process


@dataclass
class Watched:
    """One process that ran: its last line, exit code, wall seconds, processor seconds of it and all it had started
    (`busy`, by process); memory in MiB sampled while it ran: `own` of the process itself, `trees` of all below it at
    (states seen, MiB)."""

    last: str = ""
    code: int = 0
    wall: float = 0.0
    busy: dict[int, float] = field(default_factory=dict)
    own: float = 0.0
    trees: list[tuple[int, float]] = field(default_factory=list)

    @property
    def tree(self) -> float:
        """Peak of all processes below."""
        return max((size for _, size in self.trees), default=0.0)

    @property
    def processor(self) -> float:
        """Processor seconds of all processes: what a machine that has nothing else to do would take at least."""
        return sum(self.busy.values())


def watch(command: Sequence[str], cwd: Path) -> Watched:
    """Run a command on one core and sample its memory."""
    seen, begun = Watched(), time.perf_counter()
    with (cwd / "out").open("w+b") as out:
        with _on_one_core():
            child = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.DEVNULL)
        while child.poll() is None:
            _sample(child.pid, seen, _states_told(out))
            if time.perf_counter() - begun > PATIENCE_SECONDS:
                child.kill()
            time.sleep(SAMPLE_SECONDS)
        seen.wall, seen.code = time.perf_counter() - begun, child.returncode
        out.seek(0)
        lines = out.read().decode("utf-8", "replace").strip().splitlines()
    seen.last = lines[-1] if lines else ""
    return seen


@contextlib.contextmanager
def _on_one_core() -> Iterator[None]:
    """What is started meanwhile stays on the first core; this thread does not."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _states_told(out: Any) -> int:
    size = os.fstat(out.fileno()).st_size
    tail = os.pread(out.fileno(), 400, max(0, size - 400)).decode("utf-8", "replace")
    told = re.findall(r'"seen": (\d+)', tail)
    return int(told[-1]) if told else 0


def _sample(pid: int, seen: Watched, states: int) -> None:
    """Linux only: elsewhere memory stays unmeasured."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            columns = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()  # proc(5), from state
        except OSError:
            continue
        children.setdefault(int(columns[1]), []).append(int(entry.name))
        spent[int(entry.name)] = (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")
    below, todo = [], [pid]
    while todo:
        found = children.get(todo.pop(), [])
        below += found
        todo += found
    seen.busy |= {one: spent.get(one, 0.0) for one in (pid, *below)}
    seen.own = max(seen.own, _kibibytes(pid, "status", "VmHWM") / 1024)
    seen.trees.append((states, sum(_kibibytes(one, "smaps_rollup", "Pss") for one in below) / 1024))


def _kibibytes(pid: int, file: str, name: str) -> int:
    """A figure of /proc; Pss counts a page that several processes share once."""
    try:
        text = Path(f"/proc/{pid}/{file}").read_text("utf-8", "replace")
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


# ---------------------------------------------------------------- other tools


def others(url: str, folder: Path) -> dict[str, list[str]]:
    """Name → command of the other tools that are there: from the start address, and given addresses."""
    tool = _tool("pa11y-ci")
    if not tool:
        return {}
    addresses = {"pa11y-ci, start address": [f"{url}#{START}"],
                 f"pa11y-ci, {GIVEN_ADDRESSES} addresses given": [f"{url}#{route}" for route in
                                                                 list(pages())[:GIVEN_ADDRESSES]]}
    commands = {}
    for name, given in addresses.items():
        config = folder / f"pa11y-{len(given)}.json"
        launch = {"executablePath": _chromium(), "args": ["--no-sandbox", "--disable-gpu"]}
        config.write_text(json.dumps({"defaults": {"chromeLaunchConfig": launch, "timeout": 60000, "concurrency": 1},
                                      "urls": given}), encoding="utf-8")
        commands[name] = [tool, "--config", str(config), "--json"]
    collector = _tool("website-evidence-collector")
    if collector:
        commands["website-evidence-collector"] = [collector, "--no-output", "--quiet", "--json", "--max", str(STATES),
                                                  f"{url}#{START}", "--", "--no-sandbox"]
    return commands


def _tool(name: str) -> str:
    folders = [os.environ.get("APPSCAN_TOOLS", ""), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(folder for folder in folders if folder)) or ""


def _chromium() -> str:
    from appscan.capture.browser import find_chromium

    return os.environ.get("PUPPETEER_EXECUTABLE_PATH") or find_chromium() or "chromium"


# ---------------------------------------------------------------- tables


def _median(values: Sequence[float], form: str = ".1f") -> str:
    middle = format(statistics.median(values), form)
    return f"{middle} ({min(values):{form}}–{max(values):{form}})" if len(values) > 1 else middle


def crawl_lines(runs: dict[str, list[tuple[Watched, dict[str, Any]]]]) -> list[str]:
    """The figures that have targets."""
    lines = ["| what | target | measured |", "|---|---|---|"]
    for what, title in (("pictures", "with screenshots"), ("plain", "without")):
        rows = runs[what]
        first = rows[0][1]
        walks = _median([outcome["states"] * 60 / outcome["walk"] for _, outcome in rows])
        finds = _median([outcome["states"] * 60 / outcome["found"] for _, outcome in rows])
        busy = _median([outcome["states"] * 60 / watched.processor for watched, outcome in rows])
        size = f"{first['states']} of {STATES} states, {first['controls']} controls or more each"
        lines += [f"| states a minute, {title}, whole walk | {TARGETS[what]} | {walks}; {size} |",
                  f"| the same, until the last state was found | | {finds} |",
                  f"| the same, whole walk, per minute of processor time | | {busy} |"]
    first = runs["day"][0][1]
    lines.append(f"| eight virtual hours of a page with five timers, s | {TARGETS['day']} | "
                 f"{_median([outcome['day'] for _, outcome in runs['day']])}; {first['requests']} requests, "
                 f"{first['hours']:.1f} hours lived{''.join(f', {gap}' for gap in first['gaps'])} |")
    walks = [watched for what in ("pictures", "plain") for watched, _ in runs[what]]
    lines.append(f"| Python, peak resident MiB | {TARGETS['python']} | {_median([one.own for one in walks], '.0f')} |")
    lines.append(f"| browser and its driver, peak MiB | | {_median([one.tree for one in walks], '.0f')} |")
    sizes = [outcome["size"] / MIB for _, outcome in runs["pictures"]]
    lines.append(f"| recording with screenshots, MiB | | {_median(sizes)} |")
    return lines


def growth_lines(runs: dict[str, list[tuple[Watched, dict[str, Any]]]]) -> list[str]:
    """Memory of the browser's processes over the states seen: medians of what was sampled between two marks, and of
    what came after the last state, while the rest of the controls was pressed."""
    marks = list(itertools.pairwise([*range(0, STATES, 25), STATES]))
    heads = [f"{low + 1}–{high}" for low, high in marks]
    lines = [f"| states seen | {' | '.join(heads)} | then |", "|---" * (len(heads) + 2) + "|"]
    for what, title in (("pictures", "with screenshots, MiB"), ("plain", "without, MiB")):
        samples = [sample for watched, _ in runs[what] for sample in watched.trees[:-2]]  # the last see it end
        cells = []
        for low, high in [*marks, (STATES, STATES)]:
            sizes = [size for states, size in samples if (low < states <= high if low < STATES else states >= STATES)]
            cells.append(f"{statistics.median(sizes):.0f}" if sizes else "–")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def beside_lines(ours: dict[str, list[tuple[Watched, dict[str, Any]]]], theirs: dict[str, list[Watched]]) -> list[str]:
    """States and seconds, and each tool's seconds per state in multiples of ours."""
    lines = ["| tool | states reached | s (min–max) | s per state | times ours | browser, peak MiB |",
             "|---|---|---|---|---|---|"]
    per_state = {}
    for what, title in (("pictures", "appscan capture"), ("plain", "appscan capture, no screenshots")):
        walls = [watched.wall for watched, _ in ours[what]]
        states = ours[what][0][1]["states"]
        per_state[what] = statistics.median(walls) / states
        lines.append(f"| {title} | {states} of {STATES} | {_median(walls)} | {per_state[what]:.2f} | "
                     f"{per_state[what] / per_state['pictures']:.1f} | "
                     f"{_median([watched.tree for watched, _ in ours[what]], '.0f')} |")
    for name, rows in theirs.items():
        reached = _reached(rows[0].last) if rows[0].code in (0, 2) else 0
        if not reached:
            lines.append(f"| {name} | does not run here (exit {rows[0].code}) | | | | |")
            continue
        walls = [one.wall for one in rows]
        each = statistics.median(walls) / reached
        lines.append(f"| {name} | {reached} of {STATES} | {_median(walls)} | {each:.2f} | "
                     f"{each / per_state['pictures']:.1f} | {_median([one.tree for one in rows], '.0f')} |")
    if not theirs:
        lines.append("| no other tool was found (APPSCAN_TOOLS) | | | | | |")
    return lines


def _reached(told: str) -> int:
    """How many pages another tool says it has seen."""
    try:
        answer = json.loads(told)
    except ValueError:
        return 0
    return int(answer.get("total", 0)) or len(answer.get("browsing_history", []))


# ---------------------------------------------------------------- main


def measure(runs: int, folder: Path, url: str, say: Callable[[str], None]) -> str:
    """All tables; the tools in turn, so that a drift of the machine hits all alike."""
    ours: dict[str, list[tuple[Watched, dict[str, Any]]]] = {"pictures": [], "plain": [], "day": []}
    theirs: dict[str, list[Watched]] = {}
    commands = others(f"{url}/index.html", folder)
    for number in range(runs):
        for what, rows in ours.items():
            page = "timers.html" if what == "day" else f"index.html#{START}"
            watched = watch([sys.executable, str(Path(__file__).resolve()), "--child", what, f"{url}/{page}"], folder)
            if watched.code:
                raise SystemExit(f"the measured process ended with {watched.code}: {watched.last}")
            rows.append((watched, json.loads(watched.last)))
            say(f"run {number + 1} {what}: {watched.last}")
        for name, command in commands.items():
            theirs.setdefault(name, []).append(watch(command, folder))
            say(f"run {number + 1} {name}: {theirs[name][-1].wall:.1f} s, exit {theirs[name][-1].code}")
    return "\n".join(["## Crawl", "", *crawl_lines(ours), "", "## Memory of the browser while the states grow", "",
                      *growth_lines(ours), "", "## Beside other tools", "", *beside_lines(ours, theirs), ""])


def _load() -> str:
    """Processes that wanted a core: above the number of cores, others were measured along."""
    return f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def main() -> None:
    """Measure and print; with --write replace the part of docs/speed.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measured(*options.child)
        return
    from appscan.bench.site_server import serve

    cores = "one core" if hasattr(os, "sched_setaffinity") else "all cores (this system cannot bind a process to one)"
    with tempfile.TemporaryDirectory(prefix="appscan-speed-") as name:
        folder = Path(name)
        (folder / "site").mkdir()
        write_site(folder / "site")
        with serve(folder / "site") as url:
            tables = measure(options.runs, folder, url, lambda text: print(text, file=sys.stderr, flush=True))
    when = (f"Measured on {dt.datetime.now().astimezone().date().isoformat()}, Python with browser on {cores} of "
            f"{os.cpu_count()}, runs: {options.runs} (medians), the tools in turn; load of the "
            f"machine {_load()}. Repeat with `make speed-web` (`APPSCAN_TOOLS` names the folders of the other tools, "
            "such as node_modules/.bin; `OPTIONS='--write docs/speed.md'` keeps the tables here).")
    text = f"# Speed and memory of crawling\n\n{when}\n\n{HOW}\n\n{tables}"
    sys.stdout.write(text)
    if options.write:
        write_part(options.write, text)


if __name__ == "__main__":
    main()
