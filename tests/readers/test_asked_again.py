"""What an answer held and a form asks for again is told from recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appscan.checks import CheckSet
from appscan.checks.pack import Term
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.readers.limits import Deadline, Limits
from appscan.readers.recording import read_recording
from tests.shipped import shipped

from .small_recordings import field, form, recording, request, state, write_recording

ANSWER = ["data.real_name", "data.communityName", "data.mobile"]


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


def asked(folder: Path, checks: CheckSet, *fields: dict[str, Any], answered_on: str = "s1",
          actor: str = "staff") -> list[str]:
    top = recording(state("s1", "/#/visit", title="走访登记", forms=[form(*fields)]),
                    state("s2", "/#/mine", title="我的", actor=actor),
                    requests=[request("/api/me", state=answered_on, actor=actor, response_fields=ANSWER)])
    reading = read_recording(write_recording(folder, top), "site", Limits(), Deadline(60), lambda _stage, _done: None)
    return sorted(hit.value for hit in Sight(reading, checks.vocabulary).hits(Term(Kind.CALL, groups=("asked_again",))))


def test_required_empty_fields_that_an_answer_held_are_asked_again(tmp_path: Path, checks: CheckSet) -> None:
    fields = [field("realName", required=True), field("mobile", required=True), field("story", required=True)]
    assert asked(tmp_path, checks, *fields) == ["mobile", "realName"]


@pytest.mark.parametrize("changed", [{"required": False}, {"value_kind": "text"}, {"type": "search"},
                                     {"type": "password"}])
def test_what_may_be_left_out_or_is_filled_is_not_asked_again(tmp_path: Path, checks: CheckSet,
                                                              changed: dict[str, Any]) -> None:
    fields = [field("realName", **{"required": True, **changed}), field("mobile", **{"required": True, **changed})]
    assert asked(tmp_path, checks, *fields) == []


def test_one_alike_name_is_chance(tmp_path: Path, checks: CheckSet) -> None:
    assert asked(tmp_path, checks, field("mobile", required=True), field("story", required=True)) == []


def test_an_answer_on_another_screen_or_to_another_person_does_not_count(tmp_path: Path, checks: CheckSet) -> None:
    fields = [field("realName", required=True), field("mobile", required=True)]
    assert asked(tmp_path, checks, *fields, answered_on="s2") == []
    assert asked(tmp_path, checks, *fields, answered_on="s2", actor="leader") == []
