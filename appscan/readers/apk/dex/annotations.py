"""Annotations of one DEX: strings, types and enum names that annotations carry. Indices of that DEX.

Source: Dalvik executable format, "annotations_directory_item", "annotation_set_item", "annotation_item".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int64
from appscan.readers.apk.dex.layout import Layout, ragged, uleb128, within_budget, words32
from appscan.readers.apk.dex.values import (
    ANNOTATION,
    ARRAY,
    ENUM,
    MAXIMUM_DEPTH,
    STRING,
    TYPE,
    BrokenValueError,
    read_uleb128,
    skip_value,
)

SKIPPED_PREFIX = b"Ldalvik/annotation/"
SKIPPED = frozenset({b"Lkotlin/Metadata;", b"Lkotlin/coroutines/jvm/internal/DebugMetadata;"})
"""Written by compilers for debuggers and reflection, with large arrays of names and signatures."""

ON_CLASS, ON_FIELD, ON_METHOD, ON_PARAMETER = 0, 1, 2, 3
VISIBLE_AT_RUN_TIME = 1
DIRECTORY_SIZE = 16


@dataclass(frozen=True, slots=True)
class Targets:
    """What carries annotation sets: row of class_defs, `ON_…`, field or method index, byte offset of the set."""

    owner: Int64
    kind: Int64
    member: Int64
    place: Int64

    def rows(self, chosen: Int64 | NDArray[np.bool_], place: Int64 | None = None) -> Targets:
        """Some rows of it, perhaps with other offsets."""
        return Targets(self.owner[chosen], self.kind[chosen], self.member[chosen],
                       self.place[chosen] if place is None else place)


@dataclass(frozen=True, slots=True)
class AnnotationRows:
    """One row per value: class row, `ON_…`, member index, type index; element: string index or -1; value: string or
    type index (is_type tells which), -1 for a marker without such a value."""

    owner: Int64
    kind: Int64
    member: Int64
    type: Int64
    element: Int64
    value: Int64
    is_type: NDArray[np.bool_]


def read_annotations(layout: Layout, type_names: list[bytes]) -> AnnotationRows:
    """Values of all annotations but those of `SKIPPED`; those seen at run time without any value give one row, too."""
    skipped = np.array([name.startswith(SKIPPED_PREFIX) or name in SKIPPED for name in type_names] + [True], dtype=bool)
    targets = _items(layout, _sets(layout, _directories(layout)))
    offsets, item = np.unique(targets.place, return_inverse=True)
    visibility = layout.octets[offsets]
    kinds, values_at = uleb128(layout.octets, offsets + 1)
    layout.damage.note("annotations", (kinds >= len(type_names)).any())
    kinds = np.minimum(kinds, len(type_names))
    chosen = np.flatnonzero(~skipped[kinds])
    counts = np.zeros(len(offsets), dtype=np.int64)
    begins = np.zeros(len(offsets), dtype=np.int64)
    found: list[tuple[int, int, int, bool]] = []
    budget = len(layout.raw)
    for row, kind, at, seen in zip(chosen.tolist(), kinds[chosen].tolist(), values_at[chosen].tolist(),
                                   (visibility[chosen] == VISIBLE_AT_RUN_TIME).tolist(), strict=True):
        begins[row] = len(found)
        try:
            end = _read_elements(layout, at, kind, found)
        except BrokenValueError:
            layout.damage.note("annotations")
            end = at
        if seen and begins[row] == len(found):
            found.append((kind, -1, -1, False))
        counts[row] = len(found) - begins[row]
        budget -= end - at
        if budget < 0:
            layout.damage.note("annotations")
            break
    return _spread(layout, targets, begins[item], counts[item], found)


def _spread(layout: Layout, targets: Targets, begins: Int64, counts: Int64,
            found: list[tuple[int, int, int, bool]]) -> AnnotationRows:
    values = np.array(found, dtype=np.int64).reshape(-1, 4)
    rows, at = ragged(begins, within_budget(counts, layout, "annotations"))
    marker_on_parameter = (targets.kind[rows] == ON_PARAMETER) & (values[at, 2] < 0)
    rows, at = rows[~marker_on_parameter], at[~marker_on_parameter]
    chosen, picked = targets.rows(rows), values[at]
    return AnnotationRows(chosen.owner, chosen.kind, chosen.member, picked[:, 0], picked[:, 1], picked[:, 2],
                          picked[:, 3].astype(bool))


def _readable(layout: Layout, offsets: Int64, size: Int64 | int) -> NDArray[np.bool_]:
    """Whether 4-aligned items of `size` bytes lie inside; those that do not are noted."""
    fine: NDArray[np.bool_] = (offsets % 4 == 0) & (offsets > 0) & (offsets + size <= len(layout.words) * 2)
    layout.damage.note("annotations", not fine.all())
    return fine


def _directories(layout: Layout) -> Targets:
    """All annotation sets of classes, fields and methods; for parameters, lists of sets are followed to their sets."""
    offsets = layout.classes["annotations"].astype(np.int64)
    owner = np.flatnonzero(offsets)
    owner = owner[_readable(layout, offsets[owner], DIRECTORY_SIZE)]
    offset = offsets[owner]
    on_class = words32(layout, offset)
    parts = [Targets(owner, np.full(len(owner), ON_CLASS), np.full(len(owner), -1), on_class).rows(on_class > 0)]
    row_at = offset + DIRECTORY_SIZE
    for kind in (ON_FIELD, ON_METHOD, ON_PARAMETER):
        counts = words32(layout, offset + 4 * kind)
        counts = np.where(_readable(layout, row_at, counts * 8), counts, 0)
        counts = within_budget(counts, layout, "annotations")
        rows, at = ragged(row_at, counts, 8)
        part = Targets(owner[rows], np.full(len(rows), kind), words32(layout, at), words32(layout, at + 4))
        parts.append(_parameter_sets(layout, part) if kind == ON_PARAMETER else part)
        row_at = row_at + 8 * counts
    return _joined(parts)


def _joined(parts: list[Targets]) -> Targets:
    return Targets(np.concatenate([part.owner for part in parts]), np.concatenate([part.kind for part in parts]),
                   np.concatenate([part.member for part in parts]), np.concatenate([part.place for part in parts]))


def _parameter_sets(layout: Layout, lists: Targets) -> Targets:
    sets = _entries(layout, lists)
    return sets.rows(sets.place > 0)


def _sets(layout: Layout, targets: Targets) -> Targets:
    """Targets whose member exists."""
    limit = np.array([len(layout.classes), len(layout.fields), len(layout.methods), len(layout.methods)])
    known = targets.member < limit[targets.kind]
    layout.damage.note("annotations", not known.all())
    return targets.rows(known)


def _items(layout: Layout, sets: Targets) -> Targets:
    """Annotation items of all sets; their offsets lie inside the bytes."""
    items = _entries(layout, sets)
    inside = (items.place > 0) & (items.place < len(layout.raw) - 1)
    layout.damage.note("annotations", not inside.all())
    return items.rows(inside)


def _entries(layout: Layout, lists: Targets) -> Targets:
    """Follow lists of 32-bit offsets that begin with their count."""
    lists = lists.rows(_readable(layout, lists.place, 4))
    counts = words32(layout, lists.place)
    counts = np.where(_readable(layout, lists.place, 4 + counts * 4), counts, 0)
    rows, at = ragged(lists.place + 4, within_budget(counts, layout, "annotations"), 4)
    return lists.rows(rows, words32(layout, at))


def _read_elements(layout: Layout, at: int, kind: int, found: list[tuple[int, int, int, bool]], depth: int = 0) -> int:
    """Append (type, element, value, is type) of the elements at `at`; offset after them."""
    raw = layout.raw
    count, at = read_uleb128(raw, at)
    for _ in range(count):
        element, at = read_uleb128(raw, at)
        at = _read_value(layout, at, kind, element, found, depth)
    return at


def _read_value(layout: Layout, at: int, kind: int, element: int, found: list[tuple[int, int, int, bool]],
                depth: int) -> int:
    raw = layout.raw
    if at >= len(raw) or depth > MAXIMUM_DEPTH:
        raise BrokenValueError
    head = raw[at]
    match head & 0x1F:
        case code if code in (STRING, TYPE, ENUM):
            end = at + 2 + (head >> 5)
            index = int.from_bytes(raw[at + 1:end], "little")
            _append(layout, code, (kind, element, index), found)
            return end
        case code if code == ARRAY:
            count, at = read_uleb128(raw, at + 1)
            for _ in range(count):
                at = _read_value(layout, at, kind, element, found, depth + 1)
            return at
        case code if code == ANNOTATION:
            inner, at = read_uleb128(raw, at + 1)
            return _read_elements(layout, at, inner, found, depth + 1)
        case _:
            return skip_value(raw, at)


def _append(layout: Layout, code: int, row: tuple[int, int, int], found: list[tuple[int, int, int, bool]]) -> None:
    """Add one value if its index exists; an enum's value is the name of its field."""
    kind, element, index = row
    limit = {STRING: len(layout.string_offsets), TYPE: len(layout.type_names), ENUM: len(layout.fields)}[code]
    if index >= limit or element >= len(layout.string_offsets) or kind >= len(layout.type_names):
        layout.damage.note("annotations")
    elif code == ENUM:
        found.append((kind, element, int(layout.fields["name"][index]), False))
    else:
        found.append((kind, element, index, code == TYPE))
