"""A document on disk → Reading: picks the format by the bytes, turns what cannot be read into gaps. Knows no policy.

A document that is encrypted, damaged or made of pictures is a reading with a gap that blinds everything: nothing in it
is "not found".
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.coverage import Coverage, Gap, Kind, ReadItem
from appscan.model.reading import Reading
from appscan.readers.apk.container import open_container
from appscan.readers.apk.source import open_source
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.document.blocks import Block, BlockWriter, BrokenOffError, Form
from appscan.readers.document.docx import WordDocument
from appscan.readers.document.markdown import markdown_blocks
from appscan.readers.document.plain import decoded, text_blocks
from appscan.readers.limits import MEBIBYTE, Deadline, InflateBudget, Limits
from appscan.readers.no_code import no_code, no_resources

VERSION = "document/1"
"""Name and version of this reader; raised whenever the same bytes would give another reading."""

SUFFIXES = (".docx", ".docm", ".pdf", ".txt", ".md", ".markdown")
"""Documents that this reader opens."""

LARGEST = 256 * MEBIBYTE
LARGEST_TEXT = 32 * MEBIBYTE
DOCUMENT_LIMITS = {"entries": 20_000, "entry_bytes": 128 * MEBIBYTE, "inflated_bytes": 512 * MEBIBYTE}

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of a compound file: an old Word document, or a new one under a password (MS-OFFCRYPTO, 2.3)."""
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

PICTURED = 0.1
"""Share of the pages that are pictures from which on a document counts as scanned."""

FEW_LETTERS = 40

Stage = Callable[[str, float], None]


def read_document(path: Path, name: str, limits: Limits, deadline: Deadline, on_stage: Stage) -> Reading:
    """Read one document. Raises UnreadableError (name) `missing_file`, `not_a_file`, `empty_file`, `unreadable_file`,
    `file_too_large`; everything else that is wrong with it is a gap of the reading."""
    on_stage("text", 0.0)
    sha256, size, head = _measured(path, name)
    work = _Reader(path, name, limits, deadline)
    work.read(head)
    on_stage("text", 1.0)
    artifact = Artifact(ArtifactKind.DOCUMENT, name, sha256, size, label=work.writer.title)
    return Reading(artifact, VERSION, work.pool.freeze(), work.rows.freeze(), no_resources(), no_code(),
                   Coverage(work.read_items(), tuple(work.gaps)), work.details)


def reading_of_text(text: str, name: str = "example") -> Reading:
    """The reading of a text in Markdown that lies in no file (examples of the packs)."""
    pool = StringPool()
    pool.add("")
    rows = FactRows(pool)
    BlockWriter(rows, name).write(markdown_blocks(text))
    return Reading(Artifact(ArtifactKind.DOCUMENT, name, "0" * 64, 0), VERSION, pool.freeze(), rows.freeze(),
                   no_resources(), no_code(), Coverage())


class _Reader:
    """One document while it is read."""

    def __init__(self, path: Path, name: str, limits: Limits, deadline: Deadline) -> None:
        self.path, self.name, self.limits, self.deadline = path, name, limits, deadline
        self.pool = StringPool()
        self.pool.add("")
        self.rows = FactRows(self.pool)
        self.writer = BlockWriter(self.rows, name)
        self.gaps: list[Gap] = []
        self.details: dict[str, str] = {}
        self.counts: dict[Form, int] = {}
        self.pages = 0

    def read(self, head: bytes) -> None:
        """Write the blocks of the document, and gaps for what could not be read."""
        try:
            if head.startswith(OLE):
                self._compound()
            elif head.startswith(b"PK\x03\x04") or self.path.suffix.lower() in (".docx", ".docm"):
                self._word()
            elif b"%PDF-" in head or self.path.suffix.lower() == ".pdf":
                self._pdf()
            else:
                self._text()
        except BrokenOffError as error:
            self._lost(error.reason, error.params)
        except (UnreadableError, LimitReached) as error:
            what = {"what": error.key} if error.key in _DAMAGED else {
                name: str(value) for name, value in error.params.items() if name not in ("name", "entry")}
            self._lost("document_damaged" if error.key in _DAMAGED else error.key, what)

    def read_items(self) -> tuple[ReadItem, ...]:
        """How much was read."""
        counts = (("document_pages", self.pages), ("headings", self.counts.get(Form.HEADING, 0)),
                  ("paragraphs", self.counts.get(Form.PARAGRAPH, 0) + self.counts.get(Form.ITEM, 0)),
                  ("table_rows", self.counts.get(Form.ROW, 0)))
        return tuple(ReadItem(what, count) for what, count in counts if count)

    def _lost(self, reason: str, params: Mapping[str, str]) -> None:
        """A document, or the rest of one, that could not be read."""
        self.gaps.append(Gap(frozenset(Kind), self.name, reason, params, blinds=True))

    def _write(self, blocks: Iterator[Block]) -> None:
        """Write blocks; a document that breaks off keeps what came before."""
        counts = dict.fromkeys(Form, 0)
        self.counts = counts
        for some in iter(lambda: list(itertools.islice(blocks, 500)), []):
            self.deadline.check()
            for form, count in self.writer.write(some).items():
                counts[form] += count

    def _text(self) -> None:
        raw = self.path.read_bytes()
        if len(raw) > LARGEST_TEXT:
            raise BrokenOffError("document_too_long", limit=LARGEST_TEXT)
        text, encoding = decoded(raw)
        self.details["encoding"] = encoding
        markdown = self.path.suffix.lower() in (".md", ".markdown")
        self._write(markdown_blocks(text) if markdown else text_blocks(text))

    def _word(self) -> None:
        limits = Limits(seconds=self.limits.seconds, memory_bytes=self.limits.memory_bytes, **DOCUMENT_LIMITS)
        container = open_container(self.path, limits, name=self.name, budget=InflateBudget(limits.inflated_bytes))
        document = WordDocument(container, self.deadline)
        self.gaps += document.gaps()
        self._write(_until_damaged(document.blocks(), self.gaps, self.name))
        self.pages = document.pages
        pictures = next((gap for gap in self.gaps if gap.reason == "document_pictures"), None)
        if pictures is not None and self.writer.characters < FEW_LETTERS:
            self.gaps.remove(pictures)
            self.gaps.append(Gap(frozenset(Kind), self.name, "document_scanned",
                                 {"pages": pictures.params["count"]}, blinds=True))
        elif not self.writer.characters and not self.gaps:
            raise BrokenOffError("document_empty")

    def _pdf(self) -> None:
        try:
            from appscan.readers.document.pdf import PdfDocument
        except ImportError:
            raise BrokenOffError("pdf_reader_missing") from None

        document = PdfDocument(self.path, self.deadline)
        try:
            self._write(document.blocks())
        finally:
            self.pages = document.pages
            self._page_gaps([look.number for look in document.looks if look.pictured], "document_scanned", PICTURED)
            self._page_gaps([look.number for look in document.looks if look.garbled], "document_garbled", 0.0)
            self._page_gaps([look.number for look in document.looks if look.damaged], "document_page_damaged", 0.0)
            document.close()
        if not self.writer.characters and not self.gaps:
            raise BrokenOffError("document_empty")

    def _page_gaps(self, numbers: list[int], reason: str, share: float) -> None:
        """One gap for pages that could not be read; it blinds where they are more than a share of all."""
        if numbers:
            blinds = len(numbers) > share * self.pages
            self.gaps.append(Gap(frozenset(Kind), self.name, reason,
                                 {"pages": _ranges(numbers), "of": str(self.pages)}, blinds=blinds))

    def _compound(self) -> None:
        raw = self.path.read_bytes()
        raise BrokenOffError("document_encrypted" if ENCRYPTED_PACKAGE in raw else "document_old_format")


_DAMAGED = frozenset({"not_a_zip", "truncated_zip", "entry_damaged"})
"""Errors that say in the words of a format that the file is damaged."""


def _until_damaged(blocks: Iterator[Block], gaps: list[Gap], name: str) -> Iterator[Block]:
    """Blocks up to the place where the document breaks off, which becomes a gap; so what came before is kept."""
    try:
        yield from blocks
    except BrokenOffError as error:
        gaps.append(Gap(frozenset(Kind), name, error.reason, error.params, blinds=True))


def _measured(path: Path, name: str) -> tuple[str, int, bytes]:
    """SHA-256, size and first bytes of a file."""
    try:
        source = open_source(path)
    except UnreadableError as error:
        raise UnreadableError(error.key, **{**error.params, "name": name}) from None
    if source.length > LARGEST:
        raise UnreadableError("file_too_large", name=name, limit=LARGEST // MEBIBYTE)
    return source.sha256(), source.length, source.slice(0, 1024)


def _ranges(numbers: list[int]) -> str:
    """Page numbers as people write them: 2-4, 7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    named = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    return ", ".join(named[:20]) + ("…" if len(named) > 20 else "")
