"""Fields that a form asks for although an answer on the same screen held them. Knows no check and no vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import numpy as np

from appscan.judge.search import Search
from appscan.model.folding import tokens
from appscan.model.reading import Fact, Reading

ASKED_AGAIN = "asked_again"
"""Computed call group, named in `checks/vocabulary/marks.yaml`."""

FEWEST = 2
"""So many fields of one form must be asked again: one alike name (name, id) says little."""
_OTHER_INPUTS = ("password", "search", "hidden", "checkbox", "radio", "submit", "button", "file")


def rows_asked_again(reading: Reading, search: Search) -> list[int]:
    """Rows of the names of required, empty form fields that an answer on the same screen, to the same actor, held.

    Only a recording has answers; a field whose content is not known counts as filled.
    """
    sids = search.exact(["response_field", "name", "required", "value_kind", "type", "true", "empty", *_OTHER_INPUTS])
    if "response_field" not in sids or "value_kind" not in sids:
        return []
    facts = reading.facts

    def rows(role: str) -> list[int]:
        is_role = (facts.kind == Fact.ATTRIBUTE) & (facts.role == sids.get(role, -1))
        return [int(row) for row in np.flatnonzero(is_role)]

    def nodes(role: str, values: Collection[str]) -> set[tuple[int, int]]:
        wanted = {sids[value] for value in values if value in sids}
        return {node(row) for row in rows(role) if int(facts.value[row]) in wanted}

    def node(row: int) -> tuple[int, int]:
        return int(facts.file[row]), int(facts.node[row])

    def place(row: int) -> tuple[int, int]:
        return int(facts.screen[row]), int(facts.actor[row])

    held: dict[tuple[int, int], set[str]] = defaultdict(set)
    for row in rows("response_field"):
        held[place(row)].add(_plain(reading.strings[int(facts.value[row])]))
    asked = (nodes("required", ["true"]) & nodes("value_kind", ["empty"])) - nodes("type", _OTHER_INPUTS)
    form_of = {node(int(row)): int(facts.parent[row]) for row in np.flatnonzero(facts.kind == Fact.NODE)}
    forms: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows("name"):
        if node(row) in asked and _plain(reading.strings[int(facts.value[row])]) in held.get(place(row), ()):
            forms[int(facts.file[row]), form_of.get(node(row), -1)].append(row)
    return [row for found in forms.values() if len(found) >= FEWEST for row in found]


def _plain(name: str) -> str:
    """The last part of a name, without separators: data.real_name and realName are one."""
    return "".join(tokens(name.rpartition(".")[2]))
