"""What is alive in a program: everything that an entry point leads to, unless shown dead (seams.md, "Presence").

A method is shown dead when no live code calls it and nothing outside can: it is no callback by name, no handler named
in XML, not annotated, not native, not exposed to pages. Knows no check.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cached_property

import numpy as np

from appscan.judge.program import ACC_NATIVE, MAX_CLASS_NAME, Program
from appscan.model.reading import Fact

ACC_PRIVATE, ACC_STATIC = 0x2, 0x8
MAX_PATH = 12
_CALLBACK = re.compile(
    r"^(on|do|run|call|get|is|has|can|should|create|instantiate|destroy|handle|dispatch|draw|measure|layout|compare|"
    r"equals|hash|to|apply|accept|test|invoke|intercept|configure|bind|convert|next|error|complete|success|fail|before|"
    r"after|receive|query|insert|update|delete|attach|process|visit|parse|deliver|init|start|clean|finish|write|read|"
    r"close|add|set|remove|clear|perform|publish|response|surface|picture|location|sensor|[a-z]{1,2}\d?$)")
"""Names by which platform and libraries call back; one or two letters may be anything after obfuscation."""


class Liveness:
    """One walk from the entry points over calls, classes named and callbacks. `methods` and `classes` are alive;
    `parent` tells how each method was reached first."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.methods: set[int] = set()
        self.classes: set[int] = set()
        self.parent: dict[int, int] = {}
        self._queue: deque[int] = deque()
        self._waiting: dict[int, list[tuple[int, int]]] = {}
        self._defined: dict[int, frozenset[int]] = {}
        self._walk()

    def path_to(self, method: int) -> tuple[str, ...]:
        """Call path from an entry point to `method`, outermost first; just the method where none is known."""
        path: list[str] = []
        seen: set[int] = set()
        current: int | None = method
        while current is not None and current not in seen and len(path) < MAX_PATH:
            seen.add(current)
            name = self.program.name_of(current)
            if not path or (name != path[-1] and not self.program.is_synthetic(current)):
                path.append(name)
            current = self.parent.get(current)
        return tuple(reversed(path))

    def _walk(self) -> None:
        program = self.program
        names = program.class_by_name
        entries = [names[name] for name in program.components if name in names]
        classes, annotated = program.annotated
        for group in (entries, sorted(self._named_in_files()), sorted(program.named_by_libraries), sorted(classes),
                      sorted(program.nested_classes)):
            for sid in group:
                self._enter(sid, None)
            self._drain()  # what the manifest leads to gets its path from there
        for method in sorted(annotated):
            if program.own_method[method] and int(program.reading.code.methods.owner[method]) in self.classes:
                self._reach(method, None)
        self._drain()

    def _named_in_files(self) -> set[int]:
        """Classes that files name: custom views as tags, fragments in attributes, route tables in assets."""
        program = self.program
        facts, strings = program.reading.facts, program.reading.strings
        found: set[int] = set()
        for sid in np.unique(facts.value[facts.kind != Fact.COMPONENT]).tolist():
            raw = strings.raw(sid)
            if len(raw) < MAX_CLASS_NAME and b"." in raw:
                known = program.class_by_name.get(raw.decode("utf-8", "replace").replace("/", "."))
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
        types, _ = program.types_of
        while self._queue:
            method = self._queue.popleft()
            for target in program.edges.get(method, ()):
                if target not in self.methods or program.owner_of(target) not in self.classes:
                    self._call(target, method)
            for sid in types.get(method, ()):
                self._enter(sid, method)
            for sid in program.strings_of.get(method, ()):
                self._enter(sid, method)

    def _call(self, target: int, by: int) -> None:
        """An override is reached only through an object of its class: it waits until something makes or names that."""
        owner = self.program.owner_of(target)
        if owner in self.classes or (by, target) not in self.program.dispatched:
            self._reach(target, by)
            self._enter(owner, by)
        else:
            self._waiting.setdefault(owner, []).append((target, by))

    def _reach(self, method: int, by: int | None) -> None:
        if method not in self.methods:
            self.methods.add(method)
            if by is not None and by != method:
                self.parent[method] = by
            self._queue.append(method)

    def _enter(self, sid: int, by: int | None) -> None:
        """A class is alive, and so are the classes it extends: their callbacks may run."""
        while sid >= 0 and sid not in self.classes and self.program.own_sid[sid]:
            self.classes.add(sid)
            self._enter_one(sid, by)
            sid = self.program.superclass(sid)

    def _enter_one(self, sid: int, by: int | None) -> None:
        program = self.program
        for target, caller in self._waiting.pop(sid, ()):
            self._reach(target, caller)
        strange = [parent for parent in program.ancestors(sid)
                   if not program.own_sid[parent] and program.text(parent) != "Ljava/lang/Object;"]
        for method in program.methods_of.get(sid, ()):
            if self._called_from_outside(method, strange):
                self._reach(method, by)

    def _called_from_outside(self, method: int, strange: list[int]) -> bool:
        flags, key = self.program.flags_of(method), self.program.method_name(method)
        name = self.program.text(key)
        if name in ("<clinit>", "<init>") or flags & ACC_NATIVE:
            return True
        if flags & (ACC_STATIC | ACC_PRIVATE):
            return name in self._onclick
        if name in self._onclick or (strange and _CALLBACK.match(name)):
            return True
        return any(key in self._library_methods(parent) for parent in strange)

    def _library_methods(self, parent: int) -> frozenset[int]:
        """Names of the methods that a class of a library in the artifact defines: it calls an override of one."""
        known = self._defined.get(parent)
        if known is None:
            methods = self.program.reading.code.methods
            rows = np.flatnonzero((methods.owner == parent) & (methods.flags >= 0) & ~self.program.own_method)
            known = self._defined[parent] = frozenset(methods.name[rows].tolist())
        return known

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
