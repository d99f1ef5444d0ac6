"""Presence and force give the verdict of the table; partial sight never makes an accusation, and never a clean bill."""

from __future__ import annotations

from itertools import product

import pytest

from appscan.judge.verdicts import (
    Profile,
    declaration_of,
    reason_of,
    verdict_between,
    verdict_of,
    verdict_of_required,
    worst,
)
from appscan.model.judgement import Declaration, Force, Presence, Verdict
from appscan.texts import has

LIKELY, REVIEW, INFO, CLEAN = (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.INFO, Verdict.NOT_FOUND)
OPEN = Verdict.INCONCLUSIVE
STATES = list(product(Presence, Force))

# columns: force none, nudge, consequence, no_opt_out, block, order
DEFAULT_TABLE = {
    Presence.NONE: (CLEAN, CLEAN, CLEAN, CLEAN, CLEAN, CLEAN),
    Presence.MENTIONED: (INFO, INFO, INFO, INFO, INFO, REVIEW),
    Presence.BUNDLED: (INFO, INFO, INFO, INFO, INFO, REVIEW),
    Presence.REACHABLE: (REVIEW, REVIEW, LIKELY, LIKELY, LIKELY, LIKELY),
    Presence.EXERCISED: (REVIEW, REVIEW, LIKELY, LIKELY, LIKELY, LIKELY),
}
STRICT_TABLE = DEFAULT_TABLE | dict.fromkeys((Presence.REACHABLE, Presence.EXERCISED), (LIKELY,) * 6)


@pytest.mark.parametrize(("profile", "table"), [(Profile.DEFAULT, DEFAULT_TABLE), (Profile.STRICT, STRICT_TABLE)])
@pytest.mark.parametrize(("presence", "force"), STATES)
def test_every_presence_and_force_has_its_verdict(presence: Presence, force: Force, profile: Profile,
                                                  table: dict[Presence, tuple[Verdict, ...]]) -> None:
    assert verdict_of(presence, force, profile) is table[presence][force.rank]


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(("presence", "force"), STATES)
def test_what_is_certain_has_its_own_verdict_and_is_not_open(presence: Presence, force: Force,
                                                             profile: Profile) -> None:
    certain = (presence, force)
    assert verdict_between(certain, certain, profile) == (verdict_of(presence, force, profile), False)


@pytest.mark.parametrize("profile", Profile)
def test_an_interval_has_the_verdict_of_both_ends_or_the_low_end_if_grave_or_none(profile: Profile) -> None:
    for low, high in product(STATES, STATES):
        if low[0].rank > high[0].rank or low[1].rank > high[1].rank:
            continue
        verdict, is_open = verdict_between(low, high, profile)
        least, most = verdict_of(*low, profile), verdict_of(*high, profile)
        if least is most:
            assert (verdict, is_open) == (least, False)
        elif least in (REVIEW, LIKELY):
            assert (verdict, is_open) == (least, True)
        else:
            assert (verdict, is_open) == (OPEN, True)
        assert verdict is not LIKELY or least is LIKELY, "nothing unseen accuses"
        assert verdict not in (CLEAN, INFO) or most is verdict, "nothing unseen clears"


def test_a_packed_app_that_shows_nothing_is_inconclusive_and_one_that_shows_enough_is_not() -> None:
    nothing, all_of_it = (Presence.NONE, Force.NONE), (Presence.EXERCISED, Force.ORDER)
    assert verdict_between(nothing, all_of_it, Profile.DEFAULT) == (OPEN, True)
    assert verdict_between((Presence.REACHABLE, Force.BLOCK), all_of_it, Profile.DEFAULT) == (LIKELY, False)
    assert verdict_between((Presence.REACHABLE, Force.NONE), all_of_it, Profile.DEFAULT) == (REVIEW, True)


@pytest.mark.parametrize(("presence", "at_most", "verdict"), [
    (Presence.NONE, Presence.NONE, Verdict.MISSING),
    (Presence.MENTIONED, Presence.BUNDLED, Verdict.MISSING),
    (Presence.NONE, Presence.REACHABLE, OPEN),
    (Presence.MENTIONED, Presence.EXERCISED, OPEN),
    (Presence.REACHABLE, Presence.REACHABLE, CLEAN),
    (Presence.EXERCISED, Presence.EXERCISED, CLEAN),
])
def test_a_required_feature_is_missing_only_where_its_absence_is_earned(presence: Presence, at_most: Presence,
                                                                        verdict: Verdict) -> None:
    assert verdict_of_required(presence, at_most) is verdict


def test_nothing_is_missing_where_nobody_asks_for_it() -> None:
    assert verdict_of_required(Presence.NONE, Presence.EXERCISED, False) is INFO
    assert verdict_of_required(Presence.NONE, Presence.NONE, None) is OPEN
    assert verdict_of_required(Presence.REACHABLE, Presence.REACHABLE, False) is CLEAN


def test_verdicts_rank_as_the_gate_reads_them() -> None:
    order = [LIKELY, REVIEW, OPEN, Verdict.EXEMPT, INFO, CLEAN]
    assert sorted(order, key=lambda verdict: -verdict.severity) == order
    assert len({verdict.severity for verdict in order}) == len(order)
    assert Verdict.MISSING.severity == REVIEW.severity
    assert Verdict.EXEMPT_CLAIMED.severity == Verdict.EXEMPT.severity


def test_the_worst_of_none_is_not_found() -> None:
    assert worst([]) is CLEAN
    assert worst([INFO, OPEN, CLEAN]) is OPEN
    assert worst([OPEN, Verdict.MISSING, INFO]) is Verdict.MISSING
    assert worst(Verdict) is LIKELY


@pytest.mark.parametrize("verdict", Verdict)
def test_a_declaration_is_compared_with_what_was_found(verdict: Verdict) -> None:
    assert declaration_of(None, verdict) is Declaration.NO_DECLARATION
    found = verdict in (LIKELY, REVIEW, Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED)
    if verdict is OPEN:
        assert {declaration_of(declared, verdict) for declared in (True, False)} == {Declaration.CANNOT_TELL}
    else:
        assert declaration_of(True, verdict) is (Declaration.MATCHES if found else Declaration.DECLARED_NOT_FOUND)
        assert declaration_of(False, verdict) is (Declaration.UNDECLARED if found else Declaration.MATCHES)


def test_every_reason_can_be_said() -> None:
    for presence, force in STATES:
        for profile in Profile:
            assert has(f"why.{reason_of(verdict_of(presence, force, profile), presence, force).id}")
        assert has(f"why.{reason_of(OPEN, presence, force).id}")
        if presence.rank < Presence.REACHABLE.rank:
            assert has(f"why.{reason_of(Verdict.MISSING, presence, force).id}")
    for key in ("open_upwards", "gap", "dead"):
        assert has(f"why.{key}")
