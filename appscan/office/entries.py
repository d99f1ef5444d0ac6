"""Changing one entry of the registry by hand: every change is an event with what it was before, and only a new one
takes it back. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from appscan.errors import UsageError
from appscan.model.registry import Confidence, Entry, Origin
from appscan.office.products import Signed
from appscan.portfolio.assembling import PARSERS
from appscan.portfolio.flat import fields_of
from appscan.portfolio.values import WrongValueError
from appscan.store import Event, EventKind, Store, entry_mark

APPROVAL = {"approval_number": "number", "approval_body": "body", "approval_day": "day", "approval_scope": "scope"}
COLUMNS = ("name", "owner", "level", "region", "audience", "status", *APPROVAL)
"""What may be changed by hand: facts that people know. What files and scans say of appearances is not among them."""
REQUIRED = ("name", "owner")
SOURCE = "desk"
BEFORE, AFTER, ORIGINS, UNDOES = "before", "after", "origins", "undoes"
"""Members of the event's content: the columns that changed as they were and as they became, where the former values
came from (null for nowhere), and the number of the event that this one takes back."""


class WrongFieldError(Exception):
    """A column cannot become what was given."""

    def __init__(self, column: str, wrong: WrongValueError) -> None:
        super().__init__(column)
        self.column, self.wrong = column, wrong


def texts_of(entry: Entry) -> dict[str, str]:
    """The columns that may be changed, as text from which `changed` reads the same values; "" for nothing."""
    filled = fields_of(entry)
    return {column: _text(filled.get(column)) for column in COLUMNS}


def changed(entry: Entry, given: Mapping[str, str]) -> Entry:
    """The entry with other values in some columns, which came from the desk. Raises WrongFieldError."""
    there = texts_of(entry)
    values: dict[str, Any] = {}
    for column in (column for column in COLUMNS if column in given and given[column].strip() != there[column]):
        try:
            values[column] = PARSERS[column](given[column].strip())
            if column in REQUIRED and not values[column]:
                raise WrongValueError(f"missing_{column}")
        except WrongValueError as wrong:
            raise WrongFieldError(column, wrong) from None
    approval = {APPROVAL[column]: value for column, value in values.items() if column in APPROVAL}
    made = replace(entry, approval=replace(entry.approval, **approval),
                   **{column: value for column, value in values.items() if column not in APPROVAL})
    after = texts_of(made)
    turned = dict.fromkeys((column for column in COLUMNS if after[column] != there[column]),
                           Origin(SOURCE, Confidence.UNKNOWN))
    return replace(made, origins={**entry.origins, **turned}) if turned else entry


def edit(store: Store, before: Entry, after: Entry, signed: Signed) -> int:
    """Record the change; the number of its event, 0 where the registry says something else of the entry by now than
    `before`. Raises UsageError `registry_why`, `entry_same`."""
    return _recorded(store, before, after, signed, {})


def undo(store: Store, event: Event, signed: Signed) -> int:
    """Give the columns that an edit changed their former values, where none of them was changed again since; else 0.
    Raises UsageError `registry_why`."""
    entry = next(iter(store.entries(only=[event.subject])), None)
    if entry is None or not is_standing(event, entry):
        return 0
    made = changed(entry, event.content[BEFORE])
    origins = dict(made.origins)
    for column, origin in event.content[ORIGINS].items():
        origins.pop(column, None)
        if origin is not None:
            origins[column] = Origin(origin[0], Confidence(origin[1]))
    return _recorded(store, entry, replace(made, origins=origins), signed, {UNDOES: event.id})


def is_standing(event: Event, entry: Entry) -> bool:
    """Whether what an edit made of the entry is still so."""
    texts = texts_of(entry)
    return all(texts[column] == text for column, text in event.content[AFTER].items())


def _recorded(store: Store, before: Entry, after: Entry, signed: Signed, more: Mapping[str, Any]) -> int:
    if not signed.reason.strip():
        raise UsageError("registry_why")
    was, now = texts_of(before), texts_of(after)
    columns = [column for column in COLUMNS if was[column] != now[column]]
    if not columns:
        raise UsageError("entry_same", entry=before.id)
    told = {column: before.origins.get(column) for column in columns}
    content = {BEFORE: {column: was[column] for column in columns}, AFTER: {column: now[column] for column in columns},
               ORIGINS: {column: [one.source, one.confidence.value] if one else None for column, one in told.items()},
               **more}
    return store.edit_entry(after, entry_mark(before), Event(EventKind.ENTRY_EDITED, before.id, signed.who,
                                                             signed.when, signed.reason.strip(), content))


def _text(value: Any) -> str:
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    return "" if value is None else str(value)
