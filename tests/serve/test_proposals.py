"""Claims about the form of a new scan: what the count would become, and what goes into the registry."""

from __future__ import annotations

import importlib.util
import sqlite3
import zlib

import pytest

from appscan.model.registry import AppStatus, Audience, Entry, Level, Platform
from appscan.serve import sessions
from appscan.serve.pictured import MOST_REPORTS, Pictured
from appscan.store import EventKind, Standing, Store
from appscan.sweep.tasks import DESK
from appscan.texts import say
from tests.serve.conftest import report_of

MINISTRY = {"app": "虚构新应用", "owner": "教育部", "level": "central", "audience": "grassroots_internal"}
APPROVAL = {"number": "虚批〔2026〕1号", "body": "虚构审批部门", "day": "2026-11-01", "scope": "form-filling"}


@pytest.fixture
def ministry(desk):
    """A desk whose registry has one app of a ministry."""
    one = Entry("R-1", "虚构校园安", "教育部", level=Level.CENTRAL, status=AppStatus.RUNNING,
                audience=frozenset({Audience.GRASSROOTS_INTERNAL}))
    desk.store.put_entries([one], who="测试", when=sessions.now(), source="测试")
    return desk


def test_the_form_shows_the_count_before_and_after_and_keeps_nothing(ministry):
    before = ministry.store.summary()
    with ministry.signed_in("复核员") as client:
        empty = client.get("/scans/new").text
        page = client.get("/scans/new", params=MINISTRY).text
        part = client.get("/scans/effect", params=MINISTRY).text
        local = client.get("/scans/effect", params={**MINISTRY, "owner": "虚构甲县数据局", "level": "county"}).text
    assert "教育部：1 → 2 个" in page
    assert "超出原则" in page
    assert "教育部" not in empty
    assert "<html" not in part
    assert "教育部：1 → 2 个" in part
    assert "→ 2 个" not in local
    after = ministry.store.summary()
    assert (after.entries, after.events) == (before.entries, before.events + 1)  # the signing in


def test_the_page_and_the_api_count_alike(ministry):
    with ministry.signed_in("复核员") as client:
        answer = client.post("/api/proposals/effect", json={**MINISTRY, "audience": ["grassroots_internal"]},
                             headers={"x-form-token": sessions.form_token(client.cookies["appscan"])})
    row = answer.json()["proposed"]["owners"][0]
    assert (row["name"], row["before"]["confirmed"], row["after"]["confirmed"]) == ("教育部", 1, 2)
    assert row["after"]["state"] == "exceeds_principle"


@pytest.mark.parametrize("told", [{"level": "<b>"}, {"audience": "nobody"}, {"day": "2026-02-30"}, {"day": "<b>"}])
def test_what_the_form_cannot_mean_is_told_and_escaped(ministry, told):
    with ministry.signed_in("复核员") as client:
        page = client.get("/scans/new", params={**MINISTRY, **told})
        sent = client.post("/scans", data={"form_token": sessions.form_token(client.cookies["appscan"]), **MINISTRY,
                                           **told}, files={"file": ("x.txt", b"x")})
    for answer in (page.text, sent.text):
        assert 'class="problem"' in answer
        assert "<b>" not in answer
    assert sent.status_code == 422
    assert not list(ministry.store.tasks(DESK))


def test_only_who_confirms_registers_the_app_as_planned_and_the_scan_belongs_to_it(ministry):
    with ministry.signed_in("复核员") as client:
        form = {"form_token": sessions.form_token(client.cookies["appscan"]), **MINISTRY, **APPROVAL}
        files = {"file": ("立项.txt", "虚构新应用立项申请".encode())}
        assert client.post("/scans", data=form, files=files).status_code == 303
        assert [entry.id for entry in ministry.store.entries()] == ["R-1"]
        confirmed = client.post("/scans", data={**form, "register": "yes"}, files=files)
        assert confirmed.status_code == 303
        nameless = client.post("/scans", data={**form, "app": "", "register": "yes"}, files=files)
        assert nameless.status_code == 422
        assert "应用名称" in nameless.text
    new = next(entry for entry in ministry.store.entries() if entry.id != "R-1")
    assert (new.name, new.owner, new.level, new.status) == ("虚构新应用", "教育部", Level.CENTRAL, AppStatus.PLANNED)
    assert (new.approval.number, new.approval.body, new.approval.scope) == tuple(
        APPROVAL[name] for name in ("number", "body", "scope"))
    assert new.approval.day.isoformat() == APPROVAL["day"]
    assert {origin.source for origin in new.origins.values()} == {"desk"}
    asked = next(ministry.store.tasks(DESK)).content, list(ministry.store.tasks(DESK))[-1].content
    assert [one["entry"] for one in asked] == ["", new.id]
    imported = list(ministry.store.events(EventKind.REGISTRY_IMPORTED))[-1]
    assert (imported.who, imported.content["source"]) == ("复核员", "desk")


@pytest.mark.parametrize(("name", "platform"), [
    ("虚构.apk", Platform.ANDROID), ("虚构.XAPK", Platform.ANDROID), ("虚构.hap", Platform.HARMONYOS),
    ("网站.recording.zip", Platform.WEB), ("立项.docx", Platform.UNKNOWN)])
def test_the_platform_of_a_registered_app_is_that_of_its_file(idle_desk, name, platform):
    with idle_desk.signed_in("复核员") as client:
        answer = client.post("/scans", data={"form_token": sessions.form_token(client.cookies["appscan"]), **MINISTRY,
                                             "register": "yes"}, files={"file": (name, b"PK")})
        assert answer.status_code == 303
        entry = idle_desk.store.entries()[0]
        assert [one.platform for one in entry.artifacts] == [platform]
        page = client.get("/registry/entry", params={"id": entry.id}).text
        assert say("zh", f"registry_platform.{platform}") in page


def test_a_viewer_may_not_propose(ministry):
    with ministry.signed_in("看客") as client:
        token = {"x-form-token": sessions.form_token(client.cookies["appscan"])}
        assert client.get("/scans/effect", params=MINISTRY).status_code == 403
        assert client.post("/api/proposals", json={"app": "a", "owner": "b"}, headers=token).status_code == 403


def test_pictures_are_given_out_with_their_report_and_nothing_else_of_the_store(desk, tmp_path, vendor_report):
    """Not even to an administrator, by an address that anybody may guess who has the file, nor where a report names
    it."""
    assert importlib.util.find_spec("PIL")
    from PIL import Image

    for colour in ("red", "blue"):
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{colour}.png")
    content = (tmp_path / "red.png").read_bytes()
    kept, approval = (desk.store.put_blob(tmp_path / f"{colour}.png") for colour in ("red", "blue"))
    others = [desk.store.put_blob(one) for one in (
        b"PK\3\4 a package", b"<script>alert(1)</script>", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        content + b"<script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]
    first, second = (desk.store.add_report(
        {**report_of(vendor_report, number), "pictures": [
            {"source": one, "sha256": one, "width": 40, "height": 30, "covered": 0, "left": 0, "top": 0}
            for one in pictures]}, product="", entry=f"R-{number}", standing=Standing.OFFICE,
        recorded=sessions.now()).id for number, pictures in enumerate(([kept, *others], [])))
    with desk.signed_in("看客") as client, desk.client() as guest:
        shown = client.get(f"/pictures/{first}/{kept}")
        assert (shown.status_code, shown.content) == (200, content)
        assert shown.headers["content-type"] == "image/png"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-security-policy"] == ("default-src 'none'; frame-ancestors 'none'; sandbox")
        assert guest.get(f"/pictures/{first}/{kept}").status_code == 303
    with desk.signed_in("管理员") as admin:
        for digest in (*others, approval, "0" * 64, "../" + kept, kept.upper(), kept[:63]):
            assert admin.get(f"/pictures/{first}/{digest}").status_code == 404, digest
        for report in (second, second + 1):
            assert admin.get(f"/pictures/{report}/{kept}").status_code == 404, report
        assert admin.get(f"/pictures/{kept}").status_code == 404


def test_the_report_is_opened_once_for_all_its_pictures_and_only_the_last_reports_are_remembered(tmp_path,
                                                                                             vendor_report):
    with Store.open(str(tmp_path / "office.db"), str(tmp_path / "blobs")) as store:
        reports = [store.add_report(
            {**report_of(vendor_report, number), "pictures": [
                {"source": digest, "sha256": digest, "width": 1, "height": 1, "covered": 0, "left": 0, "top": 0}]},
            product="", entry=f"R-{number}", standing=Standing.OFFICE, recorded=sessions.now()).id
            for number in range(MOST_REPORTS + 1) for digest in [f"{number:064}"]]
        pictured = Pictured(store)
        assert pictured.has(reports[0], f"{0:064}")
        with sqlite3.connect(tmp_path / "office.db") as held:  # as a failing disk would
            for trigger in held.execute("select name from sqlite_master where type = 'trigger' and tbl_name = "
                                        "'report_documents'").fetchall():
                held.execute(f"drop trigger {trigger[0]}")
            held.execute("update report_documents set content = x'00' where report = ?", [reports[0]])
        assert pictured.has(reports[0], f"{0:064}")  # not opened again
        assert not pictured.has(reports[0], f"{1:064}")
        assert not pictured.has(reports[-1] + 1, f"{0:064}")
        assert all(pictured.has(report, f"{number:064}") for number, report in enumerate(reports) if number)
        with pytest.raises(zlib.error):
            pictured.has(reports[0], f"{0:064}")
