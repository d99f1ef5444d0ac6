"""Claims about the numbers on screenshots."""

from __future__ import annotations

from itertools import combinations
from math import hypot

import pytest

from appscan.report.figure import Figures

PICTURE = "a" * 64


def figure(boxes: list[tuple[int, int, int, int]], width: int = 390, height: int = 844):
    kept = {"source": PICTURE, "sha256": PICTURE, "width": width, "height": height, "left": 0, "top": 0, "covered": 0}
    figures = Figures({"pictures": [kept]})
    for box in boxes:
        figures.number_of({"picture": PICTURE, "box": list(box)})
    shown, = figures.arranged()
    return shown


CLOSE = {
    "one within the other": [(20, 100, 300, 60), (24, 104, 290, 50)],
    "a row of narrow ones": [(10 + 24 * number, 200, 20, 20) for number in range(7)],
    "lines of a list": [(20, 300 + 14 * number, 330, 12) for number in range(7)],
    "at the edge": [(330, 2, 60, 20), (340, 2, 50, 24), (350, 6, 40, 10)],
    "ending at one corner": [(300 - 30 * number, 400, 40 + 30 * number, 30 + number) for number in range(5)],
}


@pytest.mark.parametrize("boxes", CLOSE.values(), ids=CLOSE)
def test_no_number_covers_another_or_lies_outside(boxes: list[tuple[int, int, int, int]]) -> None:
    shown = figure(boxes)
    assert [knob.number for knob in shown.knobs] == [frame.number for frame in shown.frames]
    assert len(shown.knobs) == len(boxes)
    for one, other in combinations(shown.knobs, 2):
        assert hypot(one.x - other.x, one.y - other.y) >= 2 * shown.knob, (one, other)
    left, top, width, height = shown.view
    for knob in shown.knobs:
        assert left + shown.knob <= knob.x <= left + width - shown.knob
        assert top + shown.knob <= knob.y <= top + height - shown.knob


def test_a_number_that_has_room_stands_at_the_upper_right_corner() -> None:
    knob, = figure([(40, 430, 300, 46)]).knobs
    assert (knob.x, knob.y) == (343, 427)
