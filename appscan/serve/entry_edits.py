"""Edits of registry entries as pages and the API make and show them. Knows no template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appscan.errors import UsageError
from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.office import entries as office
from appscan.office.entries import AFTER, BEFORE, COLUMNS, UNDOES, WrongFieldError
from appscan.office.products import Signed
from appscan.portfolio.assembling import PARSERS
from appscan.portfolio.flat import written
from appscan.portfolio.values import WrongValueError
from appscan.serve.refusals import Refused
from appscan.store import Event, EventKind, Store, entry_mark
from appscan.texts import Language, say

MOST = 50
CHOICES = {"levels": [one.value for one in Level], "audiences": [one.value for one in Audience],
           "statuses": [one.value for one in AppStatus]}
"""What the forms of an entry offer."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: its event, the columns as people read them before and after, and whether it can be taken back."""

    event: Event
    columns: Sequence[tuple[str, str, str]]
    is_standing: bool

    @property
    def undoes(self) -> int:
        """The number of the edit that this one takes back; 0 for none."""
        return int(self.event.content.get(UNDOES, 0))


def entry_there(store: Store, entry: str) -> Entry:
    """The entry as it is. Raises Refused 404."""
    found = next(iter(store.entries(only=[entry])), None)
    if found is None:
        raise Refused(404, "not_there")
    return found


def edits_of(store: Store, entry: Entry, lang: Language) -> list[Edit]:
    """The last edits of an entry, the last first."""
    return [Edit(event, [(column, _shown(column, str(event.content[BEFORE][column]), lang),
                          _shown(column, str(event.content[AFTER][column]), lang))
                         for column in COLUMNS if column in event.content[AFTER]], office.is_standing(event, entry))
            for event in store.newest_events(MOST, 0, EventKind.ENTRY_EDITED, subject=entry.id)]


def edit_document(edit: Edit) -> dict[str, Any]:
    """One edit as JSON."""
    event = edit.event
    return {"number": event.id, "who": event.who, "when": event.when, "reason": event.reason,
            "before": dict(event.content[BEFORE]), "after": dict(event.content[AFTER]), "undoes": edit.undoes,
            "standing": edit.is_standing}


def edit(store: Store, entry: str, given: Mapping[str, str], mark: str, signed: Signed, lang: Language) -> int:
    """Change columns of an entry; the number of the event. `mark` is that of the version that was looked at. Raises
    Refused 404, 409 where it is another one by now, 422 for what a column cannot be, without a reason or a change."""
    there = entry_there(store, entry)
    if entry_mark(there) != mark:
        raise Refused(409, "entry_moved")
    try:
        number = office.edit(store, there, office.changed(there, given), signed)
    except WrongFieldError as error:
        raise field_refused(error, lang) from None
    except UsageError as error:
        raise Refused(422, {"registry_why": "no_reason"}.get(error.key, error.key)) from None
    if not number:
        raise Refused(409, "entry_moved")
    return number


def undo(store: Store, number: int, signed: Signed, lang: Language) -> tuple[str, int]:
    """Take an edit back; the entry, and the number of the new event. Raises Refused 404, 409 where what it changed was
    changed again, 422 without a reason, or where a column was what it cannot be made by hand."""
    event = store.event(number)
    if event is None or event.kind is not EventKind.ENTRY_EDITED:
        raise Refused(404, "not_there")
    if not signed.reason.strip():
        raise Refused(422, "no_reason")
    try:
        made = office.undo(store, event, signed)
    except WrongFieldError as error:
        raise field_refused(error, lang) from None
    if not made:
        raise Refused(409, "edit_over")
    return event.subject, made


def field_refused(error: WrongFieldError, lang: Language) -> Refused:
    """The refusal of a column that cannot become what was given, in words of the form."""
    return Refused(422, "entry_field", column=say(lang, f"registry_column.{error.column}"),
                   reason=say(lang, f"registry_faults.{error.wrong.key}", **error.wrong.params))


def _shown(column: str, text: str, lang: Language) -> str:
    """A value in words of a language; what no form would take as it is, since entries also come from scans."""
    try:
        value = PARSERS[column](text)
    except WrongValueError:
        return text
    return str(written(column, value, lang)) if value else ""
