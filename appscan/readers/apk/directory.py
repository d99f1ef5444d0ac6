"""The central directory of a ZIP, found and parsed the way Android does it, or more tolerantly. Inflates nothing.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.12 (central directory), 4.3.14 (ZIP64), 4.3.16 (end record).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from appscan.errors import UnreadableError
from appscan.readers.apk.source import Source

END_MAGIC = b"PK\x05\x06"
END_RECORD = struct.Struct("<4sHHHHIIH")
END_SEARCH = 65_557
"""The end record (22 bytes) and the longest comment (65,535)."""
LOCATOR64_MAGIC = b"PK\x06\x07"
LOCATOR64 = struct.Struct("<4sIQI")
END64_MAGIC = b"PK\x06\x06"
END64 = struct.Struct("<4sQHHIIQQQQ")
FILE_MAGIC = b"PK\x01\x02"
FILE_RECORD = struct.Struct("<4sHHHHHHIIIHHHHHII")
LOCAL_MAGIC = b"PK\x03\x04"
ENCRYPTED = 0x1
UTF8_NAME = 0x800
ABSENT32 = 0xFFFFFFFF
LARGEST_DIRECTORY = 64 << 20
MOST_END_RECORDS = 64
"""A comment may hold thousands of false end records; so many are tried, the last ones first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the central directory has it. `offset` is that of its local header in the source, prepended data
    counted in; `size` and `compressed_size` are claims, not facts."""

    name: str
    method: int
    compressed_size: int
    size: int
    offset: int
    flags: int
    crc: int

    @property
    def marked_encrypted(self) -> bool:
        """The flag bit is set; Android ignores it, and so may be false."""
        return bool(self.flags & ENCRYPTED)


@dataclass(frozen=True, slots=True)
class Directory:
    """`start` is where the central directory begins (a signing block ends there); `complete` says that as many
    entries were parsed as the end record counts; `cut` that the entry limit stopped the parsing."""

    entries: tuple[Entry, ...]
    start: int
    complete: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class _End:
    """What an end record claims; `position` is where the record (or the ZIP64 one before it) lies."""

    position: int
    count: int
    size: int
    offset: int


def read_directory(source: Source, name: str, most_entries: int) -> Directory:
    """Of all end records in the last 65,557 bytes, the last one whose central directory parses whole, else the one
    that gives most entries. Raises UnreadableError `not_a_zip` or `truncated_zip`."""
    best: Directory | None = None
    for end in _end_records(source):
        found = _parse(source, end, most_entries)
        if found is None:
            continue
        if found.complete or found.cut:
            return found
        if best is None or len(found.entries) > len(best.entries):
            best = found
    if best is not None:
        return best
    starts_as_zip = source.slice(0, 4) == LOCAL_MAGIC
    raise UnreadableError("truncated_zip" if starts_as_zip or _has_end(source) else "not_a_zip", name=name)


def _has_end(source: Source) -> bool:
    return END_MAGIC in source.slice(source.length - min(source.length, END_SEARCH), END_SEARCH)


def _end_records(source: Source) -> list[_End]:
    """Possible end records, last first; those whose comment ends exactly at the end of the file come before others."""
    base = max(0, source.length - END_SEARCH)
    tail = source.slice(base, END_SEARCH)
    exact: list[_End] = []
    other: list[_End] = []
    at = len(tail)
    while len(exact) + len(other) < MOST_END_RECORDS and (at := tail.rfind(END_MAGIC, 0, at + 3 if at else 0)) >= 0:
        if at + END_RECORD.size <= len(tail):
            _, _, _, _, count, size, offset, comment = END_RECORD.unpack_from(tail, at)
            end = _widened(source, _End(base + at, count, size, offset))
            (exact if at + END_RECORD.size + comment == len(tail) else other).append(end)
    return exact + other


def _widened(source: Source, end: _End) -> _End:
    """The ZIP64 end record where the plain one has only placeholders."""
    if end.count != 0xFFFF and end.size != ABSENT32 and end.offset != ABSENT32:
        return end
    locator = source.slice(end.position - LOCATOR64.size, LOCATOR64.size)
    if len(locator) < LOCATOR64.size or locator[:4] != LOCATOR64_MAGIC:
        return end
    position = LOCATOR64.unpack(locator)[2]
    for at in (position, end.position - LOCATOR64.size - END64.size):
        record = source.slice(at, END64.size)
        if len(record) == END64.size and record[:4] == END64_MAGIC:
            count, size, offset = END64.unpack(record)[7:10]
            return _End(at, count, size, offset)
    return end


def _parse(source: Source, end: _End, most_entries: int) -> Directory | None:
    """None when no central directory is where the end record says."""
    if end.count == 0 and end.size == 0 and end.offset <= end.position:
        return Directory((), end.position, True, False)
    for start, shift in ((end.offset, 0), (end.position - end.size, end.position - end.size - end.offset)):
        if 0 <= start < end.position and source.slice(start, 4) == FILE_MAGIC:
            raw = source.slice(start, min(end.position - start, LARGEST_DIRECTORY))
            entries = _entries(raw, shift, most_entries + 1)
            cut = len(entries) > most_entries
            return Directory(tuple(entries[:most_entries]), start, len(entries) >= end.count, cut)
    return None


def _entries(raw: bytes, shift: int, most: int) -> list[Entry]:
    """Parse records until the signature fails; the count of the end record may lie. `shift`: prepended bytes."""
    entries: list[Entry] = []
    at = 0
    while len(entries) < most and raw[at:at + 4] == FILE_MAGIC and at + FILE_RECORD.size <= len(raw):
        (_, _, _, flags, method, _, _, crc, compressed, size, name_length, extra_length, comment_length, _, _, _,
         offset) = FILE_RECORD.unpack_from(raw, at)
        at += FILE_RECORD.size
        name = _decode(raw[at:at + name_length])
        at += name_length
        if ABSENT32 in (compressed, size, offset):
            size, compressed, offset = _wide_sizes(raw[at:at + extra_length], size, compressed, offset)
        entries.append(Entry(name, method, compressed, size, offset + shift, flags, crc))
        at += extra_length + comment_length
    return entries


def _wide_sizes(extra: bytes, size: int, compressed: int, offset: int) -> tuple[int, int, int]:
    """Fill placeholders from the ZIP64 extra field (APPNOTE 4.5.3), which has those absent only, in this order."""
    at = 0
    while at + 4 <= len(extra):
        field, length = struct.unpack_from("<HH", extra, at)
        if field == 0x0001:
            words = list(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            size = words.pop(0) if size == ABSENT32 and words else size
            compressed = words.pop(0) if compressed == ABSENT32 and words else compressed
            offset = words.pop(0) if offset == ABSENT32 and words else offset
            break
        at += 4 + length
    return size, compressed, offset


def _decode(raw: bytes) -> str:
    """Android takes every name as UTF-8; archives inside an app may have been made on a Chinese desktop."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
