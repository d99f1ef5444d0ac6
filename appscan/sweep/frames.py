"""How coordinator and workers speak: a frame is a JSON header with parts of bytes. JSON and no pickles, since what a
worker sends was made while it read files of strangers. Knows no task."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

LARGEST_HEADER = 64 << 20
LARGEST_PART = 1 << 30
MOST_PARTS = 1000


class BrokenFrameError(Exception):
    """What arrived is no frame, or breaks off; whoever sent it is not to be trusted with more work."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; the header holds JSON values only."""

    header: Mapping[str, Any]
    parts: Sequence[bytes] = ()


def send(pipe: Connection, frame: Frame) -> None:
    """Send one frame, whole. Raises OSError where nobody reads any more."""
    header = {**frame.header, "parts": len(frame.parts)}
    pipe.send_bytes(json.dumps(header).encode("ascii"))
    for part in frame.parts:
        pipe.send_bytes(part)


def receive(pipe: Connection) -> Frame:
    """Wait for one frame. Raises EOFError at the end of the talk, BrokenFrameError for anything but a frame."""
    try:
        header = json.loads(pipe.recv_bytes(LARGEST_HEADER))
        if not isinstance(header, dict):
            raise BrokenFrameError("header")
        count = header.pop("parts", None)
        if type(count) is not int or not 0 <= count <= MOST_PARTS:
            raise BrokenFrameError("parts")
        return Frame(header, tuple(pipe.recv_bytes(LARGEST_PART) for _ in range(count)))
    except (ValueError, RecursionError, OSError) as error:
        if isinstance(error, ConnectionResetError | BrokenPipeError):
            raise EOFError from None
        raise BrokenFrameError(type(error).__name__) from None
