"""What a file is by its first bytes, and the members of TAR and single-stream archives. Knows no package format.

Sources: POSIX ustar (IEEE 1003.1, pax), RFC 1952 (gzip), the xz and bzip2 formats, the DEX format's magic.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

TAR_BLOCK = 512
SNIFFED = TAR_BLOCK
LZMA_MEMORY = 128 << 20


class Shape(StrEnum):
    """What the first bytes say. CLOSED: an archive or code form that is not opened here."""

    DEX = "dex"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    XZ = "xz"
    BZIP2 = "bzip2"
    CLOSED = "closed"
    OTHER = "other"


MAGICS = ((b"dex\n0", Shape.DEX), (b"PK\x03\x04", Shape.ZIP), (b"\x1f\x8b\x08", Shape.GZIP),
          (b"\xfd7zXZ\0", Shape.XZ), (b"7z\xbc\xaf\x27\x1c", Shape.CLOSED), (b"Rar!\x1a\x07", Shape.CLOSED),
          (b"cdex0", Shape.CLOSED), (b"dey\n0", Shape.CLOSED), (b"vdex0", Shape.CLOSED), (b"oat\n", Shape.CLOSED))
FIRST_BYTES = frozenset(magic[:1] for magic, _ in MAGICS)


def shape_of(head: bytes) -> Shape:
    """Shape by the first `SNIFFED` bytes."""
    if head[:1] in FIRST_BYTES:
        for magic, shape in MAGICS:
            if head.startswith(magic):
                return shape
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return Shape.BZIP2
    return Shape.TAR if head[257:262] == b"ustar" else Shape.OTHER


class _Stream(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def expand(content: bytes, shape: Shape, most: int) -> bytes | None:
    """The one member of a gzip, xz or bzip2 stream, at most `most` + 1 bytes; None when it is broken."""
    if most < 0:
        return b""
    stream: _Stream
    match shape:
        case Shape.GZIP:
            stream = zlib.decompressobj(31)
        case Shape.XZ:
            stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MEMORY)
        case Shape.BZIP2:
            stream = bz2.BZ2Decompressor()
        case _:
            return None
    try:
        return stream.decompress(content, most + 1)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
        return None


def tar_members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each regular file; stops quietly where the headers stop making sense."""
    at, long_name = 0, ""
    while at + TAR_BLOCK <= len(content):
        header = content[at:at + TAR_BLOCK]
        size = _octal(header[124:136])
        if size is None or not any(header):
            return
        body = content[at + TAR_BLOCK:at + TAR_BLOCK + size]
        match header[156:157]:
            case b"L":
                long_name = _text(body[:4096])
            case b"x":
                long_name = _pax_path(body) or long_name
            case b"0" | b"\0" | b"7":
                prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
                yield long_name or "/".join(part for part in (prefix, _text(header[:100])) if part), body
                long_name = ""
            case _:
                long_name = ""
        at += TAR_BLOCK + -(-size // TAR_BLOCK) * TAR_BLOCK


def _octal(field: bytes) -> int | None:
    """A size in octal digits; base-256 sizes (over 8 GiB) cannot be in a package."""
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None if digits else 0


def _pax_path(body: bytes) -> str:
    for line in body[:65_536].split(b"\n"):
        _, _, record = line.partition(b" ")
        if record.startswith(b"path="):
            return _text(record[5:])
    return ""


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
