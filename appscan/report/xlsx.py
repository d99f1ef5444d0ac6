"""Reports as a workbook: summary, verdicts, findings, coverage, and the pictures of a crawl. Knows no file and
no command.

Every text is written as text: what an app begins with `=` stays a quotation and never becomes a formula.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from appscan.model.judgement import Verdict
from appscan.pictures import fitted
from appscan.report.album import Album, digest_of, figure_of
from appscan.report.declared import compared, declaration_named, reason_of
from appscan.report.exemption_words import records_told
from appscan.report.moments import time_named
from appscan.report.places import PlaceTold, discreet, places_told
from appscan.report.summary import is_blinding, ranked, summarise
from appscan.report.words import (
    Json,
    actor_named,
    app_name,
    check_title,
    clause_source,
    gap_reason,
    in_language,
    interval_in_short,
    kinds_named,
    message,
    reasons_of,
    web_place_named,
)
from appscan.texts import Language, say

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int

MOST_ROWS = 100_000
"""Rows of one sheet; a workbook takes a million, people do not."""

MOST_PICTURES = 80
A4: Literal[9] = 9
"""The number of the paper in a workbook (ECMA-376, 18.3.1.63)."""
PICTURE_WIDTH, PICTURE_HEIGHT = 360, 520
"""Pixels; a row of a sheet is 409 points high at most, which is 545 pixels."""
LINE, HIGHEST_ROW = 15, 409
"""Points."""
CELL = 2000
QUOTES = 3

HEAD, RED, AMBER, GREY, GREEN = "D9E2EC", "F8D7DA", "FFF3CD", "E9ECEF", "D9F2E3"
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and its width in characters."""

    heading: str
    width: int


def to_xlsx(documents: Sequence[Json], lang: Language = "zh", albums: Sequence[Album] = ()) -> bytes:
    """Reports as one workbook; the pictures come from the albums, one for each document."""
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    _summary(book, documents, lang)
    _verdicts(book, documents, lang)
    _findings(book, documents, lang)
    _coverage(book, documents, lang)
    _exemptions(book, documents, lang)
    _pictures(book, documents, lang, albums)
    book.properties.creator = "appscan"
    moments = [moment for document in documents if (moment := _moment(document["ended"]))]
    if moments:  # equal reports give equal workbooks
        book.properties.created = book.properties.modified = max(moments)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _summary(book: Workbook, documents: Sequence[Json], lang: Language) -> None:
    rows: list[tuple[Cell, ...]] = []
    for document in documents:
        name, tool, app = app_name(document, lang), document["tool"], document["app"]
        facts: list[tuple[str, Cell]] = [
            ("report.overall", say(lang, f"verdicts.{document['overall']}")),
            *summarise(document).numbers(),
            ("report.fact.owner", app["owner"]), ("report.fact.operator", document["operator"]),
            ("report.fact.authority", document["authority"]),
            *((f"report.fact.{name}", time_named(document[name], lang)) for name in ("started", "ended")),
            ("report.fact.tool", f"{tool['name']} {tool['version']}"),
            ("report.fact.packs", tool["packs"]), ("report.fact.checks_digest", tool["checks_digest"]),
            ("report.fact.profile", say(lang, f"profiles.{document['profile']}")),
            *(("report.artifact", f"{one['name']} {one['version_name']} SHA-256 {one['sha256']}")
              for one in document["artifacts"])]
        if not document["complete"]:
            facts.insert(0, ("sheet.note", say(lang, "report.incomplete")))
        rows += [(name, say(lang, key), value) for key, value in facts if value != ""]
        rows += [(name, say(lang, "sheet.note"), message(lang, "errors", one["id"], one["params"]))
                 for one in document["errors"]]
    columns = (Column(say(lang, "report.fact.name"), 26), Column(say(lang, "sheet.item"), 22),
               Column(say(lang, "sheet.value"), 74))
    _fill(book, say(lang, "sheet.summary"), columns, rows)


def _verdicts(book: Workbook, documents: Sequence[Json], lang: Language) -> None:
    rows: list[tuple[Cell, ...]] = []
    for document in documents:
        for verdict in ranked(document):
            check_id, own = verdict["check_id"], [one for one in document["findings"]
                                                  if one["check_id"] == verdict["check_id"]]
            worst = max(own, key=lambda one: Verdict(one["verdict"]).severity, default=None)
            ladders = ("", "") if worst is None else tuple(
                interval_in_short(lang, name, worst[name], worst[f"{name}_at_most"]) for name in ("presence", "force"))
            rows.append((app_name(document, lang), check_id, check_title(document, check_id, lang),
                         say(lang, f"verdicts.{verdict['verdict']}"), *ladders,
                         declaration_named(compared(document, check_id, verdict["verdict"]), lang),
                         reason_of(document, check_id, lang), sum(len(one["occurrences"]) for one in own),
                         "\n".join(reasons_of(document, check_id, lang))))
    columns = (Column(say(lang, "report.fact.name"), 24), Column(say(lang, "sheet.check_id"), 18),
               Column(say(lang, "report.column.check"), 22), Column(say(lang, "report.column.verdict"), 14),
               Column(say(lang, "report.presence"), 18), Column(say(lang, "report.force"), 18),
               Column(say(lang, "report.column.declaration"), 16), Column(say(lang, "sheet.declared_reason"), 30),
               Column(say(lang, "report.column.places"), 8), Column(say(lang, "report.why"), 60))
    _fill(book, say(lang, "sheet.verdicts"), columns, rows, coloured=3, words=_colours(lang))


def _findings(book: Workbook, documents: Sequence[Json], lang: Language) -> None:
    """A row for each occurrence."""
    rows: list[tuple[Cell, ...]] = []
    for document in documents:
        shared = [_of_finding(document, finding, lang) for finding in document["findings"]]
        own = {id(finding): texts for finding, texts in zip(document["findings"], shared, strict=True)}
        rows += [_finding_row(told, own[id(told.finding)], lang) for told in places_told(document, lang, QUOTES)]
    columns = (Column(say(lang, "report.fact.name"), 22), Column(say(lang, "report.column.check"), 16),
               Column(say(lang, "report.column.verdict"), 14), Column(say(lang, "sheet.exemption"), 14),
               Column(say(lang, "sheet.where"), 44), Column(say(lang, "sheet.evidence"), 64),
               Column(say(lang, "sheet.file"), 34), Column(say(lang, "sheet.pieces"), 8),
               Column(say(lang, "report.fingerprint"), 19), Column(say(lang, "report.clauses"), 50),
               Column(say(lang, "report.artifact"), 24), Column(say(lang, "report.what_to_do"), 50))
    _fill(book, say(lang, "sheet.findings"), columns, rows, coloured=2, words=_colours(lang))


@dataclass(frozen=True, slots=True)
class _OfFinding:
    """What all rows of one finding share."""

    head: tuple[str, str, str]
    tail: tuple[str, str, str]


def _of_finding(document: Json, finding: Json, lang: Language) -> _OfFinding:
    texts = {clause["id"]: clause for clause in document["clauses"]}
    clauses = [_clause(texts[key], lang) for key in finding["clauses"] if key in texts]
    notice = next((in_language(one["notice"], lang) for one in document["checks"] if one["id"] == finding["check_id"]),
                  "")
    artifact = next((one["name"] for one in document["artifacts"] if one["sha256"] == finding["artifact"]), "")
    return _OfFinding((app_name(document, lang), check_title(document, finding["check_id"], lang),
                       say(lang, f"verdicts.{finding['verdict']}")), ("\n".join(clauses), artifact, notice))


def _finding_row(told: PlaceTold, shared: _OfFinding, lang: Language) -> tuple[Cell, ...]:
    exemption = say(lang, f"verdicts.{told.exemption.state.value}") if told.exemption else ""
    return (*shared.head, exemption, told.where, "\n".join(told.quotes),
            " · ".join(part for part in (told.file, told.element) if part), len(told.occurrence["evidence"]),
            told.fingerprint, *shared.tail)


def _clause(clause: Json, lang: Language) -> str:
    source = clause_source(clause, lang)
    return source if clause["quotable"] else f"[{say(lang, 'report.reference')}] {source}"


def _exemptions(book: Workbook, documents: Sequence[Json], lang: Language) -> None:
    """All exemption records; the sheet is there only where there is one."""
    rows = [(app_name(document, lang), one.check, one.state, one.told, one.places)
            for document in documents for one in records_told(document, lang)]
    if rows:
        names = ("report.fact.name", "report.column.check", "sheet.state", "exemption.title", "report.column.places")
        columns = [Column(say(lang, key), width) for key, width in zip(names, (24, 22, 22, 90, 8), strict=True)]
        _fill(book, say(lang, "sheet.exemption"), columns, rows)


def _coverage(book: Workbook, documents: Sequence[Json], lang: Language) -> None:
    rows: list[tuple[Cell, ...]] = []
    for document in documents:
        name, names = app_name(document, lang), {one["sha256"]: one["name"] for one in document["artifacts"]}
        for item in document["coverage"]["read"]:
            what = message(lang, "read", item["what"], {})
            read: tuple[Cell, ...] = (name, names.get(item["artifact"], ""), say(lang, "report.was_read"), what)
            rows.append((*read, f"{item['count']:,}", "", ""))
        for gap in sorted(document["coverage"]["gaps"], key=lambda one: not is_blinding(one)):
            state = say(lang, "sheet.blinding" if is_blinding(gap) else "sheet.local")
            rows.append((name, names.get(gap["artifact"], ""), state,
                         web_place_named(gap["place"], lang), gap_reason(gap, lang), kinds_named(lang, gap["kinds"]),
                         in_language(gap["advice"], lang)))
    columns = (Column(say(lang, "report.fact.name"), 22), Column(say(lang, "report.artifact"), 24),
               Column(say(lang, "sheet.state"), 18), Column(say(lang, "sheet.what"), 40),
               Column(say(lang, "sheet.reason"), 44), Column(say(lang, "sheet.kinds"), 30),
               Column(say(lang, "report.what_to_do"), 50))
    colours = {say(lang, "sheet.blinding"): RED, say(lang, "sheet.local"): AMBER, say(lang, "report.was_read"): GREEN}
    _fill(book, say(lang, "sheet.coverage"), columns, rows, coloured=2, words=colours)


def _pictures(book: Workbook, documents: Sequence[Json], lang: Language, albums: Sequence[Album]) -> None:
    """Framed pictures of the occurrences, each once; the sheet is there only where a picture is."""
    from openpyxl.drawing.image import Image

    seen: set[tuple[str, str]] = set()
    rows: list[tuple[tuple[Cell, ...], bytes, tuple[int, int]]] = []
    for document, album in zip(documents, albums, strict=False):
        for told in places_told(document, lang, 1) if document.get("pictures") else ():
            figure = figure_of(document, told.occurrence)
            key = (told.finding["check_id"], digest_of(figure) if figure else "")
            if figure is None or key in seen or len(rows) >= MOST_PICTURES:
                continue
            seen.add(key)
            shot = album.shot(figure)
            if shot is None:
                continue
            cells = (app_name(document, lang), check_title(document, told.finding["check_id"], lang), told.where,
                     told.fingerprint, actor_named(shot.actor, lang), shot.sha256)
            size = fitted(shot.picture.width, shot.picture.height, PICTURE_WIDTH, PICTURE_HEIGHT)
            rows.append((cells, shot.picture.content, size))
    if not rows:
        return
    columns = (Column(say(lang, "report.fact.name"), 22), Column(say(lang, "report.column.check"), 16),
               Column(say(lang, "sheet.where"), 40), Column(say(lang, "report.fingerprint"), 19),
               Column(say(lang, "report.fact.actors"), 14), Column("SHA-256", 20),
               Column(say(lang, "sheet.picture"), PICTURE_WIDTH // 7 + 2))
    sheet = _fill(book, say(lang, "sheet.pictures"), columns, [(*cells, "") for cells, _, _ in rows])
    for number, (_, content, size) in enumerate(rows, 2):
        picture = Image(io.BytesIO(content))
        picture.width, picture.height = size
        sheet.row_dimensions[number].height = size[1] * 0.75 + 6
        sheet.add_image(picture, f"G{number}")


def _fill(book: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], coloured: int = -1,
          words: dict[str, str] | None = None) -> Worksheet:
    """A sheet with a frozen head, filters and widths; the column `coloured` is shaded after its `words`."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Worksheet = book.create_sheet(_plain(title)[:31])
    styles = _Styles(sheet, words or {})
    for index, column in enumerate(columns, 1):
        styles.head(sheet.cell(1, index, column.heading))
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    last = 1
    for last, row in zip(range(2, MOST_ROWS + 2), rows, strict=False):
        lines = 0
        for index, (value, column) in enumerate(zip(row, columns, strict=True), 1):
            cell = sheet.cell(last, index)
            if isinstance(value, str):
                text = _plain(value)
                cell.value, cell.data_type = text, "s"
                lines = max(lines, _lines(text, column.width))
            else:
                cell.value = value
            styles.body(cell, str(value) if index - 1 == coloured else "")
        if lines > 1:  # LibreOffice, and what is built on it, shows one line of a row whose height is not told
            sheet.row_dimensions[last].height = min(lines * LINE, HIGHEST_ROW)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    return sheet


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of `width` letters; a Han letter is as wide as two others, and a line of
    words is not filled to its end."""
    return sum(max(1, math.ceil(len(part.encode("gb18030")) / (width * 0.9))) for part in text.split("\n"))


class _Styles:
    """The looks of cells, each made once: openpyxl compares every style that is set with all others, which takes
    seconds for some thousand rows."""

    def __init__(self, sheet: Worksheet, words: Mapping[str, str]) -> None:
        from openpyxl.cell import Cell as SheetCell
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        line = Side(style="thin", color="BFC7D1")

        def made(colour: str, bold: bool, vertical: Literal["top", "center"]) -> Any:
            cell: Any = SheetCell(sheet, 1, 1)
            cell.border = Border(line, line, line, line)
            cell.alignment = Alignment(vertical=vertical, wrap_text=True)
            cell.font = Font(bold=bold)
            if colour:
                cell.fill = PatternFill("solid", fgColor=colour)
            return cell._style

        self._head, self._body = made(HEAD, True, "center"), made("", False, "top")
        self._words = {word: made(colour, False, "top") for word, colour in words.items()}

    def head(self, cell: Any) -> None:
        """Dress a cell of the heading."""
        cell._style = self._head

    def body(self, cell: Any, word: str) -> None:
        """Dress a cell; one of the known words is shaded."""
        cell._style = self._words.get(word, self._body)


def _colours(lang: Language) -> dict[str, str]:
    """Shades of the verdicts; the word stands there too, so colour is never the only sign."""
    shades = {Verdict.LIKELY_VIOLATION: RED, Verdict.NEEDS_REVIEW: AMBER, Verdict.MISSING: AMBER,
              Verdict.INCONCLUSIVE: GREY, Verdict.EXEMPT: GREY, Verdict.EXEMPT_CLAIMED: AMBER, Verdict.NOT_FOUND: GREEN}
    return {say(lang, f"verdicts.{verdict.value}"): shade for verdict, shade in shades.items()}


def _plain(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", discreet(text))[:CELL]


def _moment(moment: str) -> datetime | None:
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return None
