"""Pages and templates are read for what a person sees and can press."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from appscan.model.reading import Fact
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.file_facts import FileFacts
from appscan.readers.markup import Markup, read_markup


class Row(NamedTuple):
    """One fact with its strings."""

    kind: Fact
    role: str
    value: str
    screen: str
    node: int
    parent: int


def page(text: str, file: str = "www/index.html") -> tuple[list[Row], Markup]:
    pool = StringPool()
    rows = FactRows(pool)
    facts = FileFacts(rows, file)
    markup = read_markup(text, facts)
    facts.write()
    strings, columns = pool.freeze(), rows.freeze()
    return [Row(Fact(columns.kind[i]), strings[columns.role[i]], strings[columns.value[i]], strings[columns.screen[i]],
                int(columns.node[i]), int(columns.parent[i])) for i in range(len(columns.kind))], markup


def texts(rows: list[Row]) -> dict[str, str]:
    return {row.value: row.role for row in rows if row.kind is Fact.TEXT}


def values(rows: list[Row], kind: Fact, role: str = "") -> list[str]:
    return [row.value for row in rows if row.kind is kind and row.role == role]


def test_texts_have_the_role_that_their_element_gives_them() -> None:
    rows, _ = page(f"""<!doctype html><html><head><title>每日签到</title><style>p {{color: red}}</style></head><body>
        <h1>标题</h1><button>立即签到</button><a href="rank.html">排行榜</a><input type=submit value="提交">
        <input placeholder='请输入姓名' name=username required><label>手机号</label><select><option>男</select>
        <div role="button">去打卡</div><span onclick="send()">上传</span><p>{"很长的说明" * 20}</p>
        <!-- <b>没有</b> --></body>""")
    found = texts(rows)
    assert found["每日签到"] == "title"
    assert found["标题"] == "title"
    assert found["立即签到"] == found["提交"] == found["去打卡"] == found["上传"] == "button"
    assert found["排行榜"] == "link"
    assert found["请输入姓名"] == "hint"
    assert found["手机号"] == "label"
    assert found["男"] == "option"
    assert found["很长的说明" * 20] == "prose"
    assert "没有" not in found
    assert {row.screen for row in rows} == {"www/index.html"}


def test_a_text_may_be_written_in_references_alone() -> None:
    rows, _ = page("<p>&#31215;&#20998;&#x6392;&#x884c;</p>")
    assert "积分排行" in texts(rows)


def test_a_word_whose_signs_have_elements_of_their_own_is_read_whole() -> None:
    rows, _ = page("<h3><span>积</span><span>分</span><span>排</span><span>行</span></h3>"
                   "<a href=/x><i>购</i><i>买</i></a><ul><li>甲</li><li>乙</li></ul><p><b>姓名</b> <b>单位名称</b></p>")
    found = texts(rows)
    assert found["积分排行"] == "title"
    assert found["购买"] == "link"
    assert "甲乙" not in found
    assert "姓名单位名称" not in found


def test_vue_and_mini_program_templates_are_understood() -> None:
    rows, _ = page("""<template><view><u-button @click="submitPunch(1)">{{ done ? '已打卡' : '立即打卡' }}</u-button>
        <view bindtap="goRank"><text>积分榜</text></view><view :title="x == 'a' ? '甲' : '乙'" />
        <van-field v-model="form.phone" label="手机" :placeholder="'请填写'" required /></view></template>
        <script>export default {methods: {submitPunch() { uni.getLocation({}) }}}</script>""", "pages/punch.vue")
    found = texts(rows)
    assert found["立即打卡"] == found["已打卡"] == found["积分榜"] == "button"
    assert found["请填写"] == "hint"
    assert values(rows, Fact.ATTRIBUTE, "onclick") == ["submitPunch", "goRank"]
    assert "form.phone" in values(rows, Fact.ATTRIBUTE, "name")
    assert values(rows, Fact.ATTRIBUTE, "required") == ["true"]
    assert "uni.getLocation" in values(rows, Fact.CALL)


def test_elements_know_their_parent_and_scripts_get_nodes_of_their_own() -> None:
    rows, _ = page("<form action='/sign/submit'><div><input type='file' accept='image/*' capture='camera'></div></form>"
                   "<script>navigator.geolocation.watchPosition(send)</script>")
    nodes = [row for row in rows if row.kind is Fact.NODE]
    assert [(row.value, row.node, row.parent) for row in nodes] == [("form", 0, -1), ("div", 1, 0), ("input", 2, 1)]
    assert [(row.role, row.value) for row in rows if row.kind is Fact.ATTRIBUTE and row.node == 2] == [
        ("type", "file"), ("accept", "image/*"), ("capture", "camera")]
    assert values(rows, Fact.PATH, "action") == ["/sign/submit"]
    assert all(row.node > 2 for row in rows if row.kind is Fact.CALL)
    assert "navigator.geolocation.watchPosition" in values(rows, Fact.CALL)


def test_addresses_scripts_and_refreshes_are_told() -> None:
    rows, markup = page('<meta http-equiv="refresh" content="0;url=https://example.gov.cn/app"><script src="js/a.js">'
                        '</script><iframe src="//example.gov.cn/x"></iframe><a href="javascript:doSign()">签</a>'
                        '<a href="#">无</a>')
    assert markup.scripts == ("js/a.js",)
    assert markup.refresh == "https://example.gov.cn/app"
    assert values(rows, Fact.PATH, "src") == ["js/a.js", "//example.gov.cn/x"]
    assert not values(rows, Fact.PATH, "href")
    assert values(rows, Fact.CALL) == ["doSign"]


def test_templates_in_script_elements_are_markup() -> None:
    rows, _ = page('<script type="text/x-dot-template"><li onclick="open(1)"><button>补卡</button></li></script>')
    assert texts(rows) == {"补卡": "button"}


def test_text_written_as_references_alone_is_text() -> None:
    rows, _ = page("<p>&#22791;&#26696;</p><p>&#12345678;&#32;</p><p>&nbsp;&#49;</p>")
    assert next(iter(texts(rows))) == "备案"
    assert "1" not in texts(rows)


def test_broken_markup_is_read_to_its_end() -> None:
    for text in ("<", "<a", "<a href='x", "</", "<!--", "<script>", "<style>", "<p>a<b>c</p>d", "<<<>>>", "<a b='\">c",
                 "<div " * 500, "<div>" * 5000 + "深" + "</div>" * 9000, "{{" * 4000, "&#x110000;&#99999999;&nosuch;"):
        page(text)
    assert texts(page("<div>" * 5000 + "深处的字")[0]) == {"深处的字": "label"}


def test_a_word_split_over_elements_of_a_line_is_read_whole() -> None:
    rows, _ = page("""<button onclick="go()"><span>打</span><b>卡</b></button><p><i>积</i>
        <i>分</i><em>排名</em></p><ul><li>签</li><li>到</li></ul><a href="/x">名单</a><a href="/y">通报</a>""")
    assert texts(rows)["打卡"] == "button"
    assert texts(rows)["积分排名"] == "label"
    assert not {"签到", "名单通报"} & set(texts(rows))


def test_texts_of_character_references_alone_are_read() -> None:
    rows, _ = page("<title>&#30331;&#24405;</title><p>&#27599;&#22825;</p><td>&#x7f3a;</td><p>&#160;&#46;</p>")
    assert list(texts(rows)) == ["登录", "每天", "缺"]


def test_a_heading_of_character_references_only_is_read() -> None:
    rows, _ = page("<body><h3>&#27599;&#26085;&#31572;&#39064;</h3><p>&lt;b&gt; 5 &amp;lt; 6 分</p></body>")
    assert texts(rows) == {"每日答题": "title", "<b> 5 &lt; 6 分": "label"}


def test_words_written_only_as_character_references_are_read() -> None:
    rows, _ = page("<h3>&#22635;&#25253;</h3><button>&#x4e0a;&#x62a5;</button><p>&nbsp;&gt;</p>")
    assert [(row.role, row.value) for row in rows if row.kind is Fact.TEXT] == [("title", "填报"), ("button", "上报")]


@pytest.mark.parametrize(
    ("body", "joined", "apart"),
    [
        ("<div><span>积分</span><span>排名</span></div>", (), ("积分排名",)),
        ("<div><span>在线</span><span>时长</span></div>", (), ("在线时长",)),
        ("<p><i>签</i><i>到</i></p>", ("签到",), ()),
        ("<p><b>打</b>卡记录</p>", ("打卡记录",), ()),
        ("<p>请<b>按时</b>报送</p>", ("请按时报送",), ()),
        ("<p>积分<em>排名</em></p>", ("积分排名",), ()),
    ],
)
def test_words_of_their_own_are_joined_only_to_signs_and_running_text(
        body: str, joined: tuple[str, ...], apart: tuple[str, ...]) -> None:
    told = set(texts(page(body)[0]))
    assert told >= set(joined)
    assert not told & set(apart)


def test_an_object_literal_in_an_attribute_is_read_as_script() -> None:
    rows, _ = page("""<table class="easyui-datagrid" data-options="url:'/log/list',pageSize:20"><thead><tr>
        <th data-options="{field:'onlineLen',width:80}">时长</th></tr></thead></table>
        <div lay-data="{url: '/pic/stat'}"></div><p data-options="flag">无</p>""")
    assert {"/log/list", "/pic/stat"} <= {row.value for row in rows if row.kind is Fact.LITERAL}
    assert values(rows, Fact.ATTRIBUTE, "field") == ["onlineLen"]


def test_elements_that_take_pictures_say_so() -> None:
    rows, _ = page("""<van-uploader v-model="a"></van-uploader><el-upload list-type="picture-card"></el-upload>""")
    assert values(rows, Fact.ATTRIBUTE, "uploader") == ["van-uploader"]
    assert values(rows, Fact.ATTRIBUTE, "list-type") == ["picture-card"]


def test_addresses_in_a_handler_are_read() -> None:
    rows, _ = page("""<button onclick="$.post('/missing/push', {a: 1})">逐个通知</button>""")
    assert "/missing/push" in values(rows, Fact.LITERAL, "string")


def test_names_appended_to_a_form_are_fields() -> None:
    rows, _ = page("""<script>var d=new FormData();d.append('gridId',g);$('#l').append('<b>x</b>');</script>""")
    assert values(rows, Fact.ATTRIBUTE, "field") == ["gridId"]


def test_a_date_that_stands_alone_is_a_text() -> None:
    rows, _ = page("<ul><li>通知<i>2019-09-12</i></li></ul><p>39.4%</p>")
    assert "2019-09-12" in texts(rows)
    assert "39.4%" not in texts(rows)


def test_columns_of_a_table_name_fields_and_its_address_is_a_request() -> None:
    rows, _ = page('<table class="easyui-datagrid" url="/patrol/list"><tr><th field="staffName">姓名</th></tr></table>'
                   '<el-table-column prop="mileage" label="里程"></el-table-column><p field="other">x</p>')
    assert values(rows, Fact.ATTRIBUTE, "prop") == ["staffName", "mileage"]
    assert values(rows, Fact.PATH, "request") == ["/patrol/list"]


def test_what_stands_for_browsers_without_scripts_is_seen_by_nobody() -> None:
    rows, _ = page("<body><noscript>本站点必须要<b>开启脚本</b>才能运行<img src='t.gif'></NOSCRIPT >"
                   "<p>通知公告</p></body>")
    assert set(texts(rows)) == {"通知公告"}
    rows, _ = page("<body><noscript><p>没有收尾")
    assert "没有收尾" in texts(rows)


def test_elements_without_scripts_that_have_no_end_hide_nothing_and_are_each_looked_at_once() -> None:
    inner = "<script type='text/html'><noscript>开启脚本</noscript><noscript><b>模板</b></script>"
    rows, _ = page(f"<body>{inner}" + "<noscript>" * 100_000 + "<p>没有收尾")
    assert set(texts(rows)) == {"模板", "没有收尾"}
