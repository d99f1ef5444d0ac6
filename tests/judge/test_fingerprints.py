"""A fingerprint survives a rebuild: another order of strings, other names of helpers, another version."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest

from appscan.checks import CheckSet
from appscan.judge.fingerprints import anchor_of, fingerprint, is_opaque
from appscan.judge.hits import Hit
from appscan.judge.judge import judge
from appscan.model.coverage import Kind
from appscan.model.judgement import Finding
from appscan.model.reading import Reading, Strings

from .built_readings import reading_of
from .small_readings import Method, page, reading_with, with_code

FORCED = ["checkin-native", "checkin-uniapp", "checkin-retrofit", "points-native", "track-native", "media-native"]
HERE = "pages/sign/sign"


def marks(reading: Reading, checks: CheckSet) -> dict[str, list[str]]:
    """Check → fingerprints, in order."""
    return {finding.check_id: [one.fingerprint for one in finding.occurrences]
            for finding in judge(reading, checks).findings}


def finding_of(reading: Reading, checks: CheckSet, check_id: str = "check-in") -> Finding:
    return next(one for one in judge(reading, checks).findings if one.check_id == check_id)


def with_strings(reading: Reading, texts: list[bytes]) -> Reading:
    ends = np.fromiter(accumulate(map(len, texts)), dtype=np.int64)
    return replace(reading, strings=Strings(b"".join(texts), ends))


def renamed(reading: Reading, old: str, new: str) -> Reading:
    """The same program after a shrinker gave other names."""
    texts = [reading.strings.raw(sid) for sid in range(len(reading.strings))]
    return with_strings(reading, [re.sub(old.encode(), new.encode(), text) for text in texts])


def hit(kind: Kind, value: str, role: str = "") -> Hit:
    return Hit(kind, value, "f", frozenset(["s"]), "e", role=role)


@pytest.mark.parametrize("name", FORCED)
def test_fingerprints_are_16_hex_digits_and_differ(name: str, checks: CheckSet) -> None:
    found = [mark for some in marks(reading_of(name), checks).values() for mark in some]
    assert found
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in found)
    assert len(set(found)) == len(found)


def test_a_new_name_of_a_helper_class_changes_nothing(checks: CheckSet) -> None:
    for name, old, new in (("checkin-native", r"Lcom/xugou/wanggetong/Http;", "La/b;"),
                           ("checkin-retrofit", r"Lcn/xg/cunwu/net/(\w)\w*;", r"Lc/\1;")):
        before = reading_of(name)
        after = renamed(before, old, new)
        assert after.strings.blob != before.strings.blob
        assert marks(after, checks) == marks(before, checks)


def test_another_version_changes_nothing(checks: CheckSet) -> None:
    before = reading_of("checkin-native")
    after = replace(before, artifact=replace(before.artifact, version_code="99", version_name="9.9", sha256="f" * 64))
    assert marks(after, checks) == marks(before, checks)


def test_another_order_of_strings_changes_nothing(checks: CheckSet) -> None:
    pages = (page(HERE, ("title", "考勤"), ("button", "立即签到"), ("label", "未签到人员")),
             page("pages/rank/rank", ("title", "积分排名"), literals=[("string", "/score/rankList")]))
    plain, other = reading_with(*pages), reading_with(*pages, shuffled=[f"x{number}" for number in range(500)])
    assert marks(plain, checks) == marks(other, checks)
    assert marks(plain, checks)["check-in"]


def test_more_texts_calls_and_pages_change_no_fingerprint_that_is_there(checks: CheckSet) -> None:
    first = page(HERE, ("button", "立即签到"))
    more = page(HERE, ("button", "立即签到"), ("label", "漏签名单"), ("prose", "考勤办法" * 40), calls=["uni.scanCode"])
    other = page("pages/away/away", ("button", "外勤打卡"))
    before = marks(reading_with(first), checks)["check-in"]
    assert marks(reading_with(more), checks)["check-in"] == before
    assert set(before) < set(marks(reading_with(more, other), checks)["check-in"])


def test_a_screen_whose_class_was_renamed_keeps_its_fingerprint_by_its_endpoint(checks: CheckSet) -> None:
    def app(owner: str) -> Reading:
        components = {"cn.example.town.MainActivity": "launcher"}
        main, own = "Lcn/example/town/MainActivity;", f"L{owner};"
        methods = [Method(main, "onCreate", (f"{own}->onCreateView",), types=(own,)),
                   Method(own, "onCreateView", strings=("/api/kaoqin/daka",))]
        return with_code(reading_with(components=components), methods,
                         {main: "Landroid/app/Activity;", own: "Landroid/app/Fragment;"})

    plain, shrunk = marks(app("cn/example/town/SignFragment"), checks), marks(app("a/a/b"), checks)
    assert plain["check-in"] == shrunk["check-in"]


def test_the_same_words_for_two_checks_are_two_occurrences() -> None:
    assert fingerprint("a", "control", "x") != fingerprint("b", "control", "x")
    assert fingerprint("a", "control", "x") != fingerprint("a", "endpoint", "x")


def test_the_anchor_is_the_endpoint_else_the_control_else_the_component_else_the_text() -> None:
    endpoint, control = hit(Kind.ENDPOINT, "/Api/Sign/?t=1"), hit(Kind.CONTROL, "立即 签到！")
    text, call = hit(Kind.TEXT, "请 签到"), hit(Kind.CALL, "android.x", role="location")
    assert anchor_of([text, control, endpoint, call], "考勤 页", "a.B") == ("endpoint", "/api/sign")
    assert anchor_of([text, control, call], "考勤 页", "a.B") == ("control", "立即签到@考勤页")
    assert anchor_of([text, call], "考勤 页", "a.B") == ("component", "a.B")
    assert anchor_of([text, call], "考勤 页", "") == ("text", "请签到")
    assert anchor_of([call], "", "") == ("call", "location")
    assert anchor_of([], "", "") == ("call", "")


@pytest.mark.parametrize(("name", "opaque"), [
    ("a.b.c", True), ("c", True), ("com.town.a", True), ("com.town.Rank$a", True), ("com.town.a1", True),
    ("com.town.A", True), ("res/-a.xml", True), ("res/R5.xml", True),
    ("cn.xg.cunwu.MainActivity", False), ("com.town.ui.Rank", False), ("pages/rank/rank", False), ("index", False),
    ("pages/a/a", False), ("res/layout/a.xml", False), ("assets/www/app.js", False), ("example.Screen", False),
])
def test_names_that_a_shrinker_gives_are_known(name: str, opaque: bool) -> None:
    assert is_opaque(name) is opaque


def test_two_screens_with_one_anchor_are_one_occurrence_with_the_evidence_of_both(checks: CheckSet) -> None:
    shared = ("string", "/api/attendance/clockIn")
    reading = reading_with(page("pages/a/a", ("label", "漏签"), literals=[shared]),
                           page("pages/b/b", ("label", "旷工"), literals=[shared], file="assets/www/b.js"))
    finding = finding_of(reading, checks)
    assert len(finding.occurrences) == 1
    screens = {evidence.signal.place.screen for evidence in finding.occurrences[0].evidence}
    assert screens == {"pages/a/a", "pages/b/b"}
