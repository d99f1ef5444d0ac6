"""The options and arguments of all commands, each with its help. Does no work of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from appscan.cli.addresses import is_address
from appscan.cli.exits import FailOn
from appscan.cli.helptext import help_of
from appscan.cli.rendering import Format
from appscan.texts import Language


class EmptyPathError(typer.BadParameter):
    """A path was given as "": mostly a shell variable that is not set, and never meant as the present folder."""


def _path(given: str | Path) -> Path:
    """A path as it is given. Whether it can be read is found out when it is opened, target by target."""
    if not str(given).strip():
        raise EmptyPathError("")
    return Path(given)


def _target(given: str) -> str:
    """A path or an address; what it is, is found out later."""
    return str(_path(given)) if not is_address(given) else given


Targets = Annotated[list[str] | None, typer.Argument(metavar="TARGET…", help=help_of("targets"), show_default=False,
                                                     parser=_target)]
Readings = Annotated[list[Path], typer.Argument(metavar="READING…", help=help_of("readings"), parser=_path)]
AppFileOption = Annotated[Path | None, typer.Option("--app", metavar="FILE", help=help_of("app"), parser=_path)]
ProfileOption = Annotated[Literal["default", "strict"], typer.Option("--profile", help=help_of("profile"))]
JurisdictionOption = Annotated[str, typer.Option("--jurisdiction", metavar="PLACE", help=help_of("jurisdiction"),
                                                 show_default=False)]
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
ExemptionsOption = Annotated[Path | None, typer.Option("--exemptions", metavar="FILE", help=help_of("exemptions"),
                                                       parser=_path)]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="DATE", help=help_of("as_of"), show_default=False)]
PackFolder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help=help_of("checks_dir"), show_default=False,
                                                   parser=_path)]
SchemaName = Annotated[Literal["report", "app", "policy", "exemptions", "baseline", "count", "counting"],
                       typer.Argument(metavar="[report|app|policy|exemptions|baseline|count|counting]",
                                      help=help_of("schema_name"))]
ReferenceFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help=help_of("reference_folder"), parser=_path)]
ReferenceCheck = Annotated[bool, typer.Option("--check", help=help_of("reference_check"))]
Edit = Annotated[Path, typer.Argument(metavar="EDIT", help=help_of("edit"), parser=_path)]
EditReadings = Annotated[list[Path], typer.Option("--on", metavar="READINGS", help=help_of("edit_readings"),
                                                  parser=_path)]
AsJson = Annotated[bool, typer.Option("--json", help=help_of("as_json"))]
CheckId = Annotated[str, typer.Argument(metavar="ID", help=help_of("check_id"))]
LabelsFolder = Annotated[Path, typer.Argument(metavar="LABELS", help=help_of("labels"), parser=_path)]
CorpusFolder = Annotated[Path | None, typer.Argument(metavar="[CORPUS]", help=help_of("corpus"), parser=_path,
                                                     show_default=False)]
SealedOption = Annotated[bool, typer.Option("--sealed", help=help_of("bench_sealed"))]
AllChecksOption = Annotated[bool, typer.Option("--all-checks", help=help_of("bench_all_checks"))]
ConditionsOption = Annotated[bool, typer.Option("--conditions", help=help_of("bench_conditions"))]
OnlyChecksOption = Annotated[list[str] | None, typer.Option("--check", metavar="ID", help=help_of("bench_check"),
                                                            show_default=False)]
LexiconOption = Annotated[Path | None, typer.Option("--lexicon", metavar="FILE", help=help_of("bench_lexicon"),
                                                    parser=_path)]
KeepFigures = Annotated[Path | None, typer.Option("--keep", metavar="FILE", help=help_of("bench_keep"), parser=_path,
                                                  show_default=False)]
ReadingsFolder = Annotated[Path | None, typer.Option("--readings", metavar="DIR", help=help_of("bench_readings"),
                                                     parser=_path)]
Addresses = Annotated[list[str], typer.Argument(metavar="URL…", help=help_of("addresses"), show_default=False)]
ForceOption = Annotated[bool, typer.Option("--force", help=help_of("force"))]
RecordingOption = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=help_of("recording"), parser=_path)]
StateOption = Annotated[Path | None, typer.Option("--storage-state", metavar="FILE", help=help_of("login_state"),
                                                  parser=_path)]
StepsOption = Annotated[Path | None, typer.Option("--login", metavar="FILE", help=help_of("login_steps"),
                                                  parser=_path)]
RolesOption = Annotated[list[str] | None, typer.Option("--as", metavar="ROLE[=FILE]", help=help_of("role"),
                                                       show_default=False)]
SaveOption = Annotated[Path, typer.Option("--save", metavar="FILE", help=help_of("save_login"), parser=_path)]
Address = Annotated[str, typer.Argument(metavar="URL", help=help_of("address"))]
HostOption = Annotated[list[str] | None, typer.Option("--allow-host", metavar="HOST[:PORT]", help=help_of("allow_host"),
                                                      show_default=False)]
ViewportOption = Annotated[Literal["mobile", "desktop", "both"], typer.Option("--viewport", help=help_of("viewport"))]
IgnoreRobotsOption = Annotated[bool, typer.Option("--ignore-robots", help=help_of("ignore_robots"))]
WritesOption = Annotated[Literal["answer", "allow"], typer.Option("--writes", help=help_of("writes"))]
NoPicturesOption = Annotated[bool, typer.Option("--no-pictures", help=help_of("no_pictures"))]
KeepOption = Annotated[str, typer.Option("--keep-personal-data", metavar="DATE", help=help_of("keep_personal_data"),
                                         show_default=False)]
AuthorityOption = Annotated[str, typer.Option("--authority", metavar="TEXT", help=help_of("authority"))]
HoursOption = Annotated[float | None, typer.Option("--virtual-hours", min=0, help=help_of("virtual_hours"),
                                                   show_default=False)]
IncludeOption = Annotated[list[str] | None, typer.Option("--include", metavar="PATTERN", help=help_of("include"),
                                                         show_default=False)]
ExcludeOption = Annotated[list[str] | None, typer.Option("--exclude", metavar="PATTERN", help=help_of("exclude"),
                                                         show_default=False)]
MaxStatesOption = Annotated[int, typer.Option("--max-states", min=1, help=help_of("max_states"))]
MaxMinutesOption = Annotated[float, typer.Option("--max-minutes", min=0.1, help=help_of("max_minutes"))]

Reports = Annotated[list[Path] | None, typer.Argument(metavar="REPORT…", help=help_of("reports"), show_default=False,
                                                      parser=_path)]
ReportOutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR|FILE|-", help=help_of("report_out"),
                                                      show_default=False, parser=_path)]
PaperOption = Annotated[Literal["notice", "opinion"], typer.Option("--paper", help=help_of("paper"))]
DeadlineOption = Annotated[str, typer.Option("--deadline", metavar="DATE", help=help_of("deadline"),
                                             show_default=False)]
TemplateOption = Annotated[Path | None, typer.Option("--template", metavar="FILE", help=help_of("template"),
                                                     show_default=False, parser=_path)]
BlankOption = Annotated[Path | None, typer.Option("--write-template", metavar="FILE", help=help_of("write_template"),
                                                  show_default=False, parser=_path)]
PreviousOption = Annotated[Path | None, typer.Option("--previous", metavar="REPORT", help=help_of("previous"),
                                                     show_default=False, parser=_path)]
GrantsOption = Annotated[str, typer.Option("--store", metavar="FILE|URL", help=help_of("report_store"),
                                           show_default=False)]
SourceRootOption = Annotated[Path | None, typer.Option("--source-root", metavar="DIR", help=help_of("source_root"),
                                                       show_default=False, parser=_path)]

OUT = Path("appscan-out")
REFERENCE = Path("docs/reference")
RECORDING = Path("site.recording.zip")
LOGIN = Path("login-state.json")
