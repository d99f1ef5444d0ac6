"""A body that may be large, written to a file piece by piece as it comes. Knows no page."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from appscan.serve.refusals import Refused
from appscan.store import storable

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LONGEST_FIELD = 4000
MOST_FIELDS = 20
LONGEST_NAME = 200


@dataclass(slots=True)
class Upload:
    """Fields of the form, and the file with the name its sender gave it; `size` 0 where there was none."""

    path: Path = Path()
    name: str = ""
    size: int = 0
    fields: dict[str, str] = field(default_factory=dict)


def plain_name(name: str) -> str:
    """The last part of a name, whatever system it came from, without control characters."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return storable("".join(letter for letter in last if letter.isprintable()))[-LONGEST_NAME:]


@contextlib.asynccontextmanager
async def raw_body(request: Request, name: str) -> AsyncIterator[Upload]:
    """The body itself as the file."""
    with tempfile.NamedTemporaryFile(prefix="appscan-upload-") as file:
        upload = Upload(Path(file.name), plain_name(name))
        async for piece in request.stream():
            upload.size += len(piece)
            await run_in_threadpool(file.write, piece)
        await run_in_threadpool(file.flush)
        yield upload


@contextlib.asynccontextmanager
async def form_body(request: Request, proved: Callable[[str], None]) -> AsyncIterator[Upload]:
    """A form with one file. `proved` is asked with the field `form_token`, which must come before the file, so that
    nothing of a foreign form is ever written. Raises Refused 400 for what is no such form."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        proved("")
        raise Refused(400, "wrong")
    with tempfile.NamedTemporaryFile(prefix="appscan-upload-") as file:
        reader = _Reader(Upload(Path(file.name)), file, proved)
        try:
            parser = MultipartParser(options[b"boundary"], reader.callbacks())
            async for piece in request.stream():
                await run_in_threadpool(parser.write, piece)
            parser.finalize()
        except FormParserError:
            raise Refused(400, "wrong") from None
        if not reader.is_proved:
            raise Refused(403, "form")
        await run_in_threadpool(file.flush)
        yield reader.upload


class _Reader:
    """What the parser calls, part by part."""

    def __init__(self, upload: Upload, file: IO[bytes], proved: Callable[[str], None]) -> None:
        self.upload, self._file, self._proved = upload, file, proved
        self.is_proved = False
        self._header = self._value = self._disposition = b""
        self._name, self._is_file, self._field = "", False, b""

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {"on_part_begin": self._begin, "on_header_field": self._header_field,
                "on_header_value": self._header_value, "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished, "on_part_data": self._data, "on_part_end": self._end}

    def _begin(self) -> None:
        self._header = self._value = self._disposition = self._field = b""
        self._name, self._is_file = "", False

    def _header_field(self, content: bytes, start: int, end: int) -> None:
        self._header += content[start:end]
        self._bounded(self._header)

    def _header_value(self, content: bytes, start: int, end: int) -> None:
        self._value += content[start:end]
        self._bounded(self._value)

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if self._is_file:
            if not self.is_proved:
                raise Refused(403, "form")
            if self.upload.size:
                raise Refused(400, "wrong")
            self.upload.name = plain_name(options[b"filename"].decode("utf-8", "replace"))

    def _data(self, content: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file.write(memoryview(content)[start:end])
            self.upload.size += end - start
            return
        self._field += content[start:end]
        self._bounded(self._field)

    def _end(self) -> None:
        if self._is_file:
            return
        value = self._field.decode("utf-8", "replace")
        if self._name == "form_token":
            self._proved(value)
            self.is_proved = True
        elif len(self.upload.fields) >= MOST_FIELDS:
            raise Refused(400, "wrong")
        else:
            self.upload.fields[self._name] = storable(value.strip())

    def _bounded(self, text: bytes) -> None:
        if len(text) > LONGEST_FIELD:
            raise Refused(400, "wrong")
