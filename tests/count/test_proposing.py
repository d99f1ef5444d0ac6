"""Claims about one more app: the count with it beside the count without it, and the store stays as it was."""

from __future__ import annotations

from appscan.count.document import to_document
from appscan.count.proposing import entry_of, propose_one
from appscan.model.artifact import App
from appscan.schema import problems

from .conftest import MADE, counted, document_of, put_demo

GRASSROOTS = ("grassroots_internal",)


def proposed(store, given, **more):
    put_demo(store)
    before = counted(store)
    effect = propose_one(before, entry_of(given, taken=frozenset(one.id for one in before.material.entries), **more))
    document = to_document(before, MADE, effect)
    assert problems("count-1", document) == []
    assert {name: value for name, value in document.items() if name != "proposed"} == document_of(store)
    return document["proposed"]


def test_a_second_app_of_a_body_would_exceed(store):
    told = proposed(store, App("虚构警务新版", "公安部", level="central", audience=GRASSROOTS))
    row = told["owners"][0]
    assert (row["owner"], row["before"]["confirmed"], row["after"]["confirmed"]) == ("mps", 1, 2)
    assert (row["before"]["state"], row["after"]["state"]) == ("within", "exceeds_principle")
    assert (row["before"]["with_bureaus"]["confirmed"], row["after"]["with_bureaus"]["confirmed"]) == (2, 3)


def test_an_app_of_a_bureau_changes_its_parents_other_number(store):
    told = proposed(store, App("虚构出入境通", "国家移民管理局", level="central", audience=GRASSROOTS))
    after = {row["owner"]: row["after"] for row in told["owners"]}
    assert after["nia"]["state"] == "exceeds_principle"
    assert (after["mps"]["state"], after["mps"]["with_bureaus"]["confirmed"]) == ("within", 3)


def test_another_platform_of_a_product_adds_nothing(store):
    told = proposed(store, App("虚构数企通快应用", "工信部", level="central", audience=GRASSROOTS))
    assert told["joins"] == "p:A001"
    assert [row["before"] for row in told["owners"]] == [row["after"] for row in told["owners"]]


def test_an_audience_that_nobody_wrote_is_undetermined(store):
    told = proposed(store, App("虚构税务新版", "税务总局", level="central"))
    assert (told["scope"], told["reasons"]) == ("undetermined", ["audience_unknown"])
    assert told["owners"][0]["after"]["undetermined"] == 1


def test_one_more_community_platform_is_told(store):
    told = proposed(store, App("虚构社区码", "虚构甲县卫健局", level="village", region="虚构甲县", audience=GRASSROOTS))
    assert told["community"] == {"region": "虚构甲县", "before": 4, "after": 5}
    assert told["owners"] == []


def test_an_owner_that_nobody_knows_counts_for_nobody(store):
    told = proposed(store, App("虚构应用", "各级公安部门", audience=GRASSROOTS))
    assert (told["owner"], told["owners"], told["standing"]) == ("", [], "unknown")
