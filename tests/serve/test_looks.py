"""Claims about how pages look: on a phone lists are cards and the decision is one step away; words say what they count;
what was filled in stays."""

from __future__ import annotations

import re
import time

from appscan.model.artifact import App
from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import sessions
from tests.serve.conftest import WIDTHS, fill, looked_at, sign_in, sign_in_with
from tests.serve.test_portfolio import GRANT
from tests.shipped import shipped

FITS = """() => [...document.querySelectorAll("main .wide")].every((frame) => frame.scrollWidth <= frame.clientWidth)"""


def at(page, width):
    across, down = WIDTHS[width]
    page.set_viewport_size({"width": across, "height": down})


def test_on_a_phone_no_list_is_wider_than_the_screen_and_every_value_says_what_it_is(page, desk, vendor_report):
    fill(desk.store, vendor_report, 3)
    sign_in_with(page, "管理员")
    at(page, "phone")
    for path in ("/", "/apps", "/findings", "/registry", "/checks", "/papers/new", "/events", "/apps/R-0"):
        page.goto(path)
        assert page.evaluate(FITS), path
        assert page.locator("header.top").bounding_box()["height"] < 100, path
    page.goto("/apps")
    told = page.locator("tbody tr").first.locator("td").evaluate_all(
        "cells => cells.map((cell) => getComputedStyle(cell, '::before').content)")
    assert '"结论"' in told
    assert '"主办单位"' in told
    page.locator("thead a", has_text="主办单位").click()  # lists are sorted there too
    page.wait_for_url("**sort=body*")
    at(page, "desk")
    assert page.locator("tbody td").first.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"
    assert page.faults == []


def test_on_a_phone_the_decision_is_one_step_from_the_top_of_a_finding(page, desk, vendor_report):
    fill(desk.store, vendor_report, 1)
    sign_in_with(page, "复核员")
    page.goto("/findings")
    page.locator("tbody a").first.click()
    page.wait_for_url("**/findings/*")
    jump = page.get_by_role("link", name="去处理")
    assert not jump.is_visible(), "the form stands beside the finding there"
    at(page, "phone")
    assert not page.locator("kbd").first.is_visible(), "a phone has no keys"
    jump.click()
    top = page.locator("form[data-review]").bounding_box()["y"]
    assert 0 <= top < WIDTHS["phone"][1] / 2


def test_packages_of_an_app_and_parts_of_its_page_look_apart(page, desk, vendor_report):
    fill(desk.store, vendor_report, 1)
    sign_in_with(page, "看客")
    page.goto("/apps/R-0")
    parts = page.get_by_role("navigation", name="本页内容", exact=True).or_(page.locator("nav.jumps"))
    assert "tabs" not in (parts.first.get_attribute("class") or "")
    page.locator("#acts").scroll_into_view_if_needed()
    assert parts.first.get_by_role("link", name="回到页首").is_visible(), "it stays in sight"
    looked_at(page, "app-parts")


def test_what_nobody_can_tell_is_counted_in_the_heading_and_listed_below(page, desk, built_apks):
    path = built_apks / "packed-shell.apk"
    fill(desk.store, to_document(scan_app([Target(path, path.name)], App(), shipped()).report), 1)
    with desk.signed_in("看客") as client:
        text = client.get("/apps/R-0").text
    heading = re.search(r"<h3>无法判定的 (\d+) 项</h3>", text)
    assert heading
    assert int(heading[1]) > 10


def test_a_wrong_password_leaves_the_name_as_it_was_typed(desk):
    with desk.client() as client:
        assert 'value="复核员"' in sign_in(client, "复核员", "no such password").text
        assert "&lt;b&gt;" in sign_in(client, "<b>", "no such password").text


def test_after_an_exemption_the_next_open_finding_follows_and_only_several_places_are_offered_together(
        desk, vendor_report):
    fill(desk.store, vendor_report, 1)
    with desk.signed_in("复核员") as client:
        first, second, *rest = client.get("/api/findings").json()["findings"]
        answer = client.post(f"/findings/{first['id']}/exempt", files={"file": ("", b"")},
                             data={"form_token": sessions.form_token(client.cookies["appscan"]), **GRANT})
        assert (answer.status_code, answer.headers["location"]) == (
            303, f"/findings/{second['id']}?last={first['id']}")
        same = [one for one in (second, *rest) if one["check_id"] == second["check_id"]]
        page = client.get(f"/findings/{second['id']}").text
        assert ("同样处理" in page) is (len(same) > 1)
        for one in same[1:]:
            client.post(f"/findings/{one['id']}/decide", data={
                "form_token": sessions.form_token(client.cookies["appscan"]), "decision": "confirm", "reason": "已核实",
                "seen": 0, "mark": one["id"]})
        assert "同样处理" not in client.get(f"/findings/{second['id']}").text, "no other place is open"


def test_the_list_to_make_papers_from_says_that_it_goes_on_only_where_it_does(desk, vendor_report):
    desk.store.put_entries([Entry(f"U-{number}", f"虚构未检查{number}") for number in range(40)], who="x",
                           when=sessions.now(), source="x")
    fill(desk.store, vendor_report, 2)
    with desk.signed_in("复核员") as client:
        page = listed(desk, client)
        assert "虚构应用1" in page
        assert "只列了前面的应用" not in page
        fill(desk.store, vendor_report, 31)
        assert "只列了前面的应用" in listed(desk, client)


def listed(desk, client):
    """The page once the lists know of everything, which they learn beside requests."""
    client.get("/papers/new")
    while desk.store.lists.condition().stale:
        time.sleep(0.1)
    return client.get("/papers/new").text


def test_the_table_of_the_overview_has_the_sums_of_the_chart_and_says_what_it_counts(desk):
    told = {"level": Level.CENTRAL, "status": AppStatus.RUNNING, "audience": frozenset({Audience.GRASSROOTS_INTERNAL})}
    owners = ("国家发展和改革委员会", "国家发展和改革委员会", "国家数据局")
    desk.store.put_entries([Entry(f"R-{number}", f"虚构应用{number}", owner, **told)
                            for number, owner in enumerate(owners)], who="x", when=sessions.now(), source="x")
    with desk.signed_in("看客") as client:
        page = client.get("/").text
    table = page.partition("数字表")[2]
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", table.partition("</thead>")[0])
    row = next(one for one in table.split("<tr>") if "国家发展和改革委员会" in one)
    cells = re.findall(r"<td class=\"number\">([^<]*)</td>", row)
    assert cells[heads.index("与所管国家局合计") - 2] == "3"
    assert "未检查（应用）" in heads
