"""Claims about what a walk presses, reads and follows on pages as they are built: nothing is left in silence."""

from __future__ import annotations

import json

import pytest

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, opened, page

CALM = {**QUICK, "days": 0}
HTML = "text/html; charset=utf-8"
STYLE = """<meta name=viewport content="width=device-width">
<style>*{margin:0}body{padding-bottom:60px}button,li,div[role]{display:block;min-height:44px}</style>"""
ROUTER = """<div id=v></div><script>
function go(x) { location.hash = '#/' + x }
function show() { const x = location.hash.slice(2); home.style.display = x ? 'none' : ''
  v.innerHTML = x ? '<p>' + decodeURI(x) + '的内容</p>' : '' }
addEventListener('hashchange', show); show()</script>"""
NAMES = ["概况", "机构", "动态", "政策", "地图", "通讯", "值班", "会议", "学习", "志愿", "商城", "打卡", "位次"]


def walked(url, tmp_path, **wishes):
    return opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**CALM, **wishes})))


def words_of(recording):
    return {text["text"] for row in recording.document["states"] for text in row["texts"]}


def home(body):
    return page(f"{STYLE}<div id=home><h3>综合服务</h3>{body}</div>{ROUTER}")


def test_rows_under_a_bar_that_stays_are_pressed(tiny, tmp_path):
    rows = "".join(f"<li onclick=\"go('{name}')\">办{name}</li>" for name in NAMES)
    bar = "<div style='position:fixed;left:0;right:0;bottom:0;height:60px;background:#eee'><span>底栏</span></div>"
    url, _ = tiny({"/index.html": home(f"<p style='height:400px'>说明</p><ul>{rows}</ul>{bar}")})
    recording = walked(url, tmp_path)
    assert {f"{name}的内容" for name in NAMES} <= words_of(recording)


def test_a_control_whose_figure_changes_is_the_same_control(tiny, tmp_path):
    buttons = "<button onclick=\"go('办事')\">办事</button><button id=m onclick=\"go('消息')\"></button>"
    counting = "<script>m.textContent = '待办 ' + (Date.now() % 9000 + 1)</script>"
    url, _ = tiny({"/index.html": home(buttons + counting)})
    assert {"办事的内容", "消息的内容"} <= words_of(walked(url, tmp_path))


@pytest.mark.parametrize("control", [
    "<div role=listitem onclick=\"go('打卡')\">打卡</div>", "<div role=img onclick=\"go('打卡')\">打卡</div>",
    "<input readonly value=打卡 onclick=\"go('打卡')\">", "<div role=row style='cursor:pointer' id=r>打卡</div>",
])
def test_whatever_answers_a_press_is_pressed(tiny, tmp_path, control):
    listening = "<script>document.addEventListener('click', e => { if (e.target.id === 'r') go('打卡') })</script>"
    assert "打卡的内容" in words_of(walked(tiny({"/index.html": home(control + listening)})[0], tmp_path))


def test_what_a_press_covers_for_good_is_told(tiny, tmp_path):
    over = "position:absolute;top:40px;z-index:3;width:100%;height:90px;background:#fff"
    body = f"<button style='position:absolute;top:50px'>打卡</button><div style='{over}'>公告</div>"
    gaps = walked(tiny({"/index.html": page(f"<h3>首页</h3>{body}")})[0], tmp_path).rows(
        "gaps", reason="controls_not_pressed")
    assert [row["params"]["count"] for row in gaps] == [1]


MORE = """<h3>首页</h3>%s<p id=v></p>
<button onclick="v.innerHTML = '<button onclick=go()>更多</button>'">打开</button>"""


def test_a_walk_that_ends_with_the_last_state_allowed_has_left_nothing(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(MORE % "")})
    recording = walked(url, tmp_path, max_states=2, max_depth=1)
    assert [row["reason"] for row in recording.document["gaps"]] == ["depth_reached"]


def test_what_could_not_be_pressed_is_told_where_a_cap_ends_the_walk_too(tiny, tmp_path):
    over = "position:absolute;top:200px;z-index:3;width:100%;height:90px;background:#fff"
    covered = f"<button style='position:absolute;top:210px'>打卡</button><div style='{over}'>公告</div>"
    recording = walked(tiny({"/index.html": page(MORE % covered + "<button>末尾</button>")})[0], tmp_path, max_states=2)
    assert [row["params"]["count"] for row in recording.rows("gaps", reason="controls_not_pressed")] == [1]
    assert recording.rows("gaps", reason="cap_reached", blinds=True)


COVER = """<div id=c style='position:fixed;inset:0;background:#ccc'><h1>%s</h1></div><div id=v></div>
<script>c.addEventListener('click', () => { c.remove(); v.innerHTML = '<p>里面的内容</p>' })</script>"""


def test_a_layer_that_goes_away_when_pressed_anywhere_is_no_dialog_without_a_way_out(tiny, tmp_path):
    recording = walked(tiny({"/index.html": page(COVER % "今日尚未打卡")})[0], tmp_path, trials=4)
    assert "里面的内容" in words_of(recording)
    dialogs = [row for state in recording.document["states"] for row in state["dialogs"]]
    assert {row["closable"] for row in dialogs} <= {True, None}


def test_a_layer_that_reacts_to_nothing_has_no_way_out(tiny, tmp_path):
    layer = "<div style='position:fixed;inset:0;background:#ccc'><h1>今日尚未打卡</h1></div>"
    recording = walked(tiny({"/index.html": page(layer)})[0], tmp_path)
    assert [row["closable"] for row in recording.document["states"][0]["dialogs"]] == [False]


def test_what_comes_by_scrolling_is_followed_and_pressed(tiny, tmp_path):
    body = STYLE + """<h3>首页</h3><div style='height:1500px'>长</div><div id=v></div><script>let done = 0
addEventListener('scroll', () => { if (done || scrollY < 300) return; done = 1
  fetch('/more').then(r => r.text()).then(t => v.innerHTML = t) })</script>"""
    more = """<p>更多应用</p><a href=/task.html>任务</a><div style='height:300px'></div>
<button onclick="fetch('/x/list').then(r => r.text()).then(t => v.innerHTML = t)">干部</button>"""
    url, _ = tiny({"/index.html": page(body), "/more": (200, HTML, more.encode()),
                   "/task.html": page("<p>任务内容</p>"), "/x/list": (200, HTML, "<p>按下之后</p>".encode())})
    assert {"更多应用", "任务内容", "按下之后"} <= words_of(walked(url, tmp_path))


def test_every_tab_of_one_address_is_read(tiny, tmp_path):
    tabs = "".join(f"<button onclick='load({at})'>{name}</button>" for at, name in enumerate(NAMES))
    script = """<script>function load(i) {
fetch(`/part/${i}/list`).then(r => r.text()).then(t => v.innerHTML = t) }</script>"""
    parts = {f"/part/{at}/list": (200, HTML, f"<p>{name}的内容</p><p>第{name}段</p>".encode())
             for at, name in enumerate(NAMES)}
    recording = walked(tiny({"/index.html": page(f"{STYLE}{tabs}<div id=v></div>{script}"), **parts})[0], tmp_path)
    assert {f"{name}的内容" for name in NAMES} <= words_of(recording)


def test_texts_without_end_are_bounded_and_told(tiny, tmp_path):
    script = """<script>function load() {
v.textContent = Array.from(String(Math.random())).map(d => '零一二三四五六七八九'[d] || '点').join('') }</script>"""
    body = "".join(f"<button onclick='load()'>{name}</button>" for name in NAMES * 6)
    recording = walked(tiny({"/index.html": page(f"{STYLE}{body}<div id=v></div>{script}")})[0], tmp_path)
    assert len(recording.document["states"]) <= 62
    assert recording.rows("gaps", reason="controls_not_pressed") or recording.rows("gaps", reason="texts_not_kept")


@pytest.mark.parametrize("opening", ["window.open('/pop.html')", "window.open('').location.href = '/pop.html'",
                                     "window.open('').location = '/pop.html'"])
def test_an_own_page_in_a_window_of_its_own_is_walked(tiny, tmp_path, opening):
    pages = {"/index.html": page(f"<h3>首页</h3><button onclick=\"{opening}\">打开</button>"),
             "/pop.html": page("<p>弹出的内容</p>")}
    assert "弹出的内容" in words_of(walked(tiny(pages)[0], tmp_path))


def test_a_window_is_told_for_the_state_whose_control_opens_it(tiny, tmp_path):
    tabs = "".join(f"""<button onclick="v.innerHTML = '<p>{name}的内容</p>'
+ '<button onclick=window.open(\\'/{at}.html\\')>打开{name}</button>'">{name}</button>"""
                   for at, name in enumerate(NAMES[:3]))
    windows = {f"/{at}.html": page(f"<p>弹出{name}</p>") for at, name in enumerate(NAMES[:3])}
    url, _ = tiny({"/index.html": page(f"{tabs}<div id=v></div>"), **windows})
    states = walked(url, tmp_path).document["states"]
    by = {row["id"]: row["by"] for row in states}
    assert {row["route"]: by[row["from"]] for row in states if row["by"] == "window"} == {
        f"/{at}.html": name for at, name in enumerate(NAMES[:3])}


AWAY = """<div id=h><h3>首页</h3>
<button onclick="h.hidden = true; v.hidden = false; fetch('/api/a/list')">名单</button></div>
<div id=v hidden>%s</div>"""


def test_the_press_on_the_way_to_a_state_happens_where_its_control_is(tiny, tmp_path):
    rows = "".join(f"<button onclick=\"v.textContent = '{name}的内容'\">{name}</button>" for name in NAMES[:3])
    url, _ = tiny({"/index.html": page(AWAY % rows), "/api/a/list": (200, "application/json", b"{}")})
    recording = walked(url, tmp_path)
    assert {f"{name}的内容" for name in NAMES[:3]} <= words_of(recording)
    home = recording.document["states"][0]["id"]
    assert {row["state"] for row in recording.document["requests"] if "/api/" in row["url"]} == {home}


ONCE = """<h3>首页</h3>
<button onclick="if (!localStorage.drawn) { localStorage.drawn = 1; v.hidden = false }">抽奖</button>
<div id=v hidden role=dialog aria-modal=true style='position:fixed;inset:0;background:#fff'>%s
<button onclick="w.textContent = '分享之后'; v.hidden = true">分享</button>
<button onclick="w.textContent = '查看之后'; v.hidden = true">查看</button></div><p id=w></p>"""


def test_a_dialog_that_a_press_opens_once_only_is_pressed_whole(tiny, tmp_path):
    rules = "".join(f"<p>{name}的抽奖规则</p>" for name in NAMES)
    assert {"分享之后", "查看之后"} <= words_of(walked(tiny({"/index.html": page(ONCE % rules)})[0], tmp_path))


UNKNOWN = """<h3>首页</h3><button onclick="fetch('/api/gzt', {method: 'POST'}).then(r => r.json())
.then(d => { v.textContent = d.data.title || '暂无数据' })">看榜</button><div id=v></div>"""


def test_what_a_press_asks_under_a_name_that_nobody_knows_is_told(tiny, tmp_path):
    gaps = walked(tiny({"/index.html": page(UNKNOWN)})[0], tmp_path).rows("gaps", reason="answer_stands_in")
    assert [row["params"]["url"] for row in gaps] == ["/api/gzt"]


@pytest.mark.parametrize(("own", "blinds"), [("", True), ("fetch('/api/own/list');", False)])
def test_data_of_another_host_is_told_and_blinds_where_there_is_no_other(tiny, tmp_path, own, blinds):
    other, arrived = tiny({"/api/list": (200, "application/json", b'{"data": "x"}')})
    script = f"<script>{own}fetch('{other}/api/list').then(r => r.json()).then(d => v.textContent = d.data)</script>"
    url, _ = tiny({"/index.html": page(f"<h3>首页</h3><div id=v></div>{script}"),
                   "/api/own/list": (200, "application/json", json.dumps({"data": 1}).encode())})
    gaps = walked(url, tmp_path).rows("gaps", reason="remote_data")
    assert {row["params"]["url"] for row in gaps} == {f"{other}/api/list"}
    assert any(row["blinds"] for row in gaps) is blinds
    assert arrived == []


def test_what_a_page_tells_another_host_is_no_loss(tiny, tmp_path):
    other, _ = tiny({})
    script = f"<script>fetch('{other}/api/log/report', {{method: 'POST', body: 'event=open'}})</script>"
    assert not walked(tiny({"/index.html": page(f"<h3>首页</h3>{script}")})[0], tmp_path).rows(
        "gaps", reason="remote_data")
