"""What a capture says of logins once every actor has walked: each thing once, and of the role that it concerns. Knows
no browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]

OF_LOGIN = frozenset(
    {"login_wall", "login_lost", "login_failed", "login_not_proved", "login_step_failed", "answer_wants_login"}
)
"""Reasons of gaps that are one actor's; the journal names it in them."""


def told_once(gaps: Sequence[Row], actors: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The gaps, of which those about logins are put right.

    Who was never signed in has not lost a login midway, and where to sign in is what was to be expected then: the login
    failed, that is all. A wall before a visitor hides nothing of what others saw who had signed in and stayed so: it
    hides its own place. Where there is one actor, no role is named.
    """
    walkers = {str(row["name"]): row for row in actors}
    failed = {name for name, row in walkers.items() if row["login"] != "none" and row["logged_in_before"] is False}
    held = [name for name, row in walkers.items()
            if row["login"] != "none" and row["logged_in_before"] and row["logged_in_after"] is not False]
    kept: list[Row] = []
    for gap in gaps:
        row = {**gap, "params": dict(gap["params"])}
        name = str(row["params"].get("name", ""))
        if row["reason"] in OF_LOGIN:
            if name in failed and row["reason"] == "login_wall":
                continue
            if name in failed and row["reason"] == "login_lost":
                row["reason"] = "login_failed"
            if row["reason"] == "login_wall" and held and walkers.get(name, {}).get("login") == "none":
                row["blinds"] = False
            if len(walkers) == 1:
                row["params"].pop("name", None)
        if row not in kept:
            kept.append(row)
    return kept
