"""A reading as one file, *.reading: a ZIP with header.json, columns.bin and, where there is one, icon. Knows no APK and
no check.

A file may come from anybody: all of it is checked when read, and nothing unpacks beyond a fixed size.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import Artifact, ArtifactKind, Certificate, Part
from appscan.model.coverage import Coverage, Gap, Kind, ReadItem
from appscan.model.reading import Reading
from appscan.readers.apk import icons
from appscan.readers.apk.container import Container, open_container
from appscan.readers.limits import MEBIBYTE, Limits
from appscan.readers.packed import earlier
from appscan.readers.packed.streams import LARGEST_UNPACKED, ColumnReader, ColumnWriter, DamagedError
from appscan.readers.packed.strings import read_strings, write_strings
from appscan.readers.packed.tables import (
    MOST_ROWS,
    read_code,
    read_facts,
    read_resources,
    row_counts,
    write_code,
    write_facts,
    write_resources,
)

FORMAT = 2
"""What is written; format 1 (`packed/earlier.py`) is read still."""
HEADER, COLUMNS, ICON = "header.json", "columns.bin", "icon"
FILE_LIMITS = Limits(entries=16, entry_bytes=256 * MEBIBYTE, inflated_bytes=256 * MEBIBYTE)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def save_reading(reading: Reading, path: Path) -> int:
    """Write `reading` to `path`, whole or not at all; the size of the file in bytes."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_bytes(packed_reading(reading))
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path.stat().st_size


def packed_reading(reading: Reading) -> bytes:
    """The bytes of a file that holds `reading`; the same reading gives the same bytes."""
    writer = ColumnWriter()
    write_strings(writer, reading.strings)
    write_facts(writer, reading.facts)
    write_resources(writer, reading.resources)
    write_code(writer, reading.code, reading.strings)
    columns, sizes = writer.finish()
    header = {"format": FORMAT, **_header(reading), "widths": "".join(map(str, writer.widths)), "sizes": sizes}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, ZIP_TIME), _json(header), zipfile.ZIP_DEFLATED, 9)
        archive.writestr(zipfile.ZipInfo(COLUMNS, ZIP_TIME), columns, zipfile.ZIP_STORED)
        if reading.icon:
            archive.writestr(zipfile.ZipInfo(ICON, ZIP_TIME), reading.icon, zipfile.ZIP_STORED)
    return packed.getvalue()


def load_reading(path: Path) -> Reading:
    """Read a file that `save_reading` wrote. Raises UnreadableError as `unpacked_reading` does, and what opening a file
    raises (`missing_file`, `unreadable_file`, `not_a_file`, `empty_file`; name)."""
    return unpacked_reading(path, path.name)


def unpacked_reading(packed: Path | bytes, name: str) -> Reading:
    """The reading in the bytes of such a file.

    Raises UnreadableError `reading_damaged` (name, reason), `reading_version` (name, version, supported).
    """
    try:
        container = open_container(packed, FILE_LIMITS, name=name)
        header = json.loads(_member(container, HEADER))
        if not isinstance(header, dict):
            raise DamagedError("header")
        if header.get("format") not in (FORMAT, earlier.FORMAT):
            raise UnreadableError("reading_version", name=name, version=str(header.get("format"))[:20],
                                  supported=FORMAT)
        icon = _member(container, ICON) if ICON in container else b""
        if len(icon) > icons.LARGEST:
            raise DamagedError("icon")
        return replace(_reading(header, _member(container, COLUMNS)), icon=icon)
    except UnreadableError as error:
        if error.key in ("not_a_zip", "truncated_zip", "entry_damaged", "entry_encrypted"):
            raise UnreadableError("reading_damaged", name=name, reason=error.key) from None
        raise
    except DamagedError as error:
        raise UnreadableError("reading_damaged", name=name, reason=str(error)) from None
    except (LimitReached, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        raise UnreadableError("reading_damaged", name=name, reason="header") from None


def reading_digest(reading: Reading) -> str:
    """SHA-256, lower-case hex, over header, columns and icon as they are in memory: the same before saving and
    after."""
    digest = hashlib.sha256(_json(_header(reading)))
    digest.update(reading.strings.blob)
    for table in (reading.strings, reading.facts, reading.resources, reading.code):
        for column in _columns(table):
            digest.update(np.ascontiguousarray(column.astype(column.dtype.newbyteorder("<"), copy=False)).data)
    digest.update(reading.icon)
    return digest.hexdigest()


def _columns(table: Any) -> Iterator[NDArray[Any]]:
    """All arrays of a table and of the tables in it, in the order of their declaration."""
    for column in fields(table):
        value = getattr(table, column.name)
        if is_dataclass(value):
            yield from _columns(value)
        elif isinstance(value, np.ndarray):
            yield value


def _json(header: dict[str, Any]) -> bytes:
    return json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")


def _header(reading: Reading) -> dict[str, Any]:
    """All of a reading but its columns, as JSON values."""
    gaps = [{"kinds": sorted(gap.kinds), "place": gap.place, "reason": gap.reason, "params": dict(gap.params),
             "blinds": gap.blinds} for gap in reading.coverage.gaps]
    return {"reader": reading.reader, "artifact": asdict(reading.artifact), "details": dict(reading.details),
            "read": [asdict(item) for item in reading.coverage.read], "gaps": gaps,
            "strings": [len(reading.strings), len(reading.strings.blob)],
            "rows": row_counts(reading.facts, reading.resources, reading.code)}


def _member(container: Container, name: str) -> bytes:
    if name not in container:
        raise DamagedError(name)
    content = container.read(name)
    if zlib.crc32(content) != container.entry(name).crc:
        raise DamagedError("checksum")
    return content


def _reading(header: dict[str, Any], columns: bytes) -> Reading:
    rows = {name: _count(count, MOST_ROWS) for name, count in header["rows"].items()}
    strings_count, blob_size = (_count(count, most) for count, most in zip(
        header["strings"], (MOST_ROWS, LARGEST_UNPACKED), strict=True))
    sizes = {name: (_count(raw, LARGEST_UNPACKED), _count(packed, LARGEST_UNPACKED))
             for name, (raw, packed) in header["sizes"].items()}
    widths = [int(width) for width in header["widths"]]
    if header["format"] == earlier.FORMAT:
        reader = ColumnReader(columns, sizes, widths, earlier.unpack)
        strings = earlier.read_strings(reader, strings_count, blob_size)
    else:
        reader = ColumnReader(columns, sizes, widths)
        strings = read_strings(reader, strings_count, blob_size)
    facts = read_facts(reader, rows["facts"], strings_count)
    resources = read_resources(reader, rows["resources"], strings_count)
    code = read_code(reader, rows, strings)
    reader.finish()
    coverage = Coverage(tuple(ReadItem(_text(item["what"]), _count(item["count"], LARGEST_UNPACKED))
                              for item in header["read"]), tuple(_gap(gap) for gap in header["gaps"]))
    return Reading(_artifact(header["artifact"]), _text(header["reader"]), strings, facts, resources, code, coverage,
                   _texts(header["details"]))


def _count(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise DamagedError("count")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise DamagedError("text")
    return value


def _texts(values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise DamagedError("texts")
    return {name: _text(value) for name, value in values.items()}


def _artifact(raw: dict[str, Any]) -> Artifact:
    parts = tuple(Part(_text(part["name"]), _text(part["sha256"]), _count(part["size"], 1 << 50))
                  for part in raw["parts"])
    certificates = tuple(Certificate(_text(one["scheme"]), _text(one["subject"]), _text(one["sha256"]))
                         for one in raw["certificates"])
    plain = {name: _text(raw[name]) for name in ("name", "sha256", "package", "label", "version_name", "version_code",
                                                 "min_sdk", "target_sdk")}
    return Artifact(kind=ArtifactKind(raw["kind"]), size=_count(raw["size"], 1 << 50), parts=parts,
                    certificates=certificates, **plain)


def _gap(raw: dict[str, Any]) -> Gap:
    if not isinstance(raw["blinds"], bool):
        raise DamagedError("gap")
    return Gap(frozenset(Kind(kind) for kind in raw["kinds"]), _text(raw["place"]), _text(raw["reason"]),
               _texts(raw["params"]), raw["blinds"])
