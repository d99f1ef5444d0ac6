"""The commands serve and users as typer takes them. Knows no rule, no table and no page."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from appscan.cli import options as given
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.helptext import help_of
from appscan.cli.store_commands import STORE, BlobsOption, JsonOption, StoreOption, WhoOption
from appscan.cli.wording import Command, Group

HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help=help_of("serving.host"))]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help=help_of("serving.port"))]
HttpsOption = Annotated[bool, typer.Option("--behind-https", help=help_of("serving.https"))]
RangesOption = Annotated[list[str] | None, typer.Option("--allow-range", metavar="RANGE",
                                                       help=help_of("serving.range"))]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=help_of("serving.name"))]
RoleOption = Annotated[Literal["viewer", "reviewer", "admin"], typer.Option("--role", help=help_of("serving.role"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", cls=Command, help=help_of("serving.serve"))(_serve)
    users = typer.Typer(cls=Group, help=help_of("serving.users"), rich_markup_mode=None, no_args_is_help=True)
    users.command("add", cls=Command, help=help_of("serving.add"))(_add)
    users.command("list", cls=Command, help=help_of("serving.list"))(_list)
    users.command("password", cls=Command, help=help_of("serving.password"))(_password)
    users.command("disable", cls=Command, help=help_of("serving.disable"))(_disable)
    app.add_typer(users, name="users")


def _serve(store: StoreOption = STORE, blobs: BlobsOption = "", host: HostOption = "127.0.0.1", port: PortOption = 8080,
           behind_https: HttpsOption = False, checks: given.ChecksOption = None, allow_range: RangesOption = None,
           lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.serving import ServeOrder, serve

    order = ServeOrder(store, blobs, host, port, behind_https, checks, tuple(allow_range or ()))
    return serve(order, Console(lang, quiet))


def _add(name: NameArgument, role: RoleOption = "viewer", store: StoreOption = STORE, who: WhoOption = "",
         lang: given.LangOption = "zh", quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.serving import add_user

    return add_user(name, role, store, who, Console(lang, quiet))


def _list(store: StoreOption = STORE, as_json: JsonOption = False, lang: given.LangOption = "zh") -> ExitCode:
    from appscan.cli.serving import list_users

    return list_users(store, as_json, Console(lang))


def _password(name: NameArgument, store: StoreOption = STORE, who: WhoOption = "", lang: given.LangOption = "zh",
              quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.serving import set_password

    return set_password(name, store, who, Console(lang, quiet))


def _disable(name: NameArgument, store: StoreOption = STORE, who: WhoOption = "", lang: given.LangOption = "zh",
             quiet: given.QuietOption = False) -> ExitCode:
    from appscan.cli.serving import disable_user

    return disable_user(name, store, who, Console(lang, quiet))
