"""Random access to the bytes of a file, or of a part of one, without loading it. Knows no format.

Reads with pread and not mmap: mapped pages count as resident memory, and a file that shrinks under a mapping kills the
process instead of raising.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import weakref
from pathlib import Path

from appscan.errors import UnreadableError

CHUNK = 1 << 20


class Source:
    """A window of `length` bytes onto an open file or onto bytes in memory."""

    def __init__(self, origin: int | memoryview, base: int, length: int, keep: object = None) -> None:
        self._origin = origin
        self._base = base
        self._keep = keep
        self.length = length

    def slice(self, offset: int, length: int) -> bytes:
        """Bytes at `offset`; shorter than `length`, or empty, where the window ends."""
        if offset < 0 or offset >= self.length or length <= 0:
            return b""
        length = min(length, self.length - offset)
        if isinstance(self._origin, memoryview):
            start = self._base + offset
            return bytes(self._origin[start:start + length])
        return _read_fully(self._origin, self._base + offset, length)

    def window(self, offset: int, length: int) -> Source:
        """A smaller window; cut where this one ends."""
        offset = min(max(offset, 0), self.length)
        return Source(self._origin, self._base + offset, max(0, min(length, self.length - offset)), self._keep or self)

    def sha256(self) -> str:
        """Lower-case hex digest of the whole window."""
        digest = hashlib.sha256()
        for offset in range(0, self.length, CHUNK):
            digest.update(self.slice(offset, CHUNK))
        return digest.hexdigest()


def _read_fully(descriptor: int, offset: int, length: int) -> bytes:
    """pread may return less than asked for; stop only at the end of the file."""
    first = os.pread(descriptor, length, offset)
    if len(first) == length or not first:
        return first
    pieces = [first]
    have = len(first)
    while have < length and (piece := os.pread(descriptor, length - have, offset + have)):
        pieces.append(piece)
        have += len(piece)
    return b"".join(pieces)


def open_source(origin: Path | bytes | memoryview) -> Source:
    """Open a regular file, or wrap bytes. Symbolic links are followed only to a regular file.

    Raises UnreadableError: `missing_file`, `not_a_file`, `unreadable_file` (reason), `empty_file`; params have name.
    """
    if not isinstance(origin, Path):
        view = memoryview(origin)
        return Source(view, 0, view.nbytes)
    descriptor = _open_regular(origin)
    length = os.fstat(descriptor).st_size
    source = Source(descriptor, 0, length)
    weakref.finalize(source, os.close, descriptor)
    if length == 0:
        raise UnreadableError("empty_file", name=origin.name)
    return source


def _open_regular(path: Path) -> int:
    """A read-only descriptor of a regular file. O_NONBLOCK: a FIFO put in its place must not hang us."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("not_a_file", name=path.name)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableError("missing_file", name=path.name) from None
    except (OSError, ValueError) as error:
        known = isinstance(error, OSError) and error.errno is not None
        reason = errno.errorcode.get(error.errno or 0, "EIO") if known and isinstance(error, OSError) else "EINVAL"
        raise UnreadableError("unreadable_file", name=path.name, reason=reason) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError("not_a_file", name=path.name)
    return descriptor
