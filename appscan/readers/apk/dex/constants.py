"""Which integer constant a register holds at a call, by position and without control flow. Knows no methods.

Source: Dalvik bytecode, the `const` family (0x12 to 0x19).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import NO_CONSTANT, Int64, UInt8
from appscan.readers.apk.dex.instructions import WRITES_PAIR, WRITES_WORD, writes_table
from appscan.readers.apk.dex.layout import UInt16

STEPS_BACK = 24
"""Most arguments are loaded right before the call; the rest are found by sorting."""

CONST_4, CONST_WIDE_HIGH16 = 0x12, 0x19


class Instructions(Protocol):
    """What is needed of the listing of instructions (usage.py)."""

    @property
    def first(self) -> UInt16: ...
    @property
    def opcode(self) -> UInt8: ...
    @property
    def piece(self) -> Int64: ...
    @property
    def piece_begins(self) -> Int64: ...

    def operand(self, rows: Int64, place: int = 1) -> Int64: ...
    def operand32(self, rows: Int64, place: int = 1) -> Int64: ...


def last_constants(listing: Instructions, calls: Int64, register: Int64) -> Int64:
    """Per call (row of the listing) the constant last loaded into `register` before it in the same piece of code, else
    `NO_CONSTANT`: also where anything else wrote the register last, or nothing did."""
    writes = writes_table()
    writer = np.full(len(calls), -1, dtype=np.int64)
    floor = listing.piece_begins[listing.piece[calls]]
    waiting = np.flatnonzero(register >= 0)
    at = calls[waiting]
    for _ in range(STEPS_BACK):
        at = at - 1
        inside = at >= floor[waiting]
        waiting, at = waiting[inside], at[inside]
        if not len(waiting):
            break
        hit = _writes_register(listing, writes, at, register[waiting])
        writer[waiting[hit]] = at[hit]
        waiting, at = waiting[~hit], at[~hit]
    if len(waiting):
        writer[waiting] = _sorted_writers(listing, writes, calls[waiting], register[waiting], floor[waiting])
    whole = np.flatnonzero(writer >= 0)
    upper_half = _targets(listing, writes, writer[whole])[0] != register[whole]
    writer[whole[upper_half]] = -1
    return _constants(listing, writer)


def _targets(listing: Instructions, writes: UInt8, rows: Int64) -> tuple[Int64, NDArray[np.bool_]]:
    """Register written by each instruction (-1 for none) and whether it writes the next one, too."""
    how = writes[listing.opcode[rows]]
    first = listing.first[rows].astype(np.int64)
    narrow_form = how & 3
    target = np.where(narrow_form == 1, (first >> 8) & 0xF, first >> 8)
    by_word = np.flatnonzero(narrow_form == WRITES_WORD)
    target[by_word] = listing.operand(rows[by_word])
    return np.where(how == 0, -1, target), (how & WRITES_PAIR) != 0


def _writes_register(listing: Instructions, writes: UInt8, rows: Int64, register: Int64) -> NDArray[np.bool_]:
    target, pair = _targets(listing, writes, rows)
    hit: NDArray[np.bool_] = (target == register) | (pair & (target + 1 == register))
    return hit


def _sorted_writers(listing: Instructions, writes: UInt8, calls: Int64, register: Int64, floor: Int64) -> Int64:
    """Last writer by one sort over (register, row) of all writing instructions in the pieces concerned; -1 for none."""
    concerned = np.zeros(len(listing.piece_begins), dtype=bool)
    concerned[listing.piece[calls]] = True
    rows = np.flatnonzero(concerned[listing.piece] & (writes[listing.opcode] != 0))
    target, pair = _targets(listing, writes, rows)
    keys = np.sort(np.concatenate(((target << 40) | rows, ((target[pair] + 1) << 40) | rows[pair])))
    if not len(keys):
        return np.full(len(calls), -1, dtype=np.int64)
    place = np.searchsorted(keys, (register << 40) | calls) - 1
    found = keys[np.maximum(place, 0)]
    row = found & ((1 << 40) - 1)
    return np.where((place >= 0) & (found >> 40 == register) & (row >= floor), row, -1)


def _constants(listing: Instructions, writer: Int64) -> Int64:
    """Value that each writing instruction loads, `NO_CONSTANT` where it is not of the const family."""
    found = np.full(len(writer), NO_CONSTANT, dtype=np.int64)
    written = np.flatnonzero(writer >= 0)
    opcode = listing.opcode[writer[written]]
    for code in range(CONST_4, CONST_WIDE_HIGH16 + 1):
        here = written[opcode == code]
        if len(here):
            found[here] = _loaded(listing, code, writer[here])
    return found


def _loaded(listing: Instructions, code: int, rows: Int64) -> Int64:
    match code:
        case 0x12:  # const/4 vA, #+B
            return listing.first[rows].astype(np.int16).astype(np.int64) >> 12
        case 0x13 | 0x16:  # const/16, const-wide/16 vAA, #+BBBB
            return listing.operand(rows).astype(np.int16).astype(np.int64)
        case 0x14 | 0x17:  # const, const-wide/32 vAA, #+BBBBBBBB
            return listing.operand32(rows).astype(np.int32).astype(np.int64)
        case 0x15:  # const/high16 vAA, #+BBBB0000
            return (listing.operand(rows) << 16).astype(np.int32).astype(np.int64)
        case 0x19:  # const-wide/high16 vAA, #+BBBB000000000000
            return listing.operand(rows) << 48
        case _:  # const-wide vAA, #+BBBBBBBBBBBBBBBB
            return listing.operand32(rows) | (listing.operand32(rows, 3) << 32)
