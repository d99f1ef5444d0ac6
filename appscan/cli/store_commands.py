"""The commands ingest, store, exemption and history as typer takes them. Knows no rule and no table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.helptext import help_of
from appscan.cli.wording import Command, Group

STORE = "appscan.db"

Reports = Annotated[list[Path], typer.Argument(metavar="REPORT…", help=help_of("storing.reports"), show_default=False)]
StoreOption = Annotated[str, typer.Option("--store", metavar="FILE|URL", envvar="APPSCAN_STORE",
                                          help=help_of("storing.store"))]
BlobsOption = Annotated[str, typer.Option("--blobs", metavar="DIR|URL", envvar="APPSCAN_BLOBS",
                                          help=help_of("storing.blobs"), show_default=False)]
WhoOption = Annotated[str, typer.Option("--who", metavar="NAME", envvar="APPSCAN_WHO", help=help_of("storing.who"),
                                        show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help=help_of("storing.reason"),
                                           show_default=False)]
ReasonWanted = Annotated[str, typer.Option("--reason", metavar="TEXT", help=help_of("storing.reason"))]
ArtifactOption = Annotated[list[Path] | None, typer.Option("--artifact", metavar="FILE",
                                                           help=help_of("storing.artifact"), show_default=False)]
EntryOption = Annotated[str, typer.Option("--entry", metavar="ID", help=help_of("storing.entry"), show_default=False)]
JudgeOption = Annotated[bool, typer.Option("--judge", help=help_of("storing.judge"))]
JsonOption = Annotated[bool, typer.Option("--json", help=help_of("as_json"))]
Records = Annotated[Path, typer.Argument(metavar="FILE", help=help_of("storing.records"))]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help=help_of("storing.number"))]
DocumentOption = Annotated[Path | None, typer.Option("--document", metavar="FILE", help=help_of("storing.document"),
                                                     show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help=help_of("storing.all"))]
OneEntry = Annotated[str, typer.Argument(metavar="ENTRY", help=help_of("storing.one_entry"))]
TableOption = Annotated[Literal["table", "json"], typer.Option("--format", help=help_of("storing.format"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ingest", cls=Command, help=help_of("storing.ingest", "storing.ingest_exits"))(_ingest)
    store = typer.Typer(cls=Group, help=help_of("storing.group"), rich_markup_mode=None, no_args_is_help=True)
    store.command("init", cls=Command, help=help_of("storing.init"))(_init)
    store.command("upgrade", cls=Command, help=help_of("storing.upgrade"))(_upgrade)
    store.command("status", cls=Command, help=help_of("storing.status"))(_status)
    app.add_typer(store, name="store")
    exemption = typer.Typer(cls=Group, help=help_of("storing.exemption"), rich_markup_mode=None, no_args_is_help=True)
    exemption.command("grant", cls=Command, help=help_of("storing.grant"))(_grant)
    exemption.command("withdraw", cls=Command, help=help_of("storing.withdraw"))(_withdraw)
    exemption.command("list", cls=Command, help=help_of("storing.list"))(_list)
    app.add_typer(exemption, name="exemption")
    app.command("history", cls=Command, help=help_of("storing.history"))(_history)


def _ingest(reports: Reports, store: StoreOption = STORE, blobs: BlobsOption = "", artifacts: ArtifactOption = None,
            entry: EntryOption = "", judge: JudgeOption = False, checks: given.ChecksOption = None,
            who: WhoOption = "", as_json: JsonOption = False, lang: given.LangOption = "zh",
            quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.ingesting import Order, ingest

    order = Order(store, blobs, tuple(artifacts or ()), entry, judge, checks, who, as_json)
    return ingest(reports, order, Console(lang, quiet, piped=as_json))


def _init(store: StoreOption = STORE, lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.storing import make_store

    return make_store(store, Console(lang, quiet))


def _upgrade(store: StoreOption = STORE, lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.storing import upgrade_store

    return upgrade_store(store, Console(lang, quiet))


def _status(store: StoreOption = STORE, as_json: JsonOption = False, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.storing import show_status

    return show_status(store, as_json, Console(lang))


def _grant(records: Records, store: StoreOption = STORE, blobs: BlobsOption = "", document: DocumentOption = None,
           who: WhoOption = "", reason: ReasonOption = "", lang: given.LangOption = "zh",
           quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.exempting import grant

    return grant(records, store, blobs, document, who, reason, Console(lang, quiet))


def _withdraw(number: Number, reason: ReasonWanted, store: StoreOption = STORE, who: WhoOption = "",
              lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.exempting import withdraw

    return withdraw(number, store, who, reason, Console(lang, quiet))


def _list(store: StoreOption = STORE, as_of: given.AsOfOption = "", everything: AllOption = False,
          as_json: JsonOption = False, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.exempting import show_exemptions

    return show_exemptions(store, as_of, everything, as_json, Console(lang))


def _history(entry: OneEntry, store: StoreOption = STORE, form: TableOption = "table",
             lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.storing import show_history

    return show_history(entry, store, form == "json", Console(lang))
