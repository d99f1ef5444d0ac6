"""Assets of an APK are read by what they are, in order of worth, and what cannot be read is said."""

from __future__ import annotations

import json
import random
import struct

import pytest

from appscan.model.coverage import CODE_KINDS, Gap
from appscan.model.reading import Fact
from appscan.readers.apk.bundles import BundleLimits, read_bundles
from appscan.readers.apk.hermes import MAGIC, hermes_strings
from appscan.readers.columns import FactRows, StringPool

KIND, ROLE, VALUE, FILE, SCREEN = range(5)


def read(files: dict[str, bytes | str],
         limits: BundleLimits | None = None) -> tuple[list[tuple[str, ...]], dict[str, str], list[Gap]]:
    pool = StringPool()
    rows = FactRows(pool)
    pairs = [(name, raw.encode() if isinstance(raw, str) else raw) for name, raw in files.items()]
    details, gaps = read_bundles(pairs, rows, limits)
    strings, columns = pool.freeze(), rows.freeze()
    return [(Fact(columns.kind[i]).name, strings[columns.role[i]], strings[columns.value[i]], strings[columns.file[i]],
             strings[columns.screen[i]]) for i in range(len(columns.kind))], details, gaps


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


@pytest.mark.parametrize(("name", "engine"), [
    ("assets/apps/__UNI__1A2B3C4/www/app-service.js", "uni-app"), ("assets/www/cordova.js", "cordova"),
    ("assets/index.android.bundle", "react-native"), ("assets/flutter_assets/AssetManifest.json", "flutter"),
    ("assets/widget/config.xml", "apicloud"), ("assets/data/dcloud_control.xml", "mui/5+plus"),
    ("assets/dist/index.weex.js", "weex"), ("assets/h5/index.html", "plain-h5")])
def test_engine_is_told_by_the_files(name: str, engine: str) -> None:
    assert read({name: "<a>x</a>"})[1]["engine"] == engine


def test_remote_start_is_a_detail_and_a_path() -> None:
    address = "https://gov.example.cn/m"
    for name, text in {
            "assets/www/config.xml": f'<widget id="a"><content src="{address}"/></widget>',
            "assets/apps/H5/www/manifest.json": json.dumps({"launch_path": address}),
            "assets/capacitor.config.json": json.dumps({"server": {"url": address}}),
            "assets/index.html": f'<meta http-equiv="refresh" content="0; url={address}">'}.items():
        rows, details, _ = read({name: text})
        assert details["start_url"] == address
        assert ("PATH", "start", address) in {row[:3] for row in rows}
    assert "start_url" not in read({"assets/www/config.xml": '<content src="index.html"/>'})[1]


def test_page_tables_give_routes_titles_and_tabs() -> None:
    table = {"pages": [{"path": "pages/sign/sign", "style": {"navigationBarTitleText": "今日签到"}}],
             "subPackages": [{"root": "pkg", "pages": [{"path": "rank", "style": {"navigationBarTitleText": "榜单"}}]}],
             "tabBar": {"list": [{"pagePath": "pages/me/me", "text": "我的"}]},
             "requiredPrivateInfos": ["getLocation"], "requiredBackgroundModes": ["location"]}
    rows, _, _ = read({"assets/pages.json": "// note\n" + json.dumps(table, ensure_ascii=False)})
    found = {(row[ROLE], row[VALUE], row[SCREEN]) for row in rows}
    assert ("title", "今日签到", "pages/sign/sign") in found
    assert ("title", "榜单", "pkg/rank") in found
    assert ("tab", "我的", "pages/me/me") in found
    assert {row[VALUE] for row in rows if row[ROLE] == "route"} == {"pages/sign/sign", "pkg/rank"}
    assert {"getLocation", "location"} <= {row[VALUE] for row in rows if row[KIND] == "ATTRIBUTE"}


def test_a_script_that_one_page_loads_stands_on_that_page() -> None:
    rows, _, _ = read({"assets/www/js/sign.js": "submitSign()", "assets/www/js/shared.js": "shareAll()",
                       "assets/www/sign.html": '<script src="js/sign.js?v=1"></script>'
                                               '<script src="js/shared.js"></script>',
                       "assets/www/rank.html": '<script src="js/shared.js"></script>'})
    screens = {row[VALUE]: row[SCREEN] for row in rows}
    assert screens["submitSign"] == "assets/www/sign.html"
    assert screens["shareAll"] == "assets/www/js/shared.js"


def test_source_maps_give_the_sources_of_the_app_and_not_of_its_libraries() -> None:
    table = {"version": 3, "sources": ["webpack:///./src/pages/punch.vue?a1b2", "webpack:///src/pages/punch.vue",
                                       "webpack:///node_modules/vue/vue.js"],
             "sourcesContent": ["<template><button>打卡</button></template>"] * 2 + ["libraryCall()"]}
    rows, _, _ = read({"assets/a.js.map": json.dumps(table)})
    assert [row[:4] for row in rows if row[KIND] == "TEXT"] == [
        ("TEXT", "button", "打卡", "assets/a.js.map!src/pages/punch.vue")]
    assert "libraryCall" not in {row[VALUE] for row in rows}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_texts_are_read_in_the_encodings_that_apps_use(encoding: str) -> None:
    rows, _, _ = read({"assets/a.html": "<html><body><button>立即签到</button><p>说明文字</p></body>".encode(encoding)})
    assert ("TEXT", "button", "立即签到") in {row[:3] for row in rows}


def test_files_without_a_telling_name_are_read_by_their_beginning() -> None:
    rows, _, _ = read({"assets/www/lib.min": "!function(e){var a=1;window.x=a;uni.getLocation({})}()",
                       "assets/page": "<!DOCTYPE html><button>签到</button>", "assets/strings": '{"tip": "请先签到"}',
                       "assets/notes.txt": "第一条 须知", "assets/data.bin": "uni.chooseImage()"})
    assert {"uni.getLocation", "签到", "请先签到", "第一条 须知"} <= {row[VALUE] for row in rows}
    assert "uni.chooseImage" not in {row[VALUE] for row in rows}


@pytest.mark.parametrize("raw", [noise(4000), b"QUJD" * 500])
def test_an_encrypted_bundle_blinds_all_that_code_can_add_to(raw: bytes) -> None:
    _, _, gaps = read({"assets/apps/__UNI__1/www/app-service.js": raw})
    assert [(gap.reason, gap.kinds, gap.blinds) for gap in gaps] == [("encrypted_bundle", CODE_KINDS, True)]


def test_pictures_and_unknown_binaries_are_no_gap() -> None:
    assert read({"assets/a.png": noise(4000), "assets/model": noise(4000), "assets/empty.js": b""})[2] == []


def hermes(version: int, texts: list[str]) -> bytes:
    """A bytecode file with nothing but strings, laid out as BytecodeFileFormat.h says."""
    storage, small = b"", list[int]()
    overflow: list[tuple[int, int]] = []
    for text in texts:
        wide = not text.isascii()
        raw = text.encode("utf-16-le" if wide else "ascii")
        length = len(raw) // 2 if wide else len(raw)
        if length >= 0xFF:
            small.append(0xFF << 24 | len(overflow) << 1 | wide)
            overflow.append((len(storage), length))
        else:
            small.append(length << 24 | len(storage) << 1 | wide)
        storage += raw
    header = MAGIC + struct.pack("<I20s8I", version, b"", 0, 0, 0, 1, 1, len(small), len(overflow), len(storage))
    body = struct.pack("<II", 1 << 31 | len(small), 0) + struct.pack(f"<{len(small)}I", *small)
    return header.ljust(128, b"\0") + body + b"".join(struct.pack("<2I", *pair) for pair in overflow) + storage


@pytest.mark.parametrize("version", [74, 84, 94, 96, 98])
def test_strings_of_hermes_bytecode_are_read_and_its_calls_are_said_to_be_unseen(version: int) -> None:
    texts = ["立即签到", "watchPosition", "长" * 300, "x" * 400]
    raw = hermes(version, texts)
    assert hermes_strings(raw).texts == texts
    rows, details, gaps = read({"assets/index.android.bundle": raw})
    assert details["engine"] == "hermes"
    assert {"立即签到", "watchPosition"} <= {row[VALUE] for row in rows}
    assert [(gap.reason, gap.kinds, gap.blinds) for gap in gaps] == [("hermes_bytecode", CODE_KINDS, True)]


def test_damaged_hermes_bytecode_is_searched_for_printable_runs() -> None:
    raw = bytearray(hermes(84, ["立即签到", "watchPosition"]))
    raw[52:56] = b"\xff\xff\xff\x7f"
    found = hermes_strings(bytes(raw))
    assert not found.exact
    assert any("watchPosition" in text for text in found.texts)
    for size in range(0, len(raw), 7):
        hermes_strings(bytes(raw[:size]))


def test_what_does_not_fit_the_bounds_is_a_gap_that_blinds() -> None:
    files: dict[str, bytes | str] = {f"assets/{number}.js": "callSomething();" * 50 for number in range(5)}
    for limits in (BundleLimits(file_bytes=100), BundleLimits(total_bytes=2000)):
        assert [(gap.reason, gap.blinds) for gap in read(files, limits)[2]] == [("bundle_capped", True)]
    names = ",".join(f"name{number}:0" for number in range(500))
    assert [gap.reason for gap in read({"assets/a.js": f"a={{{names}}}"}, BundleLimits(rows_per_file=100))[2]] == [
        "bundle_capped"]


def test_json_nested_beyond_reason_is_still_searched_for_strings() -> None:
    deep = "[" * 100_000 + '"请先签到"' + "]" * 100_000
    assert "请先签到" in {row[VALUE] for row in read({"assets/pages.json": deep})[0]}
