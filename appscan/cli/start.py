"""All commands with their options, and how errors that reach the top become exit codes. Does no work of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from appscan.cli import options as given
from appscan.cli.console import Console, be_lenient_about_encodings
from appscan.cli.count_commands import register as register_count
from appscan.cli.exits import ExitCode, FailOn
from appscan.cli.gate_commands import register as register_gate
from appscan.cli.helptext import help_of
from appscan.cli.registry_commands import register as register_registry
from appscan.cli.serve_commands import register as register_serve
from appscan.cli.store_commands import register as register_store
from appscan.cli.sweep_commands import register as register_sweep
from appscan.cli.wording import Command, Group, usage_problem
from appscan.errors import PackError, UnavailableError, UsageError
from appscan.texts import LANGUAGES, Language

UsageProblem: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for a wrong command line; the class itself has no public name."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code. Nothing leaves this function but a second Ctrl-C."""
    be_lenient_about_encodings()
    console = _console_for(arguments)
    try:
        result = application()(args=list(arguments), prog_name="appscan", standalone_mode=False)
    except (UsageError, PackError) as error:
        console.failure(error)
        return ExitCode.USAGE
    except UnavailableError as error:
        console.failure(error)
        return ExitCode.OWN_FAILURE
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
    app.command("report", cls=Command, help=help_of("report"))(_report)
    app.command("capture", cls=Command, help=help_of("capture"))(_capture)
    app.command("login", cls=Command, help=help_of("login"))(_login)
    app.command("schema", cls=Command, help=help_of("schema"))(_schema)
    app.command("bench", cls=Command, help=help_of("bench"))(_bench)
    checks = typer.Typer(cls=Group, help=help_of("checks"), rich_markup_mode=None, no_args_is_help=True)
    checks.command("list", cls=Command, help=help_of("checks_list"))(_checks_list)
    checks.command("show", cls=Command, help=help_of("checks_show"))(_checks_show)
    checks.command("lint", cls=Command, help=help_of("checks_lint"))(_checks_lint)
    checks.command("test", cls=Command, help=help_of("checks_test"))(_checks_test)
    checks.command("docs", cls=Command, help=help_of("checks_docs"))(_checks_docs)
    checks.command("try", cls=Command, help=help_of("checks_try"))(_checks_try)
    app.add_typer(checks, name="checks")
    register_gate(app)
    register_registry(app)
    register_store(app)
    register_count(app)
    register_sweep(app)
    register_serve(app)
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


def _without_command(context: typer.Context, lang: given.LangBefore = None,
                     version: given.VersionOption = False) -> None:
    if version:
        from appscan import __version__

        print(f"appscan {__version__}")
        raise typer.Exit(ExitCode.OK)
    if lang is not None:  # a language before the command is the default of all commands after it
        of_checks = {name: {"lang": lang} for name in ("list", "show", "lint", "test", "docs", "try")}
        of_registry = {name: {"lang": lang} for name in ("template", "import", "list", "show", "check", "export",
                                                         "merge", "split")}
        of_baseline = {name: {"lang": lang} for name in ("write", "check")}
        of_store = {name: {"lang": lang} for name in ("init", "upgrade", "status")}
        of_exemption = {name: {"lang": lang} for name in ("grant", "withdraw", "list")}
        of_users = {name: {"lang": lang} for name in ("add", "list", "password", "disable")}
        others = {name: {"lang": lang} for name in ("scan", "judge", "report", "capture", "login", "bench", "gate",
                                                    "diff", "init", "ingest", "history", "count", "sweep",
                                                    "rejudge", "trends", "serve")}
        context.default_map = {"checks": of_checks, "baseline": of_baseline, "registry": of_registry,
                               "store": of_store, "exemption": of_exemption, "users": of_users, **others}
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(ExitCode.USAGE)


def _scan(targets: given.Targets = None, app: given.AppFileOption = None, profile: given.ProfileOption = "default",
          checks: given.ChecksOption = None, formats: given.FormatOption = None, out: given.OutOption = given.OUT,
          fail_on: given.FailOnOption = FailOn.LIKELY_VIOLATION, lang: given.LangOption = "zh",
          quiet: given.QuietOption = False, operator: given.OperatorOption = "",
          jurisdiction: given.JurisdictionOption = "",
          state: given.StateOption = None, steps: given.StepsOption = None, roles: given.RolesOption = None,
          hosts: given.HostOption = None, viewport: given.ViewportOption = "mobile",
          ignore_robots: given.IgnoreRobotsOption = False, writes: given.WritesOption = "answer",
          hours: given.HoursOption = None, include: given.IncludeOption = None, exclude: given.ExcludeOption = None,
          max_states: given.MaxStatesOption = 200, max_minutes: given.MaxMinutesOption = 10.0,
          no_pictures: given.NoPicturesOption = False, authority: given.AuthorityOption = "",
          keep_personal_data: given.KeepOption = "", source_root: given.SourceRootOption = None,
          exemptions: given.ExemptionsOption = None, as_of: given.AsOfOption = "",
          debug: given.DebugOption = False) -> ExitCode:
    from appscan.cli.scanning import STDOUT, Order, scan
    from appscan.cli.wishes import Wishes

    wishes = Wishes(state, steps, tuple(roles or ()), tuple(hosts or ()), viewport, ignore_robots, writes, hours,
                    tuple(include or ()), tuple(exclude or ()), max_states, max_minutes, not no_pictures, authority,
                    keep_personal_data)
    console = Console(lang, quiet, out == STDOUT, debug)
    return scan(targets or [], Order(console, app, profile, checks, tuple(formats or ()), out, fail_on, operator,
                                     wishes, source_root, jurisdiction, exemptions, as_of))


def _judge(readings: given.Readings, app: given.AppFileOption = None, profile: given.ProfileOption = "default",
           checks: given.ChecksOption = None, formats: given.FormatOption = None, out: given.OutOption = given.OUT,
           fail_on: given.FailOnOption = FailOn.LIKELY_VIOLATION, lang: given.LangOption = "zh",
           quiet: given.QuietOption = False, operator: given.OperatorOption = "",
           jurisdiction: given.JurisdictionOption = "", source_root: given.SourceRootOption = None,
           exemptions: given.ExemptionsOption = None,
           as_of: given.AsOfOption = "", debug: given.DebugOption = False) -> ExitCode:
    from appscan.cli.scanning import STDOUT, Order, judge

    console = Console(lang, quiet, out == STDOUT, debug)
    return judge(readings, Order(console, app, profile, checks, tuple(formats or ()), out, fail_on, operator,
                                 source_root=source_root, jurisdiction=jurisdiction, exemptions=exemptions,
                                 as_of=as_of))


def _report(reports: given.Reports = None, formats: given.FormatOption = None, out: given.ReportOutOption = None,
            paper: given.PaperOption = "opinion", deadline: given.DeadlineOption = "",
            template: given.TemplateOption = None, previous: given.PreviousOption = None,
            source_root: given.SourceRootOption = None, blank: given.BlankOption = None, store: given.GrantsOption = "",
            lang: given.LangOption = "zh", quiet: given.QuietOption = False,
            debug: given.DebugOption = False) -> ExitCode:
    from appscan.cli.reporting import STDOUT, ReportOrder, report

    console = Console(lang, quiet, out == STDOUT, debug)
    return report(reports or [], ReportOrder(console, tuple(formats or ()), out, paper, deadline, template, previous,
                                             source_root, blank, store))


def _capture(urls: given.Addresses, out: given.RecordingOption = given.RECORDING, force: given.ForceOption = False,
             state: given.StateOption = None, steps: given.StepsOption = None, roles: given.RolesOption = None,
             hosts: given.HostOption = None,
             viewport: given.ViewportOption = "mobile", ignore_robots: given.IgnoreRobotsOption = False,
             writes: given.WritesOption = "answer", hours: given.HoursOption = None,
             include: given.IncludeOption = None, exclude: given.ExcludeOption = None,
             max_states: given.MaxStatesOption = 200, max_minutes: given.MaxMinutesOption = 10.0,
             no_pictures: given.NoPicturesOption = False, authority: given.AuthorityOption = "",
             keep_personal_data: given.KeepOption = "", lang: given.LangOption = "zh",
             quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.capturing import capture
    from appscan.cli.wishes import Wishes

    wishes = Wishes(state, steps, tuple(roles or ()), tuple(hosts or ()), viewport, ignore_robots, writes, hours,
                    tuple(include or ()), tuple(exclude or ()), max_states, max_minutes, not no_pictures, authority,
                    keep_personal_data)
    return capture(urls, out, wishes, Console(lang, quiet), force=force)


def _login(url: given.Address, save: given.SaveOption = given.LOGIN, lang: given.LangOption = "zh",
           quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.capturing import login

    return login(url, save, Console(lang, quiet))


def _schema(name: given.SchemaName = "report") -> ExitCode:
    from appscan.cli.inspecting import print_schema

    return print_schema(name)


def _checks_list(checks: given.ChecksOption = None, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import list_checks

    return list_checks(checks, Console(lang))


def _checks_show(check_id: given.CheckId, checks: given.ChecksOption = None, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import show_check

    return show_check(check_id, checks, Console(lang))


def _checks_lint(folder: given.PackFolder = None, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import lint_checks

    return lint_checks(folder, Console(lang))


def _checks_test(folder: given.PackFolder = None, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.inspecting import test_checks

    return test_checks(folder, Console(lang))


def _checks_docs(out: given.ReferenceFolder = given.REFERENCE, check: given.ReferenceCheck = False,
                 checks: given.ChecksOption = None, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.editing import make_reference

    return make_reference(out, checks, check, Console(lang))


def _checks_try(edit: given.Edit, on: given.EditReadings, checks: given.ChecksOption = None,
                jurisdiction: given.JurisdictionOption = "", as_json: given.AsJson = False,
                lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.editing import try_edit
    from appscan.cli.scanning import place_named

    return try_edit(edit, on, checks, place_named(jurisdiction), as_json, Console(lang))


def _bench(labels: given.LabelsFolder, corpus: given.CorpusFolder = None, readings: given.ReadingsFolder = None,
           sealed: given.SealedOption = False, lexicon: given.LexiconOption = None, keep: given.KeepFigures = None,
           all_checks: given.AllChecksOption = False, conditions: given.ConditionsOption = False,
           check: given.OnlyChecksOption = None, checks: given.ChecksOption = None, lang: given.LangOption = "zh",
           quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.inspecting import measure, measure_cases, measure_conditions, measure_others

    if corpus is None and conditions:
        return measure_conditions(labels, checks, Console(lang, quiet), sealed=sealed, only=check or ())
    if corpus is None and (all_checks or check):
        return measure_others(labels, checks, Console(lang, quiet), sealed=sealed, only=check or ())
    if corpus is None:
        return measure_cases(labels, checks, Console(lang, quiet), sealed=sealed, lexicon=lexicon, keep=keep)
    return measure(labels, corpus, readings, checks, Console(lang, quiet))
