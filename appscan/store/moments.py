"""Moments as the store keeps them: text in UTC that sorts. Knows no table."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from appscan.model.days import BEIJING

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def written(moment: datetime) -> str:
    """A moment as text. Raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).strftime(_FORM)


def read(text: str) -> datetime:
    """The moment in a text of `written`."""
    return datetime.fromisoformat(text)


def up_to(as_of: datetime | date | None) -> str:
    """The last moment that still counts: of a day, its end in Beijing; without one, the end of time."""
    if as_of is None:
        return "9999-12-31T23:59:59.999999Z"
    if isinstance(as_of, datetime):
        return written(as_of)
    return written(datetime.combine(as_of, time.max, BEIJING))
