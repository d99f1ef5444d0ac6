"""All DEX files of an artifact as one program: methods, calls and uses merged by name. Knows no bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import (
    Annotations,
    Calls,
    Classes,
    Code,
    Fields,
    Int32,
    Int64,
    Interfaces,
    Methods,
    UInt8,
    Uses,
)
from appscan.readers.apk.dex.unit import Unit
from appscan.readers.apk.dex.usage import Pairs

KEY_BITS = 62
Number = TypeVar("Number", bound=np.generic)


def merge(units: Sequence[tuple[int, Unit]]) -> Code:
    """One program of `units`, given with the sid of the file each lies in."""
    parts = [unit for _, unit in units]
    methods, rows = _methods(parts)
    defined_twice = sum(unit.methods.defined for unit in parts) > int((methods.flags >= 0).sum())
    return Code(
        classes=_classes(units), interfaces=_interfaces(parts), methods=methods, fields=_fields(parts),
        calls=_calls(rows, parts, defined_twice),
        strings_used=_uses(rows, [unit.strings_used for unit in parts], defined_twice),
        types_used=_uses(rows, [unit.types_used for unit in parts], defined_twice),
        resources_used=_resources(rows, parts, defined_twice),
        annotations=_annotations(rows, parts))


def _column(pieces: Sequence[NDArray[np.generic]], kind: type[Number]) -> NDArray[Number]:
    return np.concatenate(pieces).astype(kind, copy=False) if pieces else np.zeros(0, dtype=kind)


def _int32(pieces: Sequence[NDArray[np.generic]]) -> Int32:
    return _column(pieces, np.int32)


def distinct(*columns: NDArray[np.generic]) -> tuple[Int64, Int64]:
    """Distinct rows over columns of integers from -1 on: (a row where each first stands, for each row its number)."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    used = 0
    for column in columns:
        width = int(column.max(initial=0) + 1).bit_length()
        if used + width > KEY_BITS:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            used = len(key).bit_length()
        key = (key << width) | (column.astype(np.int64) + 1)
        used += width
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), number.astype(np.int64)


def _methods(parts: Sequence[Unit]) -> tuple[Methods, list[Int64]]:
    """The method table, and per unit the row of each of its method indices."""
    owner, name, proto = (_int32([getattr(unit.methods, column) for unit in parts])
                          for column in ("owner", "name", "proto"))
    first, number = distinct(owner, name, proto)
    rows = list(np.split(number, np.cumsum([len(unit.methods.owner) for unit in parts])[:-1])) if parts else []
    flags = np.full(len(first), -1, dtype=np.int32)
    for row, unit in zip(reversed(rows), reversed(parts), strict=True):  # Android loads the first definition it meets.
        defined = unit.methods.flags >= 0
        flags[row[defined]] = unit.methods.flags[defined]
    return Methods(owner[first], name[first], proto[first], flags), rows


def _calls(rows: Sequence[Int64], parts: Sequence[Unit], defined_twice: bool) -> Calls:
    caller = _int32([of[unit.calls.caller] for of, unit in zip(rows, parts, strict=True)])
    callee = _int32([of[unit.calls.callee] for of, unit in zip(rows, parts, strict=True)])
    opcode: UInt8 = _column([unit.calls.opcode for unit in parts], np.uint8)
    constant: Int64 = _column([unit.calls.constant for unit in parts], np.int64)
    if defined_twice:
        which = np.unique(constant, return_inverse=True)[1]
        keep = np.sort(distinct(caller, callee, opcode, which)[0])
        caller, callee, opcode, constant = caller[keep], callee[keep], opcode[keep], constant[keep]
    return Calls(caller, callee, opcode, constant)


def _uses(rows: Sequence[Int64], parts: Sequence[Pairs], defined_twice: bool) -> Uses:
    method = _int32([of[pairs.method] for of, pairs in zip(rows, parts, strict=True)])
    what: Int64 = _column([pairs.what for pairs in parts], np.int64)
    known = what >= 0
    if not known.all():
        method, what = method[known], what[known]
    if defined_twice:
        keep = np.sort(distinct(method, what)[0])
        method, what = method[keep], what[keep]
    return Uses(method, what)


def _resources(rows: Sequence[Int64], parts: Sequence[Unit], defined_twice: bool) -> Uses:
    """Ids in code, and ids read from the static fields of R classes, in whichever file these are defined."""
    plain = [unit.resources_used for unit in parts]
    fields = _resource_fields(parts)
    if not len(fields[0]):
        return _uses(rows, plain, defined_twice)
    resolved = [_resolve(unit.fields_got, *fields) for unit in parts]
    return _uses([*rows, *rows], [*plain, *resolved], True)


def _resource_fields(parts: Sequence[Unit]) -> tuple[Int64, Int64]:
    """Static fields that hold resource ids: rising (owner sid << 32 | name sid), and the id."""
    keys = [(fields.owner[fields.number_row].astype(np.int64) << 32) | fields.name[fields.number_row]
            for fields in (unit.fields for unit in parts)]
    key, first = np.unique(_column(keys, np.int64), return_index=True)
    return key, _column([unit.fields.number for unit in parts], np.int64)[first]


def _resolve(got: Pairs, key: Int64, number: Int64) -> Pairs:
    place = np.minimum(np.searchsorted(key, got.what), len(key) - 1)
    known = key[place] == got.what
    return Pairs(got.method[known], number[place[known]])


def _classes(units: Sequence[tuple[int, Unit]]) -> Classes:
    parts = [unit.classes for _, unit in units]
    return Classes(
        type=_int32([part.type for part in parts]), superclass=_int32([part.superclass for part in parts]),
        flags=_int32([part.flags for part in parts]),
        unit=_int32([np.full(len(unit.classes.type), sid, dtype=np.int32) for sid, unit in units]))


def _interfaces(parts: Sequence[Unit]) -> Interfaces:
    before = np.cumsum([0, *(len(unit.classes.type) for unit in parts)]).tolist()
    return Interfaces(
        owner=_int32([unit.classes.interface_owner + base for unit, base in zip(parts, before, strict=False)]),
        type=_int32([unit.classes.interface_type for unit in parts]))


def _fields(parts: Sequence[Unit]) -> Fields:
    return Fields(*(_int32([getattr(unit.fields, column) for unit in parts])
                    for column in ("owner", "name", "type", "value")))


def _annotations(rows: Sequence[Int64], parts: Sequence[Unit]) -> Annotations:
    method = [np.where(unit.annotations.method < 0, -1, np.append(of, -1)[unit.annotations.method])
              for of, unit in zip(rows, parts, strict=True)]
    return Annotations(
        method=_int32(method),
        **{column: _int32([getattr(unit.annotations, column) for unit in parts])
           for column in ("type", "owner", "member", "element", "value")})
