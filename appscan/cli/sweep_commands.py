"""The commands sweep, rejudge and trends as typer takes them. Knows no rule and no worker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.helptext import help_of
from appscan.cli.wording import Command

Source = Annotated[str, typer.Argument(metavar="registry|FILE|DIR", help=help_of("sweep.source"))]
StoreOption = Annotated[str, typer.Option("--store", metavar="URL", envvar="APPSCAN_STORE",
                                          help=help_of("sweep.store"))]
BlobsOption = Annotated[str, typer.Option("--blobs", metavar="URL", envvar="APPSCAN_BLOBS", help=help_of("sweep.blobs"),
                                          show_default=False)]
WorkersOption = Annotated[int, typer.Option("--workers", min=0, max=512, help=help_of("sweep.workers"),
                                            show_default=False)]
ClusterOption = Annotated[str, typer.Option("--cluster", metavar="tcp://HOST:PORT", help=help_of("sweep.cluster"),
                                            show_default=False)]
BaseOption = Annotated[Path | None, typer.Option("--base", metavar="DIR", help=help_of("sweep.base"),
                                                 show_default=False)]
NewOption = Annotated[bool, typer.Option("--new", help=help_of("sweep.new"))]
JsonOption = Annotated[bool, typer.Option("--json", help=help_of("sweep.json"))]
MetricsOption = Annotated[Path | None, typer.Option("--metrics", metavar="FILE", help=help_of("sweep.metrics"),
                                                    show_default=False)]
QuickOption = Annotated[float, typer.Option("--first-seconds", min=0.1, help=help_of("sweep.first_seconds"))]
SecondsOption = Annotated[float, typer.Option("--seconds", min=0.1, help=help_of("sweep.seconds"))]
MemoryOption = Annotated[int, typer.Option("--memory", metavar="MIB", min=256, help=help_of("sweep.memory"))]
SiteMemoryOption = Annotated[int, typer.Option("--site-memory", metavar="MIB", min=64,
                                               help=help_of("sweep.site_memory"))]
AttemptsOption = Annotated[int, typer.Option("--attempts", min=1, max=20, help=help_of("sweep.attempts"))]
RetryOption = Annotated[float, typer.Option("--retry-after", metavar="SECONDS", min=0.0,
                                            help=help_of("sweep.retry_after"))]
StoreWaitOption = Annotated[float, typer.Option("--store-wait", metavar="SECONDS", min=0.0,
                                                help=help_of("sweep.store_wait"))]
WriteOption = Annotated[bool, typer.Option("--write", help=help_of("sweep.write"))]
TableOption = Annotated[Literal["table", "json"], typer.Option("--format", help=help_of("sweep.format"))]
SinceOption = Annotated[str, typer.Option("--since", metavar="DATE", help=help_of("sweep.since"), show_default=False)]
OwnerOption = Annotated[str, typer.Option("--owner", metavar="NAME", help=help_of("sweep.owner"), show_default=False)]
CheckOption = Annotated[str, typer.Option("--check", metavar="ID", help=help_of("sweep.check"), show_default=False)]

STORE = "appscan.db"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sweep", cls=Command, help=help_of("sweep.about", "sweep.exit_codes"))(_sweep)
    app.command("rejudge", cls=Command, help=help_of("sweep.about_rejudge"))(_rejudge)
    app.command("trends", cls=Command, help=help_of("sweep.about_trends"))(_trends)


def _sweep(source: Source, store: StoreOption = STORE, blobs: BlobsOption = "", workers: WorkersOption = 0,
           cluster: ClusterOption = "", base: BaseOption = None, new: NewOption = False,
           checks: given.ChecksOption = None, profile: given.ProfileOption = "default",
           jurisdiction: given.JurisdictionOption = "", operator: given.OperatorOption = "",
           first_seconds: QuickOption = 60.0, seconds: SecondsOption = 300.0, memory: MemoryOption = 4096,
           site_memory: SiteMemoryOption = 3072, attempts: AttemptsOption = 4, retry_after: RetryOption = 5.0,
           store_wait: StoreWaitOption = 120.0, max_states: given.MaxStatesOption = 200,
           max_minutes: given.MaxMinutesOption = 10.0, hours: given.HoursOption = None,
           no_pictures: given.NoPicturesOption = False, authority: given.AuthorityOption = "",
           as_json: JsonOption = False, metrics: MetricsOption = None, lang: given.LangOption = "zh",
           quiet: given.QuietOption = False, debug: given.DebugOption = False) -> ExitCode:
    from appscan.cli.sweeping import Bounds, SweepOrder, Walks, sweep

    bounds = Bounds(first_seconds, seconds, memory, site_memory, attempts, retry_after, store_wait)
    walks = Walks(max_states, max_minutes, hours, not no_pictures, authority)
    return sweep(SweepOrder(Console(lang, quiet, as_json, debug), source, store, blobs, workers, cluster, base, new,
                            checks, profile, jurisdiction, operator, bounds, walks, as_json, metrics))


def _rejudge(store: StoreOption = STORE, blobs: BlobsOption = "", checks: given.ChecksOption = None,
             write: WriteOption = False, workers: WorkersOption = 0, cluster: ClusterOption = "",
             form: TableOption = "table", memory: MemoryOption = 4096, lang: given.LangOption = "zh",
             quiet: given.QuietOption = False, debug: given.DebugOption = False) -> ExitCode:
    from appscan.cli.rejudging import RejudgeOrder, rejudge_all

    return rejudge_all(RejudgeOrder(Console(lang, quiet, form == "json", debug), store, blobs, checks, write, workers,
                                    cluster, form == "json", memory))


def _trends(store: StoreOption = STORE, blobs: BlobsOption = "", since: SinceOption = "", as_of: given.AsOfOption = "",
            owner: OwnerOption = "", check: CheckOption = "", form: TableOption = "table",
            lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.trending import show_trends

    return show_trends(store, blobs, since, as_of, owner, check, form == "json", Console(lang))
