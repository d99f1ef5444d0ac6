"""Mistakes of a pack: the first one is raised, or all that can be found are kept. Knows no YAML."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from appscan.errors import PackError

Value = TypeVar("Value")

_FOLLOWS = {
    "unknown_group": ("vocabulary/calls.yaml", "vocabulary/marks.yaml"), "unknown_list": ("vocabulary/words.yaml",),
    "unknown_context": ("vocabulary/contexts.yaml",), "unknown_audience": ("vocabulary/audience.yaml",),
    "unknown_clause": ("regulations/",),
}
"""Reasons that follow where one of these files is wrong: what it would have defined is missing then."""


class Faults:
    """Where the parsers of a pack leave their mistakes. With `keep` they go on behind each of them."""

    def __init__(self, *, keep: bool = False) -> None:
        self.keep = keep
        self.found: list[PackError] = []

    def attempt(self, work: Callable[[], Value], otherwise: Value) -> Value:
        """What `work` gives; `otherwise` where it fails and mistakes are kept."""
        if not self.keep:
            return work()
        try:
            return work()
        except PackError as error:
            self.found.append(error)
            return otherwise

    def told(self) -> list[PackError]:
        """Each mistake once, in the order of files and lines, without those that only follow from another file's."""
        wrong = {str(error.params["file"]) for error in self.found}
        own = {_place(error): error for error in self.found if not _only_follows(error, wrong)}
        return [own[key] for key in sorted(own)]


def _place(error: PackError) -> tuple[str, int, str, str]:
    params = error.params
    return str(params["file"]), int(str(params["line"])), str(params["reason"]), str(sorted(params.items(), key=str))


def _only_follows(error: PackError, wrong: set[str]) -> bool:
    sources = _FOLLOWS.get(str(error.params["reason"]), ())
    return any(file.startswith(sources) for file in wrong - {str(error.params["file"])}) if sources else False
