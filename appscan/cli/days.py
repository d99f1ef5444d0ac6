"""Days that options name. Knows no command."""

from __future__ import annotations

from datetime import date, datetime

from appscan.errors import UsageError


def day_of(text: str) -> date:
    """The day that an option names, today where it names none. Raises UsageError `date_wrong`."""
    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("date_wrong", given=text) from None
