"""Claims about logins and login walls, each against a real server and a real browser."""

from __future__ import annotations

import json

import pytest

from appscan.capture import Actor, CaptureOptions, capture
from appscan.capture.failures import CaptureError, Failure
from appscan.errors import UsageError

from .conftest import QUICK, opened, page


def test_a_site_behind_a_login_is_a_gap_and_a_stored_session_opens_it(shoot):
    wall, _ = shoot("login-wall")
    assert any(row["reason"] == "login_wall" and row["blinds"] for row in wall.document["gaps"])
    recording, _ = shoot("two-roles", "staff")
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
    assert (told.value.params["step"], told.value.params["verb"]) == (2, "expect")


def test_a_login_file_that_wants_an_unset_variable_is_a_usage_error(tmp_path):
    steps = tmp_path / "steps.yaml"
    steps.write_text('steps:\n  - fill: {field: a, with: "${APPSCAN_NOT_SET}"}\n', "utf-8")
    with pytest.raises(UsageError, match="login_variable_missing"):
        capture(
            ["http://127.0.0.1:9/"],
            tmp_path / "o.zip",
            CaptureOptions(**{**QUICK, "actors": (Actor("a", steps=steps),)}),
        )


def walls_of(recording, blinds=True):
    return [row["place"] for row in recording.rows("gaps", reason="login_wall", blinds=blinds)]


def seen_at(url, tmp_path, **wishes):
    return opened(capture([url], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0, **wishes})))


DOORS = {
    "code by message": "<h3>欢迎</h3><input placeholder=请输入手机号><input placeholder=验证码>"
    "<button>获取验证码</button><button>登录</button>",
    "code to scan": "<h3>某县工作台</h3><p>请使用手机扫码登录</p><img width=100 height=100 alt=二维码>",
    "unified account": "<h3>某县工作台</h3><button>统一身份认证登录</button>",
    "messenger": "<h3>某县工作台</h3><div style=cursor:pointer>政务微信授权登录</div>",
    "password": "<input placeholder=账号><input type=password placeholder=密码><button>登录</button>",
}


@pytest.mark.parametrize("kind", list(DOORS))
def test_a_start_that_is_nothing_but_a_place_to_sign_in_is_a_wall(tiny, tmp_path, kind):
    door = page(DOORS[kind] + "<a href=/help.html>使用帮助</a>")
    url, _ = tiny({"/index.html": door, "/help.html": page("<p>拨打电话</p>")})
    assert walls_of(seen_at(f"{url}/index.html", tmp_path)) == [f"{url}/index.html"]


@pytest.mark.parametrize("kind", list(DOORS))
def test_a_hash_route_that_falls_to_the_login_is_a_wall(tiny, tmp_path, kind):
    body = f"""<div id=app></div><script>if (location.hash !== '#/login') location.hash = '#/login';
    app.innerHTML = `{DOORS[kind]}`</script>"""
    url, _ = tiny({"/index.html": page(body)})
    recording = seen_at(f"{url}/index.html#/rank", tmp_path)
    assert walls_of(recording) == [f"{url}/index.html#/rank"]
    route = recording.rows("routes", path="/index.html#/rank")[0]
    assert (route["visited"], route["blocked"]) == (False, "login_wall")


def test_a_redirect_to_another_host_that_signs_in_is_a_wall_even_where_nothing_was_seen(tiny, tmp_path):
    other, _ = tiny({})
    url, _ = tiny({"/index.html": (302, f"{other}/cas/login?service=x", b"")})
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert recording.document["states"] == []
    assert walls_of(recording) == [f"{url}/index.html"]


def test_a_script_that_leaves_for_another_host_to_sign_in_is_a_wall(tiny, tmp_path):
    other, arrived = tiny({})
    url, _ = tiny({"/index.html": page(f"<script>location.href = '{other}/oauth2/authorize?client_id=1'</script>")})
    assert walls_of(seen_at(f"{url}/index.html", tmp_path)) == [f"{url}/index.html"]
    assert arrived == []


def test_an_overlay_that_nobody_gets_past_without_signing_in_is_a_wall(tiny, tmp_path):
    body = """<h2>首页</h2><p>通知公告若干条，内容很多。</p>
    <a href=#a>要闻</a><a href=#b>服务</a><a href=#c>互动</a><a href=#d>公开</a>
    <div role=dialog aria-modal=true style="position:fixed;inset:0;background:#fff">
    <input placeholder=手机号><input placeholder=短信验证码><button>登录</button></div>"""
    url, _ = tiny({"/index.html": page(body)})
    assert walls_of(seen_at(f"{url}/index.html", tmp_path)) == [f"{url}/index.html"]


def test_an_empty_page_after_a_refusal_for_want_of_a_login_is_a_wall(tiny, tmp_path):
    body = """<div id=app></div><script>fetch('/api/user/list').then(r => r.json()).then(
    r => { if (r.data) app.textContent = r.data })</script>"""
    for status, answer in ((401, b"{}"), (200, '{"code": 401, "msg": "登录状态已过期"}'.encode())):
        url, _ = tiny({"/index.html": page(body), "/api/user/list": (status, "application/json", answer)})
        assert walls_of(seen_at(f"{url}/index.html", tmp_path)) == [f"{url}/index.html"]


def test_a_public_site_with_a_place_to_sign_in_has_no_wall(shoot, tiny, tmp_path):
    public, _ = shoot("login-page")
    assert not public.rows("gaps", reason="login_wall")
    body = """<h2>办事大厅</h2>
    <a href=/login.html>登录</a><a href=/guide.html>办事指南</a><script>fetch('/api/me')</script>
    <p>本厅提供婚姻登记、社保查询、居住证办理等服务，
    节假日照常，请携带身份证件原件，咨询电话见公告栏，
    欢迎提出意见和建议，我们将在三个工作日内答复。</p>"""
    url, _ = tiny({
        "/index.html": page(body),
        "/login.html": page(DOORS["code by message"]),
        "/guide.html": page("<p>提交材料后等候通知</p>"),
        "/api/me": (401, "application/json", b"{}"),
    })
    assert not seen_at(f"{url}/index.html", tmp_path).rows("gaps", reason="login_wall")


def test_a_door_with_a_way_round_is_no_blinding_wall(tiny, tmp_path):
    url, _ = tiny({
        "/index.html": (302, "/login.html", b""),
        "/login.html": page(DOORS["password"] + "<a href=/home.html>游客访问</a>"),
        "/home.html": page("<h2>首页</h2><p>服务列表</p>"),
    })
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert (walls_of(recording), walls_of(recording, blinds=False)) == ([], [f"{url}/index.html"])


def test_our_own_answer_to_a_login_opens_no_wall(tiny, tmp_path):
    body = DOORS["unified account"] + """<script>
    document.querySelector('button').onclick = () =>
    fetch('/api/login', {method: 'POST'}).then(() => {
    document.body.innerHTML = '<h2>首页</h2><p>空壳页面</p><a href=#x>一</a>'; location.hash = '#/home'; })</script>"""
    url, _ = tiny({"/index.html": page(body)})
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert any(row["route"].endswith("#/home") for row in recording.document["states"])
    assert walls_of(recording) == [f"{url}/index.html"]


def test_a_start_that_is_missing_or_lies_elsewhere_is_told(tiny, tmp_path):
    url, _ = tiny({"/index.html": (404, "text/html", b"<h1>404</h1>"), "/spa.html": page(
        "<div id=app></div><script>location.hash = '#/home'; app.textContent = '首页'</script>")})
    missing = seen_at(f"{url}/index.html", tmp_path).rows("gaps", reason="start_missing")
    assert [(row["blinds"], row["params"]["status"]) for row in missing] == [(True, 404)]
    moved = seen_at(f"{url}/spa.html#/gone", tmp_path).rows("gaps", reason="sent_elsewhere")
    assert [(row["blinds"], row["params"]["url"]) for row in moved] == [(True, "/spa.html#/home")]


def test_several_actors_keep_what_each_of_them_saw_apart(shoot):
    recording, effects = shoot("two-roles", "citizen", "staff")
    assert effects == 0
    texts = {
        name: {text["text"] for row in recording.rows("states", actor=name) for text in row["texts"]}
        for name in ("staff", "citizen")
    }
    assert "处置前后照片（必传，仅限拍摄）" in texts["staff"] - texts["citizen"]
    assert "图片（选填）" in texts["citizen"] - texts["staff"]
    ids = [row["id"] for row in recording.document["states"]]
    assert len(ids) == len(set(ids))
    owner = {row["id"]: row["actor"] for row in recording.document["states"]}
    assert all(owner[row["state"]] == row["actor"] for row in recording.document["requests"] if row["state"])
    assert {(row["actor"], row["outcome"]) for row in recording.rows("trials", test="omit")} == {
        ("staff", "refused"), ("citizen", "server_decides")}
    assert [(row["name"], row["logged_in_before"], row["logged_in_after"]) for row in recording.document["actors"]] == [
        ("citizen", True, True), ("staff", True, True)]


def test_session_storage_that_was_saved_with_a_login_is_put_back(tiny, tmp_path):
    body = "<h2 id=t></h2><script>t.textContent = sessionStorage.ticket ? '工作台' : '请登录'</script>"
    url, _ = tiny({"/index.html": page(body)})
    saved = tmp_path / "staff.json"
    kept = {"cookies": [], "origins": [], "sessionStorage": [{"origin": url, "items": {"ticket": "planted-ticket-77"}}]}
    saved.write_text(json.dumps(kept), "utf-8")
    recording = seen_at(f"{url}/index.html", tmp_path, actors=(Actor("staff", storage_state=saved),))
    assert [row["text"] for row in recording.document["states"][0]["texts"]] == ["工作台"]
    assert not any(b"planted-ticket" in part for part in recording.parts.values())


def test_a_saved_login_that_the_browser_refuses_is_the_fault_of_its_file(tiny, tmp_path):
    saved = tmp_path / "broken.json"
    saved.write_text('{"cookies": [{"name": "a"}], "origins": []}')
    url, _ = tiny({"/index.html": page("<h2>首页</h2>")})
    with pytest.raises(UsageError) as raised:
        capture([url], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "actors": (Actor("u", storage_state=saved),)}))
    assert (raised.value.key, raised.value.params) == ("login_state_wrong", {"file": "broken.json"})


def test_a_login_step_that_waits_is_not_taken_for_a_browser_that_hangs(tiny, tmp_path):
    steps = tmp_path / "steps.yaml"
    steps.write_text("steps:\n  - open: /\n  - wait: 10\n  - expect: 首页\n", "utf-8")
    url, _ = tiny({"/": page("<h2>首页</h2>")})
    wishes = {**QUICK, "days": 0, "stall_seconds": 8.0, "actors": (Actor("u", steps=steps),)}
    recording = opened(capture([url + "/"], tmp_path / "o.zip", CaptureOptions(**wishes)))
    assert recording.rows("states")
    assert not recording.rows("gaps", reason="browser_died")


def walls_by_press(recording):
    return {row["params"]["step"]: row["params"]["url"] for row in recording.rows("gaps", reason="login_wall")
            if "step" in row["params"]}


ICONS = ["网格地图", "学习园地", "干部打卡", "位次公示"]
HOME = """<div id=home><h3>智慧平台</h3><p>为全区群众提供一站式服务，请选择下列应用开始使用，如有问题请联系管理员处理，
谢谢您的支持与配合，欢迎使用本平台办理各项业务，工作时间为每周一至周五上午九时至下午五时。</p>%s</div>
<div id=v></div><script>
function go(to) { location.hash = '#/' + to }
function show() { const to = location.hash.slice(2); home.style.display = to ? 'none' : '';
v.innerHTML = to.startsWith('login') ? `<h3>登录</h3>%s`
: to && '<h3>' + decodeURIComponent(to) + '</h3><p>公开内容</p>' }
addEventListener('hashchange', show); show()</script>"""


@pytest.mark.parametrize("door", ["login", "login?to={icon}"])
def test_a_public_home_whose_icons_all_lead_to_the_login_is_walled(tiny, tmp_path, door):
    icons = "".join(f"<button onclick=\"go('{door.format(icon=icon)}')\">{icon}</button>" for icon in ICONS)
    icons += "<button onclick=\"go('login')\">登录</button>"
    url, _ = tiny({"/index.html": page(HOME % (icons, DOORS["password"]))})
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert walls_of(recording) == [f"{url}/index.html"]
    assert set(walls_by_press(recording)) == set(ICONS)


def test_one_icon_that_wants_a_login_beside_open_ones_is_told_and_blinds_nothing(tiny, tmp_path):
    other, arrived = tiny({})
    icons = "".join(f"<button onclick=\"go('{icon}')\">{icon}</button>" for icon in ICONS)
    icons += "<button onclick=\"go('login')\">我的</button><button onclick=\"go('login')\">登录</button>"
    icons += f"<button onclick=\"location.href='{other}/cas/login?service=x'\">办件</button>"
    url, _ = tiny({"/index.html": page(HOME % (icons, DOORS["password"]))})
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert walls_of(recording) == []
    assert walls_by_press(recording) == {"我的": "/index.html#/login", "办件": f"{other}/cas/login?service=x"}
    assert arrived == []


SHELL = """<h3>智慧平台</h3><p>为全区群众提供一站式服务，请选择下列应用开始使用，如有问题请联系管理员处理，
谢谢您的支持与配合，欢迎使用本平台办理各项业务，工作时间为每周一至周五上午九时至下午五时，节假日照常，请携带身份证件。</p>%s
<div id=v></div><script>
const ask = (path) => fetch(path).then(r => r.json()).then(
d => { v.innerHTML = '<p>' + (d.data || ['暂无数据']).join('；') + '</p>' })
addEventListener('hashchange', () => ask(location.hash.slice(1))); %s</script>"""
UNKNOWN_VISITOR = (200, "application/json", '{"code":401,"msg":"未登录"}'.encode())
OPEN_LIST = (200, "application/json", '{"code":200,"data":["甲","乙"]}'.encode())


def wanting(recording):
    return {row["params"]["url"] for row in recording.rows("gaps", reason="answer_wants_login", blinds=False)}


@pytest.mark.parametrize("open_lists", [1, 3])
def test_lists_that_are_answered_with_not_signed_in_are_told_and_are_a_wall_where_they_are_most(
    tiny, tmp_path, open_lists
):
    lists = [f"/api/{name}/list" for name in ("notice", "task", "study", "rank", "work")]
    links = "".join(f"<a href='#{path}'>{number}号应用</a> " for number, path in enumerate(lists))
    pages = {path: OPEN_LIST if number < open_lists else UNKNOWN_VISITOR for number, path in enumerate(lists)}
    url, _ = tiny({"/index.html": page(SHELL % (links, "fetch('/api/user/info')")), "/api/user/info": UNKNOWN_VISITOR,
                   **pages})
    recording = seen_at(f"{url}/index.html", tmp_path)
    assert wanting(recording) == set(lists[open_lists:])
    assert walls_of(recording) == ([f"{url}/index.html"] if open_lists == 1 else [])


def test_a_stored_login_that_the_answers_do_not_know_has_failed(tiny, tmp_path):
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps({"cookies": [], "origins": []}), "utf-8")
    script = "ask('/api/task/list').then(() => v.append(Date.now() % 7 + '号'.repeat(1 + Math.random() * 9)))"
    url, _ = tiny({"/index.html": page(SHELL % ("", script)), "/api/task/list": UNKNOWN_VISITOR})
    recording = seen_at(f"{url}/index.html", tmp_path, actors=(Actor("staff", storage_state=saved),))
    assert [row["params"] for row in recording.rows("gaps", reason="login_failed", blinds=True)]
    assert recording.document["actors"][0]["logged_in_before"] is False
