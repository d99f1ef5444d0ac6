"""The capture process: `python -m appscan.sweep.capturing DESCRIPTOR` walks site after site into recordings, each with
a fresh browser. Knows no policy."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import AppscanError
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import die_with_the_other_end
from appscan.sweep.tasks import Fault, FaultKind

if TYPE_CHECKING:
    from appscan.capture import Actor


def main(descriptor: int) -> None:
    """Answer frame after frame until the talk ends. Frames with `seen` come before an answer and tell how far it is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(descriptor)
    die_with_the_other_end(descriptor, lambda: None)  # the browser's driver ends when this process does
    try:
        while True:
            ask = receive(pipe)
            fault = _captured(ask.header, lambda seen, queued: send(pipe, Frame({"seen": seen, "queued": queued})))
            send(pipe, Frame({"fault": fault.to_json()} if fault else {}))
    except (EOFError, BrokenFrameError, OSError):
        pass  # nobody asks any more


def _captured(asked: Mapping[str, Any], told: Callable[[int, int], None]) -> Fault | None:
    """None where the recording is written, else why not."""
    url, target, options = str(asked["url"]), Path(asked["target"]), dict(asked["options"])
    try:
        from appscan.capture import Actor, CaptureOptions, capture

        actors = tuple(map(_actor, options.pop("actors", ()))) or (Actor(),)
        lists = {name: tuple(value) for name, value in options.items() if isinstance(value, list)}
        capture([url], target, CaptureOptions(**{**options, **lists}, actors=actors),
                lambda _, seen, queued: told(seen, queued))
    except AppscanError as error:
        kind = FaultKind.TRANSIENT if error.params.get("retry") is True else FaultKind.PERMANENT
        return Fault.of(kind, error)
    except ImportError:
        return Fault(FaultKind.PERMANENT, "capture_not_installed", {"name": url})
    except OSError as error:  # the recording could not be written
        return Fault(FaultKind.TRANSIENT, "spool_full", {"name": url, "path": str(error.filename or target.parent)})
    return None


def _actor(row: Mapping[str, Any]) -> Actor:
    """A user role as plain values: `name`, and perhaps `steps` or `storage_state` (paths), and `values`."""
    from appscan.capture import Actor

    state, steps = (Path(row[name]) if row.get(name) else None for name in ("storage_state", "steps"))
    return Actor(str(row["name"]), state, steps, row.get("values"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
