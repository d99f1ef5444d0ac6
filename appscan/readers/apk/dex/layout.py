"""Where the tables of one DEX lie: header, id tables, ragged rows, LEB128 numbers. Knows no meaning of them.

Source: Dalvik executable format, https://source.android.com/docs/core/runtime/dex-format
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int64, UInt8, UInt32

UInt16 = NDArray[np.uint16]

HEADER_SIZE = 0x70
CONTAINER_HEADER_SIZE = 0x78
CONTAINER_VERSION = 41
KNOWN_VERSIONS = range(35, 42)
NORMAL_ENDIAN = 0x12345678
NO_INDEX = 0xFFFFFFFF
MAXIMUM_FILES_IN_CONTAINER = 64
MAXIMUM_STRINGS = 1 << 22
MAXIMUM_ROWS = 1 << 16
"""Types, prototypes, fields, methods and classes are referred to by 16-bit indices."""
MAXIMUM_ITEMS = 1 << 20
"""Of anything that several rows may share (type lists, annotation sets), after being written out for each."""

INDEX = np.dtype([("value", "<u4")])
FIELD_ID = np.dtype([("owner", "<u2"), ("type", "<u2"), ("name", "<u4")])
METHOD_ID = np.dtype([("owner", "<u2"), ("proto", "<u2"), ("name", "<u4")])
PROTO_ID = np.dtype([("shorty", "<u4"), ("returns", "<u4"), ("parameters", "<u4")])
CLASS_DEF = np.dtype([("type", "<u4"), ("flags", "<u4"), ("superclass", "<u4"), ("interfaces", "<u4"),
                      ("source", "<u4"), ("annotations", "<u4"), ("members", "<u4"), ("values", "<u4")])


class DamagedError(Exception):
    """This DEX cannot be read at all; `what` names the part."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class Damage:
    """Collects, once each, the parts of one DEX that could not be read whole."""

    def __init__(self) -> None:
        self.parts: dict[str, None] = {}

    def note(self, what: str, when: object = True) -> None:
        """Remember `what` if `when` holds."""
        if when:
            self.parts[what] = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One DEX as views over its bytes: offsets are from the start of `raw`; `words` are its 16-bit units."""

    raw: bytes
    octets: UInt8
    words: UInt16
    string_offsets: UInt32
    type_names: UInt32
    protos: NDArray[np.void]
    fields: NDArray[np.void]
    methods: NDArray[np.void]
    classes: NDArray[np.void]
    damage: Damage = field(default_factory=Damage)


def open_layouts(raw: bytes) -> list[Layout]:
    """Every DEX in `raw`: one, or all of a version 041 container. Raises `DamagedError` when there is none."""
    layouts: list[Layout] = []
    at = 0
    while at < len(raw) and len(layouts) < MAXIMUM_FILES_IN_CONTAINER:
        if layouts and raw[at:at + 4] != b"dex\n":
            layouts[-1].damage.note("container")
            break
        layout, size = open_layout(raw, at)
        layouts.append(layout)
        if size <= 0:
            break
        at += size
    if not layouts:
        raise DamagedError("header")
    return layouts


def open_layout(raw: bytes, at: int) -> tuple[Layout, int]:
    """The DEX whose header lies at `at`, and its size if more files of the same container follow, else 0."""
    if len(raw) < at + HEADER_SIZE or raw[at:at + 4] != b"dex\n" or raw[at + 7] != 0:
        raise DamagedError("header")
    version = int(raw[at + 4:at + 7]) if raw[at + 4:at + 7].isdigit() else 0
    if version not in KNOWN_VERSIONS:
        raise DamagedError("version")
    file_size, _, endian = struct.unpack_from("<3I", raw, at + 0x20)
    if endian != NORMAL_ENDIAN:
        raise DamagedError("endian")
    damage = Damage()
    # Before version 041 a unit holds one file; what follows file_size is of no concern.
    contained = version >= CONTAINER_VERSION and file_size >= CONTAINER_HEADER_SIZE and at + file_size < len(raw)
    damage.note("truncated", at + file_size > len(raw))
    pairs = struct.unpack_from("<14I", raw, at + 0x38)
    return Layout(
        raw=raw,
        octets=np.frombuffer(raw, dtype=np.uint8),
        words=np.frombuffer(raw, dtype="<u2", count=len(raw) // 2),
        string_offsets=_table(raw, pairs[0], pairs[1], INDEX, "strings", damage, MAXIMUM_STRINGS)["value"],
        type_names=_table(raw, pairs[2], pairs[3], INDEX, "types", damage)["value"],
        protos=_table(raw, pairs[4], pairs[5], PROTO_ID, "protos", damage),
        fields=_table(raw, pairs[6], pairs[7], FIELD_ID, "fields", damage),
        methods=_table(raw, pairs[8], pairs[9], METHOD_ID, "methods", damage),
        classes=_table(raw, pairs[10], pairs[11], CLASS_DEF, "classes", damage),
        damage=damage,
    ), file_size if contained else 0


def _table(raw: bytes, count: int, offset: int, row: np.dtype[np.void], what: str,
           damage: Damage, limit: int = MAXIMUM_ROWS) -> NDArray[np.void]:
    """`count` rows at `offset`, cut at the end of the bytes, so that a declared size never allocates anything."""
    room = min(limit, max(0, len(raw) - offset) // row.itemsize) if offset >= HEADER_SIZE else 0
    damage.note(what, count > room)
    kept = min(count, room)
    return np.frombuffer(raw, dtype=row, count=kept, offset=offset) if kept else np.zeros(0, dtype=row)


def join16(low: UInt16, high: UInt16) -> Int64:
    """Unsigned 32-bit numbers of their halves."""
    joined: Int64 = high.astype(np.int64) << 16
    joined |= low
    return joined


def words32(layout: Layout, offsets: Int64) -> Int64:
    """Little-endian 32-bit numbers at byte `offsets`, which must be even and lie 4 bytes before the end."""
    at = offsets >> 1
    return join16(layout.words[at], layout.words[at + 1])


def ragged(starts: Int64, counts: Int64, step: int = 1) -> tuple[Int64, Int64]:
    """Rows of `counts[i]` items that begin at `starts[i]`, end to end: (row of each item, position of each item)."""
    total = int(counts.sum())
    rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    within = np.arange(total, dtype=np.int64) - first[rows]
    return rows, starts[rows] + within * step


def within_budget(counts: Int64, layout: Layout, what: str) -> Int64:
    """`counts` of shared items with the rows that exceed a common budget set to 0, so that they cannot multiply without
    end. The budget is far above what sound files of the size hold."""
    over = np.cumsum(counts) > min(MAXIMUM_ITEMS, len(layout.raw))
    if not over.any():
        return counts
    layout.damage.note(what)
    return np.where(over, 0, counts)


def uleb128(octets: UInt8, offsets: Int64) -> tuple[Int64, Int64]:
    """Unsigned LEB128 numbers at `offsets` (in range): (values of at most 35 bits, offsets after them)."""
    last = len(octets) - 1
    value = np.zeros(len(offsets), dtype=np.int64)
    at = offsets.copy()
    going = np.ones(len(offsets), dtype=bool)
    for shift in range(0, 35, 7):
        octet = octets[np.minimum(at, last)].astype(np.int64)
        value |= np.where(going, (octet & 0x7F) << shift, 0)
        at += going
        going &= octet >= 0x80
        if not going.any():
            break
    return value, at
