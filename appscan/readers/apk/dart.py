"""Two-byte strings in a Dart ahead-of-time snapshot (Flutter's libapp.so). Knows no library format.

A Dart TwoByteString is a header, its length as a small integer (2 x length), and UTF-16LE units, aligned to four bytes.
Source: runtime/vm/raw_object.h of the Dart SDK (UntaggedString, UntaggedTwoByteString).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_UNITS = 4000
LEAST_CHINESE = 2


def wide_strings(content: memoryview) -> list[bytes]:
    """Strings with Chinese in them as UTF-8, each once, in the order of the file.

    Chance gives many runs of units in the Chinese block, so a run counts only where the length before it fits.
    """
    units = np.frombuffer(content[:len(content) & ~1], dtype="<u2")
    chinese = (units >= 0x4E00) & (units <= 0x9FFF)
    readable = chinese | ((units >= 0x20) & (units < 0x7F)) | ((units >= 0x3000) & (units < 0x3040))
    readable |= ((units >= 0xFF00) & (units < 0xFFF0)) | ((units >= 0x2010) & (units < 0x2030))
    readable |= (units == 0x0A) | (units == 0x0D) | (units == 0xB7) | (units == 0xD7)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], readable.view(np.int8), [0]))))
    starts, runs = edges[::2], edges[1::2] - edges[::2]
    behind_header = starts >= 4
    starts, runs = starts[behind_header], runs[behind_header]
    lengths = _declared(units, starts, runs)
    ends = starts + lengths
    counts = np.concatenate(([0], np.cumsum(chinese)))
    worth = counts[ends] - counts[starts] >= LEAST_CHINESE
    texts = (units[start:end].tobytes().decode("utf-16-le", "replace").encode()
             for start, end in zip(starts[worth].tolist(), ends[worth].tolist(), strict=True))
    return list(dict.fromkeys(texts))


def _declared(units: NDArray[np.uint16], starts: NDArray[np.int64], runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths that the objects declare, 0 where none before a run fits it: four bytes before the text where the length
    is 32 bits wide and last, else eight bytes before."""
    lengths = np.zeros(len(starts), dtype=np.int64)
    for back in (4, 2):
        low, high = units[starts - back].astype(np.int64), units[starts - back + 1]
        fits = (high == 0) & (low > 0) & (low % 2 == 0) & (low // 2 <= np.minimum(runs, MOST_UNITS))
        lengths[fits] = low[fits] // 2
    return lengths
