"""The resource table: every form of entry, Chinese first, and nothing believed that the file has no room for."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.errors import UnreadableError
from appscan.model.reading import Resources
from appscan.readers.apk.arsc import read_arsc
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import StringPool

from .binary_resources import Entry, Ref, TypeChunk, config, resource_table

HELLO, SIGN, LOOP = 0x7F010000, 0x7F010001, 0x7F010002
DEFAULT, ZH, ZH_CN, ZH_TW, FR = config(), config("zh"), config("zh", "CN"), config("zh", "TW"), config("fr")


def _strings(**texts: bytes) -> list[TypeChunk]:
    return [TypeChunk("string", configuration, {0: Entry("hello", text)}) for text, configuration in texts.items()]


def _read(raw: bytes) -> tuple[list[tuple[int, str, str, str | None, str]], ResourceLookup]:
    pool = StringPool()
    resources, lookup, gaps = read_arsc(raw, pool)
    assert gaps == []
    return _rows(resources, pool), lookup


def _rows(resources: Resources, pool: StringPool) -> list[tuple[int, str, str, str | None, str]]:
    strings = pool.freeze()
    return [(int(resources.id[row]), strings[resources.type[row]], strings[resources.name[row]],
             strings[resources.value[row]] if resources.value[row] >= 0 else None, strings[resources.config[row]])
            for row in range(len(resources.id))]


@pytest.mark.parametrize("form", ["plain", "sparse", "offset16", "compact"])
@pytest.mark.parametrize("utf8", [True, False])
def test_every_form_of_type_chunk_is_read(form: str, utf8: bool) -> None:
    entries = {0: Entry("hello", "你好"), 5: Entry("sign", "签到")}
    raw = resource_table([TypeChunk("string", DEFAULT, entries, form)], utf8)
    rows, lookup = _read(raw)
    assert rows == [(HELLO, "string", "hello", "你好", ""), (0x7F010005, "string", "sign", "签到", "")]
    assert lookup.text(0x7F010005) == "签到"
    assert lookup.name(0x7F010005) == "string/sign"


@pytest.mark.parametrize(("texts", "chosen"), [
    ({"en": DEFAULT, "fr": FR, "tw": ZH_TW, "zh": ZH, "cn": ZH_CN}, "cn"),
    ({"en": DEFAULT, "zh": ZH, "tw": ZH_TW}, "zh"), ({"fr": FR, "tw": ZH_TW, "en": DEFAULT}, "en"),
    ({"fr": FR, "tw": ZH_TW}, "tw"), ({"fr": FR}, "fr"), ({"night": config("zh", night=True), "zh": ZH}, "zh"),
    ({"en": DEFAULT, "hans": config("zh", script="Hans")}, "hans")])
def test_chinese_is_chosen_first(texts: dict[str, bytes], chosen: str) -> None:
    rows, lookup = _read(resource_table(_strings(**texts)))
    assert len(rows) == len(texts), "every configuration keeps its row"
    assert lookup.text(HELLO) == chosen


def test_the_chinese_split_answers_for_the_base() -> None:
    pool = StringPool()
    tables = [resource_table(_strings(en=DEFAULT)), resource_table(_strings(签到=ZH_CN)), resource_table([])]
    joined = ResourceLookup.joined([read_arsc(raw, pool)[1] for raw in tables])
    assert joined.text(HELLO) == "签到"
    assert joined.name(HELLO) == "string/hello"


def test_configurations_read_like_folder_names() -> None:
    rows, _ = _read(resource_table(_strings(a=DEFAULT, b=ZH_CN, c=config("zh", script="Hant"), d=config(night=True))))
    assert [row[4] for row in rows] == ["", "zh-rCN", "b+zh+Hant", "night"]


def test_references_take_the_text_of_the_same_language_and_loops_end() -> None:
    sign, loop = Entry("sign", Ref(HELLO)), Entry("loop", Ref(LOOP))
    types = [TypeChunk("string", DEFAULT, {0: Entry("hello", "hi"), 1: sign, 2: loop}),
             TypeChunk("string", ZH, {0: Entry("hello", "你好"), 1: sign})]
    rows, lookup = _read(resource_table(types))
    assert [row[3] for row in rows] == ["hi", "你好", "hi", "你好", None]
    assert lookup.text(SIGN) == "你好"
    assert lookup.text(LOOP) is None


def test_items_of_arrays_and_plurals_are_rows_of_their_own() -> None:
    types = [TypeChunk("array", DEFAULT, {0: Entry("modes", ["上班打卡", Ref(0x7F030000)])}),
             TypeChunk("plurals", DEFAULT, {0: Entry("days", ["one day", "days"])}),
             TypeChunk("string", DEFAULT, {0: Entry("off", "下班打卡")})]
    rows, lookup = _read(resource_table(types))
    assert [row[3] for row in rows if row[1] == "array"] == ["上班打卡", "下班打卡"]
    assert lookup.texts(0x7F010000) == ("上班打卡", "下班打卡")
    assert lookup.text(0x7F010000) is None
    assert lookup.texts(0x7F020000) == ("one day", "days")


def test_the_table_knows_a_layout_by_its_obfuscated_path() -> None:
    types = [TypeChunk("layout", DEFAULT, {0: Entry("a", "r/a/b.xml")}),
             TypeChunk("drawable", DEFAULT, {0: Entry("b", "r/c/d.xml")}),
             TypeChunk("id", DEFAULT, {0: Entry("ok", "")})]
    rows, lookup = _read(resource_table(types))
    assert lookup.type_of_path("r/a/b.xml") == "layout"
    assert lookup.path(0x7F010000) == "r/a/b.xml"
    assert lookup.type_of_path("r/c/d.xml") is None, "drawables are not read at all"
    assert (0x7F030000, "id", "ok", None, "") in rows
    assert lookup.text(0x7F030000) is None


def test_words_of_the_framework_are_known_in_chinese() -> None:
    _, lookup = _read(resource_table(_strings(a=DEFAULT)))
    assert lookup.text(0x0104000A) == "确定"


@pytest.mark.parametrize("raw", [b"", b"\0" * 40, b"<resources/>", b"\2\0\x0c\0\x0c\0\0\0\1\0\0\0"])
def test_what_is_no_table_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_arsc(raw, StringPool())


def test_a_cut_table_keeps_what_was_read_and_says_so() -> None:
    raw = resource_table([TypeChunk("string", DEFAULT, {0: Entry("hello", "你好")}),
                          TypeChunk("string", ZH, {number: Entry(f"s{number}", "晚") for number in range(50)})])
    pool = StringPool()
    resources, _, gaps = read_arsc(raw[:-400], pool)
    assert (HELLO, "string", "hello", "你好", "") in _rows(resources, pool)
    assert [gap.reason for gap in gaps] == ["resources_partly_read"] * len(gaps)
    assert gaps


def test_a_declared_billion_of_entries_is_not_believed() -> None:
    raw = bytearray(resource_table(_strings(a=DEFAULT)))
    at = raw.index(struct.pack("<HH", 0x201, 84))
    struct.pack_into("<I", raw, at + 12, 0x7FFFFFFF)
    resources, _, gaps = read_arsc(bytes(raw), StringPool())
    assert len(resources.id) < 100
    assert gaps


def _real_table() -> bytes:
    built = Path(__file__).parents[3] / "fixtures" / "apks" / "built" / "checkin-native.apk"
    if not built.exists():
        return resource_table(_strings(a=DEFAULT, b=ZH))
    with zipfile.ZipFile(built) as container:
        return container.read("resources.arsc")


TABLES = [_real_table(), resource_table([
    TypeChunk("array", DEFAULT, {0: Entry("modes", ["a", Ref(0x7F020000), Ref(0x7F010000)])}),
    TypeChunk("string", ZH, {0: Entry("x", Ref(0x7F020003)), 3: Entry("y", "文")}, "offset16"),
    TypeChunk("string", DEFAULT, {0: Entry("x", "t"), 9: Entry("y", Ref(0x7F020000))}, "sparse")], utf8=False)]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_flipped_and_cut_bytes_are_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(TABLES)))
    for _ in range(data.draw(st.integers(0, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for piece in (bytes(raw), bytes(raw[:cut])):
        pool = StringPool()
        try:
            resources, lookup, _ = read_arsc(piece, pool)
        except UnreadableError:
            continue
        for resource_id in resources.id[:50].tolist():
            lookup.text(resource_id), lookup.name(resource_id), lookup.texts(resource_id), lookup.path(resource_id)
        assert len(_rows(resources, pool)) == len(resources.id)
