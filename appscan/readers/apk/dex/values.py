"""Encoded values of one DEX: initial values of static fields, values inside annotations. Knows no names of fields.

Source: Dalvik executable format, "encoded_value encoding", "encoded_array", "encoded_annotation".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appscan.model.reading import Int64
from appscan.readers.apk.dex.layout import Layout
from appscan.readers.apk.dex.members import Members

INT, METHOD_HANDLE, STRING, TYPE, ENUM = 0x04, 0x16, 0x17, 0x18, 0x1B
ARRAY, ANNOTATION, NULL, BOOLEAN = 0x1C, 0x1D, 0x1E, 0x1F
FULL_INT = 0x64
"""Header byte of an int of four bytes, as resource ids have."""
MAXIMUM_DEPTH = 16


class BrokenValueError(Exception):
    """An encoded value leaves its bytes or nests too deep."""


@dataclass(frozen=True, slots=True)
class StaticValues:
    """Initial values by row of `Members.static_field`; `string` are string indices, `number` ints of four bytes."""

    string_row: Int64
    string: Int64
    number_row: Int64
    number: Int64


def read_uleb128(raw: bytes, at: int) -> tuple[int, int]:
    """One number and the offset after it."""
    value = shift = 0
    while shift < 35:
        if at >= len(raw):
            break
        octet = raw[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at
        shift += 7
    raise BrokenValueError


def skip_value(raw: bytes, at: int, depth: int = 0) -> int:
    """Offset after the encoded value at `at`."""
    if at >= len(raw) or depth > MAXIMUM_DEPTH:
        raise BrokenValueError
    kind = raw[at] & 0x1F
    if kind < ARRAY:
        return at + 2 + (raw[at] >> 5)
    if kind >= NULL:
        return at + 1
    annotation = kind == ANNOTATION
    at += 1
    if annotation:
        _, at = read_uleb128(raw, at)
    count, at = read_uleb128(raw, at)
    for _ in range(count):
        if annotation:
            _, at = read_uleb128(raw, at)
        at = skip_value(raw, at, depth + 1)
    return at


def read_static_values(layout: Layout, members: Members) -> StaticValues:
    """Strings and four-byte ints among the initial values of static fields."""
    offsets = layout.classes["values"].astype(np.int64)
    owners, first, counts = np.unique(members.static_class, return_index=True, return_counts=True)
    strings: list[tuple[int, int]] = []
    numbers: list[tuple[int, int]] = []
    budget = len(layout.raw)
    for owner, row, count in zip(owners.tolist(), first.tolist(), counts.tolist(), strict=True):
        at = int(offsets[owner])
        if not at:
            continue
        if int(members.static_place[row + count - 1]) != count - 1:  # An unknown field was left out of the list.
            layout.damage.note("static_values")
            continue
        try:
            end = _read_array(layout.raw, at, row, row + count, strings, numbers)
        except BrokenValueError:
            layout.damage.note("static_values")
            continue
        budget -= end - at
        if budget < 0:
            layout.damage.note("static_values")
            break
    string_pairs = np.array(strings, dtype=np.int64).reshape(-1, 2)
    number_pairs = np.array(numbers, dtype=np.int64).reshape(-1, 2)
    return StaticValues(string_pairs[:, 0], string_pairs[:, 1], number_pairs[:, 0], number_pairs[:, 1])


def _read_array(raw: bytes, at: int, row: int, last_row: int, strings: list[tuple[int, int]],
                numbers: list[tuple[int, int]]) -> int:
    """Append (row, value) of the array's strings and four-byte ints; values beyond `last_row` are not looked at."""
    count, at = read_uleb128(raw, at)
    last_row = min(last_row, row + count)
    while row < last_row:
        if at >= len(raw):
            raise BrokenValueError
        head = raw[at]
        if head == FULL_INT:
            run = full_int_run(raw, at, last_row - row)
            if not run:
                raise BrokenValueError
            numbers.extend(enumerate(run, row))
            row += len(run)
            at += 5 * len(run)
            continue
        if head & 0x1F == STRING:
            strings.append((row, int.from_bytes(raw[at + 1:at + 2 + (head >> 5)], "little")))
        at = skip_value(raw, at)
        row += 1
    return at


def full_int_run(raw: bytes, at: int, limit: int) -> list[int]:
    """The four-byte ints that follow each other at `at`, at most `limit`; classes of resource ids have thousands."""
    heads = raw[at:at + 5 * limit:5]
    length = len(heads) - len(heads.lstrip(b"\x64"))
    length = min(length, (len(raw) - at) // 5)
    packed = np.frombuffer(raw, dtype=np.dtype([("head", "u1"), ("value", "<u4")]), count=length, offset=at)
    return packed["value"].tolist() if length else []
