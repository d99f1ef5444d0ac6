"""The capture process: `python -m appscan.sweep.capturing DESCRIPTOR` walks site after site into recordings, each with
a fresh browser. Knows no policy."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from appscan.errors import AppscanError
from appscan.sweep.frames import BrokenFrameError, Frame, receive, send
from appscan.sweep.process import die_with_the_other_end
from appscan.sweep.tasks import Fault, FaultKind


def main(descriptor: int) -> None:
    """Answer frame after frame until the talk ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(descriptor)
    die_with_the_other_end(descriptor, lambda: None)  # the browser's driver ends when this process does
    try:
        while True:
            ask = receive(pipe)
            fault = _captured(str(ask.header["url"]), Path(ask.header["target"]), ask.header["options"])
            send(pipe, Frame({"fault": fault.to_json()} if fault else {}))
    except (EOFError, BrokenFrameError, OSError):
        pass  # nobody asks any more


def _captured(url: str, target: Path, options: Mapping[str, Any]) -> Fault | None:
    """None where the recording is written, else why not."""
    try:
        from appscan.capture import CaptureOptions, capture

        lists = {name: tuple(value) for name, value in options.items() if isinstance(value, list)}
        capture([url], target, CaptureOptions(**{**options, **lists}))
    except AppscanError as error:
        kind = FaultKind.TRANSIENT if error.params.get("retry") is True else FaultKind.PERMANENT
        return Fault.of(kind, error)
    except ImportError:
        return Fault(FaultKind.PERMANENT, "capture_not_installed", {"name": url})
    except OSError as error:  # the recording could not be written
        return Fault(FaultKind.TRANSIENT, "spool_full", {"name": url, "path": str(error.filename or target.parent)})
    return None


if __name__ == "__main__":
    main(int(sys.argv[1]))
