"""The recording of a site → Reading, without a browser. Calls the parts in order; knows no check.

Contract of the file: docs/recording.md and the schema recording-1. Roles of the facts: recording_facts.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.coverage import Coverage, Gap, ReadItem
from appscan.model.reading import Reading
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.limits import Deadline, Limits
from appscan.readers.no_code import no_code, no_resources
from appscan.readers.recording_arrivals import read_arrivals
from appscan.readers.recording_behaviour import BehaviourReader
from appscan.readers.recording_crawl import read_crawl
from appscan.readers.recording_facts import MOST_FACTS, RecordedFiles
from appscan.readers.recording_gaps import PAGE_KINDS, bounded, capture_gaps, route_gaps
from appscan.readers.recording_pages import Places, read_places, read_state
from appscan.readers.recording_people import read_people
from appscan.readers.recording_requests import Addresses, RequestReader
from appscan.readers.recording_rows import DamagedRecording, Row
from appscan.readers.recording_scripts import ScriptReader
from appscan.readers.recording_zip import RecordingZip

VERSION = "recording/9"
"""Name and version of this reader; raised whenever the same bytes would give another reading."""

Stage = Callable[[str, float], None]
"""Told of each stage as it begins: name (pages, requests, scripts) and the share done (0–1)."""


def read_recording(path: Path, name: str, limits: Limits, deadline: Deadline, on_stage: Stage) -> Reading:
    """Read one recording. Raises UnreadableError `recording_damaged` (name, what) where it breaks its contract,
    `recording_version` (name, version, supported), and what opening a file raises. Hitting `deadline` ends the work:
    the rest is a blinding gap."""
    recording = RecordingZip(path, name, limits)
    try:
        return _Reader(recording, deadline, on_stage).read()
    except DamagedRecording as damage:
        raise UnreadableError("recording_damaged", name=name, what=str(damage)) from None


class _Reader:
    """One recording while it is read."""

    def __init__(self, recording: RecordingZip, deadline: Deadline, on_stage: Stage) -> None:
        self.recording = recording
        self.top = recording.top
        self.deadline = deadline
        self.on_stage = on_stage
        self.pool = StringPool()
        self.pool.add("")
        self.rows = FactRows(self.pool)
        self.files = RecordedFiles(self.rows)
        self.gaps: list[Gap] = []
        self.read_items: list[ReadItem] = []

    def read(self) -> Reading:
        top, name = self.top, self.recording.name
        start_urls = top.texts("start_urls", 2_000)
        addresses, details = Addresses(start_urls), _details(top, start_urls)
        label = _label(top)
        try:
            self._step("pages", 0.0)
            places = read_places(top.rows("states"))
            self.gaps += capture_gaps(top, places)
            self._states(places)
            read_crawl(top, self.files, places)
            read_people(self.recording, top, self.files)
            self._step("requests", 0.2)
            self._behaviour(places, addresses)
            self._step("scripts", 0.4)
            self._scripts(places, addresses)
        except LimitReached as limit:
            self.gaps.append(Gap(PAGE_KINDS, name, limit.key,
                                 {key: str(value) for key, value in limit.params.items()}, blinds=True))
        for file in self.files.write():
            self.gaps.append(Gap(PAGE_KINDS, file, "facts_limit", {"limit": str(MOST_FACTS)}, blinds=True))
        artifact = Artifact(ArtifactKind.RECORDING, name, self.recording.sha256, self.recording.size, label=label)
        return Reading(artifact, VERSION, self.pool.freeze(), self.rows.freeze(), no_resources(), no_code(),
                       Coverage(tuple(self.read_items), bounded(self.gaps)), details)

    def _step(self, stage: str, share: float) -> None:
        self.deadline.check()
        self.on_stage(stage, share)

    def _states(self, places: Places) -> None:
        arrivals = read_arrivals(self.top)
        for state in self.top.rows("states"):
            self.deadline.check()
            read_state(state, self.files, places, arrivals[state.text("id", 200)])
        self.read_items.append(ReadItem("states", len(places.of_state)))

    def _behaviour(self, places: Places, addresses: Addresses) -> None:
        top = self.top
        requests = RequestReader(self.files, places, addresses, self.deadline.check)
        behaviour = BehaviourReader(self.files, places)
        requests.read(top.rows("requests"))
        self.read_items.append(ReadItem("requests", requests.count))
        self.read_items.append(ReadItem("api_calls", behaviour.read_calls(top.rows("calls"))))
        self.read_items.append(ReadItem("timers", behaviour.read_timers(top.rows("timers"))))
        behaviour.read_messages(top.rows("messages"))
        self.read_items.append(ReadItem("trials", behaviour.read_trials(top.rows("trials"))))
        behaviour.read_days(top.rows("day"), requests)
        self.deadline.check()
        self.gaps += route_gaps(behaviour.read_routes(top.rows("routes")), tuple(self.gaps))
        self.read_items.append(ReadItem("routes", sum(1 for _ in top.rows("routes"))))

    def _scripts(self, places: Places, addresses: Addresses) -> None:
        reader = ScriptReader(self.recording, self.rows, self.files, places, addresses, self.deadline.check)
        try:
            pages = reader.read_doms()
            self.read_items.append(ReadItem("pages", pages))
            self.on_stage("scripts", 0.6)
            scripts = reader.read_inline() + reader.read_scripts(self.top.rows("scripts"))
            self.read_items.append(ReadItem("scripts", scripts))
        finally:
            self.gaps += reader.gaps


def _label(top: Row) -> str:
    """The title of the first state that has one: what people call the site."""
    return next((title for state in top.rows("states") if (title := " ".join(state.text("title", 120).split()))), "")


def _details(top: Row, start_urls: list[str]) -> dict[str, str]:
    """Loose facts for people."""
    settings, browser = top.row("settings"), top.row("browser")
    personal = settings.row_if_any("personal_data")
    details = {
        "start_url": ", ".join(start_urls[:5]),
        "captured": f"{top.text('started', 40)} – {top.text('ended', 40)}",
        "browser": f"{browser.text('name', 60)} {browser.text('version', 40)}".strip(),
        "actors": ", ".join([actor.text("name", 60) for actor in top.rows("actors")][:20]),
        "viewport": settings.text("viewport", 20),
        "virtual_hours": f"{settings.number('virtual_hours'):g}",
        "writes": settings.text("writes", 20),
        "delete_by": personal.maybe_text("delete_by", 20) if personal else "",
        "authority": top.maybe_text("authority", 200),
    }
    return {name: value for name, value in details.items() if value}
