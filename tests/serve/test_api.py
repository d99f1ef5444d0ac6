"""Claims about the desk for programs: tokens, the published description, and what a vendor's CI sends."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from appscan.serve import sessions
from appscan.store import EventKind, Role, Standing


def _token(desk, user, role, **life):
    secret, now = sessions.new_secret(), sessions.now()
    desk.store.accounts.add_token(sessions.digest_of(secret), user, "测试", role, now=now,
                                  ends=now + timedelta(**(life or {"days": 1})))
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_does_no_more_than_its_role_and_its_user(desk):
    with desk.client() as client:
        weak = _token(desk, "管理员", Role.VIEWER)
        assert client.get("/api/scans", headers=weak).status_code == 200
        assert client.post("/api/scans?name=x.apk", headers=weak, content=b"x").status_code == 403
        assert client.get("/events", headers=weak).status_code == 403
        strong = _token(desk, "看客", Role.ADMIN)
        assert client.get("/events", headers=strong).status_code == 403


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer \xe4"])
def test_what_is_no_token_is_a_guest_even_beside_a_session(desk, header):
    with desk.signed_in("管理员") as client:
        answer = client.get("/api/scans", headers={"authorization": header.encode("latin-1")})
        assert answer.status_code == 401


def test_a_token_ends_with_its_time_its_removal_and_its_account(desk):
    with desk.client() as client:
        over = _token(desk, "复核员", Role.REVIEWER, seconds=-1)
        assert client.get("/api/scans", headers=over).status_code == 401
        good = _token(desk, "复核员", Role.REVIEWER)
        assert client.get("/api/scans", headers=good).status_code == 200
        desk.store.accounts.set_password("复核员", "-", who="管理员", when=sessions.now())
        assert client.get("/api/scans", headers=good).status_code == 401


def test_a_token_is_made_in_the_browser_shown_once_and_removed_only_by_its_owner(desk):
    with desk.signed_in("复核员") as client, desk.signed_in("管理员") as admin:
        form = {"form_token": sessions.form_token(client.cookies["appscan"]), "label": "<b>CI", "role": "reviewer",
                "days": "7"}
        page = client.post("/tokens", data=form).text
        secret = re.search(r"<code>([\w-]{30,})</code>", page)[1]
        assert "<b>CI" not in page
        assert secret not in client.get("/tokens").text
        assert client.post("/tokens", data={**form, "role": "admin"}).status_code == 422
        kept = desk.store.accounts.tokens("复核员")
        assert [(one.label, one.role) for one in kept] == [("<b>CI", Role.REVIEWER)]
        remove = f"/tokens/{kept[0].id}/remove"
        token = sessions.form_token(admin.cookies["appscan"])
        assert admin.post(remove, data={"form_token": token}).status_code == 404
        assert client.post(remove, data=form).status_code == 303
        assert desk.store.accounts.tokens("复核员") == []


def test_a_program_cannot_make_itself_more_tokens(desk):
    with desk.client() as client:
        answer = client.post("/tokens", headers=_token(desk, "管理员", Role.ADMIN),
                             data={"label": "x", "role": "admin", "days": "300"})
    assert answer.status_code == 403


def test_a_vendors_report_is_taken_in_once_as_a_claim(desk, vendor_report):
    with desk.client() as client:
        ci = _token(desk, "复核员", Role.REVIEWER)
        first, again = (client.post("/api/ingest", headers=ci, json=vendor_report) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json()["new"]
    assert not again.json()["new"]
    stored = desk.store.report(first.json()["report"])
    assert stored.standing is Standing.CLAIMED
    assert stored.overall == "likely_violation"
    assert [event.who for event in desk.store.events(EventKind.REPORT_TAKEN_IN)] == ["复核员"]


@pytest.mark.parametrize(("body", "key"), [
    (b"", "report_truncated"), (b"{", "report_truncated"), (b"[" * 100_000, "report_syntax"),
    (b'{"\xff": 1}', "report_encoding"), (b"{}", "report_unknown"), (b'{"schema_version": 99}', "report_version"),
    (b'{"schema_version": NaN}', "report_syntax")])
def test_what_is_no_report_is_refused_without_a_path_of_this_machine(desk, body, key):
    with desk.client() as client:
        answer = client.post("/api/ingest", headers=_token(desk, "复核员", Role.REVIEWER), content=body)
    assert (answer.status_code, answer.json()["error"]) == (422, key)
    assert "/tmp" not in answer.text


def test_markup_in_a_vendors_report_comes_out_as_json_that_no_browser_runs(desk, vendor_report):
    hostile = json.loads(json.dumps(vendor_report))
    hostile["app"]["name"] = "<script>alert(1)</script>"
    with desk.client() as client:
        ci = _token(desk, "复核员", Role.REVIEWER)
        taken = client.post("/api/ingest", headers=ci, json=hostile).json()
        answer = client.get(f"/api/reports/{taken['report']}", headers=ci)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_log_shows_who_did_what_to_administrators_only(desk):
    with desk.signed_in("管理员") as admin, desk.signed_in("复核员") as reviewer:
        page = admin.get("/events").text
        assert "登录" in page
        assert "复核员" in page
        assert reviewer.get("/events").status_code == 403


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_answer_keeps_to_the_published_description(idle_desk, mode):
    """schemathesis sends what the description allows, or what it does not; nothing may be a failure of ours, or an
    answer that is not described. Left out: that all which fits is taken (no schema says which entries the registry has,
    and reports are proved by a schema of their own), and that unknown query parameters are refused."""
    aside = [positive_data_acceptance, negative_data_rejection]
    headers = _token(idle_desk, "管理员", Role.ADMIN)
    document = httpx.get(f"{idle_desk.url}/api/openapi.json", headers=headers, trust_env=False).json()
    assert set(document["paths"]) >= {"/api/scans", "/api/scans/{job}", "/api/reports/{report}", "/api/ingest",
                                      "/api/scans/address", "/api/proposals", "/api/proposals/effect",
                                      "/api/overview", "/api/apps", "/api/app", "/api/findings",
                                      "/api/findings/{number}", "/api/findings/{number}/decisions",
                                      "/api/registry", "/api/registry/entry", "/api/registry/products",
                                      "/api/registry/owners", "/api/registry/files", "/api/exemptions", "/api/papers",
                                      "/api/papers/{number}", "/api/checks", "/api/checks/{check}",
                                      "/api/checks/{check}/try"}
    operations = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    for operation in operations:
        @settings(max_examples=12, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def tried(case):
            case.call_and_validate(base_url=idle_desk.url, headers=headers, excluded_checks=aside, timeout=60)

        tried()
    assert len(operations) >= 15
