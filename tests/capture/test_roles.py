"""Claims about what a capture under several roles says of logins and walls."""

from __future__ import annotations

import json
from pathlib import Path

from appscan.capture import Actor, CaptureOptions, capture
from appscan.judge.judge import judge
from appscan.readers.limits import Limits
from appscan.readers.target import read_target
from tests.shipped import shipped

from .conftest import QUICK, Recording, opened

NOWHERE = """endpoints: [/api/login]
steps:
  - open: /index.html
"""


def _walked(sites, folder: Path, steps: str = "", **roles: bool) -> tuple[Recording, set[str]]:
    """The site of two roles, walked as those that are True with their session, else with `steps` or as visitors;
    and the verdicts on it."""
    (folder / "steps.yaml").write_text(steps, "utf-8")
    with sites.serve("two-roles") as served:
        actors = []
        for name, signed_in in roles.items():
            if signed_in:
                (folder / f"{name}.json").write_text(json.dumps(served.storage_state(name)), "utf-8")
                actors.append(Actor(name, storage_state=folder / f"{name}.json"))
            else:
                actors.append(Actor(name, steps=folder / "steps.yaml") if steps else Actor(name))
        wishes = CaptureOptions(**{**QUICK, "trials": 4, "actors": tuple(actors)})
        target = capture([served.url + "/index.html"], folder / "o.recording.zip", wishes)
    judged = judge(read_target(target, target.name, Limits(), lambda _stage, _done: None), shipped())
    return opened(target), {str(row.verdict) for row in judged.verdicts}


def test_a_wall_before_a_visitor_does_not_blind_what_others_saw_who_had_signed_in(sites, tmp_path):
    recording, verdicts = _walked(sites, tmp_path, staff=True, citizen=True, visitor=False)
    walls = recording.rows("gaps", reason="login_wall")
    assert {(row["params"]["name"], row["blinds"]) for row in walls} == {("visitor", False)}
    assert [row["reason"] for row in recording.document["gaps"] if row["blinds"]] == []
    assert "likely_violation" in verdicts, "what staff must do is still found"
    assert "inconclusive" not in verdicts


def test_a_role_whose_login_failed_is_told_once_and_still_blinds(sites, tmp_path):
    recording, verdicts = _walked(sites, tmp_path, steps=NOWHERE, staff=True, citizen=False)
    told = [(row["reason"], row["params"].get("name")) for row in recording.document["gaps"] if row["blinds"]]
    assert told == [("login_failed", "citizen")]
    assert not recording.rows("gaps", reason="login_wall")
    assert verdicts == {"likely_violation", "inconclusive"}, "nobody knows what citizens must do"


def test_a_single_role_is_not_named(sites, tmp_path):
    recording, _ = _walked(sites, tmp_path, visitor=False)
    wall, = recording.rows("gaps", reason="login_wall", blinds=True)
    assert "name" not in wall["params"]
