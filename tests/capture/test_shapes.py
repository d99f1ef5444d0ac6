"""Claims about numbers and rows that a hostile page tells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appscan.capture.day import intervals_of
from appscan.capture.journal import Journal
from appscan.capture.shapes import plain_control, plain_dialog, whole

ODD = [math.inf, -math.inf, math.nan, 10**400, "x", None, [], {}, True]


@given(st.one_of(st.floats(), st.integers(), st.text(), st.none(), st.lists(st.integers())))
def test_any_value_is_a_bounded_whole_number(value: object) -> None:
    assert 0 <= whole(value) <= 10**12
    assert -9 <= whole(value, -9, 9) <= 9


@pytest.mark.parametrize("odd", ODD)
def test_a_number_that_is_none_stops_no_capture(odd: object) -> None:
    assert 0 <= plain_dialog({"covers": odd})["covers"] <= 1
    box = plain_control({"box": [odd, 1, 2, 3]})["box"]
    assert box is None or all(isinstance(edge, int) for edge in box)
    journal = Journal()
    journal.take_timers([{"kind": "interval", "period": odd, "fired": odd, "label": "x"}])
    journal.take([{"what": "request", "url": "http://h/a", "virtual": odd, "status": odd}], virtual=True)
    assert 0 <= journal.timers[0]["period"] <= 10**12
    times = [odd, 1, 500, 1000, 1500]
    rows = [{"url": "http://h/a", "times": times, "count": odd}, {"url": "http://h/b", "times": odd}]
    assert all(row["count"] >= 3 for row in intervals_of(rows, [], 0))


def test_a_dialog_covers_what_it_covers() -> None:
    assert plain_dialog({"covers": 0.5})["covers"] == 0.5
    assert plain_dialog({"covers": 1})["covers"] == 1
