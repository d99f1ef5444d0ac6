"""A reading made several times as large, for measuring growth: each copy has its own strings, classes, methods, facts
and resources, and calls only itself and the platform. Knows no judging."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import (
    Annotations,
    Calls,
    Classes,
    Code,
    Facts,
    Fields,
    Interfaces,
    Methods,
    Reading,
    Resources,
    Strings,
    Uses,
)

Array = NDArray[np.generic]

_PLATFORM = re.compile(rb"L(android|java|javax|kotlin)/|[\(\[]|[BCDFIJSVZ]$")
"""Names that all copies share: what the platform is called, and signatures."""

PACKAGE_STEP = 1 << 24
"""Between resource ids of two copies: each has a package of its own."""


def multiplied(reading: Reading, times: int) -> Reading:
    """The reading `times` over. Han texts keep their words, identifiers their tokens and one more."""
    texts = [reading.strings.raw(sid) for sid in range(len(reading.strings))]
    shared = {sid for sid, text in enumerate(texts) if _PLATFORM.match(text)}
    shared |= set(reading.facts.role.tolist()) | set(reading.resources.type.tolist())
    shared |= {sid for sid, text in enumerate(texts) if text.startswith(b"<") or text.endswith(b"AndroidManifest.xml")}
    blob, index = list(texts), {text: sid for sid, text in enumerate(texts)}
    maps = [np.arange(len(texts) + 1, dtype=np.int64)]
    for copy in range(1, times):
        moved = maps[0].copy()
        for sid, text in enumerate(texts):
            if sid not in shared and text:
                number = str(copy).encode()
                name = text[:-1] + number + b";" if text.endswith(b";") else text + number
                moved[sid] = index.setdefault(name, len(blob))
                if moved[sid] == len(blob):
                    blob.append(name)
        maps.append(moved)
    for moved in maps:
        moved[-1] = -1  # -1 stays -1
    ends = np.cumsum([len(text) for text in blob], dtype=np.int64)
    return replace(reading, strings=Strings(b"".join(blob), ends), facts=_facts(reading.facts, maps),
                   resources=_resources(reading.resources, maps), code=_code(reading.code, maps))


def _sids(column: Array, maps: list[Array]) -> Array:
    return np.concatenate([moved[column] for moved in maps]).astype(column.dtype)


def _rows(column: Array, maps: list[Array], size: int) -> Array:
    """A column of row numbers of a table with `size` rows."""
    return np.concatenate([np.where(column < 0, column, column + copy * size)
                           for copy in range(len(maps))]).astype(column.dtype)


def _same(column: Array, maps: list[Array]) -> Array:
    return np.concatenate([column] * len(maps))


def _ids(column: Array, maps: list[Array]) -> Array:
    return np.concatenate([np.where(column > 0, column.astype(np.int64) + copy * PACKAGE_STEP, column)
                           for copy in range(len(maps))]).astype(column.dtype)


def _facts(facts: Facts, maps: list[Array]) -> Facts:
    return Facts(_same(facts.kind, maps), _sids(facts.value, maps), _same(facts.role, maps), _sids(facts.file, maps),
                 _sids(facts.screen, maps), _same(facts.node, maps), _same(facts.parent, maps), _ids(facts.ref, maps),
                 _sids(facts.actor, maps))


def _resources(table: Resources, maps: list[Array]) -> Resources:
    return Resources(_ids(table.id, maps), _same(table.type, maps), _sids(table.name, maps), _sids(table.value, maps),
                     _sids(table.config, maps))


def _code(code: Code, maps: list[Array]) -> Code:
    size, classes = len(code.methods.owner), len(code.classes.type)
    rows = [moved[code.methods.owner] for moved in maps]
    assert all(len(row) == size for row in rows)

    def uses(table: Uses, what: Array) -> Uses:
        return Uses(_rows(table.method, maps, size), what)

    notes, calls = code.annotations, code.calls
    return Code(
        Classes(_sids(code.classes.type, maps), _sids(code.classes.superclass, maps), _same(code.classes.flags, maps),
                _sids(code.classes.unit, maps)),
        Interfaces(_rows(code.interfaces.owner, maps, classes), _sids(code.interfaces.type, maps)),
        Methods(_sids(code.methods.owner, maps), _sids(code.methods.name, maps), _sids(code.methods.proto, maps),
                _same(code.methods.flags, maps)),
        Fields(*(_sids(column, maps) for column in (code.fields.owner, code.fields.name, code.fields.type,
                                                    code.fields.value))),
        Calls(_rows(calls.caller, maps, size), _rows(calls.callee, maps, size), _same(calls.opcode, maps),
              _same(calls.constant, maps)),
        uses(code.strings_used, _sids(code.strings_used.what, maps)),
        uses(code.types_used, _sids(code.types_used.what, maps)),
        uses(code.resources_used, _ids(code.resources_used.what, maps)),
        Annotations(_sids(notes.type, maps), _sids(notes.owner, maps), _rows(notes.method, maps, size),
                    _sids(notes.member, maps), _sids(notes.element, maps), _sids(notes.value, maps)))
