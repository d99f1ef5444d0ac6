"""Work that is too long or too hostile for the desk's own process: done in a process of its own, bounded in time and
memory. `python -m appscan.serve.aside JOB FOLDER` is that process; it opens no database. Knows no page."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from appscan import errors
from appscan.errors import AppscanError, UsageError
from appscan.serve.refusals import Refused
from appscan.sweep.process import without_secrets

JOBS = {
    "read_registry": "appscan.serve.registry_work:read",
    "write_registry": "appscan.serve.registry_work:write",
    "print_paper": "appscan.serve.paper_work:make",
    "try_edit": "appscan.serve.edit_work:try_edit",
}
ASKED, ANSWER, FAULT = "asked.json", "answer.json", "fault.json"
AT_ONCE = 2
PATIENCE = 30.0
"""Seconds that a request waits for its turn."""
MEMORY = 3 << 30
BROWSER_JOBS = frozenset({"print_paper"})
"""Chromium reserves more addresses than any bound on memory allows."""
_KINDS = {kind.__name__: kind for kind in (errors.PackError, errors.UsageError, errors.UnreadableError,
                                           errors.LimitReached, errors.UnavailableError)}


class Aside:
    """Starts such processes for one desk, at most two at once; whoever comes later waits a while."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def run(self, job: str, folder: Path, asked: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """What a job answers. What it reads lies in `folder`, and so does what it leaves there before its time is over.
        Raises the AppscanError that the job raised, UsageError `aside_too_long` or `aside_died`, and Refused 503 where
        too much is being done."""
        with self._turn():
            (folder / ASKED).write_text(json.dumps(asked), "utf-8")
            process = subprocess.Popen([sys.executable, "-m", "appscan.serve.aside", job, str(folder)],  # noqa: S603
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=without_secrets(), start_new_session=True)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise UsageError("aside_too_long", seconds=int(seconds)) from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                assert process.stdin is not None
                process.stdin.close()
                process.wait()
        return _answer(folder)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE):
            raise Refused(503, "busy")
        try:
            yield
        finally:
            self._room.release()


def _answer(folder: Path) -> dict[str, Any]:
    fault = folder / FAULT
    if fault.is_file():
        told = json.loads(fault.read_text("utf-8"))
        raise _KINDS.get(told["kind"], AppscanError)(told["key"], **told["params"])
    try:
        answer: dict[str, Any] = json.loads((folder / ANSWER).read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError("aside_died") from None
    return answer


def main(job: str, folder: Path) -> None:
    """Do the job in this process and leave its answer, or the error that it raised."""
    threading.Thread(target=_end_with_the_other_side, daemon=True).start()
    if job not in BROWSER_JOBS:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    module, _, name = JOBS[job].partition(":")
    do: Callable[[dict[str, Any], Path], dict[str, Any]] = getattr(importlib.import_module(module), name)
    try:
        answer = do(json.loads((folder / ASKED).read_text("utf-8")), folder)
    except AppscanError as error:
        _leave(folder / FAULT, {"kind": type(error).__name__, "key": error.key,
                                "params": {name: _plain(value) for name, value in error.params.items()}})
        return
    _leave(folder / ANSWER, answer)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def _leave(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(content, ensure_ascii=False), "utf-8", errors="replace")
    aside.replace(path)


def _end_with_the_other_side() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
