"""Claims about what a capture never does to a site that it reads: no deed by GET, no sign-out, nothing forbidden."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.leaving import signs_out

from .conftest import QUICK, opened, page

CALM = {**QUICK, "days": 0}

HANDED_IN = """<h2>巡查上报</h2>
<form action=%s method=get><label>情况<input name=text></label><label>照片<input type=file name=photo required></label>
<button>提交上报</button></form>"""


@pytest.mark.parametrize("address", ["/patrol/report.php", "/index.html", "/gzt/jfb"])
def test_a_form_that_a_trial_hands_in_by_get_reaches_no_server(tiny, tmp_path, address):
    url, arrived = tiny({"/index.html": page(HANDED_IN % address)})
    wishes = CaptureOptions(**{**CALM, "trials": 6})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    assert not [row for row in arrived if "text=" in row]
    meant = [row for row in recording.document["requests"] if "text=" in row["url"]]
    assert meant
    assert {(row["kind"], row["sent"]) for row in meant} == {("form", False)}
    assert {row["class"] for row in meant} <= {"write", "unknown"}
    assert [row["outcome"] for row in recording.rows("trials", test="omit")] == ["refused"]


def test_a_form_without_fields_and_links_that_do_something_are_not_sent(tiny, tmp_path):
    deeds = ["/qiandao.php?uid=7", "/task/complete/3", "/index.php/Home/Sign/qiandao", "/message/markRead/3",
             "/vote/like/3", "/sign/daka.do"]
    links = "".join(f"<p><a href='{deed}'>第{index}项</a></p>" for index, deed in enumerate(deeds))
    body = """<form action=/daka method=get><button>打卡</button></form>
    <form action=/liuyan.php><input name=nr><button>留言</button></form>
    <form action=/so><input name=keyword><button>搜一搜</button></form>""" + links
    url, arrived = tiny({"/index.html": page(body), "/so": page("<p>结果</p>")})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**CALM)))
    asked = {row.split()[1] for row in arrived} - {"/index.html", "/robots.txt", "/favicon.ico"}
    assert asked == {"/so?keyword="}
    assert {row["path"] for row in recording.rows("routes", blocked="write")} >= {*deeds, "/daka", "/liuyan.php?nr="}
    assert recording.rows("requests", kind="form", sent=False)


def test_nothing_that_signs_out_is_followed_and_services_of_that_name_are(tiny, tmp_path):
    body = """<a href='/loginOut.do'>退出</a> <a href=/quit>离开</a>
    <button onclick="location.href='/bye.html'">安全退出</button>
    <a href=/1.html>注销公告与通报</a> <a href=/2.html>企业注销</a> <a href=/3.html>注销</a>"""
    pages = {f"/{number}.html": page(f"<h2>服务{'甲乙丙'[number - 1]}</h2>") for number in (1, 2, 3)}
    url, arrived = tiny({"/index.html": page(body), **pages})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**CALM)))
    asked = {row.split()[1] for row in arrived}
    assert not asked & {"/loginOut.do", "/quit", "/bye.html"}
    assert asked >= set(pages)
    assert {row["path"] for row in recording.rows("routes", blocked="sign_out")} == {"/loginOut.do", "/quit"}


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [("退出", "http://h/a.do?m=1", True), ("注销", "", True), ("注销账号", "", True), ("[退出]", "", True),
     ("Log out", "", True), ("出口", "http://h/user/login_out", True), ("企业注销", "", False),
     ("营业执照注销登记", "", False), ("注销公告与通报", "", False), ("退出机制", "", False),
     ("注销", "http://h/gg/1.html", False), ("退役军人", "http://h/exit/guide", False)],
)
def test_whole_words_tell_what_signs_out(text, url, expected):
    assert signs_out(text, url) is expected


FORBIDDEN = """<button onclick="location.href='/internal/a.html'">内部事项</button><a href=/internal/b.html>内部二</a>
<iframe src=/internal/c.html></iframe><button onclick="location.href='/gone.html'">转一下</button>
<script>fetch('/internal/data/list').catch(() => 0)</script>"""
ROBOTS = (200, "text/plain", b"User-agent: *\nDisallow: /internal/\n")


def test_what_robots_forbid_is_asked_for_in_no_way(tiny, tmp_path):
    url, arrived = tiny({"/index.html": page(FORBIDDEN), "/robots.txt": ROBOTS,
                         "/gone.html": (302, "/internal/d.html", b"")})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**CALM)))
    assert not [row for row in arrived if "/internal/" in row]
    assert {row["place"].rpartition("/")[2] for row in recording.rows("gaps", reason="robots", blinds=True)} == {
        "a.html", "b.html", "c.html", "d.html", "list"}
    free, arrived = tiny({"/index.html": page(FORBIDDEN), "/robots.txt": ROBOTS})
    capture([f"{free}/index.html"], tmp_path / "free.zip", CaptureOptions(**{**CALM, "robots": False}))
    assert len([row for row in arrived if "/internal/" in row]) >= 4


PATTERNS = """<button onclick="location.href='/ex/a.html'">另一页</button>
<button onclick="location.hash='#/ex/b'">另一处</button>
<button onclick="location.href='/in.html'">里页</button><p id=told></p><script>
onhashchange = () => { told.textContent = '排除的内容'; }</script>"""


@pytest.mark.parametrize("wish", [{"exclude": ("/ex/",)}, {"include": ("in.html",)}])
def test_what_the_user_leaves_out_is_not_come_to_by_a_press_either(tiny, tmp_path, wish):
    url, arrived = tiny({"/index.html": page(PATTERNS), "/in.html": page("<h2>里页</h2>"),
                         "/ex/a.html": page("<h2>排除的页</h2>")})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**CALM, **wish})))
    assert not [row for row in arrived if "/ex/" in row]
    assert not [row for row in recording.document["states"] if "/ex/" in row["route"]]
    assert {row["path"] for row in recording.rows("routes", blocked="excluded")} == {"/ex/a.html", "/index.html#/ex/b"}
    assert [row for row in recording.document["states"] if row["route"] == "/in.html"]
    [told] = recording.rows("gaps", reason="excluded")
    [pattern] = wish.get("exclude") or wish["include"]
    assert told["blinds"]
    assert pattern in told["place"]
