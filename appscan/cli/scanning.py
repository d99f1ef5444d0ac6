"""The commands `scan` and `judge`: options → apps → reports delivered. Knows no package format and no rule."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.addresses import Site, is_address, looks_like_address, sites_of
from appscan.cli.batch import Delivery, Document, Job, Lost, work_off
from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode, FailOn, exit_code
from appscan.cli.progress import progress_on
from appscan.cli.rendering import Format, require
from appscan.cli.saving import Shelf
from appscan.cli.wishes import Wishes, told_on
from appscan.errors import UnreadableError, UsageError
from appscan.model.artifact import App
from appscan.model.jurisdiction import CENTRAL
from appscan.model.report import JurisdictionSource

if TYPE_CHECKING:
    from appscan.capture import CaptureOptions
    from appscan.checks import CheckSet
    from appscan.model.reading import Reading
    from appscan.scan import ScanOptions, ScanResult, Search, Target

    Things = Sequence[Target | Site]
    Apps = list[tuple[App, Things]]

STDOUT = Path("-")
READING = ".reading"


@dataclass(frozen=True, slots=True)
class Order:
    """What the options of `scan` and `judge` ask for; `formats` empty means both, or JSON on stdout. `wishes` are for
    the sites among the targets."""

    console: Console
    app_file: Path | None
    profile: str
    checks: Path | None
    formats: tuple[Format, ...]
    out: Path
    fail_on: FailOn
    operator: str
    wishes: Wishes = field(default_factory=Wishes)
    source_root: Path | None = None
    jurisdiction: str = ""
    exemptions: Path | None = None
    as_of: str = ""


def scan(given: Sequence[str], order: Order) -> ExitCode:
    """Scan targets, app by app. Raises UsageError and PackError before any target is opened."""
    apps, lost = _apps(given, order)
    checks, options = _checks(order, apps), _options(order, [app for app, _ in apps])
    if not apps:
        return _nothing_to_do(lost, "cli.nothing_found", given, order.console)
    sites = sum(isinstance(thing, Site) for _, things in apps for thing in things)
    if not sites and order.wishes != Wishes():
        raise UsageError("no_address")
    wanted = order.wishes.options() if sites else None
    delivery = _delivery(order, len(apps))
    with _recordings(order) if sites else nullcontext() as folder:
        work = _Scan(order.console, checks, options, sum(len(things) for _, things in apps), wanted, folder)
        jobs = [work.job(app, things) for app, things in apps]
        return exit_code(work_off(jobs, delivery, lost), order.fail_on)


def _recordings(order: Order) -> AbstractContextManager[str]:
    """Where recordings lie until their report is saved."""
    from appscan.cli.aside import aside  # costs start time that packages do not need

    return aside(None if order.out == STDOUT else order.out, order.console)


@dataclass(slots=True)
class _Scan:
    """The work on all apps of one command. Sites are captured into the folder `aside` and then read like files."""

    console: Console
    checks: CheckSet
    options: ScanOptions
    total: int
    wanted: CaptureOptions | None
    aside: str | None
    planned: int = 0
    started: float = field(default_factory=time.monotonic)

    def job(self, app: App, things: Things) -> Job:
        """The work on one app."""
        before = self.planned
        self.planned += len(things)

        def work() -> ScanResult:
            from appscan.scan import scan_app

            targets, interrupted = self._opened(things, before)
            with progress_on(self.console, before, self.total, self.started) as progress:
                result = scan_app(targets, app, self.checks, self.options, progress)
            made = [target.path for target, thing in zip(targets, things, strict=False)
                    if isinstance(thing, Site) and target.failure is None]
            report = replace(result.report, complete=False) if interrupted else result.report
            return replace(result, report=report, recordings=tuple(made))

        return Job(tuple(name for thing in things for name in _names(thing)), work)

    def _opened(self, things: Things, before: int) -> tuple[list[Target], bool]:
        """Things as files, and whether that was interrupted: then what was captured so far is the last of them."""
        from appscan.scan import Target

        targets: list[Target] = []
        for number, thing in enumerate(things, before):
            if not isinstance(thing, Site):
                targets.append(thing)
                continue
            recording = self._place(thing, number)
            try:
                targets.append(self._visited(thing, recording))
            except KeyboardInterrupt:
                if not recording.is_file():
                    raise
                return [*targets, Target(recording, thing.name, thing.urls[0])], True
        return targets, False

    def _place(self, site: Site, number: int) -> Path:
        """Where the recording of a site is made."""
        assert self.aside is not None
        recording = Path(self.aside, str(number), site.name)
        recording.parent.mkdir()
        return recording

    def _visited(self, site: Site, recording: Path) -> Target:
        """The recording of a site as a target; one that could not be captured is a target with a failure."""
        from appscan.capture import capture
        from appscan.scan import Target

        assert self.wanted is not None
        self.console.note("cli.visiting", url=", ".join(site.urls))
        try:
            capture(site.urls, recording, self.wanted, told_on(self.console))
        except UnreadableError as error:
            return Target(Path(site.urls[0]), site.name, site.urls[0], error)
        return Target(recording, site.name, site.urls[0])


def _names(thing: Target | Site) -> tuple[str, ...]:
    """What a target is called before it was opened."""
    return thing.urls[:1] if isinstance(thing, Site) else (thing.given or thing.name,)


def judge(paths: Sequence[Path], order: Order) -> ExitCode:
    """Judge saved readings again, one app each; together they are one app where app.yaml is given."""
    from appscan.scan import ScanResult, judge_readings

    app = App()
    if order.app_file is not None:
        from appscan.cli.app_file import read_app_file

        app = read_app_file(order.app_file).app
    found = _found(paths, order.console, (READING,))
    files, lost = [target.path for target in found.targets], _tell_lost(found, order.console)
    checks, options = _checks(order, [(app, ())]), _options(order, [app])
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
    from appscan.scan import NAMED_SUFFIXES, READ_SUFFIXES

    if path.name.lower().endswith(READ_SUFFIXES + NAMED_SUFFIXES):
        raise UnreadableError("not_a_reading", name=str(path))
    try:
        return load_reading(path)
    except UnreadableError as error:
        raise UnreadableError(error.key, **{**error.params, "name": str(path)}) from None


def _apps(given: Sequence[str], order: Order) -> tuple[Apps, Lost]:
    """The apps that the command line and app.yaml name together, and what is lost beside them: folders of no app that
    cannot be read. Raises UsageError where command line and file do not fit."""
    paths, urls = [Path(one) for one in given if not is_address(one)], [one for one in given if is_address(one)]
    for one in given:
        if looks_like_address(one) and not os.path.lexists(one):
            raise UsageError("address_without_scheme", given=one)
    if order.app_file is None and not given:
        raise UsageError("no_target")
    if order.app_file is None:
        found = _found(paths, order.console)
        apart: Things = (*found.targets, *sites_of(urls, together=False))
        return [(App(), (thing,)) for thing in apart], _tell_lost(found, order.console)
    from appscan.cli.app_file import read_app_file

    file = read_app_file(order.app_file)
    found = _found(paths, order.console)
    if not file.artifacts and not file.addresses:
        if not given:
            raise UsageError("no_target")
        sites = sites_of(urls, together=True)
        if len(found.targets) + len(sites) > 1:
            raise UsageError("app_file_for_several", file=str(order.app_file), count=len(found.targets) + len(sites))
        return _one_app(file.app, found, sites)
    group = _found(file.artifacts, order.console)
    named = {os.path.realpath(target.path) for target in group.targets} | set(file.addresses)
    wanted = [(str(target.path), os.path.realpath(target.path)) for target in found.targets]
    for one, real in [*wanted, *((url, url) for url in urls)]:
        if real not in named:
            raise UsageError("target_not_in_app_file", target=one, file=str(order.app_file))
    return _one_app(file.app, group, sites_of(file.addresses, together=True))


def _one_app(app: App, found: Search, sites: Sequence[Site]) -> tuple[Apps, Lost]:
    """A folder of the app that cannot be read is one of its targets: it leaves the app's verdicts open."""
    group: Things = (*found.targets, *found.unread, *sites)
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


def _nothing_to_do(lost: Lost, key: str, paths: Sequence[str | Path], console: Console) -> ExitCode:
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


def _options(order: Order, apps: Sequence[App]) -> ScanOptions:
    from appscan.scan import ScanOptions

    place, source = _place(order, next((app.region for app in apps if app.region), ""))
    return ScanOptions(profile=order.profile, jurisdiction=place, operator=order.operator, jurisdiction_from=source)


def _place(order: Order, region: str) -> tuple[str, JurisdictionSource]:
    """Whose rules hold: those of the place the option names, else of the app's region, else central ones only.

    Raises UsageError where the option names no place."""
    if order.jurisdiction:
        return place_named(order.jurisdiction), JurisdictionSource.OPTION
    if not region:
        return CENTRAL, JurisdictionSource.DEFAULT
    from appscan.texts.places import place_of

    named = place_of(region)
    return (CENTRAL, JurisdictionSource.UNKNOWN_REGION) if named is None else (named, JurisdictionSource.APP)


def place_named(text: str) -> str:
    """The code of the place that --jurisdiction names; the country for none. Raises UsageError for what is no place."""
    if not text:
        return CENTRAL
    from appscan.texts.places import near_place, place_of

    place = place_of(text)
    if place is None:
        raise UsageError("place_unknown", name=text, near=near_place(text))
    return place


def _delivery(order: Order, apps: int) -> Delivery:
    """Where reports go: the output folder, or stdout, which holds one app in JSON."""
    if order.out != STDOUT:
        require(order.formats)
        if order.source_root is not None and not order.source_root.is_dir():
            raise UsageError("source_root_missing", path=str(order.source_root))
        return Delivery(order.console, Shelf(order.out), order.formats or (Format.HTML, Format.JSON),
                        order.source_root, _claimed(order))
    if apps != 1:
        raise UsageError("stdout_takes_one_app", count=apps)
    if set(order.formats) - {Format.JSON}:
        raise UsageError("stdout_takes_json")
    return Delivery(order.console, None, (Format.JSON,), over=_claimed(order))


def _claimed(order: Order) -> Callable[[Document], Document] | None:
    """Lays the claims of a file over a report. They change what the report says, never the exit code: only a gate's
    policy may accept them. Raises UsageError for a file that is wrong."""
    if order.exemptions is None:
        return None
    from appscan.checks import load
    from appscan.gate.exemptions import lay_over, read_claims

    known = frozenset(check.id for check in load(order.checks).checks)
    claims, day = read_claims(order.exemptions, known.__contains__), day_of(order.as_of)
    return lambda document: lay_over(document, claims, day)
