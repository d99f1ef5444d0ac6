"""Pages say more than their texts: style sheets, attributes, expressions of templates, code of a server."""

from __future__ import annotations

import pytest

from appscan.model.reading import Fact
from appscan.readers.styles import style_texts

from .apk.test_bundles import read
from .test_markup import page, texts, values


def test_texts_that_a_style_sheet_writes_are_shown() -> None:
    sheet = (".f::after{content:'备案号：' attr(data-no) \"号\"} /* .x{content:'注释'} */ "
             ".i:before{content:\"\\e600\"} .b:after{content:'\\7c89\\5907 2024'} "
             ".c{align-content:'不'} .d{content:none}")
    assert style_texts(sheet) == ["备案号：{}号", "粉备2024"]
    assert texts(page(f"<style>{sheet}</style>")[0]) == {"备案号：{}号": "label", "粉备2024": "label"}


def test_a_style_sheet_that_one_page_links_stands_on_that_page() -> None:
    rows, _, _ = read({"assets/www/a.css": ".f:after{content:'某ICP备1号'}",
                       "assets/www/a.html": "<link rel=stylesheet href=a.css?v=2>"})
    assert ("TEXT", "label", "某ICP备1号", "assets/www/a.css", "assets/www/a.html") in rows


@pytest.mark.parametrize(("markup", "text", "role"), [
    ("<img alt=签到>", "签到", "label"), ("<input type=image alt=打卡>", "打卡", "button"),
    ("<a href=x title=签到说明><i></i></a>", "签到说明", "hint"),
    ("<button aria-label=立即签到></button>", "立即签到", "button"),
    ("<input placeholder=体温>", "体温", "hint"), ("<input type=submit value=提交>", "提交", "button")])
def test_texts_of_attributes_have_a_role(markup: str, text: str, role: str) -> None:
    assert texts(page(markup)[0]) == {text: role}


def test_values_of_fields_are_no_texts() -> None:
    assert not texts(page("<input value=打卡><option value=签到></option><div data-v-1a2b3c4d></div>")[0])


def test_data_attributes_say_names_texts_addresses_and_objects() -> None:
    rows, _ = page("""<div id="stepCount" data-user-score="3" data-tip="确定打卡？" data-href="/api/sign/in"
        data-conf='{"url":"/api/rank/all","rankNo":1}' data-v-7ba5bd90 data-spm="a.b"></div>
        <input id="temperature"><input id="u44_input">""")
    assert {"user-score", "tip", "conf", "rankNo"} <= set(values(rows, Fact.LITERAL, "key"))
    assert {"确定打卡？", "/api/sign/in", "/api/rank/all"} <= set(values(rows, Fact.LITERAL, "string"))
    assert values(rows, Fact.ATTRIBUTE, "id") == ["temperature"]


def test_expressions_of_templates_name_fields_and_leave_holes() -> None:
    rows, _ = page("<td v-if='isSigned'>{{ row.onlineMinutes }}分</td><p :title=\"'第'+rankNo+'名'\">"
                   "${user.score} 分</p>"
                   "<p>第<b>{{ n }}</b>名</p><p>本月在线<b>37</b>分钟</p>")
    assert {"isSigned", "onlineMinutes", "rankNo", "score"} <= set(values(rows, Fact.LITERAL, "member"))
    assert {"{}分", "第{}名", "{} 分", "本月在线37分钟"} <= set(texts(rows))


def test_code_of_a_server_is_read_as_code_and_not_shown() -> None:
    rows, _ = page('<%@ page import="x.Y" %>'
                   '<% String sql = "select uid, sum(minutes) total from online_log where d > ?"; %>'
                   '<td>第<%= rs.getInt("rank_no") %>名</td><?php $n = $row["stay_time"]; ?>'
                   '<p>已连续<?= $n ?>天</p><%-- 注释 --%>')
    assert set(texts(rows)) == {"第{} 名", "已连续{} 天"}
    assert {"online_log", "minutes"} <= set(values(rows, Fact.LITERAL, "key"))
    assert {"rank_no", "stay_time"} <= set(values(rows, Fact.LITERAL, "member"))


def test_code_over_several_pieces_is_one_script() -> None:
    rows, _ = page("<% if (isLate) { %><b>迟到</b><% report(row.lateDays); } %>" * 500)
    assert "lateDays" in values(rows, Fact.LITERAL, "member")
    assert set(texts(rows)) == {"迟到"}
