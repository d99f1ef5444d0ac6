"""Tables in programs that are no words of the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.judge.judge import judge

from ..checks.small_packs import loaded, with_check  # noqa: TID252 (tests are no installed package)
from .small_readings import PACKAGE, Method, reading_with, with_code

SCREEN = f"L{PACKAGE.replace('.', '/')}/ContactsActivity;"
SYLLABLES = [first + rest for first in ("b", "c", "d", "f", "g", "h", "j", "l", "m", "n", "zh", "sh", "x")
             for rest in ("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "i", "ian", "iao", "ie", "in", "ing",
                          "u", "un")]


@pytest.mark.parametrize(("others", "expected"), [(SYLLABLES, 0), (SYLLABLES[:40], 1)])
def test_a_table_of_syllables_has_no_names_of_fields(others: list[str], expected: int, tmp_path: Path) -> None:
    examples = {"found": [{"field": ["cun"]}, {"field": ["cun", "zhen"]}],
                "not_found": [{"control": ["a"]}, {"text": ["b"]}]}
    checks = loaded(tmp_path, with_check(presence={"reachable": {"any": [{"field": ["cun"]}]}}, examples=examples))
    reading = with_code(reading_with(components={f"{PACKAGE}.ContactsActivity": "activity"}),
                        [Method(SCREEN, "onCreate", strings=("cun", *others))])
    assert len(judge(reading, checks).findings) == expected
