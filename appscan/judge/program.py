"""The first-party program of a reading: its classes, who calls whom, what is named where.

Only first-party methods are nodes; libraries and the platform are the outside that calls back. Knows neither liveness,
nor screens, nor any check.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from appscan.judge.origins import Origins
from appscan.judge.spans import singles
from appscan.model.reading import Fact, Reading

ACC_NATIVE = 0x100
MAX_CLASS_NAME = 200
MAX_DEPTH = 64
"""Levels of inheritance that are followed: real programs have about ten; a made-up chain must not cost its square."""
_LAMBDA = re.compile(r"^lambda\$(?P<method>[\w<>]+?)\$\d+")
_QUIET_ANNOTATIONS = ("Landroidx/annotation", "Landroid/support/annotation", "Lkotlin/", "Ljava/lang/",
                      "Landroid/annotation")
"""Annotations by which no framework finds anything."""


class Program:
    """Built once per reading; `method` below is always a row of `reading.code.methods`."""

    def __init__(self, reading: Reading, origins: Origins) -> None:
        self.reading = reading
        self.origins = origins
        code, strings = reading.code, reading.strings
        self.class_row = {int(sid): row for row, sid in enumerate(code.classes.type.tolist())}
        descriptors = strings.texts(code.classes.type.tolist())
        self.class_origin = origins.of_classes(descriptors)
        self.origin_of_sid: dict[int, str] = dict(zip(code.classes.type.tolist(), self.class_origin, strict=True))
        own = np.array([sid for sid, origin in self.origin_of_sid.items() if not origin], dtype=np.int32)
        mask = np.zeros(len(strings) + 1, dtype=bool)
        mask[own] = True
        self.own_sid = mask
        self.own_method = mask[code.methods.owner] if len(code.methods.owner) else np.zeros(0, dtype=bool)
        self._text: dict[int, str] = {}

    def told_strings(self) -> np.ndarray:
        """Per string, whether facts, resources or first-party code say it; what only libraries name is left out."""
        reading, own = self.reading, self.own_method
        code, uses = reading.code, reading.code.strings_used
        told = np.zeros(len(reading.strings) + 1, dtype=bool)
        for column in (reading.facts.value, reading.resources.name, reading.resources.value, code.annotations.value,
                       uses.what[own[uses.method]], code.methods.name[own & (code.methods.flags >= 0)],
                       code.fields.name[self.own_sid[code.fields.owner]],
                       code.classes.type[self.own_sid[code.classes.type]]):
            told[column] = True  # -1 falls on the spare last place
        return told[:-1]

    def shown_strings(self) -> np.ndarray:
        """Per string, whether a fact shows it, or a script has it as a literal: what else is a text for a person has a
        blank in it, or is not ASCII."""
        facts = self.reading.facts
        shown = np.zeros(len(self.reading.strings) + 1, dtype=bool)
        shown[facts.value[np.isin(facts.kind, (Fact.TEXT, Fact.DIALOG, Fact.LITERAL))]] = True
        return shown[:-1]

    def text(self, sid: int) -> str:
        """Text of a string, remembered."""
        known = self._text.get(sid)
        if known is None:
            known = self._text[sid] = self.reading.strings[sid]
        return known

    def origin_of(self, method: int) -> str:
        """Origin of the class that owns `method`; "platform" where the class is not part of the artifact."""
        return self.origin_of_sid.get(self._owners[method], "platform")

    def origin_of_class(self, sid: int) -> str:
        """Origin of the class with this descriptor sid."""
        return self.origin_of_sid.get(sid, "platform")

    # -- shape -----------------------------------------------------------------------------------------------------

    @cached_property
    def methods_of(self) -> dict[int, list[int]]:
        """Class descriptor sid → its defined first-party methods."""
        methods = self.reading.code.methods
        rows = np.flatnonzero(self.own_method & (methods.flags >= 0))
        grouped: dict[int, list[int]] = defaultdict(list)
        for row, owner in zip(rows.tolist(), methods.owner[rows].tolist(), strict=True):
            grouped[owner].append(row)
        return grouped

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """Descriptor sid of a class or interface → classes that extend or implement it."""
        code = self.reading.code
        grouped: dict[int, list[int]] = defaultdict(list)
        for child, parent in zip(code.classes.type.tolist(), code.classes.superclass.tolist(), strict=True):
            grouped[parent].append(child)
        owners = code.classes.type[code.interfaces.owner].tolist() if len(code.interfaces.owner) else []
        for child, parent in zip(owners, code.interfaces.type.tolist(), strict=True):
            grouped[parent].append(child)
        return grouped

    @cached_property
    def interfaces_of(self) -> dict[int, list[int]]:
        code = self.reading.code
        grouped: dict[int, list[int]] = defaultdict(list)
        owners = code.classes.type[code.interfaces.owner].tolist() if len(code.interfaces.owner) else []
        for child, parent in zip(owners, code.interfaces.type.tolist(), strict=True):
            grouped[child].append(parent)
        return grouped

    def superclass(self, sid: int) -> int:
        """Descriptor sid of the superclass of a defined class, -1 where unknown."""
        row = self.class_row.get(sid)
        return self._superclasses[row] if row is not None else -1

    @cached_property
    def _superclasses(self) -> memoryview[int]:
        return singles(self.reading.code.classes.superclass)

    def ancestors(self, sid: int) -> Iterable[int]:
        """Superclasses and interfaces of a class, nearest first, as far as they are known and `MAX_DEPTH` goes."""
        level, seen = [sid], {sid}
        for _ in range(MAX_DEPTH):
            above = [parent for current in level
                     for parent in (self.superclass(current), *self.interfaces_of.get(current, ())) if parent >= 0]
            level = [parent for parent in dict.fromkeys(above) if parent not in seen]
            if not level:
                return
            seen.update(level)
            yield from level

    def descendants(self, sid: int) -> set[int]:
        """Classes that extend or implement the class with this descriptor sid, itself included, down to `MAX_DEPTH`."""
        found, level = {sid}, [sid]
        for _ in range(MAX_DEPTH):
            below = {child for current in level for child in self.children.get(current, ())} - found
            if not below:
                break
            found |= below
            level = list(below)
        return found

    # -- edges -----------------------------------------------------------------------------------------------------

    @cached_property
    def signature_index(self) -> dict[tuple[int, int], list[int]]:
        """(name, proto) → defined first-party methods."""
        methods = self.reading.code.methods
        rows = np.flatnonzero(self.own_method & (methods.flags >= 0))
        grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
        names, protos = methods.name[rows].tolist(), methods.proto[rows].tolist()
        for row, name, proto in zip(rows.tolist(), names, protos, strict=True):
            grouped[name, proto].append(row)
        return grouped

    @cached_property
    def targets_of(self) -> dict[int, tuple[int, ...]]:
        """Callee row → first-party methods that it may run (class-hierarchy dispatch)."""
        methods = self.reading.code.methods
        callees = np.unique(self.calls_own[1])
        owners, names, protos = self._owners, self._names, singles(methods.proto)
        found: dict[int, tuple[int, ...]] = {}
        for callee in callees.tolist():
            same = self.signature_index.get((names[callee], protos[callee]))
            if not same:
                continue
            owner = owners[callee]
            if self.text(names[callee]) == "<init>" or self.text(owner) == "Ljava/lang/Object;":
                below = {owner}  # constructors are never dispatched; everything descends from Object
            else:
                below = self.descendants(owner)
            targets = [row for row in same if owners[row] in below]
            if not targets and self.own_sid[owner]:
                above = set(self.ancestors(owner))
                targets = [row for row in same if owners[row] in above]
            if targets:
                found[callee] = tuple(targets)
        return found

    @cached_property
    def calls_own(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Calls made by first-party methods: (caller, callee, constant)."""
        calls = self.reading.code.calls
        rows = np.flatnonzero(self.own_method[calls.caller]) if len(calls.caller) else np.zeros(0, dtype=np.int64)
        return calls.caller[rows], calls.callee[rows], calls.constant[rows]

    @cached_property
    def edges(self) -> dict[int, list[int]]:
        """First-party method → first-party methods it may call."""
        grouped: dict[int, list[int]] = defaultdict(list)
        callers, callees, _ = self.calls_own
        targets_of = self.targets_of
        for caller, callee in zip(callers.tolist(), callees.tolist(), strict=True):
            targets = targets_of.get(callee)
            if targets:
                grouped[caller].extend(targets)
        return grouped

    @cached_property
    def dispatched(self) -> set[tuple[int, int]]:
        """(caller, target) pairs in which the target is an override of what the code names, not the method itself."""
        owners = self._owners
        callers, callees, _ = self.calls_own
        pairs: set[tuple[int, int]] = set()
        named: set[tuple[int, int]] = set()
        for caller, callee in zip(callers.tolist(), callees.tolist(), strict=True):
            for target in self.targets_of.get(callee, ()):
                (named if owners[target] == owners[callee] else pairs).add((caller, target))
        return pairs - named

    @cached_property
    def callers(self) -> dict[int, list[int]]:
        grouped: dict[int, list[int]] = defaultdict(list)
        for caller, targets in self.edges.items():
            for target in targets:
                grouped[target].append(caller)
        return grouped

    @cached_property
    def types_of(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """(first-party method → first-party classes it names, class → first-party methods that name it)."""
        uses = self.reading.code.types_used
        forward: dict[int, list[int]] = defaultdict(list)
        backward: dict[int, list[int]] = defaultdict(list)
        if len(uses.method):
            rows = np.flatnonzero(self.own_method[uses.method] & self.own_sid[uses.what])
            for method, sid in zip(uses.method[rows].tolist(), uses.what[rows].tolist(), strict=True):
                forward[method].append(sid)
                backward[sid].append(method)
        return forward, backward

    @cached_property
    def named_by_libraries(self) -> set[int]:
        """First-party classes that library code names: generated routes, injection, data binding."""
        uses = self.reading.code.types_used
        if not len(uses.method):
            return set()
        rows = np.flatnonzero(~self.own_method[uses.method] & self.own_sid[uses.what])
        return set(uses.what[rows].tolist())

    @cached_property
    def nested_classes(self) -> set[int]:
        """First-party classes of nested code: the host loads them by name, where no reference shows."""
        classes = self.reading.code.classes
        units = [sid for sid in np.unique(classes.unit).tolist() if "!" in self.text(sid)]
        return {sid for sid in classes.type[np.isin(classes.unit, units)].tolist() if self.own_sid[sid]}

    @cached_property
    def class_by_name(self) -> dict[str, int]:
        """Dotted name → descriptor sid of every first-party class."""
        return {self.text(sid)[1:-1].replace("/", "."): sid for sid, origin in self.origin_of_sid.items() if not origin}

    @cached_property
    def components(self) -> dict[str, str]:
        """Dotted class name of each manifest component → its role (activity, service, …)."""
        return components_of(self.reading)

    @cached_property
    def strings_of(self) -> dict[int, list[int]]:
        """First-party method → sids of string constants that name a first-party class (reflection)."""
        uses = self.reading.code.strings_used
        names = self.class_by_name
        grouped: dict[int, list[int]] = defaultdict(list)
        if not len(uses.method):
            return grouped
        rows = np.flatnonzero(self.own_method[uses.method])
        meaning: dict[int, int] = {}
        for method, sid in zip(uses.method[rows].tolist(), uses.what[rows].tolist(), strict=True):
            if sid not in meaning:
                text = self.text(sid)
                meaning[sid] = names.get(text.replace("/", "."), -1) if 3 < len(text) < MAX_CLASS_NAME else -1
            if meaning[sid] >= 0:
                grouped[method].append(meaning[sid])
        return grouped

    @cached_property
    def resources_of(self) -> dict[int, list[int]]:
        """First-party method → resource ids it loads."""
        uses = self.reading.code.resources_used
        grouped: dict[int, list[int]] = defaultdict(list)
        if len(uses.method):
            rows = np.flatnonzero(self.own_method[uses.method])
            for method, ref in zip(uses.method[rows].tolist(), uses.what[rows].tolist(), strict=True):
                grouped[method].append(ref)
        return grouped

    @cached_property
    def annotated(self) -> tuple[set[int], set[int]]:
        """(classes, methods) that carry an annotation: a framework may find them by it."""
        notes = self.reading.code.annotations
        classes: set[int] = set()
        methods: set[int] = set()
        for owner, method, member, kind in zip(notes.owner.tolist(), notes.method.tolist(), notes.member.tolist(),
                                               notes.type.tolist(), strict=True):
            name = self.text(kind)
            if name.startswith(_QUIET_ANNOTATIONS):
                continue
            if method >= 0:
                methods.add(method)
            elif member < 0:
                classes.add(owner)
        return classes, methods

    # -- names -----------------------------------------------------------------------------------------------------

    def name_of(self, method: int) -> str:
        """Short name for people: MainActivity.onCreate; a lambda is named after the method it stands in."""
        owner = self.text(self.owner_of(method))[1:-1].rpartition("/")[2]
        name = self.text(self._names[method])
        made = _LAMBDA.match(name)
        return f"{owner.partition('$$')[0]}.{made['method'] if made else name}"

    def is_synthetic(self, method: int) -> bool:
        """Whether the method belongs to a class that only the compiler knows (lambdas, accessors)."""
        return "$$" in self.text(self.owner_of(method))

    def method_name(self, method: int) -> int:
        """Sid of the name of `method`."""
        return self._names[method]

    @cached_property
    def _names(self) -> memoryview[int]:
        return singles(self.reading.code.methods.name)

    def flags_of(self, method: int) -> int:
        """Access flags of `method`, -1 where it is only referred to."""
        return self._flags[method]

    @cached_property
    def _flags(self) -> memoryview[int]:
        return singles(self.reading.code.methods.flags)

    def owner_of(self, method: int) -> int:
        """Descriptor sid of the class that owns `method`."""
        return self._owners[method]

    @cached_property
    def _owners(self) -> memoryview[int]:
        return singles(self.reading.code.methods.owner)

    def dotted(self, sid: int) -> str:
        """Dotted class name of a descriptor."""
        return self.text(sid)[1:-1].replace("/", ".")

    def outer(self, sid: int) -> int:
        """Descriptor sid of the outermost class (Foo for Foo$1$2)."""
        name = self.text(sid)
        if "$" not in name:
            return sid
        head = name.partition("$")[0].removeprefix("L").replace("/", ".")
        return self.class_by_name.get(head, sid)


def components_of(reading: Reading) -> dict[str, str]:
    """Dotted class name of each manifest component → its role."""
    facts = reading.facts
    named: dict[str, str] = {}
    for row in np.flatnonzero(facts.kind == Fact.COMPONENT).tolist():
        named.setdefault(reading.strings[int(facts.value[row])], reading.strings[int(facts.role[row])])
    return named
