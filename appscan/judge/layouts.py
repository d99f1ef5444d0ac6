"""Where a fact stands: which screens a layout, page or manifest entry belongs to, and whether it is alive.

Knows no check.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from appscan.judge.liveness import Liveness
from appscan.judge.native_owners import native_owners
from appscan.judge.program import Program
from appscan.judge.screens import Screens
from appscan.judge.spans import span
from appscan.model.reading import Fact

_CLICKABLE = frozenset({"onclick", "clickable"})
_LISTENERS = frozenset({"setOnClickListener", "setOnMenuItemClickListener", "setOnTouchListener", "clicks"})
MANIFEST = "AndroidManifest.xml"
MAX_INCLUDES = 6
FILE_TYPES = frozenset({"layout", "menu", "xml", "navigation"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Screens, origin and liveness of a fact."""

    screens: frozenset[str]
    origin: str
    live: bool


class Layouts:
    """Ties facts of XML and pages to screens."""

    def __init__(self, program: Program, liveness: Liveness, screens: Screens, *, everything_lives: bool) -> None:
        self.program = program
        self.liveness = liveness
        self.screens = screens
        self.everything_lives = everything_lives
        self._files: dict[int, Seen] = {}

    def users_of(self, identifier: int) -> list[int]:
        """Methods that load a resource id."""
        methods, ids = self._uses
        first, last = span(ids, identifier)
        found: list[int] = methods[first:last].tolist()
        return found

    @cached_property
    def _uses(self) -> tuple[np.ndarray, np.ndarray]:
        uses = self.program.reading.code.resources_used
        order = np.argsort(uses.what, kind="stable")
        return uses.method[order], uses.what[order]

    @cached_property
    def _ids_of_file(self) -> dict[int, list[int]]:
        """Sid of a container path → resource ids whose file it is."""
        resources = self.program.reading.resources
        types = [sid for sid in np.unique(resources.type).tolist() if self.program.text(sid) in FILE_TYPES]
        rows = np.flatnonzero(np.isin(resources.type, types) & (resources.value >= 0))
        grouped: dict[int, list[int]] = defaultdict(list)
        for identifier, value in zip(resources.id[rows].tolist(), resources.value[rows].tolist(), strict=True):
            grouped[value].append(identifier)
        return grouped

    def files_of(self, identifier: int) -> list[int]:
        """Files (sids) of a resource id."""
        return self._files_of_id.get(identifier, [])

    @cached_property
    def _files_of_id(self) -> dict[int, list[int]]:
        grouped: dict[int, list[int]] = defaultdict(list)
        for file, identifiers in self._ids_of_file.items():
            for identifier in identifiers:
                grouped[identifier].append(file)
        return grouped

    @cached_property
    def _referring_files(self) -> dict[int, list[int]]:
        """Resource id → files (sids) whose attributes refer to it."""
        facts = self.program.reading.facts
        rows = np.flatnonzero((facts.kind == Fact.ATTRIBUTE) & (facts.ref > 0))
        grouped: dict[int, list[int]] = defaultdict(list)
        for identifier, file in zip(facts.ref[rows].tolist(), facts.file[rows].tolist(), strict=True):
            if file not in grouped[identifier]:
                grouped[identifier].append(file)
        return grouped

    def place_of(self, row: int) -> Seen:
        """Screens, origin and liveness of one fact."""
        facts = self.program.reading.facts
        file, screen = int(facts.file[row]), int(facts.screen[row])
        name = self.program.text(file)
        if name.endswith(MANIFEST):
            return self._component_of(row)
        if file in self._ids_of_file:
            return self._seen_file(file, 0)
        module = self.program.text(screen) if screen >= 0 else ""
        origin = self.program.origins.of_script(name, module) or self._native_owners.get(file, "")
        return Seen(frozenset([module or name]), origin, True)

    @cached_property
    def _native_owners(self) -> Mapping[int, str]:
        return native_owners(self.program.reading, self.program.origins, self.program.text)

    def _component_of(self, row: int) -> Seen:
        """Manifest facts belong to the component they stand in."""
        named = self._component_nodes
        facts = self.program.reading.facts
        owner = named.get(int(facts.node[row])) or named.get(int(facts.parent[row]))
        if not owner:  # the app's own label, permissions: of no screen, and known to be of none
            return Seen(frozenset([MANIFEST]), "", True)
        return Seen(frozenset([owner]), self.program.origins.of_class("L" + owner.replace(".", "/") + ";"), True)

    @cached_property
    def _component_nodes(self) -> dict[int, str]:
        facts = self.program.reading.facts
        return {int(facts.node[row]): self.program.text(int(facts.value[row]))
                for row in np.flatnonzero(facts.kind == Fact.COMPONENT).tolist() if int(facts.node[row]) >= 0}

    def _seen_file(self, file: int, depth: int) -> Seen:
        known = self._files.get(file)
        if known is not None:
            return known
        self._files[file] = Seen(frozenset(), "", False)  # breaks include cycles
        seen = self._look(file, depth)
        self._files[file] = seen
        return seen

    def _look(self, file: int, depth: int) -> Seen:
        program = self.program
        screens: set[str] = set()
        fallback: set[str] = set()
        live = libraries = False
        library = ""
        for identifier in self._ids_of_file[file]:
            for method in self.users_of(identifier):
                origin = program.origin_of(method)
                if origin:
                    libraries, library = True, origin
                else:
                    screens |= self.screens.known_screens_of(method)
                    fallback |= self.screens.screens_of(method)
                    live |= self.everything_lives or method in self.liveness.methods
            for other in self._referring_files.get(identifier, ()) if depth < MAX_INCLUDES else ():
                if program.text(other).endswith(MANIFEST):
                    live = True
                elif other != file and other in self._ids_of_file:
                    seen = self._seen_file(other, depth + 1)
                    screens |= seen.screens
                    live |= seen.live
                    library = library or seen.origin
        if self.everything_lives:
            live = True
        screens = screens or fallback  # generated classes (data binding) stand for a screen where nothing else does
        if libraries and not screens:
            return Seen(frozenset([program.text(file)]), library, True)
        return Seen(frozenset(screens) or frozenset([program.text(file)]), "", live)

    def is_clickable(self, row: int) -> bool:
        """Whether a text stands in something that can be pressed: itself or an element around it has a handler in XML,
        or code sets a click listener where it looks the element up."""
        facts = self.program.reading.facts
        file, node = int(facts.file[row]), int(facts.node[row])
        shape = self._shape(file)
        for _ in range(4):
            if node < 0:
                return False
            if node in shape.clickable:
                return True
            identifier = shape.ids.get(node, 0)
            if identifier and identifier in self._listened:
                return True
            node = shape.parents.get(node, -1)
        return False

    @cached_property
    def _listened(self) -> frozenset[int]:
        """View ids looked up by first-party methods that set a click listener."""
        program = self.program
        callers, callees, _ = program.calls_own
        names = program.reading.code.methods.name
        setters = [callee for callee in np.unique(callees).tolist() if program.text(int(names[callee])) in _LISTENERS]
        methods = np.unique(callers[np.isin(callees, setters)])
        uses = program.reading.code.resources_used
        return frozenset(uses.what[np.isin(uses.method, methods)].tolist())

    def _shape(self, file: int) -> _Shape:
        known = self._shapes.get(file)
        if known is None:
            known = self._shapes[file] = _shape_of(self.program, file)
        return known

    @cached_property
    def _shapes(self) -> dict[int, _Shape]:
        return {}


@dataclass(frozen=True, slots=True)
class _Shape:
    """Tree of one file: parent and id of each node, nodes with a handler."""

    parents: dict[int, int]
    ids: dict[int, int]
    clickable: frozenset[int]


def _shape_of(program: Program, file: int) -> _Shape:
    facts = program.reading.facts
    rows = np.flatnonzero(facts.file == file)
    parents: dict[int, int] = {}
    ids: dict[int, int] = {}
    clickable: set[int] = set()
    for row in rows.tolist():
        kind, node = int(facts.kind[row]), int(facts.node[row])
        if kind == Fact.NODE:
            parents[node] = int(facts.parent[row])
            ids[node] = int(facts.ref[row])
        elif (kind == Fact.ATTRIBUTE and program.text(int(facts.role[row])).lower() in _CLICKABLE
              and program.text(int(facts.value[row])).lower() != "false"):
            clickable.add(node)
    return _Shape(parents, ids, frozenset(clickable))
