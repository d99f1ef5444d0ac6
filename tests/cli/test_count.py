"""The command count: every form from one store, files written whole, mistakes told before work."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appscan.portfolio.registry import read_registry
from appscan.schema import load, problems
from appscan.store import Store


@pytest.fixture(scope="module")
def registry(tmp_path_factory, project_root) -> Path:
    """A store with the demo registry, made once."""
    path = tmp_path_factory.mktemp("registry") / "office.db"
    with Store.open(str(path)) as store:
        for name in ("registry.xlsx", "local.csv"):
            entries = read_registry(project_root / "fixtures" / "portfolio" / name).entries
            store.put_entries(entries, who="虚构的人", when=datetime(2026, 10, 8, tzinfo=UTC), source=name)
    return path


@pytest.fixture
def office(registry, tmp_path) -> str:
    """A copy of it, by its name in the folder where commands run."""
    shutil.copy(registry, tmp_path / "office.db")
    return "office.db"


def test_every_form_comes_from_one_store(appscan, office, tmp_path):
    document = appscan("count", "--store", office, "--format", "json").document
    assert problems("count-1", document) == []
    assert "教育部" in appscan("count", "--store", office).out
    for form in ("json", "html", "xlsx", "table"):
        ran = appscan("count", "--store", office, "--format", form, "--out", f"out/count.{form}", "--lang", "en")
        assert (ran.code, ran.err) == (0, "")
        assert (tmp_path / "out" / f"count.{form}").stat().st_size > 5000
    again = json.loads((tmp_path / "out" / "count.json").read_text("utf-8"))
    assert {**again, "made": ""} == {**document, "made": ""}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "count.html", "count.json", "count.table", "count.xlsx"]


def test_what_one_more_app_would_do_is_told_first(appscan, office, tmp_path):
    (tmp_path / "app.yaml").write_text("name: 虚构警务新版\nowner: 公安部\nlevel: central\n"
                                       "audience: [grassroots_internal]\n", "utf-8")
    out = appscan("count", "--store", office, "--proposed", "app.yaml").out
    assert "公安部：1 → 2 个" in out
    assert out.index("公安部：1 → 2 个") < out.index("各部门")


def test_the_office_decides_in_a_profile(appscan, office, tmp_path):
    (tmp_path / "profile.yaml").write_text("version: 1\narms: apart\nzombies: {active_below: 5}\n", "utf-8")
    document = appscan("count", "--store", office, "--profile", "profile.yaml", "--format", "json").document
    assert document["profile"]["arms"] == "apart"
    assert [row["product"] for row in document["rules"]["zombies"]] == ["p:L013"]


@pytest.mark.parametrize(("arguments", "words"), [
    (["--format", "xlsx"], "--out"), (["--out", "."], "folder"), (["--as-of", "May"], "May"),
    (["--profile", "none.yaml"], "none.yaml"), (["--proposed", "none.yaml"], "none.yaml"),
    (["--store", "none.db"], "none.db")])
def test_mistakes_are_told_in_one_line(appscan, office, tmp_path, arguments, words):
    before = sorted(tmp_path.iterdir())
    ran = appscan("count", "--store", office, *arguments, "--lang", "en")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert words in ran.err
    assert sorted(tmp_path.iterdir()) == before


def test_an_empty_registry_is_told(appscan, tmp_path):
    assert appscan("store", "init", "--store", "office.db").code == 0
    ran = appscan("count", "--store", "office.db")
    assert ran.code == 0
    assert "没有应用" in ran.err


@pytest.mark.parametrize("name", ["count", "counting"])
def test_the_schemas_are_published(appscan, name):
    assert appscan("schema", name).document == load(f"{name}-1")
