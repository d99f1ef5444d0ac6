"""String pools of binary XML and resource tables (ResStringPool of AOSP ResourceTypes.h). Knows no meaning of a string.

Nothing is decoded before it is asked for, and the bytes handed out are bounded by the size of the chunk: a pool may
declare a billion strings, or let a million offsets point into one long string, and cost nothing.
"""

from __future__ import annotations

import struct

from appscan.errors import UnreadableError

STRING_POOL = 0x0001
UTF8_FLAG = 0x100
HEADER = struct.Struct("<HHIIIIII")
_OFFSET = struct.Struct("<I")
TRUNCATED_STEP = 0x8000
"""aapt keeps only 15 bits of a UTF-8 length; the true end lies a multiple of this further on (ResourceTypes.cpp)."""


class StringChunk:
    """One string pool. Strings are asked for by index and kept; an index or offset out of range is an empty string."""

    def __init__(self, raw: bytes, start: int, end: int) -> None:
        """Wrap the pool chunk at `start`, ending at `end` at the latest. Raises UnreadableError("bad_string_pool")."""
        if end - start < HEADER.size:
            raise UnreadableError("bad_string_pool", what="header")
        kind, header_size, size, count, _, flags, strings_start, _ = HEADER.unpack_from(raw, start)
        if kind != STRING_POOL:
            raise UnreadableError("bad_string_pool", what=f"type 0x{kind:04x}")
        self._raw = raw
        self._offsets = start + max(header_size, HEADER.size)
        self._strings = start + strings_start
        self._end = min(end, start + size) if size > strings_start else end
        # A count that the chunk has no room for is cut, never believed.
        self.count = max(0, min(count, (min(self._strings, end) - self._offsets) // 4))
        self.declared = count
        self.utf8 = bool(flags & UTF8_FLAG)
        self._budget = 4 * (end - start) + 0x10000
        self._texts: dict[int, str] = {}

    @property
    def cut(self) -> bool:
        """True when the pool declares more than it holds, or its strings overlap beyond reason."""
        return self.declared > self.count or self._budget <= 0

    def text(self, index: int) -> str:
        """String number `index`."""
        text = self._texts.get(index)
        if text is None:
            text = self._texts[index] = self._read(index)
        return text

    def utf8_bytes(self, index: int) -> bytes:
        """String number `index` as UTF-8."""
        return self.text(index).encode("utf-8", "replace")

    def _read(self, index: int) -> str:
        if not 0 <= index < self.count:
            return ""
        (offset,) = _OFFSET.unpack_from(self._raw, self._offsets + 4 * index)
        position = self._strings + offset
        if position + 2 > self._end or self._budget <= 0:
            return ""
        piece = self._utf8(position) if self.utf8 else self._utf16(position)
        self._budget -= len(piece)
        return decode_utf8(piece) if self.utf8 else piece.decode("utf-16-le", "replace")

    def _utf8(self, position: int) -> bytes:
        """Two lengths of one or two bytes each, in characters and in bytes, then the bytes, then NUL."""
        raw, end = self._raw, self._end
        position += 2 if raw[position] & 0x80 else 1
        if position >= end:
            return b""
        length = raw[position]
        position += 1
        if length & 0x80:
            if position >= end:
                return b""
            length = (length & 0x7F) << 8 | raw[position]
            position += 1
        stop = position + length
        if stop < end and not raw[stop]:
            return raw[position:stop]
        return self._true_end(position, stop)

    def _true_end(self, position: int, stop: int) -> bytes:
        raw, end = self._raw, self._end
        while (stop := stop + TRUNCATED_STEP) < end:
            if not raw[stop]:
                return raw[position:stop]
        nul = raw.find(b"\0", position, end)
        return raw[position:nul if nul >= 0 else end]

    def _utf16(self, position: int) -> bytes:
        raw, end = self._raw, self._end
        length = raw[position] | raw[position + 1] << 8
        position += 2
        if length & 0x8000:
            if position + 2 > end:
                return b""
            length = (length & 0x7FFF) << 16 | raw[position] | raw[position + 1] << 8
            position += 2
        stop = position + 2 * length
        if stop <= end:
            return raw[position:stop]
        piece = raw[position:end - (end - position) % 2]
        nul = piece.find(b"\0\0")
        return piece if nul < 0 else piece[:nul + nul % 2]


def decode_utf8(piece: bytes) -> str:
    """UTF-8, or the modified UTF-8 that older tools write (surrogates encoded one by one); never fails."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        pairs = piece.decode("utf-8", "surrogatepass")
        return pairs.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return piece.decode("utf-8", "replace")
