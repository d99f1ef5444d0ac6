"""Limits blind what they hide and never accuse; one weak mark, or a name alone, never makes an app packed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appscan.checks import CheckSet
from appscan.checks.pack import Limit, Mark, Structure
from appscan.judge.judge import Judgement, judge
from appscan.judge.limits import Structures, standing_limits
from appscan.judge.remote import RemotePages
from appscan.judge.sight import Sight
from appscan.model.coverage import Gap, Kind
from appscan.model.judgement import Force, Presence, Verdict
from appscan.model.reading import Reading
from appscan.texts import has

from .built_readings import reading_of
from .small_readings import Method, blinding, page, reading_with, with_code

TEXT = {"zh": "x", "en": "x"}
ACTIVITY = "Landroid/app/Activity;"
MAIN = "cn.example.town.MainActivity"
STUB = "com.stub.StubApp"


def verdicts(judged: Judgement) -> set[Verdict]:
    return {row.verdict for row in judged.verdicts}


def blinding_gaps(judged: Judgement) -> list[Gap]:
    return [gap for gap in judged.coverage.gaps if gap.blinds]


def standing(limit: Limit, reading: Reading, checks: CheckSet) -> tuple[Gap, ...]:
    pages = RemotePages(Sight(reading, checks.vocabulary))
    return standing_limits([limit], Structures(reading, checks.vocabulary), pages)


def limit(strong: tuple[Mark, ...] = (), weak: tuple[Mark, ...] = ()) -> Limit:
    return Limit("wrapped", TEXT, TEXT, (Kind.CALL, Kind.TEXT), strong, weak)


def app(*pages: object, entries: tuple[str, ...] = (), components: dict[str, str] | None = None,
        classes: tuple[str, ...] = (MAIN,)) -> Reading:
    """An app with a launcher; `classes` are those in its DEX."""
    declared = {MAIN: "launcher"} if components is None else components
    reading = reading_with(page("p", ("label", "你好")), entries=entries, components=declared)
    return with_code(reading, [Method("L" + name.replace(".", "/") + ";", "onCreate") for name in classes],
                     {"L" + name.replace(".", "/") + ";": ACTIVITY for name in classes})


# ---------------------------------------------------------------- marks


def test_one_structure_answers_different_limits_one_after_the_other(checks: CheckSet) -> None:
    reading = app(entries=("assets/shell.bin",), classes=(MAIN, "com.wrap.Stub"))
    structures, pages = Structures(reading, checks.vocabulary), RemotePages(Sight(reading, checks.vocabulary))
    for mark in (Mark("class", classes=("Lcom/wrap/*;",)), Mark("entry", entry=("assets/*.bin",))):
        assert standing_limits([limit(strong=(mark,))], structures, pages), mark.name
    assert not standing_limits([limit(strong=(Mark("none", classes=("Lcom/wrapped/*;",)),))], structures, pages)


@pytest.mark.parametrize("mark", [Mark("any", classes=("*",)), Mark("any", entry=("*",)), Mark("any", entry=("??*",))])
def test_a_mark_of_wildcards_alone_fits_whatever_is_there(mark: Mark, checks: CheckSet) -> None:
    assert standing(limit(strong=(mark,)), app(entries=("assets/shell.bin",)), checks)
    assert not standing(limit(strong=(Mark("any", entry=mark.entry or ("*",)),)), app(), checks)


def test_any_strong_mark_stands_for_the_limit_and_is_named(checks: CheckSet) -> None:
    wrapped = limit(strong=(Mark("other", entry=("lib/*/libother.so",)), Mark("wrap", component=(STUB,))))
    gaps = standing(wrapped, app(components={STUB: "application", MAIN: "launcher"}), checks)
    assert [(gap.reason, gap.params["name"], gap.place, gap.blinds) for gap in gaps] == [
        ("wrapped", "wrap", STUB, True)]
    assert gaps[0].kinds == {Kind.CALL, Kind.TEXT}


def test_a_limit_of_a_custom_pack_speaks_for_itself(checks: CheckSet) -> None:
    title, advice = {"zh": "外套", "en": "Coat"}, {"zh": "脱掉{name}", "en": "Take off {name}"}
    wrapped = Limit("wrapped", title, advice, (Kind.CALL,), (Mark("wrap", component=(STUB,)),), ())
    coated = app(components={STUB: "application", MAIN: "launcher"})

    def said(shipped: bool) -> dict[str, str]:
        gaps = judge(coated, replace(checks, limits=(wrapped,), shipped=shipped)).coverage.gaps
        return dict(next(gap.params for gap in gaps if gap.reason == "wrapped"))

    assert said(shipped=True) == {"name": "wrap", "url": STUB}
    assert said(shipped=False) == said(shipped=True) | {
        "title_zh": "外套", "title_en": "Coat", "advice_zh": "脱掉{name}", "advice_en": "Take off {name}"}


def test_all_keys_of_a_mark_must_hold(checks: CheckSet) -> None:
    mark = Mark("wrap", entry=("lib/*/libwrap.so",), classes=("com.wrap.*",))
    library = ("lib/arm64-v8a/libwrap.so",)
    assert not standing(limit((mark,)), app(entries=library), checks)
    assert not standing(limit((mark,)), app(classes=(MAIN, "com.wrap.Loader")), checks)
    assert standing(limit((mark,)), app(entries=library, classes=(MAIN, "com.wrap.Loader")), checks)


def test_one_weak_mark_never_suffices_nor_two_of_one_name(checks: CheckSet) -> None:
    one, same, other = (Mark("file", entry=("a.bin",)), Mark("file", entry=("b.bin",)), Mark("class", classes=("w.*",)))
    reading = app(entries=("a.bin", "b.bin"), classes=(MAIN, "w.Wrap"))
    assert not standing(limit(weak=(one, same)), reading, checks)
    assert standing(limit(weak=(one, other)), reading, checks)
    assert not standing(limit(weak=(one, Mark("class", classes=("z.*",)))), reading, checks)


def test_globs_are_of_whole_names(checks: CheckSet) -> None:
    mark = limit((Mark("wrap", entry=("lib/*/libwrap.so",)),))
    assert not standing(mark, app(entries=("assets/lib/x/libwrap.so.txt", "lib/x/libwrapper.so")), checks)


@pytest.mark.parametrize(("components", "classes", "missing"), [
    ({MAIN: "launcher"}, (MAIN,), False),
    ({MAIN: "launcher"}, ("a.b",), True),
    ({MAIN: "launcher", "x.Service": "service"}, (MAIN,), False),
    ({MAIN: "launcher", "x.S": "service", "x.T": "service"}, (MAIN,), True),
    ({MAIN: "launcher", "x.Second": "launcher"}, (MAIN,), False),
    ({}, (MAIN,), False),
])
def test_components_are_missing_when_most_of_them_or_all_launchers_are_in_no_code(
        components: dict[str, str], classes: tuple[str, ...], missing: bool, checks: CheckSet) -> None:
    assert Structures(app(components=components, classes=classes), checks.vocabulary).missing_components is missing


def test_a_frame_of_a_few_classes_is_few_only_beside_many_components(checks: CheckSet) -> None:
    many = {f"x.A{number}": "activity" for number in range(5)}
    assert Structures(app(components=many), checks.vocabulary).few_classes
    assert not Structures(app(), checks.vocabulary).few_classes


def test_every_structure_can_be_asked_for(checks: CheckSet) -> None:
    structures, pages = Structures(app(), checks.vocabulary), RemotePages(Sight(app(), checks.vocabulary))
    assert {structures.holds(structure, pages) for structure in Structure} == {""}


# ---------------------------------------------------------------- the shipped limits


def test_every_gap_of_a_limit_can_be_explained(checks: CheckSet) -> None:
    for shipped in checks.limits:
        assert shipped.advice["zh"].strip()
        assert has(f"gaps.{shipped.id}"), shipped.id


@pytest.mark.parametrize("name", ["packed-shell", "packed-unknown"])
def test_a_packed_app_is_never_clean(name: str, checks: CheckSet) -> None:
    judged = judge(reading_of(name), checks)
    assert "packed" in {gap.reason for gap in blinding_gaps(judged)}
    assert verdicts(judged) == {Verdict.INCONCLUSIVE}
    for finding in judged.findings:
        assert finding.presence_at_most.rank >= Presence.REACHABLE.rank
        assert finding.force_at_most is Force.ORDER
        assert {message.id for message in finding.why} >= {"not_enough_seen", "open_upwards", "gap"}


def test_a_known_packer_is_named(checks: CheckSet) -> None:
    gaps = [gap for gap in blinding_gaps(judge(reading_of("packed-shell"), checks)) if gap.reason == "packed"]
    assert [gap.params["name"] for gap in gaps] == ["360 加固"]


def test_what_only_looks_packed_is_read(checks: CheckSet) -> None:
    judged = judge(reading_of("packed-lookalike"), checks)
    assert blinding_gaps(judged) == []
    assert not verdicts(judged) & {Verdict.INCONCLUSIVE, Verdict.NEEDS_REVIEW, Verdict.LIKELY_VIOLATION}


def test_a_shell_around_a_site_is_never_clean_and_names_the_address(checks: CheckSet) -> None:
    judged = judge(reading_of("remote-shell"), checks)
    gaps = blinding_gaps(judged)
    assert [(gap.reason, gap.params["url"]) for gap in gaps] == [
        ("remote-shell", "https://demo.example.invalid/h5/index.html")]
    assert verdicts(judged) == {Verdict.INCONCLUSIVE}


def test_a_start_page_of_a_site_makes_a_shell(checks: CheckSet) -> None:
    reading = reading_with(page("p", ("label", "你好")), start="https://town.example.invalid/")
    assert [gap.params["url"] for gap in blinding_gaps(judge(reading, checks))] == ["https://town.example.invalid/"]
    local = reading_with(page("p", ("label", "你好")), start="file:///android_asset/www/index.html")
    assert blinding_gaps(judge(local, checks)) == []


def test_an_app_with_pages_of_its_own_that_also_opens_a_site_is_no_shell(checks: CheckSet) -> None:
    for name in ("checkin-native", "decoy", "points-native", "dead-layout"):
        assert "remote-shell" not in {gap.reason for gap in judge(reading_of(name), checks).coverage.gaps}


def test_unread_nested_code_is_never_clean(checks: CheckSet) -> None:
    judged = judge(reading_of("nested-encrypted"), checks)
    assert verdicts(judged) == {Verdict.INCONCLUSIVE}
    assert {gap.place.split("!")[0] for gap in blinding_gaps(judged)} == {"assets/module.zip"}


# ---------------------------------------------------------------- what a blinded kind leaves open


def test_what_is_seen_of_a_blinded_app_still_counts(checks: CheckSet) -> None:
    seen = reading_with(page("p", ("button", "立即签到"), ("label", "未签到人员名单")), gaps=[blinding(*Kind)])
    judged = judge(seen, checks)
    by_check = {row.check_id: row.verdict for row in judged.verdicts}
    assert by_check.pop("check-in") is Verdict.LIKELY_VIOLATION
    assert set(by_check.values()) == {Verdict.INCONCLUSIVE}


def test_a_control_in_a_blinded_app_without_force_is_for_a_person(checks: CheckSet) -> None:
    seen = reading_with(page("p", ("button", "立即签到")), gaps=[blinding(Kind.TEXT)])
    finding = next(one for one in judge(seen, checks).findings if one.check_id == "check-in")
    assert (finding.verdict, finding.force, finding.presence) == (Verdict.NEEDS_REVIEW, Force.NONE, Presence.REACHABLE)
    assert finding.force_at_most.rank > Force.NUDGE.rank
    assert "open_upwards" in {message.id for message in finding.why}


def test_a_mention_in_a_blinded_app_is_inconclusive(checks: CheckSet) -> None:
    prose = ("prose", "关于规范签到管理工作的说明，各单位结合实际研究签到办法。")
    for gaps, verdict in (((), Verdict.INFO), ((blinding(*Kind),), Verdict.INCONCLUSIVE)):
        judged = judge(reading_with(page("p", prose), gaps=gaps), checks)
        assert next(row.verdict for row in judged.verdicts if row.check_id == "check-in") is verdict


def test_a_local_gap_leaves_everything_as_it_is(checks: CheckSet) -> None:
    local = Gap(frozenset(Kind), "lib/x.so", "native_code")
    judged = judge(reading_with(page("p", ("label", "天气")), gaps=[local]), checks)
    asked = {check.id for check in checks.checks if check.polarity == "required"}
    assert {row.verdict for row in judged.verdicts if row.check_id not in asked} == {Verdict.NOT_FOUND}
    assert {row.verdict for row in judged.verdicts if row.check_id in asked} == {Verdict.INFO}
    assert local in judged.coverage.gaps


def test_a_file_of_more_words_than_an_interface_has_is_told(checks: CheckSet) -> None:
    literals = [("string", f"词条{number}") for number in range(3001)]
    judged = judge(reading_with(page("p", literals=literals, file="assets/words.js")), checks)
    assert [(gap.place, gap.blinds) for gap in judged.coverage.gaps if gap.reason == "word_list"] == [
        ("assets/words.js", False)]
    fewer = judge(reading_with(page("p", literals=literals[1:], file="assets/words.js")), checks)
    assert "word_list" not in {gap.reason for gap in fewer.coverage.gaps}
    data = judge(reading_with(page("p", literals=literals, file="assets/words.json")), checks)
    assert [gap.kinds for gap in data.coverage.gaps if gap.reason == "word_list"] == [{Kind.TEXT, Kind.FIELD}]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.CONTROL, Kind.ENDPOINT, Kind.CALL])
def test_a_needed_kind_that_is_blinded_leaves_the_check_open(kind: Kind, checks: CheckSet) -> None:
    judged = judge(reading_with(page("p", ("label", "天气")), gaps=[blinding(kind)]), checks)
    for check in checks.checks:
        verdict = next(row.verdict for row in judged.verdicts if row.check_id == check.id)
        asked = check.polarity == "banned" or kind is Kind.TEXT  # by its texts an app is known not to be asked
        assert (verdict is Verdict.INCONCLUSIVE) is (kind in check.needs and asked), (check.id, kind)
