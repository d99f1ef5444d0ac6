"""Small readings built in memory, column by column: invented screens without an APK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.coverage import Coverage, Gap, Kind
from appscan.model.reading import (
    NO_CONSTANT,
    Annotations,
    Calls,
    Classes,
    Code,
    Fact,
    Fields,
    Interfaces,
    Methods,
    Reading,
    Resources,
    Uses,
)
from appscan.readers.columns import FactRows, StringPool

PACKAGE = "cn.example.town"


@dataclass(frozen=True)
class Page:
    """One page of scripts and texts: (role, text) in order; literals are addresses and strings of its script."""

    name: str
    texts: tuple[tuple[str, str], ...] = ()
    literals: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()
    file: str = "assets/www/app.js"


def page(name: str, *texts: tuple[str, str], literals: Iterable[tuple[str, str]] = (), calls: Iterable[str] = (),
         file: str = "assets/www/app.js") -> Page:
    return Page(name, texts, tuple(literals), tuple(calls), file)


def reading_with(*pages: Page, permissions: Sequence[str] = (), gaps: Sequence[Gap] = (), entries: Sequence[str] = (),
                 components: Mapping[str, str] | None = None, shuffled: Sequence[str] = (),
                 start: str = "") -> Reading:
    """A reading of these pages. `shuffled` are strings put before all others, so that every index is another."""
    pool = StringPool()
    pool.add("")
    for text in shuffled:
        pool.add(text)
    rows = FactRows(pool)
    manifest = pool.add("AndroidManifest.xml")
    for number, (name, role) in enumerate((components or {}).items()):
        rows.add(Fact.COMPONENT, name, role=role, file=manifest, node=number)
    for name in permissions:
        rows.add(Fact.PERMISSION, name, role="uses", file=manifest)
    for name in entries:
        rows.add(Fact.ENTRY, name, role="other")
    if start:
        rows.add(Fact.PATH, start, role="start", file=manifest)
    for one in pages:
        _add(one, pool, rows)
    none32, none64 = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    resources = Resources(np.zeros(0, dtype=np.uint32), none32, none32, none32, none32)
    code = Code(Classes(none32, none32, none32, none32), Interfaces(none32, none32),
                Methods(none32, none32, none32, none32), Fields(none32, none32, none32, none32),
                Calls(none32, none32, np.zeros(0, dtype=np.uint8), none64), Uses(none32, none64), Uses(none32, none64),
                Uses(none32, none64), Annotations(none32, none32, none32, none32, none32, none32))
    artifact = Artifact(ArtifactKind.APK, "x.apk", "0" * 64, 1, package=PACKAGE)
    return Reading(artifact, "test/1", pool.freeze(), rows.freeze(), resources, code, Coverage((), tuple(gaps)))


def _add(one: Page, pool: StringPool, rows: FactRows) -> None:
    file, screen = pool.add(one.file), pool.add(one.name)
    node = len(rows) * 100
    for number, (role, text) in enumerate(one.texts):
        rows.add(Fact.TEXT, text, role=role, file=file, screen=screen, node=node + number)
    for number, (role, text) in enumerate(one.literals, start=40):
        rows.add(Fact.LITERAL, text, role=role, file=file, screen=screen, node=node + number)
    for number, chain in enumerate(one.calls, start=80):
        rows.add(Fact.CALL, chain, file=file, screen=screen, node=node + number)


@dataclass(frozen=True)
class Method:
    """One method of a program: `calls` are "Lowner;->name" or (that, constant)."""

    owner: str
    name: str
    calls: tuple[str | tuple[str, int], ...] = ()
    strings: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    flags: int = 1


def with_code(reading: Reading, methods: Sequence[Method], parents: Mapping[str, str] | None = None) -> Reading:
    """The reading with a program: its classes are the owners of `methods` and the keys of `parents` (superclasses)."""
    pool = StringPool()
    for sid in range(len(reading.strings)):
        pool.add(reading.strings.raw(sid))
    parents = dict(parents or {})
    for method in methods:
        parents.setdefault(method.owner, "Ljava/lang/Object;")
    proto = pool.add("()V")
    rows = {(method.owner, method.name): index for index, method in enumerate(methods)}
    outside: list[tuple[str, str]] = []
    calls, strings, types = [], [], []
    for index, method in enumerate(methods):
        for one in method.calls:
            target, constant = one if isinstance(one, tuple) else (one, NO_CONSTANT)
            owner, _, name = target.partition("->")
            if (owner, name) not in rows:
                rows[owner, name] = len(rows)
                outside.append((owner, name))
            calls.append((index, rows[owner, name], constant))
        strings += [(index, pool.add(text)) for text in method.strings]
        types += [(index, pool.add(text)) for text in method.types]
    every = [(method.owner, method.name, method.flags) for method in methods] + [(*one, -1) for one in outside]
    owners, names, flags = (list(column) for column in zip(*every, strict=True))
    code = replace(
        reading.code,
        classes=Classes(_column(map(pool.add, parents)), _column(map(pool.add, parents.values())),
                        _column([1] * len(parents)), _column([pool.add("classes.dex")] * len(parents))),
        methods=Methods(_column(map(pool.add, owners)), _column(map(pool.add, names)), _column([proto] * len(every)),
                        _column(flags)),
        calls=Calls(_column(one for one, _, _ in calls), _column(one for _, one, _ in calls),
                    np.full(len(calls), 0x6E, dtype=np.uint8), np.array([one for *_, one in calls], dtype=np.int64)),
        strings_used=_uses(strings), types_used=_uses(types))
    return replace(reading, strings=pool.freeze(), code=code)


def _column(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, dtype=np.int32)


def _uses(pairs: Sequence[tuple[int, int]]) -> Uses:
    return Uses(_column(one for one, _ in pairs), np.array([one for _, one in pairs], dtype=np.int64))


def blinding(*kinds: Kind, reason: str = "part_unread") -> Gap:
    """A gap that takes away whole kinds."""
    return Gap(frozenset(kinds), "x", reason, blinds=True)
