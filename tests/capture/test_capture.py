"""Claims about captures, each against a real server and a real browser; nothing leaves 127.0.0.1."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from appscan.capture import Actor, CaptureOptions, capture
from appscan.capture.failures import CaptureError, Failure
from appscan.errors import UsageError

from .conftest import QUICK, opened

HTML = "text/html; charset=utf-8"


def page(body: str) -> tuple[int, str, bytes]:
    return 200, HTML, f"<!doctype html><meta charset=utf-8><title>虚构</title>{body}".encode()


@pytest.mark.parametrize(
    ("site", "path", "period", "count"),
    [
        ("duration-chained", "/mobile/user/keep", 20_000, 2910),
        ("duration-xhr", "/portal/stat/stay.do", 60_000, 970),
        ("duration-worker", "/api/v1/online/tick", 30_000, 1940),
        ("duration-socket", "/ws/online", 30_000, 1940),
    ],
)
def test_a_heartbeat_is_seen_with_period_and_count_and_never_sent(shoot, site, path, period, count):
    recording, served = shoot(site)
    interval = next(row for day in recording.document["day"] for row in day["intervals"] if row["path"] == path)
    assert (interval["period"], interval["idle"], interval["class"]) == (period, True, "write")
    assert abs(interval["count"] - count) <= 2
    assert interval["fields"]
    assert served.effects.total == 0


def test_a_beacon_on_leave_tells_the_duration(shoot):
    recording, served = shoot("duration-leave")
    beacon = recording.rows("requests", kind="beacon", trigger="leave")[-1]
    assert (beacon["sent"], "durationSeconds" in beacon["request_fields"]) == (False, True)
    assert served.effects.total == 0


def test_midnight_changes_what_the_page_says(shoot):
    recording, _ = shoot("midnight-change")
    assert any("今日未打卡" in row["detail"] for day in recording.document["day"] for row in day["midnight"])


def test_a_sign_in_by_script_element_is_written_down_and_answered_here(shoot):
    recording, served = shoot("checkin-jsonp")
    assert any(
        "addSign" in row["url"] and not row["sent"] and row["class"] == "write"
        for row in recording.rows("requests", kind="jsonp")
    )
    assert any("todayList" in row["url"] and row["sent"] for row in recording.rows("requests", kind="jsonp"))
    assert served.effects.total == 0


def test_refusing_the_place_shows_that_the_dialog_cannot_be_passed(shoot):
    recording, served = shoot("checkin-forced", trials=6)
    outcomes = {row["test"]: row["outcome"] for row in recording.document["trials"]}
    assert outcomes == {"decline": "refused", "opt_out": "refused"}
    assert served.effects.total == 0


@pytest.mark.parametrize(("site", "outcome"), [("media-forced", "refused"), ("media-voluntary", "server_decides")])
def test_leaving_out_the_photo_tells_who_refuses(shoot, site, outcome):
    recording, served = shoot(site, trials=6)
    assert [row["outcome"] for row in recording.rows("trials", test="omit")] == [outcome]
    assert served.effects.total == 0


def test_routes_without_links_shadow_trees_and_frames_are_seen(shoot):
    recording, _ = shoot("vue-app", days=0)
    assert len({row["route"] for row in recording.document["states"]}) >= 3
    inner, _ = shoot("frames-shadow", days=0)
    assert any(len(row["texts"]) > 3 for row in inner.document["states"])


def test_a_hostile_site_ends_bounded_with_gaps(shoot):
    begin = time.monotonic()
    recording, served = shoot("hostile", max_minutes=0.2, stall_seconds=5.0, days=1)
    assert time.monotonic() - begin < 60
    assert recording.document["states"]
    assert {row["reason"] for row in recording.document["gaps"]} & {"redirect_loop", "browser_died", "cap_reached"}
    assert served.effects.total == 0


def test_a_site_behind_a_login_is_a_gap_and_a_stored_session_opens_it(shoot, sites, tmp_path):
    wall, _ = shoot("login-wall", days=0)
    assert any(row["reason"] == "login_wall" and row["blinds"] for row in wall.document["gaps"])
    with sites.serve("two-roles") as served:
        import json

        state = tmp_path / "staff.json"
        state.write_text(json.dumps(served.storage_state("staff")), "utf-8")
        target = capture(
            [served.url + "/index.html"],
            tmp_path / "two.zip",
            CaptureOptions(**{**QUICK, "days": 0, "actors": (Actor("staff", storage_state=state),)}),
        )
        recording = opened(target)
    assert recording.document["actors"][0] == {
        "name": "staff",
        "login": "state",
        "logged_in_before": True,
        "logged_in_after": True,
        "lost_at": None,
    }
    assert not any(b"invented-session-staff-01" in part for part in recording.parts.values())


LOGIN_PAGE = """<form><input name=user placeholder=账号><input name=pwd type=password placeholder=密码>
<button type=button id=go>登录</button>
</form><script>document.getElementById('go').onclick = () => fetch('/api/login', {method: 'POST',
body: new URLSearchParams(new FormData(document.forms[0]))}).then(r => r.json()).then(r => {
localStorage.access_token = r.token;
document.cookie = 'theme=dark'; location.href = '/home.html?ticket=' + r.token; });</script>"""
HOME_PAGE = """<h1>欢迎 张三</h1><p id=t></p><script>
document.getElementById('t').textContent = localStorage.access_token;
fetch('/api/save', {method: 'POST', headers: {Authorization: 'Bearer ' + localStorage.access_token},
body: JSON.stringify({token: localStorage.access_token, note: btoa('x' + localStorage.access_token)})});</script>"""
STEPS = """endpoints: [/api/login]
steps:
  - open: /index.html
  - fill: {field: 账号, with: staff}
  - fill: {field: 密码, with: "${APPSCAN_TEST_PASSWORD}"}
  - click: 登录
  - wait: 欢迎
  - expect: 欢迎 张三
"""


def test_login_steps_send_only_the_named_endpoint_and_no_secret_reaches_the_file(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("APPSCAN_TEST_PASSWORD", "password-planted-9c1e")
    url, arrived = tiny(
        {
            "/index.html": page(LOGIN_PAGE),
            "/home.html": page(HOME_PAGE),
            "/api/login": (200, "application/json", b'{"code": 0, "token": "token-planted-55aa01"}'),
        }
    )
    steps = tmp_path / "steps.yaml"
    steps.write_text(STEPS, "utf-8")
    target = capture(
        [f"{url}/home.html"],
        tmp_path / "o.zip",
        CaptureOptions(**{**QUICK, "days": 1, "actors": (Actor("staff", steps=steps),)}),
    )
    recording = opened(target)
    assert [row for row in arrived if row.startswith("POST")] == ["POST /api/login"]
    assert recording.document["actors"][0]["logged_in_before"] is True
    assert recording.document["actors"][0]["logged_in_after"] is True
    for name, part in recording.parts.items():
        for secret in (b"password-planted", b"token-planted", b"cookie-planted", b"dG9rZW4tcGxhbnRlZC"):
            assert secret not in part, name


def test_a_login_step_that_no_longer_fits_is_told_with_its_number(tiny, tmp_path):
    url, _ = tiny({"/index.html": page("<p>维护中</p>")})
    steps = tmp_path / "steps.yaml"
    steps.write_text("steps:\n  - open: /index.html\n  - expect: 欢迎\n", "utf-8")
    with pytest.raises(CaptureError) as told:
        capture(
            [f"{url}/index.html"],
            tmp_path / "o.zip",
            CaptureOptions(**{**QUICK, "actors": (Actor("staff", steps=steps),)}),
        )
    assert told.value.failure is Failure.LOGIN_STEP_FAILED
    assert told.value.params["step"] == "2 expect"


def test_a_login_file_that_wants_an_unset_variable_is_a_usage_error(tmp_path):
    steps = tmp_path / "steps.yaml"
    steps.write_text('steps:\n  - fill: {field: a, with: "${APPSCAN_NOT_SET}"}\n', "utf-8")
    with pytest.raises(UsageError, match="login_variable_missing"):
        capture(
            ["http://127.0.0.1:9/"],
            tmp_path / "o.zip",
            CaptureOptions(**{**QUICK, "actors": (Actor("a", steps=steps),)}),
        )


@pytest.mark.parametrize(
    ("answer", "failure", "retry"),
    [
        ((403, HTML, b"<h1>WAF</h1>"), Failure.FORBIDDEN, False),
        ((503, HTML, b""), Failure.SERVER_ERROR, True),
        ((302, "/index.html", b""), Failure.REDIRECT_LOOP, False),
        ((200, "application/json", b"{}"), Failure.NOT_HTML, False),
    ],
)
def test_a_page_that_cannot_be_captured_says_why(tiny, tmp_path, answer: Any, failure: Failure, retry: bool):
    url, _ = tiny({"/index.html": answer})
    with pytest.raises(CaptureError) as told:
        capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert (told.value.failure, told.value.params["retry"]) == (failure, retry)


def test_a_host_that_does_not_answer_is_unreachable_and_no_file_is_left(tmp_path: Path):
    with pytest.raises(CaptureError) as told:
        capture(["http://127.0.0.1:9/"], tmp_path / "o.zip", CaptureOptions(**QUICK))
    assert told.value.failure is Failure.UNREACHABLE_HOST
    assert not list(tmp_path.iterdir())


def test_a_redirect_from_a_read_to_a_write_is_not_followed(tiny, tmp_path):
    url, arrived = tiny(
        {
            "/index.html": page("<h1>首页</h1><script>fetch('/api/list')</script>"),
            "/api/list": (302, "/api/sign?uid=1", b""),
        }
    )
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert not [row for row in arrived if "/api/sign" in row]
    assert recording.rows("requests", url=f"{url}/api/sign?uid=1", sent=False)
