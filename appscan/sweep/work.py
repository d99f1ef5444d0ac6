"""What a worker does for one task: look at the file, or read and judge it. Pure but for the file and its spool folder:
no database, no other task.

An answer's header names the parts that it comes with: `report` (the document), `reading`, `recording`, and `pictures`
of the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import AppscanError, UnreadableError
from appscan.evidence import developed
from appscan.readers.limits import Limits
from appscan.readers.saved import load_reading, packed_reading, unpacked_reading
from appscan.readers.target import reader_version
from appscan.scan import ScanOptions, ScanResult, Target, judge_readings, scan_app
from appscan.sweep.fetching import FetchError, digest_of_file, fetch, free_of, is_remote, local_path
from appscan.sweep.frames import Frame
from appscan.sweep.tasks import Fault, FaultKind, Manners, Place, Task
from appscan.sweep.telling import Tell, say_nothing

if TYPE_CHECKING:
    from appscan.checks import CheckSet
    from appscan.model.reading import Reading
    from appscan.model.report import Report
    from appscan.model.sighting import PictureKept

MOST_KEPT = 8
"""Fetched files that wait for their work; the oldest goes first."""

READING = ".reading"
"""End of the name of a saved reading, which is judged as it is."""

Walk = Callable[[Task, Path, Manners, Tell], Path]
"""Walks a site into a recording in the folder. Raises FetchError."""


@dataclass(frozen=True, slots=True)
class _Stages:
    """Tells the stages of a scan."""

    tell: Tell

    def stage(self, _target_name: str, stage: str, done: float) -> None:
        """Tell it."""
        self.tell({"stage": stage, "share": round(done, 3)})


@dataclass(slots=True)
class Bench:
    """What one worker has at hand: the checks, a folder, and files it fetched and did not work on yet."""

    manners: Manners
    checks: CheckSet
    folder: Path
    walk: Walk
    kept: dict[str, tuple[Path, str]] = field(default_factory=dict)

    def do(self, ask: Frame, tell: Tell = say_nothing) -> Frame:
        """Answer one frame: `look` or `work`. Every failure is an answer, a fault of ours too. `tell` hears how far it
        is."""
        task = Task.from_json(ask.header["task"])
        try:
            if ask.header["do"] == "look":
                return Frame({"looked": self.look(task)})
            return self.work(task, ask, tell)
        except FetchError as error:
            return Frame({"fault": error.fault.to_json()})
        except AppscanError as error:
            return Frame({"fault": Fault.of(FaultKind.PERMANENT, error).to_json()})
        except Exception as error:  # noqa: BLE001 (a fault of ours on one app must not cost the others theirs)
            reason = f"{type(error).__name__}: {error}"[:300]
            fault = Fault(FaultKind.OWN, "sweep_own_failure", {"name": task.thing.location, "reason": reason})
            return Frame({"fault": fault.to_json()})

    def look(self, task: Task) -> dict[str, str]:
        """Digest and reader of the file, fetched where it lies elsewhere. Raises FetchError."""
        path, digest = self._file(task)
        if task.thing.digest and task.thing.digest != digest:
            raise FetchError(Fault(FaultKind.PERMANENT, "artifact_not_as_registered",
                                   {"name": task.thing.location, "digest": digest, "wanted": task.thing.digest}))
        return {"digest": digest, "reader": reader_version(path, Limits())}

    def work(self, task: Task, ask: Frame, tell: Tell = say_nothing) -> Frame:
        """The report of the task, judged from the readings that came along or else from the artifact itself."""
        options = self._options(task, float(ask.header["seconds"]))
        if ask.parts:
            readings = [unpacked_reading(part, task.thing.name) for part in ask.parts]
            report = judge_readings(readings, task.app, self.checks, options)
            return Frame(_header(report), () if ask.header.get("brief") else (_document(report),))
        path, recording = self._opened(task, tell)
        try:
            if path.name.lower().endswith(READING):
                report = judge_readings([load_reading(path)], task.app, self.checks, options)
                return Frame({**_header(report), "given": True}, (_document(report),))
            target = Target(path, task.thing.name, task.thing.location)
            return _outcome(scan_app([target], task.app, self.checks, options, _Stages(tell)),
                            path if recording else None)
        finally:
            if path.is_relative_to(self.folder):
                free_of(path)

    def _opened(self, task: Task, tell: Tell) -> tuple[Path, bool]:
        """The file to read, and whether it is a recording made just now."""
        if task.thing.place is Place.SITE:
            return self.walk(task, self.folder, self.manners, tell), True
        path, _ = self._file(task)
        self.kept.pop(task.thing.location, None)
        return path, False

    def _file(self, task: Task) -> tuple[Path, str]:
        location = task.thing.location
        if not is_remote(location):
            path = local_path(location)
            return path, digest_of_file(path)
        if location in self.kept:
            return self.kept[location]
        while len(self.kept) >= MOST_KEPT:
            free_of(self.kept.pop(next(iter(self.kept)))[0])
        self.kept[location] = fetch(location, task.thing.name, self.folder)
        return self.kept[location]

    def _options(self, task: Task, seconds: float) -> ScanOptions:
        limits = Limits(seconds=seconds, memory_bytes=self.manners.memory_bytes)
        return options_of(task, self.manners, limits)


def options_of(task: Task, manners: Manners, limits: Limits | None = None) -> ScanOptions:
    """Options of the scan of one task; their digest does not depend on time and memory."""
    from appscan.model.report import JurisdictionSource

    return ScanOptions(task.profile or manners.profile, task.jurisdiction, manners.operator,
                       JurisdictionSource(task.jurisdiction_from), limits or Limits())


def _header(report: Report) -> dict[str, Any]:
    """What the coordinator needs of a report without reading it; its document is the first part."""
    return {"report": 0, "overall": report.overall.value, "slow": False,
            "verdicts": {row.check_id: row.verdict.value for row in report.verdicts}}


def _outcome(result: ScanResult, recording: Path | None) -> Frame:
    """Report, reading and recording as parts; a file that could not be read at all is a fault, and no report."""
    report = result.report
    if not report.artifacts:
        error = report.errors[0]
        return Frame({"fault": Fault(FaultKind.PERMANENT, error.message.id,
                                     {name: str(value) for name, value in error.message.params.items()}).to_json()})
    header = {**_header(report), "slow": _is_cut_short(result.readings)}
    pictures = list(developed(result))
    parts = [_document(report, [one.kept for one in pictures])]
    if result.readings:
        header["reading"] = len(parts)
        parts.append(packed_reading(result.readings[0]))
    if recording is not None:
        header["recording"] = len(parts)
        parts.append(recording.read_bytes())
    header["pictures"] = list(range(len(parts), len(parts) + len(pictures)))
    return Frame(header, [*parts, *(one.content for one in pictures)])


def _document(report: Report, pictures: Sequence[PictureKept] = ()) -> bytes:
    from appscan.report.document import to_document, with_pictures

    document = with_pictures(to_document(report), pictures)
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _is_cut_short(readings: tuple[Reading, ...]) -> bool:
    """Whether time ran out while reading, so that more time would show more."""
    return any(gap.reason == "time_limit" for reading in readings for gap in reading.coverage.gaps)


def checks_for(manners: Manners) -> CheckSet:
    """The checks of the sweep. Raises UnreadableError where they are not those that the coordinator has, if it says
    which: two machines with different packs would judge alike apps differently."""
    from appscan.checks import load

    checks = load(Path(manners.checks) if manners.checks else None)
    if manners.checks_digest not in ("", checks.digest):
        raise UnreadableError("checks_differ", name=manners.checks or "appscan", wanted=manners.checks_digest[:12],
                              digest=checks.digest[:12])
    return checks


def fault_of(header: Mapping[str, Any]) -> Fault | None:
    """The fault in an answer, if it is one."""
    return Fault.from_json(header["fault"]) if "fault" in header else None
