"""The commands `capture` and `login`: addresses → one recording, a login by hand → a file. Knows no rule."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from appscan.cli.addresses import checked
from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.saving import require_place
from appscan.cli.wishes import Wishes, require_capture, told_on
from appscan.errors import UnreadableError, UsageError
from appscan.model.artifact import RECORDING_SUFFIX

GAPS_TOLD, PLACE_SHOWN = 8, 120


def capture(urls: Sequence[str], out: Path, wishes: Wishes, console: Console, *, force: bool = False) -> ExitCode:
    """Capture the site at the addresses into one recording; with `force` over one that is there. Raises UsageError
    before the browser starts."""
    if out.is_file() and not force:
        raise UsageError("file_there_force", path=str(out))
    starts = [checked(url) for url in urls]
    if not out.name.endswith(RECORDING_SUFFIX):
        raise UsageError("recording_name", path=str(out))
    if not out.parent.is_dir():
        raise UsageError("recording_folder_missing", path=str(out.parent))
    require_place(out)
    options = wishes.options()
    from appscan.capture import Interrupted
    from appscan.capture import capture as capture_site

    try:
        capture_site(starts, out, options, told_on(console))
    except UnreadableError as error:
        console.failure(error)
        return ExitCode.NOTHING_READ
    except Interrupted:
        console.trouble("cli.capture_interrupted", path=out)
        return ExitCode.INTERRUPTED
    console.result([str(out)])
    _tell(out, console)
    console.note("cli.captured", path=out)
    if options.keep_personal_until:
        console.trouble("cli.personal_kept", date=options.keep_personal_until)
    return ExitCode.OK


def _tell(recording: Path, console: Console) -> None:
    """How much was captured, and what was not seen that matters: what answers 404 is a page too, at a glance."""
    from appscan.report.words import gap_reason, web_place_named

    with zipfile.ZipFile(recording) as archive:
        told = json.loads(archive.read("recording.json"))
    blinding = [gap for gap in told["gaps"] if gap["blinds"]]
    console.note("cli.captured_count", states=len(told["states"]), gaps=len(told["gaps"]), blinding=len(blinding))
    for gap in blinding[:GAPS_TOLD]:
        console.trouble("cli.captured_gap", place=web_place_named(gap["place"], console.lang, PLACE_SHOWN),
                        reason=gap_reason(gap, console.lang))


def login(url: str, save: Path, console: Console) -> ExitCode:
    """Open a window in which a person signs in, and keep what the browser then stores. Raises UsageError before."""
    start = checked(url)
    if not save.parent.is_dir():
        raise UsageError("login_folder_missing", path=str(save.parent))
    require_place(save)
    require_capture()
    from appscan.capture.by_hand import log_in

    def wait() -> bool:
        console.trouble("cli.login_waits")  # only once there is a window
        return sys.stdin.readline() != ""  # the end of the input is no Enter; then the window tells

    try:
        log_in(start, save, wait)
    except UnreadableError as error:
        console.failure(error)
        return ExitCode.NOTHING_READ
    console.result([str(save)])
    console.note("cli.login_saved", path=save)
    return ExitCode.OK
