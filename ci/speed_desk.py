"""Measures the lists and the overview of the desk with many readers at once.

    python ci/speed_desk.py                             # 10,000 apps, 200,000 findings, 20 readers; prints the table
    python ci/speed_desk.py --write docs/speed.md       # and keeps it
    python ci/speed_desk.py --apps 1000 --findings 20000 --seconds 5

The registry is that of speed_count.py; the rows of the lists are made up beside it (what makes rows of reports is
measured apart, with --reports of a bundled fixture). The desk runs as `appscan serve` in a process of its own over
SQLite; the readers are threads of another one, whose own share of the processor is told apart. In the first run each
asks for the next page as soon as it has one, in the second too, while every second somebody's decision is written past
the desk, so that it keeps no list for longer; in the third after a second's look at each page.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import http.client
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from speed_count import entries, fill
from speed_document import write_part

PASSWORD = "a password for this measurement"  # noqa: S105
READER = "测量"
LIST_MS, OVERVIEW_MS, RESIDENT_MB = 150, 300, 150
CHECKS = ("check-in", "points-ranking", "online-duration", "media-upload", "forced-install", "form-filling")
STATES = ("open", "open", "open", "open", "confirmed", "dismissed", "asked", "exempted")
VERDICTS = ("likely_violation", "needs_review", "missing", "inconclusive")
THINKING = 1.0
WARM_SECONDS = 20.0


def make_rows(path: Path, apps: int, findings: int) -> None:
    """A store whose lists are full: the registry, and made-up rows of apps and findings."""
    from appscan.portfolio.owner_names import OwnerNames
    from appscan.serve import passwords
    from appscan.store import ListedApp, ListedFinding, ListedGap, Made, ReviewState, Role, Store
    from appscan.store.listed import urgency

    now, chance, owners = dt.datetime.now(dt.UTC), random.Random(7), OwnerNames()  # noqa: S311
    each = findings // apps
    listed, places, gaps = [], [], []
    with Store.open(str(path)) as store:
        store.accounts.add(READER, passwords.hashed(PASSWORD), Role.REVIEWER, who="bench", when=now)
        some = list(entries(apps))[:apps]
        store.put_entries(some, who="bench", when=now, source="bench")
        for number, entry in enumerate(some):
            body, verdict = owners.of(entry.owner), VERDICTS[number % len(VERDICTS)]
            own = [ListedFinding(
                id=hashlib.sha256(f"{entry.id} {place}".encode()).hexdigest()[:16], entry=entry.id, report=number + 1,
                fingerprint=hashlib.sha256(f"{place}".encode()).hexdigest()[:16], check_id=chance.choice(CHECKS),
                verdict=verdict, urgency=urgency(verdict, chance.randrange(5)), presence="reachable",
                force="consequence", screen=f"每日打卡（CheckInActivity{place}）", app=entry.name, body=body,
                state=ReviewState(chance.choice(STATES)), at=now) for place in range(each)]
            places += own
            count = {state.value: sum(one.state is state for one in own) for state in ReviewState}
            platforms = tuple(one.platform.value for one in entry.artifacts)
            app = ListedApp(entry.id, entry.name, entry.owner, body, entry.product, entry.level or "", entry.region,
                            platforms, entry.status.value, verdict, urgency(verdict), True, False,
                            now - dt.timedelta(minutes=number), **count)
            listed.append((app, f"{entry.name} {entry.owner} {entry.id} {platforms}".lower()))
            if verdict == "inconclusive":
                gaps.append(ListedGap(entry.id, f"reason-{number % 9}", "应用已加固", "packed"))
        lists = store.lists
        lists.turn_day(dt.datetime.now().astimezone().date().isoformat(), [], now)
        made = Made([one.id for one in some], listed, places, gaps, {})
        assert lists.settle(made, lists.stale(10 * apps))


def freshened(reports: int) -> float:
    """Reports that are worked into the lists in a second."""
    from appscan.office.freshening import freshen
    from appscan.store import Store

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        fill(path, reports, reports)
        with Store.open(str(path)) as store:
            begun = time.perf_counter()
            while freshen(store, dt.datetime.now(dt.UTC)):
                pass
            return reports / (time.perf_counter() - begun)


def addresses(chance: random.Random, deep: dict[str, str]) -> tuple[str, str]:
    """A page that somebody may ask for: its kind, and its address."""
    name = f"{chance.randrange(4096):03x}"
    kinds = {
        "apps": ["/apps", f"/apps?{urlencode({'text': name})}", "/apps?sort=-name",
                 f"/apps?{urlencode({'owner': f'虚构{chance.randrange(200)}县'})}",
                 "/apps?level=central&sort=-recorded", "/apps?verdict=needs_review",
                 "/apps?platform=android&sort=body", "/apps?state=asked&sort=-open",
                 deep["/apps"]],
        "findings": ["/findings", f"/findings?{urlencode({'text': name})}",
                     f"/findings?check={chance.choice(CHECKS)}", "/findings?state=confirmed&sort=app",
                     "/findings?state=any", "/findings?verdict=needs_review",
                     f"/findings?{urlencode({'text': f'虚构{chance.randrange(200)}县', 'state': 'any'})}",
                     deep["/findings"]],
        "JSON": [f"/api/apps?{urlencode({'text': name})}", f"/api/findings?check={chance.choice(CHECKS)}"],
        "overview": ["/"]}
    kind = chance.choices(list(kinds), [5, 5, 2, 1])[0]
    return kind, chance.choice(kinds[kind])


class Browser:
    """One connection that stays open, signed in."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.port, self.cookie = port, cookie

    def get(self, path: str) -> str:
        """The page."""
        self._connection.request("GET", path, headers={"cookie": self.cookie})
        return self._read(200)

    def _read(self, wanted: int) -> str:
        answer = self._connection.getresponse()
        content = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        assert answer.status == wanted, (answer.status, content[:300])
        return content

    def sign_in(self) -> None:
        """Fill in the form."""
        token = re.search(r'name="form_token" value="(\w+)"', self.get("/sign-in"))
        assert token
        form = urlencode({"name": READER, "password": PASSWORD, "form_token": token[1]})
        self._connection.request("POST", "/sign-in", form, {
            "cookie": self.cookie, "content-type": "application/x-www-form-urlencoded"})
        self._read(303)

    def hand_in(self, piece: bytes, times: int) -> None:
        """Send a file of so many pieces in the form of a new scan."""
        token = re.search(r'name="form_token" value="(\w+)"', self.get("/scans/new"))
        assert token
        edge = "----speed"
        head = (f'--{edge}\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token[1]}\r\n--{edge}\r\n'
                'Content-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n').encode()
        tail = f"\r\n--{edge}--\r\n".encode()
        body = itertools.chain([head], itertools.repeat(piece, times), [tail])
        self._connection.request("POST", "/scans", body, {
            "cookie": self.cookie, "content-type": f"multipart/form-data; boundary={edge}",
            "content-length": str(len(head) + len(piece) * times + len(tail))})
        self._read(303)


@contextlib.contextmanager
def deciding(path: Path, every: float) -> Iterator[None]:
    """Write a decision past the desk again and again; never where `every` is 0."""
    from appscan.store import Event, EventKind, Store

    ended = threading.Event()

    def decide() -> None:
        with Store.open(str(path)) as store:
            for number in range(1_000_000):
                if ended.wait(every):
                    return
                store.record(Event(EventKind.REVIEWED, f"S{number:06}", "bench", dt.datetime.now(dt.UTC), "bench",
                                   {"decision": "confirm", "fingerprint": "0" * 16, "check": CHECKS[0]}))

    thread = threading.Thread(target=decide)
    if every:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if every:
            thread.join()


def read(first: Browser, port: int, readers: int, seconds: float, thinking: float) -> dict[str, list[float]]:
    """Milliseconds of every page that so many readers got, by kind."""
    browsers = [Browser(port, first.cookie) for _ in range(readers)]
    deep = {path: _deep(browsers[0], path) for path in ("/apps", "/findings")}
    took: defaultdict[str, list[float]] = defaultdict(list)
    ends = time.monotonic() + seconds

    def one(browser: Browser, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        time.sleep(thinking * chance.random())
        while time.monotonic() < ends:
            kind, path = addresses(chance, deep)
            begun = time.perf_counter()
            browser.get(path)
            took[kind].append((time.perf_counter() - begun) * 1000)
            if thinking:
                time.sleep(thinking * (0.5 + chance.random()))

    threads = [threading.Thread(target=one, args=(browser, seed)) for seed, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _deep(browser: Browser, path: str) -> str:
    """A page some way into a list."""
    address = path
    for _ in range(5):
        found = re.search(r'href="([^"]+)" rel="next"', browser.get(address))
        assert found, address
        address = found[1].replace("&amp;", "&")
    return address


def spent(process: int) -> float:
    """Seconds of the processor that a process took so far (proc(5), Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """What pages took by kind, in milliseconds, and seconds of the processor of server and of readers."""

    name: str
    took: dict[str, list[float]]
    server: float
    readers: float


@contextlib.contextmanager
def desk(path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Browser]]:
    """A desk in a process of its own over a store, and a browser that is signed in."""
    port = 8700 + os.getpid() % 1000
    command = [sys.executable, "-m", "appscan", "serve", "--store", str(path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            browser = Browser(port)
            browser.sign_in()
            yield process, browser
        finally:
            process.kill()


def streamed(megabytes: int) -> tuple[int, int, float]:
    """Resident memory of the server before, and most of it while so much was handed in as one file, in megabytes; and
    the seconds that it took. Bytes by chance, in no form that is read: what is measured is the way into the store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        make_rows(path, 10, 100)
        with desk(path) as (process, browser):
            browser.get("/scans/new")
            time.sleep(WARM_SECONDS)
            again = Browser(browser.port, browser.cookie)  # the server lets an idle connection go
            Path(f"/proc/{process.pid}/clear_refs").write_text("5", "ascii")  # the most begins anew
            before, begun = most_resident(process.pid), time.perf_counter()
            again.hand_in(os.urandom(1 << 20), megabytes)
            return before, most_resident(process.pid), time.perf_counter() - begun


def most_resident(process: int) -> int:
    """Megabytes of memory that a process held at most so far (proc(5), Linux)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    assert found
    return int(found[1]) >> 10


RUNS = (("without a pause", 0.0, 0.0), ("without a pause, a decision every second", 0.0, 1.0),
        (f"looking at each page for {THINKING:.0f} s", THINKING, 0.0))
"""Name, seconds of a look, and seconds between decisions."""


def measured(apps: int, findings: int, readers: int, seconds: float) -> list[Run]:
    """All runs against a desk of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.db"
        make_rows(path, apps, findings)
        with desk(path) as (process, first):
            first.get("/")  # summed up once
            first.get("/findings")
            runs = []
            for name, thinking, every in RUNS:
                before, own = spent(process.pid), time.process_time()
                with deciding(path, every):
                    took = read(first, first.port, readers, seconds, thinking)
                runs.append(Run(name, took, spent(process.pid) - before, time.process_time() - own))
            return runs


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            Browser(port).get("/sign-in")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the desk did not start")


def table(given: argparse.Namespace) -> str:
    """The measurements as Markdown."""
    runs = measured(given.apps, given.findings, given.readers, given.seconds)
    speed = freshened(given.reports) if given.reports else 0.0
    held = (f"{given.apps:,} apps, {given.findings:,} findings, SQLite, {given.readers} readers at once, "
            f"{os.cpu_count()} cores for server and readers; the load was {os.getloadavg()[0]:.1f}.")
    lines = ["# The desk", "", held, "", "With other work around, the clock runs ahead of the processor.", "",
             f"Wanted: p95 of any list ≤ {LIST_MS} ms, of the overview ≤ {OVERVIEW_MS} ms.", "",
             "| readers | page | pages | median, ms | p95, ms | most, ms |", "|---|---|---:|---:|---:|---:|"]
    for run in runs:
        for kind, times in sorted(run.took.items()):
            times.sort()
            lines.append(f"| {run.name} | {kind} | {len(times)} | {statistics.median(times):.0f} | "
                         f"{times[int(len(times) * 0.95)]:.0f} | {times[-1]:.0f} |")
        pages = sum(map(len, run.took.values()))
        lines.append(f"| {run.name} | all: {pages / given.seconds:.0f} a second, {run.server / pages * 1000:.1f} ms of "
                     f"the server's processor each and {run.readers / pages * 1000:.1f} ms of the readers' | {pages} "
                     "| | | |")
    if speed:
        lines += ["", f"Worked into the lists: {speed:.0f} reports a second."]
    if given.megabytes:
        before, after, seconds = streamed(given.megabytes)
        told = (f"A file of {given.megabytes:,} MB handed in: the server held {before} MB before and {after} MB at "
                f"most meanwhile, {seconds:.0f} s. Wanted: ≤ {RESIDENT_MB} MB.")
        lines += ["", told]
    return "\n".join(lines)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=10_000)
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--write", type=Path, metavar="FILE")
    given = parser.parse_args()
    text = table(given)
    print(text)
    if given.write:
        write_part(given.write, text)


if __name__ == "__main__":
    main()
