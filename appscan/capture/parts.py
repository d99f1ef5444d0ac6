"""Text parts and pictures of a recording, kept packed and bounded until they are written. Knows no browser."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass, field

MAX_BYTES = 400 * 1024 * 1024
MAX_TEXT = 8 * 1024 * 1024


@dataclass
class Parts:
    """Content-addressed parts; a part that nothing refers to any more can be forgotten."""

    texts: dict[str, bytes] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    _uses: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0

    def keep_text(self, folder: str, text: str) -> str | None:
        """Keep a text under a folder; returns its handle, or None where the bound is reached."""
        packed = zlib.compress(text[:MAX_TEXT].encode("utf-8", "replace"), 1)
        if self._bytes + len(packed) > MAX_BYTES:
            return None
        handle = f"{folder}:{hashlib.sha256(packed).hexdigest()}"
        self._uses[handle] += 1
        if handle not in self.texts:
            self.texts[handle] = packed
            self._bytes += len(packed)
        return handle

    def forget(self, handle: str | None) -> None:
        """One row no longer refers to this text."""
        if handle is None or handle not in self.texts:
            return
        self._uses[handle] -= 1
        if self._uses[handle] <= 0:
            self._bytes -= len(self.texts.pop(handle))

    def keep_picture(self, picture: bytes | None) -> str | None:
        """Keep a PNG; returns its SHA-256."""
        if not picture or self._bytes + len(picture) > MAX_BYTES:
            return None
        digest = hashlib.sha256(picture).hexdigest()
        if digest not in self.pictures:
            self.pictures[digest] = picture
            self._bytes += len(picture)
        return digest
