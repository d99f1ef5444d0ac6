"""What servers push through sockets and streams: part of the answer to their opening, bounded in all. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appscan.capture.fields import MAX_FIELDS, fields_of
from appscan.capture.parts import Parts

MAX_CHANNELS = 2000
MAX_HEARD = 100
MAX_TEXT = 8192
MAX_ALL = 32 * 1024 * 1024
"""Characters that are kept of all channels together."""


@dataclass
class Heard:
    """What came through one socket or stream, beside the row of its opening."""

    row: dict[str, Any]
    texts: list[str] = field(default_factory=list)


@dataclass
class Hearing:
    """Channels by their kind and address (`socket wss://…`)."""

    parts: Parts
    channels: dict[str, Heard] = field(default_factory=dict)
    _size: int = 0

    def open(self, key: str, row: dict[str, Any]) -> None:
        """A channel was opened; who opened the same one first keeps what is heard."""
        if len(self.channels) < MAX_CHANNELS:
            self.channels.setdefault(key, Heard(row))

    def take(self, key: str, text: str) -> bool:
        """A message that a server sent by itself; False where there was no room for it among all."""
        heard = self.channels.get(key)
        if heard is None or not text or len(heard.texts) >= MAX_HEARD:
            return True
        if self._size + len(text) > MAX_ALL:
            return False
        self._size += len(text)
        heard.texts.append(text[:MAX_TEXT])
        self.parts.forget(heard.row["response_body"])
        heard.row["response_body"] = self.parts.keep_text("bodies", "\n".join(heard.texts))
        names = dict.fromkeys([*heard.row["response_fields"], *fields_of(text)])
        heard.row["response_fields"] = list(names)[:MAX_FIELDS]
        return True
