"""Claims about start addresses: what the user asked for is opened, and told where it was not seen. Real server, real
browser."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.walls import Arrival, is_astray
from appscan.judge.judge import judge
from appscan.readers.limits import Limits
from appscan.readers.target import read_target
from tests.shipped import shipped

from .conftest import QUICK, opened, page


def seen_at(urls, tmp_path, **wishes):
    return opened(capture(urls, tmp_path / "o.recording.zip", CaptureOptions(**{**QUICK, "days": 0, **wishes})))


def judged(tmp_path):
    target = tmp_path / "o.recording.zip"
    reading = read_target(target, target.name, Limits(), lambda _stage, _done: None)
    return reading, {str(row.verdict) for row in judge(reading, shipped()).verdicts}


def test_a_page_whose_scripts_lie_on_a_refused_host_is_never_clean(tiny, tmp_path):
    url, _ = tiny({"/index.html": page('<div id=root></div><script src="https://cdn.example.com/react.js"></script>'
                                       '<script>React.render("签到")</script>')})
    seen_at([f"{url}/index.html"], tmp_path)
    reading, verdicts = judged(tmp_path)
    assert [gap.blinds for gap in reading.coverage.gaps if gap.reason == "blank_page"] == [True]
    assert "not_found" not in verdicts


PICTURED = "<img src=/p.png style='position:absolute;left:0;top:0;width:100%;height:100%'>"
PNG = (200, "image/png", bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"))


def test_pages_made_of_pictures_are_told_and_blind_where_nothing_else_is(tiny, tmp_path):
    back = "<div style='height:800px;background:url(/p.png)'></div>"
    url, _ = tiny({"/index.html": page(PICTURED), "/back.html": page(back), "/p.png": PNG})
    recording = seen_at([f"{url}/index.html", f"{url}/back.html"], tmp_path)
    told = {row["place"] for row in recording.rows("gaps", reason="picture_page", blinds=False)}
    assert told == {f"{url}/index.html", f"{url}/back.html"}
    assert [gap.blinds for gap in judged(tmp_path)[0].coverage.gaps if gap.reason == "picture_page"].count(True) == 1


def test_a_site_with_one_page_of_pictures_is_read_as_before(tiny, tmp_path):
    links = "<p>便民服务事项一览，欢迎查询办理</p><img src=/p.png width=380 height=800><a href=/news.html>新闻</a>"
    url, _ = tiny({"/index.html": page(links + "<a href=/poster.html>海报</a>"), "/news.html": page("<p>新闻</p>"),
                   "/poster.html": page(PICTURED), "/p.png": PNG})
    recording = seen_at([f"{url}/index.html"], tmp_path)
    assert [row["place"] for row in recording.rows("gaps", reason="picture_page")] == [f"{url}/poster.html"]
    assert not [gap for gap in judged(tmp_path)[0].coverage.gaps if gap.blinds]


GUARD = "<script>if (!localStorage.user) location.replace('/index.html')</script><p>我的学习积分</p>"


def test_a_start_that_a_guard_sends_home_was_not_seen(tiny, tmp_path):
    url, _ = tiny({"/index.html": page("<h2>首页</h2><p>欢迎来访</p>"), "/mine.html": page(GUARD)})
    recording = seen_at([f"{url}/index.html", f"{url}/mine.html"], tmp_path)
    assert [(row["place"], row["blinds"]) for row in recording.rows("gaps", reason="sent_elsewhere")] == [
        (f"{url}/mine.html", True)]
    assert [row["visited"] for row in recording.rows("routes", path="/mine.html")] == [False]
    assert "not_found" not in judged(tmp_path)[1]


def test_a_start_that_comes_out_at_a_form_to_sign_in_is_a_wall(tiny, tmp_path):
    links = "".join(f"<a href=/{n}.html>栏目{n}</a>" for n in range(9))
    home = f"<h2>首页</h2><p>{'通知公告' * 200}</p>{links}<form><input type=password><button>登录</button></form>"
    url, _ = tiny({"/index.html": page(home), "/mine.html": page(GUARD),
                   **{f"/{n}.html": page(f"<p>栏目{n}</p>") for n in range(9)}})
    recording = seen_at([f"{url}/mine.html"], tmp_path)
    assert [(row["place"], row["blinds"]) for row in recording.rows("gaps", reason="login_wall")] == [
        (f"{url}/mine.html", True)]
    assert not [row for row in seen_at([f"{url}/index.html"], tmp_path).document["gaps"] if row["blinds"]]


@pytest.mark.parametrize(("asked", "came", "astray"), [
    ("/", "/home", False), ("/", "/index.html#/pages/index", False), ("/index.html", "/home", False),
    ("/h5", "/h5/#/pages/index", False), ("/h5/", "/h5/index.html", False), ("/h5/index.html", "/h5/home.html", False),
    ("/#/", "/#/home", False), ("/a", "/a/?x=1", False), ("/system", "/system/user", False),
    ("/%E7%A7%AF%E5%88%86.html", "/积分.html", False), ("/login", "/home", False),
    ("/mine.html", "/index.html", True), ("/#/rank", "/#/home", True), ("/h5/rank", "/h5/", True),
    ("/rank", "/ranking", True), ("/h5/", "/other/", True)])
def test_an_entry_leads_below_itself_and_anything_else_was_not_asked_for(asked, came, astray):
    assert is_astray(Arrival(f"http://h{asked}", True, "s1", came, 200)) is astray


def test_pages_named_like_deeds_are_opened_and_a_start_always_is(tiny, tmp_path):
    url, arrived = tiny({
        "/index.html": page("<p>首页</p><a href=/confirm.html>核对</a><a href=/sign/index.html>记录</a>"
                            "<a href='/confirm.html?action=del'>清</a><a href=/api/delete>去掉</a>"
                            "<a href='/index.html#/submit'>填报</a>"),
        "/confirm.html": page("<p>请核对内容</p>"), "/sign/index.html": page("<p>记录页</p>"),
        "/user/submit": page("<p>上报须知</p>")})
    recording = seen_at([f"{url}/index.html", f"{url}/user/submit"], tmp_path)
    assert {row["route"] for row in recording.document["states"]} == {
        "/index.html", "/index.html#/submit", "/confirm.html", "/sign/index.html", "/user/submit"}
    assert "GET /api/delete" not in arrived
    assert "GET /confirm.html?action=del" not in arrived
    assert [row["visited"] for row in recording.rows("routes", path="/index.html#/submit")] == [True]
