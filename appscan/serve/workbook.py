"""The list of apps as a workbook: every app that the filters find, with the numbers of the page. Every text is written
as text: what a registry begins with `=` stays a quotation. Knows no request."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from appscan.errors import UsageError
from appscan.model.days import clock
from appscan.store import ListedApp, ReviewState
from appscan.texts import Language, enumerated, say

COLUMNS = ("name", "owner", "written", "level", "region", "platforms", "verdict", "open", "confirmed", "dismissed",
           "asked", "exempted", "recorded", "standing", "status", "entry", "product")
WIDTHS = {"name": 30, "owner": 24, "written": 24, "region": 18, "platforms": 18, "recorded": 17, "entry": 16,
          "product": 16}
HEAD = "D9E2EC"
LONGEST = 4000
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Cell = str | int


def to_xlsx(apps: Iterable[ListedApp], filters: Iterable[tuple[str, str]], made: datetime, lang: Language) -> bytes:
    """One workbook: the apps, and a sheet that says by what they were filtered and when. Raises UsageError
    `registry_needs_openpyxl`."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font, PatternFill
    except ImportError:
        raise UsageError("registry_needs_openpyxl", file="xlsx") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say(lang, "desk.apps.title"))
    sheet.freeze_panes = "B2"
    for number, name in enumerate(COLUMNS):
        sheet.column_dimensions[chr(ord("A") + number)].width = WIDTHS.get(name, 11)

    def cell(value: Cell, is_head: bool = False) -> Any:
        made_cell = WriteOnlyCell(sheet, value if isinstance(value, int) else _ILLEGAL.sub("", value)[:LONGEST])
        if isinstance(value, str):
            made_cell.data_type = "s"  # never a formula
        if is_head:
            made_cell.font, made_cell.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD)
        return made_cell

    sheet.append([cell(say(lang, f"desk.apps.column.{name}"), is_head=True) for name in COLUMNS])
    count = 0
    for app in apps:
        sheet.append([cell(one) for one in row_of(app, lang)])
        count += 1
    sheet.auto_filter.ref = f"A1:{chr(ord('A') + len(COLUMNS) - 1)}{count + 1}"
    about = book.create_sheet(say(lang, "desk.apps.about"))
    told: list[tuple[str, Cell]] = [(say(lang, "desk.apps.made"), clock(made)),
            (say(lang, "desk.apps.count"), count), *filters]
    for name, value in told:
        about.append([cell(name, is_head=True), cell(value)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def row_of(app: ListedApp, lang: Language) -> list[Cell]:
    """The cells of one app."""
    recorded = clock(app.recorded) if app.recorded else ""
    verdict = say(lang, f"verdicts.{app.overall}") if app.overall else say(lang, "desk.lists.unjudged")
    standing = "claimed" if app.claimed else "office" if app.overall else ""
    return [app.name, app.body, app.owner, say(lang, f"levels.{app.level}") if app.level else "", app.region,
            enumerated(lang, [say(lang, f"registry_platform.{one}") for one in app.platforms]), verdict,
            *(int(getattr(app, state.value)) for state in ReviewState), recorded,
            say(lang, f"desk.apps.standing.{standing}") if standing else "",
            say(lang, f"registry_status.{app.status}") if app.status else say(lang, "desk.apps.unlisted"), app.entry,
            app.product]
