"""Small documents for tests: read from bytes, told as plain blocks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from appscan.model.reading import Fact, Reading
from appscan.readers.document.reader import read_document
from appscan.readers.limits import Deadline, Limits

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(folder: Path, name: str, content: bytes) -> Reading:
    """The reading of a file with this content."""
    path = folder / name
    path.write_bytes(content)
    return read_file(path)


def read_file(path: Path, seconds: float = 60) -> Reading:
    """The reading of a file that is there."""
    return read_document(path, path.name, Limits(), Deadline(seconds), _silent)


def _silent(_stage: str, _done: float) -> None:
    """A progress that says nothing."""


def texts(reading: Reading) -> list[tuple[str, str]]:
    """(role, text) of every text, in order."""
    facts, strings = reading.facts, reading.strings
    return [(strings[int(facts.role[row])], strings[int(facts.value[row])]) for row in range(len(facts.kind))
            if facts.kind[row] == Fact.TEXT]


def word(body: str, **parts: str | bytes) -> bytes:
    """A Word document with this body; further parts by name (`word/styles.xml` as word__styles)."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {WORD}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_png", ".png"), content)
    return whole.getvalue()


def paragraph(text: str) -> str:
    """One paragraph."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def gaps(reading: Reading) -> list[tuple[str, bool]]:
    """(reason, blinds) of each gap."""
    return [(gap.reason, gap.blinds) for gap in reading.coverage.gaps]
