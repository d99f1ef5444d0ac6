"""Pictures of a recording with the texts that stand on them, for who must cover some before anybody sees them. Knows no
check and decodes no picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from appscan.errors import UnreadableError
from appscan.model.personal import Placed
from appscan.readers.limits import MEBIBYTE, Limits
from appscan.readers.recording_pages import box_of, placed_text, route_of
from appscan.readers.recording_rows import DamagedRecording, Row
from appscan.readers.recording_zip import RecordingZip

LARGEST_PICTURE = 12 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot as it was recorded. `screens` are the texts of each state that it may show."""

    sha256: str
    content: bytes
    screens: tuple[tuple[Placed, ...], ...]


def pictures_of(path: Path, wanted: Collection[str]) -> Iterator[Picture]:
    """The wanted pictures of a recording, one after the other; those that are missing, altered or too large are left
    out. Raises UnreadableError as reading the recording does."""
    recording = RecordingZip(path, path.name, Limits())
    try:
        states, texts = _states_of(recording.top, set(wanted))
    except DamagedRecording as damage:
        raise UnreadableError("recording_damaged", name=path.name, what=str(damage)) from None
    for digest in wanted:
        content = recording.part("pictures", digest, ".png", frozenset()) if digest in states else None
        if isinstance(content, bytes) and len(content) <= LARGEST_PICTURE:
            yield Picture(digest, content, tuple(texts[state] for state in sorted(states[digest]) if state in texts))


def _states_of(top: Row, wanted: set[str]) -> tuple[dict[str, set[str]], dict[str, tuple[Placed, ...]]]:
    """Picture → states that it may show, and the texts of those. What a trial left may show any state of its route."""
    shown: dict[str, set[str]] = defaultdict(set)
    routes: dict[str, str] = {}
    for state in top.rows("states"):
        routes[state.text("id", 200)] = route_of(state)
        if (digest := state.maybe_text("picture", 64)) in wanted:
            shown[digest].add(state.text("id", 200))
    for trial in top.rows("trials"):
        if (digest := trial.maybe_text("picture", 64)) in wanted:
            here = routes.get(trial.maybe_text("state", 200))
            shown[digest].update(state for state, route in routes.items() if route == here)
    needed = set().union(*shown.values()) if shown else set()
    return shown, {state.text("id", 200): _texts(state) for state in top.rows("states")
                   if state.text("id", 200) in needed}


def _texts(state: Row) -> tuple[Placed, ...]:
    """Texts with their boxes, then controls and dialogs, whose words may stand nowhere else."""
    placed = [placed_text(row) for row in state.rows("texts")]
    placed += [Placed(row.text("text"), "control", box_of(row.box())) for row in state.rows("controls")]
    return tuple(placed)
