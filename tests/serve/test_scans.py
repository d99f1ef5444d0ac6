"""Claims about new scans: from the upload to the report in the store, and what happens when anything ends early."""

from __future__ import annotations

import hashlib
import time
import zipfile
from pathlib import Path

import pytest

from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.serve import sessions
from appscan.serve.pages.scans import doubt_of
from appscan.serve.settings import MEGABYTE, Settings
from appscan.store import EventKind, QueuedTask, Role, Standing, Store, TaskState
from appscan.sweep.tasks import DESK
from tests.serve.conftest import form_token, run_desk, serving


def _send(client, path: Path, **fields):
    fields = {"form_token": sessions.form_token(client.cookies["appscan"]), **fields}
    with path.open("rb") as file:
        return client.post("/scans", data=fields, files={"file": (path.name, file)})


def _ended(client, location: str, seconds: float = 90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = client.get(f"/api{location}").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def test_an_uploaded_package_becomes_a_report_in_the_store(desk, built_apks):
    apk = built_apks / "checkin-native.apk"
    with desk.signed_in("复核员") as client:
        answer = _send(client, apk, app="虚构应用", owner="虚构单位")
        assert answer.status_code == 303, answer.text
        job = _ended(client, answer.headers["location"])
        page = client.get(answer.headers["location"]).text
        assert job["overall"] == "likely_violation"
        assert job["sha256"] == hashlib.sha256(apk.read_bytes()).hexdigest()
        document = client.get(f"/api/reports/{job['report']}").json()
    assert document["artifacts"][0]["sha256"] == job["sha256"]
    assert document["artifacts"][0]["name"] == apk.name
    assert "涉嫌违规" in page
    stored = desk.store.report(job["report"])
    assert (stored.own, stored.app, stored.sweep) == (True, "虚构应用", DESK)
    assert stored.entry.startswith("unlisted:")
    assert desk.store.get_blob(stored.artifacts[0].reading)
    assert [(event.who, event.subject) for event in desk.store.events(EventKind.SCAN_ASKED)] == [("复核员", job["id"])]


def test_what_the_form_says_of_an_app_that_is_not_registered_goes_into_its_report(desk, built_apks):
    said = {"app": "虚构应用", "owner": "虚构单位", "level": "county", "region": "虚构省", "product": "xugou",
            "audience": "grassroots_internal", "number": "虚批〔2026〕1号"}
    with desk.signed_in("复核员") as client:
        jobs = [_ended(client, _send(client, built_apks / "checkin-native.apk", **told).headers["location"])
                for told in ({}, said)]
        silent, told = (client.get(f"/api/reports/{job['report']}").json() for job in jobs)
    app = told["app"]
    assert {**app, "audience": ",".join(app["audience"])} | {"approval": app["approval"]["number"]} == {
        "name": "虚构应用", "owner": "虚构单位", "product": "xugou", "level": "county", "region": "虚构省",
        "audience": "grassroots_internal", "approval": "虚批〔2026〕1号", "declared": None}
    missing = [{one["check_id"] for one in document["verdicts"] if one["verdict"] == "missing"}
               for document in (silent, told)]
    assert not missing[0]
    assert missing[1]


def test_a_file_that_cannot_be_read_ends_with_a_line_that_says_why(desk, tmp_path):
    bad = tmp_path / "坏.apk"
    bad.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    with desk.signed_in("复核员") as client:
        location = _send(client, bad).headers["location"]
        job = _ended(client, location)
        assert job["state"] == "failed"
        assert "坏.apk" in job["problem"]
        assert job["problem"] in client.get(location).text


def test_a_zip_bomb_costs_neither_the_desk_nor_its_disk(desk, tmp_path):
    bomb = tmp_path / "bomb.apk"
    with (zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
          archive.open("AndroidManifest.xml", "w", force_zip64=True) as member):
        for _ in range(400):
            member.write(bytes(1 << 20))
    assert bomb.stat().st_size < 1 << 20
    with desk.signed_in("复核员") as client:
        job = _ended(client, _send(client, bomb).headers["location"])
        document = client.get(f"/api/reports/{job['report']}").json()
        assert job["overall"] == "inconclusive"
        assert [gap["reason"] for gap in document["coverage"]["gaps"]] == ["entry_too_large"]
        assert client.get("/scans").status_code == 200


@pytest.mark.parametrize("bound", [{"scan_seconds": 0.001}, {"scan_bytes": 64 * MEGABYTE}])
def test_a_file_gets_no_more_time_and_memory_than_the_desk_gives(tmp_path, kept_password, built_apks, bound):
    """Whatever the bounds of the readers let pass: with those of the desk alone taken out this is a violation."""
    for desk in run_desk(tmp_path, kept_password, Settings(**bound)):
        with desk.signed_in("复核员") as client:
            job = _ended(client, _send(client, built_apks / "checkin-native.apk").headers["location"])
            if "scan_bytes" in bound:
                assert (job["state"], job["report"]) == ("failed", None)
                assert "64 MiB" in job["problem"]
            else:
                assert job["overall"] == "inconclusive"
                gaps = client.get(f"/api/reports/{job['report']}").json()["coverage"]["gaps"]
                assert [gap["reason"] for gap in gaps] == ["time_limit"]


@pytest.mark.parametrize("name", ["../../etc/passwd.apk", "..\\..\\win.apk", "/abs/x.apk", "a\0b.apk",
                                  "x" * 900 + ".apk"])
def test_a_name_with_folders_in_it_is_only_a_name(desk, tmp_path, name):
    before = set(tmp_path.parent.iterdir())
    with desk.signed_in("管理员") as client:
        answer = client.post("/scans", data={"form_token": sessions.form_token(client.cookies["appscan"])},
                             files={"file": (name, b"no package")})
        job = client.get(f"/api{answer.headers['location']}").json()
    assert not set("/\\\0") & set(job["name"])
    assert len(job["name"]) <= 200
    assert set(tmp_path.parent.iterdir()) == before


def test_markup_in_the_names_that_a_sender_chooses_is_shown_as_text(desk, tmp_path):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    with desk.signed_in("复核员") as client:
        answer = client.post("/scans", data={"form_token": sessions.form_token(client.cookies["appscan"]),
                                             "app": hostile, "owner": hostile},
                             files={"file": (hostile.replace("/", "") + ".txt", "虚构项目立项申请".encode())})
        job = _ended(client, answer.headers["location"])
        pages = [client.get(path).text for path in (answer.headers["location"], "/scans")]
    assert job["app"]
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "&lt;img" in page


def test_the_file_of_a_foreign_form_is_never_kept(desk, tmp_path):
    with desk.signed_in("管理员") as client:
        for data in ({}, {"form_token": "0" * 64}):
            answer = client.post("/scans", data=data, files={"file": ("x.apk", b"content" * 100)})
            assert answer.status_code == 403
    assert not list(desk.store.tasks(DESK))
    assert not desk.store.has_blob(hashlib.sha256(b"content" * 100).hexdigest())


def test_nothing_chosen_and_an_unknown_entry_are_told_in_the_form(desk):
    with desk.signed_in("复核员") as client:
        token = {"form_token": sessions.form_token(client.cookies["appscan"])}
        empty = client.post("/scans", data=token, files={"file": ("", b"")})
        unknown = client.post("/scans", data={**token, "entry": "R-404"}, files={"file": ("x.apk", b"x")})
    assert (empty.status_code, unknown.status_code) == (422, 422)
    assert "请选择一个文件" in empty.text
    assert "R-404" in unknown.text


@pytest.mark.parametrize("name", ["junk.xlsx", "方案.DOC"])
def test_a_document_that_nobody_can_read_becomes_no_app(desk, name):
    with desk.signed_in("复核员") as client:
        answer = client.post("/scans", data={"form_token": sessions.form_token(client.cookies["appscan"])},
                             files={"file": (name, b"junk!")})
        listed = client.get("/api/apps").json()
    assert answer.status_code == 422
    assert name in answer.text
    assert "另存为 DOCX" in answer.text
    assert not list(desk.store.tasks(DESK))
    assert listed["total"] == 0


def test_a_package_that_is_not_the_one_registered_is_told_and_its_own_report_is_shown(desk, built_apks):
    other = ArtifactKey(Platform.ANDROID, package="invalid.example.other")
    desk.store.put_entries([Entry("R-1", "虚构登记应用", "虚构单位", artifacts=(other,))], who="测试",
                           when=sessions.now(), source="测试")
    with desk.signed_in("复核员") as client:
        jobs = [_ended(client, _send(client, built_apks / name, entry="R-1").headers["location"])
                for name in ("checkin-native.apk", "checkin-voluntary.apk")]
        for job in jobs:
            page = client.get(f"/scans/{job['id']}").text
            package = client.get(f"/api/reports/{job['report']}").json()["artifacts"][0]["package"]
            assert f"这次检查的是 {package}，而登记编号 R-1（虚构登记应用）登记的是 invalid.example.other" in page
            assert f'href="/apps/R-1?report={job["report"]}"' in page
            assert f'"/api/reports/{job["report"]}"' in client.get(f"/apps/R-1?report={job['report']}").text


@pytest.mark.parametrize(("registered", "is_other"), [
    ("https://WG.Example.invalid:443/app/", False), ("http://www.wg.example.invalid", False),
    ("https://wg.example.invalid:8443/", True), ("https://else.example.invalid/", True)])
def test_a_site_is_the_one_registered_however_its_host_is_written(tmp_path, vendor_report, registered, is_other):
    with Store.open(str(tmp_path / "office.db")) as store:
        site = ArtifactKey(Platform.WEB, url=registered)
        store.put_entries([Entry("R-1", "虚构网格通", "虚构县局", artifacts=(site,))], who="测试", when=sessions.now(),
                          source="测试")
        report = store.add_report(vendor_report, product="", entry="R-1", standing=Standing.OFFICE,
                                  recorded=sessions.now()).id
        job = QueuedTask(DESK, "00", "R-1", "", {"site": {"url": "https://wg.example.invalid/#/home"}}, TaskState.DONE,
                         0, 1, 0, sessions.now(), outcome={"report": report})
        told = doubt_of(store, job, "zh")
    assert ("wg.example.invalid" in told) is is_other


def test_only_who_asked_or_an_administrator_cancels_and_no_result_is_kept(desk, tmp_path, kept_password):
    desk.store.accounts.add("另一人", kept_password, Role.REVIEWER, who="测试", when=sessions.now())
    text = tmp_path / "立项.txt"
    text.write_text("虚构项目立项申请\n" * 200_000)
    with desk.signed_in("复核员") as owner, desk.signed_in("另一人") as other, desk.signed_in("管理员") as admin:
        location = _send(owner, text).headers["location"]

        def cancel(client):
            token = sessions.form_token(client.cookies["appscan"])
            return client.post(f"{location}/cancel", data={"form_token": token}).status_code

        assert cancel(other) == 403
        assert cancel(admin) == 303
        assert cancel(owner) == 409
        job = owner.get(f"/api{location}").json()
    assert (job["state"], job["report"]) == ("failed", None)
    assert "管理员" in job["problem"]
    assert [event.who for event in desk.store.events(EventKind.SCAN_CANCELLED)] == ["管理员"]


def test_a_server_that_is_killed_loses_no_job(tmp_path, kept_password, built_apks):
    path = tmp_path / "office.db"
    with Store.open(str(path)) as store:
        store.accounts.add("甲", kept_password, Role.REVIEWER, who="测试", when=sessions.now())
        with serving(path) as server, server.signed_in("甲") as client:
            location = _send(client, built_apks / "checkin-native.apk").headers["location"]
            while store.task(DESK, location.rpartition("/")[2]).state is TaskState.WAITING:
                time.sleep(0.02)
            server.kill()
        with serving(path) as server:
            with server.signed_in("甲") as client:
                job = _ended(client, location)
            said = server.stop()
    assert job["overall"] == "likely_violation", said


def test_the_form_of_a_new_scan_is_for_reviewers(desk):
    with desk.signed_in("看客") as viewer, desk.signed_in("复核员") as reviewer:
        assert viewer.get("/scans/new").status_code == 403
        assert form_token(reviewer, "/scans/new")
