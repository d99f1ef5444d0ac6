"""Readings of the built fixtures, each read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from appscan.model.reading import Reading
from appscan.readers.limits import Limits
from appscan.readers.target import read_target

BUILT = Path(__file__).resolve().parents[2] / "fixtures" / "apks" / "built"


@cache
def reading_of(name: str) -> Reading:
    return read_target(BUILT / f"{name}.apk", name, Limits(), lambda _stage, _done: None)
