"""Layouts, menus, navigation, preferences: which text plays which role, and where references lead."""

from __future__ import annotations

import pytest

from appscan.model.coverage import Gap
from appscan.model.reading import Fact
from appscan.readers.apk.arsc import read_arsc
from appscan.readers.apk.layouts import read_layouts, wanted_type
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import FactRows, StringPool

from .binary_resources import Element, Entry, Ref, TypeChunk, XmlWriter, config, resource_table

TABLE = resource_table([
    TypeChunk("string", config(), {0: Entry("sign", "Check in"), 1: Entry("behavior", "com.x.Scroll$Behavior")}),
    TypeChunk("string", config("zh"), {0: Entry("sign", "签到")}),
    TypeChunk("layout", config(), {0: Entry("main", "r/a/b.xml")}),
    TypeChunk("array", config(), {0: Entry("shifts", ["早班", "晚班"])}),
    TypeChunk("drawable", config(), {0: Entry("icon", "r/c/d.xml")}),
    TypeChunk("id", config(), {0: Entry("ok", "")})])
SIGN, MAIN, SHIFTS, OK = Ref(0x7F010000), Ref(0x7F020000), Ref(0x7F030000), Ref(0x7F050000)


def _lookup() -> ResourceLookup:
    return read_arsc(TABLE, StringPool())[1]


def _read(path: str, raw: bytes | Element) -> tuple[list[tuple[Fact, str, str, int]], list[Gap]]:
    rows = FactRows(StringPool())
    gaps = read_layouts([(path, XmlWriter().write(raw) if isinstance(raw, Element) else raw)], _lookup(), rows)
    facts, strings = rows.freeze(), rows.pool.freeze()
    return [(Fact(int(facts.kind[row])), strings[facts.role[row]], strings[facts.value[row]], int(facts.ref[row]))
            for row in range(len(rows))], gaps


def _roles(path: str, root: Element) -> dict[str, str]:
    return {value: role for kind, role, value, _ in _read(path, root)[0] if kind is Fact.TEXT}


@pytest.mark.parametrize(("tag", "attributes", "role"), [
    ("Button", {}, "button"), ("com.google.android.material.button.MaterialButton", {}, "button"),
    ("com.google.android.material.chip.Chip", {}, "button"), ("TextView", {"android:onClick": "go"}, "button"),
    ("TextView", {"android:clickable": True}, "button"), ("TextView", {"android:clickable": False}, "label"),
    ("CheckBox", {}, "option"), ("RadioButton", {}, "option"), ("androidx.appcompat.widget.SwitchCompat", {}, "option"),
    ("com.google.android.material.tabs.TabItem", {}, "tab"), ("TextView", {}, "label"), ("EditText", {}, "label")])
def test_the_role_of_a_text_follows_its_element(tag: str, attributes: dict[str, str | bool], role: str) -> None:
    root = Element("LinearLayout", {}, [Element(tag, {"android:text": "打卡", **attributes})])
    assert _roles("res/layout/a.xml", root) == {"打卡": role}


def test_icon_buttons_hints_toolbars_and_prose_have_their_roles() -> None:
    root = Element("LinearLayout", {"android:clickable": True}, [
        Element("ImageButton", {"android:contentDescription": "拍照"}),
        Element("ImageView", {"android:contentDescription": "图"}),
        Element("EditText", {"android:hint": "请输入"}),
        Element("androidx.appcompat.widget.Toolbar", {"app:title": "考勤"}, [
            Element("TextView", {"android:text": "标题"})]),
        Element("FrameLayout", {"android:onClick": "sign"}, [
            Element("LinearLayout", {}, [Element("TextView", {"android:text": "签退"})])]),
        Element("TextView", {"android:text": "长" * 121}), Element("TextView", {"android:text": "普通"})])
    assert _roles("res/layout/a.xml", root) == {
        "拍照": "button", "图": "label", "请输入": "hint", "考勤": "title", "标题": "title", "签退": "button",
        "长" * 121: "prose", "普通": "label"}


def test_menus_navigation_and_preferences_have_their_roles() -> None:
    menu = Element("menu", {}, [Element("item", {"android:title": "积分"})])
    assert _roles("res/menu/m.xml", menu) == {"积分": "menu"}
    graph = Element("navigation", {"app:startDestination": OK}, [
        Element("fragment", {"android:name": "cn.gov.SignFragment", "android:label": "签到页"})])
    assert _roles("res/navigation/n.xml", graph) == {"签到页": "title"}
    facts, _ = _read("res/navigation/n.xml", graph)
    assert (Fact.ATTRIBUTE, "startDestination", "id/ok", OK.number) in facts
    assert (Fact.ATTRIBUTE, "name", "cn.gov.SignFragment", 0) in facts
    screen = Element("androidx.preference.PreferenceScreen", {}, [
        Element("ListPreference", {"android:title": "班次", "android:summary": "每天", "android:entries": SHIFTS})])
    assert _roles("res/xml/p.xml", screen) == {"班次": "title", "每天": "label", "早班": "option", "晚班": "option"}


@pytest.mark.parametrize("path", ["split.apk!res/menu/m.xml", "somewhere/m.xml"])
def test_a_menu_in_a_split_or_at_an_unknown_path_is_still_a_menu(path: str) -> None:
    assert _roles(path, Element("menu", {}, [Element("item", {"android:title": "积分"})])) == {"积分": "menu"}


def test_references_are_resolved_chinese_first_and_keep_their_id() -> None:
    facts, _ = _read("r/a/b.xml", Element("FrameLayout", {}, [
        Element("Button", {"android:id": OK, "android:text": SIGN, "android:onClick": "sign"}),
        Element("include", {"layout": MAIN})]))
    assert facts == [
        (Fact.NODE, "", "FrameLayout", 0), (Fact.NODE, "", "Button", OK.number),
        (Fact.TEXT, "button", "签到", SIGN.number),
        (Fact.ATTRIBUTE, "onClick", "sign", 0), (Fact.NODE, "", "include", 0),
        (Fact.ATTRIBUTE, "layout", "layout/main", MAIN.number)]


def test_captions_of_custom_views_are_texts_but_class_names_and_tools_are_not() -> None:
    root = Element("com.x.Row", {
        "app:leftName": "连续签到", "app:caption": SIGN, "app:layout_behavior": Ref(0x7F010001), "tools:text": "sample",
        "app:ratio": "1:1", "android:tag": "标签"})
    assert _roles("res/layout/a.xml", root) == {"连续签到": "label", "签到": "label"}


def test_a_data_binding_expression_is_no_text_but_names_a_field() -> None:
    rows, _ = _read("res/layout/a.xml", Element("TextView", {"android:text": "@{user.realName}"}))
    assert [row[:3] for row in rows if row[0] is not Fact.NODE] == [
        (Fact.LITERAL, "member", "user"), (Fact.LITERAL, "member", "realName")]


def test_the_table_decides_what_is_read_and_folders_only_where_it_is_silent() -> None:
    lookup = _lookup()
    assert wanted_type("r/a/b.xml", lookup) == "layout"
    assert wanted_type("r/c/d.xml", lookup) is None
    assert wanted_type("res/menu-v21/m.xml", lookup) == "menu"
    assert wanted_type("res/menu-v21/m.xml", None) == "menu"
    assert wanted_type("res/drawable/x.xml", None) is None
    assert wanted_type("res/raw/tone.mp3", None) is None
    assert wanted_type("AndroidManifest.xml", lookup) is None


def test_without_a_table_literal_texts_are_still_read() -> None:
    rows = FactRows(StringPool())
    root = Element("LinearLayout", {}, [
        Element("Button", {"android:text": "打卡"}), Element("Button", {"android:text": SIGN})])
    assert read_layouts([("res/layout/a.xml", XmlWriter().write(root))], None, rows) == []
    facts, strings = rows.freeze(), rows.pool.freeze()
    texts = [strings[facts.value[row]] for row in range(len(rows)) if facts.kind[row] == Fact.TEXT]
    unresolved = [int(facts.ref[row]) for row in range(len(rows)) if facts.kind[row] == Fact.ATTRIBUTE]
    assert texts == ["打卡"]
    assert unresolved == [SIGN.number]


def test_plain_xml_is_read_as_literals_and_declares_no_entities() -> None:
    facts, gaps = _read("res/raw/menu.xml", "<list><item name='巡查轨迹'>上报</item></list>".encode())
    assert gaps == []
    assert {value for kind, _, value, _ in facts if kind is Fact.LITERAL} == {"巡查轨迹", "上报"}
    bomb = b"<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>"
    facts, gaps = _read("res/raw/bomb.xml", bomb)
    assert facts == []
    assert [gap.reason for gap in gaps] == ["parser_failed"]


def test_a_broken_layout_is_a_gap_of_its_own_and_the_rest_is_read() -> None:
    rows = FactRows(StringPool())
    good = XmlWriter().write(Element("Button", {"android:text": "签到"}))
    gaps = read_layouts([("res/layout/bad.xml", good[:50]), ("res/layout/good.xml", good)], None, rows)
    assert [(gap.place, gap.reason, gap.blinds) for gap in gaps] == [("res/layout/bad.xml", "parser_failed", False)]
    assert len(rows) == 2


def test_bound_texts_name_their_fields_and_what_only_the_designer_sees_is_no_text() -> None:
    layout = """<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android"
        xmlns:tools="http://schemas.android.com/tools">
      <TextView android:text="@{`第` + user.rankNo + `名`}" tools:text="积分排名第一"/>
      <TextView android:text="@{user.onlineMinutes}" tools:hint="设计"/><EditText android:text="@={form.temperature}"/>
      <TextView android:text="已连续%1$d天未打卡"/>
      <EditText android:hint="请输入体温" android:contentDescription="体温"/>
    </LinearLayout>"""
    rows, _ = _read("res/layout/a.xml", layout.encode())
    shown = [value for kind, _, value, _ in rows if kind is Fact.TEXT]
    assert shown == ["第{}名", "已连续%1$d天未打卡", "请输入体温", "体温"]
    assert {"rankNo", "onlineMinutes", "temperature"} <= {value for _, role, value, _ in rows if role == "member"}
