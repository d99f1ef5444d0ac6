"""Rows of a reading → hits: where a fact, a method or a class stands, on which screens, whose, and whether alive.

Knows no word and no check.
"""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from appscan.judge.hits import Hit
from appscan.judge.layouts import Layouts
from appscan.judge.liveness import Liveness
from appscan.judge.margins import Margins
from appscan.judge.program import Program
from appscan.judge.screens import Screens
from appscan.judge.spans import RowsOf, singles, span
from appscan.model.coverage import Kind
from appscan.model.reading import Fact, Role

_EXERCISED = frozenset({Fact.REQUEST, Fact.API, Fact.TIMER})
"""Facts of what a crawl saw happen."""

_BEHAVIOUR = re.compile(r"(?:idle|leave|midnight|repeated|refused|trial)[:_]")
"""Attributes of what a crawl saw happen."""

TITLE_LENGTH = 40


class Places:
    """Built once per reading; rows are looked up in lists, single ones of which arrays are slow to give."""

    def __init__(self, program: Program, liveness: Liveness, screens: Screens, layouts: Layouts, *,
                 everything_lives: bool) -> None:
        self.program = program
        self.liveness = liveness
        self.screens = screens
        self.layouts = layouts
        self.everything_lives = everything_lives
        self.reading = program.reading
        self._text = program.text

    # -- columns of facts ------------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> list[int]:
        """Kind of each fact, as a number."""
        kinds: list[int] = self.reading.facts.kind.tolist()
        return kinds

    @cached_property
    def values(self) -> list[int]:
        """Sid of the value of each fact."""
        values: list[int] = self.reading.facts.value.tolist()
        return values

    @cached_property
    def roles(self) -> list[int]:
        """Sid of the role of each fact."""
        roles: list[int] = self.reading.facts.role.tolist()
        return roles

    @cached_property
    def _standing(self) -> list[tuple[int, int, int]]:
        """File, element and actor of each fact."""
        facts = self.reading.facts
        return list(zip(facts.file.tolist(), facts.node.tolist(), facts.actor.tolist(), strict=True))

    def value(self, row: int) -> str:
        """Value of a fact."""
        return self._text(self.values[row])

    def role(self, row: int) -> str:
        """Role of a fact."""
        return self._text(self.roles[row])

    def rows_with(self, sid: int) -> list[int]:
        """Facts with this value, in order."""
        return self._rows_of(sid)

    @cached_property
    def _rows_of(self) -> RowsOf:
        return RowsOf(self.reading.facts.value, len(self.reading.strings))

    @cached_property
    def _margins(self) -> Margins:
        return Margins(self.reading.facts, self.reading.strings, self.layouts.files_of)

    # -- methods that say something --------------------------------------------------------------------------------

    def methods_using(self, sid: int) -> list[int]:
        """Methods that load a string constant, or a string resource with this text."""
        methods = self._users
        found = [methods[row] for row in self._uses_of(sid)]
        for identifier in _holding(self._strings_named, sid):
            found += self.layouts.users_of(identifier)
        return sorted(set(found))

    def own_methods_using(self, sid: int) -> list[int]:
        """Those of first party."""
        return [method for method in self.methods_using(sid) if not self.program.origin_of(method)]

    def own_users_of_id(self, sid: int) -> list[int]:
        """First-party methods that look up a view by the id of this name."""
        return [method for identifier in _holding(self._ids_named, sid) for method in self.layouts.users_of(identifier)
                if not self.program.origin_of(method)]

    @cached_property
    def _uses_of(self) -> RowsOf:
        return RowsOf(self.reading.code.strings_used.what, len(self.reading.strings))

    @cached_property
    def _users(self) -> memoryview[int]:
        return singles(self.reading.code.strings_used.method)

    @cached_property
    def _strings_named(self) -> tuple[np.ndarray, np.ndarray]:
        """Ids of string resources, and the sids of their texts, in the order of these."""
        return self._resources(("string", "array", "plurals"), self.reading.resources.value)

    @cached_property
    def _ids_named(self) -> tuple[np.ndarray, np.ndarray]:
        """Ids of views, and the sids of their names, in the order of these."""
        return self._resources(("id",), self.reading.resources.name)

    def _resources(self, types: tuple[str, ...], keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        resources = self.reading.resources
        wanted = [sid for sid in np.unique(resources.type).tolist() if self._text(sid) in types]
        rows = np.flatnonzero(np.isin(resources.type, wanted))
        order = rows[np.argsort(keys[rows], kind="stable")]
        return resources.id[order], keys[order]

    # -- hits ------------------------------------------------------------------------------------------------------

    def of_fact(self, row: int, kind: Kind, value: str, role: str) -> Hit:
        """A fact as a hit."""
        file_sid, node, actor = self._standing[row]
        file, seen, fact = self._text(file_sid), self.layouts.place_of(row), self.kinds[row]
        happened = fact in _EXERCISED or (fact == Fact.ATTRIBUTE and kind is not Kind.FIELD and bool(
            _BEHAVIOUR.match(self.role(row))))
        return Hit(kind, value, file, seen.screens, f"{file}#{node}", role=role, actor=self._text(actor),
                   origin=seen.origin, live=seen.live, row=row, exercised=happened,
                   margin=self._margins.around(file_sid, node))

    def of_method(self, method: int, kind: Kind, value: str, *, role: str = "", prose: bool = False) -> Hit:
        """Something that a method does or says, as a hit."""
        origin = self.program.origin_of(method)
        live = bool(origin) or self.everything_lives or method in self.liveness.methods
        screens = self.screens.screens_of(method)
        return Hit(kind, value, "", screens, self.program.name_of(method), role=role, origin=origin, live=live,
                   prose=prose, method=method)

    def of_class(self, owner: int, kind: Kind, value: str) -> Hit:
        """A class, or something that it holds, as a hit."""
        program = self.program
        origin = program.origin_of_class(owner)
        name = program.dotted(owner)
        live = bool(origin) or self.everything_lives or owner in self.liveness.classes
        screens = frozenset([name]) if origin else self.screens.screens_of_class(owner)
        return Hit(kind, value, "", screens, name, origin=origin, live=live)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Screen (class or page) → its title: the activity's label, else the first title on its page."""
        facts = self.reading.facts
        named: dict[str, str] = {}
        for row in np.flatnonzero(facts.kind == Fact.TEXT).tolist():
            if self.role(row) == Role.TITLE:
                for screen in self.layouts.place_of(row).screens:
                    named.setdefault(screen, self.value(row)[:TITLE_LENGTH])
        return named


def _holding(named: tuple[np.ndarray, np.ndarray], sid: int) -> list[int]:
    """Resource ids with this text or name."""
    identifiers, sids = named
    first, last = span(sids, sid)
    found: list[int] = identifiers[first:last].tolist()
    return found
