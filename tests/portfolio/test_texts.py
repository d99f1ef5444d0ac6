"""Claims about the texts of the registry that the program names by parts: each has an entry in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import appscan.portfolio
from appscan.model.registry import AppStatus, Platform
from appscan.portfolio.grouping import LinkKind
from appscan.portfolio.owners import By, Standing, load
from appscan.portfolio.proposals import ProposalKind, Reason
from appscan.portfolio.values import WrongValueError
from appscan.portfolio.words import SPACES, columns
from appscan.texts import catalogue, has, say

ROOM = Path(appscan.portfolio.__file__).parent
FAULT_AT = {"WrongValueError": 0, "Problem": 1, "Filled": 2, "Cell": 2}
BRANCHES = ("owner_", "two_owners_", "missing_", "unknown_")


def named_faults() -> set[str]:
    """Faults that a line of the room names whole."""
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            at = (
                FAULT_AT.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
                if isinstance(node, ast.Call)
                else None
            )
            if at is not None and len(node.args) > at:
                given = node.args[at]
                parts = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                found |= {
                    part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_every_fault_that_the_room_names_has_a_text():
    assert len(named_faults()) > 25
    assert not [fault for fault in named_faults() if not has(f"registry_faults.{fault}")]


def test_every_fault_that_is_made_of_parts_has_a_text():
    doubts = {
        node.value
        for node in ast.walk(ast.parse((ROOM / "owners.py").read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "doubt"
        for node in [node.value]
        if isinstance(node, ast.Constant)
    }
    made = [
        *(f"owner_{doubt}" for doubt in doubts),
        *(f"unknown_{space}" for space in SPACES),
        *(f"two_owners_{key}" for key in ("package", "miniprogram", "digest")),
        "missing_name",
        "missing_owner",
        "quoting",
        "too_long_cell",
        "other_encoding",
        "no_encoding",
    ]
    assert len(doubts) > 8
    assert not [fault for fault in made if not has(f"registry_faults.{fault}")]


def test_no_fault_of_the_catalogue_is_left_over():
    known = named_faults() | {
        "quoting",
        "too_long_cell",
        "other_encoding",
        "no_encoding",
        "no_address",
        "no_package",
        "no_miniprogram",
    }
    left = {
        key.removeprefix("registry_faults.") for key in catalogue("zh") if key.startswith("registry_faults.")
    } - known
    assert not [fault for fault in left if not fault.startswith(BRANCHES)]


@pytest.mark.parametrize("space", ["zh", "en"])
def test_every_closed_word_has_a_text(space):
    spaces = {
        "registry_status": AppStatus,
        "registry_platform": Platform,
        "registry_standing": Standing,
        "registry_link": LinkKind,
        "registry_reason": Reason,
        "registry_proposal": ProposalKind,
    }
    missing = [
        f"{name}.{word.value}"
        for name, words in spaces.items()
        for word in words
        if not say(space, f"{name}.{word.value}") or not has(f"{name}.{word.value}")
    ]
    missing += [f"registry_by.{by.value}" for by in By if not has(f"registry_by.{by.value}")]
    assert missing == []
    assert all(has(f"registry_column.{key}") for key in columns())


def test_a_fault_says_what_is_wrong_and_what_was_there():
    fault = WrongValueError("unknown_levels", given="省部级", known="central, province")
    assert say("zh", f"registry_faults.{fault.key}", **fault.params) == "不认识“省部级”。可以写：中央、省级。"


def test_owners_of_the_texts_are_bodies():
    assert load().name("miit") == "工业和信息化部"
    assert load().name("nobody") == "nobody"
