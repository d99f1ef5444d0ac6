"""Class data of one DEX: which fields and methods its classes define, and where code lies. Knows no strings.

Source: Dalvik executable format, "class_data_item", "encoded_field", "encoded_method", "code_item".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int64, UInt8
from appscan.readers.apk.dex.layout import Layout, ragged, uleb128, words32

CODE_HEADER = 16
CODE_SIZE_AT = 12
MAXIMUM_CODE = 1 << 17
"""16-bit units of one method that are looked at; class files hold no more than 65,535 bytes of code for one."""
FLAG_BITS = 0x7FFFFFFF
MAXIMUM_NUMBER_SIZE = 5
NUMBERS_PER_MEMBER = np.array([2, 2, 3, 3], dtype=np.int64)
"""Static fields, instance fields, direct methods, virtual methods."""


@dataclass(frozen=True, slots=True)
class Members:
    """Members that classes define. Fields and methods are indices into the id tables; `*_class` rows of class_defs.

    static_field, static_class, static_place: static fields only, with their place among those of their class.
    method_code: byte offset of the code item, 0 for none.
    """

    field: Int64
    field_class: Int64
    static_field: Int64
    static_class: Int64
    static_place: Int64
    method: Int64
    method_class: Int64
    method_flags: Int64
    method_code: Int64


@dataclass(frozen=True, slots=True)
class CodeRanges:
    """Distinct pieces of code in rising order: positions [start, end) in 16-bit units. `owners` are pairs
    (piece, method index), rising by piece; compilers may let several methods share one piece."""

    start: Int64
    end: Int64
    owner_piece: Int64
    owner_method: Int64


@dataclass(frozen=True, slots=True)
class _Numbers:
    """LEB128 numbers of the class data section, end to end, and the byte offset at which each begins."""

    value: Int64
    start: Int64


def read_members(layout: Layout) -> Members:
    """All defined fields and methods; what lies out of range is left out and noted as damage."""
    classes, offsets = _class_items(layout)
    if not len(classes):
        empty = np.zeros(0, dtype=np.int64)
        return Members(*(empty,) * 9)
    numbers = _numbers(layout, offsets)
    first = np.searchsorted(numbers.start, offsets)
    complete = first + 4 <= len(numbers.value)
    layout.damage.note("class_data", not complete.all())
    classes, first = classes[complete], first[complete]
    counts = numbers.value[first[:, None] + np.arange(4)]
    complete = first + counts @ NUMBERS_PER_MEMBER + 4 <= len(numbers.value)
    layout.damage.note("class_data", not complete.all())
    return _expand(layout, numbers.value, classes[complete], first[complete] + 4, counts[complete])


def _class_items(layout: Layout) -> tuple[Int64, Int64]:
    """Classes with members and the offsets of these: as many as a sound file can have, all members being distinct."""
    offsets = layout.classes["members"].astype(np.int64)
    classes = np.flatnonzero(offsets)
    inside = offsets[classes] < len(layout.raw)
    layout.damage.note("class_data", not inside.all())
    classes = classes[inside]
    offsets = offsets[classes]
    size, at = np.zeros(len(classes), dtype=np.int64), offsets
    for _ in range(4):
        count, at = uleb128(layout.octets, np.minimum(at, len(layout.raw) - 1))
        size += count
    allowed = len(layout.fields) + len(layout.methods)
    fine = (size <= allowed) & (np.cumsum(size) <= allowed)
    # Class data lies together in one section (map_list), so that its extent is bounded by what it holds.
    span = MAXIMUM_NUMBER_SIZE * int((3 * size + 4)[fine].sum())
    fine &= offsets + MAXIMUM_NUMBER_SIZE * (3 * size + 4) <= int(offsets.min(initial=len(layout.raw))) + 2 * span
    layout.damage.note("class_data", not fine.all())
    return classes[fine], offsets[fine]


def _numbers(layout: Layout, offsets: Int64) -> _Numbers:
    """Decode every LEB128 number from the first class data item to the end of the last in one go."""
    low, last = int(offsets.min()), int(offsets.max())
    octets = layout.octets[low:_item_end(layout, last)]
    ends_here = octets < 0x80
    ends_here[(offsets - low - 1)[offsets > low]] = True  # An item begins a new number whatever stands before it.
    stop = np.flatnonzero(ends_here)
    start = np.zeros_like(stop)
    start[1:] = stop[:-1] + 1
    return _Numbers(_decode(octets, start, stop - start), start + low)


def _item_end(layout: Layout, offset: int) -> int:
    """An end for the class data item at `offset`, perhaps some bytes too late."""
    counts, at = [], np.array([offset], dtype=np.int64)
    for _ in range(4):
        count, at = uleb128(layout.octets, np.minimum(at, len(layout.raw) - 1))
        counts.append(int(count[0]))
    return min(len(layout.raw), int(at[0]) + MAXIMUM_NUMBER_SIZE * int(np.array(counts) @ NUMBERS_PER_MEMBER))


def _decode(octets: UInt8, start: Int64, extra: Int64) -> Int64:
    value = (octets[start] & 0x7F).astype(np.int64)
    longer = np.flatnonzero(extra)
    for place in range(1, 5):
        value[longer] |= (octets[start[longer] + place] & 0x7F).astype(np.int64) << (7 * place)
        longer = longer[extra[longer] > place]
    return value & 0xFFFFFFFF


def _expand(layout: Layout, value: Int64, classes: Int64, first: Int64, counts: Int64) -> Members:
    """Lists of a class follow each other: static, instance fields (2 numbers each), direct, virtual methods (3)."""
    statics, instances, directs, virtuals = (counts[:, column] for column in range(4))
    at_instances = first + 2 * statics
    at_directs = at_instances + 2 * instances
    at_virtuals = at_directs + 3 * directs
    static_field, static_class, static_place, _ = _field_list(layout, value, first, statics)
    field, field_class, _, _ = _field_list(layout, value, at_instances, instances)
    direct = _method_list(layout, value, at_directs, directs)
    virtual = _method_list(layout, value, at_virtuals, virtuals)
    method, owner, flags, code = (np.concatenate(pair) for pair in zip(direct, virtual, strict=True))
    return Members(
        field=np.concatenate((static_field, field)), field_class=classes[np.concatenate((static_class, field_class))],
        static_field=static_field, static_class=classes[static_class], static_place=static_place,
        method=method, method_class=classes[owner], method_flags=flags & FLAG_BITS, method_code=code)


def _field_list(layout: Layout, value: Int64, first: Int64, counts: Int64) -> tuple[Int64, Int64, Int64, Int64]:
    rows, at = ragged(first, counts, 2)
    index = _running(value[at], counts)
    known = index < len(layout.fields)
    layout.damage.note("class_data", not known.all())
    place = (at - first[rows]) >> 1
    return index[known], rows[known], place[known], value[at + 1][known]


def _method_list(layout: Layout, value: Int64, first: Int64, counts: Int64) -> tuple[Int64, Int64, Int64, Int64]:
    rows, at = ragged(first, counts, 3)
    index = _running(value[at], counts)
    known = index < len(layout.methods)
    layout.damage.note("class_data", not known.all())
    return index[known], rows[known], value[at + 1][known], value[at + 2][known]


def _running(differences: Int64, counts: Int64) -> Int64:
    """Indices of a list are given as differences from the one before; each list begins anew."""
    total = np.cumsum(differences)
    begins = (np.cumsum(counts) - counts)[counts > 0]
    before = total[begins] - differences[begins]
    total -= np.repeat(before, counts[counts > 0])
    return total


def code_ranges(layout: Layout, members: Members) -> CodeRanges:
    """Where instructions lie, cut so that no two pieces overlap and none leaves the bytes."""
    damage = layout.damage
    has_code = np.flatnonzero(members.method_code)
    offset = members.method_code[has_code]
    readable = (offset % 4 == 0) & (offset + CODE_HEADER <= len(layout.words) * 2)
    damage.note("code", not readable.all())
    method, offset = members.method[has_code[readable]], offset[readable]
    pieces, piece = np.unique(offset, return_inverse=True)
    size = words32(layout, pieces + CODE_SIZE_AT)
    start = (pieces + CODE_HEADER) >> 1
    end = start + size
    limit = np.minimum(np.append((pieces >> 1)[1:], len(layout.words)), start + MAXIMUM_CODE)
    damage.note("code", ((end > limit) | (size == 0)).any())
    order = np.argsort(piece, kind="stable")
    return CodeRanges(start, np.maximum(start, np.minimum(end, limit)), piece[order], method[order])


def defined_methods(layout: Layout, members: Members) -> NDArray[np.int32]:
    """Access flags by method index, -1 for methods that are only referred to."""
    flags = np.full(len(layout.methods), -1, dtype=np.int32)
    flags[members.method] = members.method_flags
    return flags

