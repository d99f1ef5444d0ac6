"""What frames a page is told from what the page is about, in pages, templates, scripts, tables of pages and layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from appscan.judge.margins import Margins
from appscan.model.margin import KEYS, Margin, heads_links
from appscan.model.reading import Fact, Facts, Strings
from appscan.readers.apk.layouts import read_layouts
from appscan.readers.apk.page_tables import read_page_table
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.file_facts import FileFacts
from appscan.readers.markup import read_markup
from appscan.readers.script import read_script

from .small_recordings import control, digest, recording, state, words
from .test_recording import attributes, read, rows

DEEP = "<body><div id=app><div><div><div>{}</div></div></div></div></body>"


def margins_of(rows: FactRows) -> dict[str, str]:
    """Text or literal → the margin it stands in, "" for none; of several places the last."""
    return told(rows.freeze(), rows.pool.freeze())


def told(facts: Facts, strings: Strings) -> dict[str, str]:
    margins = Margins(facts, strings, lambda _identifier: ())
    return {strings[facts.value[row]]: margins.around(int(facts.file[row]), int(facts.node[row]))
            for row in range(len(facts.kind)) if facts.kind[row] in (Fact.TEXT, Fact.LITERAL)}


def read_by(read: Callable[[str, FileFacts], object], name: str, text: str) -> dict[str, str]:
    rows = FactRows(StringPool())
    facts = FileFacts(rows, name)
    read(text, facts)
    facts.write()
    return margins_of(rows)


def in_page(markup: str) -> dict[str, str]:
    return read_by(read_markup, "index.html", markup)


def in_script(text: str) -> dict[str, str]:
    return read_by(read_script, "app.js", text)


@pytest.mark.parametrize(("opening", "margin"), [
    ("<nav>", Margin.NAVIGATION), ("<footer>", Margin.FOOTER), ("<aside>", Margin.ASIDE), ("<header>", Margin.HEADER),
    ('<div role="navigation">', Margin.NAVIGATION), ('<div role="contentinfo">', Margin.FOOTER),
    ('<div role="banner">', Margin.HEADER), ('<div role="complementary">', Margin.ASIDE),
    ('<ul class="layui-nav layui-nav-tree">', Margin.NAVIGATION), ("<van-tabbar>", Margin.NAVIGATION),
    ('<div class="ant-breadcrumb">', Margin.NAVIGATION), ('<div class="page Footer">', Margin.FOOTER),
    ('<div class="friend-link">', Margin.LINKS), ('<div class="head">', Margin.HEADER),
])
def test_an_element_that_frames_the_page_holds_what_stands_in_it_and_nothing_behind(
        opening: str, margin: Margin) -> None:
    tag = opening[1:].partition(" ")[0].rstrip(">")
    found = in_page(f"<body><p>前面</p>{opening}<div><a href=/>商城</a></div></{tag}><p>后面</p></body>")
    assert found == {"前面": "", "商城": margin, "后面": ""}


@pytest.mark.parametrize("markup", [
    "<article><header>商城</header></article>", "<dialog><footer>商城</footer></dialog>",
    '<div class="el-card"><div class="footer">商城</div></div>', "<form><footer>商城</footer></form>",
    '<div class="card-footer">商城</div>', '<div class="navigate">商城</div>', "<main><header>商城</header></main>",
    DEEP.format('<div class="head">商城</div>'), "<div>友情链接</div><p>商城</p>",
    "<body><p>先说的</p><h3>相关链接</h3><p>商城</p></body>",
])
def test_what_belongs_to_the_content_is_no_margin(markup: str) -> None:
    assert in_page(markup)["商城"] == ""


def test_a_margin_begins_anew_behind_content_with_a_head_of_its_own() -> None:
    found = in_page("<body><article><header>文章</header></article><footer>商城</footer></body>")
    assert found == {"文章": "", "商城": Margin.FOOTER}


def test_what_is_headed_as_links_to_elsewhere_is_links_even_in_another_margin() -> None:
    found = in_page("<body><div class=box><h4>相关新闻：</h4><a>通报</a></div><p>正文</p>"
                    "<aside><ul><li>工作台</li></ul><div><span>热门搜索</span><a>医保</a></div></aside></body>")
    assert found == {"相关新闻：": Margin.LINKS, "通报": Margin.LINKS, "正文": "", "工作台": Margin.ASIDE,
                     "热门搜索": Margin.LINKS, "医保": Margin.LINKS}


@pytest.mark.parametrize(("text", "heads"), [("友情链接", True), ("热门搜索：", True), ("您当前的位置：", False),
                                             ("新闻", False), ("友情链接管理办法", False), ("填报", False)])
def test_only_a_heading_of_links_heads_links(text: str, heads: bool) -> None:
    assert heads_links(text) is heads


def test_a_page_that_never_closes_its_menu_stays_in_it_and_ends() -> None:
    assert in_page("<nav><a>首页</a><p>打卡") == {"首页": Margin.NAVIGATION, "打卡": Margin.NAVIGATION}


def test_a_compiled_template_has_the_margins_of_its_markup() -> None:
    found = in_script('function r(){return _c("div",[_c("van-tabbar",[_c("van-tabbar-item",[_v("商城")])],1),'
                      '_c("div",{staticClass:"layui-side"},[_v("会员")]),_c("p",[_v("正文")])],1)}')
    assert (found["商城"], found["会员"], found["正文"]) == (Margin.NAVIGATION, Margin.NAVIGATION, "")


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_list_kept_as_a_menu_is_one(key: str) -> None:
    found = in_script(f'const page = {{{key}: [{{text: "商城"}}], rows: [{{text: "正文"}}]}}')
    assert (found["商城"], found["正文"]) == (Margin.NAVIGATION, "")


def test_the_tabs_of_a_table_of_pages_are_a_menu_and_its_titles_are_not() -> None:
    rows = FactRows(StringPool())
    facts = FileFacts(rows, "app.json")
    read_page_table('{"pages": [{"path": "a", "title": "正文"}], '
                    '"tabBar": {"list": [{"pagePath": "a", "text": "商城"}]}}', facts)
    facts.write()
    assert margins_of(rows) == {"正文": "", "商城": Margin.NAVIGATION}


def test_a_bar_of_a_layout_holds_its_own_elements_only() -> None:
    rows = FactRows(StringPool())
    layout = ('<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android"><TextView android:text="正文"/>'
              '<com.google.android.material.bottomnavigation.BottomNavigationView><TextView android:text="商城"/>'
              '</com.google.android.material.bottomnavigation.BottomNavigationView><TextView android:text="后面"/>'
              "</LinearLayout>")
    assert read_layouts([("res/layout/a.xml", layout.encode())], None, rows) == []
    assert margins_of(rows) == {"正文": "", "商城": Margin.NAVIGATION, "后面": ""}


def test_a_recording_tells_the_margin_of_a_text_and_tells_the_text_again_where_the_page_itself_shows_it(
        tmp_path: Path) -> None:
    first = state("s1", texts=[words("会员", margin="footer"), words("打卡", margin="navigation"), words("打卡"),
                               words("正文")], controls=[control("商城", "link", margin="navigation")])
    again = state("s2", texts=[words("打卡", margin="navigation"), words("打卡"), words("正文", margin="aside")])
    reading = read(tmp_path, recording(first, again))
    assert [value for value, _, _ in rows(reading, Fact.TEXT)] == ["会员", "打卡", "打卡", "正文", "商城"]
    assert attributes(reading, "margin") == ["footer", "navigation", "navigation"]


def test_what_a_stored_page_hides_in_its_menus_stands_in_them(tmp_path: Path) -> None:
    dom = "<body><nav><a>会员</a></nav><p>说明</p><nav><a>商城</a></nav></body>"
    reading = read(tmp_path, recording(state("s1", dom=digest(dom))), dom=[dom])
    assert told(reading.facts, reading.strings) == {"会员": Margin.NAVIGATION, "说明": "", "商城": Margin.NAVIGATION}
