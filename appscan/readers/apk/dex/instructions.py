"""Lengths and shapes of Dalvik instructions, and where each begins. Knows no method names and no meaning of operands.

Source: Dalvik bytecode and instruction formats,
https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int64, UInt8
from appscan.readers.apk.dex.layout import UInt16

PACKED_SWITCH, SPARSE_SWITCH, FILL_ARRAY = 0x0100, 0x0200, 0x0300
LOCKSTEP_AT_LEAST = 96
"""Below so many unfinished methods one Python step per instruction beats one array step for all."""

_LENGTHS = (
    (2, (0x02, 0x05, 0x08, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x1F, 0x20, 0x22, 0x23, 0x29, 0xFE, 0xFF)),
    (3, (0x03, 0x06, 0x09, 0x14, 0x17, 0x1B, 0x24, 0x25, 0x26, 0x2A, 0x2B, 0x2C, 0xFC, 0xFD)),
    (4, (0xFA, 0xFB)),
    (5, (0x18,)),
)
_LENGTH_RANGES = ((2, 0x2D, 0x3D), (2, 0x44, 0x6D), (3, 0x6E, 0x72), (3, 0x74, 0x78), (2, 0x90, 0xAF), (2, 0xD0, 0xE2))

WRITES_NIBBLE, WRITES_OCTET, WRITES_WORD, WRITES_PAIR = 1, 2, 3, 4
"""How an instruction names the register it writes: vA, vAA, vAAAA; WRITES_PAIR is added where it writes vN+1, too."""

_WRITES = (
    (WRITES_NIBBLE, (0x01, 0x07, 0x12, 0x20, 0x21, 0x23), ((0x52, 0x58), (0x7B, 0x8F), (0xB0, 0xD7))),
    (WRITES_OCTET, (0x02, 0x08, 0x22), ((0x0A, 0x0D), (0x13, 0x1C), (0x2D, 0x31), (0x44, 0x4A), (0x60, 0x66),
                                        (0x90, 0xAF), (0xD8, 0xE2), (0xFE, 0xFF))),
    (WRITES_WORD, (0x03, 0x09), ()),
    (WRITES_NIBBLE | WRITES_PAIR, (0x04,), ()),
    (WRITES_OCTET | WRITES_PAIR, (0x05, 0x0B, 0x45, 0x61), ((0x16, 0x19), (0x9B, 0xA5), (0xAB, 0xAF))),
    (WRITES_WORD | WRITES_PAIR, (0x06,), ()),
    (WRITES_NIBBLE | WRITES_PAIR, (0x53, 0x7D, 0x7E, 0x80, 0x81, 0x83, 0x86, 0x88, 0x89, 0x8B),
     ((0xBB, 0xC5), (0xCB, 0xCF))),
)


def length_table() -> UInt8:
    """Length in 16-bit units by first unit; 0 for the three payloads, whose length stands inside them."""
    by_opcode = np.ones(256, dtype=np.uint8)
    for length, opcodes in _LENGTHS:
        by_opcode[list(opcodes)] = length
    for length, low, high in _LENGTH_RANGES:
        by_opcode[low:high + 1] = length
    table = np.tile(by_opcode, 256)
    table[[PACKED_SWITCH, SPARSE_SWITCH, FILL_ARRAY]] = 0
    return table


def writes_table() -> UInt8:
    """By opcode: which register it writes (`WRITES_…`), 0 for none. check-cast writes what was there, hence none."""
    table = np.zeros(256, dtype=np.uint8)
    for how, opcodes, ranges in _WRITES:
        table[list(opcodes)] = how
        for low, high in ranges:
            table[low:high + 1] = how
    return table


def payload_length(words: UInt16, at: Int64) -> Int64:
    """Lengths in 16-bit units of the payloads at `at` (instruction formats, "packed-switch-payload format" and on)."""
    last = len(words) - 1
    size = words[np.minimum(at + 1, last)].astype(np.int64)
    count = (words[np.minimum(at + 2, last)].astype(np.int64)
             | (words[np.minimum(at + 3, last)].astype(np.int64) << 16))
    ident = words[at]
    return np.select([ident == PACKED_SWITCH, ident == SPARSE_SWITCH], [size * 2 + 4, size * 4 + 2],
                     (size * count + 1) // 2 + 4)


def instruction_starts(words: UInt16, starts: Int64, ends: Int64) -> Int64:
    """Rising positions in `words` of every instruction and payload of the methods whose code is [starts, ends).

    The ranges must lie in `words` and must not overlap. All methods are walked in step, the last few long ones singly.
    """
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    low, high = int(starts.min()), int(ends.max())
    window = words[low:high]
    lengths = length_table()[window]
    seen = np.zeros(len(window), dtype=bool)
    alive = starts < ends
    at, end = starts[alive] - low, ends[alive] - low
    while len(at) >= LOCKSTEP_AT_LEAST:
        seen[at] = True
        step = lengths[at].astype(np.int64)
        if not step.all():
            payloads = np.flatnonzero(step == 0)
            step[payloads] = payload_length(window, at[payloads])
        at += step
        alive = at < end
        if not alive.all():
            at, end = at[alive], end[alive]
    _walk_singly(window, lengths, seen, at, end)
    return np.flatnonzero(seen) + low


def _walk_singly(words: UInt16, lengths: UInt8, seen: NDArray[np.bool_], starts: Int64, ends: Int64) -> None:
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        steps = lengths[start:end].tobytes()
        found: list[int] = []
        at, size = 0, end - start
        while at < size:
            found.append(at)
            at += steps[at] or int(payload_length(words, np.array([start + at]))[0])
        seen[start + np.array(found, dtype=np.int64)] = True
