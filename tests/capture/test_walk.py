"""Claims about walking a site, each against a real server and a real browser; nothing leaves 127.0.0.1."""

from __future__ import annotations

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, opened, page


def test_routes_without_links_shadow_trees_and_frames_are_seen(shoot):
    recording, _ = shoot("vue-app", days=0)
    assert len({row["route"] for row in recording.document["states"]}) >= 3
    inner, _ = shoot("frames-shadow", days=0)
    assert any(len(row["texts"]) > 3 for row in inner.document["states"])


HIDING = """<style>nav li ul { display: none } nav li:hover ul { display: block }</style>
<nav><ul><li>统计<ul><li><a href=/folded.html>排行</a></li></ul></li></ul></nav>
<div id=bar><div class=tab data-to=one>个人</div><div class="tab on" data-to=two>单位</div></div>
<div id=over>更多</div><div id=right>右键菜单</div>
<select id=kind><option>本月</option><option>本季</option><option>本年</option></select><p id=told></p><script>
document.addEventListener('click', (e) => {
  const tab = e.target.closest('[data-to]'); if (tab) told.textContent = '分页' + tab.dataset.to; });
over.addEventListener('mouseenter', () => { told.textContent = '悬停出现的菜单'; });
right.addEventListener('contextmenu', () => { told.textContent = '右键出现的菜单'; });
kind.onchange = () => { told.textContent = '已选' + kind.value; };
</script>"""


def words_of(recording):
    return {text["text"] for row in recording.document["states"] for text in row["texts"]}


def test_menus_that_hover_right_press_delegate_fold_or_choose_are_walked(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(HIDING), "/folded.html": page("<h2>积分排行</h2>")})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert words_of(recording) >= {
        "积分排行", "分页one", "分页two", "悬停出现的菜单", "右键出现的菜单", "已选本季", "已选本年"}


ENTRY = """<div id=app></div><script>
function ask() { app.innerHTML = '<div role=dialog aria-modal=true style="position:fixed;inset:0;background:#fff">'
  + '用户协议与隐私政策<button id=no>不同意</button><button id=yes>同意</button></div>';
  no.onclick = () => { app.innerHTML = '<p>您已退出</p>'; }; yes.onclick = () => { localStorage.agreed = 1; home(); }; }
function home() { app.innerHTML = '<h2>首页</h2><button id=go>任务大厅</button>';
  go.onclick = () => { location.hash = '#/task'; }; }
onhashchange = () => { if (location.hash === '#/task') app.innerHTML = '<p>今日任务两项</p>'; };
app.innerHTML = '<div id=skip style=cursor:pointer>跳过 3</div>';
const next = () => localStorage.agreed ? home() : ask();
const timer = setTimeout(next, 2500); skip.onclick = () => { clearTimeout(timer); next(); };
</script>"""


def test_a_splash_and_a_consent_do_not_end_the_walk(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(ENTRY)})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert words_of(recording) >= {"首页", "今日任务两项", "您已退出"}


def test_both_windows_are_captured_apart_and_told_apart(tiny, tmp_path):
    body = """<meta name=viewport content="width=device-width"><h2>首页</h2><script>
    document.write(innerWidth > 600 ? '<p>宽屏菜单</p>' : '<p>窄屏菜单</p>')</script>"""
    url, _ = tiny({"/index.html": page(body)})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "viewport": "both"})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    shown = {row["viewport"]: {text["text"] for text in row["texts"]} for row in recording.document["states"]}
    assert "窄屏菜单" in shown["mobile"]
    assert "宽屏菜单" in shown["desktop"]
    ids = [row["id"] for row in recording.document["states"]]
    assert len(ids) == len(set(ids))
    assert len(recording.document["actors"]) == 1
