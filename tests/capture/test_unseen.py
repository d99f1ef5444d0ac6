"""Claims about what a walk tells where it did not see what a person would have seen: nothing is clean in silence."""

from __future__ import annotations

import json
import time

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.writes import Kind, classify

from .conftest import QUICK, opened, page

CALM = {**QUICK, "days": 0}
ASKING = """<h2>首页</h2><div id=a></div><script>fetch('%s', {method: 'POST', body: '{"pageNo":1}'})
.then(r => r.json()).then(d => { a.textContent = d.data.title || '暂无数据' })</script>"""


def walked(url, tmp_path, **wishes):
    return opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**CALM, **wishes})))


@pytest.mark.parametrize("path", ["/api/gzt/jfb", "/gateway", "/api/home/data"])
def test_an_answer_of_ours_to_what_a_page_asks_for_on_loading_is_told_at_that_page(tiny, tmp_path, path):
    url, arrived = tiny({"/index.html": page(ASKING % path)})
    gaps = walked(url, tmp_path).rows("gaps", reason="answer_stands_in")
    told = [(row["place"], row["params"]["url"], row["blinds"]) for row in gaps]
    assert told == [(f"{url}/index.html", path, False)]
    assert not [row for row in arrived if row.startswith("POST")]


def test_what_is_plainly_read_or_written_has_no_such_gap(tiny, tmp_path):
    body = ASKING % "/api/gzt/list" + "<script>fetch('/api/heartbeat', {method: 'POST'})</script>"
    url, _ = tiny({"/index.html": page(body), "/api/gzt/list": (200, "application/json", b'{"data": {}}')})
    assert not walked(url, tmp_path).rows("gaps", reason="answer_stands_in")


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/api/online/statistics", {"userId": 7, "seconds": 30}, Kind.WRITE),
        ("/api/study/info", {"courseId": 7, "studySeconds": 30}, Kind.WRITE),
        ("/user/location/list", [{"lat": 1.5, "lng": 2.5}, {"lat": 1.6, "lng": 2.5}], Kind.WRITE),
        ("/sign/info", {"lat": 31.2, "lng": 121.4}, Kind.WRITE),
        ("/api/user/info", {"userId": 7, "latitude": 31.2, "longitude": 121.4}, Kind.UNKNOWN),
        ("/duration/total", {"userId": 7, "month": "2024-01"}, Kind.READ),
        ("/api/course/list", {"duration": "", "pageNo": 1}, Kind.READ),
        ("/api/course/page", {"duration": 30, "pageNo": 1, "pageSize": 10}, Kind.READ),
        ("/api/shop/list", {"lat": 31.2, "lng": 121.4, "pageNo": 1}, Kind.READ),
        ("/weather/info", {"lat": 31.2, "lng": 121.4}, Kind.READ),
        ("/api/dept/list", [{"name": "a"}], Kind.READ),
    ],
)
def test_a_post_that_tells_a_time_or_a_place_is_no_read_whatever_its_last_word(path, body, expected):
    assert classify("POST", f"http://127.0.0.1{path}", json.dumps(body)) is expected


SEALED = """<h2>首页</h2><iframe %s width=380 height=500></iframe>"""
INNER = """<div id=a></div><script>setTimeout(() => { a.innerHTML = '<h3>网格员积分排名</h3>'
+ '<button onclick="a.innerHTML += `<p>按下以后</p>`">展开</button>' }, 300)</script>"""
RANKING = {"data": "<h3>网格员积分排名</h3><button onclick=\"a.innerHTML += '<p>按下以后</p>'\">展开</button>"}


def words_of(recording):
    return {text["text"] for row in recording.document["states"] for text in row["texts"]}


@pytest.mark.parametrize("sandbox", ["sandbox=allow-scripts src=/in.html", "sandbox src=/plain.html"])
def test_a_frame_that_the_page_may_not_look_into_is_read_and_walked_by_itself(tiny, tmp_path, sandbox):
    url, _ = tiny({"/index.html": page(SEALED % sandbox), "/plain.html": page("<h3>网格员积分排名</h3>"),
                   "/in.html": page(INNER)})
    recording = walked(url, tmp_path)
    first = recording.document["states"][0]
    assert "网格员积分排名" in {text["text"] for text in first["texts"]}
    routes = {row["route"] for row in recording.document["states"]}
    assert routes == {"/index.html", "/in.html" if "allow" in sandbox else "/plain.html"}
    assert "allow" not in sandbox or "按下以后" in words_of(recording)


def test_a_frame_of_another_host_that_may_be_visited_is_read_too(tiny, tmp_path):
    other, _ = tiny({"/in.html": page("<h3>网格员积分排名</h3><p>末位通报</p>")})
    url, _ = tiny({"/index.html": page(SEALED % f"src={other}/in.html")})
    first = walked(url, tmp_path, hosts=(other.partition("//")[2],)).document["states"][0]
    assert {"网格员积分排名", "末位通报"} <= {text["text"] for text in first["texts"]}


def test_the_controls_of_a_frame_without_an_address_are_read_and_told_as_not_pressed(tiny, tmp_path):
    inner = "srcdoc='<h3>里面</h3><button>办理</button>' sandbox=allow-scripts"
    recording = walked(tiny({"/index.html": page(SEALED % inner)})[0], tmp_path)
    assert "办理" in {row["text"] for row in recording.document["states"][0]["controls"]}
    assert [row["params"]["count"] for row in recording.rows("gaps", reason="frame_not_pressed")] == [1]


class Slow(dict):
    """Pages of which one kind comes late."""

    def __init__(self, pages, seconds):
        super().__init__(pages)
        self.seconds = seconds

    def get(self, path, default=None):
        if path.startswith("/api/"):
            time.sleep(self.seconds)
        return super().get(path, default)


LATE = """<h2>首页</h2><div id=a>加载中</div><script>fetch('/api/data/list').then(r => r.json()).then(
d => { a.innerHTML = d.data })</script>"""


def test_an_answer_that_comes_late_is_waited_for_and_what_it_brings_is_pressed(tiny, tmp_path):
    answer = (200, "application/json", json.dumps(RANKING).encode())
    url, _ = tiny(Slow({"/index.html": page(LATE), "/api/data/list": answer}, 9))
    recording = walked(url, tmp_path)
    assert {"网格员积分排名", "按下以后"} <= words_of(recording)
    assert not recording.rows("gaps", reason="answer_not_awaited")


def test_an_answer_that_does_not_come_is_told_at_its_page(tiny, tmp_path):
    url, _ = tiny(Slow({"/index.html": page(LATE), "/api/data/list": (200, "application/json", b"{}")}, 40))
    gaps = walked(url, tmp_path).rows("gaps", reason="answer_not_awaited")
    assert {(row["place"], row["params"]["url"], row["blinds"]) for row in gaps} == {
        (f"{url}/index.html", "/api/data/list", False)}


class Lazy(dict):
    """Pages whose parts each take a while to come."""

    def __init__(self, pages, seconds):
        super().__init__(pages)
        self.seconds = seconds

    def get(self, path, default=None):
        time.sleep(self.seconds.get(path, 0))
        return super().get(path, default)


READING = {
    "text": "r.text()", "json": "r.clone().json()", "blob": "r.blob().then(b => b.text())",
    "twice": "[r.text(), r.text().catch(() => 0)][0]",
    "pieces": "(async () => { let all = ''; const d = new TextDecoder(), from = r.body.getReader(); for (;;) {"
    " const {done, value} = await from.read(); if (done) return all; all += d.decode(value, {stream: true}) } })()",
    "through": "new Response(r.body.pipeThrough(new TransformStream())).text()",
    "later": "new Promise(done => setTimeout(done, 30)).then(() => r.text())",
    "replaced": "r.text()", "wrapped": "new Response(r.body).text()",
}
READ = """<h3>首页</h3><button onclick="fetch('/api/a/list').then(r => %s).then(show)">甲</button><div id=v></div>
<script>const show = (told) => { v.innerHTML = (told.data ? told : JSON.parse(told)).data }</script>"""


@pytest.mark.parametrize("way", READING)
def test_an_answer_whose_body_comes_later_than_its_head_is_waited_for(tiny, tmp_path, way):
    body = [b'{"data":', *told("甲的排名")[2].partition(b":")[2:]]
    own = {"replaced": "window.Response = undefined", "wrapped": "const f = fetch; window.fetch = (...a) => f(...a)"}
    script = f"<script>{own.get(way, '')}</script>"
    url, _ = tiny({"/index.html": page(script + READ % READING[way]), "/api/a/list": (200, "application/json", body)})
    recording = walked(url, tmp_path)
    assert "甲的排名" in words_of(recording)
    assert not recording.rows("gaps", reason="answer_not_awaited")


def test_a_stream_of_events_has_no_end_that_is_waited_for(tiny, tmp_path):
    script = """<h3>首页</h3><div id=v></div><script>fetch('/api/events/list').then(async (r) => {
v.textContent = '连接已开'; const from = r.body.getReader(); while (!(await from.read()).done); })</script>"""
    pieces = [b"data: 1\n\n" + b":" * 2000] + [b"data: 2\n\n"] * 20
    url, _ = tiny({"/index.html": page(script), "/api/events/list": (200, "text/event-stream", pieces)})
    recording = walked(url, tmp_path)
    assert "连接已开" in words_of(recording)
    assert not recording.rows("gaps", reason="answer_not_awaited")


EMBEDDED = """<h3>首页</h3><iframe id=f src=/in.html></iframe><button onclick="%s">看榜</button><div id=v></div>
<script>const show = () => fetch('/api/b/list').then(r => r.json()).then(d => v.textContent = d.data)</script>"""
INSIDE = "<p id=p></p><script>fetch('/api/in/list').then(r => r.json()).then(d => p.textContent = d.data)</script>"


@pytest.mark.parametrize("leave", ["f.remove(); show()", "f.onload = show; f.src = '/next.html'"])
def test_a_frame_that_leaves_does_not_end_what_the_page_around_it_asks(tiny, tmp_path, leave):
    pages = {"/index.html": page(EMBEDDED % leave), "/in.html": page(INSIDE), "/next.html": page("<p>后来</p>")}
    url, arrived = tiny({**pages, "/api/b/list": told("榜上的名单"), "/api/in/list": told("框里的内容")})
    recording = walked(url, tmp_path)
    assert {"榜上的名单", "框里的内容"} <= words_of(recording)
    assert "GET /api/b/list" in arrived
    assert {row["trigger"] for row in recording.document["requests"] if "/api/" in row["url"]} == {"load", "click"}


ROUTED = """<button id=go>推广应用</button><div id=a>首页</div><script>
const show = () => import('/assets/view.js').then(view => view.open(a)).catch(() => {});
go.onclick = () => show().then(() => history.pushState(0, '', '#/stat'));
addEventListener('hashchange', () => { if (location.hash === '#/stat') show() });
</script>"""
VIEW = """export const open = async (a) => {
const answer = await fetch('/api/stat/list'); a.innerHTML = (await answer.json()).data }"""


@pytest.mark.parametrize("seconds", [{"/assets/view.js": 1.2}, {"/assets/view.js": 1.4, "/api/stat/list": 1.0}])
def test_a_view_whose_code_comes_late_is_seen_with_what_it_fetches(tiny, tmp_path, seconds):
    view = (200, "text/javascript", VIEW.encode())
    answer = (200, "application/json", json.dumps(RANKING).encode())
    url, _ = tiny(Lazy({"/index.html": page(ROUTED), "/assets/view.js": view, "/api/stat/list": answer}, seconds))
    recording = walked(url, tmp_path)
    assert {"网格员积分排名", "按下以后"} <= words_of(recording)
    titled = [row["route"] for row in recording.document["states"]
              if "网格员积分排名" not in {text["text"] for text in row["texts"]}]
    assert titled == ["/index.html"]


def test_code_that_does_not_come_is_told_at_its_page_and_waited_for_once(tiny, tmp_path):
    url, _ = tiny(Lazy({"/index.html": page(ROUTED)}, {"/assets/view.js": 40}))
    gaps = walked(url, tmp_path).rows("gaps", reason="load_not_finished")
    assert [row["place"] for row in gaps] == [f"{url}/index.html"]


UNDER_WAY = """<style>button { display: block; height: 44px }</style><div id=home><h3>综合服务平台</h3>
<button onclick="go('frame')">甲</button><button onclick="go('style')">乙</button>
<button onclick="toast('请稍候'); setTimeout(() => go('later'), 1200)">丙</button>
<button onclick="toast('暂未开放')">戊</button></div><div id=v></div><p id=t></p><script>
const go = (to) => { location.hash = '#/' + to }, show = (text) => { v.innerHTML = '<p>' + text + '</p>' };
const read = (path) => fetch(path).then(r => r.json()).then(d => show(d.data));
function toast(text) { t.textContent = text; setTimeout(() => { t.textContent = '' }, 900) }
function route() {
  const to = location.hash.slice(2); home.style.display = to ? 'none' : ''; v.innerHTML = '';
  if (to === 'frame') v.innerHTML = '<iframe src=/slow.html width=300 height=300></iframe>';
  if (to === 'style') { const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = '/late.css';
    link.onload = () => read('/api/b/list'); document.head.append(link) }
  if (to === 'later') read('/api/c/list');
}
addEventListener('hashchange', route); route()</script>"""


def told(text):
    return 200, "application/json", json.dumps({"data": text}).encode()


def test_what_is_under_way_after_a_press_is_waited_for_frames_styles_and_what_is_planned_in_a_second(tiny, tmp_path):
    pages = {"/index.html": page(UNDER_WAY), "/slow.html": page("<p>甲的排名</p>"),
             "/late.css": (200, "text/css", b"p{}"), "/api/b/list": told("乙的排名"), "/api/c/list": told("丙的排名")}
    url, _ = tiny(Lazy(pages, {"/slow.html": 2.5, "/late.css": 2.5}))
    recording = walked(url, tmp_path)
    assert {"甲的排名", "乙的排名", "丙的排名", "请稍候", "暂未开放"} <= words_of(recording)
    later = {row["route"] for row in recording.document["states"] if row["by"] == "later"}
    assert later == {"/index.html#/later"}  # that a message goes away again is no state
    assert not recording.rows("gaps", reason="load_not_finished")


SPLASH = """<div id=a><p>启动页</p></div><script>setTimeout(() => {
location.hash = '#/home'; a.innerHTML = ''; import('/home.js') }, 1500)</script>"""
HOME_CODE = "fetch('/api/list').then(r => r.json()).then(d => { document.getElementById('a').innerHTML = d.data })"


def test_what_a_splash_leads_to_is_seen_even_where_its_code_comes_late(tiny, tmp_path):
    code = (200, "text/javascript", HOME_CODE.encode())
    pages = Lazy({"/index.html": page(SPLASH), "/home.js": code, "/api/list": told(RANKING["data"])}, {"/home.js": 2.5})
    recording = walked(tiny(pages)[0], tmp_path)
    assert {"启动页", "网格员积分排名", "按下以后"} <= words_of(recording)
    assert all(row["text_length"] for row in recording.document["states"])


RELAYED = """<h3>首页</h3><p id=p></p><button onclick="relay()">接力</button><script>
const read = (path) => fetch(path).then(r => r.json()).then(d => d.data); read('/api/list?act=a');
const relay = () => read('/api/list?act=b').then(read).then(text => { p.textContent = text })</script>"""


def test_another_query_of_an_endpoint_that_has_answered_is_waited_for(tiny, tmp_path):
    answers = {"a": told(""), "b": told("/api/list?act=c"), "c": told("接力的排名")}
    pages = {"/index.html": page(RELAYED), **{f"/api/list?act={act}": answer for act, answer in answers.items()}}
    pages = Lazy(pages, {"/api/list?act=b": 1, "/api/list?act=c": 8})
    assert "接力的排名" in words_of(walked(tiny(pages)[0], tmp_path))


CONFIGURED = "<h2>首页</h2><script>" + "".join(f"fetch('/api/big{i}/list');" for i in range(9)) + """
setTimeout(() => fetch('/api/conf/list').then(r => r.json()).then(c => { if (c.data.on) setInterval(() =>
fetch('/api/user/onlineDuration/report', {method: 'POST', body: '{"onlineSeconds": 30}'}), 30000) }), 300)</script>"""


def test_large_answers_do_not_keep_small_ones_out_of_the_day(tiny, tmp_path):
    large, conf = json.dumps({"code": 200, "data": "x" * 280_000}).encode(), b'{"code": 200, "data": {"on": 1}}'
    lists = {f"/api/big{number}/list": (200, "application/json", large) for number in range(9)}
    url, _ = tiny({"/index.html": page(CONFIGURED), **lists, "/api/conf/list": (200, "application/json", conf)})
    recording = walked(url, tmp_path, days=1)
    repeated = [row["path"] for day in recording.document["day"] for row in day["intervals"]]
    assert "/api/user/onlineDuration/report" in repeated
    left_out = {row["place"] for row in recording.rows("gaps", reason="day_answer_left_out")}
    assert left_out
    assert left_out < set(lists)


BEATING = """<h2>首页</h2><script>let told = 0; setInterval(() => fetch('/api/tick/list'), 20000);
setInterval(() => { if (new Date().getHours() === 0 && !told++) fetch('/api/daily/mark', {method: 'POST'}) }, 60000)
</script>"""


def test_a_heartbeat_all_day_long_leaves_room_for_what_happens_at_midnight(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(BEATING), "/api/tick/list": (200, "application/json", b"{}")})
    recording = walked(url, tmp_path, days=1)
    assert max(row["count"] for day in recording.document["day"] for row in day["intervals"]) > 1500
    assert [row["trigger"] for row in recording.document["requests"] if "/daily/" in row["url"]] == ["midnight"]


class Busy(dict):
    """A page that is refused once, and one that is refused always."""

    def get(self, path, default=None):
        self.asked = getattr(self, "asked", [])
        self.asked.append(path)
        if path == "/never.html" or (path == "/busy.html" and self.asked.count(path) == 1):
            return 503, "text/html", b"busy"
        return super().get(path, default)


def test_a_page_that_fails_once_is_opened_once_more_after_all_others(tiny, tmp_path):
    links = "<a href=/busy.html>考核</a> <a href=/b.html>指南</a> <a href=/never.html>公告</a>"
    pages = Busy({"/index.html": page(links),
                  "/busy.html": page("<h2>积分排名</h2>"), "/b.html": page("<h2>指南</h2>")})
    recording = walked(tiny(pages)[0], tmp_path)
    assert {"积分排名", "指南"} <= words_of(recording)
    assert [row["place"].rpartition("/")[2] for row in recording.rows("gaps", reason="server_error")] == ["never.html"]
    assert pages.asked.count("/never.html") == 2


CLOSED = """<h2>首页</h2><my-x><template shadowrootmode=closed><h3>网格员积分排名</h3>
<button onclick="this.insertAdjacentHTML('afterend', '<p>按下以后</p>')">展开</button></template></my-x>"""


def test_a_shadow_tree_that_the_page_closed_in_its_markup_is_seen(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(CLOSED)})
    assert {"网格员积分排名", "按下以后"} <= words_of(walked(url, tmp_path))


SIGN_IN = "<h3>登录</h3><input placeholder=账号><input type=password placeholder=密码><button>登录</button>"


def test_a_site_that_is_open_says_at_its_login_that_nobody_saw_what_is_behind(tiny, tmp_path):
    links = "<h2>办事大厅</h2><a href=/a.html>指南</a> <a href=/login.html>登录</a>"
    url, _ = tiny({"/index.html": page(links), "/a.html": page("<p>指南内容</p>"), "/login.html": page(SIGN_IN)})
    recording = walked(url, tmp_path)
    assert [(row["place"], row["blinds"]) for row in recording.rows("gaps", reason="behind_login")] == [
        (f"{url}/login.html", False)]
    assert not recording.rows("gaps", reason="login_wall")


def test_a_press_that_ends_at_an_error_of_the_server_is_told_and_no_state(tiny, tmp_path):
    go = "<h3>首页</h3><button onclick=\"location.href='/boom.html'\">报表</button>"
    url, _ = tiny({"/index.html": page(go), "/boom.html": (500, "text/html", b"<h1>Whitelabel Error</h1>")})
    recording = walked(url, tmp_path)
    assert "Whitelabel Error" not in words_of(recording)
    assert [row["place"] for row in recording.rows("gaps", reason="server_error")] == [f"{url}/boom.html"]
