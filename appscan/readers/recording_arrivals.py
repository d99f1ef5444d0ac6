"""How states of a recording were come by: what was pressed, and whether an answer of the capture itself lies before
them. Knows no check."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.readers.recording_rows import Row

LONGEST_PRESSED = 200
NOT_PRESSED = ("start", "router", "")
NO_ANSWER = ("socket", "beacon")
"""Kinds of requests whose answer no page reads."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`pressed` is the control on the same page that brought the state; `stood_in` where a press on the way to it would
    have written something and was answered by the capture."""

    pressed: str = ""
    stood_in: bool = False


def read_arrivals(top: Row) -> dict[str, Arrival]:
    """State → how it was come by. A state stands after those that led to it."""
    answered = {(row.maybe_text("state", 200), row.text("label", LONGEST_PRESSED)) for row in top.rows("requests")
                if not row.flag("sent") and row.maybe_count("virtual") is None and row.text("trigger", 20) == "click"
                and row.text("class", 20) in ("write", "unknown") and row.text("kind", 20) not in NO_ANSWER}
    arrivals: dict[str, Arrival] = {}
    routes: dict[str, str] = {}
    for state in top.rows("states"):
        name, before = state.text("id", 200), state.maybe_text("from", 200)
        by = state.text("by", LONGEST_PRESSED)
        routes[name] = state.text("route", 1_000)
        stood_in = bool(before) and ((before, by) in answered or arrivals.get(before, Arrival()).stood_in)
        pressed = by if before and by not in NOT_PRESSED and routes.get(before) == routes[name] else ""
        arrivals[name] = Arrival(pressed, stood_in)
    return arrivals
