"""One DEX as columns whose strings are sids and whose methods are its own indices. Knows no other DEX file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int32, Int64, UInt8
from appscan.readers.apk.dex.annotations import ON_FIELD, AnnotationRows, read_annotations
from appscan.readers.apk.dex.layout import NO_INDEX, Layout, ragged, within_budget, words32
from appscan.readers.apk.dex.members import Members, code_ranges, defined_methods, read_members
from appscan.readers.apk.dex.strings import read_strings
from appscan.readers.apk.dex.usage import (
    HIGHEST_RESOURCE_ID,
    LOWEST_RESOURCE_ID,
    NARROW_CONSTANT,
    WIDE_CONSTANT,
    CallRows,
    Pairs,
    read_usage,
)
from appscan.readers.apk.dex.values import StaticValues, read_static_values
from appscan.readers.columns import StringPool

MAXIMUM_PARAMETERS = 255
"""Method arguments take at most 255 registers (Dalvik bytecode, `invoke-kind/range`)."""
MAXIMUM_SIGNATURE, MAXIMUM_SIGNATURES = 65_535, 1 << 26
"""Bytes of one written out, and of all in one DEX."""
NARROW_TYPES = frozenset({b"Z", b"B", b"S", b"C", b"I"})


@dataclass(frozen=True, slots=True)
class ClassRows:
    """Defined classes; interface pairs hold the row here. Everything else is a sid."""

    type: Int32
    superclass: Int32
    flags: Int32
    interface_owner: Int64
    interface_type: Int32


@dataclass(frozen=True, slots=True)
class MethodRows:
    """All methods referred to, by method index. Sids, and flags or -1."""

    owner: Int32
    name: Int32
    proto: Int32
    flags: Int32
    defined: int


@dataclass(frozen=True, slots=True)
class FieldRows:
    """Defined fields. Sids; value -1 where there is no string. number_row, number: resource ids in static fields."""

    owner: Int32
    name: Int32
    type: Int32
    value: Int32
    number_row: Int64
    number: Int64


@dataclass(frozen=True, slots=True)
class AnnotationSids:
    """Annotation values as sids; method: method index or -1."""

    type: Int32
    owner: Int32
    method: Int64
    member: Int32
    element: Int32
    value: Int32


@dataclass(frozen=True, slots=True)
class Unit:
    """One DEX. `what` of strings and types are sids; of fields_got, owner sid << 32 | name sid."""

    classes: ClassRows
    methods: MethodRows
    fields: FieldRows
    annotations: AnnotationSids
    calls: CallRows
    strings_used: Pairs
    types_used: Pairs
    resources_used: Pairs
    fields_got: Pairs
    damage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """String and type tables as sids, with one more entry, -1, for indices out of range."""

    strings: Int32
    types: Int32
    descriptors: list[bytes]

    def string(self, index: NDArray[np.uint32] | Int64) -> Int32:
        return self.strings[np.minimum(index.astype(np.int64), len(self.strings) - 1)]

    def type(self, index: NDArray[np.uint16] | NDArray[np.uint32] | Int64) -> Int32:
        return self.types[np.minimum(index.astype(np.int64), len(self.types) - 1)]


def read_unit(layout: Layout, pool: StringPool) -> Unit:
    """Read one DEX whole; what is damaged is named in `damage`, the rest is kept."""
    texts = read_strings(layout)
    names = _names(layout, texts, pool)
    del texts
    members = read_members(layout)
    protos, last_parameter = _protos(layout, names, pool)
    method_proto = np.minimum(layout.methods["proto"].astype(np.int64), len(protos) - 1)
    usage = read_usage(layout, code_ranges(layout, members), last_parameter[method_proto])
    got_field = usage.fields_got.what
    got = (names.type(layout.fields["owner"][got_field]).astype(np.int64) << 32) | names.string(
        layout.fields["name"][got_field])
    return Unit(
        classes=_classes(layout, names),
        methods=MethodRows(names.type(layout.methods["owner"]), names.string(layout.methods["name"]),
                           protos[method_proto], defined_methods(layout, members), len(members.method)),
        fields=_fields(layout, names, members, read_static_values(layout, members)),
        annotations=_annotations(layout, names, read_annotations(layout, names.descriptors)),
        calls=usage.calls,
        strings_used=Pairs(usage.strings.method, names.string(usage.strings.what).astype(np.int64)),
        types_used=Pairs(usage.types.method, names.type(usage.types.what).astype(np.int64)),
        resources_used=usage.resources,
        fields_got=Pairs(usage.fields_got.method, got),
        damage=tuple(layout.damage.parts))


def _names(layout: Layout, texts: list[bytes], pool: StringPool) -> _Names:
    strings = np.append(pool.add_all(texts), np.int32(-1))
    index = np.minimum(layout.type_names, len(texts)).astype(np.int64)
    layout.damage.note("types", (index == len(texts)).any())
    texts = [*texts, b""]
    return _Names(strings, np.append(strings[index], np.int32(-1)), [texts[row] for row in index.tolist()])


def _protos(layout: Layout, names: _Names, pool: StringPool) -> tuple[Int32, UInt8]:
    """Per prototype, and one more for bad indices: sid of the signature, integer kind of its last parameter."""
    offsets = layout.protos["parameters"].astype(np.int64)
    counts, types = _type_lists(layout, offsets, "protos")
    if (counts > MAXIMUM_PARAMETERS).any():
        layout.damage.note("protos")
        types = types[np.repeat(counts <= MAXIMUM_PARAMETERS, counts)]
        counts = np.where(counts > MAXIMUM_PARAMETERS, 0, counts)
    ends = np.cumsum(counts)
    bad = len(names.descriptors)
    descriptors = [*names.descriptors, b""]
    parameters = [descriptors[row] for row in np.minimum(types, bad).tolist()]
    returns = np.minimum(layout.protos["returns"], bad).tolist()
    signatures = []
    start, room = 0, min(2 * len(layout.raw), MAXIMUM_SIGNATURES)
    for end, result in zip(ends.tolist(), returns, strict=True):
        signature = b"(" + b"".join(parameters[start:end]) + b")" + descriptors[result]
        if len(signature) > MAXIMUM_SIGNATURE or room < 0:
            layout.damage.note("protos")
            signature = b"()"
        room -= len(signature)
        signatures.append(signature)
        start = end
    kind_of_type = np.array([NARROW_CONSTANT if name in NARROW_TYPES else WIDE_CONSTANT if name == b"J" else 0
                             for name in descriptors], dtype=np.uint8)
    kinds = np.zeros(len(counts) + 1, dtype=np.uint8)
    some = np.flatnonzero(counts)
    kinds[some] = kind_of_type[np.minimum(types[ends[some] - 1], bad)]
    return np.append(pool.add_all(signatures), np.int32(-1)), kinds


def _type_lists(layout: Layout, offsets: Int64, what: str) -> tuple[Int64, Int64]:
    """Lists of types at `offsets` (0 for an empty one): lengths, and type indices end to end ("type_list")."""
    room = len(layout.words) * 2
    fine = (offsets % 4 == 0) & (offsets + 4 <= room)
    layout.damage.note(what, not fine.all())
    asked = fine & (offsets > 0)
    counts = np.zeros(len(offsets), dtype=np.int64)
    counts[asked] = words32(layout, offsets[asked])
    inside = offsets + 4 + 2 * counts <= room
    layout.damage.note(what, not inside.all())
    counts = within_budget(np.where(inside, counts, 0), layout, what)
    _, at = ragged((offsets + 4) >> 1, counts)
    return counts, layout.words[at].astype(np.int64)


def _classes(layout: Layout, names: _Names) -> ClassRows:
    table = layout.classes
    counts, types = _type_lists(layout, table["interfaces"].astype(np.int64), "interfaces")
    no_superclass = table["superclass"] == NO_INDEX
    return ClassRows(
        type=names.type(table["type"]),
        superclass=np.where(no_superclass, np.int32(-1), names.type(table["superclass"])),
        flags=(table["flags"] & 0x7FFFFFFF).astype(np.int32),
        interface_owner=np.repeat(np.arange(len(counts), dtype=np.int64), counts),
        interface_type=names.type(types))


def _fields(layout: Layout, names: _Names, members: Members, values: StaticValues) -> FieldRows:
    """Static fields come first in `Members.field`, so rows of static values are rows of fields."""
    row = layout.fields[members.field]
    value = np.full(len(row), -1, dtype=np.int32)
    value[values.string_row] = names.string(values.string)
    is_id = (values.number >= LOWEST_RESOURCE_ID) & (values.number <= HIGHEST_RESOURCE_ID)
    return FieldRows(names.type(row["owner"]), names.string(row["name"]), names.type(row["type"]), value,
                     values.number_row[is_id], values.number[is_id])


def _annotations(layout: Layout, names: _Names, rows: AnnotationRows) -> AnnotationSids:
    on_field = rows.kind == ON_FIELD
    member = np.full(len(rows.owner), -1, dtype=np.int32)
    member[on_field] = names.string(layout.fields["name"][rows.member[on_field]])
    value = np.where(rows.is_type, names.type(np.where(rows.is_type, rows.value, 0)),
                     names.string(np.where(rows.is_type, 0, rows.value)))
    return AnnotationSids(
        type=names.type(rows.type), owner=names.type(layout.classes["type"][rows.owner]),
        method=np.where(rows.kind > ON_FIELD, rows.member, -1), member=member,
        element=np.where(rows.element < 0, np.int32(-1), names.string(rows.element)),
        value=np.where(rows.value < 0, np.int32(-1), value))
