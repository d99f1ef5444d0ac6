"""Days as the law counts them: by the clock in Beijing, whatever clock the machine keeps. Needs no table of zones."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""Asia/Shanghai: UTC+8 without summer time since 1992."""


def beijing_day(moment: datetime) -> date:
    """The day of a moment that has its zone."""
    return moment.astimezone(BEIJING).date()


def clock(moment: datetime) -> str:
    """A moment to the minute by the clock in Beijing, whatever this machine goes by: so do reports and papers."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def today() -> date:
    """The day that it is now."""
    return beijing_day(datetime.now(BEIJING))
