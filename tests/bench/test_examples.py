"""An example holds when the check gives what its author says, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appscan.bench import run_examples
from appscan.bench.examples import ExampleResult
from appscan.model.judgement import Force, Presence
from tests.shipped import shipped

from ..checks.small_packs import loaded, with_check  # noqa: TID252 (tests are no installed package)

FOUND: list[dict[str, Any]] = [{"control": ["吹哨"]}, {"control": ["Whistle now"]}]
CLEAN: list[dict[str, Any]] = [{"control": ["登录"]}, {"control": ["返回"]}]
READ = {"prose": ["怎样吹哨：先站好，再吹哨，然后等候。"]}
FINED = {"control": ["吹哨"], "text": ["扣分"]}


def judged(folder: Path, group: str, example: dict[str, Any]) -> ExampleResult:
    """What came of one example that was added to a group."""
    examples: dict[str, list[dict[str, Any]]] = {"found": [*FOUND], "not_found": [*CLEAN], "known_misses": [],
                                                 "known_false_hits": []}
    examples[group].append(example)
    checks = loaded(folder, with_check(examples=examples))
    return [row for row in run_examples(checks).rows if row.group == group][-1]


CLAIMS: list[tuple[str, dict[str, Any], bool]] = [
    # a found example is at least as present and as forced as it says
    ("found", {"control": ["吹哨"]}, True),
    ("found", {"control": ["吹哨"], "presence": "reachable"}, True),
    ("found", {"control": ["吹哨"], "presence": "exercised"}, False),
    ("found", {"control": ["登录"]}, False),
    ("found", READ, False),
    ("found", FINED, True),
    ("found", FINED | {"force": "consequence"}, True),
    ("found", FINED | {"force": "block"}, False),
    ("found", {"control": ["吹哨"], "force": "consequence"}, False),
    ("found", {"control": ["吹哨"], "force": "none"}, True),
    ("found", FINED | {"force": "none"}, False),
    # one that is not found is exactly what it says
    ("not_found", {"control": ["登录"]}, True),
    ("not_found", {"control": ["登录"], "presence": "none"}, True),
    ("not_found", {"control": ["登录"], "presence": "none", "force": "none"}, True),
    ("not_found", {"control": ["登录"], "presence": "mentioned"}, False),
    ("not_found", READ, True),
    ("not_found", READ | {"presence": "mentioned"}, True),
    ("not_found", READ | {"presence": "none"}, False),
    ("not_found", {"control": ["吹哨"]}, False),
    ("not_found", {"control": ["吹哨"], "presence": "mentioned"}, False),
    ("known_misses", READ | {"presence": "none"}, False),
    ("known_misses", {"text": ["哨子"]}, True),
    ("known_misses", {"control": ["吹哨"]}, False),
    ("known_false_hits", {"control": ["吹哨"], "presence": "reachable"}, True),
    ("known_false_hits", {"control": ["登录"]}, False),
]


@pytest.mark.parametrize(("group", "example", "holds"), CLAIMS)
def test_an_example_holds_only_when_it_comes_out_as_it_says(group: str, example: dict[str, Any], holds: bool,
                                                            tmp_path: Path) -> None:
    assert judged(tmp_path, group, example).holds is holds


def test_a_surprise_tells_its_line_what_should_be_and_what_is(tmp_path: Path) -> None:
    row = judged(tmp_path, "not_found", READ | {"presence": "none"})
    assert row.expected == (Presence.NONE, Force.NONE)
    assert row.got[0] is Presence.MENTIONED
    assert (row.check_id, row.line) == ("whistle", 1)
    assert judged(tmp_path, "found", {"control": ["登录"]}).expected == (Presence.REACHABLE, Force.NONE)


def test_no_example_of_the_shipped_packs_surprises() -> None:
    assert run_examples(shipped()).surprises == ()
