"""Entries → registry files that `read_registry` reads back as they were. Knows no database."""

from __future__ import annotations

import csv
import errno
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import yaml

from appscan.errors import UsageError
from appscan.model.registry import Entry
from appscan.portfolio.flat import document_of, rows_of
from appscan.portfolio.separated import FORMULA_LIKE
from appscan.portfolio.words import columns
from appscan.texts import Language, say

FORMATS = (".xlsx", ".csv", ".yaml", ".json")


def write_registry(entries: Sequence[Entry], path: Path, lang: Language = "zh") -> None:
    """Write all entries by the ending of the file. An existing file is never replaced. Raises UsageError."""
    write_new(path, registry_content(entries, path, lang))


def registry_content(entries: Sequence[Entry], path: Path, lang: Language = "zh") -> bytes:
    """All entries as the ending of a path says: .xlsx, .csv (UTF-8 with a mark, which spreadsheets need), .yaml or
    .json. Raises UsageError for any other."""
    match path.suffix.lower():
        case ".xlsx":
            from appscan.portfolio.template import registry_book

            return registry_book(entries, lang)
        case ".csv":
            return _csv(entries, lang).encode("utf-8-sig")
        case ".yaml" | ".yml":
            return _yaml(entries).encode()
        case ".json":
            return (json.dumps(_document(entries), ensure_ascii=False, indent=1) + "\n").encode()
        case _:
            raise UsageError("registry_kind", file=str(path), known=", ".join(FORMATS))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet. Raises UsageError `file_there` or `file_unusable`."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError("file_there", path=str(path)) from None
    except OSError as error:
        raise UsageError("file_unusable", path=str(path), reason=errno.errorcode.get(error.errno or 0, "EIO")) from None


def _csv(entries: Iterable[Entry], lang: Language) -> str:
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator="\r\n")
    writer.writerow([say(lang, f"registry_column.{column}") for column in columns()])
    for entry in entries:
        for row in rows_of(entry, lang):
            writer.writerow([_cell(row.get(column, "")) for column in columns()])
    return content.getvalue()


def _cell(value: str | int | date) -> str:
    """What a spreadsheet would take for a formula is written as text."""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if FORMULA_LIKE.match(text) else text


def _document(entries: Iterable[Entry]) -> dict[str, object]:
    return {"registry": 1, "apps": [document_of(entry) for entry in entries]}


def _yaml(entries: Iterable[Entry]) -> str:
    return yaml.dump(_document(entries), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Without aliases, which the reader refuses."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML calls it so)
        return True
