"""Pictures of the evidence, out of the recordings of one scan: which are wanted, what is covered. Writes none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from appscan.errors import AppscanError
from appscan.model.personal import Box, person_boxes
from appscan.pictures import Developed, can_develop, develop

if TYPE_CHECKING:
    from appscan.readers.recording_pictures import Picture
    from appscan.scan import ScanResult

MOST_PICTURES = 80
MOST_BYTES = 40_000_000
"""Of all pictures beside one report."""


def developed(result: ScanResult) -> Iterator[Developed]:
    """The pictures that the report refers to, the worst findings first, fit to be shown; bounded in count and bytes.
    One that cannot be shown, or whose personal data cannot be covered, is left out."""
    wanted = _wanted(result)
    if not wanted or not can_develop():
        return
    from appscan.judge.discretion import names_of
    from appscan.readers.recording_pictures import pictures_of

    names = [name for reading in result.readings for name in names_of(reading)]
    left, room = dict(list(wanted.items())[:MOST_PICTURES]), MOST_BYTES
    for path in result.pictured:
        try:
            for picture in pictures_of(path, tuple(left)):
                fit = develop(picture.sha256, picture.content, _personal(picture, names), left.pop(picture.sha256))
                if fit is not None and len(fit.content) <= room:
                    room -= len(fit.content)
                    yield fit
        except (AppscanError, OSError):
            continue  # the recording is gone or was changed since it was read: the report quotes instead


def _personal(picture: Picture, names: list[str]) -> list[Box]:
    return [box for texts in picture.screens for box in person_boxes(texts, names)]


def _wanted(result: ScanResult) -> dict[str, list[Box]]:
    """Picture → boxes that it must show, in the order of the report."""
    wanted: dict[str, list[Box]] = defaultdict(list)
    screens: set[str] = set()
    for finding in result.report.findings:
        for occurrence in finding.occurrences:
            for evidence in occurrence.evidence:
                screens.add(evidence.signal.place.screen)
                if evidence.seen is not None and evidence.seen.picture:
                    wanted[evidence.seen.picture] += [evidence.seen.box] if evidence.seen.box else []
    for read in result.report.artifacts:
        for trial in read.crawl.trials if read.crawl else ():
            if trial.picture and trial.screen in screens:
                wanted[trial.picture] += []
    return wanted
