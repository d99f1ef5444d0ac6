"""The regulation packs say what their rules say, and each clause ends somewhere. Knows no reading."""

from __future__ import annotations

import re

import pytest

from appscan.checks.applying import applying
from appscan.checks.pack import Check, CheckSet
from appscan.model.report import ClauseEffect, ClauseText, Extent, Ground, Power
from tests.shipped import shipped

WHOLE = {"CEN24", "NX24", "ZJ20", "BJ19"}
"""Rules whose text was read from beginning to end."""


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


def rule_of(clause: ClauseText) -> str:
    return clause.id.partition("-")[0]


def check_of(checks: CheckSet, check_id: str) -> Check:
    return next(check for check in checks.checks if check.id == check_id)


def test_only_rules_that_were_read_whole_may_stand_in_a_notice(checks: CheckSet) -> None:
    assert {rule_of(clause) for clause in checks.clauses.values() if clause.quotable} == WHOLE
    assert all(clause.quotable for clause in checks.clauses.values() if rule_of(clause) in WHOLE)


def test_every_rule_that_policy_names_is_there(checks: CheckSet) -> None:
    named = {"CEN24", "NX24", "ZJ20", "BJ19", "MEAS26", "OPN23", "SEC24", "MIIT23", "EDU19", "STD26"}
    assert {rule_of(clause) for clause in checks.clauses.values()} == named


def test_every_clause_says_who_decides_in_both_languages_and_has_a_rank(checks: CheckSet) -> None:
    for clause in checks.clauses.values():
        assert clause.rank in (1, 2, 3), clause.id
        for text in (clause.summary, clause.decides, clause.issuer):
            assert text["zh"], clause.id
            assert text["en"], clause.id
            assert re.search(r"[\u4e00-\u9fff]", text["zh"]), clause.id


def test_what_only_a_person_knows_is_said_of_every_clause_that_is_about_a_feature(checks: CheckSet) -> None:
    assert not [clause.id for clause in checks.clauses.values()
                if clause.features and not (clause.unseen.get("zh") and clause.unseen.get("en"))]


def test_no_clause_that_a_machine_can_tell_ends_without_a_feature(checks: CheckSet) -> None:
    for clause in checks.clauses.values():
        if clause.power is not Power.REGISTRY:
            assert clause.features, clause.id
        assert clause.features or clause.beyond, clause.id


def test_clauses_that_allow_are_kept_as_such_and_no_check_rests_on_them(checks: CheckSet) -> None:
    allowing = {clause.id for clause in checks.clauses.values() if clause.effect is ClauseEffect.PERMIT}
    assert allowing == {"ZJ20-16", "ZJ20-20a", "ZJ20-28", "BJ19-14b"}
    assert not [check.id for check in checks.checks if allowing & set(check.clauses)]


def test_special_scenes_and_necessity_stay_two_grounds(checks: CheckSet) -> None:
    assert {checks.clauses[f"CEN24-13c{number}"].exemption for number in (1, 2, 3)} == {Ground.SPECIAL_SCENE}
    assert checks.clauses["CEN24-14f"].exemption is Ground.NECESSITY


def test_paper_after_an_online_report_has_no_exemption_in_the_text(checks: CheckSet) -> None:
    assert checks.clauses["CEN24-12g"].exemption is Ground.NONE


# ---------------------------------------------------------------- where a report stands


def test_central_rules_hold_everywhere_and_local_ones_only_at_home(checks: CheckSet) -> None:
    for place in ("CN", "CN-64", "CN-33", "CN-3301", "CN-11", "CN-44"):
        holding = {rule_of(clause) for clause in applying(checks, place).clauses.values()}
        local = {"NX24": "CN-64", "ZJ20": "CN-33", "BJ19": "CN-11"}
        assert {"CEN24", "MEAS26"} <= holding
        assert holding & set(local) == {rule for rule, home in local.items() if place.startswith(home)}


def test_a_check_rests_on_the_local_clause_of_its_place_after_the_central_one(checks: CheckSet) -> None:
    assert check_of(applying(checks, "CN-64"), "check-in").clauses == (
        "CEN24-13c1", "MEAS26-NEG2", "OPN23-USE", "NX24-5a")
    assert "NX24-5a" not in check_of(applying(checks, "CN"), "check-in").clauses


def test_automatic_traces_are_allowed_beside_the_ban_and_yield_to_the_later_central_rule(checks: CheckSet) -> None:
    for place, clause in (("CN-33", "ZJ20-20a"), ("CN-11", "BJ19-14b")):
        there = applying(checks, place)
        check = check_of(there, "media-upload")
        assert clause in check.beside
        assert clause not in check.clauses
        assert there.clauses[clause].outranked_by == "CEN24-14f"
    assert check_of(applying(checks, "CN"), "media-upload").beside == ()


def test_online_supervision_yields_to_article_14(checks: CheckSet) -> None:
    assert applying(checks, "CN-33").clauses["ZJ20-16"].outranked_by == "CEN24-14d"
    assert applying(checks, "CN-33").clauses["ZJ20-28"].outranked_by == "CEN24-14a"


def test_a_clause_of_a_narrower_subject_stands_beside_a_finding(checks: CheckSet) -> None:
    check = check_of(checks, "points-ranking")
    assert {"CEN24-18", "CEN24-19", "ZJ20-29"} <= set(check.beside)
    assert not {"CEN24-18", "CEN24-19", "ZJ20-29"} & set(check.clauses)


def test_a_clause_nobody_saw_is_named_by_no_check(checks: CheckSet) -> None:
    unseen = {clause.id for clause in checks.clauses.values() if clause.text is Extent.UNSEEN}
    assert unseen
    assert not [check.id for check in checks.checks if unseen & {*check.clauses, *check.beside}]
