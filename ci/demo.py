"""Opens the desk with the demo portfolio: `make serve`. Prepares a store in a folder once (the registry of
fixtures/portfolio, real scans of the packages that it names and of bundled sites, two accounts) and serves it; what is
there already is not done again."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from appscan.capture.browser import is_installed
from appscan.checks import load
from appscan.cli.console import Console
from appscan.cli.serving import ServeOrder, serve
from appscan.model.artifact import App
from appscan.model.registry import AppStatus, ArtifactKey, Audience, Entry, Level, Platform
from appscan.portfolio.registry import read_registry
from appscan.serve.passwords import hashed
from appscan.serve.sealing import KEY_FILE
from appscan.store import Plan, Role, Store
from appscan.sweep.coordinator import Coordinator
from appscan.sweep.crew import Crew
from appscan.sweep.inventory import Omissions, Rules, recording_name, tasks_of_entries
from appscan.sweep.ledger import Ledger
from appscan.sweep.progress import Meter
from appscan.sweep.retries import Patience
from appscan.sweep.tasks import Manners, Place, Task, Thing
from appscan.sweep.telling import Silence

ROOT = Path(__file__).resolve().parent.parent
PORTFOLIO = ROOT / "fixtures" / "portfolio"
SERVER = ROOT / "fixtures" / "pages" / "server.py"
SWEEP, WHO = "演示普查", "演示"
USERS = {"演示管理员": Role.ADMIN, "演示复核员": Role.REVIEWER}
SITES = {"checkin-forced": ("S001", "虚构打卡网页", "虚构甲县数据局"),
         "points-ranking": ("S002", "虚构积分网页", "虚构甲县民政局")}
"""Bundled sites that stand for invented apps beside those of the files."""
CAPTURE = {"max_states": 20, "max_minutes": 1.0}


def main(folder: Path, port: int, sites: bool) -> int:
    """Prepare, tell the accounts, serve."""
    folder.mkdir(parents=True, exist_ok=True)
    with Store.open(str(folder / "office.db")) as store:
        print("准备演示数据（全部为虚构应用）……", flush=True)
        prepare(store, SITES if sites else {})
        os.environ.setdefault(KEY_FILE, str(key_in(folder)))
        for name, password in accounts(store).items():
            print(f"账号 {name}　密码 {password}　（只显示这一次）", flush=True)
    return int(serve(ServeOrder(str(folder / "office.db"), "", "127.0.0.1", port, False, None), Console("zh")))


def key_in(folder: Path) -> Path:
    """A key for logins of sites, made once."""
    path = folder / "key"
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path


def prepare(store: Store, sites: dict[str, tuple[str, str, str]]) -> None:
    """The registry, and the sweep of all that can be scanned here, as far as they are not there yet."""
    if not store.entries():
        for name in ("registry.xlsx", "local.csv"):
            read = read_registry(PORTFOLIO / name, store.entries())
            store.put_entries(read.entries, who=WHO, when=_now(), source=name, digest=read.digest)
    planned = {task.entry for task in store.tasks(SWEEP)}
    with _served({name: row for name, row in sites.items() if row[0] not in planned}) as addresses:
        new = [_entry(*SITES[name], url) for name, url in addresses.items()]
        if new:
            store.put_entries(new, who=WHO, when=_now(), source="自带的演示网站")
        _sweep(store, addresses)


def _sweep(store: Store, addresses: dict[str, str]) -> None:
    rules = Rules("CN", lambda _: None)
    tasks = [task for task in tasks_of_entries(store.entries(), PORTFOLIO, rules, Omissions())
             if task.thing.place is Place.FILE]
    tasks += [Task(SITES[name][0], App(name=SITES[name][1], owner=SITES[name][2]),
                   Thing(Place.SITE, url, recording_name(url))) for name, url in addresses.items()]
    store.plan(SWEEP, [Plan(one.key, one.entry, one.to_json(), one.host) for one in tasks], who=WHO, when=_now())
    state = store.sweep(SWEEP)
    if state is None or state.is_over:
        return
    manners = Manners(checks_digest=load().digest, operator=WHO, capture=CAPTURE)
    ledger, crew = Ledger(store, SWEEP, 10.0, lambda *_: None), Crew(2, manners)
    try:
        ledger.take_hold()
        Coordinator(ledger, crew, manners, Patience(attempts=2), Silence(), Meter(0, 0, len(tasks))).run()
    finally:
        crew.close()
        ledger.let_go()


def accounts(store: Store) -> dict[str, str]:
    """Make the accounts that there are none of; their passwords."""
    there = {user.name for user in store.accounts.users()}
    made = {}
    for name, role in USERS.items():
        if name not in there:
            made[name] = secrets.token_urlsafe(9)
            store.accounts.add(name, hashed(made[name]), role, who=WHO, when=_now())
    return made


def _entry(number: str, name: str, owner: str, url: str) -> Entry:
    return Entry(number, name, owner, level=Level.COUNTY, region="虚构甲县", status=AppStatus.RUNNING,
                 audience=frozenset({Audience.GRASSROOTS_INTERNAL}), artifacts=(ArtifactKey(Platform.H5, url=url),))


@contextlib.contextmanager
def _served(names: dict[str, tuple[str, str, str]]) -> Iterator[dict[str, str]]:
    """Start addresses of bundled sites, which are served as long as the block lasts; none where no browser is."""
    if not names or not is_installed():
        yield {}
        return
    with contextlib.ExitStack() as stack:
        started = {name: stack.enter_context(_fixtures().serve(name)) for name in names}
        yield {name: served.url + served.site["entry"] for name, served in started.items()}


def _fixtures() -> Any:
    specification = importlib.util.spec_from_file_location("fixture_server", SERVER)
    assert specification is not None
    assert specification.loader is not None
    if specification.name not in sys.modules:
        sys.modules[specification.name] = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(sys.modules[specification.name])
    return sys.modules[specification.name]


def _now() -> datetime:
    return datetime.now().astimezone()


if __name__ == "__main__":
    import argparse

    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", type=Path)
    given.add_argument("--port", type=int, default=8080)
    given.add_argument("--no-sites", action="store_true", help="packages only, where no browser is wanted")
    chosen = given.parse_args()
    sys.exit(main(chosen.folder, chosen.port, not chosen.no_sites))
