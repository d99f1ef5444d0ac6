"""How readings of format 1 were packed: LZMA streams, and strings by what each shares with the one before. Only read.

Signatures stood apart as type tokens. It took a tenth less space, and several times as long to read.
"""

from __future__ import annotations

import lzma

import numpy as np

from appscan.model.reading import Strings
from appscan.readers.packed.streams import LARGEST_UNPACKED, ColumnReader, DamagedError, Stream, within

FORMAT = 1
DICTIONARY = 16 << 20
SMALLEST_DICTIONARY = 4096
LONGEST_SHARED = 254
LONG = 255

MODELS = {Stream.BYTES: (0, 0, 0), Stream.PAIRS: (0, 1, 1), Stream.WORDS: (0, 2, 2), Stream.TEXT: (3, 0, 0)}
"""LZMA's lc, lp, pb for each stream."""


def unpack(packed: bytes, size: int, stream: Stream) -> bytes:
    """Exactly `size` bytes, never more. Raises DamagedError, as all functions here."""
    if size == 0 and not packed:
        return b""
    context, position, alignment = MODELS[stream]
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": min(max(size, SMALLEST_DICTIONARY), DICTIONARY), "lc": context,
                "lp": position, "pb": alignment}]
    try:
        raw = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(packed, max_length=size + 1)
    except (lzma.LZMAError, EOFError, ValueError):
        raise DamagedError("stream") from None
    if len(raw) != size:
        raise DamagedError("stream size")
    return raw


def read_strings(reader: ColumnReader, count: int, size: int) -> Strings:
    """`count` strings of `size` bytes together."""
    run_count = int(reader.take_numbers(1)[0])
    runs = within(reader.take_numbers(run_count), 0, count + 1)
    if int(runs.sum()) != count:
        raise DamagedError("runs")
    signatures = _read_signatures(reader, int(runs[1::2].sum()), size)
    texts = _read_texts(reader, int(runs[0::2].sum()), size)
    merged: list[bytes] = []
    at = [0, 0]
    for number, run in enumerate(runs.tolist()):
        kind = number % 2
        merged += (signatures if kind else texts)[at[kind]:at[kind] + run]
        at[kind] += run
    ends = np.cumsum(np.fromiter(map(len, merged), dtype=np.int64, count=count), dtype=np.int64)
    blob = b"".join(merged)
    if len(blob) != size:
        raise DamagedError("size")
    return Strings(blob, ends)


def _read_signatures(reader: ColumnReader, count: int, size: int) -> list[bytes]:
    """Per signature its token count, the tokens shared with the one before, and the rest: return type first. Tokens are
    numbers in a table of distinct types."""
    distinct = int(reader.take_numbers(1)[0])
    types = _read_texts(reader, within(np.array([distinct]), 0, LARGEST_UNPACKED)[0], size)
    shared = within(reader.take_numbers(count), 0, 1 << 16)
    counts = within(reader.take_numbers(count), 1, 1 << 16)
    if (shared > counts).any():
        raise DamagedError("signature")
    own = counts - shared
    rest = within(reader.take_numbers(int(own.sum())), 0, distinct).tolist()
    signatures: list[bytes] = []
    row: list[int] = []
    at, left = 0, size
    for same, new in zip(shared.tolist(), own.tolist(), strict=True):
        row = row[:same] + rest[at:at + new]
        at += new
        if not row:
            raise DamagedError("signature")
        text = b"(" + b"".join([types[token] for token in row[1:]]) + b")" + types[row[0]]
        left -= len(text)
        if left < 0:
            raise DamagedError("size")
        signatures.append(text)
    return signatures


def _read_texts(reader: ColumnReader, count: int, size: int) -> list[bytes]:
    """Per text how much it shares with the one before (at most 254 bytes), the length of the rest, and the rest."""
    shared = within(reader.take_numbers(count), 0, LONGEST_SHARED + 1)
    own = np.frombuffer(reader.take_bytes(Stream.BYTES, count), dtype=np.uint8).astype(np.int64)
    is_long = own == LONG
    own[is_long] = within(reader.take_numbers(int(is_long.sum())), LONG, LARGEST_UNPACKED)
    if int(shared.sum() + own.sum()) > size + LARGEST_UNPACKED // 8:
        raise DamagedError("size")
    rest = reader.take_bytes(Stream.TEXT, int(own.sum()))
    texts: list[bytes] = []
    text, at = b"", 0
    for same, new in zip(shared.tolist(), own.tolist(), strict=True):
        text = text[:same] + rest[at:at + new]
        at += new
        texts.append(text)
    return texts
