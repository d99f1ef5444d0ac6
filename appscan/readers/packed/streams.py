"""Integer columns and text as four Zstandard frames, by the width of their numbers. Knows no table.

Numbers of equal width share one stream, so that what repeats stands at like distances. Source: RFC 8878.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np
import zstandard
from numpy.typing import NDArray

from appscan.model.reading import Int64

LARGEST_UNPACKED = 512 << 20
"""No reading may unpack to more: that of an app with 60 MB of DEX takes a tenth of it."""
LEVEL = 9
"""19 takes an eighth less space, and ten times as long to pack."""


class DamagedError(Exception):
    """The packed bytes do not hold what they promise; becomes UnreadableError where the file is known."""


class Stream(StrEnum):
    """One byte, two bytes, four bytes per number, and text."""

    BYTES = "bytes"
    PAIRS = "pairs"
    WORDS = "words"
    TEXT = "text"


Unpack = Callable[[bytes, int, Stream], bytes]
"""Packed bytes, the size they must have unpacked, and the stream that they are → the unpacked bytes, of that size.
Raises DamagedError."""


def unpack(packed: bytes, size: int, stream: Stream) -> bytes:  # noqa: ARG001 (all streams are packed alike)
    """Exactly `size` bytes; a frame that promises another number is refused before anything is unpacked."""
    if size == 0 and not packed:
        return b""
    try:
        if zstandard.frame_content_size(packed) != size:
            raise DamagedError("stream size")
        raw = zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError:
        raise DamagedError("stream") from None
    if len(raw) != size:
        raise DamagedError("stream size")
    return raw


class ColumnWriter:
    """Takes columns one after another; `widths` remembers how wide each was written."""

    def __init__(self) -> None:
        self.widths: list[int] = []
        self._parts: dict[Stream, list[bytes]] = {stream: [] for stream in Stream}

    def put_bytes(self, stream: Stream, raw: bytes) -> None:
        """Raw bytes; the reader must know their length."""
        self._parts[stream].append(raw)

    def put_numbers(self, column: NDArray[np.generic]) -> None:
        """Integers from -1 on, up to 2**62, each as it is. Raises ValueError for lower ones."""
        shifted = column.astype(np.int64) + 1
        if int(shifted.min(initial=0)) < 0:
            raise ValueError("number below -1")
        highest = int(shifted.max(initial=0))
        width = 1 if highest < 1 << 8 else 2 if highest < 1 << 16 else 4 if highest < 1 << 32 else 8
        self.widths.append(width)
        match width:
            case 1:
                self.put_bytes(Stream.BYTES, shifted.astype(np.uint8).tobytes())
            case 2:
                self.put_bytes(Stream.PAIRS, shifted.astype("<u2").tobytes())
            case 4:
                self.put_bytes(Stream.WORDS, shifted.astype("<u4").tobytes())
            case _:
                self.put_bytes(Stream.WORDS, shifted.astype("<u8").tobytes())

    def put_steps(self, column: NDArray[np.generic]) -> None:
        """Integers as differences from the one before, in byte planes: for columns that rise or repeat."""
        steps: Int64 = np.diff(column.astype(np.int64), prepend=np.int64(0)).astype(np.int64)
        zigzag = ((steps << 1) ^ (steps >> 63)).view(np.uint64)
        width = (int(zigzag.max(initial=0)).bit_length() + 7) // 8
        self.widths.append(width)
        planes = zigzag.astype("<u8").view(np.uint8).reshape(-1, 8)
        for plane in range(width):
            self.put_bytes(Stream.BYTES, np.ascontiguousarray(planes[:, plane]).tobytes())

    def put_coded(self, column: NDArray[np.generic]) -> None:
        """Integers as numbers in a table of the distinct ones, the most frequent first: for few or very wide values."""
        values, number, counts = np.unique(column.astype(np.int64), return_inverse=True, return_counts=True)
        place = np.empty(len(values), dtype=np.int64)
        place[np.argsort(-counts, kind="stable")] = np.arange(len(values))
        self.put_numbers(np.array([len(values)]))
        self.put_steps(values)
        self.put_numbers(place)
        self.put_numbers(place[number])

    def finish(self) -> tuple[bytes, dict[str, tuple[int, int]]]:
        """All streams end to end, and the (unpacked, packed) size of each."""
        packed: list[bytes] = []
        sizes: dict[str, tuple[int, int]] = {}
        packer = zstandard.ZstdCompressor(level=LEVEL)
        for stream, parts in self._parts.items():
            raw = b"".join(parts)
            packed.append(packer.compress(raw) if raw else b"")
            sizes[stream.value] = (len(raw), len(packed[-1]))
        return b"".join(packed), sizes


class ColumnReader:
    """Gives columns back in the order in which they were put. Raises DamagedError when there is less than asked for."""

    def __init__(self, packed: bytes, sizes: Mapping[str, tuple[int, int]], widths: list[int],
                 unpack: Unpack = unpack) -> None:
        if sum(raw for raw, _ in sizes.values()) > LARGEST_UNPACKED:
            raise DamagedError("too large")
        self._raw: dict[Stream, bytes] = {}
        self._at = dict.fromkeys(Stream, 0)
        self._widths = iter(widths)
        at = 0
        for stream in Stream:
            raw_size, packed_size = sizes[stream.value]
            self._raw[stream] = unpack(packed[at:at + packed_size], raw_size, stream)
            at += packed_size

    def take_bytes(self, stream: Stream, count: int) -> bytes:
        """The next `count` bytes of a stream."""
        at = self._at[stream]
        self._at[stream] = at + count
        if count < 0 or at + count > len(self._raw[stream]):
            raise DamagedError("too short")
        return self._raw[stream][at:at + count]

    def take_numbers(self, count: int) -> Int64:
        """What `put_numbers` put."""
        match next(self._widths, 0):
            case 1:
                raw: NDArray[np.generic] = np.frombuffer(self.take_bytes(Stream.BYTES, count), dtype=np.uint8)
            case 2:
                raw = np.frombuffer(self.take_bytes(Stream.PAIRS, count * 2), dtype="<u2")
            case 4:
                raw = np.frombuffer(self.take_bytes(Stream.WORDS, count * 4), dtype="<u4")
            case 8:
                raw = np.frombuffer(self.take_bytes(Stream.WORDS, count * 8), dtype="<u8")
            case _:
                raise DamagedError("width")
        return raw.astype(np.int64) - 1

    def take_steps(self, count: int) -> Int64:
        """What `put_steps` put."""
        width = next(self._widths, -1)
        if not 0 <= width <= 8:
            raise DamagedError("width")
        if width == 0 and count > LARGEST_UNPACKED // 8:
            raise DamagedError("too large")
        zigzag = np.zeros(count, dtype=np.uint64)
        for plane in range(width):
            part = np.frombuffer(self.take_bytes(Stream.BYTES, count), dtype=np.uint8)
            zigzag |= part.astype(np.uint64) << np.uint64(8 * plane)
        signed = (zigzag >> np.uint64(1)).view(np.int64) ^ -(zigzag & np.uint64(1)).view(np.int64)
        return np.cumsum(signed, dtype=np.int64)

    def take_coded(self, count: int) -> Int64:
        """What `put_coded` put."""
        distinct = int(self.take_numbers(1)[0])
        if not 0 <= distinct <= max(count, 0):
            raise DamagedError("table")
        values = self.take_steps(distinct)
        place = self.take_numbers(distinct)
        number = self.take_numbers(count)
        by_place = np.zeros(distinct, dtype=np.int64)
        by_place[within(place, 0, distinct)] = values
        return by_place[within(number, 0, distinct)]

    def finish(self) -> None:
        """Raise DamagedError when something is left over."""
        unread = any(self._at[stream] != len(raw) for stream, raw in self._raw.items())
        if unread or next(self._widths, None) is not None:
            raise DamagedError("left over")


def within(column: Int64, low: int, high: int) -> Int64:
    """The column itself when all its numbers are in low … high - 1; raises DamagedError otherwise."""
    if len(column) and (int(column.min()) < low or int(column.max()) >= high):
        raise DamagedError("range")
    return column
