"""Where recordings lie from the walk until their report is saved, and that none is lost when there is none. Knows no
site."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appscan.cli.console import Console
from appscan.model.artifact import RECORDING_SUFFIX

MOST_NAMES = 1000


@contextmanager
def aside(out: Path | None, console: Console) -> Iterator[str]:
    """A folder for recordings, below `out` since nothing else is ours to fill; None where nothing is to be saved.

    Recordings that still lie there in the end have no report: reading, judging or saving failed. A walk cannot be had
    again for nothing, so they are moved into `out` and told."""
    with tempfile.TemporaryDirectory(prefix=".capture-", dir=out) as folder:
        try:
            yield folder
        finally:
            if out is not None:
                _keep(Path(folder), out, console)


def _keep(folder: Path, out: Path, console: Console) -> None:
    for recording in sorted(folder.rglob(f"*{RECORDING_SUFFIX}")):
        if recording.is_symlink() or not recording.is_file() or recording.name.startswith("."):
            continue  # dotted: a recording that was never finished
        kept = _free(out, recording.name)
        try:
            recording.replace(kept)
        except OSError:  # the folder can no more be written to: better in the system's place for such files than gone
            kept = Path(tempfile.mkdtemp(prefix="appscan-"), recording.name)
            shutil.move(recording, kept)
        console.trouble("cli.recording_kept", path=kept)


def _free(out: Path, name: str) -> Path:
    """A path in `out` at which there is nothing yet."""
    stem = name.removesuffix(RECORDING_SUFFIX)
    names = [name, *(f"{stem}-{number}{RECORDING_SUFFIX}" for number in range(2, MOST_NAMES))]
    return next(path for one in names if not (path := out / one).exists() and not path.is_symlink())
