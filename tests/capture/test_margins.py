"""What of a page frames it is told as the browser has it: menus and feet, blocks of links, shadow trees."""

from __future__ import annotations

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, opened, page

BODY = """<nav><a href="#a">首页导航</a></nav><div class="friend-link"><b>各地</b></div>
<main class="recommend"><header>本页标题</header><article><footer>文章末尾</footer></article>
<div class="van-tabbar"><span>标签栏</span></div>
<div><h4>相关新闻</h4><p>别处一条</p></div><p>正文文字</p></main><footer>版权所有</footer>
<div role="complementary"><div id=host></div></div><script>
host.attachShadow({mode: 'open'}).innerHTML = '<p>影子里的</p>'; Object.prototype.p = 'footer'</script>"""


def test_texts_and_controls_are_told_with_the_margin_they_stand_in(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(BODY)})
    found = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    first = found.rows("states")[0]
    margins = {row["text"]: row.get("margin", "") for row in first["texts"]}
    assert margins == {
        "首页导航": "navigation", "各地": "links", "本页标题": "", "文章末尾": "", "标签栏": "navigation",
        "相关新闻": "links", "别处一条": "links", "正文文字": "", "版权所有": "footer", "影子里的": "aside"}
    assert [row["margin"] for row in first["controls"] if row["text"] == "首页导航"] == ["navigation"]
