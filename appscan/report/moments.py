"""Times and durations as people read them. Knows no report and asks no clock; needs no table of time zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from appscan.model.days import BEIJING
from appscan.texts import Language, catalogue, enumerated, has, say, shown

NOTICEABLE = 0.005
"""Seconds from which a stage is listed: two decimals would show less as nothing."""

STAGES_SHOWN = 20


def time_named(moment: str, lang: Language) -> str:
    """An ISO 8601 time to the second as it was given, and what the clock in Beijing said where that differs."""
    day, _, clock = shown(moment, 40).partition("T")
    zone = clock[8:].lstrip("0123456789.").replace("Z", "+00:00")
    given = f"{day} {clock[:8]} {zone}".strip()
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return given
    offset = read.utcoffset()
    if offset is None or offset == BEIJING.utcoffset(None):
        return given
    try:
        beijing = read.astimezone(BEIJING)
    except OverflowError:
        return given
    return say(lang, "report.beijing_time", time=given, beijing=f"{beijing:%Y-%m-%d %H:%M:%S}")


def day_in_china(moment: str) -> date | None:
    """The day of an ISO 8601 time by the clock in Beijing; None where it cannot be told. A time without a zone is taken
    for one of the place."""
    try:
        read = datetime.fromisoformat(moment)
        return (read if read.tzinfo is None else read.astimezone(BEIJING)).date()
    except (ValueError, OverflowError):
        return None


def by_beijing(moment: str) -> str:
    """The same moment by the clock in Beijing, ISO 8601; what is no time with a zone stays as it is."""
    try:
        read = datetime.fromisoformat(moment)
        return moment if read.tzinfo is None else read.astimezone(BEIJING).isoformat()
    except (ValueError, OverflowError):
        return moment


def day_named(day: date | None, lang: Language) -> str:
    """A day as papers write it: 2026年11月30日; empty for none."""
    if day is None:
        return ""
    digits = "" if lang == "zh" else "02"
    return say(lang, "paper.date", year=day.year, month=f"{day.month:{digits}}", day=f"{day.day:{digits}}")


def durations_named(timings: Mapping[str, float], lang: Language) -> str:
    """All seconds, then those of each stage that took noticeable time, by its name and in the order of the work."""
    if not timings:
        return ""
    order = [key.removeprefix("cli_stage.") for key in catalogue(lang) if key.startswith("cli_stage.")]
    stages = sorted((one for one in timings if timings[one] >= NOTICEABLE),
                    key=lambda one: order.index(one) if one in order else len(order))
    parts = [say(lang, "report.duration", stage=_stage(one, lang), seconds=f"{timings[one]:.2f}")
             for one in stages[:STAGES_SHOWN]]
    return say(lang, "report.durations", seconds=f"{sum(timings.values()):.2f}",
               stages=enumerated(lang, parts))


def _stage(stage: str, lang: Language) -> str:
    return say(lang, f"cli_stage.{stage}") if has(f"cli_stage.{stage}") else shown(stage, 40)
