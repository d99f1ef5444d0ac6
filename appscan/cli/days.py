"""Days that options name. Knows no command."""

from __future__ import annotations

from datetime import date

from appscan.errors import UsageError
from appscan.model.days import today


def day_of(text: str) -> date:
    """The day that an option names, today where it names none. Raises UsageError `date_wrong`."""
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("date_wrong", given=text) from None
