"""The commands `scan` and `judge`: options → apps → reports delivered. Knows no package format and no rule."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.batch import Delivery, Job, Lost, work_off
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode, FailOn, exit_code
from appscan.cli.progress import progress_on
from appscan.cli.saving import Format, Shelf
from appscan.errors import UnreadableError, UsageError
from appscan.model.artifact import App

if TYPE_CHECKING:
    from appscan.checks import CheckSet
    from appscan.model.reading import Reading
    from appscan.scan import ScanOptions, ScanResult, Search, Target

    Apps = list[tuple[App, Sequence[Target]]]

STDOUT = Path("-")
READING = ".reading"


@dataclass(frozen=True, slots=True)
class Order:
    """What the options of `scan` and `judge` ask for; `formats` empty means both, or JSON on stdout."""

    console: Console
    app_file: Path | None
    profile: str
    checks: Path | None
    formats: tuple[Format, ...]
    out: Path
    fail_on: FailOn
    operator: str


def scan(paths: Sequence[Path], order: Order) -> ExitCode:
    """Scan targets, app by app. Raises UsageError and PackError before any target is opened."""
    from appscan.scan import scan_app

    apps, lost = _apps(paths, order)
    checks, options = _checks(order, apps), _options(order)
    if not apps:
        return _nothing_to_do(lost, "cli.nothing_found", paths, order.console)
    delivery = _delivery(order, len(apps))
    total, started = sum(len(group) for _, group in apps), time.monotonic()

    def job(app: App, group: Sequence[Target], before: int) -> Job:
        def work() -> ScanResult:
            with progress_on(order.console, before, total, started) as progress:
                return scan_app(group, app, checks, options, progress)

        return Job(tuple(target.given or target.name for target in group), work)

    jobs, before = [], 0
    for app, group in apps:
        jobs.append(job(app, group, before))
        before += len(group)
    return exit_code(work_off(jobs, delivery, lost), order.fail_on)


def judge(paths: Sequence[Path], order: Order) -> ExitCode:
    """Judge saved readings again, one app each; together they are one app where app.yaml is given."""
    from appscan.scan import ScanResult, judge_readings

    app = App()
    if order.app_file is not None:
        from appscan.cli.app_file import read_app_file

        app = read_app_file(order.app_file).app
    found = _found(paths, order.console, (READING,))
    files, lost = [target.path for target in found.targets], _tell_lost(found, order.console)
    checks, options = _checks(order, [(app, ())]), _options(order)
    if not files:
        return _nothing_to_do(lost, "cli.no_reading_found", paths, order.console)
    groups = [files] if order.app_file is not None else [[path] for path in files]

    def job(group: Sequence[Path]) -> Job:
        def work() -> ScanResult:
            return ScanResult(judge_readings([_loaded(path) for path in group], app, checks, options), ())

        return Job(tuple(str(path) for path in group), work)

    delivery = _delivery(order, len(groups))
    return exit_code(work_off([job(group) for group in groups], delivery, lost), order.fail_on)


def _loaded(path: Path) -> Reading:
    from appscan.readers.saved import load_reading
    from appscan.scan import READ_SUFFIXES

    if path.suffix.lower() in READ_SUFFIXES:
        raise UnreadableError("not_a_reading", name=str(path))
    try:
        return load_reading(path)
    except UnreadableError as error:
        raise UnreadableError(error.key, **{**error.params, "name": str(path)}) from None


def _apps(paths: Sequence[Path], order: Order) -> tuple[Apps, Lost]:
    """The apps that the command line and app.yaml name together, and what is lost beside them: folders of no app that
    cannot be read. Raises UsageError where command line and file do not fit."""
    if order.app_file is None and not paths:
        raise UsageError("no_target")
    if order.app_file is None:
        found = _found(paths, order.console)
        return [(App(), (target,)) for target in found.targets], _tell_lost(found, order.console)
    from appscan.cli.app_file import read_app_file

    file = read_app_file(order.app_file)
    found = _found(paths, order.console)
    if not file.artifacts:
        if not paths:
            raise UsageError("no_target")
        if len(found.targets) > 1:
            raise UsageError("app_file_for_several", file=str(order.app_file), count=len(found.targets))
        return _one_app(file.app, found)
    group = _found(file.artifacts, order.console)
    named = {os.path.realpath(target.path) for target in group.targets}
    for target in found.targets:
        if os.path.realpath(target.path) not in named:
            raise UsageError("target_not_in_app_file", target=str(target.path), file=str(order.app_file))
    return _one_app(file.app, group)


def _one_app(app: App, found: Search) -> tuple[Apps, Lost]:
    """A folder of the app that cannot be read is one of its targets: it leaves the app's verdicts open."""
    group = found.targets + found.unread
    return ([(app, group)] if group else []), ()


def _found(paths: Sequence[Path], console: Console, suffixes: Sequence[str] = ()) -> Search:
    """What the paths hold, with a line for each link that is not followed and each file that is there twice."""
    from appscan.scan import search

    once: dict[str, Path] = {}
    for path in paths:
        first = once.setdefault(os.path.abspath(path), path)  # noqa: PTH100 (resolving would follow links)
        if first is not path:
            console.note("cli.same_file", again=path, first=first)
    found = search(list(once.values()), suffixes) if suffixes else search(list(once.values()))
    for link in found.links:
        console.note("cli.link_skipped", path=link)
    for again, first in found.again:
        console.note("cli.same_file", again=again, first=first)
    return found


def _tell_lost(found: Search, console: Console) -> Lost:
    for target in found.unread:
        if target.failure is not None:
            console.failure(target.failure)
    return tuple(target.given for target in found.unread)


def _nothing_to_do(lost: Lost, key: str, paths: Sequence[Path], console: Console) -> ExitCode:
    if not lost:
        console.trouble(key, paths=", ".join(str(path) for path in paths))
    return ExitCode.NOTHING_READ


def _checks(order: Order, apps: Apps) -> CheckSet:
    """The checks. Raises UsageError where an app declares a feature that none of them knows."""
    from appscan.checks import load

    checks = load(order.checks)
    known = sorted(check.id for check in checks.checks)
    for app, _ in apps:
        for check_id in sorted(set(app.declared or ()) - set(known)):
            near = get_close_matches(check_id, known, n=1)
            raise UsageError("declared_unknown", check=check_id, file=str(order.app_file), near="".join(near),
                             known=", ".join(known))
    return checks


def _options(order: Order) -> ScanOptions:
    from appscan.scan import ScanOptions

    return ScanOptions(profile=order.profile, operator=order.operator)


def _delivery(order: Order, apps: int) -> Delivery:
    """Where reports go: the output folder, or stdout, which holds one app in JSON."""
    if order.out != STDOUT:
        return Delivery(order.console, Shelf(order.out), order.formats or tuple(Format))
    if apps != 1:
        raise UsageError("stdout_takes_one_app", count=apps)
    if set(order.formats) - {Format.JSON}:
        raise UsageError("stdout_takes_json")
    return Delivery(order.console, None, (Format.JSON,))
