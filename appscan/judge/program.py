"""The first-party program of a reading: who calls whom, what is alive, which screen a method belongs to.

Only first-party methods are nodes; libraries and the platform are the outside that calls back. Knows no check.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from appscan.judge.origins import Origins
from appscan.model.reading import Fact, Reading

ACC_PRIVATE, ACC_STATIC, ACC_NATIVE = 0x2, 0x8, 0x100
_CALLBACK = re.compile(
    r"^(on|do|run|call|get|is|has|can|should|create|instantiate|destroy|handle|dispatch|draw|measure|layout|compare|"
    r"equals|hash|to|apply|accept|test|invoke|intercept|configure|bind|convert|next|error|complete|success|fail|before|"
    r"after|receive|query|insert|update|delete|attach|process|visit|parse|deliver|init|start|clean|finish|write|read|"
    r"close|add|set|remove|clear|perform|publish|response|surface|picture|location|sensor|[a-z]{1,2}\d?$)")
_SCREEN_BASE = re.compile(r"(Activity|Fragment|Dialog|DialogFragment|PopupWindow|BottomSheet\w*|Service|Receiver|Provider|"
                          r"Worker|Application)(Compat|Base)?(V4|X)?;$")
_GENERATED_STRINGS = 64
MAX_BACKWARD = 400
"""Methods visited at most when looking for the screens behind one method."""


class Program:
    """Built once per reading; `method` below is always a row of `reading.code.methods`."""

    def __init__(self, reading: Reading, origins: Origins) -> None:
        self.reading = reading
        self.origins = origins
        code, strings = reading.code, reading.strings
        self._class_row = {int(sid): row for row, sid in enumerate(code.classes.type.tolist())}
        descriptors = [strings[sid] for sid in code.classes.type.tolist()]
        self.class_origin = origins.of_classes(descriptors)
        self._origin_of_sid = dict(zip(code.classes.type.tolist(), self.class_origin, strict=True))
        own = np.array([sid for sid, origin in self._origin_of_sid.items() if not origin], dtype=np.int32)
        mask = np.zeros(len(strings) + 1, dtype=bool)
        mask[own] = True
        self._own_sid = mask
        self.own_method = mask[code.methods.owner] if len(code.methods.owner) else np.zeros(0, dtype=bool)
        self.parent: dict[int, int] = {}
        self._text: dict[int, str] = {}

    def text(self, sid: int) -> str:
        """Text of a string, remembered."""
        known = self._text.get(sid)
        if known is None:
            known = self._text[sid] = self.reading.strings[sid]
        return known

    def origin_of(self, method: int) -> str:
        """Origin of the class that owns `method`; "platform" where the class is not part of the artifact."""
        return self._origin_of_sid.get(int(self.reading.code.methods.owner[method]), "platform")

    def origin_of_class(self, sid: int) -> str:
        """Origin of the class with this descriptor sid."""
        return self._origin_of_sid.get(sid, "platform")

    # -- shape -----------------------------------------------------------------------------------------------------

    @cached_property
    def _methods_of(self) -> dict[int, list[int]]:
        """Class descriptor sid → its defined first-party methods."""
        methods = self.reading.code.methods
        rows = np.flatnonzero(self.own_method & (methods.flags >= 0))
        grouped: dict[int, list[int]] = defaultdict(list)
        for row, owner in zip(rows.tolist(), methods.owner[rows].tolist(), strict=True):
            grouped[owner].append(row)
        return grouped

    @cached_property
    def _children(self) -> dict[int, list[int]]:
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
    def _interfaces_of(self) -> dict[int, list[int]]:
        code = self.reading.code
        grouped: dict[int, list[int]] = defaultdict(list)
        owners = code.classes.type[code.interfaces.owner].tolist() if len(code.interfaces.owner) else []
        for child, parent in zip(owners, code.interfaces.type.tolist(), strict=True):
            grouped[child].append(parent)
        return grouped

    def superclass(self, sid: int) -> int:
        """Descriptor sid of the superclass of a defined class, -1 where unknown."""
        row = self._class_row.get(sid)
        return int(self.reading.code.classes.superclass[row]) if row is not None else -1

    def ancestors(self, sid: int) -> Iterable[int]:
        """Superclasses and interfaces of a class, nearest first, as far as they are known."""
        queue, seen = deque([sid]), {sid}
        while queue:
            current = queue.popleft()
            for parent in [self.superclass(current), *self._interfaces_of.get(current, ())]:
                if parent >= 0 and parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
                    yield parent

    def descendants(self, sid: int) -> set[int]:
        """Classes that extend or implement the class with this descriptor sid, itself included."""
        if sid not in self._children:
            return {sid}
        found, queue = {sid}, [sid]
        while queue:
            for child in self._children.get(queue.pop(), ()):
                if child not in found:
                    found.add(child)
                    queue.append(child)
        return found

    # -- edges -----------------------------------------------------------------------------------------------------

    @cached_property
    def _signature_index(self) -> dict[tuple[int, int], list[int]]:
        """(name, proto) → defined first-party methods."""
        methods = self.reading.code.methods
        rows = np.flatnonzero(self.own_method & (methods.flags >= 0))
        grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row, name, proto in zip(rows.tolist(), methods.name[rows].tolist(), methods.proto[rows].tolist(), strict=True):
            grouped[name, proto].append(row)
        return grouped

    @cached_property
    def _targets_of(self) -> dict[int, tuple[int, ...]]:
        """Callee row → first-party methods that it may run (class-hierarchy dispatch)."""
        methods = self.reading.code.methods
        callees = np.unique(self.calls_own[1])
        owners, names, protos = methods.owner, methods.name, methods.proto
        found: dict[int, tuple[int, ...]] = {}
        for callee in callees.tolist():
            same = self._signature_index.get((int(names[callee]), int(protos[callee])))
            if not same:
                continue
            owner = int(owners[callee])
            below = self.descendants(owner)
            targets = [row for row in same if int(owners[row]) in below]
            if not targets and self._own_sid[owner]:
                above = set(self.ancestors(owner))
                targets = [row for row in same if int(owners[row]) in above]
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
    def _edges(self) -> dict[int, list[int]]:
        """First-party method → first-party methods it may call."""
        grouped: dict[int, list[int]] = defaultdict(list)
        callers, callees, _ = self.calls_own
        targets_of = self._targets_of
        for caller, callee in zip(callers.tolist(), callees.tolist(), strict=True):
            targets = targets_of.get(callee)
            if targets:
                grouped[caller].extend(targets)
        return grouped

    @cached_property
    def _callers(self) -> dict[int, list[int]]:
        grouped: dict[int, list[int]] = defaultdict(list)
        for caller, targets in self._edges.items():
            for target in targets:
                grouped[target].append(caller)
        return grouped

    @cached_property
    def _types_of(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """(first-party method → first-party classes it names, class → first-party methods that name it)."""
        uses = self.reading.code.types_used
        forward: dict[int, list[int]] = defaultdict(list)
        backward: dict[int, list[int]] = defaultdict(list)
        if len(uses.method):
            rows = np.flatnonzero(self.own_method[uses.method] & self._own_sid[uses.what])
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
        rows = np.flatnonzero(~self.own_method[uses.method] & self._own_sid[uses.what])
        return set(uses.what[rows].tolist())

    @cached_property
    def nested_classes(self) -> set[int]:
        """First-party classes of nested code: the host loads them by name, where no reference shows."""
        classes = self.reading.code.classes
        units = [sid for sid in np.unique(classes.unit).tolist() if "!" in self.text(sid)]
        return {sid for sid in classes.type[np.isin(classes.unit, units)].tolist() if self._own_sid[sid]}

    @cached_property
    def class_by_name(self) -> dict[str, int]:
        """Dotted name → descriptor sid of every first-party class."""
        return {self.text(sid)[1:-1].replace("/", "."): sid for sid, origin in self._origin_of_sid.items() if not origin}

    @cached_property
    def components(self) -> dict[str, str]:
        """Dotted class name of each manifest component → its role (activity, service, …)."""
        facts = self.reading.facts
        rows = np.flatnonzero(facts.kind == Fact.COMPONENT)
        named: dict[str, str] = {}
        for row in rows.tolist():
            named.setdefault(self.text(int(facts.value[row])), self.text(int(facts.role[row])))
        return named

    # -- liveness --------------------------------------------------------------------------------------------------

    @cached_property
    def _strings_of(self) -> dict[int, list[int]]:
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
                meaning[sid] = names.get(text.replace("/", "."), -1) if 3 < len(text) < 200 and "." in text or "/" in text else -1
            if meaning[sid] >= 0:
                grouped[method].append(meaning[sid])
        return grouped

    @cached_property
    def _resources_of(self) -> dict[int, list[int]]:
        """First-party method → resource ids it loads."""
        uses = self.reading.code.resources_used
        grouped: dict[int, list[int]] = defaultdict(list)
        if len(uses.method):
            rows = np.flatnonzero(self.own_method[uses.method])
            for method, ref in zip(uses.method[rows].tolist(), uses.what[rows].tolist(), strict=True):
                grouped[method].append(ref)
        return grouped

    @cached_property
    def _annotated(self) -> tuple[set[int], set[int]]:
        """(classes, methods) that carry an annotation: a framework may find them by it."""
        notes = self.reading.code.annotations
        classes: set[int] = set()
        methods: set[int] = set()
        for owner, method, member, kind in zip(notes.owner.tolist(), notes.method.tolist(), notes.member.tolist(),
                                               notes.type.tolist(), strict=True):
            name = self.text(kind)
            if name.startswith(("Landroidx/annotation", "Landroid/support/annotation", "Lkotlin/", "Ljava/lang/", "Landroid/annotation")):
                continue
            if method >= 0:
                methods.add(method)
            elif member < 0:
                classes.add(owner)
        return classes, methods

    @cached_property
    def live_methods(self) -> set[int]:
        """First-party methods that some entry point leads to. Fills `parent` (how each was reached)."""
        return _Liveness(self).run()

    @cached_property
    def live_classes(self) -> set[int]:
        """First-party classes with a live method, or which an entry names."""
        methods = self.reading.code.methods
        return {int(methods.owner[row]) for row in self.live_methods}

    # -- names and screens -----------------------------------------------------------------------------------------

    def name_of(self, method: int) -> str:
        """Short name for people: MainActivity.onCreate."""
        methods = self.reading.code.methods
        owner = self.text(int(methods.owner[method]))
        return f"{owner[1:-1].rpartition('/')[2]}.{self.text(int(methods.name[method]))}"

    def outer(self, sid: int) -> int:
        """Descriptor sid of the outermost class (Foo for Foo$1$2)."""
        name = self.text(sid)
        if "$" not in name:
            return sid
        head = name.partition("$")[0].removeprefix("L").replace("/", ".")
        return self.class_by_name.get(head, sid)

    @cached_property
    def _screen_cache(self) -> dict[int, bool]:
        return {}

    def is_screen(self, sid: int) -> bool:
        """Whether the class is a component, fragment, dialog, service or another thing that stands for a screen."""
        known = self._screen_cache.get(sid)
        if known is None:
            name = self.text(sid)[1:-1].replace("/", ".")
            known = name in self.components or any(
                _SCREEN_BASE.search(self.text(parent)) for parent in self.ancestors(sid))
            self._screen_cache[sid] = known
        return known

    @cached_property
    def _screens_cache(self) -> dict[int, frozenset[str]]:
        return {}

    def screens_of(self, method: int) -> frozenset[str]:
        """Dotted names of the screens from which `method` is reached first; its own outermost class where none is, and
        for methods of libraries."""
        if self.origin_of(method):
            return frozenset([self.dotted(self.owner_of(method))])
        return self.known_screens_of(method) or frozenset([self.dotted(self.outer(self.owner_of(method)))])

    def known_screens_of(self, method: int) -> frozenset[str]:
        """Screens from which `method` is reached first, walking callers backwards; empty where none is known."""
        known = self._screens_cache.get(method)
        if known is None:
            known = self._screens_cache[method] = self._walk_back(method)
        return known

    def owner_of(self, method: int) -> int:
        """Descriptor sid of the class that owns `method`."""
        return int(self.reading.code.methods.owner[method])

    def dotted(self, sid: int) -> str:
        """Dotted class name of a descriptor."""
        return self.text(sid)[1:-1].replace("/", ".")

    def _walk_back(self, method: int) -> frozenset[str]:
        owners = self.reading.code.methods.owner
        _, named_by = self._types_of
        found: set[str] = set()
        queue, seen = deque([method]), {method}
        while queue and len(seen) < MAX_BACKWARD:
            current = queue.popleft()
            owner = int(owners[current])
            outer = self.outer(owner)
            for sid in {owner, outer}:
                if self.is_screen(sid):
                    found.add(self.text(sid)[1:-1].replace("/", "."))
                    break
            else:
                before = self._callers.get(current, ())
                if not before:  # a callback: whoever makes the object
                    before = named_by.get(owner, ()) or (named_by.get(outer, ()) if outer != owner else ())
                for caller in before:
                    if caller not in seen:
                        seen.add(caller)
                        queue.append(caller)
        return frozenset(found)

    def screens_of_class(self, sid: int) -> frozenset[str]:
        """Screens of a class: itself, or those from which its methods or its making are reached."""
        outer = self.outer(sid)
        for known in (sid, outer):
            if self.is_screen(known):
                return frozenset([self.text(known)[1:-1].replace("/", ".")])
        found: set[str] = set()
        for method in [*self._methods_of.get(sid, ())[:12], *self._types_of[1].get(sid, ())[:12]]:
            found |= self.screens_of(method)
        return frozenset(found) or frozenset([self.text(outer)[1:-1].replace("/", ".")])

    def path_to(self, method: int) -> tuple[str, ...]:
        """Call path from an entry point to `method`, outermost first; just the method where none is known."""
        _ = self.live_methods
        path, seen = [], set()
        current: int | None = method
        while current is not None and current not in seen and len(path) < 12:
            seen.add(current)
            path.append(self.name_of(current))
            current = self.parent.get(current)
        return tuple(reversed(path))


class _Liveness:
    """One walk from the entry points over calls, classes named, layouts loaded and callbacks."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.methods: set[int] = set()
        self.classes: set[int] = set()
        self.queue: deque[int] = deque()

    def run(self) -> set[int]:
        program = self.program
        names = program.class_by_name
        entries = [names[name] for name in program.components if name in names]
        classes, annotated = program._annotated
        roots = entries
        if not entries and not program.reading.facts.kind.size:
            roots = list(names.values())
        for group in (roots, sorted(self._named_in_xml()), sorted(program.named_by_libraries), sorted(classes),
                      sorted(program.nested_classes)):
            for sid in group:
                self._enter(sid, None)
            self._drain()  # what the manifest leads to gets its path from there
        for method in sorted(annotated):
            if program.own_method[method] and int(program.reading.code.methods.owner[method]) in self.classes:
                self._reach(method, None)
        self._drain()
        return self.methods

    def _named_in_xml(self) -> set[int]:
        """Classes that XML files name: custom views as tags, fragments and handlers in attributes."""
        program = self.program
        facts = program.reading.facts
        rows = np.flatnonzero((facts.kind == Fact.NODE) | (facts.kind == Fact.ATTRIBUTE))
        found: set[int] = set()
        for sid in np.unique(facts.value[rows]).tolist():
            known = program.class_by_name.get(program.text(sid))
            if known is not None:
                found.add(known)
        return found

    @property
    def _handlers(self) -> set[str]:
        program = self.program
        facts = program.reading.facts
        rows = np.flatnonzero(facts.kind == Fact.ATTRIBUTE)
        return {program.text(int(facts.value[row])) for row in rows.tolist()
                if program.text(int(facts.role[row])).lower() == "onclick"}

    def _drain(self) -> None:
        program = self.program
        types, _ = program._types_of
        while self.queue:
            method = self.queue.popleft()
            for target in program._edges.get(method, ()):
                self._reach(target, method)
                self._enter(int(program.reading.code.methods.owner[target]), method)
            for sid in types.get(method, ()):
                self._enter(sid, method)
            for sid in program._strings_of.get(method, ()):
                self._enter(sid, method)

    def _reach(self, method: int, by: int | None) -> None:
        if method not in self.methods:
            self.methods.add(method)
            if by is not None and by != method:
                self.program.parent[method] = by
            self.queue.append(method)

    def _enter(self, sid: int, by: int | None) -> None:
        """A class is alive: its callbacks may run."""
        if sid in self.classes or not self.program._own_sid[sid]:
            return
        self.classes.add(sid)
        program = self.program
        strange = [parent for parent in program.ancestors(sid)
                   if not program._own_sid[parent] and program.text(parent) != "Ljava/lang/Object;"]
        for method in program._methods_of.get(sid, ()):
            if self._called_from_outside(method, bool(strange)):
                self._reach(method, by)
        parent = program.superclass(sid)
        if parent >= 0:
            self._enter(parent, by)

    def _called_from_outside(self, method: int, has_strange_parent: bool) -> bool:
        methods = self.program.reading.code.methods
        flags, name = int(methods.flags[method]), self.program.text(int(methods.name[method]))
        if name == "<clinit>" or flags & ACC_NATIVE:
            return True
        if name == "<init>":
            return True
        if flags & (ACC_STATIC | ACC_PRIVATE):
            return name in self._onclick
        return name in self._onclick or (has_strange_parent and bool(_CALLBACK.match(name)))

    @cached_property
    def _onclick(self) -> set[str]:
        return self._handlers | self._script_bridge

    @property
    def _script_bridge(self) -> set[str]:
        """Names of methods that web pages may call (addJavascriptInterface)."""
        program = self.program
        notes = program.reading.code.annotations
        names: set[str] = set()
        for method, kind in zip(notes.method.tolist(), notes.type.tolist(), strict=True):
            if method >= 0 and program.text(kind).endswith("/JavascriptInterface;"):
                names.add(program.text(int(program.reading.code.methods.name[method])))
        return names
