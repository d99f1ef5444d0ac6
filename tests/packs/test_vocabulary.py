"""The data packs say what they promise: call groups, libraries, contexts, limits, clauses. Knows no reading."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from appscan.checks.load import load, shipped_folder
from appscan.checks.pack import CheckSet, Context, Match
from appscan.judge.contexts import Contexts
from appscan.judge.origins import Origins
from appscan.model.folding import fold

FOLDER = shipped_folder()
LONG = 60_000
SECONDS = 20.0
"""Room for a slow machine; an expression that backtracks would need minutes."""


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return load(FOLDER)


def _document(name: str) -> dict[str, dict[str, object]]:
    node = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert isinstance(node, dict)
    return node


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_pack_is_plain_utf8_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


# ---------------------------------------------------------------- call groups

WANTED_GROUPS = [
    "location", "location_once", "location_continuous", "location_background", "track_service",
    "distance_test", "geofence", "mock_location_test", "wifi_identity", "nfc_read", "scan_code", "face_check",
    "take_photo", "take_video", "choose_album", "camera_open", "upload_file", "network_send", "elapsed_time",
    "wall_time", "periodic", "lifecycle_meter", "usage_stats", "dialog_cannot_cancel", "close_app",
    "open_page", "send_beacon", "show_toast", "dial", "share", "webview_load", "js_bridge", "boot_receiver",
    "wake_lock", "keep_screen_on", "watermark", "exif_read", "export_file", "sort_list", "other_app_query",
    "install_package",
]


def test_every_wanted_group_is_there(checks: CheckSet) -> None:
    assert set(WANTED_GROUPS) <= set(checks.vocabulary.calls)


def test_no_group_is_empty_and_none_lists_a_thing_twice() -> None:
    for name, group in _document("vocabulary/calls.yaml")["groups"].items():
        assert isinstance(group, dict)
        members = [item for part in ("methods", "strings", "scripts") for item in group[part]]
        assert members, name
        assert len(members) == len(set(members)), name


def test_script_chains_are_whole_dotted_components(checks: CheckSet) -> None:
    chain = re.compile(r"^[\w$]+(\.[\w$]+)*$")
    for group in checks.vocabulary.calls.values():
        assert all(chain.match(script) for script in group.scripts), group.name


def test_location_covers_what_is_asked_once_and_what_follows(checks: CheckSet) -> None:
    calls = checks.vocabulary.calls
    whole = {(method.owner, method.name) for method in calls["location"].methods}
    for part in ("location_once", "location_continuous"):
        assert {(method.owner, method.name) for method in calls[part].methods} <= whole
        assert set(calls[part].scripts) <= set(calls["location"].scripts)


def test_clock_and_stopwatch_are_kept_apart(checks: CheckSet) -> None:
    calls = checks.vocabulary.calls
    assert not set(calls["elapsed_time"].methods) & set(calls["wall_time"].methods)
    assert not set(calls["elapsed_time"].scripts) & set(calls["wall_time"].scripts)


def test_a_dialog_that_can_be_cancelled_is_not_in_the_group(checks: CheckSet) -> None:
    assert all(method.equals == 0 for method in checks.vocabulary.calls["dialog_cannot_cancel"].methods)


# ---------------------------------------------------------------- libraries


def test_library_prefixes_are_many_and_well_formed(checks: CheckSet) -> None:
    part = re.compile(r"^[A-Za-z_]\w*(\.\w+)*$")
    prefixes = checks.vocabulary.libraries
    assert len(prefixes) >= 350
    assert all(part.match(prefix) and name.strip() for prefix, name in prefixes.items())


@pytest.mark.parametrize("package", [
    "io.appium", "com.netease.open", "com.netease", "com.hikvision", "com.weaver", "com.seeyon", "com.example", "com",
    "cn", "org", "net", "io", "cn.gov",
])
def test_a_developers_own_package_is_no_library(checks: CheckSet, package: str) -> None:
    assert package not in checks.vocabulary.libraries


@pytest.mark.parametrize("vendor", ["com.tencent", "com.baidu", "com.alibaba", "com.huawei", "com.iflytek"])
def test_a_vendors_name_space_is_a_library_but_in_its_own_apps(checks: CheckSet, vendor: str) -> None:
    descriptor = f"L{vendor.replace('.', '/')}/govshared/Patrol;"
    assert Origins(checks.vocabulary, "cn.gov.county.app").of_class(descriptor)
    assert not Origins(checks.vocabulary, f"{vendor}.govapp").of_class(descriptor)


def _is_library(checks: CheckSet, path: str) -> bool:
    return any(re.search(pattern, path) for pattern, _ in checks.vocabulary.library_scripts)


@pytest.mark.parametrize("path", [
    "assets/www/js/jquery-3.3.1.min.js", "www/js/vue.global.prod.js", "www/js/echarts.min.js",
    "assets/www/cordova.js", "assets/www/plugins/cordova-plugin-camera/www/Camera.js",
    "assets/apps/__UNI__A/www/uni-jsframework.js", "www/static/js/chunk-vendors.a1b2c3d4.js",
    "www/static/js/vendor.9bfc6c3b70a8e0521fc0.js", "www/js/jweixin-1.6.0.js", "www/js/vconsole.min.js",
    "www/js/hls.min.js", "www/js/gdt-jsapi.js",
])
def test_h5_library_is_known_by_its_file(checks: CheckSet, path: str) -> None:
    assert _is_library(checks, path)


@pytest.mark.parametrize("path", [
    "assets/apps/__UNI__A/www/app-service.js", "www/js/app.0a581a89.js", "www/js/index.js", "www/js/store.js",
    "www/js/verify.js", "www/js/vue-checkin.js", "www/js/jquery.checkin.js", "www/js/request.js",
    "www/js/main.js", "www/pages/map.js", "www/js/rank.chart.js",
    "assets/www/plugins/com.town.patrol/www/patrol.js",
])
def test_own_script_is_not_hidden_behind_a_generic_name(checks: CheckSet, path: str) -> None:
    assert not _is_library(checks, path)


@pytest.mark.parametrize(("module", "library"), [
    ("./node_modules/axios/lib/axios.js", True), ("./src/views/Rank.vue", False),
    ("(webpack)/buildin/global.js", True), ("./uni_modules/uview-ui/a.js", True),
    ("./pages/index/index.vue", False),
])
def test_modules_from_packages_are_told_from_own_ones(checks: CheckSet, module: str, library: bool) -> None:
    assert any(re.search(pattern, module) for pattern in checks.vocabulary.library_modules) is library


# ---------------------------------------------------------------- contexts


def _alone(context: Context) -> Contexts:
    """The context by itself, made to cancel, so that tagging ones are tried the same way."""
    return Contexts([replace(context, tag=None)])


def test_every_context_has_two_examples_each_way(checks: CheckSet) -> None:
    for context in checks.vocabulary.contexts.values():
        assert len(context.cancels) >= 2, context.id
        assert len(context.keeps) >= 2, context.id


def test_contexts_cancel_their_examples_and_keep_the_others(checks: CheckSet) -> None:
    wrong = []
    for context in checks.vocabulary.contexts.values():
        alone = _alone(context)
        wrong += [(context.id, "must cancel", text) for text in context.cancels if not alone.cancelling(text, ())]
        wrong += [(context.id, "must keep", text) for text in context.keeps if alone.cancelling(text, ())]
    assert wrong == []


def test_exemption_words_only_tag_and_never_cancel(checks: CheckSet) -> None:
    contexts = checks.vocabulary.contexts
    for name in ("emergency-scene", "enforcement", "event", "citizen-report", "villager-points", "statutory-training"):
        assert contexts[name].tag is not None, name


@pytest.mark.parametrize("text", [
    "每日须签到，不得缺卡，漏签一次扣2分", "严禁迟到早退，未打卡予以通报", "不得使用虚拟定位打卡",
    "未上传现场照片的不得提交", "排名末位的单位予以约谈",
])
def test_order_with_a_negation_in_it_is_not_taken_for_the_ban(checks: CheckSet, text: str) -> None:
    assert not _alone(checks.vocabulary.contexts["regulation-quote"]).cancelling(text, ())


def _patterns(checks: CheckSet) -> Iterator[tuple[str, str]]:
    for context in checks.vocabulary.contexts.values():
        yield from ((context.id, pattern) for pattern in context.patterns)
        words = (*context.words, *context.unless)
        yield from ((context.id, word.text) for word in words if word.match is Match.PATTERN)
    yield from (("script", pattern) for pattern, _ in checks.vocabulary.library_scripts)
    yield from (("module", pattern) for pattern in checks.vocabulary.library_modules)


HOSTILE = [
    "不得", "不得将", "针对问题", "不把", "整治", "取消了", "未签到", "每日通报", "记者", "来源:", "近日,",
    "为了收集", "申请权限", "必须", "等问题", "vendors~a", "/", "jquery.1a", "runtime~", ".deadbeef",
    "plugins/cordova", "layui/lay/", "a.-",
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_no_expression_backtracks_on_long_text(checks: CheckSet, seed: str) -> None:
    text = (seed * (LONG // len(seed)))[:LONG]
    for name, pattern in _patterns(checks):
        compiled = re.compile(pattern)
        start = time.process_time()
        compiled.search(text)
        assert time.process_time() - start < SECONDS, (name, pattern[:60])


def test_patterns_are_written_for_folded_text(checks: CheckSet) -> None:
    for name, pattern in _patterns(checks):
        if name not in ("script", "module"):
            assert not re.search("[，；：！？（）]", pattern), (name, pattern)


def test_words_survive_folding(checks: CheckSet) -> None:
    for context in checks.vocabulary.contexts.values():
        for word in (*context.words, *context.unless):
            assert word.match is Match.PATTERN or word.text == fold(word.text), (context.id, word.text)


# ---------------------------------------------------------------- limits


def test_a_file_name_alone_is_no_strong_mark_of_packing(checks: CheckSet) -> None:
    packed = next(limit for limit in checks.limits if limit.id == "packed")
    for mark in packed.strong:
        assert mark.component or mark.classes or mark.structure, mark.name


def test_all_file_names_together_are_one_weak_mark(checks: CheckSet) -> None:
    packed = next(limit for limit in checks.limits if limit.id == "packed")
    libraries = [mark.name for mark in packed.weak if any(glob.startswith("lib/") for glob in mark.entry)]
    assert len(libraries) == 1


def test_limits_that_hide_code_blind_what_code_adds(checks: CheckSet) -> None:
    by_id = {limit.id: limit for limit in checks.limits}
    assert {"packed", "remote-shell", "encrypted-bundle", "h5-container"} <= set(by_id)
    for name in ("packed", "remote-shell", "encrypted-bundle"):
        assert {"text", "control", "endpoint", "call"} <= set(by_id[name].blinds), name
    assert by_id["h5-container"].blinds == ()


def test_remote_shell_names_the_address_to_capture(checks: CheckSet) -> None:
    advice = next(limit.advice for limit in checks.limits if limit.id == "remote-shell")
    assert all("{url}" in text for text in advice.values())


# ---------------------------------------------------------------- regulations and audiences


def test_articles_8_12_13_14_are_summarised_in_both_languages(checks: CheckSet) -> None:
    central = {key: clause for key, clause in checks.clauses.items() if key.startswith("CEN24-")}
    assert {"8", "12", "13", "14"} <= {clause.article for clause in central.values()}
    assert all(clause.quotable and clause.summary["zh"] and clause.summary["en"] for clause in central.values())


def test_measures_read_in_part_are_not_quotable(checks: CheckSet) -> None:
    partial = [clause for key, clause in checks.clauses.items() if key.startswith("MEAS26-")]
    assert {f"MEAS26-NEG{number}" for number in range(1, 6)} <= {clause.id for clause in partial}
    assert not any(clause.quotable for clause in partial)


def test_special_scene_and_necessity_are_two_grounds() -> None:
    clauses = _document("regulations/central-2024.yaml")["clauses"]
    grounds = {key: row["exemption"] for key, row in clauses.items() if isinstance(row, dict)}
    assert {grounds[key] for key in ("CEN24-13c1", "CEN24-13c2", "CEN24-13c3")} == {"special_scene"}
    assert grounds["CEN24-14f"] == "necessity"
    assert "special_scene" not in {grounds[key] for key in grounds if not key.startswith("CEN24-13c")}


def test_audiences_do_not_share_words(checks: CheckSet) -> None:
    seen: dict[str, str] = {}
    for audience, words in checks.vocabulary.audiences.items():
        for word in words:
            assert seen.setdefault(word.text, audience) == audience, word.text
    assert set(checks.vocabulary.audiences) == {"grassroots_internal", "staff_internal", "public", "enterprise",
                                                "school"}
