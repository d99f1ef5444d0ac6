"""Our manifest, strings and trees against androguard's, on every fixture and on every APK of the shared corpus."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from appscan.model.reading import Fact
from appscan.readers.apk import androguard_fallback
from appscan.readers.apk.arsc import read_arsc
from appscan.readers.apk.axml import parse_axml
from appscan.readers.apk.layouts import wanted_type
from appscan.readers.apk.manifest import read_manifest
from appscan.readers.columns import FactRows, StringPool

from .oracle_apks import oracle_apks

APKS = oracle_apks("the shared corpus was")
COMPONENTS = {"activity": "get_activities", "service": "get_services", "receiver": "get_receivers",
              "provider": "get_providers"}


@lru_cache(maxsize=1)
def _androguard(path: Path) -> Any:
    apk = pytest.importorskip("androguard.core.apk")
    with androguard_fallback._quiet():
        return apk.APK(str(path))


def _entry(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as container:
        return container.read(name)


def _table(path: Path) -> bytes:
    try:
        return _entry(path, "resources.arsc")
    except KeyError:
        pytest.skip(f"{path.name} has no resource table")


@pytest.mark.parametrize("path", APKS)
def test_manifest_says_what_androguard_says(path: Path) -> None:
    oracle = _androguard(path)
    pool = StringPool()
    rows = FactRows(pool)
    summary = read_manifest(_entry(path, "AndroidManifest.xml"), None, rows, pool.add("AndroidManifest.xml"))
    facts, strings = rows.freeze(), pool.freeze()

    def values(kind: Fact, role: str) -> list[str]:
        return [strings[facts.value[row]] for row in range(len(rows))
                if facts.kind[row] == kind and strings[facts.role[row]] == role]

    assert summary.package == oracle.get_package()
    assert set(values(Fact.PERMISSION, "uses")) == set(oracle.get_permissions())
    for role, question in COMPONENTS.items():
        assert sorted(values(Fact.COMPONENT, role)) == sorted(getattr(oracle, question)()), role
    targets = {alias["name"]: alias["targetActivity"] for alias in oracle.get_activity_aliases()}
    launchers = {oracle._format_value(targets.get(name, name)) for name in oracle.get_main_activities()}
    assert set(summary.launchers) == set(values(Fact.COMPONENT, "launcher")) == launchers


@pytest.mark.parametrize("path", APKS)
def test_default_and_chinese_strings_are_those_of_androguard(path: Path) -> None:
    table = _androguard(path).get_android_resources()
    pool = StringPool()
    resources, _, gaps = read_arsc(_table(path), pool)
    assert gaps == []
    strings = pool.freeze()
    ours = {(int(resources.id[row]), strings[resources.config[row]], strings[resources.name[row]]):
            strings[resources.value[row]]
            for row in range(len(resources.id)) if strings[resources.type[row]] == "string"}
    table.get_packages_names()
    table._analyse()
    theirs = {}
    for resource_id, configs in table.resource_values.items():
        for config, entry in configs.items():
            if entry.parent.mTableStrings.getString((resource_id >> 16 & 0xFF) - 1) == "string" \
                    and not entry.is_complex() and (entry.is_compact() or entry.key.get_data_type() == 3):
                theirs[resource_id, config.get_qualifier(), entry.get_value()] = entry.get_key_data()

    def spoken(texts: dict[tuple[int, str, str], str]) -> dict[tuple[int, str, str], str]:
        return {key: text for key, text in texts.items() if key[1] == "" or key[1].startswith(("zh", "b+zh"))}

    assert {key: spoken(ours)[key] for key in spoken(theirs) if key in ours} == spoken(theirs)
    assert ours.keys() >= theirs.keys()


@pytest.mark.parametrize("path", APKS)
def test_trees_of_layouts_are_those_of_androguard(path: Path) -> None:
    pytest.importorskip("androguard.core.axml")
    _, lookup, _ = read_arsc(_table(path), StringPool())
    with zipfile.ZipFile(path) as container:
        names = [name for name in container.namelist() if wanted_type(name, lookup)][:60]
        files = [container.read(name) for name in ["AndroidManifest.xml", *names]]
    for raw in files:
        if raw[:2] == b"\x03\x00":
            ours = parse_axml(raw)
            with androguard_fallback._quiet():
                theirs = androguard_fallback._tree(raw)
            assert [node._replace(text="") for node in ours.nodes] == list(theirs.nodes)


@pytest.mark.parametrize("path", APKS)
def test_the_second_parser_of_the_table_answers_like_the_first(path: Path) -> None:
    pytest.importorskip("androguard.core.axml")
    _, ours, _ = read_arsc(_table(path), StringPool())
    rows, theirs, gaps = androguard_fallback.string_resources(_table(path), StringPool())
    assert theirs is not None
    assert [gap.reason for gap in gaps] == ["parser_fallback"]
    for resource_id in rows.id.tolist():
        assert theirs.text(resource_id) == ours.text(resource_id)
        assert theirs.name(resource_id) == ours.name(resource_id)
