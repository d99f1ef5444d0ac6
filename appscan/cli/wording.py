"""What the option parser says, in the user's language: wrong command lines, headings of help. Knows no command."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from appscan.texts import Language, say

_QUOTED = re.compile(r"'([^']*)'")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")

HEADINGS = {"Usage:": "用法 Usage:", "Options:": "选项 Options:", "Commands:": "命令 Commands:",
            "Arguments:": "参数 Arguments:", "[default: ": "[默认 default: ", "[required]": "[必填 required]",
            "Show this message and exit.": "显示本说明。 Show this message and exit."}


def usage_problem(lang: Language, problem: Exception) -> str:
    """What is wrong with a command line, in one sentence; in the parser's own words where it is nothing common."""
    option = _option_of(problem)
    spoken = problem.format_message() if hasattr(problem, "format_message") else str(problem)
    quoted = _QUOTED.findall(str(getattr(problem, "message", "")))
    match type(problem).__name__:
        case "EmptyPathError":
            return say(lang, "usage.empty_path", option=option)
        case "NoSuchOption":
            near = ", ".join(getattr(problem, "possibilities", None) or ())
            return say(lang, "usage.no_such_option", option=getattr(problem, "option_name", ""), near=near)
        case "MissingParameter":
            return say(lang, "usage.missing", option=option)
        case "BadOptionUsage" if "requires" in spoken:
            return say(lang, "usage.missing_value", option=getattr(problem, "option_name", ""))
        case "BadOptionUsage" if "does not take" in spoken:
            return say(lang, "usage.takes_no_value", option=getattr(problem, "option_name", ""))
        case "BadParameter" if " is not one of " in spoken and quoted:
            return say(lang, "usage.not_one_of", option=option, given=quoted[0], allowed=", ".join(quoted[1:]))
        case "BadParameter" if option and (number := _number_wanted(problem)):
            given = quoted[0] if quoted else str(getattr(problem, "message", "")).partition(" ")[0]
            return say(lang, f"usage.{number[0]}", option=option, given=given, least=number[1])
        case "BadParameter" if option:
            return say(lang, "usage.not_possible", option=option, given=", ".join(quoted[:1]))
    if "No such command" in spoken:
        return say(lang, "usage.no_such_command", command=(quoted or _QUOTED.findall(spoken) or [""])[0],
                   near=", ".join(_QUOTED.findall(spoken.partition("?")[0])[1:]))
    if "unexpected extra argument" in spoken:
        return say(lang, "usage.extra_argument", given=spoken.partition("(s) (")[2].rstrip(").") or spoken)
    if "Missing command" in spoken:
        return say(lang, "usage.missing_command")
    return spoken


def _option_of(problem: Exception) -> str:
    """The option or argument that a problem is about, as help writes it."""
    parameter: Any = getattr(problem, "param", None)
    if parameter is None:
        return ""
    names = [name for name in parameter.opts if _OPTION.fullmatch(name)]
    return max(names, key=len) if names else str(parameter.metavar or parameter.name or "").strip("[]")


def _number_wanted(problem: Exception) -> tuple[str, str] | None:
    """What number a parameter takes (a text of `usage`) and the least one; None where it takes something else."""
    wanted: Any = getattr(getattr(problem, "param", None), "type", None)
    least = getattr(wanted, "min", None)
    if least is None:
        return None
    return "whole_number" if isinstance(least, int) and "Int" in type(wanted).__name__ else "number", f"{least:g}"


def bilingual(text: str) -> str:
    """The help text with its English headings beside Chinese ones."""
    for english, both in HEADINGS.items():
        text = text.replace(english, both)
    return text


class Command(TyperCommand):
    """A command whose help has headings in both languages."""

    def get_help(self, ctx: Any) -> str:
        """The help text."""
        return bilingual(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help has headings in both languages."""

    def get_help(self, ctx: Any) -> str:
        """The help text."""
        return bilingual(super().get_help(ctx))
