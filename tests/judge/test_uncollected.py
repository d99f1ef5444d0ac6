"""The collector rests while a reading is judged, and misses nothing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from appscan.checks.applying import applying
from appscan.judge.judge import judge
from appscan.judge.uncollected import uncollected
from appscan.model.jurisdiction import CENTRAL
from appscan.readers.limits import Limits
from appscan.readers.target import read_target
from tests.shipped import shipped

FIXTURES = Path(__file__).parents[2] / "fixtures"


def unheard(stage: str, share: float) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("name", ["apks/built/checkin-native.apk", "apks/built/track-uniapp.apk",
                                  "documents/built/grid-requirements.docx"])
def test_judging_leaves_nothing_that_only_the_collector_would_free(name: str) -> None:
    path = FIXTURES / name
    reading, checks = read_target(path, path.name, Limits(), unheard), applying(shipped(), CENTRAL)
    judge(reading, checks)  # what is made once for the checks stays
    gc.collect()
    gc.disable()
    try:
        judge(reading, checks)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_collector_works_again_afterwards_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), uncollected():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_the_collector_rests_meanwhile() -> None:
    with uncollected():
        assert not gc.isenabled()


def test_a_collector_that_rested_before_rests_on() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
