"""The fixture apps are complete and say what they prove. Scans nothing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
BUILT = FIXTURES / "apks" / "built"
NAMES = sorted(path.name for path in (FIXTURES / "apks").iterdir()
               if path.is_dir() and path.name not in ("built", "stubs"))
CHECKS = {path.stem for path in (Path(__file__).resolve().parents[1] / "checks" / "features").glob("*.yaml")}
PRESENCE = {"none", "mentioned", "bundled", "reachable", "exercised"}
FORCE = {"none", "nudge", "consequence", "no_opt_out", "block", "order"}
VERDICTS = {"likely_violation", "needs_review", "inconclusive", "exempt", "info", "not_found"}
WORDS = {"presence": PRESENCE, "force": FORCE, "verdict": VERDICTS}


def read(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FIXTURES / "apks" / name / "fixture.json").read_text("utf-8"))
    return fixture


def packages(name: str) -> list[Path]:
    return sorted(path for path in BUILT.iterdir() if path.stem == name)


def words(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


@pytest.mark.parametrize("name", NAMES)
def test_every_source_folder_says_what_it_proves_in_known_words(name: str) -> None:
    fixture = read(name)
    assert set(fixture) <= {"proves", "build", "expect", "rest", "never"}
    assert fixture["proves"].endswith(".")
    assert set(fixture["expect"]) <= CHECKS
    for expected in fixture["expect"].values():
        assert expected
        for axis, value in expected.items():
            assert words(value)
            assert words(value) <= WORDS[axis]
    assert set(fixture.get("rest", ["not_found"])) <= VERDICTS
    assert set(fixture.get("never", [])) <= PRESENCE | VERDICTS


@pytest.mark.parametrize("name", NAMES)
def test_no_expectation_contradicts_itself(name: str) -> None:
    fixture = read(name)
    never = set(fixture.get("never", []))
    assert not never & set(fixture.get("rest", ["not_found", "info"]))
    for expected in fixture["expect"].values():
        assert words(expected["presence"]) - never
        assert words(expected["verdict"]) - never


@pytest.mark.parametrize("name", NAMES)
def test_every_source_folder_has_its_built_package(name: str) -> None:
    built = packages(name)
    is_split = "splits" in read(name).get("build", {})
    assert [path.suffix for path in built] == ([".apkm", ".apks", ".xapk"] if is_split else [".apk"])
    for path in built:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert {"AndroidManifest.xml", "base.apk", "manifest.json"} & set(archive.namelist())


def test_nothing_is_built_without_sources() -> None:
    assert {path.stem for path in BUILT.iterdir()} == set(NAMES)


def test_the_built_packages_stay_small() -> None:
    assert sum(path.stat().st_size for path in BUILT.iterdir()) < 3_000_000
    assert all(path.stat().st_size <= 60_000 for path in BUILT.iterdir())


def test_the_readme_lists_every_fixture() -> None:
    readme = (FIXTURES / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize("name", NAMES)
def test_owners_are_invented_and_marked(name: str) -> None:
    recipe = json.loads((FIXTURES / "apks" / name / "fixture.json").read_text("utf-8")).get("build", {})
    folder = FIXTURES / "apks" / recipe.get("from", name)
    sources = [folder / "AndroidManifest.xml", *folder.glob("res/values*/*.xml")]
    assert "虚构" in "".join(path.read_text("utf-8") for path in sources)
