"""Claims about owners: every fact of the data file holds, words that only look like a body are none, nothing is
guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appscan.model.registry import Confidence, Level
from appscan.portfolio.owners import By, Standing, load

OWNERS = load()


@pytest.mark.parametrize("case", OWNERS.tests, ids=lambda case: case["in"] or "empty")
def test_what_the_data_file_claims_of_itself_holds(case):
    match = OWNERS.resolve(case["in"], Level(case["level"]) if "level" in case else None)
    assert (match.owner or None) == case["out"]
    got = {"standing": match.standing, "by": match.by, "confidence": match.confidence, "parent": match.parent}
    assert {key: value for key, value in case.items() if key in got} == {key: got[key] for key in got if key in case}


def test_the_data_file_has_the_bodies_of_the_reform_with_their_marks():
    categories = [body.category for body in OWNERS.bodies.values()]
    counts = [categories.count(kind) for kind in ("constituent", "direct_org", "state_bureau")]
    assert counts == [26, 14, 17]
    assert all(body.confidence is not Confidence.UNKNOWN for body in OWNERS.bodies.values())
    bureaus = [body for body in OWNERS.bodies.values() if body.category == "state_bureau"]
    assert all(body.parent in OWNERS.bodies and body.parent_confidence is Confidence.C for body in bureaus)


def test_every_name_of_every_body_leads_to_it():
    for name, named in OWNERS._names.items():
        match = OWNERS.resolve(name)
        assert (match.standing, match.owner) == (Standing.CENTRAL, named.body), name


@pytest.mark.parametrize("body", [body.name for body in OWNERS.bodies.values() if body.name.endswith("部")])
def test_a_ministry_followed_by_a_sign_of_a_kind_of_body_is_no_ministry(body):
    for sign in ("门", "队", "分"):
        assert OWNERS.resolve(f"{body}{sign}").owner == ""


@pytest.mark.parametrize("province", ["浙江省", "北京市", "宁夏回族自治区", "虚构县", "虚构州虚构县"])
@pytest.mark.parametrize(
    "body", ["教育局", "公安局", "财政局", "市场监督管理局", "卫生健康委员会", "国家安全局", "司法部门服务中心"]
)
def test_a_body_behind_a_place_is_local(province, body):
    match = OWNERS.resolve(province + body)
    assert (match.standing, match.owner) == (Standing.LOCAL, "")


def test_an_arm_is_a_filing_subject_of_its_own_under_the_centre():
    centre, arm = OWNERS.resolve("国家税务总局"), OWNERS.resolve("国家税务总局浙江省税务局")
    assert (centre.owner, arm.owner, arm.by) == ("sta", "sta", By.ARM)
    assert centre.subject != arm.subject


def test_the_less_sure_of_two_marks_stays():
    assert OWNERS.resolve("水利部长江水利委员会").confidence is Confidence.C
    assert OWNERS.resolve("工信部信息中心").confidence is Confidence.B
    assert OWNERS.resolve("国家数据局").confidence is Confidence.C


def test_a_short_name_that_local_bodies_bear_is_local_below_the_centre_and_doubtful_without_a_level():
    assert OWNERS.resolve("发改委").doubt == "shared_name"
    assert OWNERS.resolve("发改委", Level.CENTRAL).doubt == ""
    below = OWNERS.resolve("发改委", Level.CITY)
    assert (below.standing, below.owner, below.candidates) == (Standing.LOCAL, "", ("ndrc",))
    assert OWNERS.resolve("国家发展改革委", Level.CITY).doubt == "level_contradicts"


def test_what_is_unknown_has_candidates_for_a_person_and_no_owner():
    match = OWNERS.resolve("国家发展和改格委员会")
    assert (match.standing, match.owner) == (Standing.UNKNOWN, "")
    assert OWNERS.near("国家发展和改格委员会")[0] == "ndrc"
    assert OWNERS.resolve("国家档案局").candidates == ("zb",)
    assert OWNERS.resolve("教育部某某突击队").candidates == ("moe",)


def test_a_domain_is_a_hint_and_one_of_another_name_is_none():
    assert (OWNERS.hinted("app.miit.gov.cn"), OWNERS.hinted("miit.gov.cn"), OWNERS.hinted("notmiit.gov.cn")) == (
        "miit",
        "miit",
        "",
    )


@given(st.text(max_size=500), st.sampled_from([None, *Level]))
def test_any_text_has_an_answer_and_only_known_bodies_are_owners(text, level):
    match = OWNERS.resolve(text, level)
    assert (match.owner in OWNERS.bodies) == (match.standing is Standing.CENTRAL)
    assert bool(match.identity) == (match.standing is not Standing.MISSING)


@given(st.sampled_from([name for name in OWNERS._names if not name.isascii()]), st.sampled_from(" 　\n“”《》\"'"))
def test_spaces_and_quotation_marks_change_nothing(name, sign):
    assert OWNERS.resolve(sign.join(name)).owner == OWNERS.resolve(name).owner
