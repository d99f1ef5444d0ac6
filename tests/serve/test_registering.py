"""Claims about apps that were scanned before they were registered, and about exemptions by any of an app's names."""

from __future__ import annotations

import copy
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from appscan.model.days import today
from appscan.model.registry import Entry
from appscan.office.registering import entry_found
from appscan.office.standing import stood
from appscan.serve import sessions
from appscan.store import EventKind, Role, Standing
from tests.serve.conftest import report_of, send
from tests.serve.test_api import _token as token_for
from tests.serve.test_portfolio import GRANT, Reviewer


def unlisted_app(desk, document, client):
    """An app that the registry does not have, with the form that registers it, filled in."""
    desk.store.add_report(document, product="", entry="unlisted:abc", standing=Standing.OFFICE,
                          recorded=sessions.now())
    me = Reviewer(client)
    client.get("/api/apps")
    return me, "/registry/register?app=unlisted:abc", {
        "form_token": me.token, "name": "虚构应用", "owner": "虚构县数据局", "level": "county", "region": "虚构县",
        "status": "running", "audience": ["grassroots_internal"], "reason": "来函登记"}


def test_exemptions_go_with_an_app_that_is_registered(desk, vendor_report):
    with desk.signed_in("复核员") as client:
        me, link, fields = unlisted_app(desk, vendor_report, client)
        assert me.exempt(me.findings(check="check-in")[0]["id"], whole="1").status_code == 303
        before = {(one["check_id"], one["state"]) for one in me.findings(state="any")}
        assert ("check-in", "exempted") in before
        assert client.post(link, data=fields).status_code == 303
        entry = desk.store.entries()[0]
        assert {(one["check_id"], one["state"]) for one in me.findings(state="any")} == before
        assert "虚汛1号" in client.get("/registry/entry", params={"id": entry.id}).text
        assert "虚汛1号" in client.get(f"/apps/{entry.id}").text
        assert f'<a href="/apps/{entry.id}">虚构应用</a>' in client.get("/registry/exemptions").text
        kept = next(one for one in stood(desk.store, today()))
        assert (kept.entry, kept.verdicts["check-in"]) == (entry.id, "exempt")
        later = copy.deepcopy(vendor_report)  # the next scan is kept under the entry
        later["artifacts"][0]["sha256"] = "f" * 64
        desk.store.add_report(later, product="", entry=entry.id, standing=Standing.OFFICE,
                              recorded=sessions.now() + timedelta(seconds=1))
        assert {(one["check_id"], one["state"]) for one in me.findings(state="any")} == before
        assert [one.verdicts["check-in"] for one in stood(desk.store, today())] == ["exempt"]


def test_an_exemption_for_an_app_registered_since_its_scan_shows_at_once(desk, vendor_report):
    with desk.signed_in("复核员") as client:
        me, link, fields = unlisted_app(desk, vendor_report, client)
        assert client.post(link, data=fields).status_code == 303
        finding = me.findings(check="check-in")[0]["id"]
        assert me.exempt(finding, whole="1").status_code == 303
        assert me.place(finding)["state"] == "exempted"


def test_an_entry_lists_exemptions_under_a_name_that_only_its_report_says(desk, vendor_report):
    desk.store.put_entries([Entry("R-1", "登记名称", "虚构县局")], who="测试", when=sessions.now(), source="登记表")
    desk.store.add_report(report_of(vendor_report, 1, name="报告里的名称"), product="", entry="R-1",
                          standing=Standing.OFFICE, recorded=sessions.now())
    with desk.signed_in("复核员") as client:
        me = Reviewer(client)
        record = {"form_token": me.token, **GRANT, "app": "报告里的名称", "check": "check-in"}
        assert client.post("/registry/exemptions", files={name: (None, text) for name, text in record.items()}
                           ).status_code == 303
        assert {one["state"] for one in me.findings(check="check-in", state="any")} == {"exempted"}
        assert "虚汛1号" in client.get("/registry/entry?id=R-1").text


def test_an_app_that_is_registered_twice_at_once_is_registered_once(desk, vendor_report):
    with desk.signed_in("复核员") as client:
        _, link, fields = unlisted_app(desk, vendor_report, client)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: client.post(link, data=fields), range(4)))
        (entry,) = desk.store.entries()
        assert len(list(desk.store.events(EventKind.REGISTRY_IMPORTED))) == 1
        # Whoever comes while it is not there yet is led to the one entry; whoever comes later finds no such app.
        assert {one.status_code for one in answers} <= {303, 404}
        assert {one.headers["location"] for one in answers if one.status_code == 303} == {f"/apps/{entry.id}"}


def test_another_one_may_put_in_the_same_app_and_is_told(desk, vendor_report):
    """Both had the form open; the lists of the second do not know of the first yet."""
    with desk.signed_in("复核员") as client:
        _, link, fields = unlisted_app(desk, vendor_report, client)
        found = entry_found("unlisted:abc", list(desk.store.reports()))
        assert desk.store.add_entry(found, "unlisted:abc", who="乙", when=sessions.now(), source="desk")
        assert not desk.store.add_entry(found, "unlisted:abc", who="丙", when=sessions.now(), source="desk")
        assert client.post(link, data={**fields, "name": "另一名称"}).status_code in (404, 409)
    assert [one.name for one in desk.store.entries()] == [found.name]


def test_the_log_tells_a_scanned_app_from_a_planned_one(desk, vendor_report):
    with desk.signed_in("复核员") as client, desk.signed_in("管理员") as admin:
        _, link, fields = unlisted_app(desk, vendor_report, client)
        client.post(link, data=fields)
        page = admin.get("/events").text
    assert "登记检查过的应用" in page
    assert "登记拟建应用" not in page


def test_the_log_leads_to_an_exemption_that_was_withdrawn(desk, vendor_report):
    with desk.signed_in("复核员") as client, desk.signed_in("管理员") as admin:
        me, _, _ = unlisted_app(desk, vendor_report, client)
        me.exempt(me.findings(check="check-in")[0]["id"], whole="1")
        (granted,) = desk.store.exemptions()
        send(client, f"/registry/exemptions/{granted.event}/withdraw", reason="汛期已过")
        links = re.findall(r'href="(/registry/exemptions[?][^"]+)"', admin.get("/events").text)
        assert len(links) == 2
        for link in links:
            assert f'<td class="number">{granted.event}</td>' in admin.get(link.replace("&amp;", "&")).text


def test_a_program_registers_an_app_as_a_person_does(desk, vendor_report):
    with desk.signed_in("复核员") as client, desk.client() as other:
        me, _, _ = unlisted_app(desk, vendor_report, client)
        weak, strong = (token_for(desk, "复核员", role) for role in (Role.VIEWER, Role.REVIEWER))
        asked = {"app": "unlisted:abc", "columns": {"name": "虚构应用", "owner": "虚构县数据局"}, "reason": "来函登记"}
        assert other.post("/api/registry/register", headers=weak, json=asked).status_code == 403
        assert other.post("/api/registry/register", headers=strong,
                          json=asked | {"columns": {"name": " ", "owner": "x"}}).status_code == 422
        assert other.post("/api/registry/register", headers=strong,
                          json=asked | {"columns": {"name": "x", "owner": "x", "level": "月球"}}).status_code == 422
        made = other.post("/api/registry/register", headers=strong, json=asked)
        assert made.status_code == 201
        entry = desk.store.entries()[0]
        assert (made.json()["entry"], entry.name, entry.owner) == (entry.id, "虚构应用", "虚构县数据局")
        assert me.findings(check="check-in")
        assert other.post("/api/registry/register", headers=strong, json=asked).status_code == 404
