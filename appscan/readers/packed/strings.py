"""The string table in few bytes: method signatures as type tokens, all others by what they share with the one before.

DEX files hold their strings sorted, so neighbours share beginnings; signatures are made of types seen elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import Int64, Strings
from appscan.readers.packed.streams import LARGEST_UNPACKED, ColumnReader, ColumnWriter, DamagedError, Stream, within

TYPE = rb"\[*(?:[BCDFIJSZV]|L[^;()\[]+;)"
SIGNATURE = re.compile(rb"\(((?:" + TYPE + rb")*)\)(" + TYPE + rb")")
TOKEN = re.compile(TYPE)
LONGEST_SHARED = 254
LONG = 255


def write_strings(writer: ColumnWriter, strings: Strings) -> None:
    """Signatures and other strings apart; `runs` tell how they alternate."""
    starts = np.concatenate(([0], strings.ends[:-1])) if len(strings) else strings.ends
    texts = [strings.blob[start:end] for start, end in zip(starts.tolist(), strings.ends.tolist(), strict=True)]
    signatures = [SIGNATURE.fullmatch(text) if text[:1] == b"(" else None for text in texts]
    is_signature = np.fromiter((match is not None for match in signatures), dtype=bool, count=len(texts))
    runs = _runs(is_signature)
    writer.put_numbers(np.array([len(runs)]))
    writer.put_numbers(runs)
    _write_signatures(writer, [match for match in signatures if match is not None])
    _write_texts(writer, [text for text, match in zip(texts, signatures, strict=True) if match is None])


def read_strings(reader: ColumnReader, count: int, size: int) -> Strings:
    """`count` strings of `size` bytes together. Raises DamagedError."""
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


def _runs(flags: NDArray[np.bool_]) -> Int64:
    """Lengths of runs of equal flags, the first run being of False and perhaps empty."""
    if not len(flags):
        return np.zeros(0, dtype=np.int64)
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0))
    return np.diff(np.concatenate(([0], edges, [len(flags)]))).astype(np.int64)


def _write_signatures(writer: ColumnWriter, matches: Sequence[re.Match[bytes]]) -> None:
    """Per signature its token count, the tokens shared with the one before, and the rest: return type first, as DEX
    sorts signatures so. Tokens are numbers in a table of distinct types."""
    numbers: dict[bytes, int] = {}
    shared, counts, rest = [], [], []
    before: list[int] = []
    for match in matches:
        tokens = [match[2], *TOKEN.findall(match[1])]
        row = [numbers.setdefault(token, len(numbers)) for token in tokens]
        same = _shared(before, row)
        shared.append(same)
        counts.append(len(row))
        rest += row[same:]
        before = row
    writer.put_numbers(np.array([len(numbers)]))
    _write_texts(writer, list(numbers))
    for column in (shared, counts, rest):
        writer.put_numbers(np.array(column, dtype=np.int64))


def _shared(before: Sequence[object], row: Sequence[object]) -> int:
    same = 0
    for old, new in zip(before, row, strict=False):
        if old != new:
            break
        same += 1
    return same


def _read_signatures(reader: ColumnReader, count: int, size: int) -> list[bytes]:
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


def _write_texts(writer: ColumnWriter, texts: Sequence[bytes]) -> None:
    """Per text how much it shares with the one before (at most 254 bytes), the length of the rest, and the rest."""
    shared = _shared_lengths(texts)
    own = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) - shared
    writer.put_numbers(shared)
    writer.put_bytes(Stream.BYTES, np.minimum(own, LONG).astype(np.uint8).tobytes())
    writer.put_numbers(own[own >= LONG])
    writer.put_bytes(Stream.TEXT, b"".join(text[same:] for text, same in zip(texts, shared.tolist(), strict=True)))


def _shared_lengths(texts: Sequence[bytes]) -> Int64:
    """Length of the common beginning of each text with the one before, 254 at most."""
    shared = np.zeros(len(texts), dtype=np.int64)
    before = b""
    for number, text in enumerate(texts):
        most = min(len(before), len(text), LONGEST_SHARED)
        low = 0
        if before[:1] == text[:1]:
            while low < most:  # bisects on slices: far fewer steps than one byte at a time
                middle = (low + most + 1) // 2
                low, most = (middle, most) if before[low:middle] == text[low:middle] else (low, middle - 1)
        shared[number] = low
        before = text
    return shared


def _read_texts(reader: ColumnReader, count: int, size: int) -> list[bytes]:
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
