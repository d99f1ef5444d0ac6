"""The string table of one DEX as UTF-8, and clear text lying outside of it. Knows no use of any string.

Source: Dalvik executable format, "string_data_item" and "MUTF-8 (Modified UTF-8) encoding".
"""

from __future__ import annotations

import re

import numpy as np

from appscan.model.reading import Int64
from appscan.readers.apk.dex.layout import HEADER_SIZE, DamagedError, Layout, open_layouts, uleb128

MAXIMUM_LOOSE_RUNS = 20_000
_HAN = rb"[\xe4-\xe9][\x80-\xbf][\x80-\xbf]"  # U+4000 to U+9FFF
_HAN_RUN = re.compile(_HAN + _HAN + rb"(?:" + _HAN + rb")*")  # Spelt out: eight times faster than a group with {2,}.


def read_strings(layout: Layout) -> list[bytes]:
    """Every string in table order as UTF-8; empty where its bytes are out of range."""
    starts, ends = string_ranges(layout)
    if not len(starts):
        return []
    raw = layout.raw
    texts = (raw[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
    return [text if text.isascii() else to_utf8(text) for text in texts]


def string_ranges(layout: Layout) -> tuple[Int64, Int64]:
    """Byte ranges [start, end) of the MUTF-8 of every string, without its length and its final zero."""
    raw, damage = layout.raw, layout.damage
    offsets = layout.string_offsets.astype(np.int64)
    inside = (offsets >= HEADER_SIZE) & (offsets < len(raw))
    damage.note("strings", not inside.all())
    starts = np.minimum(uleb128(layout.octets, np.where(inside, offsets, 0))[1], len(raw))
    starts = np.where(inside, starts, 0)
    ends = np.where(inside, _next_zeros(layout, starts), 0)
    # String data never overlaps in a sound file; overlapping pieces must not multiply into more than the file holds.
    over = np.cumsum(ends - starts) > len(raw)
    damage.note("strings", over.any())
    return starts, np.where(over, starts, ends)


def _next_zeros(layout: Layout, starts: Int64) -> Int64:
    """Offset of the first zero byte at or after each start, or the end of the bytes."""
    raw = layout.raw
    if not len(starts):
        return starts
    low = int(starts.min())
    high = raw.find(b"\0", int(starts.max()))
    layout.damage.note("strings", high < 0)
    high = len(raw) if high < 0 else high
    if raw.count(b"\0", low, high) > 4 * len(starts) + 4096:  # Strings scattered over other bytes: look one by one.
        found = np.fromiter((raw.find(b"\0", start) for start in starts.tolist()), dtype=np.int64, count=len(starts))
        return np.where(found < 0, len(raw), found)
    zeros = np.append(np.flatnonzero(layout.octets[low:high] == 0) + low, high)
    return zeros[np.searchsorted(zeros, starts)]


def to_utf8(mutf8: bytes) -> bytes:
    """MUTF-8 as UTF-8: C0 80 is U+0000, surrogate pairs become one character; what is lone or broken becomes U+FFFD."""
    try:
        mutf8.decode("utf-8")
        return mutf8
    except UnicodeDecodeError:
        pass
    try:
        halves = mutf8.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return mutf8.decode("utf-8", "replace").encode("utf-8")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def loose_text(unit: bytes, known: set[bytes] | None) -> list[str]:
    """Distinct runs of two or more Han characters in the bytes of a DEX that its string table does not reach.

    Stubs of packers leave such text behind. Runs that are in `known` (UTF-8) are left out. At most 20,000 runs are
    looked at, in file order. A unit without a readable header is searched whole.
    """
    starts, ends = _table_ranges(unit)
    found: dict[bytes, None] = {}
    for count, match in enumerate(_HAN_RUN.finditer(unit)):
        if count >= MAXIMUM_LOOSE_RUNS:
            break
        row = int(np.searchsorted(starts, match.start(), side="right")) - 1
        if row >= 0 and match.start() < ends[row]:
            continue
        if known is None or match.group() not in known:
            found[match.group()] = None
    return [run.decode("utf-8", "replace") for run in found]


def _table_ranges(unit: bytes) -> tuple[Int64, Int64]:
    try:
        ranges = [string_ranges(layout) for layout in open_layouts(unit)]
    except DamagedError:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts, ends = (np.concatenate(column) for column in zip(*ranges, strict=True))
    order = np.argsort(starts, kind="stable")
    return starts[order], ends[order]
