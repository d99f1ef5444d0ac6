"""A file on disk → Reading: picks the reader by what the file is. Knows no check."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from appscan.errors import UnreadableError
from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.reading import Reading
from appscan.readers.limits import Deadline, Limits

UNREAD_KINDS = frozenset({".hap", ".wxapkg", ".ipa", ".aab", ".rpk"})
"""Package kinds that we know and cannot read yet."""

UNREAD_DOCUMENTS = frozenset({".doc", ".wps", ".ofd", ".rtf", ".odt", ".xls", ".xlsx", ".et", ".ppt", ".pptx", ".dps"})
"""Kinds of documents that we know and cannot read yet."""

DOCUMENTS = frozenset({".docx", ".docm", ".pdf", ".txt", ".md", ".markdown"})


def is_unread_kind(path: Path) -> bool:
    """Whether the file is of a known kind of package or document without a reader."""
    return path.suffix.lower() in UNREAD_KINDS | UNREAD_DOCUMENTS


def unread_artifact(path: Path, name: str) -> Artifact:
    """Digest and size of a package that is not read. Raises UnreadableError `missing_file`, `not_a_file` or
    `unreadable_file`."""
    total = hashlib.sha256()
    size = 0
    if path.exists() and not path.is_file():
        raise UnreadableError("not_a_file", name=name)
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
                size += len(block)
    except FileNotFoundError:
        raise UnreadableError("missing_file", name=name) from None
    except OSError as error:
        raise UnreadableError("unreadable_file", name=name, why=error.strerror or "") from None
    return Artifact(ArtifactKind.UNREAD, name, total.hexdigest(), size)


def read_target(path: Path, name: str, limits: Limits, on_stage: Callable[[str, float], None]) -> Reading:
    """Read one APK, split set, recording or document. Raises UnreadableError with `name` for everything that cannot be
    opened."""
    from appscan.readers.recording_zip import is_recording

    deadline = Deadline(limits.seconds)
    if path.suffix.lower() in DOCUMENTS:
        from appscan.readers.document.reader import read_document

        return read_document(path, name, limits, deadline, on_stage)
    if is_recording(path, limits):
        from appscan.readers.recording import read_recording

        return read_recording(path, name, limits, deadline, on_stage)
    from appscan.readers.apk.packages import open_package
    from appscan.readers.apk.reader import read_package

    return read_package(open_package(path, name, limits), limits, deadline, on_stage)


def reader_version(path: Path, limits: Limits) -> str:
    """Version of the reader that `read_target` would use, as readings carry it; empty for a kind without one. Raises
    nothing for a file that cannot be opened: it is taken for a package."""
    from appscan.readers.recording_zip import is_recording

    if is_unread_kind(path):
        return ""
    if path.suffix.lower() in DOCUMENTS:
        from appscan.readers.document import reader as documents

        return documents.VERSION
    if is_recording(path, limits):
        from appscan.readers import recording

        return recording.VERSION
    from appscan.readers.apk import reader as packages

    return packages.VERSION
