"""Claims about force trials, each against a real server and a real browser; nothing is submitted to a server."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.model.artifact import App
from appscan.model.judgement import Force
from appscan.readers.limits import Limits
from appscan.readers.target import read_target
from appscan.scan import judge_readings
from tests.shipped import shipped

from .conftest import QUICK, opened, page


def test_refusing_the_place_shows_that_the_dialog_cannot_be_passed(shoot):
    recording, effects = shoot("checkin-forced")
    outcomes = {row["test"]: row["outcome"] for row in recording.document["trials"]}
    assert outcomes == {"decline": "refused", "opt_out": "refused", "skip": "refused"}
    assert effects == 0


@pytest.mark.parametrize(("site", "outcome"), [("media-forced", "refused"), ("media-voluntary", "server_decides")])
def test_leaving_out_the_photo_tells_who_refuses(shoot, site, outcome):
    recording, effects = shoot(site)
    assert [row["outcome"] for row in recording.rows("trials", test="omit")] == [outcome]
    assert effects == 0


def test_going_elsewhere_first_is_refused_by_a_gate_and_allowed_by_a_hint(shoot):
    forced, effects = shoot("checkin-forced")
    gates = forced.rows("trials", test="skip")
    assert {row["outcome"] for row in gates} == {"refused"}
    assert any("#/task -> /index.html#/home" in row["detail"] for row in gates)
    voluntary, _ = shoot("checkin-voluntary")
    assert [row["outcome"] for row in voluntary.rows("trials", test="skip")] == ["allowed"]
    assert effects == 0


def test_a_dialog_that_answers_every_press_with_the_same_demand_is_a_gate(shoot):
    recording, effects = shoot("uni-h5")
    skip = recording.rows("trials", test="skip")
    assert [(row["outcome"], "#/pages/sign/sign" in row["detail"]) for row in skip] == [("refused", True)]
    assert not recording.rows("gaps", reason="state_not_reached_again")
    assert effects == 0


GUARDED = """<div id=app></div><script>
const pages = {'#/in': '<h2>到岗</h2><button id=go>我已到岗</button>',
  '#/home': '<h2>首页</h2><button id=a>任务</button>',
  '#/task': '<h2>任务列表</h2><p>今日两项</p>'};
function show() {
  if (!sessionStorage.came && location.hash !== '#/in') { location.hash = '#/in'; return; }
  app.innerHTML = pages[location.hash] || '';
  if (window.go) go.onclick = () => fetch('/api/arrive/submit', {method: 'POST'}).then(() => {
    sessionStorage.came = 1; location.hash = '#/home'; });
  if (window.a) a.onclick = () => { location.hash = '#/task'; };
}
onhashchange = show; show();
</script>"""


def test_being_sent_back_from_every_address_is_a_gate_without_any_dialog(tiny, tmp_path):
    url, arrived = tiny({"/index.html": page(GUARDED)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 6})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    skip = recording.rows("trials", test="skip")
    assert [(row["trigger"], row["outcome"]) for row in skip] == [("我已到岗", "refused")]
    assert not [row for row in arrived if row.startswith("POST")]


def test_who_cannot_get_anywhere_without_the_punch_is_forced_by_what_the_crawl_tried(tiny, tmp_path):
    punched = GUARDED.replace("我已到岗", "上岗打卡").replace("/api/arrive/submit", "/api/checkin/submit")
    url, _ = tiny({"/index.html": page(punched)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 6})
    read = read_target(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes), "o.zip", Limits(), lambda *_: None)
    findings = judge_readings([read], App(), shipped()).findings
    assert [finding.force for finding in findings if finding.check_id == "check-in"] == [Force.BLOCK]


RESULT = """<div id=home><h3>健步走</h3><p>自愿参加</p><button onclick="walked()">打卡</button></div>
<div id=v></div><script>
let came = %s;
const walked = () => fetch('/api/daka', {method: 'POST'}).then(() => { came = %s; location.hash = '#/result' });
function show() {
  const at = location.hash.slice(2) || 'home';
  if (at === 'result' && !came) { location.replace('#/home'); return; }
  home.style.display = at === 'home' ? '' : 'none'; v.innerHTML = at === 'home' ? '' : '<p>打卡成功</p>';
}
onhashchange = show; show()</script>"""


@pytest.mark.parametrize(("kept", "came", "outcomes"), [
    ("0", "1", []), ("sessionStorage.came", "sessionStorage.came = 1", ["refused"])])
def test_a_page_that_only_tells_what_came_of_a_press_is_no_gate(tiny, tmp_path, kept, came, outcomes):
    url, _ = tiny({"/index.html": page(RESULT % (kept, came))})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 6})
    recording = opened(capture([f"{url}/index.html#/home"], tmp_path / "o.zip", wishes))
    assert "打卡成功" in {text["text"] for row in recording.document["states"] for text in row["texts"]}
    assert [row["outcome"] for row in recording.rows("trials", test="skip")] == outcomes


def test_a_validation_message_is_no_gate(tiny, tmp_path):
    body = """<form onsubmit="event.preventDefault(); box.hidden = false"><input name=a><button>查询</button></form>
    <div id=box hidden role=dialog aria-modal=true style="position:fixed;inset:0;background:#fff">请输入姓名
    <button onclick="box.hidden = true">确定</button></div>"""
    url, _ = tiny({"/index.html": page(body)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 6})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    assert not recording.rows("trials", test="skip")


PICKING = """<div class=report><input placeholder=情况说明 id=what><div class=pick>%s</div><img id=shot hidden></div>
<div class=bar><button id=send>上报</button></div><p id=told></p><script>
let photo = '', place = null;
const pick = document.querySelector('.pick button');
if (pick.id === 'wx') pick.onclick = () => wx.chooseImage({success: (r) => { photo = r.localIds[0]; }});
if (pick.id === 'made') pick.onclick = () => { const f = document.createElement('input'); f.type = 'file';
  f.onchange = () => { photo = f.files[0].name; fetch('/api/file/upload', {method: 'POST', body: f.files[0]}); };
  f.click(); };
if (pick.id === 'cam') pick.onclick = () =>
  navigator.mediaDevices.getUserMedia({video: true}).then(() => { photo = 'x'; });
if (pick.id === 'loc') pick.onclick = () =>
  navigator.geolocation.getCurrentPosition((p) => { photo = p.coords.latitude; });
send.onclick = () => { if (%s && !photo) { told.textContent = '请先补全现场资料'; return; }
  fetch('/api/case/report', {method: 'POST', body: what.value}); };
</script>"""
BUTTONS = {
    "wx": "<button id=wx>添加照片</button>",
    "made": "<button id=made>上传图片</button>",
    "cam": "<button id=cam>拍摄现场</button>",
    "loc": "<button id=loc>获取定位</button>",
}


@pytest.mark.parametrize("kind", list(BUTTONS))
def test_a_form_without_a_form_tells_whether_it_goes_through_without_the_picture_or_the_place(tiny, tmp_path, kind):
    kit = "<script src='https://res.wx.qq.com/open/js/jweixin-1.6.0.js'></script>"
    for forced, outcome in (("true", "refused"), ("false", "server_decides")):
        url, arrived = tiny({"/index.html": page(kit + PICKING % (BUTTONS[kind], forced))})
        wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 8})
        recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
        assert [row["outcome"] for row in recording.rows("trials", test="omit")] == [outcome], forced
        assert not [row for row in arrived if row.startswith("POST")]


def test_a_form_that_goes_through_in_no_way_proves_nothing(tiny, tmp_path):
    body = PICKING.replace("%s && !photo", "%s") % (BUTTONS["made"], "true")
    url, _ = tiny({"/index.html": page(body)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 8})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    assert not recording.rows("trials", test="omit")
    assert recording.rows("gaps", reason="trial_failed")


SHARING = """<h2>巡河记录</h2><button id=a>共享轨迹</button><p id=told></p><script>
a.onclick = () => navigator.geolocation.getCurrentPosition(
  (p) => fetch('/api/track/upload', {method: 'POST', body: JSON.stringify({lat: p.coords.latitude})}),
  () => { told.textContent = '%s'; });
</script>"""


@pytest.mark.parametrize(
    ("answer", "outcome"), [("未共享，不影响使用", "allowed"), ("请开启定位，否则无法继续", "refused")]
)
def test_what_was_declined_is_not_missed_unless_the_page_wants_it(tiny, tmp_path, answer, outcome):
    url, _ = tiny({"/index.html": page(SHARING % answer)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 4})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    assert {row["outcome"] for row in recording.rows("trials", test="decline")} == {outcome}


TELLING = """<h2>行程</h2><button id=a>取位置</button><p id=told></p><script>
const on = () => { told.textContent = '行程已开始'; };
a.onclick = () => navigator.geolocation.getCurrentPosition(on, () => { alert('%s'); %s });
</script>"""


@pytest.mark.parametrize(
    ("message", "then", "outcome"),
    [
        ("没有取得位置，行程照常", "", "allowed"),  # only told
        ("定位失败，请手动输入位置", "", "allowed"),  # another way is offered
        ("没有取得位置，已按无位置记录", "on()", "allowed"),  # the same follows
        ("定位失败", "on()", "allowed"),
        ("请开启定位", "", "refused"),
        ("定位失败，无法开始行程", "", "refused"),
    ],
)
def test_a_message_is_a_refusal_where_it_demands_and_nothing_else_follows(tiny, tmp_path, message, then, outcome):
    url, _ = tiny({"/index.html": page(TELLING % (message, then))})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "trials": 4})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    assert {row["outcome"] for row in recording.rows("trials", test="decline")} == {outcome}
