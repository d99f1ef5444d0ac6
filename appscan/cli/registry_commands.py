"""The commands of the registry as typer takes them. Knows no rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.helptext import help_of
from appscan.cli.store_commands import STORE, JsonOption, ReasonOption, StoreOption, WhoOption
from appscan.cli.wording import Command, Group

RegistryFiles = Annotated[list[Path], typer.Argument(metavar="FILE…", help=help_of("registry_file"),
                                                     show_default=False)]
SomeFiles = Annotated[list[Path] | None, typer.Argument(metavar="[FILE…]", help=help_of("registry_file"),
                                                        show_default=False)]
Target = Annotated[Path, typer.Argument(metavar="FILE", help=help_of("registry_target"), show_default=False)]
Ids = Annotated[list[str], typer.Argument(metavar="ID…", help=help_of("registry_ids"), show_default=False)]
OneId = Annotated[str, typer.Argument(metavar="ID", help=help_of("registry_ids"), show_default=False)]
EntryIds = Annotated[list[str], typer.Argument(metavar="ENTRY…", help=help_of("registry_entries"), show_default=False)]
StrictOption = Annotated[bool, typer.Option("--strict", help=help_of("registry_strict"))]
OwnerOption = Annotated[str, typer.Option("--owner", metavar="NAME", help=help_of("registry_owner"),
                                          show_default=False)]
ProposalsOption = Annotated[bool, typer.Option("--proposals", help=help_of("registry_proposals"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    registry = typer.Typer(cls=Group, help=help_of("registry"), rich_markup_mode=None, no_args_is_help=True)
    registry.command("template", cls=Command, help=help_of("registry_template"))(_template)
    registry.command("import", cls=Command, help=help_of("registry_import"))(_import)
    registry.command("list", cls=Command, help=help_of("registry_list"))(_list)
    registry.command("show", cls=Command, help=help_of("registry_show"))(_show)
    registry.command("check", cls=Command, help=help_of("registry_check"))(_check)
    registry.command("export", cls=Command, help=help_of("registry_export"))(_export)
    registry.command("merge", cls=Command, help=help_of("registry_merge"))(_merge)
    registry.command("split", cls=Command, help=help_of("registry_split"))(_split)
    app.add_typer(registry, name="registry")


def _template(target: Target = Path("registry.xlsx"), lang: given.LangOption = "zh",
              quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import make_template

    return make_template(target, Console(lang, quiet))


def _import(files: RegistryFiles, store: StoreOption = STORE, strict: StrictOption = False, who: WhoOption = "",
            reason: ReasonOption = "", as_json: JsonOption = False, lang: given.LangOption = "zh",
            quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import Ask, import_files

    return import_files(files, Ask(store, Console(lang, quiet, as_json), who, reason, as_json), strict=strict)


def _list(store: StoreOption = STORE, owner: OwnerOption = "", proposals: ProposalsOption = False,
          as_json: JsonOption = False, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.registry_views import list_products

    return list_products(store, owner, proposals, as_json, Console(lang, piped=as_json))


def _show(one: OneId, store: StoreOption = STORE, as_json: JsonOption = False,
          lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.registry_views import show_product

    return show_product(one, store, as_json, Console(lang, piped=as_json))


def _check(files: SomeFiles = None, store: StoreOption = STORE, as_json: JsonOption = False,
           lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import check_files, check_store

    console = Console(lang, quiet, as_json)
    return check_files(files, as_json, console) if files else check_store(store, as_json, console)


def _export(target: Target, store: StoreOption = STORE, lang: given.LangOption = "zh",
            quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import export

    return export(target, store, Console(lang, quiet))


def _merge(ids: Ids, store: StoreOption = STORE, who: WhoOption = "", reason: ReasonOption = "",
           lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import Ask, merge

    return merge(ids, Ask(store, Console(lang, quiet), who, reason))


def _split(entries: EntryIds, store: StoreOption = STORE, who: WhoOption = "", reason: ReasonOption = "",
           lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.registering import Ask, split

    return split(entries, Ask(store, Console(lang, quiet), who, reason))
