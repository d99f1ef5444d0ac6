"""What the code of one DEX uses: calls, strings, types, fields, resource ids. Indices of that DEX; knows no names.

Source: Dalvik bytecode and instruction formats (see instructions.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import NO_CONSTANT, Int64, UInt8
from appscan.readers.apk.dex.constants import last_constants
from appscan.readers.apk.dex.instructions import FILL_ARRAY, PACKED_SWITCH, SPARSE_SWITCH, instruction_starts
from appscan.readers.apk.dex.layout import Layout, UInt16, join16, ragged, within_budget
from appscan.readers.apk.dex.members import CodeRanges

LOWEST_RESOURCE_ID, HIGHEST_RESOURCE_ID = 0x7F010000, 0x7F7FFFFE
"""Package 0x7f, types from 1; 0x7f7fffff and 0x7f800000 are the largest float and infinity."""

CONST_STRING, CONST_STRING_JUMBO, CONST_CLASS, NEW_INSTANCE = 0x1A, 0x1B, 0x1C, 0x22
CONST, CONST_HIGH16 = 0x14, 0x15
SGET, SPUT_LAST = 0x60, 0x6D
INVOKE_FIRST, INVOKE_LAST, RANGE_FIRST, RANGE_LAST = 0x6E, 0x72, 0x74, 0x78
RANGE_FOLD = RANGE_FIRST - INVOKE_FIRST

NO_CONSTANT_KIND, NARROW_CONSTANT, WIDE_CONSTANT = 0, 1, 2
"""Type of a method's last parameter: no integer, boolean to int, long."""


STRETCH = 1 << 21
"""Code is walked in stretches of about so many 16-bit units, so that temporaries stay small whatever the file."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All instructions of one stretch of code in rising order: position in 16-bit units, first unit, opcode, and the
    piece of code, counted from `base`; and, per piece, the row of its first instruction."""

    words: UInt16
    base: int
    at: Int64
    first: UInt16
    opcode: UInt8
    piece: Int64
    piece_begins: Int64

    def operand(self, rows: Int64, place: int = 1) -> Int64:
        """The 16-bit unit `place` after the start of each instruction."""
        return self.words.take(self.at[rows] + place, mode="clip").astype(np.int64)

    def operand32(self, rows: Int64, place: int = 1) -> Int64:
        """The unsigned 32-bit number `place` units after the start of each instruction."""
        return self.operand(rows, place) | (self.operand(rows, place + 1) << 16)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct pairs (method index, index or id of what it uses)."""

    method: Int64
    what: Int64


@dataclass(frozen=True, slots=True)
class CallRows:
    """Distinct (caller, callee, opcode, constant); method indices."""

    caller: Int64
    callee: Int64
    opcode: Int64
    constant: Int64


@dataclass(frozen=True, slots=True)
class Usage:
    """All that the code of one DEX uses."""

    calls: CallRows
    strings: Pairs
    types: Pairs
    resources: Pairs
    fields_got: Pairs


@dataclass(frozen=True, slots=True)
class _Found:
    """Distinct facts of one stretch: piece << 32 | index; for calls, piece << 19 | callee << 3 | opcode."""

    calls: Int64
    constants: Int64
    strings: Int64
    types: Int64
    resources: Int64
    fields_got: Int64


def list_instructions(layout: Layout, code: CodeRanges, low: int, high: int) -> Listing:
    """Walk the pieces of code [low, high)."""
    start = code.start[low:high]
    at = instruction_starts(layout.words, start, code.end[low:high])
    first = layout.words[at]
    begins = np.searchsorted(at, start)
    counts = np.diff(np.append(begins, len(at)))
    piece = np.repeat(np.arange(len(begins), dtype=np.int64), counts)
    return Listing(layout.words, low, at, first, (first & 0xFF).astype(np.uint8), piece, begins)


def read_usage(layout: Layout, code: CodeRanges, last_parameter: UInt8) -> Usage:
    """Everything used by code. `last_parameter` tells by method index what integer its last parameter is."""
    _, begins = np.unique(code.start // STRETCH, return_index=True)
    bounds = [*begins.tolist(), len(code.start)]
    found = [_find(layout, list_instructions(layout, code, low, high), last_parameter)
             for low, high in pairwise(bounds)]
    calls, constants, strings, types, resources, fields_got = (
        np.concatenate([getattr(part, column) for part in found] or [np.zeros(0, dtype=np.int64)])
        for column in ("calls", "constants", "strings", "types", "resources", "fields_got"))
    rows, caller = owners_of(layout, code, calls >> 19)
    return Usage(
        calls=CallRows(caller, ((calls >> 3) & 0xFFFF)[rows], ((calls & 7) + INVOKE_FIRST)[rows], constants[rows]),
        strings=_pairs(layout, code, strings), types=_pairs(layout, code, types),
        resources=_pairs(layout, code, resources), fields_got=_pairs(layout, code, fields_got))


def _find(layout: Layout, listing: Listing, last_parameter: UInt8) -> _Found:
    opcode = listing.opcode
    strings = _indexed(listing, np.flatnonzero(opcode == CONST_STRING))
    jumbo = np.flatnonzero(opcode == CONST_STRING_JUMBO)
    strings = _joined(strings, (listing.piece[jumbo], listing.operand32(jumbo)))
    types = _indexed(listing, np.flatnonzero((opcode == CONST_CLASS) | (opcode == NEW_INSTANCE)))
    statics = _indexed(listing, np.flatnonzero((opcode >= SGET) & (opcode <= SPUT_LAST)))
    known = statics[1] < len(layout.fields)
    owners = layout.fields["owner"][statics[1][known]].astype(np.int64)
    got = _indexed(listing, np.flatnonzero(opcode == SGET))
    calls, constants = _calls(layout, listing, last_parameter)
    layout.damage.note("hollow_code", _is_hollow(listing))
    return _Found(
        calls=calls, constants=constants,
        strings=_keys(layout, listing, strings, len(layout.string_offsets), "string_use"),
        types=_keys(layout, listing, _joined(types, (statics[0][known], owners)), len(layout.type_names), "type_use"),
        resources=_keys(layout, listing, _resource_ids(listing), HIGHEST_RESOURCE_ID + 1, "resource_use"),
        fields_got=_keys(layout, listing, got, len(layout.fields), "field_use"))


def _is_hollow(listing: Listing) -> bool:
    """Whether some method is nothing but nops: packers that extract code leave such bodies, compilers never do."""
    ends = np.append(listing.piece_begins[1:], len(listing.at))
    filled = np.flatnonzero(listing.piece_begins < ends)
    idle = filled[listing.first[listing.piece_begins[filled]] == 0]
    return any(not listing.first[begin:end].any()
               for begin, end in zip(listing.piece_begins[idle].tolist(), ends[idle].tolist(), strict=True))


def _indexed(listing: Listing, rows: Int64) -> tuple[Int64, Int64]:
    return listing.piece[rows], listing.operand(rows)


def _joined(one: tuple[Int64, Int64], other: tuple[Int64, Int64]) -> tuple[Int64, Int64]:
    return np.concatenate((one[0], other[0])), np.concatenate((one[1], other[1]))


def _keys(layout: Layout, listing: Listing, found: tuple[Int64, Int64], limit: int, what: str) -> Int64:
    """Distinct pairs; indices at or above `limit` do not exist and are noted as damage."""
    piece, used = found
    known = used < limit
    if not known.all():
        layout.damage.note(what)
        piece, used = piece[known], used[known]
    return np.unique(((piece + listing.base) << 32) | used)


def _pairs(layout: Layout, code: CodeRanges, key: Int64) -> Pairs:
    rows, method = owners_of(layout, code, key >> 32)
    return Pairs(method, (key & 0xFFFFFFFF)[rows])


def owners_of(layout: Layout, code: CodeRanges, piece: Int64) -> tuple[Int64, Int64]:
    """For facts found in pieces of code: (row of the fact, method index), once for each method that has the piece."""
    if len(code.owner_piece) == len(code.start):
        return np.arange(len(piece), dtype=np.int64), code.owner_method[piece]
    sharing = np.bincount(code.owner_piece, minlength=len(code.start))
    counts = within_budget(sharing[piece], layout, "shared_code")
    rows, at = ragged((np.cumsum(sharing) - sharing)[piece], counts)
    return rows, code.owner_method[at]


def _resource_ids(listing: Listing) -> tuple[Int64, Int64]:
    """Ids as constants, as keys of switches (`case R.id.x`) and as elements of int arrays."""
    opcode = listing.opcode
    full = np.flatnonzero(opcode == CONST)
    high = np.flatnonzero(opcode == CONST_HIGH16)
    pieces = [listing.piece[full], listing.piece[high]]
    values = [listing.operand32(full), listing.operand(high) << 16]
    for rows, positions in _payload_values(listing):
        pieces.append(listing.piece[rows])
        values.append(positions)
    piece, value = np.concatenate(pieces), np.concatenate(values)
    is_id = (value >= LOWEST_RESOURCE_ID) & (value <= HIGHEST_RESOURCE_ID)
    return piece[is_id], value[is_id]


def _payload_values(listing: Listing) -> list[tuple[Int64, Int64]]:
    """(instruction row, 32-bit value) of every key or element in the payloads that end before the next instruction."""
    payloads = np.flatnonzero((listing.opcode == 0) & (listing.first >= PACKED_SWITCH) & (listing.first <= FILL_ARRAY)
                              & (listing.first & 0xFF == 0))
    room = np.append(listing.at[1:], len(listing.words))[payloads] - listing.at[payloads]
    first, size = listing.first[payloads], listing.operand(payloads)
    packed = (first == PACKED_SWITCH) & (size * 2 + 4 <= room)
    sparse = (first == SPARSE_SWITCH) & (size * 4 + 2 <= room)
    count = listing.operand32(payloads, 2)
    array = (first == FILL_ARRAY) & (size == 4) & (count * 2 + 4 <= room)
    found = []
    rows, value = ragged(listing.operand32(payloads[packed], 2), size[packed])
    found.append((payloads[packed][rows], value))
    for chosen, counts, place in ((sparse, size, 2), (array, count, 4)):
        rows, at = ragged(listing.at[payloads[chosen]] + place, counts[chosen], 2)
        value = join16(listing.words[at], listing.words[at + 1])
        found.append((payloads[chosen][rows], value))
    return found


def _calls(layout: Layout, listing: Listing, last_parameter: UInt8) -> tuple[Int64, Int64]:
    """Distinct call keys with their constants."""
    opcode = listing.opcode
    rows = np.flatnonzero(((opcode >= INVOKE_FIRST) & (opcode <= INVOKE_LAST))
                          | ((opcode >= RANGE_FIRST) & (opcode <= RANGE_LAST)))
    callee = listing.operand(rows)
    known = callee < len(layout.methods)
    layout.damage.note("call", not known.all())
    rows, callee = rows[known], callee[known]
    asked = np.flatnonzero(last_parameter[callee] != NO_CONSTANT_KIND)
    register = last_register(listing, rows[asked], last_parameter[callee[asked]] == WIDE_CONSTANT)
    constant = np.full(len(rows), NO_CONSTANT, dtype=np.int64)
    constant[asked] = last_constants(listing, rows[asked], register)
    form = opcode[rows].astype(np.int64)
    form = np.where(form >= RANGE_FIRST, form - RANGE_FOLD, form) - INVOKE_FIRST
    # Method indices in calls have 16 bits.
    return _distinct_calls(((listing.piece[rows] + listing.base) << 19) | (callee << 3) | form, constant)


def last_register(listing: Listing, rows: Int64, wide: NDArray[np.bool_]) -> Int64:
    """Register of the last argument of calls (the low one of a pair), -1 if too few are given; formats 35c and 3rc."""
    first = listing.first[rows].astype(np.int64)
    list_form = listing.opcode[rows] <= INVOKE_LAST
    count = np.where(list_form, first >> 12, first >> 8)
    place = count - 1 - wide
    operand = listing.operand(rows, 2)
    listed = np.where(place == 4, (first >> 8) & 0xF, (operand >> (4 * np.clip(place, 0, 3))) & 0xF)
    return np.where(place < 0, -1, np.where(list_form, listed, operand + place))


def _distinct_calls(key: Int64, constant: Int64) -> tuple[Int64, Int64]:
    plain = constant == NO_CONSTANT
    without = np.unique(key[plain])
    with_key, with_constant = key[~plain], constant[~plain]
    order = np.lexsort((with_constant, with_key))
    with_key, with_constant = with_key[order], with_constant[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (with_key[1:] != with_key[:-1]) | (with_constant[1:] != with_constant[:-1])
    return (np.concatenate((without, with_key[new])),
            np.concatenate((np.full(len(without), NO_CONSTANT, dtype=np.int64), with_constant[new])))
