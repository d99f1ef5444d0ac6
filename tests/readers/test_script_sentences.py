"""One sentence stays one text, however a script or a template puts it together."""

from __future__ import annotations

import pytest

from appscan.model.reading import Fact

from .test_script import script, texts, values


@pytest.mark.parametrize(("text", "said"), [
    ('n("span",[t._v("已连续"+t._s(t.n)+"天未签到")])', "已连续{}天未签到"),
    ('n("span",[t._v(t._s(t.n)+"天未签到")])', "{}天未签到"),
    ('createElementVNode("span",null,"已连续 "+toDisplayString(a.n)+" 天",1)', "已连续 {} 天"),
    ('createTextVNode("第"+_toDisplayString(n)+"名",1)', "第{}名"), ('h("p",null,"第 ",n," 名")', "第 {} 名"),
    ('(0,r.jsxs)("p",{children:["第 ",n," 名"]})', "第 {} 名"),
    ('(0,r.jsxs)("p",{children:["第",r.jsx("b",{children:n}),"名"]})', "第{}名"),
    ('_c("p",[_v("第"),_c("b",[_v(_s(n))]),_v("名")])', "第{}名"),
    ("uni.showToast({title:`已连续${n}天`})", "已连续{}天"),
    ('uni.showModal({content:"第"+n+"名，"+(late?"已":"未")+"达标"})', "第{}名，{}达标"),
    ('alert("某"+String.fromCharCode(22791)+"号")', "某备号")])
def test_a_shown_sentence_is_one_text(text: str, said: str) -> None:
    shown = texts(script(text))
    assert said in shown
    assert not {"第", "名", "天", "已连续"} & set(shown)


@pytest.mark.parametrize(("text", "said"), [
    ('x="第"+n+"名"', "第{}名"), ('x="第".concat(n,"名")', "第{}名"), ("x='前半句，'+\n'后半句'", "前半句，后半句"),
    ("x=`已连续${n}天`", "已连续{}天"), ('x=a+"人未签到"', "{}人未签到"), ('x="共"+f("a",{b:1})+"次"', "共{}次")])
def test_a_sentence_in_code_is_one_literal(text: str, said: str) -> None:
    rows = script(text)
    assert [row.value for row in rows if row.kind is Fact.LITERAL and not row.value.isascii()] == [said]


@pytest.mark.parametrize(("text", "kept"), [
    ('h("ul",null,["首页","签到","排名"])', {"首页", "签到", "排名"}),
    ('h("div",null,"签到",h("div",null,"说明"),"排名")', {"签到", "说明", "排名"}),
    ('f("签到","排名")', {"签到", "排名"}), ('x="签到";y=n+1;z="排名"', {"签到", "排名"}),
    ('x="第"+n\ny="名"', {"第{}", "名"}), ('x=b?"签到":"排名"', {"签到", "排名"})])
def test_what_stands_apart_stays_apart(text: str, kept: set[str]) -> None:
    assert {row.value for row in script(text) if not row.value.isascii()} == kept


def test_parts_that_are_addresses_or_names_are_told_by_themselves() -> None:
    rows = script('x=base+"/api/sign?uid="+id; y="签到"+"/api/sign/in"')
    assert {"/api/sign?uid=", "/api/sign/in"} <= set(values(rows, Fact.LITERAL, "string"))


def test_markup_in_parts_is_read_as_one_page() -> None:
    rows = script('box.innerHTML="<button onclick=\\"goSign("+id+")\\">立即签到</button><i>"+row.score+"分</i>"')
    assert texts(rows) == {"立即签到": "button", "{}分": "label"}
    assert values(rows, Fact.ATTRIBUTE, "onclick") == ["goSign"]
