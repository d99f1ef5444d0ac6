"""The strings of Hermes bytecode. Reads the string table and no instruction, so that it sees texts but no call.

Layout: facebook/hermes, include/hermes/BCGen/HBC/BytecodeFileFormat.h; differences between bytecode versions are noted
where they matter. Where the table does not fit the file, the storage is searched for printable runs.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import numpy as np

MAGIC = bytes.fromhex("c61fbc03c103191f")
MOST_STRINGS = 500_000

_VERSION = struct.Struct("<I")
_HEADER = struct.Struct("<8I")
_HEADER_AT = 32
"""Behind magic (8), version (4) and source hash (20)."""
_ALIGNED_HEADER = 128
_SMALL_FUNCTION = 16
_SMALL_FUNCTION_SINCE_97 = 12
_LONG = 0xFF
_ASCII_RUN = re.compile(rb"[\x20-\x7e]{4,4000}")
_HAN_RUN = re.compile(rb"(?:[\x00-\xff][\x4e-\x9f]){2,500}")


@dataclass(frozen=True, slots=True)
class HermesStrings:
    """`texts` in table order; `exact` is False where they were only searched for."""

    version: int
    texts: list[str]
    exact: bool


def is_hermes(raw: bytes) -> bool:
    """True for Hermes bytecode."""
    return raw.startswith(MAGIC)


def hermes_strings(raw: bytes) -> HermesStrings:
    """Strings of a bytecode file; never fails on a damaged one."""
    if len(raw) < _ALIGNED_HEADER:
        return HermesStrings(0, [], False)
    version = int(_VERSION.unpack_from(raw, len(MAGIC))[0])
    texts = _from_table(raw, version)
    if texts is None:
        return HermesStrings(version, _printable(raw), False)
    return HermesStrings(version, texts, True)


def _from_table(raw: bytes, version: int) -> list[str] | None:
    """Strings by the table; None where any part of it lies outside the file.

    Behind the header: function headers, string kinds, identifier hashes, small string table, overflow table, storage,
    each aligned to four bytes. All but the header's tail has kept its order since version 59.
    """
    _, _, functions, kinds, identifiers, count, overflows, storage_size = _HEADER.unpack_from(raw, _HEADER_AT)
    if count > MOST_STRINGS or max(functions, kinds, identifiers, overflows) > len(raw) or version < 59:
        return None
    header = _ALIGNED_HEADER
    function_size = _SMALL_FUNCTION_SINCE_97 if version >= 97 else _SMALL_FUNCTION
    table = _aligned(header + functions * function_size + kinds * 4 + identifiers * 4)
    overflow = table + count * 4
    storage = overflow + overflows * 8
    if storage + storage_size > len(raw):
        return None
    entries = np.frombuffer(raw, dtype="<u4", count=count, offset=table)
    long_entries = np.frombuffer(raw, dtype="<u4", count=overflows * 2, offset=overflow).reshape(-1, 2)
    offsets = ((entries >> 1) & 0x7FFFFF).astype(np.int64)
    lengths = (entries >> 24).astype(np.int64)
    is_long = lengths == _LONG
    if is_long.any():
        rows = offsets[is_long]
        if not len(long_entries) or int(rows.max()) >= len(long_entries):
            return None
        offsets[is_long], lengths[is_long] = long_entries[rows, 0], long_entries[rows, 1]
    wide = (entries & 1).astype(bool)
    lengths[wide] *= 2
    if count and int((offsets + lengths).max()) > storage_size:
        return None
    blob = raw[storage:storage + storage_size]
    return [blob[start:start + length].decode("utf-16-le" if is_wide else "latin-1", "replace")
            for start, length, is_wide in zip(offsets.tolist(), lengths.tolist(), wide.tolist(), strict=True)]


def _aligned(offset: int) -> int:
    return (offset + 3) & ~3


def _printable(raw: bytes) -> list[str]:
    """Printable ASCII, and Han characters in UTF-16LE at either alignment; Hermes packs strings without separators."""
    texts = [match.group().decode("ascii") for match in _ASCII_RUN.finditer(raw)]
    texts += [match.group().decode("utf-16-le", "ignore") for match in _HAN_RUN.finditer(raw)]
    return texts[:MOST_STRINGS]
