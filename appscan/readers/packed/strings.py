"""The string table as it is: all bytes end to end, and how long each string is.

Zstandard finds what neighbours share; telling it beforehand saves a tenth of the space, and costs a step for each
string whenever a reading is opened.
"""

from __future__ import annotations

import numpy as np

from appscan.model.reading import Strings
from appscan.readers.packed.streams import LARGEST_UNPACKED, ColumnReader, ColumnWriter, DamagedError, Stream, within

LONG = 255


def write_strings(writer: ColumnWriter, strings: Strings) -> None:
    """A byte for each length, those from 255 on apart."""
    sizes = np.diff(strings.ends, prepend=np.int64(0))
    writer.put_bytes(Stream.BYTES, np.minimum(sizes, LONG).astype(np.uint8).tobytes())
    writer.put_numbers(sizes[sizes >= LONG])
    writer.put_bytes(Stream.TEXT, strings.blob)


def read_strings(reader: ColumnReader, count: int, size: int) -> Strings:
    """`count` strings of `size` bytes together. Raises DamagedError."""
    sizes = np.frombuffer(reader.take_bytes(Stream.BYTES, count), dtype=np.uint8).astype(np.int64)
    is_long = sizes == LONG
    sizes[is_long] = within(reader.take_numbers(int(is_long.sum())), LONG, LARGEST_UNPACKED)
    ends = np.cumsum(sizes, dtype=np.int64)
    if int(sizes.sum()) != size:
        raise DamagedError("size")
    return Strings(reader.take_bytes(Stream.TEXT, size), ends)
