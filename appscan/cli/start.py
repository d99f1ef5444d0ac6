"""All commands with their options, and how errors that reach the top become exit codes. Does no work of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from appscan.cli.console import Console, be_lenient_about_encodings
from appscan.cli.exits import ExitCode, FailOn
from appscan.cli.helptext import help_of
from appscan.cli.saving import Format
from appscan.cli.wording import Command, Group, usage_problem
from appscan.errors import PackError, UsageError
from appscan.texts import LANGUAGES, Language

UsageProblem: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for a wrong command line; the class itself has no public name."""



class EmptyPathError(typer.BadParameter):
    """A path was given as "": mostly a shell variable that is not set, and never meant as the present folder."""


def _path(given: str | Path) -> Path:
    """A path as it is given. Whether it can be read is found out when it is opened, target by target."""
    if not str(given).strip():
        raise EmptyPathError("")
    return Path(given)


def _target(given: str | Path) -> Path:
    """A path; an address is refused here, while it still has both slashes. Raises UsageError."""
    if str(given).lower().startswith(("http:/", "https:/")):
        raise UsageError("address_to_capture", url=str(given))
    return _path(given)


Targets = Annotated[list[Path] | None, typer.Argument(metavar="TARGET…", help=help_of("targets"), show_default=False,
                                                      parser=_target)]
Readings = Annotated[list[Path], typer.Argument(metavar="READING…", help=help_of("readings"), parser=_path)]
AppFileOption = Annotated[Path | None, typer.Option("--app", metavar="FILE", help=help_of("app"), parser=_path)]
ProfileOption = Annotated[Literal["default", "strict"], typer.Option("--profile", help=help_of("profile"))]
ChecksOption = Annotated[Path | None, typer.Option("--checks", metavar="DIR", help=help_of("checks_dir"), parser=_path)]
FormatOption = Annotated[list[Format] | None, typer.Option("--format", help=help_of("format"), show_default=False)]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR|-", help=help_of("out"), parser=_path)]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help=help_of("fail_on"))]
LangOption = Annotated[Language, typer.Option("--lang", help=help_of("lang"))]
LangBefore = Annotated[Language | None, typer.Option("--lang", help=help_of("lang"), show_default=False)]
QuietOption = Annotated[bool, typer.Option("--quiet", help=help_of("quiet"))]
OperatorOption = Annotated[str, typer.Option("--operator", metavar="NAME", help=help_of("operator"))]
DebugOption = Annotated[bool, typer.Option("--debug", envvar="APPSCAN_DEBUG", help=help_of("debug"))]
VersionOption = Annotated[bool, typer.Option("--version", help=help_of("version"))]
PackFolder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help=help_of("checks_dir"), show_default=False,
                                                   parser=_path)]
SchemaName = Annotated[Literal["report", "app"], typer.Argument(metavar="[report|app]", help=help_of("schema_name"))]
CheckId = Annotated[str, typer.Argument(metavar="ID", help=help_of("check_id"))]
LabelsFolder = Annotated[Path, typer.Argument(metavar="LABELS", help=help_of("labels"), parser=_path)]
CorpusFolder = Annotated[Path, typer.Argument(metavar="CORPUS", help=help_of("corpus"), parser=_path)]
ReadingsFolder = Annotated[Path | None, typer.Option("--readings", metavar="DIR", help=help_of("bench_readings"),
                                                     parser=_path)]
Addresses = Annotated[list[str], typer.Argument(metavar="URL…", help=help_of("addresses"), show_default=False)]
RecordingOption = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=help_of("recording"), parser=_path)]
StateOption = Annotated[Path | None, typer.Option("--storage-state", metavar="FILE", help=help_of("login_state"),
                                                  parser=_path)]
StepsOption = Annotated[Path | None, typer.Option("--login", metavar="FILE", help=help_of("login_steps"),
                                                  parser=_path)]
HostOption = Annotated[list[str] | None, typer.Option("--allow-host", metavar="HOST[:PORT]", help=help_of("allow_host"),
                                                      show_default=False)]
ViewportOption = Annotated[Literal["mobile", "desktop", "both"], typer.Option("--viewport", help=help_of("viewport"))]
IgnoreRobotsOption = Annotated[bool, typer.Option("--ignore-robots", help=help_of("ignore_robots"))]
HoursOption = Annotated[float | None, typer.Option("--virtual-hours", min=0, help=help_of("virtual_hours"),
                                                   show_default=False)]
IncludeOption = Annotated[list[str] | None, typer.Option("--include", metavar="PATTERN", help=help_of("include"),
                                                         show_default=False)]
ExcludeOption = Annotated[list[str] | None, typer.Option("--exclude", metavar="PATTERN", help=help_of("exclude"),
                                                         show_default=False)]
MaxStatesOption = Annotated[int, typer.Option("--max-states", min=1, help=help_of("max_states"))]
MaxMinutesOption = Annotated[float, typer.Option("--max-minutes", min=0.1, help=help_of("max_minutes"))]
OUT = Path("appscan-out")
RECORDING = Path("site.recording.zip")


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code. Nothing leaves this function but a second Ctrl-C."""
    be_lenient_about_encodings()
    console = _console_for(arguments)
    try:
        result = application()(args=list(arguments), prog_name="appscan", standalone_mode=False)
    except (UsageError, PackError) as error:
        console.failure(error)
        return ExitCode.USAGE
    except UsageProblem as problem:
        return _wrong_usage(problem, console)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else flushing at exit fails once more
        return ExitCode.OWN_FAILURE
    except KeyboardInterrupt:
        console.trouble("cli.interrupted_early")
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last place where a failure of ours can be told in one line)
        console.own_failure(error)
        return ExitCode.OWN_FAILURE
    return result if isinstance(result, int) else ExitCode.OK


def application() -> typer.Typer:
    """The commands. Help is Chinese, then English."""
    app = typer.Typer(name="appscan", cls=Group, help=help_of("appscan", "exit_codes"), add_completion=False,
                      rich_markup_mode=None, pretty_exceptions_enable=False,
                      context_settings={"help_option_names": ["-h", "--help"]})
    app.callback(invoke_without_command=True)(_without_command)
    app.command("scan", cls=Command, help=help_of("scan", "exit_codes"))(_scan)
    app.command("judge", cls=Command, help=help_of("judge", "exit_codes"))(_judge)
    app.command("capture", cls=Command, help=help_of("capture"))(_capture)
    app.command("schema", cls=Command, help=help_of("schema"))(_schema)
    app.command("bench", cls=Command, help=help_of("bench"))(_bench)
    checks = typer.Typer(cls=Group, help=help_of("checks"), rich_markup_mode=None, no_args_is_help=True)
    checks.command("list", cls=Command, help=help_of("checks_list"))(_checks_list)
    checks.command("show", cls=Command, help=help_of("checks_show"))(_checks_show)
    checks.command("lint", cls=Command, help=help_of("checks_lint"))(_checks_lint)
    checks.command("test", cls=Command, help=help_of("checks_test"))(_checks_test)
    app.add_typer(checks, name="checks")
    return app


def _console_for(arguments: Sequence[str]) -> Console:
    """The console for errors that come before or outside a command: options are looked up, not parsed."""
    named = [after for before, after in zip(["", *arguments], arguments, strict=False) if before == "--lang"]
    named += [argument.partition("=")[2] for argument in arguments if argument.startswith("--lang=")]
    lang: Language = next((one for one in LANGUAGES if [one] == named[-1:]), "zh")
    debug = "--debug" in arguments or os.environ.get("APPSCAN_DEBUG", "0") not in ("", "0")
    return Console(lang, debug=debug)


def _wrong_usage(problem: Exception, console: Console) -> ExitCode:
    if type(problem).__name__ == "NoArgsIsHelpError":
        print(problem, file=sys.stderr)
        return ExitCode.USAGE
    context = getattr(problem, "ctx", None)
    console.trouble("cli.wrong_usage", reason=usage_problem(console.lang, problem),
                    command=context.command_path if context else "appscan")
    return ExitCode.USAGE


def _without_command(context: typer.Context, lang: LangBefore = None, version: VersionOption = False) -> None:
    if version:
        from appscan import __version__

        print(f"appscan {__version__}")
        raise typer.Exit(ExitCode.OK)
    if lang is not None:  # a language before the command is the default of all commands after it
        of_checks = {name: {"lang": lang} for name in ("list", "show", "lint", "test")}
        others = {name: {"lang": lang} for name in ("scan", "judge", "capture", "bench")}
        context.default_map = {"checks": of_checks, **others}
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(ExitCode.USAGE)


def _scan(targets: Targets = None, app: AppFileOption = None, profile: ProfileOption = "default",
          checks: ChecksOption = None, formats: FormatOption = None, out: OutOption = OUT,
          fail_on: FailOnOption = FailOn.LIKELY_VIOLATION, lang: LangOption = "zh", quiet: QuietOption = False,
          operator: OperatorOption = "", debug: DebugOption = False) -> ExitCode:
    from appscan.cli.scanning import STDOUT, Order, scan

    console = Console(lang, quiet, out == STDOUT, debug)
    return scan(targets or [], Order(console, app, profile, checks, tuple(formats or ()), out, fail_on, operator))


def _judge(readings: Readings, app: AppFileOption = None, profile: ProfileOption = "default",
           checks: ChecksOption = None, formats: FormatOption = None, out: OutOption = OUT,
           fail_on: FailOnOption = FailOn.LIKELY_VIOLATION, lang: LangOption = "zh", quiet: QuietOption = False,
           operator: OperatorOption = "", debug: DebugOption = False) -> ExitCode:
    from appscan.cli.scanning import STDOUT, Order, judge

    console = Console(lang, quiet, out == STDOUT, debug)
    return judge(readings, Order(console, app, profile, checks, tuple(formats or ()), out, fail_on, operator))


def _capture(urls: Addresses, out: RecordingOption = RECORDING, state: StateOption = None, steps: StepsOption = None,
             hosts: HostOption = None, viewport: ViewportOption = "mobile", ignore_robots: IgnoreRobotsOption = False,
             hours: HoursOption = None, include: IncludeOption = None, exclude: ExcludeOption = None,
             max_states: MaxStatesOption = 200, max_minutes: MaxMinutesOption = 10.0, lang: LangOption = "zh",
             quiet: QuietOption = False) -> ExitCode:
    from appscan.cli.capturing import CaptureOrder, capture

    return capture(urls, CaptureOrder(Console(lang, quiet), out, state, steps, tuple(hosts or ()), viewport,
                                      not ignore_robots, hours, tuple(include or ()), tuple(exclude or ()),
                                      max_states, max_minutes))


def _schema(name: SchemaName = "report") -> ExitCode:
    from appscan.cli.inspecting import print_schema

    return print_schema(name)


def _checks_list(checks: ChecksOption = None, lang: LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import list_checks

    return list_checks(checks, Console(lang))


def _checks_show(check_id: CheckId, checks: ChecksOption = None, lang: LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import show_check

    return show_check(check_id, checks, Console(lang))


def _checks_lint(folder: PackFolder = None, lang: LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import lint_checks

    return lint_checks(folder, Console(lang))


def _checks_test(folder: PackFolder = None, lang: LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import test_checks

    return test_checks(folder, Console(lang))


def _bench(labels: LabelsFolder, corpus: CorpusFolder, readings: ReadingsFolder = None, checks: ChecksOption = None,
           lang: LangOption = "zh", quiet: QuietOption = False) -> ExitCode:
    from appscan.cli.inspecting import measure

    return measure(labels, corpus, readings, checks, Console(lang, quiet))
