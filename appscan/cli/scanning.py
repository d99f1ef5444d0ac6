"""The commands `scan` and `judge`: options → apps → reports delivered. Knows no package format and no rule."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode, FailOn, Outcome, exit_code
from appscan.cli.progress import progress_on
from appscan.cli.saving import Format, Shelf, as_json
from appscan.errors import AppscanError, PackError, UsageError
from appscan.model.artifact import App
from appscan.model.report import Report

if TYPE_CHECKING:
    from appscan.checks import CheckSet
    from appscan.scan import ScanOptions, ScanResult, Target

    Job = tuple[str, Callable[[], ScanResult]]
    """The name to speak of, and the work on one app."""

STDOUT = Path("-")


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

    apps = _apps(paths, order)
    checks, options, shelf = _checks(order, apps), _options(order), _shelf(order, len(apps))
    total, started = sum(len(group) for _, group in apps), time.monotonic()

    def jobs() -> Iterator[Job]:
        before = 0
        for app, group in apps:
            def work(app: App = app, group: Sequence[Target] = group, before: int = before) -> ScanResult:
                with progress_on(order.console, before, total, started) as progress:
                    return scan_app(group, app, checks, options, progress)

            yield group[0].name, work
            before += len(group)

    if not apps:
        order.console.trouble("cli.nothing_found", paths=", ".join(str(path) for path in paths))
    return exit_code(_work_off(jobs(), order, shelf), order.fail_on)


def judge(paths: Sequence[Path], order: Order) -> ExitCode:
    """Judge saved readings again, one app each; together they are one app where app.yaml is given."""
    from appscan.readers.saved import load_reading
    from appscan.scan import ScanResult, judge_readings

    app = App()
    if order.app_file is not None:
        from appscan.cli.app_file import read_app_file

        app = read_app_file(order.app_file).app
    groups = [paths] if order.app_file is not None else [[path] for path in paths]
    checks, options, shelf = _checks(order, [(app, ())]), _options(order), _shelf(order, len(groups))

    def work(group: Sequence[Path]) -> ScanResult:
        readings = [load_reading(path) for path in group]
        return ScanResult(judge_readings(readings, app, checks, options), ())

    jobs = ((group[0].name, lambda group=group: work(group)) for group in groups)
    return exit_code(_work_off(jobs, order, shelf), order.fail_on)


def _work_off(jobs: Iterator[Job], order: Order, shelf: Shelf | None) -> Outcome:
    """Do the jobs one after the other; what fails stops only itself, an interruption stops the rest."""
    reports: list[Report] = []
    unread, broken, interrupted = 0, 0, False
    for name, work in jobs:
        try:
            result = work()
            reports.append(result.report)
            _deliver(result, order, shelf)
        except KeyboardInterrupt:
            interrupted = True
        except (UsageError, PackError, BrokenPipeError):
            raise
        except AppscanError as error:
            order.console.failure(error)
            unread += 1
        except Exception as error:  # noqa: BLE001 (an error of ours on one app must not cost the others their reports)
            order.console.own_failure(error, name)
            broken += 1
        if interrupted or not all(report.complete for report in reports):
            order.console.trouble("cli.interrupted")
            return Outcome(tuple(reports), unread, broken, interrupted=True)
    return Outcome(tuple(reports), unread, broken)


def _deliver(result: ScanResult, order: Order, shelf: Shelf | None) -> None:
    from appscan.report.document import to_document

    document = to_document(result.report)
    if shelf is None:
        sys.stdout.buffer.write(as_json(document))
        sys.stdout.buffer.flush()
        saved = []
    else:
        saved = shelf.save(result, document, order.formats or tuple(Format), order.console.lang)
    _tell(result, document, saved, order.console)


def _tell(result: ScanResult, document: dict[str, object], saved: Sequence[Path], console: Console) -> None:
    opened = bool(result.report.artifacts)
    if console.quiet or not opened:
        for error in result.report.errors:
            console.trouble(f"errors.{error.message.id}", **error.message.params)
    if opened and not console.quiet:
        from appscan.report.plain import to_text

        console.result(to_text(document, console.lang, [str(path) for path in saved]))
    elif not console.quiet:
        for path in saved:
            console.note("report.saved_at", path=path)


def _apps(paths: Sequence[Path], order: Order) -> list[tuple[App, Sequence[Target]]]:
    """The apps that the command line and app.yaml name together. Raises UsageError where they do not fit."""
    from appscan.scan import expand_targets

    if order.app_file is None and not paths:
        raise UsageError("no_target")
    once = list({os.path.abspath(path): path for path in paths}.values())  # noqa: PTH100 (resolving would follow links)
    targets = expand_targets(once)
    if order.app_file is None:
        return [(App(), (target,)) for target in targets]
    from appscan.cli.app_file import read_app_file

    file = read_app_file(order.app_file)
    if not file.artifacts:
        if not paths:
            raise UsageError("no_target")
        if len(targets) > 1:
            raise UsageError("app_file_for_several", file=str(order.app_file), count=len(targets))
        return [(file.app, (target,)) for target in targets]
    group = expand_targets(file.artifacts)
    named = {target.path.resolve() for target in group}
    for target in targets:
        if target.path.resolve() not in named:
            raise UsageError("target_not_in_app_file", target=str(target.path), file=str(order.app_file))
    return [(file.app, group)] if group else []


def _checks(order: Order, apps: Sequence[tuple[App, object]]) -> CheckSet:
    from appscan.checks import load

    checks = load(order.checks)
    known = {check.id for check in checks.checks}
    for app, _ in apps:
        for check_id in sorted(set(app.declared or ()) - known):
            order.console.trouble("cli.declared_unknown", check=check_id, file=str(order.app_file))
    return checks


def _options(order: Order) -> ScanOptions:
    from appscan.scan import ScanOptions

    return ScanOptions(profile=order.profile, operator=order.operator)


def _shelf(order: Order, apps: int) -> Shelf | None:
    """The output folder, or None for stdout, which holds one app in JSON."""
    if order.out != STDOUT:
        return Shelf(order.out)
    if apps != 1:
        raise UsageError("stdout_takes_one_app", count=apps)
    if set(order.formats) - {Format.JSON}:
        raise UsageError("stdout_takes_json")
    return None
