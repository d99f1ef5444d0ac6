"""The ZIP of a recording: recording.json and the parts that are named by their SHA-256. Knows no member's meaning."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import RECORDING_SUFFIX
from appscan.model.coverage import Gap, Kind
from appscan.readers.apk.container import Container, open_container
from appscan.readers.limits import MEBIBYTE, InflateBudget, Limits
from appscan.readers.recording_rows import DamagedRecording, Row, parse

MAIN = "recording.json"
LARGEST_MAIN = 96 * MEBIBYTE
SUPPORTED = 1

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BROKEN_ZIP = frozenset({"not_a_zip", "truncated_zip", "entry_damaged", "entry_encrypted"})
_OTHER_PACKAGES = (".apk", ".apks", ".xapk", ".apkm")


def is_recording(path: Path, limits: Limits) -> bool:
    """Whether the file is a recording: by its name, or a ZIP that holds recording.json and no Android manifest."""
    if path.name.lower().endswith(RECORDING_SUFFIX):
        return True
    if path.suffix.lower() in _OTHER_PACKAGES or not path.is_file():
        return False
    try:
        container = open_container(path, limits)
    except (UnreadableError, LimitReached):
        return False
    return MAIN in container and "AndroidManifest.xml" not in container


class RecordingZip:
    """An opened recording: `top` is its JSON, `sha256` and `size` those of the file."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        """Raises UnreadableError `recording_damaged` (name, what), `recording_version` (name, version, supported), what
        opening a file raises, and `entry_too_large`, `inflated_limit`, `entries_limit`."""
        self.name = name
        budget = InflateBudget(limits.inflated_bytes)
        try:
            self._container = open_container(path, limits, name=name, budget=budget)
            self.top = parse(_main(self._container))
            self._version()
        except UnreadableError as error:
            if error.key in _BROKEN_ZIP:
                raise UnreadableError("recording_damaged", name=name, what=error.key) from None
            raise UnreadableError(error.key, **{**error.params, "name": name}) from None
        except LimitReached as limit:
            raise UnreadableError(limit.key, **{**limit.params, "name": name}) from None
        except DamagedRecording as damage:
            raise UnreadableError("recording_damaged", name=name, what=str(damage)) from None
        self.sha256, self.size = _digest_of(path, name)

    def _version(self) -> None:
        version = self.top.count("version")
        if version != SUPPORTED:
            raise UnreadableError("recording_version", name=self.name, version=version, supported=SUPPORTED)

    def part(self, folder: str, digest: str, ending: str, kinds: frozenset[Kind]) -> bytes | Gap:
        """The part FOLDER/DIGEST+ENDING, or the gap that stands for it: missing, damaged, or not what its name says.
        Raises DamagedRecording where the digest is none."""
        if not _DIGEST.fullmatch(digest):
            raise DamagedRecording(f"{folder}/{digest[:64]}")
        place = f"{folder}/{digest}{ending}"
        if place not in self._container:
            return Gap(kinds, place, "part_missing", blinds=bool(kinds))  # somebody took it out
        content = self._container.read_or_gap(place, kinds)
        if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() != digest:
            return Gap(kinds, place, "part_altered", blinds=bool(kinds))
        return content


def _main(container: Container) -> bytes:
    if MAIN not in container:
        raise DamagedRecording(MAIN)
    entry = container.entry(MAIN)
    if entry.size > LARGEST_MAIN:
        raise LimitReached("entry_too_large", entry=MAIN, limit=LARGEST_MAIN)
    content = container.read_entry(entry)
    if len(content) > LARGEST_MAIN:
        raise LimitReached("entry_too_large", entry=MAIN, limit=LARGEST_MAIN)
    return content


def _digest_of(path: Path, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(MEBIBYTE):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise UnreadableError("unreadable_file", name=name, reason=error.strerror or "") from None
    return digest.hexdigest(), size


__all__ = ["RecordingZip", "Row", "is_recording"]
