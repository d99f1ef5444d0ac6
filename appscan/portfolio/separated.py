"""Separated text (.csv, .tsv) in UTF-8, UTF-16 or GB18030 → a grid. Knows no column."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from appscan.errors import UsageError
from appscan.portfolio.cells import Rows
from appscan.portfolio.table import MOST_COLUMNS, MOST_ROWS, Filled, Line, table_of

LARGEST = 64 << 20
SEPARATORS = (",", "\t", ";")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_HAN_TEXT = re.compile(r"[\x00-\x7f\u2010-\u2027\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*")
FORMULA_LIKE = re.compile(r"'*[=+\-@\t]")
"""What a spreadsheet would calculate; an apostrophe in front says that it is text."""


def read_separated(path: Path) -> Rows:
    """Rows under the heading. A row in another encoding than the rest, or in none, is a row with a fault. Raises
    UsageError `registry_large` or `registry_no_heading`."""
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise UsageError("registry_large", file=str(path), limit=MOST_ROWS)
    texts, strange = decoded(raw)
    table = table_of(list(_lines(texts, strange, str(path))))
    if table is None:
        raise UsageError("registry_no_heading", file=str(path))
    return Rows(table.rows, table.problems)


def decoded(raw: bytes) -> tuple[list[str], dict[int, str]]:
    """Lines with their ends, and the faults of lines (from 1) that are not in the encoding of the rest.

    Whole UTF-8 is UTF-8. Else the file is GB18030 (which holds GBK and GB 2312), and a line of it that is UTF-8 and
    nothing but Chinese and ASCII was written by another program.
    """
    if raw.startswith(UTF_16):
        return _split(raw.decode("utf-16", "replace")), {}
    try:
        return _split(raw.decode("utf-8-sig")), {}
    except UnicodeDecodeError:
        pass
    raw = raw.removeprefix(codecs.BOM_UTF8)
    texts, strange = [], {}
    mostly_utf8 = _mostly_utf8(raw)
    for number, line in enumerate(_by_newline(raw), 1):
        text, fault = _line(line, mostly_utf8)
        texts.append(text)
        if fault:
            strange[number] = fault
    return texts, strange


def _line(line: bytes, mostly_utf8: bool) -> tuple[str, str]:
    as_utf8, as_gb = _tried(line, "utf-8"), _tried(line, "gb18030")
    is_utf8 = as_utf8 is not None and (mostly_utf8 or _HAN_TEXT.fullmatch(as_utf8) is not None)
    if line.isascii():
        return line.decode("ascii"), ""
    if is_utf8 and as_utf8 is not None:
        return as_utf8, "" if mostly_utf8 else "other_encoding"
    if as_gb is not None:
        return as_gb, "other_encoding" if mostly_utf8 else ""
    return line.decode("utf-8", "replace"), "no_encoding"


def _mostly_utf8(raw: bytes) -> bool:
    """Whether more lines with Chinese in them are UTF-8 than are not."""
    lines = [line for line in _by_newline(raw) if not line.isascii()]
    utf8 = sum(1 for line in lines if (text := _tried(line, "utf-8")) is not None and _HAN_TEXT.fullmatch(text))
    return utf8 * 2 > len(lines)


def _by_newline(raw: bytes) -> list[bytes]:
    """Lines of either encoding: no trailing byte of GB18030 is a line end."""
    return re.findall(rb"[^\n]*\n|[^\n]+$", raw)


def _tried(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _split(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _lines(texts: Sequence[str], strange: dict[int, str], name: str) -> Iterator[Line]:
    reader = csv.reader(iter(texts), delimiter=_separator(texts), strict=True)
    number = 0
    while True:
        number += 1
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(number, (), "quoting" if "field larger" not in str(error) else "too_long_cell")
            continue
        if number > MOST_ROWS:
            raise UsageError("registry_large", file=name, limit=MOST_ROWS)
        fault = next((strange[line] for line in range(before + 1, reader.line_num + 1) if line in strange), "")
        cells = tuple(_filled(column, text) for column, text in enumerate(row[:MOST_COLUMNS]) if text.strip())
        yield Line(number, cells, fault)


def _filled(column: int, text: str) -> Filled:
    """A cell that begins with = is a formula to every program that opens the file; an apostrophe says that it is
    text."""
    if text.startswith("="):
        return Filled(column, text[:200], "formula")
    return Filled(column, text[1:] if text.startswith("'") and FORMULA_LIKE.match(text) else text)


def _separator(texts: Sequence[str]) -> str:
    """The sign that parts most cells in the first lines."""
    start = "".join(texts[:20])
    return max(SEPARATORS, key=start.count)
