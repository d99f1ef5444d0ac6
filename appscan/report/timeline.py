"""The virtual day as a small picture: what was sent again and again, what came by itself, midnight. Geometry only; the
template draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appscan.model.sighting import MIDNIGHT
from appscan.report.words import Json
from appscan.texts import Language, say, shown

LEFT, RIGHT, WIDTH = 10, 590, 600
TOP, ROW, EVENTS = 34, 40, 26
ROWS_SHOWN = 4
EVENTS_SHOWN = 8
HOUR = 3_600_000
DENSE = 4.0
"""Distance of two marks on paper below which they would run into each other."""

Place = Callable[[float], float]
"""A moment of the day → where it is drawn."""


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour on the axis."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Band:
    """A repeated request: its marks, or every so many of them where they are too dense to draw (`thinned`)."""

    label: str
    y: float
    x: float
    width: float
    marks: tuple[float, ...]
    thinned: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came by itself: its number on the line, and what the list below says of it."""

    number: int
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the template needs; lengths in units of the picture. `midnight` is None where the day ends before."""

    height: float
    base: float
    ticks: tuple[Tick, ...]
    idle: float
    midnight: float | None
    bands: tuple[Band, ...]
    events: tuple[Event, ...]
    events_y: float
    summary: str


def timeline(day: Json, repeated: Sequence[Json], lang: Language) -> Timeline | None:
    """The picture of one virtual day with these requests of it; None where there is nothing to see."""
    begin, end = day["begin"], day["end"]
    happenings = [one for one in day["happenings"] if begin <= one["at"] <= end]
    if end - begin < 60_000 or not (repeated or happenings):
        return None

    def at(moment: float) -> float:
        return float(round(LEFT + (RIGHT - LEFT) * min(max((moment - begin) / (end - begin), 0.0), 1.0), 1))

    bands = tuple(_band(one, index, at) for index, one in enumerate(_worded(repeated[:ROWS_SHOWN], lang)))
    events_y = TOP + ROW * len(bands)
    base = TOP + ROW * len(bands) - 8 + (EVENTS if happenings else 0)
    events = tuple(Event(number, _apart(at(one["at"]), number, happenings, at), happening_named(one, lang))
                   for number, one in enumerate(happenings[:EVENTS_SHOWN], 1))
    return Timeline(base + 24, base, _ticks(begin, end, at), at(begin + min(HOUR, (end - begin) // 4)),
                    at(MIDNIGHT) if begin < MIDNIGHT < end else None, bands, events, events_y,
                    say(lang, "report.web.day_span", begin=clock(begin, lang), end=clock(end, lang)))


def clock(moment: int, lang: Language) -> str:
    """A moment of the virtual day: 10:30, 次日 00:00:30."""
    seconds = moment // 1000 % 86_400
    time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    return say(lang, "report.web.next_day", time=time) if moment >= MIDNIGHT else time


def period_named(milliseconds: int, lang: Language) -> str:
    """A period for people: 20 秒, 5 分钟, 1.5 小时."""
    if milliseconds < 1000:
        return say(lang, "report.web.milliseconds", count=milliseconds)
    for unit, length in (("hours", HOUR), ("minutes", 60_000), ("seconds", 1000)):
        if milliseconds >= length and (unit == "seconds" or milliseconds % length == 0 or milliseconds >= 10 * length):
            return say(lang, f"report.web.{unit}", count=f"{milliseconds / length:.3g}")
    return say(lang, "report.web.seconds", count=f"{milliseconds / 1000:.3g}")


def happening_named(one: Json, lang: Language) -> str:
    """What came by itself, with its moment."""
    key = f"report.web.came.{one['what']}"
    text = say(lang, key, text=shown(one["text"], 120))
    way = say(lang, f"report.web.way.{one['way']}") if one["way"] in ("stuck", "closable") else ""
    return say(lang, "report.web.came_at", time=clock(one["at"], lang), what=text, way=way)


def _worded(repeated: Iterable[Json], lang: Language) -> list[tuple[Json, str]]:
    return [(one["repeat"], say(
        lang, "report.web.band", method=shown(one["exchange"]["method"], 10),
        path=shown(one["exchange"]["path"].split("?")[0], 36), period=period_named(one["repeat"]["period"], lang),
        count=f"{one['repeat']['count']:,}")) for one in repeated]


def _band(worded: tuple[Json, str], index: int, at: Place) -> Band:
    repeat, label = worded
    first, last = at(repeat["first"]), at(max(repeat["last"], repeat["first"]))
    count = max(repeat["count"], 1)
    step = (last - first) / max(count - 1, 1)
    thinned = count > 2 and step < DENSE
    shown_marks = min(count, int((last - first) / DENSE) + 1 if thinned else count)
    step = (last - first) / max(shown_marks - 1, 1)
    marks = tuple(round(first + step * mark, 1) for mark in range(shown_marks))
    return Band(label, TOP + ROW * index, first, round(max(last - first, 1), 1), marks, thinned)


def _ticks(begin: int, end: int, at: Place) -> tuple[Tick, ...]:
    every = HOUR * (1 if end - begin <= 6 * HOUR else 2 if end - begin <= 18 * HOUR else 4)
    moments = list(range(-(-begin // every) * every, end + 1, every))[:24]
    return tuple(Tick(at(moment), f"{moment // HOUR % 24 if moment != MIDNIGHT else 24:02d}:00",
                      "start" if at(moment) < LEFT + 14 else "end" if at(moment) > RIGHT - 14 else "middle")
                 for moment in moments)


def _apart(x: float, number: int, happenings: Sequence[Json], at: Place) -> float:
    """Numbers of one moment stand beside each other."""
    same = sum(1 for one in happenings[:number - 1] if abs(at(one["at"]) - x) < 9)
    return round(x + 17 * same if x < WIDTH / 2 else x - 17 * same, 1)
