"""Claims about sites that are scanned from the desk: walked with the login that came along, by a worker that reaches
nothing inside, with pictures of the evidence. What may be reached here is 127.0.0.2; a server on 127.0.0.1 stands for
the office's own network."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from appscan.capture.browser import is_installed
from appscan.errors import UsageError
from appscan.model.reach import ranges_of
from appscan.serve import sessions
from appscan.serve.asked import Asked
from appscan.serve.asked import Site as WalkedSite
from appscan.serve.sealing import Seal, key_from
from appscan.serve.settings import Settings
from appscan.store import TaskState
from appscan.sweep.tasks import DESK
from tests.serve.conftest import looked_at, page_at, run_desk, sign_in_with
from tests.serve.test_scans import _ended

SECRET = "password-planted-9c1e"
TOKEN = "token-planted-55aa01"
KEY = "a key for tests, longer than it must be"
LOGIN = """<form><input name=user placeholder=账号><input name=pwd type=password placeholder=密码>
<button type=button id=go>登录</button></form><script>document.getElementById('go').onclick = () =>
fetch('/api/login', {method: 'POST', body: new URLSearchParams(new FormData(document.forms[0]))})
.then(r => r.json()).then(r => { localStorage.access_token = r.token; location.href = '/home'; });</script>"""
HOME = """<title>虚构网格通</title><h1>虚构网格通</h1><p>欢迎 虚构人员</p><button onclick="mark()">立即签到</button>
<p>连续签到 3 天，每日签到；未签到者通报。</p>
<script>if (!localStorage.access_token) location.href = '/login'; function mark() {{ fetch('/api/checkin/submit', {{
method: 'POST'}}); }}
fetch('{inside}/fetch').catch(() => 0); fetch('/away').catch(() => 0);</script><iframe src="/away"></iframe>"""
STEPS = """endpoints: [/api/login]
steps:
  - open: /login
  - fill: {field: 账号, with: "${ACCOUNT}"}
  - fill: {field: 密码, with: "${PASSWORD}"}
  - click: 登录
  - expect: 欢迎 虚构人员
"""


@dataclass
class Site:
    """A server: what it answers, and what it was asked."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    away: str = ""
    seen: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    slow: threading.Event = field(default_factory=threading.Event)


def _serving(host: str) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.seen.append(self.path)
            if self.path == "/slow":
                site.slow.wait(60)
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", site.away)
                self.end_headers()
                return
            body = site.pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_POST(self):
            site.bodies.append(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"code": 0, "token": "%s"}' % TOKEN.encode())

        def log_message(self, *_: object):
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site.url = f"http://{host}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    site.slow.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside():
    yield from _serving("127.0.0.1")


@pytest.fixture
def outside():
    yield from _serving("127.0.0.2")


@pytest.fixture
def walking(tmp_path, kept_password):
    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")
    yield from run_desk(tmp_path, kept_password, Settings(ranges=ranges_of(["127.0.0.2/32"]), key=KEY))


def _form(client, **fields):
    return {"form_token": sessions.form_token(client.cookies["appscan"]), "hours": "0", "minutes": "2", **fields}


def test_a_site_is_walked_with_the_login_that_came_along_and_reaches_nothing_inside(walking, outside, inside,
                                                                                    tmp_path):
    outside.pages = {"/login": LOGIN, "/home": HOME.format(inside=inside.url)}
    outside.away = f"{inside.url}/redirected"
    with walking.signed_in("复核员") as client:
        answer = client.post("/scans/address", files={"login": ("steps.yaml", STEPS.encode())}, data=_form(
            client, url=f"{outside.url}/home", app="虚构网格通", owner="虚构甲县数据局", account="staff",
            password=SECRET))
        assert answer.status_code == 303, answer.text
        location = answer.headers["location"]
        assert SECRET not in client.get(location).text + client.get(f"/api{location}").text
        job = _ended(client, location, 150)
        assert (job["state"], job["login"], job["url"]) == ("done", "steps", f"{outside.url}/home"), job
        document = client.get(f"/api/reports/{job['report']}").json()
        assert outside.bodies == [f"user=staff&pwd={SECRET}"]  # and nothing was handed in
        assert document["artifacts"][0]["crawl"]["actors"][0]["after"] == "yes"
        assert {"check-in"} <= {one["check_id"] for one in document["findings"]}
        assert document["pictures"]
        for picture in document["pictures"]:
            shown = client.get(f"/pictures/{job['report']}/{picture['sha256']}")
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
        kept = walking.store.report(job["report"])
        assert client.get(f"/pictures/{job['report']}/{kept.digests[0]}").status_code == 404
        recording = walking.store.get_blob(kept.digests[0])  # which somebody hands in again, from elsewhere
        again = _ended(client, client.post("/scans", data=_form(client), files={
            "file": ("site.recording.zip", recording)}).headers["location"])
        given = client.get(f"/api/reports/{again['report']}").json()
        assert {one["sha256"] for one in given["pictures"]} == {one["sha256"] for one in document["pictures"]}
    assert inside.seen == []
    _forgotten(walking, location, tmp_path)


def _forgotten(desk, location: str, folder: Path) -> None:
    assert desk.store.secret(DESK, location.rpartition("/")[2]) == {}
    desk.store.close()
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (SECRET, TOKEN):
        assert secret.encode() not in held


def test_a_walk_whose_time_is_over_is_judged_with_what_was_not_seen_as_gaps(walking, outside):
    links = "".join(f"<a href=/page{number}>虚构页面{number}</a>" for number in range(200))
    outside.pages = {"/": f"<title>虚构</title><h1>虚构网站</h1>{links}",
                     **{f"/page{number}": f"<title>{number}</title><h1>虚构页面{number}</h1>" for number in range(200)}}
    site = WalkedSite(f"{outside.url}/", hours=0, minutes=0.15)  # less than the form takes
    key = walking.app.state.jobs.add(Asked("复核员", "site.example", site=site))
    with walking.signed_in("复核员") as client:
        job = _ended(client, f"/scans/{key}", 120)
        document = client.get(f"/api/reports/{job['report']}").json()
    assert (job["state"], job["overall"]) == ("done", "inconclusive")
    assert "cap_reached" in {gap["reason"] for gap in document["coverage"]["gaps"]}
    assert document["artifacts"][0]["crawl"]["actors"][0]["states"] > 0


def test_cancelling_ends_the_browser_and_forgets_the_login(walking, outside, tmp_path):
    outside.pages = {"/home": "<h1>虚构</h1><iframe src=/slow></iframe>", "/slow": "<p>虚构</p>"}
    state = b'{"cookies": [], "origins": []}'
    with walking.signed_in("复核员") as client:
        answer = client.post("/scans/address", data=_form(client, url=f"{outside.url}/home"),
                             files={"login": ("state.json", state)})
        location = answer.headers["location"]
        key = location.rpartition("/")[2]
        _until(lambda: "/slow" in outside.seen)
        kept = walking.store.secret(DESK, key)
        assert kept.keys() == {"sealed"}
        assert "cookies" not in str(kept)
        assert Seal(KEY).opened(kept)["content"] == state.decode()
        browsers = _browsers()
        assert browsers
        assert client.post(f"{location}/cancel", data=_form(client)).status_code == 303
        assert walking.store.task(DESK, key).state is TaskState.FAILED
        assert walking.store.secret(DESK, key) == {}
        _until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in browsers))
        _until(lambda: not list(Path(tempfile.gettempdir()).glob("appscan-desk-*/state.json")))


def test_a_login_is_kept_only_sealed_so_the_database_does_not_give_it_away(tmp_path, kept_password):
    for desk in run_desk(tmp_path, kept_password, Settings(key=KEY, workers=0)):
        with desk.signed_in("复核员") as client:
            answer = client.post("/scans/address", files={"login": ("steps.yaml", STEPS.encode())}, data=_form(
                client, url="https://site.example/home", account="staff", password=SECRET))
        key = answer.headers["location"].rpartition("/")[2]
        assert Seal(KEY).opened(desk.store.secret(DESK, key))["values"] == {"ACCOUNT": "staff", "PASSWORD": SECRET}
        with pytest.raises(UsageError) as refused:
            Seal(KEY[::-1]).opened(desk.store.secret(DESK, key))
        assert refused.value.key == "key_wrong"
        files = [path for path in tmp_path.iterdir() if path.name.startswith("office.db")]
        assert files
        for path in files:
            assert SECRET.encode() not in path.read_bytes(), path
            assert b"/api/login" not in path.read_bytes(), path


def test_without_a_key_no_login_is_taken_and_the_form_says_why(idle_desk):
    with idle_desk.signed_in("复核员") as client:
        form = client.get("/scans/new").text
        page = client.post("/scans/address", files={"login": ("steps.yaml", STEPS.encode())}, data=_form(
            client, url="https://site.example/home", app="虚构网格通", owner="虚构甲县数据局", register="yes",
            account="staff", password=SECRET))
        program = client.post("/api/scans/address", json={
            "url": "https://site.example/", "sign_in": {"kind": "state", "content": '{"cookies": [], "origins": []}'}},
            headers={"x-form-token": sessions.form_token(client.cookies["appscan"])})
        without = client.post("/scans/address", data=_form(client, url="https://site.example/home"),
                              files={"login": ("", b"")})
    assert 'name="login"' not in form
    for text in (form, page.text, program.json()["message"]):
        assert "APPSCAN_KEY" in text
    assert (page.status_code, program.status_code, without.status_code) == (422, 422, 303)
    assert idle_desk.store.entries() == []
    assert [task.host for task in idle_desk.store.tasks(DESK)] == ["site.example"]


def _fails_unvisited(walking, key, said, site):
    with walking.signed_in("复核员") as client:
        job = _ended(client, f"/scans/{key}", 90)
    assert job["state"] == "failed"
    assert said in job["problem"]
    assert site.seen == []


def test_a_job_whose_login_was_sealed_with_another_key_ends_with_a_line_that_says_so(walking, outside):
    site = WalkedSite(f"{outside.url}/home", hours=0, login="state")
    sealed = Seal(KEY[::-1]).sealed({"kind": "state"})
    key = walking.app.state.jobs.add(Asked("复核员", "site.example", site=site), sealed)
    _fails_unvisited(walking, key, "另一个密钥", outside)


def test_a_job_whose_login_is_gone_ends_with_a_line_that_says_so_and_visits_nothing(walking, outside):
    """As after a backup that was made without the table of logins, or a hand in the database."""
    outside.pages = {"/home": "<h1>虚构</h1>"}
    key = walking.app.state.jobs.add(Asked("复核员", "site.example", site=WalkedSite(f"{outside.url}/home", hours=0,
                                                                                   login="state")))
    _fails_unvisited(walking, key, "登录资料已不在库中", outside)


@pytest.mark.parametrize(("environment", "said"), [
    ({}, ""), ({"APPSCAN_KEY": f" {'k' * 32}\n"}, "k" * 32), ({"APPSCAN_KEY": "short"}, UsageError),
    ({"APPSCAN_KEY_FILE": "{file}"}, "f" * 40), ({"APPSCAN_KEY_FILE": "/not/there"}, UsageError),
    ({"APPSCAN_KEY_FILE": "{empty}"}, UsageError)])
def test_the_key_comes_from_the_environment_or_the_file_that_it_names(tmp_path, environment, said):
    (tmp_path / "key").write_text("f" * 40 + "\n")
    (tmp_path / "empty").write_text("\n")
    told = {name: value.format(file=tmp_path / "key", empty=tmp_path / "empty") for name, value in environment.items()}
    if said is UsageError:
        with pytest.raises(UsageError):
            key_from(told)
    else:
        assert key_from(told) == said


def test_the_page_of_a_walk_is_accessible_in_each_of_its_states(walking, outside, browser):
    outside.pages = {"/home": "<h1>虚构</h1><iframe src=/slow></iframe>", "/slow": "<p>虚构</p>"}
    for page in page_at(browser, walking.url):
        sign_in_with(page, "复核员")
        with walking.signed_in("复核员") as client:
            first, second = (client.post("/scans/address", data=_form(client, url=f"{outside.url}/home"),
                                         files={"login": ("", b"")}).headers["location"] for _ in range(2))
        _until(lambda: "/slow" in outside.seen)
        page.goto(first)
        page.get_by_role("status").filter(has_text=re.compile(r"\S")).wait_for()
        looked_at(page, "scan-walking")
        page.goto(second)  # the same host: one after the other
        page.get_by_role("progressbar").wait_for()
        looked_at(page, "scan-waiting")
        page.get_by_role("button", name="取消").click()
        page.get_by_role("alert").wait_for()
        looked_at(page, "scan-cancelled")
        outside.slow.set()
        page.goto(first)
        page.get_by_role("link", name="查看应用").or_(page.get_by_role("alert")).first.wait_for(timeout=120_000)
        looked_at(page, "scan-walked")
        page.goto("/scans")
        looked_at(page, "scans-of-sites")
        assert page.faults == []


def _browsers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if "--appscan-run=" in " ".join(one.cmdline())]


def _until(holds, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(holds)


def test_a_job_whose_site_turns_out_to_be_inside_ends_with_a_line_that_says_so(walking, inside):
    """As with a name that no longer leads where it led when the form was sent."""
    inside.pages = {"/": "<p>secret</p>"}
    key = walking.app.state.jobs.add(Asked("复核员", "site.example", site=WalkedSite(f"{inside.url}/", hours=0)))
    _fails_unvisited(walking, key, "不允许连接", inside)


@pytest.mark.parametrize(("url", "said"), [
    ("http://127.0.0.1:80/", "不允许连接"), ("http://169.254.169.254/latest/meta-data", "不允许连接"),
    ("http://[::ffff:10.0.0.1]/", "不允许连接"), ("http://2130706433/", "不允许连接"), ("http://0x7f.1/", "不允许连接"),
    ("http://100.100.100.200/", "不允许连接"), ("file:///etc/passwd", "http://"), ("http://a:b@1.1.1.1/", "账号"),
    ("", "网址"), ("http://a.example/" + "x" * 3000, "网址"),
])
def test_an_address_inside_is_refused_before_it_is_queued(idle_desk, url, said):
    with idle_desk.signed_in("复核员") as client:
        page = client.post("/scans/address", data=_form(client, url=url), files={"login": ("", b"")})
        program = client.post("/api/scans/address", json={"url": url or "x"},
                              headers={"x-form-token": sessions.form_token(client.cookies["appscan"])})
    assert page.status_code == 422
    assert said in page.text
    assert program.status_code == 422
    assert not list(idle_desk.store.tasks(DESK))


@pytest.mark.parametrize(("name", "content", "fields", "said"), [
    ("steps.yaml", b"steps: [{open: /}, {fill: {field: a, with: '${APPSCAN_STORE}'}}]", {}, "APPSCAN_STORE"),
    ("steps.yaml", b"a: &a [x]\nsteps: [*a]", {}, "alias"), ("steps.yaml", b"steps: 1", {}, "第 0 步"),
    ("steps.yaml", b"\xff\xfe", {}, "登录资料"), ("state.json", b"[]", {}, "登录状态"),
    ("x.exe", b"MZ", {}, "登录资料"),
    ("steps.yaml", b"steps: []", {"minutes": "600"}, "分钟"), ("steps.yaml", b"steps: []", {"hours": "nan"}, "小时"),
    ("steps.yaml", b"steps: []", {"viewport": "<b>"}, "窗口"), ("state.json", b"{" * 100_000, {}, "登录状态"),
])
def test_a_login_or_a_bound_that_is_none_is_told_in_the_form(idle_desk, monkeypatch, name, content, fields, said):
    """Steps never see the environment of the desk: its secrets would go to whatever site they name."""
    monkeypatch.setenv("APPSCAN_STORE", "postgresql://user:secret-of-the-office@db")
    with idle_desk.signed_in("复核员") as client:
        page = client.post("/scans/address", files={"login": (name, content)}, data=_form(
            client, url="https://site.example/", password=SECRET, **fields))
    assert page.status_code == 422
    assert said in page.text
    assert "secret-of-the-office" not in page.text
    assert SECRET not in page.text
    assert "<b>" not in page.text
    assert not list(idle_desk.store.tasks(DESK))
