"""Claims about what reports and readings add: apps = found + not found + inconclusive + not scanned, exemptions of the
day are laid over, and likeness is seen in stored readings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from appscan.cli.registering import grouped
from appscan.count.examined import examined
from appscan.count.gathering import gather
from appscan.count.traits import VERSION, field_name, traits_of
from appscan.model.judgement import Verdict
from appscan.model.registry import ArtifactKey, Platform
from appscan.office.exemptions import grant_all
from appscan.portfolio.proposals import Reason, propose
from appscan.schema import problems
from appscan.store import Standing, Store

from .conftest import DAY, WHEN, app, document_of, put

FIELDS = ["户主姓名", "身份证号码", "家庭人口", "年人均收入", "致贫原因", "帮扶责任人"]


def product_of(document, product):
    return next(one for one in document["products"] if one["product"] == product)


def test_apps_are_found_or_not_found_or_inconclusive_or_not_scanned(store, add, built_apks):
    put(store, app("A"), app("B"), app("C"), app("D"), app("E", package="other"))
    add("A", built_apks / "checkin-native.apk")
    add("B", built_apks / "decoy.apk")
    add("C", built_apks / "packed-shell.apk")
    add("E", built_apks / "points-native.apk", Standing.CLAIMED)
    document = document_of(store)
    seen = document["owners"][0]["examined"]
    assert seen == {"apps": 5, "found": 2, "not_found": 1, "inconclusive": 1, "not_scanned": 1, "exempt": 0,
                    "claimed": 1, "partial": 0}
    assert document["totals"]["examined"] == seen
    assert [product_of(document, f"p:{one}")["examined"]["result"] for one in "ABCDE"] == [
        "found", "not_found", "inconclusive", "not_scanned", "found"]
    assert {"check": "check-in", "verdict": "likely_violation"} in product_of(document, "p:A")["examined"]["found"]
    assert problems("count-1", document) == []


def test_half_an_app_clears_no_app(store, add, built_apks):
    put(store, app("A", product="x"), app("B", product="x"))
    add("A", built_apks / "decoy.apk")
    seen = product_of(document_of(store), "x")["examined"]
    assert (seen["result"], seen["partial"]) == ("inconclusive", True)
    add("B", built_apks / "decoy.apk")
    assert product_of(document_of(store), "x")["examined"]["result"] == "not_found"


def test_two_packages_do_not_make_up_for_the_site_that_nobody_looked_at(store, add, built_apks):
    site = ArtifactKey(Platform.WEB, url="https://a.invalid/")
    put(store, replace(app("A"), artifacts=(*app("A").artifacts, site)))
    add("A", built_apks / "decoy.apk")
    add("A", built_apks / "library-only.apk")  # the app under another package name
    seen = product_of(document_of(store), "p:A")["examined"]
    assert (seen["result"], seen["partial"], len(seen["reports"])) == ("inconclusive", True, 2)


def test_an_exemption_counts_on_its_days_only(store, add, built_apks, tmp_path):
    put(store, app("A"))
    add("A", built_apks / "checkin-native.apk")
    found = [one["check"] for one in product_of(document_of(store), "p:A")["examined"]["found"]]
    file = tmp_path / "exemptions.yaml"
    records = [{"check": check, "app": "A", "ground": "special_scene", "reason": "虚构", "regulation": "虚构规定",
                "approver": "虚构机关", "document": "虚〔2026〕1号", "owner": "虚构的人", "from": DAY.isoformat(),
                "expires": (DAY + timedelta(days=1)).isoformat()} for check in found]
    file.write_text(json.dumps({"version": 1, "exemptions": records}, ensure_ascii=False), "utf-8")
    grant_all(store, file, who="虚构的人", when=WHEN)
    granted = {one["check"]: one["verdict"] for one in product_of(document_of(store), "p:A")["examined"]["found"]}
    assert granted["check-in"] == "exempt"
    later = product_of(document_of(store, DAY + timedelta(days=2)), "p:A")["examined"]["found"]
    assert {"check": "check-in", "verdict": "likely_violation"} in later


def test_an_app_of_which_everything_is_exempt_stays_found_and_is_told(store, add, built_apks):
    put(store, app("A"))
    add("A", built_apks / "checkin-native.apk")
    material = gather(store, DAY)
    (product,), (one,) = material.grouping.products, material.stood["A"]
    exempt = replace(one, overall=Verdict.EXEMPT, verdicts={"check-in": "exempt"})
    seen = [examined(product, {"A": (stood,)}) for stood in (one, exempt)]
    assert [(each.tested, each.is_exempt) for each in seen] == [("found", False), ("found", True)]


def test_a_report_of_an_app_that_the_registry_lacks_is_told_and_counts_nowhere(store, add, built_apks):
    put(store, app("A"))
    add("unlisted:虚构", built_apks / "decoy.apk")
    totals = document_of(store)["totals"]
    assert (totals["unlisted"], totals["examined"]["apps"], totals["examined"]["not_scanned"]) == (1, 1, 1)


def test_forms_that_ask_for_the_same_are_listed_with_the_shared_fields(store, add, with_form):
    put(store, app("A", "教育部"), app("B", "水利部"), app("C", "民政部"))
    add("A", with_form("one", FIELDS))
    add("B", with_form("two", [*FIELDS[:5], "种植面积"]))
    add("C", with_form("three", ["河道名称", "水位", "流速", "巡查人员", "天气", "备注情况"]))
    rows = document_of(store)["rules"]["overlaps"]
    assert [(row["one"]["product"], row["other"]["product"], row["shared"]) for row in rows] == [
        ("p:A", "p:B", sorted(map(field_name, FIELDS[:5])))]
    assert rows[0]["share"] == pytest.approx(5 / 7, abs=0.01)


def test_copies_of_one_program_are_seen_in_their_stored_readings(store, add, built_apks):
    put(store, app("A", "虚构甲县数据局", level=None), app("B", "虚构乙县数据局", level=None),
        app("C", "虚构丙县数据局", level=None))
    add("A", built_apks / "photo-forced.apk")
    add("B", built_apks / "photo-voluntary.apk")
    add("C", built_apks / "decoy.apk")
    grouping, evidence = grouped(store)
    found = {one.entries: one.reasons for one in propose(grouping, evidence)}
    assert list(found) == [("A", "B")]
    assert Reason.CODE in found["A", "B"]
    assert [row["entries"] for row in document_of(store)["rules"]["proposals"]] == [["A", "B"]]
    assert evidence["A"].packages == {"com.fict.xuncun.a"}
    assert evidence["A"].certificates


def test_readings_are_gone_through_once(store, add, built_apks):
    put(store, app("A"))
    add("A", built_apks / "decoy.apk")
    told = []
    first = gather(store, DAY, lambda done, left: told.append((done, left)))
    assert told == [(1, 1)]
    second = gather(store, DAY, lambda done, left: told.append((done, left)))
    assert told == [(1, 1)]
    assert first.seen == second.seen
    assert len(store.traits(VERSION)) == 1


def test_a_reading_that_is_gone_is_counted_as_unread(store, add, built_apks, tmp_path):
    put(store, app("A"))
    add("A", built_apks / "decoy.apk")
    with Store.open(str(tmp_path / "office.db"), str(tmp_path / "elsewhere")) as other:
        assert document_of(other)["totals"]["readings_unread"] == 1
    assert document_of(store)["totals"]["readings_unread"] == 0


@pytest.mark.parametrize(("text", "name"), [
    ("请输入身份证号码（必填）", "身份证号码"), ("家庭人口：", "家庭人口"), ("* 联系地址", "联系地址"), ("天", ""),
    ("联系电话13800000000", ""),
    ("以下人员未按时签到，将由街道统一通报，请于本周五前完成整改", "")])
def test_labels_are_compared_without_signs_and_orders(text, name):
    assert field_name(text) == name


def test_signing_in_is_no_form(scanned, built_apks):
    forms = traits_of(scanned(built_apks / "checkin-native.apk").readings[0])["forms"]
    assert not [form for form in forms if "login" in form["screen"]]


def test_a_form_that_a_village_role_was_served_shows_how_deep_a_product_reaches(store, scanned, built_apks):
    from appscan.report.document import to_document

    put(store, app("A"))
    document = to_document(scanned(built_apks / "decoy.apk").report)
    blob = store.put_blob(b"a reading of a crawl with roles")
    report = store.add_report(document, product="", entry="A", standing=Standing.OFFICE, recorded=WHEN, readings={
        document["artifacts"][0]["sha256"]: blob})
    forms = [{"screen": "/report", "role": role, "fields": ["户主姓名", "家庭人口"]}
             for role in ("村级填报员", "省级管理员")]
    store.put_traits(VERSION, {blob: {"package": "", "target_sdk": "", "certificates": [], "endpoints": [], "code": [],
                                      "forms": forms}})
    rows = document_of(store)["rules"]["reaches"]
    assert [(row["product"], row["deepest"], row["forms"]) for row in rows] == [("p:A", "", True)]
    assert rows[0]["roles"] == [{"role": "村级填报员", "level": "village", "screen": "/report",
                                 "fields": ["户主姓名", "家庭人口"], "report": report.id}]
