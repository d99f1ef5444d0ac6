"""Claims about walking a site, each against a real server and a real browser; nothing leaves 127.0.0.1."""

from __future__ import annotations

import time

import pytest

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, opened, page


def test_routes_without_links_shadow_trees_and_frames_are_seen(shoot):
    recording, _ = shoot("vue-app")
    assert len({row["route"] for row in recording.document["states"]}) >= 3
    inner, _ = shoot("frames-shadow")
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


class Slow(dict[str, tuple[int, str, bytes]]):
    """Pages whose server takes its time."""

    def get(self, path, default=None):
        time.sleep(0.5)
        return super().get(path, default)


def linked(number: int):
    step = f"onclick=\"location.href='/page/{chr(97 + number + 1)}.html'\"" if number < 5 else "disabled"
    return page(f"<h2>步骤{'一二三四五六'[number]}</h2><button {step}>下一步</button>")


@pytest.mark.parametrize("turn", range(3))
def test_a_press_that_navigates_is_awaited_however_slow_the_server_is(tiny, tmp_path, turn):
    url, _ = tiny(Slow({f"/page/{chr(97 + number)}.html": linked(number) for number in range(6)}))
    wishes = CaptureOptions(**{**QUICK, "days": 0, "robots": False})
    recording = opened(capture([f"{url}/page/a.html"], tmp_path / f"{turn}.zip", wishes))
    assert words_of(recording) >= {f"步骤{number}" for number in "一二三四五六"}


def test_a_navigation_that_the_server_answers_with_nothing_leaves_the_page_where_it_was(tiny, tmp_path):
    body = """<h2>首页</h2><button onclick="location.href='/none'">空</button>
    <button onclick="told.textContent='第二个按钮'">有</button><p id=told></p>"""
    url, _ = tiny({"/index.html": page(body), "/none": (204, "text/html", b"")})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert words_of(recording) >= {"首页", "第二个按钮"}
    assert not recording.rows("gaps", reason="load_not_finished")


def test_a_page_that_goes_on_by_itself_is_not_pressed_for_another_one(tiny, tmp_path):
    body = """<h2>首页</h2><button onclick="told.textContent='首页答'">下一步</button><p id=told></p><script>
    setTimeout(() => { if (!sessionStorage.gone) { sessionStorage.gone = 1; location.href = '/next.html'; } }, 4200)
    </script>"""
    after = "<h2>另一页</h2><button onclick=\"told.textContent='另一页答'\">下一步</button><p id=told></p>"
    url, _ = tiny({"/index.html": page(body), "/next.html": page(after)})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert words_of(recording) >= {"首页", "首页答"}


def test_fields_named_like_properties_hide_nothing(tiny, tmp_path):
    names = "children matches closest attributes parentElement tagName innerText title method id nodeType contains"
    fields = "".join(f"<input name={name}>" for name in names.split())
    body = f"""<h2>申报</h2><form class=modal-form onclick=1>{fields}<button type=button>查询</button></form>
    <img name=documentElement alt=图><img name=title alt=图><img name=querySelectorAll alt=图>
    <form method=post action=/api/save><input name=action><input name=method><button>提交</button></form>"""
    url, arrived = tiny({"/index.html": page(body)})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert words_of(recording) >= {"申报", "查询", "提交"}
    assert [row["params"] for row in recording.rows("gaps", reason="page_time_out")] == []
    assert not [row for row in arrived if row.startswith("POST")]
    sent = recording.rows("requests", kind="form")
    assert sent
    assert all(row["url"].endswith("/api/save") for row in sent)


def test_controls_of_the_same_name_in_one_state_are_pressed_each(tiny, tmp_path):
    cards = "".join(
        f"<div><span>{name}</span><button onclick=\"location.href='{to}'\">进入</button></div>"
        for name, to in (("停车", "/soon.html"), ("公交", "/soon.html"), ("办事", "/third.html"))
    )
    pages = {"/index.html": page(cards), "/soon.html": page("<p>敬请期待</p>"), "/third.html": page("<h2>第三页</h2>")}
    url, _ = tiny(pages)
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert "第三页" in words_of(recording)


ENDLESS = """<h2>通知</h2><div id=list></div><button onclick="location.href='/deep.html'">更多</button><script>
const more = () => { for (let i = 0; i < 40; i++) {
  const row = document.createElement('p'); row.style.height = '90px'; row.textContent = '通知'; list.append(row); } };
more(); addEventListener('scroll', () => { if (innerHeight + scrollY > document.body.scrollHeight - 50) more(); });
</script>"""


def test_bounds_that_cut_the_walk_are_told_at_their_place(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(ENDLESS), "/deep.html": page("<h2>里页</h2><button>再往里</button>")})
    wishes = CaptureOptions(**{**QUICK, "days": 0, "max_depth": 1})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    gaps = {row["reason"]: row["place"] for row in recording.document["gaps"]}
    assert gaps["list_not_finished"].endswith("/index.html")
    assert gaps["depth_reached"].endswith("/deep.html")
    assert set(recording.document["caps"]["reached"]) >= {"depth", "lists"}
