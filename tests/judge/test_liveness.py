"""What something leads to is alive, what nothing leads to is dead, and a path begins where Android enters."""

from __future__ import annotations

import pytest

from appscan.checks import CheckSet
from appscan.checks.pack import Term, Word
from appscan.judge.judge import judge
from appscan.judge.liveness import MAX_PATH
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.model.judgement import Finding, Presence, Verdict
from appscan.model.reading import Reading

from .built_readings import reading_of
from .small_readings import Method, blinding, page, reading_with, with_code

NATIVE = ["checkin-native", "checkin-retrofit", "checkin-r8", "points-native", "track-native", "media-native",
          "duration-native", "install-native"]
MAIN, HELPER, OTHER = "Lcn/example/town/Main;", "Lcn/example/town/Helper;", "Lcn/example/town/Other;"
ACTIVITY, RUNNABLE = "Landroid/app/Activity;", "Ljava/lang/Runnable;"
URL = "/api/kaoqin/daka"


def findings(reading: Reading, checks: CheckSet) -> dict[str, Finding]:
    return {finding.check_id: finding for finding in judge(reading, checks).findings}


def program(*methods: Method, parents: dict[str, str] | None = None) -> Reading:
    """An app whose only component is MAIN, an activity."""
    launcher = reading_with(components={"cn.example.town.Main": "launcher"})
    return with_code(launcher, [Method(MAIN, "onCreate"), *methods] if not any(
        method.owner == MAIN for method in methods) else methods, {MAIN: ACTIVITY, **(parents or {})})


def path_to_the_address(reading: Reading, checks: CheckSet) -> tuple[bool, tuple[str, ...]]:
    """Whether the code that holds URL is alive, and the path to it."""
    sight = Sight(reading, checks.vocabulary)
    hits = sight.hits(Term(Kind.ENDPOINT, (Word("daka"),)))
    assert len(hits) == 1
    return hits[0].live, sight.liveness.path_to(hits[0].method)


# ---------------------------------------------------------------- fixtures


def test_a_dead_layout_and_a_dead_class_are_mentioned_with_the_reason(checks: CheckSet) -> None:
    found = findings(reading_of("dead-layout"), checks)
    for check_id in ("check-in", "media-upload"):
        finding = found[check_id]
        assert (finding.presence, finding.verdict) == (Presence.MENTIONED, Verdict.INFO)
        assert "dead" in {message.id for message in finding.why}
        assert not any(one.signal.live for occurrence in finding.occurrences for one in occurrence.evidence)


def test_a_library_s_vocabulary_is_bundled_and_never_reachable(checks: CheckSet) -> None:
    found = findings(reading_of("library-only"), checks)
    assert found["check-in"].presence is Presence.BUNDLED
    for finding in found.values():
        assert finding.presence.rank <= Presence.BUNDLED.rank
        assert finding.verdict in (Verdict.INFO, Verdict.NOT_FOUND)
        if finding.presence is Presence.BUNDLED:
            assert all(one.signal.origin for occurrence in finding.occurrences for one in occurrence.evidence)


@pytest.mark.parametrize("name", NATIVE)
def test_a_path_begins_at_a_component_of_the_manifest(name: str, checks: CheckSet) -> None:
    reading = reading_of(name)
    program = Sight(reading, checks.vocabulary).program
    named = [program.class_by_name[component] for component in program.components if component in program.class_by_name]
    entered = {program.dotted(sid).rpartition(".")[2] for component in named
               for sid in (component, *program.ancestors(component))}
    paths = [occurrence.path for finding in judge(reading, checks).findings for occurrence in finding.occurrences
             if occurrence.path and finding.presence is Presence.REACHABLE]
    assert paths
    for path in paths:
        assert path[0].partition(".")[0].partition("$")[0] in entered, path
        assert len(path) <= MAX_PATH


def test_an_interface_behind_a_proxy_is_alive_and_its_screen_is_who_calls_it(checks: CheckSet) -> None:
    occurrences = findings(reading_of("checkin-retrofit"), checks)["check-in"].occurrences
    assert any("MainActivity" in occurrence.screen for occurrence in occurrences)
    addresses = {one.signal.value for occurrence in occurrences for one in occurrence.evidence
                 if one.signal.kind is Kind.ENDPOINT}
    assert "attendance/clockIn" in addresses


def test_screens_carry_the_title_that_a_person_sees(checks: CheckSet) -> None:
    finding = findings(reading_of("checkin-native"), checks)["check-in"]
    screens = {occurrence.screen for occurrence in finding.occurrences}
    assert "打卡签到（CheckInActivity）" in screens
    assert "今日未签到名单（AbsentListActivity）" in screens


def test_the_page_of_a_bundle_is_its_screen(checks: CheckSet) -> None:
    occurrences = findings(reading_of("checkin-uniapp"), checks)["check-in"].occurrences
    assert any("pages/checkin/checkin" in one.signal.place.screen for occurrence in occurrences
               for one in occurrence.evidence)


# ---------------------------------------------------------------- programs in memory


def test_what_the_launcher_calls_is_alive_with_its_path(checks: CheckSet) -> None:
    reading = program(Method(MAIN, "onCreate", (f"{HELPER}->send",)), Method(HELPER, "send", strings=(URL,)))
    assert path_to_the_address(reading, checks) == (True, ("Main.onCreate", "Helper.send"))
    assert findings(reading, checks)["check-in"].presence is Presence.REACHABLE


def test_what_nothing_calls_is_dead(checks: CheckSet) -> None:
    reading = program(Method(HELPER, "send", strings=(URL,)))
    assert path_to_the_address(reading, checks)[0] is False
    finding = findings(reading, checks)["check-in"]
    assert (finding.presence, finding.verdict) == (Presence.MENTIONED, Verdict.INFO)
    assert "dead" in {message.id for message in finding.why}


def test_two_dead_methods_that_call_each_other_stay_dead(checks: CheckSet) -> None:
    reading = program(Method(HELPER, "send", (f"{OTHER}->again",), strings=(URL,)),
                      Method(OTHER, "again", (f"{HELPER}->send",)))
    assert path_to_the_address(reading, checks)[0] is False


def test_a_method_nobody_calls_in_a_living_class_is_dead(checks: CheckSet) -> None:
    reading = program(Method(MAIN, "onCreate", (f"{HELPER}->open",)), Method(HELPER, "open"),
                      Method(HELPER, "leftOver", strings=(URL,)))
    assert path_to_the_address(reading, checks)[0] is False


def test_a_callback_of_an_object_that_is_made_is_alive(checks: CheckSet) -> None:
    reading = program(Method(MAIN, "onCreate", (f"{HELPER}-><init>",), types=(HELPER,)), Method(HELPER, "<init>"),
                      Method(HELPER, "run", strings=(URL,)), parents={HELPER: "Ljava/lang/Thread;"})
    assert path_to_the_address(reading, checks)[0] is True


def test_a_subclass_answers_for_the_method_that_is_called(checks: CheckSet) -> None:
    reading = program(Method(MAIN, "onCreate", (f"{HELPER}->send",), types=(OTHER,)), Method(HELPER, "send"),
                      Method(OTHER, "send", strings=(URL,)), parents={OTHER: HELPER})
    assert path_to_the_address(reading, checks)[0] is True


def test_a_class_named_in_a_string_is_alive(checks: CheckSet) -> None:
    named = program(Method(MAIN, "onCreate", strings=("cn.example.town.Helper",)),
                    Method(HELPER, "onCreate", strings=(URL,)), parents={HELPER: ACTIVITY})
    assert path_to_the_address(named, checks)[0] is True


def test_a_native_method_and_a_static_initializer_are_entered_from_outside(checks: CheckSet) -> None:
    for name, flags in (("<clinit>", 0x8), ("call", 0x101)):
        reading = program(Method(MAIN, "onCreate", types=(HELPER,)), Method(HELPER, name, strings=(URL,), flags=flags))
        assert path_to_the_address(reading, checks)[0] is True


def test_where_code_is_hidden_nothing_is_shown_dead(checks: CheckSet) -> None:
    reading = program(Method(HELPER, "send", strings=(URL,)))
    sight = Sight(reading, checks.vocabulary, code_blind=True)
    assert all(hit.live for hit in sight.hits(Term(Kind.ENDPOINT, (Word("daka"),))))


def test_a_path_without_end_is_cut(checks: CheckSet) -> None:
    chain = [Method(HELPER, f"step{number}", (f"{HELPER}->step{number + 1}",)) for number in range(60)]
    reading = program(Method(MAIN, "onCreate", (f"{HELPER}->step0",)), *chain, Method(HELPER, "step60", strings=(URL,)))
    live, path = path_to_the_address(reading, checks)
    assert live
    assert len(path) == MAX_PATH
    assert path[-1] == "Helper.step60"


def test_a_circle_of_superclasses_ends(checks: CheckSet) -> None:
    reading = program(Method(MAIN, "onCreate", types=(HELPER,)), Method(HELPER, "run", strings=(URL,)),
                      Method(OTHER, "run"), parents={HELPER: OTHER, OTHER: HELPER})
    assert path_to_the_address(reading, checks)[0] in (True, False)


def test_a_method_belongs_to_the_screens_that_lead_to_it(checks: CheckSet) -> None:
    second = "Lcn/example/town/Second;"
    reading = with_code(
        reading_with(components={"cn.example.town.Main": "launcher", "cn.example.town.Second": "activity"}),
        [Method(MAIN, "onCreate", (f"{HELPER}->send",)), Method(second, "onCreate", (f"{HELPER}->send",)),
         Method(HELPER, "send", strings=(URL,))], {MAIN: ACTIVITY, second: ACTIVITY})
    hit = Sight(reading, checks.vocabulary).hits(Term(Kind.ENDPOINT, (Word("daka"),)))[0]
    assert hit.screens == {"cn.example.town.Main", "cn.example.town.Second"}


def test_an_inner_class_belongs_to_its_outer_screen(checks: CheckSet) -> None:
    inner = "Lcn/example/town/Main$1;"
    reading = program(Method(MAIN, "onCreate", types=(inner,)), Method(inner, "run", strings=(URL,)),
                      parents={inner: "Ljava/lang/Thread;"})
    hit = Sight(reading, checks.vocabulary).hits(Term(Kind.ENDPOINT, (Word("daka"),)))[0]
    assert hit.screens == {"cn.example.town.Main"}


def test_the_constant_of_a_call_decides_whether_it_is_the_act(checks: CheckSet) -> None:
    dialog = "Landroid/app/AlertDialog$Builder;->setCancelable"
    term = Term(Kind.DIALOG, groups=("dialog_cannot_cancel",))
    for constant, is_act in ((0, True), (1, False)):
        reading = program(Method(MAIN, "onCreate", ((dialog, constant),)))
        assert bool(Sight(reading, checks.vocabulary).hits(term)) is is_act


def test_calls_made_by_a_library_are_no_acts_of_the_app(checks: CheckSet) -> None:
    locate = "Landroid/location/LocationManager;->requestLocationUpdates"
    term = Term(Kind.CALL, groups=("location",))
    own = program(Method(MAIN, "onCreate", (locate,)))
    assert [hit.method >= 0 for hit in Sight(own, checks.vocabulary).hits(term)] == [True]
    library = "Lcom/amap/api/location/Client;"
    of_library = program(Method(library, "start", (locate,)))
    assert Sight(of_library, checks.vocabulary).hits(term) == ()


def test_texts_of_scripts_of_libraries_are_bundled(checks: CheckSet) -> None:
    file = "assets/www/js/chunk-vendors.a1b2c3d4.js"
    reading = reading_with(page("", ("button", "立即签到"), file=file), gaps=())
    assert findings(reading, checks)["check-in"].presence is Presence.BUNDLED
    both = reading_with(page("", ("button", "立即签到"), file=file), page("pages/a/a", ("button", "立即签到")))
    assert findings(both, checks)["check-in"].presence is Presence.REACHABLE


def test_a_bundled_feature_in_a_blinded_app_is_inconclusive(checks: CheckSet) -> None:
    file = "assets/www/js/chunk-vendors.a1b2c3d4.js"
    reading = reading_with(page("", ("button", "立即签到"), file=file), gaps=[blinding(*Kind)])
    assert findings(reading, checks)["check-in"].verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("names", "is_library"), [
    (["Java_com_baidu_platform_comjni_JNIBase_Create"], True),
    (["Java_com_baidu_platform_comjni_JNIBase_Create", "com/baidu/mapapi/model/ParcelItem", "java/lang/String",
      "data/tile/list"], True),
    ([*(f"Java_com_baidu_platform_comjni_JNIBase_c{number}" for number in range(6)), "vi/vos/vsi/VMsg"], True),
    (["com/baidu/mapapi/model/ParcelItem", "java/lang/String"], False),
    (["com/amap/api/location"], False),
    (["Java_com_baidu_a_B_c", "cn/example/town/Native"], False),
    (["Java_com_baidu_a_B_c", "Java_cn_example_town_Codec_init"], False),
    (["Java_com_1baidu_map_Base_create"], False),
    (["Java_cn_example_1town_Codec_init"], False),
    (["java/lang/String", "/map/list"], False),
    ([], False),
])
def test_a_native_library_belongs_to_whose_classes_it_serves(checks: CheckSet, names: list[str],
                                                             is_library: bool) -> None:
    file = "lib/armeabi/libcore.so"
    native = [("native", name) for name in (*names, "上报轨迹")]
    sight = Sight(reading_with(page("", literals=native, file=file)), checks.vocabulary)
    hits = sight.hits(Term(Kind.TEXT, (Word("上报轨迹"),)))
    assert bool(hits) is not is_library  # what the inside of a library says is no word of an interface


def test_messages_inside_a_native_library_show_no_feature(checks: CheckSet) -> None:
    """A map SDK with a data base and a decoder in it: "does not match", "cannot", on what is no screen."""
    native = ["Java_com_baidu_platform_comjni_JNIBase_Create", "com/baidu/platform/comjni/tools/ParcelItem",
              "%r ORDER BY term does not match any column in the result set", "Cannot add a PRIMARY KEY column"]
    file = "lib/armeabi/libBaiduMapSDK.so"
    assert "redundant-form" not in findings(
        reading_with(page("", literals=[("native", text) for text in native], file=file)), checks)


@pytest.mark.parametrize(("permissions", "found"), [(["android.permission.INTERNET"], True), ([], False)])
def test_a_place_handed_to_another_part_of_an_app_without_network_is_no_upload(
        checks: CheckSet, permissions: list[str], *, found: bool) -> None:
    launcher = reading_with(components={"cn.example.town.Main": "launcher"}, permissions=permissions)
    watch = "Landroid/location/LocationManager;->requestLocationUpdates"
    reading = with_code(launcher, [Method(MAIN, "onCreate", (watch, f"{MAIN}->sendLocation")),
                                   Method(MAIN, "sendLocation", ("Landroid/os/Messenger;->send",))], {MAIN: ACTIVITY})
    assert ("track-upload" in findings(reading, checks)) is found
