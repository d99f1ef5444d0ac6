"""Reports and readings as files below the output folder, and nowhere else. Knows no command and no verdict."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from appscan.cli.addresses import is_address
from appscan.cli.rendering import PAPERS, Format, Source, Style, digest_of, file_name, lacking, rendered
from appscan.cli.source_tree import artifact_paths
from appscan.errors import UsageError
from appscan.model.artifact import RECORDING_SUFFIX
from appscan.model.report import Report
from appscan.texts import Language

if TYPE_CHECKING:
    from appscan.model.reading import Reading
    from appscan.model.sighting import PictureKept
    from appscan.scan import ScanResult

LONGEST_NAME = 48
"""Characters kept of a name that comes from outside; in UTF-8 with a digest it stays below 255 bytes."""

EVIDENCE = "evidence"
"""Folder of the pictures, beside the report."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""Device names of Windows, which no file there can have."""


def safe_name(name: str) -> str:
    """A file name made of the last part of `name` without its ending: letters, digits and `-_.` only, never hidden."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    if last.lower().endswith(RECORDING_SUFFIX):
        last = last[:-len(RECORDING_SUFFIX)] + ".zip"
    stem = last[:last.rfind(".")] if last.rfind(".") > 0 else last
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in stem)
    kept = kept[:LONGEST_NAME].strip(".") or "app"
    return f"_{kept}" if _RESERVED.match(kept) else kept


@dataclass(frozen=True, slots=True)
class Saved:
    """Paths of what was written for one app: the reports, the page first, the readings, and the recordings."""

    reports: tuple[Path, ...] = ()
    readings: tuple[Path, ...] = ()
    recordings: tuple[Path, ...] = ()


def folder_name(report: Report, mark: str) -> str:
    """NAME-SHA8: the file's name and digest for an app of one artifact, the app's name and the digest of all digests
    for several; `mark` stands for the digest where nothing could be opened."""
    digests = sorted(read.artifact.sha256 for read in report.artifacts)
    match digests:
        case []:
            name = report.errors[0].artifact if report.errors else report.app.name
            if is_address(name):
                name = f"{urlsplit(name).netloc.rpartition('@')[2]}.site"  # the dots of a host end no file name
            return f"{safe_name(name)}-{mark[:8] or 'unread'}"
        case [digest]:
            return f"{safe_name(report.artifacts[0].artifact.name)}-{digest[:8]}"
        case _:
            return f"{safe_name(report.app.name)}-{hashlib.sha256(''.join(digests).encode()).hexdigest()[:8]}"


def open_folder(out: Path) -> Path:
    """Make the output folder before any work starts. Raises UsageError where files cannot be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("out_unusable", path=str(out), reason=errno.errorcode.get(error.errno or 0, "EIO")) from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError("out_unusable", path=str(out), reason="EACCES")
    return out


def require_place(file: Path) -> None:
    """Try whether `file` can be written, before the work whose result it is to hold. Raises UsageError.

    A file is made beside it: what modes and mounts say of themselves is not all that decides."""
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        with tempfile.TemporaryFile(prefix=f".{file.name[:100]}.", dir=file.parent):
            pass
    except OSError as error:
        raise UsageError("file_unusable", path=str(file), reason=errno.errorcode.get(error.errno or 0, "EIO")) from None


class Shelf:
    """The output folder during one command: every app gets a folder of its own, also under equal names."""

    def __init__(self, out: Path) -> None:
        self._is_ours = not out.exists()
        self._out = open_folder(out)
        self._taken: set[str] = set()

    def save(self, result: ScanResult, document: dict[str, Any], formats: Sequence[Format], lang: Language,
             source_root: Path | None = None) -> Saved:
        """Write the report in each format, and its readings.

        Files are written aside and renamed. A form that an older run left in the same folder is made anew although it
        was not asked for: nothing is lost, and a folder never holds two answers. Papers stay: an office goes on writing
        in them.
        """
        folder = self._folder(folder_name(result.report, result.mark))
        document = _with_evidence(folder, result, document)
        style = Style(lang, paths=artifact_paths([document], source_root) if source_root else {})
        source = Source(document, folder, digest_of(document))
        saved = []
        for form in Format:
            path = folder / file_name(form, style)
            if form not in formats and (form in PAPERS or not path.is_file()):
                continue
            if form not in formats and lacking(form):
                path.unlink()
            else:
                write_aside(path, rendered(form, [source], style))
                saved.append(path)
        return Saved(tuple(saved), _save_readings(folder, result.readings), _keep(folder, result.recordings))

    def leave(self) -> None:
        """Remove the output folder where this command made it and nothing came into it."""
        if self._is_ours:
            with contextlib.suppress(OSError):
                self._out.rmdir()

    def _folder(self, wanted: str) -> Path:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._taken.add(name)
        folder = self._out / name
        if folder.is_symlink():  # a link planted here could lead anywhere
            raise UsageError("out_unusable", path=str(folder), reason="symlink")
        folder.mkdir(exist_ok=True)
        return folder


def _with_evidence(folder: Path, result: ScanResult, document: dict[str, Any]) -> dict[str, Any]:
    """The document with the pictures of its evidence, which are written beside it."""
    if not result.pictured:
        return document
    from appscan.evidence import developed
    from appscan.report.document import with_pictures

    kept: list[PictureKept] = []
    for picture in developed(result):
        if not kept:
            if (folder / EVIDENCE).is_symlink():  # as for the folder itself
                raise UsageError("out_unusable", path=str(folder / EVIDENCE), reason="symlink")
            (folder / EVIDENCE).mkdir(exist_ok=True)
        write_aside(folder / EVIDENCE / f"{picture.kept.sha256}.png", picture.content)
        kept.append(picture.kept)
    return with_pictures(document, kept)


def _save_readings(folder: Path, readings: Sequence[Reading]) -> tuple[Path, ...]:
    names: set[str] = set()
    saved = []
    for reading in readings:
        from appscan.readers.saved import save_reading

        name = safe_name(reading.artifact.name)
        if name in names:
            name = f"{name}-{reading.artifact.sha256[:8]}"
        names.add(name)
        saved.append(folder / f"{name}.reading")
        save_reading(reading, saved[-1])
    return tuple(saved)


def _keep(folder: Path, recordings: Sequence[Path]) -> tuple[Path, ...]:
    """Recordings that were made for this report, moved beside it."""
    kept = []
    for recording in recordings:
        kept.append(folder / recording.name)
        recording.replace(kept[-1])
    return tuple(kept)


def write_aside(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("xb") as file:
            file.write(content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
