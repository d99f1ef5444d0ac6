"""Claims about proving that a saved login holds, and about losing it midway."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from appscan.capture import Actor, CaptureOptions, capture

from .conftest import QUICK, opened

CALM = {**QUICK, "days": 0}
GUEST = "<h2>首页</h2><p><a href=/login.html>登录</a></p><p><a href=/n1.html>通知一</a></p>"
STAFF = "<h2>首页</h2><p>您好，网格员甲</p><p><a href=/n1.html>通知一</a></p><p><a href=/work.html>工作台</a></p>"
PLAIN = "<h2>首页</h2><p><a href=/n1.html>通知一</a></p><p>本页所有人看到的都一样。</p>"


class Site:
    """A site with a session by cookie that ends after so many answers; `guest` is what others get at its root."""

    def __init__(self, guest, staff, lasts=10_000, status=200):
        site, self.asked = self, 0

        class Pages(BaseHTTPRequestHandler):
            def log_message(self, *parts):  # noqa: ARG002
                return

            def do_GET(self):
                known = "sid=valid" in (self.headers.get("Cookie") or "")
                site.asked += known and self.path not in ("/favicon.ico", "/robots.txt")
                signed = known and site.asked <= lasts
                found = {"/": staff if signed else guest}.get(self.path, f"<p>内容{self.path[1:3]}，供查询。</p>")
                code = 200 if signed else status
                code = 404 if self.path == "/robots.txt" else code
                body = f"<!doctype html><meta charset=utf-8><title>虚构</title>{found}".encode()
                self.send_response(code)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def walked(tmp_path):
    servers = []

    def run(site, cookie):
        servers.append(site.server)
        state = tmp_path / "staff.json"
        row = {"name": "sid", "value": cookie, "domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": False,
               "secure": False, "sameSite": "Lax"}
        state.write_text(json.dumps({"cookies": [row], "origins": []}), "utf-8")
        wishes = {**CALM, "actors": (Actor("staff", storage_state=state),)}
        recording = opened(capture([site.url], tmp_path / "o.zip", CaptureOptions(**wishes)))
        return recording.document["actors"][0], {row["reason"]: row["blinds"] for row in recording.document["gaps"]}

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_saved_login_that_has_run_out_on_a_site_with_a_public_home_is_lost(walked):
    actor, gaps = walked(Site(GUEST, STAFF), "expired")
    assert actor["logged_in_before"] is False
    assert gaps["login_failed"] is True


def test_a_saved_login_that_changes_what_is_seen_holds(walked):
    actor, gaps = walked(Site(GUEST, STAFF), "valid")
    assert (actor["logged_in_before"], actor["logged_in_after"]) == (True, True)
    assert not gaps.keys() & {"login_lost", "login_not_proved", "login_not_shown", "login_unanswered"}


def test_a_home_that_looks_the_same_to_everybody_proves_no_login_and_says_so(walked):
    actor, gaps = walked(Site(PLAIN, PLAIN), "valid")
    assert (actor["logged_in_before"], actor["logged_in_after"]) == (None, None)
    assert gaps["login_not_shown"] is False
    assert "login_lost" not in gaps


def test_a_session_that_ends_midway_on_a_site_with_a_public_home_is_lost(walked):
    actor, gaps = walked(Site(GUEST, STAFF, lasts=3), "valid")
    assert (actor["logged_in_before"], actor["logged_in_after"]) == (True, False)
    assert gaps["login_lost"] is True


def test_a_session_that_ends_midway_with_a_refusal_is_lost(walked):
    actor, gaps = walked(Site("<p>Unauthorized</p>", STAFF, lasts=3, status=401), "valid")
    assert (actor["logged_in_before"], actor["logged_in_after"]) == (True, False)
    assert gaps["login_lost"] is True
    assert "login_not_proved" not in gaps


def test_a_start_that_fails_when_the_login_is_to_be_proved_again_is_not_told_as_time_that_was_over(walked):
    actor, gaps = walked(Site("<p>busy</p>", STAFF, lasts=3, status=503), "valid")
    assert actor["logged_in_after"] is None
    assert gaps["login_unanswered"] is False
    assert "login_not_proved" not in gaps
