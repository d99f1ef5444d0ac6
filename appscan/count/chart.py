"""The owners as a bar chart: geometry only, drawn by the page's template as SVG. Knows the document only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appscan.count.sections import SIGNS, Words
from appscan.texts import shown

LABEL, ROW, WIDTH, RIGHT, TOP, BOTTOM = 236, 30, 956, 230, 30, 8
"""Pixels: room for names, height of a row, whole width, room for numbers, head and foot."""

BAR = 15
LONGEST_LABEL = 15
MOST_TICKS = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One body: where its row is, how long its parts are, and what stands beside them. `all_x` is where the number with
    its bureaus ends, 0 where there is none."""

    name: str
    full: str
    y: int
    confirmed: float
    undetermined: float
    all_x: float
    state: str
    sign: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars with the line of the limit."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    label: int
    bar: int
    row: int
    top: int
    limit_x: float
    limit: int
    ticks: tuple[tuple[float, int], ...]
    described: str


def chart(words: Words) -> Chart | None:
    """The bars of the bodies that have something to count, alone or with their bureaus."""
    limit = words.document["limit"]
    rows = [row for row in words.document["owners"] if row["most"] or "with_bureaus" in row]
    if not rows:
        return None
    most = max(limit + 1, *(max(row["most"], row.get("with_bureaus", row)["most"]) for row in rows))
    unit = (WIDTH - LABEL - RIGHT) / most
    bars = tuple(_bar(words, row, number, unit) for number, row in enumerate(rows))
    step = max(1, -(-most // MOST_TICKS))
    ticks = tuple((round(LABEL + value * unit, 1), value) for value in range(0, most + 1, step))
    return Chart(bars, WIDTH, TOP + ROW * len(rows) + BOTTOM, LABEL, BAR, ROW, TOP, round(LABEL + limit * unit, 1),
                 limit, ticks, words.say("chart.described", owners=len(rows), limit=limit))


def _bar(words: Words, row: Mapping[str, Any], number: int, unit: float) -> Bar:
    value = words.say("chart.value", span=words.span(row), state=words.say(f"state.{row['state']}"))
    together, name = row.get("with_bureaus"), shown(row["name"], 80)
    has_more = together is not None and together["most"] > row["most"]
    note = words.say("chart.with_bureaus", span=words.span(together)) if has_more and together else ""
    return Bar(name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL - 1] + "…", name, TOP + ROW * number,
               round(row["confirmed"] * unit, 1), round(row["undetermined"] * unit, 1),
               round(LABEL + together["most"] * unit, 1) if has_more and together else 0, row["state"],
               SIGNS[row["state"]], value, note)
