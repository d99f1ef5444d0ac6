"""Claims about the demo registry: the files are those of its source, and what it says by hand holds here: which rows
stay out, which entries are one product, whose they are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import yaml

from appscan.model.registry import Level
from appscan.portfolio.grouping import group
from appscan.portfolio.owners import By, Standing
from appscan.portfolio.proposals import propose
from appscan.portfolio.registry import read_registry

from .conftest import faults_of

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "portfolio"
FILES = ("registry.xlsx", "local.csv")


@pytest.fixture(scope="module")
def table():
    """What the count must say, as it was written by hand."""
    return yaml.safe_load((FOLDER / "expected-count.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def read():
    return {name: read_registry(FOLDER / name) for name in FILES}


@pytest.fixture(scope="module")
def grouping(read):
    return group([one for file in read.values() for one in file.entries])


def build():
    spec = importlib.util.spec_from_file_location("portfolio_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


def test_the_files_are_those_that_their_source_gives():
    made = build()
    assert made.separated(made.rows_of([*made.LOCAL, *made.BAD_LOCAL], "县级")) == (FOLDER / "local.csv").read_bytes()
    content = made.workbook(made.rows_of([*made.CENTRAL, *made.BAD_CENTRAL], "中央"))
    assert content == (FOLDER / "registry.xlsx").read_bytes()


def test_it_is_large_and_mixed_enough(read, grouping):
    entries = [one for file in read.values() for one in file.entries]
    platforms = {key.platform.value for one in entries for key in one.artifacts}
    assert len(grouping.products) >= 60
    assert len({product.owner.identity for product in grouping.products}) >= 15
    assert platforms == {"android", "ios", "harmonyos", "miniprogram", "quickapp", "h5", "web"}
    assert all("虚构" in one.name for one in entries)


def test_apps_that_can_be_scanned_have_invented_owners(read):
    entries = [one for file in read.values() for one in file.entries]
    scanned = [one for one in entries if any(key.path for key in one.artifacts)]
    assert len(scanned) >= 6
    assert all("虚构" in one.owner for one in scanned)
    assert all((FOLDER / key.path).is_file() for one in scanned for key in one.artifacts if key.path)


@pytest.mark.parametrize("name", FILES)
def test_exactly_the_rows_that_must_not_go_in_stay_out(read, table, name):
    assert faults_of(read[name]) == {row["cell"]: row["fault"] for row in table["kept_out"][name]}
    assert not {one.id for one in read[name].entries} & {row["entry"] for row in table["kept_out"][name]}


def test_the_totals_hold(read, grouping, table):
    files = list(read.values())
    assert {
        "entries": sum(len(file.entries) for file in files),
        "products": len(grouping.products),
        "kept_out": sum(file.refused for file in files),
        "examples": sum(file.examples for file in files),
    } == table["totals"]


def test_every_product_of_the_table_is_one_product_of_its_owner(grouping, table):
    for row in table["owners"]:
        for product in [*row["confirmed"], *row["undetermined"]]:
            found = grouping.product_of[product[0]]
            assert sorted(one.id for one in found.entries) == product, row["owner"]
            assert (found.owner.owner, found.owner.parent) == (row["owner"], row.get("parent", "")), row["owner"]


def test_no_product_of_a_central_owner_is_forgotten_by_the_table(grouping, table):
    """What is in neither column must be out of scope by what the registry says."""
    named = {one for row in table["owners"] for product in [*row["confirmed"], *row["undetermined"]] for one in product}
    for product in grouping.products:
        if product.owner.standing is Standing.CENTRAL and product.entries[0].id not in named:
            first = product.entries[0]
            audience = {one.value for one in first.audience}
            assert (
                first.status.value not in ("running", "unknown")
                or (audience and "grassroots_internal" not in audience)
                or (first.host_platform and first.own_entry is False)
            ), first.id


def test_owners_that_nobody_may_guess_are_those_of_the_table(grouping, table):
    found = {
        product.entries[0].id: product.owner.standing.value
        for product in grouping.products
        if product.owner.standing not in (Standing.CENTRAL, Standing.LOCAL)
    }
    assert found == {row["product"][0]: row["standing"] for row in table["no_owner"]}
    local = sorted(product.entries[0].id for product in grouping.products if product.owner.standing is Standing.LOCAL)
    assert local == sorted(table["local"])


def test_arms_and_doubtful_owners_are_marked_as_the_table_says(grouping, table):
    rows = {row["owner"]: row for row in table["owners"]}
    assert grouping.product_of["A027"].owner.by is By.ARM
    assert {one for row in rows.values() for one in row.get("owner_doubtful", [])} == {
        product.entries[0].id for product in grouping.products if product.owner.owner and product.owner.doubt
    }
    assert grouping.product_of["A051"].entries[0].level is Level.COUNTY


def test_what_is_alike_is_proposed(grouping, table):
    pairs = {frozenset(one.entries) for one in propose(grouping)}
    for row in table["owners"]:
        assert all(frozenset(pair) in pairs for pair in row.get("proposed", []))
