"""The command count as typer takes it. Knows no rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.helptext import help_of
from appscan.cli.store_commands import STORE, BlobsOption, StoreOption
from appscan.cli.wording import Command

CountForm = Literal["table", "json", "xlsx", "html"]
FormOption = Annotated[CountForm, typer.Option("--format", help=help_of("counting.form"))]
TargetOption = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE|-", help=help_of("counting.out"),
                                                   show_default=False)]
ProfileFile = Annotated[Path | None, typer.Option("--profile", metavar="FILE", help=help_of("counting.profile"),
                                                  show_default=False)]
ProposedOption = Annotated[Path | None, typer.Option("--proposed", metavar="APP.YAML",
                                                     help=help_of("counting.proposed"), show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("count", cls=Command, help=help_of("counting.count", "counting.exits"))(_count)


def _count(store: StoreOption = STORE, blobs: BlobsOption = "", as_of: given.AsOfOption = "",
           form: FormOption = "table", out: TargetOption = None, profile: ProfileFile = None,
           proposed: ProposedOption = None, lang: given.LangOption = "zh",
           quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.counting import CountOrder, run_count

    return run_count(CountOrder(store, blobs, as_of, form, out, profile, proposed), Console(lang, quiet))
