"""The manifest: facts with full class names, and no manifest taken for one that says nothing."""

from __future__ import annotations

import contextlib
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.errors import UnreadableError
from appscan.model.coverage import Kind
from appscan.model.reading import Fact
from appscan.readers.apk import androguard_fallback
from appscan.readers.apk.arsc import read_arsc
from appscan.readers.apk.manifest import ManifestSummary, read_manifest
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import FactRows, StringPool

from .binary_resources import Element, Entry, Ref, TypeChunk, XmlWriter, config, resource_table

Row = tuple[Fact, str, str, int, int]


def _filter(*names: str) -> Element:
    return Element("intent-filter", {}, [
        Element("action" if ".action." in name else "category", {"android:name": name}) for name in names])


LAUNCH = _filter("android.intent.action.MAIN", "android.intent.category.LAUNCHER")
MANIFEST = Element("manifest", {"package": "cn.gov.demo", "android:versionName": "2.1", "android:versionCode": 21}, [
    Element("uses-sdk", {"android:minSdkVersion": 21, "android:targetSdkVersion": 33}),
    Element("uses-permission", {"android:name": "android.permission.ACCESS_FINE_LOCATION"}),
    Element("permission", {"android:name": "cn.gov.demo.PUSH"}),
    Element("queries", {}, [Element("provider", {"android:authorities": "other"})]),
    Element("application", {"android:name": ".App", "android:label": Ref(0x7F010000)}, [
        Element("activity", {"android:name": "SignActivity", "android:label": "每日签到", "android:exported": True}),
        Element("activity", {"android:name": "cn.gov.login.Login"}, [LAUNCH]),
        Element("activity-alias", {"android:name": ".Icon", "android:targetActivity": ".Home"}, [LAUNCH]),
        Element("activity-alias", {
            "android:name": ".Off", "android:targetActivity": ".Gone", "android:enabled": False}, [LAUNCH]),
        Element("service", {
            "android:name": ".Track", "android:foregroundServiceType": 0x48, "android:process": ":bg"}, [
            Element("meta-data", {"android:name": "interval", "android:value": 60})])])])


def _lookup() -> ResourceLookup:
    table = [TypeChunk("string", config(), {0: Entry("app", "Demo")}),
             TypeChunk("string", config("zh"), {0: Entry("app", "示例")})]
    return read_arsc(resource_table(table), StringPool())[1]


def _facts(raw: bytes) -> tuple[ManifestSummary, list[Row]]:
    pool = StringPool()
    rows = FactRows(pool)
    summary = read_manifest(raw, _lookup(), rows, pool.add("AndroidManifest.xml"))
    facts, strings = rows.freeze(), pool.freeze()
    return summary, [(Fact(int(facts.kind[row])), strings[facts.role[row]], strings[facts.value[row]],
                      int(facts.node[row]), int(facts.parent[row])) for row in range(len(rows))]


@pytest.mark.parametrize("writer", [XmlWriter(), XmlWriter(utf8=False), XmlWriter(blank_names=True)],
                         ids=["utf-8", "utf-16", "blank names"])
def test_summary_and_components_are_fully_qualified(writer: XmlWriter) -> None:
    summary, facts = _facts(writer.write(MANIFEST))
    assert summary == ManifestSummary(
        package="cn.gov.demo", version_name="2.1", version_code="21", label="示例", min_sdk="21", target_sdk="33",
        application="cn.gov.demo.App", launchers=("cn.gov.login.Login", "cn.gov.demo.Home"))
    components = [(role, value) for kind, role, value, _, _ in facts if kind is Fact.COMPONENT]
    assert components == [
        ("application", "cn.gov.demo.App"), ("activity", "cn.gov.demo.SignActivity"),
        ("activity", "cn.gov.login.Login"), ("alias", "cn.gov.demo.Icon"), ("alias", "cn.gov.demo.Off"),
        ("service", "cn.gov.demo.Track"),
        ("launcher", "cn.gov.login.Login"), ("launcher", "cn.gov.demo.Home")]


def test_permissions_used_and_defined_are_told_apart() -> None:
    _, facts = _facts(XmlWriter().write(MANIFEST))
    assert [(role, value) for kind, role, value, _, _ in facts if kind is Fact.PERMISSION] == [
        ("uses", "android.permission.ACCESS_FINE_LOCATION"), ("defines", "cn.gov.demo.PUSH")]


def test_attributes_hang_on_the_node_of_their_component() -> None:
    _, facts = _facts(XmlWriter().write(MANIFEST))
    nodes = {value: node for kind, role, value, node, _ in facts if kind is Fact.COMPONENT and role != "launcher"}

    def belonging(name: str) -> set[tuple[str, str]]:
        return {(role, value) for kind, role, value, _, parent in facts
                if kind is Fact.ATTRIBUTE and parent == nodes[name]}

    assert belonging("cn.gov.demo.Track") == {
        ("foregroundServiceType", "location|camera"), ("process", ":bg"), ("meta:interval", "60")}
    assert ("action", "android.intent.action.MAIN") in belonging("cn.gov.login.Login")
    assert ("exported", "true") in belonging("cn.gov.demo.SignActivity")
    assert (Fact.TEXT, "title", "每日签到", nodes["cn.gov.demo.SignActivity"], nodes["cn.gov.demo.App"]) in facts


@pytest.mark.parametrize("raw", [
    b"", b"\0" * 200, b"garbage " * 50, b"<?xml version='1.0'?><manifest package='a.b'/>",
    XmlWriter().write(Element("manifest", {})), XmlWriter().write(Element("LinearLayout", {"package": "a.b"}))],
    ids=["empty", "zeros", "garbage", "plain xml", "no package", "not a manifest"])
def test_empty_and_garbage_manifests_are_refused_by_both_parsers(raw: bytes) -> None:
    pool = StringPool()
    rows = FactRows(pool)
    with pytest.raises(UnreadableError) as caught:
        read_manifest(raw, None, rows, 0)
    assert caught.value.key == "manifest_damaged"
    summary, gaps = androguard_fallback.manifest_facts(raw, None, rows, 0)
    assert summary is None
    assert gaps[0].reason == "parser_failed"
    assert gaps[0].blinds
    assert len(rows) == 0, "a manifest that is refused leaves no facts"


def test_the_second_parser_gives_the_same_facts_and_says_so() -> None:
    pytest.importorskip("androguard")
    raw = XmlWriter().write(MANIFEST)
    ours, theirs = (FactRows(StringPool()) for _ in range(2))
    summary = read_manifest(raw, None, ours, 0)
    second, gaps = androguard_fallback.manifest_facts(raw, None, theirs, 0)
    assert second == summary
    assert ours.freeze().value.tolist() == theirs.freeze().value.tolist()
    assert [(gap.reason, gap.params, gap.kinds, gap.blinds) for gap in gaps] == [
        ("parser_fallback", {"parser": "androguard"}, frozenset(), False)]


def test_without_androguard_the_lost_kinds_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "androguard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "androguard", None)
    summary, gaps = androguard_fallback.manifest_facts(XmlWriter().write(MANIFEST), None, FactRows(StringPool()), 0)
    assert summary is None
    assert gaps[0].kinds == {Kind.PERMISSION, Kind.COMPONENT, Kind.TITLE}
    _, lookup, gaps = androguard_fallback.string_resources(resource_table([]), StringPool())
    assert lookup is None
    assert gaps[0].kinds == {Kind.TEXT, Kind.CONTROL, Kind.TITLE}
    assert gaps[0].blinds


def _real_manifest() -> bytes:
    built = Path(__file__).parents[3] / "fixtures" / "apks" / "built" / "checkin-native.apk"
    if not built.exists():
        return XmlWriter().write(MANIFEST)
    with zipfile.ZipFile(built) as container:
        return container.read("AndroidManifest.xml")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_flipped_bytes_of_a_manifest_are_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([_real_manifest(), XmlWriter().write(MANIFEST)])))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableError):
        assert read_manifest(bytes(raw), _lookup(), FactRows(StringPool()), 0).package
