"""Claims about lists, the pages of apps and findings, and what people decide there."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import secrets
import time
from datetime import UTC, datetime
from typing import get_args
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from appscan.model.artifact import App
from appscan.model.registry import Entry, Level, Platform
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import sessions
from appscan.serve.freshness import AT_ONCE, Freshener
from appscan.serve.queries import AppsQuery, FindingsQuery
from appscan.serve.settings import Settings
from appscan.store import Event, EventKind, FindingsAsked, ReviewState, Standing, Store, Window
from appscan.texts import say
from tests.report.test_web import crawled, small  # noqa: F401 (fixtures)
from tests.serve.conftest import fill, report_of, run_desk
from tests.shipped import shipped

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"
FORMULA = '=HYPERLINK("http://a.invalid")'
GRANT = {"ground": "special_scene", "reason": "防汛值守", "regulation": "第十三条", "approver": "虚构指挥部",
         "document": "虚汛1号", "owner": "虚构局", "from": "2026-01-01", "expires": "2099-12-31"}


@pytest.fixture
def filled(desk, vendor_report):
    """A desk with three apps that were found out."""
    fill(desk.store, vendor_report, 3)
    return desk


@pytest.fixture(params=["sqlite", "postgresql"])
def any_filled(request, tmp_path, kept_password, vendor_report):
    """The same over each kind of database."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    for desk in run_desk(tmp_path, kept_password, Settings(), url):
        fill(desk.store, vendor_report, 3)
        yield desk


class Reviewer:
    """A signed-in browser that decides on findings."""

    def __init__(self, client):
        self.client = client
        self.token = sessions.form_token(client.cookies["appscan"])

    def findings(self, **query):
        return self.client.get("/api/findings", params=query).json()["findings"]

    def place(self, number):
        return self.client.get(f"/api/findings/{number}").json()["place"]

    def decide(self, number, decision, reason="已核实", seen=0, mark="", **more):
        return self.client.post(f"/findings/{number}/decide", data={
            "form_token": self.token, "decision": decision, "reason": reason, "seen": seen,
            "mark": mark or secrets.token_hex(4), **more})

    def exempt(self, number, **changes):
        return self.client.post(f"/findings/{number}/exempt", data={"form_token": self.token, **GRANT, **changes},
                                files={"file": ("批复.pdf", b"%PDF-1.4 approval")})


def test_what_addresses_may_ask_are_the_words_of_the_program():
    for model, name, words in ((AppsQuery, "level", Level), (AppsQuery, "state", ReviewState),
                               (AppsQuery, "platform", {*Platform} - {Platform.UNKNOWN}),
                               (FindingsQuery, "state", {*ReviewState, "any"})):
        assert set(get_args(model.model_fields[name].annotation)) == {"", *words}, (model, name)


def test_a_body_of_the_overview_leads_to_its_own_apps_and_no_namesakes(desk, vendor_report):
    fill(desk.store, vendor_report, 2)
    others = {"R-8": "教育部门", "R-9": "中央电化教育馆"}
    desk.store.put_entries([Entry(name, f"虚构{name}", owner, level=Level.CENTRAL if name == "R-9" else None)
                            for name, owner in others.items()], who="测试", when=sessions.now(), source="登记表")
    with desk.signed_in("看客") as client:
        link = "/apps?body=%E6%95%99%E8%82%B2%E9%83%A8"
        end = time.monotonic() + 30
        while link not in (page := client.get("/").text) and time.monotonic() < end:
            time.sleep(0.1)  # the count is worked out beside requests
        listed = client.get(f"/api{link}").json()
        shown = client.get(link).text
    assert link in page
    assert {one["entry"] for one in listed["apps"]} == {"R-0", "R-1", "R-9"}
    assert "总览按产品计数" in shown
    assert 'name="body" value="教育部"' in shown


def test_the_workbook_has_the_apps_and_the_numbers_of_the_page(filled):
    filled.store.put_entries([Entry("R-9", FORMULA, owner="虚构县")], who="x", when=sessions.now(), source="x")
    with filled.signed_in("看客") as client:
        for query, wanted in (("", 4), ("?owner=教育部&sort=-name", 3), ("?text=应用1", 1), ("?verdict=none", 1)):
            page = client.get(f"/apps{query}").text
            total = int(re.search(r"共 (\d+) 项", page)[1])
            book = load_workbook(io.BytesIO(client.get(f"/apps.xlsx{query}").content))
            rows = list(book.worksheets[0].values)[1:]
            assert len(rows) == total == wanted, query
            listed = client.get(f"/api/apps{query}").json()["apps"]
            assert [(row[0], row[7]) for row in rows] == [(one["name"], one["open"]) for one in listed]
        cells = load_workbook(io.BytesIO(client.get("/apps.xlsx?verdict=none").content)).worksheets[0]
        assert (cells["A2"].value, cells["A2"].data_type) == (FORMULA, "s")


def test_a_decision_is_an_event_with_who_and_why_and_shows_everywhere(any_filled):
    with any_filled.signed_in("复核员") as client:
        me = Reviewer(client)
        first, second = me.findings()[:2]
        answer = me.decide(first["id"], "confirm", "现场看到强制打卡")
        assert (answer.status_code, answer.headers["location"]) == (
            303, f"/findings/{second['id']}?last={first['id']}")
        event = next(iter(any_filled.store.events(EventKind.REVIEWED)))
        assert (event.who, event.reason, event.subject) == ("复核员", "现场看到强制打卡", first["entry"])
        assert me.place(first["id"])["state"] == "confirmed"
        app = client.get("/api/app", params={"entry": first["entry"]}).json()
        assert (app["app"]["confirmed"], app["acts"][0]["who"]) == (1, "复核员")
        assert client.get("/api/overview").json()["states"]["confirmed"] == 1
        assert "现场看到强制打卡" in client.get(f"/apps/{first['entry']}").text
        assert first["id"] not in {one["id"] for one in me.findings()}


def test_a_decision_is_taken_back_by_another_one_and_both_stay(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        number = me.findings()[0]["id"]
        me.decide(number, "dismiss")
        assert me.decide(number, "undo", "看错了", seen=me.place(number)["event"]).headers["location"].startswith(
            f"/findings/{number}")
        assert me.place(number)["state"] == "open"
    said = [event.content["decision"] for event in filled.store.events(EventKind.REVIEWED)]
    assert said == ["dismiss", "undo"]


def test_what_is_no_decision_changes_nothing(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        number = me.findings()[0]["id"]
        for change in ({"reason": "  "}, {"decision": "exempt"}, {"decision": "undo"}, {"reason": "x" * 2001}):
            assert me.decide(number, **{"decision": "confirm", **change}).status_code == 422, change
    assert list(filled.store.events(EventKind.REVIEWED)) == []


def test_nobody_decides_over_what_was_not_seen(filled):
    with filled.signed_in("复核员") as client, filled.signed_in("管理员") as other:
        me, they = Reviewer(client), Reviewer(other)
        number = me.findings()[0]["id"]
        they.decide(number, "dismiss")
        assert me.decide(number, "confirm").status_code == 409
        assert me.decide(number, "confirm", seen=me.place(number)["event"]).status_code == 303
    assert [event.who for event in filled.store.events(EventKind.REVIEWED)] == ["管理员", "复核员"]


def test_a_decision_sent_twice_is_one(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        number = me.findings()[0]["id"]
        assert [me.decide(number, "confirm", mark="m").status_code for _ in range(3)] == [303] * 3
    assert len(list(filled.store.events(EventKind.REVIEWED))) == 1


def test_one_decision_may_be_for_all_places_of_a_check_in_an_app(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        checks = [one["check_id"] for one in me.findings(entry="R-0")]
        check = max(checks, key=checks.count)
        number = next(one["id"] for one in me.findings(entry="R-0") if one["check_id"] == check)
        me.decide(number, "confirm", whole="1")
        assert checks.count(check) > 1
        assert {one["state"] for one in me.findings(entry="R-0", check=check, state="any")} == {"confirmed"}
        assert {one["state"] for one in me.findings(entry="R-1", check=check, state="any")} == {"open"}


def test_an_exemption_keeps_its_approval_and_ends_when_it_is_withdrawn(any_filled):
    with any_filled.signed_in("复核员") as client:
        me = Reviewer(client)
        number = next(one["id"] for one in me.findings(check="check-in"))
        assert me.exempt(number, ground="necessity").status_code == 422
        assert me.exempt(number, expires="2026-01-02").status_code == 422
        assert any_filled.store.exemptions() == ()
        assert me.exempt(number).status_code == 303
        granted = next(iter(any_filled.store.events(EventKind.EXEMPTION_GRANTED)))
        assert any_filled.store.get_blob(granted.content["document"]) == b"%PDF-1.4 approval"
        assert me.place(number)["state"] == "exempted"
        assert me.decide(number, "confirm").status_code == 409
        data = {"form_token": me.token, "grant": granted.id, "reason": "批复作废"}
        assert client.post(f"/findings/{number}/withdraw", data={**data, "grant": 1}).status_code == 404
        assert client.post(f"/findings/{number}/withdraw", data=data).status_code == 303
        assert me.place(number)["state"] == "open"
        assert "批复作废" in client.get(f"/findings/{number}").text


def test_an_exempted_place_shows_what_it_rests_on_and_the_form_offers_only_grounds_that_clauses_leave_open(filled):
    with filled.signed_in("复核员") as client, filled.signed_in("看客") as viewer:
        me = Reviewer(client)
        number = me.findings(check="check-in")[0]["id"]
        form = client.get(f"/findings/{number}/exempt").text
        assert 'value="special_scene" required checked' in form
        assert 'value="necessity"' not in form
        assert "《整治形式主义为基层减负若干规定》第十三条" in form
        me.exempt(number, regulation="虚构防汛预案第 3 条")
        page = viewer.get(f"/findings/{number}").text
        assert "虚构防汛预案第 3 条" in page
        link = re.search(r"/registry/exemptions/\d+/approval", page)[0]
        assert viewer.get(link).content == b"%PDF-1.4 approval"


def test_an_exemption_for_all_places_lowers_the_verdict_of_the_app(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        for check in {one["check_id"] for one in me.findings(entry="R-0", verdict="likely_violation")}:
            number = me.findings(entry="R-0", check=check)[0]["id"]
            assert me.exempt(number, whole="1", document=f"虚汛{check}").status_code == 303
        assert client.get("/api/app?entry=R-0").json()["app"]["overall"] != "likely_violation"
        assert client.get("/api/app?entry=R-1").json()["app"]["overall"] == "likely_violation"


def test_an_exemption_leads_to_the_next_open_place_as_a_decision_does(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        first = me.findings()[0]
        answer = me.exempt(first["id"], whole="1")
        onward = re.fullmatch(r"/findings/(\w{16})\?last=" + first["id"], answer.headers["location"])
        assert me.place(onward[1])["state"] == "open"
        assert "已豁免" in client.get(answer.headers["location"]).text
        assert me.place(first["id"])["verdict"] != first["verdict"]  # which moves it to the end of the queue


def test_the_offer_to_decide_on_all_places_counts_those_that_stand_alike(filled):
    with filled.signed_in("复核员") as client:
        me = Reviewer(client)
        several = me.findings(entry="R-0", check="check-in")
        assert len(several) == 3
        offers = [f"同样处理本应用中此项功能“未处理”的全部 {count} 处" for count in (3, 2)]
        assert offers[0] in client.get(f"/findings/{several[0]['id']}").text
        me.decide(several[0]["id"], "confirm")
        assert "同样处理" not in client.get(f"/findings/{several[0]['id']}").text
        assert offers[1] in client.get(f"/findings/{several[1]['id']}").text


def test_what_is_missing_is_confirmed_as_missing_and_has_no_force(desk, built_apks):
    path = built_apks / "checkin-native.apk"
    county = App(name="虚构应用", level="county")
    document = to_document(scan_app([Target(path, path.name)], county, shipped()).report)
    desk.store.add_report(document, product="", entry="R-1", standing=Standing.OFFICE, recorded=sessions.now())
    with desk.signed_in("复核员") as client:
        missing, there = (Reviewer(client).findings(verdict=one)[0]["id"] for one in ("missing", "likely_violation"))
        page, other = (client.get(f"/findings/{one}").text for one in (missing, there))
        assert "确实没有：应有的功能没有提供" in page
        assert "功能确实存在" not in page
        assert [f"/findings/{one}/exempt" in text for one, text in ((missing, page), (there, other))] == [False, True]
        assert "功能确实存在" in other
        for path in ("/findings?verdict=missing", "/apps/R-1"):
            row = next(one for one in client.get(path).text.split("<tr>") if missing in one)
            assert "<td>–</td>" in row, path
            assert "无强制" not in row, path


def test_a_viewer_reads_and_sees_no_form(filled):
    with filled.signed_in("看客") as client:
        number = client.get("/api/findings").json()["findings"][0]["id"]
        page = client.get(f"/findings/{number}")
        assert page.status_code == 200
        assert 'name="decision"' not in page.text
        token = {"x-form-token": sessions.form_token(client.cookies["appscan"])}
        decided = {"decision": "confirm", "reason": "x", "seen": 0}
        assert client.post(f"/api/findings/{number}/decisions", json=decided, headers=token).status_code == 403


def test_what_is_not_there_is_not_there(filled):
    with filled.signed_in("复核员") as client:
        for path in ("/apps/nothing", "/apps/..%2F..%2Fetc%2Fpasswd", "/findings/ffffffffffffffff",
                     "/findings/%3Cx%3E", "/apps/R-0?report=999999", "/findings/ffffffffffffffff/exempt"):
            assert client.get(path).status_code == 404, path


def test_a_report_of_one_app_is_not_shown_as_another_ones(filled):
    with filled.signed_in("看客") as client:
        other = client.get("/api/app?entry=R-1").json()["reports"][0]["report"]
        assert client.get(f"/apps/R-0?report={other}").status_code == 404
        assert client.get(f"/apps/R-1?report={other}").status_code == 200


def test_an_earlier_report_can_be_opened_and_says_that_it_is_one(filled, vendor_report):
    later = report_of(vendor_report, 77)  # other bytes of the same package
    later["artifacts"][0]["package"] = "invalid.example.s0"
    added = filled.store.add_report(later, product="", entry="R-0", standing=Standing.OFFICE,
                                    recorded=datetime(2026, 11, 29, 4, tzinfo=UTC))
    with filled.signed_in("看客") as client:
        newest = client.get("/apps/R-0").text
        links = re.findall(r'href="(/apps/R-0\?report=(\d+))#report"', newest)
        assert [int(number) for _, number in links] == [added.id, added.id - 3]
        assert "这是以前的一份报告" not in newest
        earlier = client.get(links[1][0]).text
        assert "这是以前的一份报告" in earlier
        assert f'href="/api/reports/{links[1][1]}"' in earlier
        digests = [client.get(f"/api/reports/{number}").json()["artifacts"][0]["sha256"][:8] for _, number in links]
        assert f"{digests[1]} → " in newest
        assert f" {digests[0]}</span>" in newest
        assert "各项结论没有变化" in newest


def test_an_app_that_is_not_registered_is_registered_from_its_page_with_all_that_was_decided(desk, vendor_report):
    desk.store.add_report(vendor_report, product="", entry="unlisted:<虚构&>", standing=Standing.OFFICE,
                          recorded=sessions.now())
    with desk.signed_in("复核员") as client, desk.signed_in("看客") as viewer:
        me = Reviewer(client)
        me.decide(me.findings()[0]["id"], "confirm", "现场看到")
        app = client.get("/api/apps").json()["apps"][0]
        page = client.get(f"/apps/{quote(app['entry'], safe='')}").text
        link = re.search(r'href="(/registry/register\?app=[^"]+)"', page)[1]
        assert link not in viewer.get(f"/apps/{quote(app['entry'], safe='')}").text
        assert 'value="虚构应用"' in client.get(link).text
        fields = {"form_token": me.token, "name": "虚构应用", "level": "county", "region": "虚构省虚构县",
                  "status": "running", "audience": ["grassroots_internal"], "reason": "来函登记"}
        assert client.post(link, data=fields).status_code == 422  # no owner
        assert desk.store.entries() == []
        answer = client.post(link, data={**fields, "owner": "虚构县数据局"})
        entry = desk.store.entries()[0]
        assert answer.headers["location"] == f"/apps/{entry.id}"
        listed = client.get("/api/apps").json()["apps"]
        assert [(one["entry"], one["listed"], one["confirmed"]) for one in listed] == [(entry.id, True, 1)]
        assert "现场看到" in client.get(f"/apps/{entry.id}").text
        assert client.get(link).status_code == 404
    assert (entry.name, entry.owner, entry.level) == ("虚构应用", "虚构县数据局", "county")
    assert [one.package for one in entry.artifacts] == [vendor_report["artifacts"][0]["package"]]


def test_a_cursor_that_no_page_made_is_refused(filled):
    with filled.signed_in("看客") as client:
        for cursor in ("x", "W10", "WzFd", "bnVsbA", "%00", "WyJ4Iiwi", "A" * 3000,
                       "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAsIngiLCJ5Il0"):
            assert client.get(f"/apps?after={cursor}").status_code == 422, cursor


def test_letters_that_no_database_takes_are_looked_for_all_the_same(any_filled):
    """PostgreSQL has no NUL, and neither takes half a surrogate pair."""
    with any_filled.signed_in("看客") as client:
        for path in ("/apps?text=%00", "/apps?owner=%00", "/apps?region=%00x", "/apps?reason=%00",
                     "/findings?entry=%00",
                     "/findings?check=%00&text=%00", "/api/apps?text=%00", "/apps?sort=name&after=WyJcdTAwMDAiLCAieCJd",
                     "/findings?sort=app&before=WyJcdWQ4MDAiLCAieCJd"):
            assert client.get(path).status_code == 200, path
        for path in ("/apps/%00", "/api/app?entry=%00", "/scans/%00", "/api/scans/%00"):
            assert client.get(path).status_code == 404, path


def test_markup_in_names_of_apps_owners_screens_and_reasons_stays_text(desk, vendor_report):
    when = datetime(2026, 11, 28, 4, tzinfo=UTC)
    report = report_of(vendor_report, 1, name=HOSTILE, owner=HOSTILE)
    for finding in report["findings"]:
        for occurrence in finding["occurrences"]:
            occurrence["screen"] = HOSTILE
    desk.store.put_entries([Entry(HOSTILE, HOSTILE, owner=HOSTILE, region=HOSTILE)], who="x", when=when, source="x")
    desk.store.add_report(report, product="", entry=HOSTILE, standing=Standing.OFFICE, recorded=when)
    with desk.signed_in("复核员") as client:
        me = Reviewer(client)
        number = me.findings()[0]["id"]
        me.decide(number, "confirm", HOSTILE)
        app = re.search(r'href="(/apps/[^"]+)"', client.get("/apps").text.partition("<tbody>")[2])[1]
        for path in ("/", "/apps", app, "/findings?state=any", f"/findings/{number}", f"/findings/{number}/exempt",
                     f"/apps?text={HOSTILE}", "/events"):
            page = client.get(path)
            assert page.status_code == 200 or path == "/events", path
            assert "<script>alert" not in page.text, path
            assert "default-src 'none'" in page.headers["content-security-policy"]


def test_lists_follow_what_another_process_writes(filled, vendor_report):
    with filled.signed_in("看客") as client:
        assert client.get("/api/apps").json()["total"] == 3
        filled.store.add_report(report_of(vendor_report, 9), product="", entry="R-77", standing=Standing.CLAIMED,
                                recorded=sessions.now())
        assert client.get("/api/apps").json()["total"] == 4
        assert client.get("/api/apps?text=R-77").json()["apps"][0]["claimed"] is True


def test_a_decision_shows_at_once_however_much_waits_before_it(tmp_path, vendor_report):
    with Store.open(str(tmp_path / "office.db")) as store:
        fill(store, vendor_report, 1)
        freshener = Freshener(store)  # without its thread: what it leaves stays
        freshener.look()
        first = store.lists.findings(FindingsAsked(), Window())[0]
        store.put_entries([Entry(f"S-{number}", f"普查{number}") for number in range(2 * AT_ONCE)], who="x",
                          when=sessions.now(), source="x")
        store.record(Event(EventKind.REVIEWED, first.entry, "甲", sessions.now(), "已核实", {
            "decision": "confirm", "fingerprint": first.fingerprint, "check": first.check_id}))
        left = freshener.look([first.entry]).stale
        assert store.lists.finding(first.id).state is ReviewState.CONFIRMED
        assert left == 2 * AT_ONCE


def test_a_crawled_finding_shows_its_screenshot_with_frames_request_and_trials(desk, crawled):  # noqa: F811
    folder, document = crawled()
    for picture in (folder / "evidence").glob("*.png"):
        desk.store.put_blob(picture)
    added = desk.store.add_report(document, product="", entry="R-1", standing=Standing.OFFICE, recorded=sessions.now())
    with desk.signed_in("复核员") as client:
        number = Reviewer(client).findings(check="check-in")[0]["id"]
        for path in (f"/findings/{number}", "/apps/R-1"):
            page = client.get(path).text
            shown = set(re.findall(rf'<image href="/pictures/{added.id}/([0-9a-f]{{64}})"', page))
            assert shown, path
            assert shown <= {one["sha256"] for one in document["pictures"]}
            assert 'class="frame" x="37" y="427" width="306" height="52"' in page
            assert "/api/attendance/sign" in page
            assert "evidence/" not in page
        saved = client.get(f"/reports/{added.id}.html")
        assert saved.headers["content-disposition"].startswith("attachment")
        held = {hashlib.sha256(base64.b64decode(one)).hexdigest()
                for one in re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", saved.text)}
        assert shown <= held <= {one["sha256"] for one in document["pictures"]}
        assert "evidence/" not in saved.text


def test_a_picture_that_is_not_kept_is_told_as_missing(desk, crawled):  # noqa: F811
    _, document = crawled()
    desk.store.add_report(document, product="", entry="R-1", standing=Standing.OFFICE, recorded=sessions.now())
    with desk.signed_in("复核员") as client:
        page = client.get(f"/findings/{Reviewer(client).findings(check='check-in')[0]['id']}").text
        assert "<image" not in page
        assert say("zh", "report.web.no_picture") in page
