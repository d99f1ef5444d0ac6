"""The commands gate, baseline, diff and init as typer takes them. Knows no rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.gating import GateFormat
from appscan.cli.helptext import help_of
from appscan.cli.wording import Command, Group

Reports = Annotated[list[Path], typer.Argument(metavar="REPORT…", help=help_of("gate_reports"), show_default=False)]
OneReport = Annotated[Path, typer.Argument(metavar="REPORT", help=help_of("gate_reports"))]
PolicyOption = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help=help_of("gate_policy"))]
BaselineOption = Annotated[Path | None, typer.Option("--baseline", metavar="FILE", help=help_of("gate_baseline"))]
FormOption = Annotated[GateFormat, typer.Option("--format", help=help_of("gate_format"))]
GrantsOption = Annotated[str, typer.Option("--store", metavar="FILE|URL", help=help_of("gate_store"),
                                           show_default=False)]
TargetOption = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=help_of("baseline_out"))]
BaselineFile = Annotated[Path, typer.Option("--baseline", metavar="FILE", help=help_of("gate_baseline"))]
AppTarget = Annotated[Path, typer.Argument(metavar="[FILE]", help=help_of("init_file"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("gate", cls=Command, help=help_of("gate", "gate_exit_codes"))(_gate)
    baseline = typer.Typer(cls=Group, help=help_of("baseline"), rich_markup_mode=None, no_args_is_help=True)
    baseline.command("write", cls=Command, help=help_of("baseline_write"))(_baseline_write)
    baseline.command("check", cls=Command, help=help_of("baseline_check"))(_baseline_check)
    app.add_typer(baseline, name="baseline")
    app.command("diff", cls=Command, help=help_of("diff"))(_diff)
    app.command("init", cls=Command, help=help_of("init"))(_init)


def _gate(reports: Reports, policy: PolicyOption = None, baseline: BaselineOption = None,
          exemptions: given.ExemptionsOption = None, store: GrantsOption = "", as_of: given.AsOfOption = "",
          form: FormOption = "table", lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.gating import run_gate

    return run_gate(reports, policy, baseline, exemptions, as_of, form, Console(lang, quiet), store)


def _baseline_write(reports: Reports, out: TargetOption, force: given.ForceOption = False,
                    lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.gating import write_baseline

    return write_baseline(reports, out, Console(lang, quiet), force=force)


def _baseline_check(reports: Reports, baseline: BaselineFile, lang: given.LangOption = "zh",
                    quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.gating import check_baseline

    return check_baseline(reports, baseline, Console(lang, quiet))


def _diff(old: OneReport, new: OneReport, form: FormOption = "table", lang: given.LangOption = "zh",
          quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.gating import show_difference

    return show_difference(old, new, "json" if form == "json" else "table", Console(lang, quiet))


def _init(target: AppTarget = Path("app.yaml"), lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.gating import write_app_file

    return write_app_file(target, Console(lang))
