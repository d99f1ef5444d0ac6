"""Scripts are read for what they say, call and show; built of the shapes that bundlers really write."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from appscan.model.reading import Fact
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.file_facts import FileFacts
from appscan.readers.markup import read_fragment
from appscan.readers.script import read_script
from appscan.readers.script_calls import call_chain, milliseconds
from appscan.readers.script_source import LiteralKind, take_apart


class Row(NamedTuple):
    """One fact with its strings."""

    kind: Fact
    role: str
    value: str
    screen: str
    node: int
    parent: int


def rows_of(write: Callable[[FileFacts], None], file: str = "app.js") -> list[Row]:
    pool = StringPool()
    rows = FactRows(pool)
    facts = FileFacts(rows, file)
    write(facts)
    facts.write()
    strings, columns = pool.freeze(), rows.freeze()
    return [Row(Fact(columns.kind[i]), strings[columns.role[i]], strings[columns.value[i]], strings[columns.screen[i]],
                int(columns.node[i]), int(columns.parent[i])) for i in range(len(columns.kind))]


def script(text: str, file: str = "app.js") -> list[Row]:
    return rows_of(lambda facts: read_script(text, facts, fragments=read_fragment), file)


def texts(rows: list[Row]) -> dict[str, str]:
    return {row.value: row.role for row in rows if row.kind is Fact.TEXT}


def values(rows: list[Row], kind: Fact, role: str = "") -> list[str]:
    return [row.value for row in rows if row.kind is kind and row.role == role]


def screens(rows: list[Row], value: str) -> set[str]:
    return {row.screen for row in rows if row.value == value}


UNI_SERVICE = (
    '(this["webpackJsonp"]=this["webpackJsonp"]||[]).push([["app-service"],{"64f1":function(t,e,n){'
    '__definePage("pages/punch/punch",(function(){return Vue.extend(n("c2dc").default)}))},'
    'c2dc:function(t,e,n){"use strict";n.r(e);var i=n("9a04"),r=n("121c");for(var a in r)n.d(e,a,(function(){return r'
    '[a]}));var s=n("f0c5"),o=Object(s["a"])(r["default"],i["b"],i["c"],!1,null,null,null,!1,i["a"],void 0);'
    'e["default"]=o.exports},"121c":function(t,e,n){"use strict";var i=n("7814"),r=n.n(i);e["default"]=r.a},'
    '"9a04":function(t,e,n){var i=function(){var t=this,e=t.$createElement,n=t._self._c||e;return n("view",[n("button",'
    '{attrs:{_i:1},on:{click:function(e){return t.submitPunch(3)}}})])}},'
    '7814:function(t,e,n){"use strict";e.default={data:function(){return{photos:[]}},methods:{submitPunch:function(){'
    'uni.getLocation({type:"gcj02",success:function(t){uni.request({url:"/api/attend/punch",method:"POST"})}})}}}},'
    'f0c5:function(t,e,n){n.d(e,"a",(function(){return i}))},8888:function(t,e,n){n("f0c5");wx.chooseImage({})}}]);')
UNI_VIEW = (
    '(function(t){t("x")})({"6b26":function(t,e,n){__definePage("pages/punch/punch",(function(){return Vue.extend('
    'n("c2dc").default)}))},c2dc:function(t,e,n){"use strict";var i=n("9a05");var s=n("f0c5"),o=Object(s["a"])(i["b"]);'
    'e["default"]=o.exports},"9a05":function(t,e,n){n.d(e,"b",(function(){return i}));var i=function(){var t=this,'
    'e=t.$createElement,n=t._self._c||e;return n("uni-view",{attrs:{_i:0}},[n("v-uni-button",{attrs:{_i:1},on:{click:'
    'function(e){return t.$handleViewEvent(e)}}},[t._v("\\u7acb\\u5373\\u7b7e\\u5230")]),n("uni-view",{attrs:{_i:2}},'
    '["1"==t.state?t._e():n("v-uni-text",[t._v(t._s(t.done?"\\u5df2\\u7b7e":"\\u672a\\u7b7e"))])])],1)}},'
    'f0c5:function(t,e,n){}});')


def test_things_of_one_uni_app_page_stand_together_across_its_modules_and_both_scripts() -> None:
    service, view = script(UNI_SERVICE, "assets/www/app-service.js"), script(UNI_VIEW, "assets/www/app-view.js")
    assert screens(service, "uni.getLocation") == {"pages/punch/punch"}
    assert screens(service, "/api/attend/punch") == {"pages/punch/punch"}
    assert screens(view, "立即签到") == {"pages/punch/punch"}
    assert screens(service, "wx.chooseImage") == {"assets/www/app-service.js#8888"}
    assert "pages/punch/punch" in values(service, Fact.ATTRIBUTE, "route")


def test_static_text_of_a_button_is_a_button_and_computed_texts_are_seen_but_compared_strings_are_not() -> None:
    assert texts(script(UNI_VIEW)) == {"立即签到": "button", "已签": "label", "未签": "label"}


def test_handler_of_a_button_is_named_even_inside_an_inline_function() -> None:
    assert values(script(UNI_SERVICE), Fact.ATTRIBUTE, "onclick") == ["submitPunch"]


UNI_VUE3 = (
    'if("undefined"!=typeof uni){const e=1}!function(e,t){"use strict";const helper=(e,t)=>{const n=e.__vccOpts||e;'
    'for(const[o,r]of t)n[o]=r;return n};const Aa={data:()=>({score:0}),methods:{sendRank(){uni.navigateTo({url:"/x"})}'
    '}};const Ab=helper(Aa,[["render",function(t,n,s,o,r,l){const c=i(e.resolveDynamicComponent("u-button"),a);return '
    'e.openBlock(),e.createElementBlock("view",{class:"p"},[e.createVNode(c,{type:"primary",text:"去排名",onClick:'
    'l.sendRank},null,8,["onClick"]),e.createElementVNode("button",{class:"enter",onClick:n[5]||(n[5]=(...e)=>'
    'l.openRank&&l.openRank(...e))},"查看榜单",4),e.createVNode(d,null,{default:e.withCtx((()=>[e.createTextVNode('
    '"本月积分")])),_:1})])}],["__scopeId","data-v-1"]]),Ba={methods:{sendOther(){}}};const Bb=helper(Ba,[["render",'
    'function(){return e.createElementVNode("text",null,"其他")}],["x","' + "y" * 400 + '"]]);'
    '__definePage("pages/rank/rank",Ab),__definePage("pages/other/other",Bb);}(Vue,uni.VueShared);')


def test_pages_of_vue_three_are_found_by_the_variable_that_is_registered() -> None:
    rows = script(UNI_VUE3)
    assert screens(rows, "查看榜单") == {"pages/rank/rank"}
    assert screens(rows, "sendRank") == {"pages/rank/rank"}
    assert screens(rows, "sendOther") == {"pages/other/other"}


def test_resolved_components_slots_and_cached_handlers_of_vue_three_are_read() -> None:
    rows = script(UNI_VUE3)
    assert texts(rows)["去排名"] == "button"
    assert texts(rows)["查看榜单"] == "button"
    assert texts(rows)["本月积分"] == "label"
    assert values(rows, Fact.ATTRIBUTE, "onclick") == ["sendRank", "openRank"]


def test_modules_of_a_development_build_take_their_path_from_the_note_before_them() -> None:
    head = "(function(module, exports, __webpack_require__) {"
    rows = script(
        "/******/ (function(modules) { run(); })\n/******/ ([\n/* 0 */\n/*!*****!*\\\n  !*** E:/code/app/main.js ***!\n"
        f"  \\***/\n/***/ {head}\n__definePage('pages/a/a', function () {{return Vue.extend("
        "__webpack_require__(/*! pages/a/a.vue */ 1).default);});\n/***/ }),\n/* 1 */\n/*!***!*\\\n"
        f"  !*** E:/code/app/pages/a/a.vue?mpType=page ***!\n  \\***/\n/***/ {head}\nuploadTrack();\n/***/ }}),\n"
        "/* 2 */\n/*!***!*\\\n  !*** E:/code/app/components/bar.vue ***!\n  \\***/\n"
        f"/***/ {head}\ndrawBar();\n/***/ }})]);")
    assert screens(rows, "uploadTrack") == {"pages/a/a"}
    assert screens(rows, "drawBar") == {"components/bar"}


def test_modules_of_numbered_arrays_named_maps_metro_and_mini_programs_are_screens() -> None:
    numbered = script('webpackJsonp([1],[,function(t,e,n){alpha()},,function(t,e,n){bravo()}]);', "a/b.js")
    assert screens(numbered, "alpha") == {"a/b.js#1"}
    assert screens(numbered, "bravo") == {"a/b.js#3"}
    named = script('webpackJsonp.push([["x"],{"./src/pages/sign.vue?vue&type=template":(e,t,n)=>{charlie()}}])')
    assert screens(named, "charlie") == {"pages/sign"}
    letters = script('webpackJsonp.push([["x"],{"1a2b":(e,t,n)=>{golf()},fade:function(e,t,n){hotel()}}])', "a/b.js")
    assert screens(letters, "hotel") == {"a#fade"}
    assert screens(script("a={fade:function(e,t){hotel()}}", "a/b.js"), "hotel") == {"a/b.js"}
    metro = script('__d(function(g,r,i,a,m,e,d){delta()},417,[1,2]);', "index.android.bundle")
    assert screens(metro, "delta") == {"index.android.bundle#417"}
    program = script('define("pages/index/index.js",function(require,module,exports){foxtrot()});')
    assert screens(program, "foxtrot") == {"pages/index/index"}


COMPILED_WXML = """var $gwx;function gz$gwx_1(){
if( __WXML_GLOBAL__.ops_cached.$gwx_1)return __WXML_GLOBAL__.ops_cached.$gwx_1
(function(z){var a=11;function Z(ops){z.push(ops)}
Z([3,'__e'])
Z([3,'cancel'])
Z([[4],[[5],[[4],[[5],[[5],[1,'tap']],[[4],[[5],[[4],[[5],[1,'takePicture']]]]]]]]])
Z([3,'立即上传'])
Z([[2,'?:'],[[7],[3,'finished']],[1,'已完成'],[1,'未完成']])
Z([a,[3,'积分：'],[[7],[3,'score']]])
Z(z[0])
Z([3,'请输入说明'])
})(__WXML_GLOBAL__.ops_cached.$gwx_1);return 1}
var x=['./pages/task/task.wxml'];d_[x[0]]={}
var m0=function(e,s,r,gg){
var z=gz$gwx_1()
var oB=_n('view')
_rz(z,oB,'class',1,e,s,gg)
var xC=_mz(z,'view',['mode',-1,'bindtap',6,'class',-5,'data-event-opts',-4],[],e,s,gg)
var oD=_oz(z,3,e,s,gg)
_(xC,oD)
_(oB,xC)
var fE=_oz(z,4,e,s,gg)
_(oB,fE)
var cF=_oz(z,5,e,s,gg)
_(oB,cF)
var hG=_mz(z,'textarea',['bindinput',6,'placeholder',1],[],e,s,gg)
_(oB,hG)
_(r,oB)
return r
}
e_[x[0]]={f:m0,j:[],i:[],ti:[],ic:[]}
__wxAppCode__['pages/task/task.json']={"navigationBarTitleText":"巡查任务","usingComponents":{}};
__wxAppCode__['components/a.json']={"component":true};
"""


def test_pages_compiled_for_mini_programs_show_their_texts_with_roles() -> None:
    rows = script(COMPILED_WXML)
    assert texts(rows) == {"立即上传": "button", "已完成": "label", "未完成": "label", "积分：": "label",
                           "请输入说明": "hint", "巡查任务": "title"}
    assert values(rows, Fact.ATTRIBUTE, "onclick") == ["takePicture"]
    assert values(rows, Fact.ATTRIBUTE, "route") == ["pages/task/task"]
    assert {row.screen for row in rows if row.kind is Fact.TEXT} == {"pages/task/task"}


def test_react_elements_show_their_children_and_titles() -> None:
    rows = script('r.createElement(l.TouchableOpacity,{onPress:this.send},r.createElement(l.Text,null,"打卡"));'
                  '(0,j.jsx)(n.Button,{title:"上传轨迹",onPress:go});(0,j.jsxs)("button",{onClick:go,children:["提交",x]});'
                  'r.createElement("input",{placeholder:"请输入姓名",required:!0})')
    assert texts(rows) == {"打卡": "button", "上传轨迹": "button", "提交": "button", "请输入姓名": "hint"}
    assert "true" in values(rows, Fact.ATTRIBUTE, "required")


def test_ordinary_calls_with_a_tag_name_make_no_element() -> None:
    rows = script('document.createElement("a");t.on("input",function(){});t.$emit("form",{a:1});$("button");'
                  'Vue.component("u-button",{x:1});')
    assert not values(rows, Fact.NODE)


def test_markup_in_strings_is_read_as_markup() -> None:
    rows = script('var html = "<div><button onclick=\\"doSign()\\">马上签到</button></div>" + x;')
    assert texts(rows) == {"马上签到": "button"}
    assert "doSign" in values(rows, Fact.CALL)


def test_dialogs_and_toasts_are_visible_texts() -> None:
    rows = script('uni.showModal({title:"提示",content:"请先打卡",showCancel:!1,confirmText:"去打卡"});'
                  'uni.showToast({title:"上传成功"});alert("网络错误");uni.setNavigationBarTitle({title:"积分榜"})')
    assert texts(rows) == {"提示": "title", "请先打卡": "label", "去打卡": "button", "上传成功": "label",
                           "网络错误": "label", "积分榜": "title"}
    call = next(row.node for row in rows if row.value == "uni.showModal")
    assert [(row.value, row.parent) for row in rows if row.role == "showCancel"] == [("false", call)]
    assert {row.parent for row in rows if row.value in ("提示", "请先打卡", "去打卡")} == {call}


def test_messages_to_the_console_are_no_texts() -> None:
    rows = script('console.error("参数错误");console.info("完成");layer.msg("请先登录");'
                  'this.$message.error("没有权限")')
    assert texts(rows) == {"请先登录": "label", "没有权限": "label"}


def test_components_with_a_tag_of_one_word_and_texts_in_attributes_of_tappable_ones_are_seen() -> None:
    rows = script('var e=t.$createElement;e("touch",{on:{tap:t.login}},[t._v("登录")]);'
                  'e("bar-item",{attrs:{text:"返回"},on:{tap:t.back}})')
    assert texts(rows) == {"登录": "button", "返回": "button"}


def test_telling_properties_keep_their_literal_value() -> None:
    rows = script('uni.chooseImage({sourceType:["camera"],count:1});'
                  'a={"maskClosable":false,required:true,accept:"image/*"}')
    assert values(rows, Fact.ATTRIBUTE, "sourceType") == ["camera"]
    assert values(rows, Fact.ATTRIBUTE, "maskClosable") == ["false"]
    assert values(rows, Fact.ATTRIBUTE, "accept") == ["image/*"]


@pytest.mark.parametrize("code", [
    'var t=this;setInterval((function(){t.time=(0,l.formateDate)(new Date,"h:min:s")}),100)',
    "setInterval(() => { this.now = new Date() }, 1000)",
    "setInterval(() => this.now = formatTime(new Date(), 'HH:mm:ss'), 1000)",
    "setInterval(() => { this.now = this.$moment(new Date()) }, 1000)",
    "setInterval(() => { this.now = parseTime(new Date(), '{h}:{i}') }, 1000)",
    "setInterval(function () { app.clock = new Date().toLocaleTimeString('zh'); }, 1000);",
])
def test_a_timer_that_only_writes_the_time_of_day_is_no_repeated_act(code: str) -> None:
    assert "setInterval" not in values(script(code), Fact.CALL)


@pytest.mark.parametrize("code", [
    "setInterval(() => { this.spent = new Date() - this.begun }, 1000)",
    "setInterval(() => { this.now = new Date(); this.sendPlace() }, 1000)",
    "setInterval(() => { this.now = tell(new Date(), place()) }, 1000)",
    "setInterval(() => { this.ok = postLocation(new Date()) }, 6e4)",
    "setInterval(() => { this.ok = api.reportTime(new Date()) }, 6e4)",
    "setInterval(function(){t.res=(0,l.sendPlace)(new Date(),'beat')},6e4)",
    "setInterval(()=>{this.ok=format.postPlace(new Date())},6e4)",
    "setInterval(() => { this.total += 1 }, 1000)",
    "setInterval(this.writeTime, 1000)",
])
def test_a_timer_that_does_more_than_write_the_time_is_kept(code: str) -> None:
    assert "setInterval" in values(script(code), Fact.CALL)


def test_intervals_are_milliseconds() -> None:
    rows = script("setInterval(this.beat,60*1e3);setInterval(()=>{f(1,2)},3e4);setTimeout(g,300);"
                  "setTimeout(h,5*60*1000);window.setInterval(k, t.period)")
    assert values(rows, Fact.ATTRIBUTE, "interval") == ["60000", "30000", "300000"]
    assert values(rows, Fact.CALL).count("setInterval") == 3


@pytest.mark.parametrize(("expression", "value"), [
    ("30000", 30000), ("3e4", 30000), ("60*1e3", 60000), ("1e3*(30+30)", 60000), ("t.x", None), ("9**9", None),
    ("1/0", None), ("(" * 60, None), ("1e999", None), ("-5", None), ("", None)])
def test_only_plain_arithmetic_is_evaluated(expression: str, value: int | None) -> None:
    assert milliseconds(expression) == value


@pytest.mark.parametrize(("written", "kept"), [
    ("uni.getLocation", "uni.getLocation"), ("wx.chooseImage", "wx.chooseImage"), ("t.$u.api.signIn", "$u.api.signIn"),
    ("this.$http.post", "$http.post"), ("navigator.geolocation.watchPosition", "navigator.geolocation.watchPosition"),
    ("api.one.two.three.upload", "one.two.three.upload"), ("n", ""), ("t.push", ""), ("fn.call", ""),
    ("t.submit.apply", "submit")])
def test_call_chains_lose_minified_receivers_and_methods_of_the_language(written: str, kept: str) -> None:
    assert call_chain(written) == kept


def test_definitions_are_keys_and_not_calls() -> None:
    rows = script("function doPunch(){send()} export default {methods:{async signToday(a){},rank:function(){}}}")
    assert values(rows, Fact.CALL) == ["send"]
    assert {"doPunch", "signToday", "methods"} <= set(values(rows, Fact.LITERAL, "key"))


def test_routes_carry_titles_and_tabs_to_their_own_screen() -> None:
    rows = script('var routes=[{path:"/rank",name:"rank",component:r,meta:{title:"积分排名"}}];__uniRoutes=[{"path":'
                  '"/pages/a/a","meta":{"isQuit":true},"window":{"navigationBarTitleText":"今日签到"}}];'
                  'tabBar={list:[{pagePath:"pages/me/me",text:"我的"}]}')
    assert values(rows, Fact.ATTRIBUTE, "route") == ["/rank", "/pages/a/a"]
    assert screens(rows, "积分排名") == {"rank"}
    assert screens(rows, "今日签到") == {"pages/a/a"}
    assert texts(rows)["我的"] == "tab"


def test_rubbish_is_left_out_and_embedded_files_are_cut() -> None:
    rows = script('a={x:"M10 20 L30 40 50 60 70 80 90 100 110 120 Z",c:"#fff",d:"3b7f",e:"",b:"12px"};'
                  f'img="data:image/png;base64,{"A" * 9000}";blob="{"QUJD" * 900}";css=".a{{color:red;margin:0;'
                  f'padding:0;border:0;background:#fff;width:100%}}";long="{"长" * 9000}"')
    kept = [row.value for row in rows]
    assert max(len(value) for value in kept) == 4000
    assert not [value for value in kept if value.startswith(("M10", "#fff", "3b7f", ".a", "12px"))]
    assert [len(value) for value in kept if value.startswith("QUJD")] == [200]


def test_escapes_templates_and_comments_are_understood() -> None:
    rows = script(r"""/* "no" */ a="\u7b7e\u5230\x41\n\u{1F600}"; b=`第${n+`x${1}`}天`; // 'never'
    c='it\'s "fine"'; d=/["'`]/g.test(e) ? "真的" : f/2/3; g = "\ud83d\ude00签";""")
    assert {"签到A\n😀", 'it\'s "fine"', "真的", "😀签"} <= set(values(rows, Fact.LITERAL, "string"))
    assert "第{}天" in values(rows, Fact.LITERAL, "template")


def test_a_script_that_stands_in_eval_is_read_too() -> None:
    inner = "uni.chooseVideo({success(){uploadVideo()}});" + "/* filler */" * 20
    assert {"uni.chooseVideo", "uploadVideo"} <= set(values(script(f'eval("{inner}")'), Fact.CALL))


def test_offsets_in_the_blanked_code_are_offsets_in_the_text() -> None:
    text = 'f("签到", `a${g({b:"}"})}c`, /[)"]/, {"k":1})'
    source = take_apart(text)
    assert len(source.code) == len(text)
    assert source.closing(1) == len(text) - 1
    assert [source.kinds[source.literal_at(text.index(mark))] for mark in ('"签', "`a", '"k')] == [
        LiteralKind.STRING, LiteralKind.TEMPLATE, LiteralKind.KEY]


def test_strings_that_name_the_columns_of_a_table_are_fields() -> None:
    rows = script('var c=[{title:"村名",dataIndex:"villageName"},{field:\'rate\',title:"率"},{prop:"rankNo"},'
                  '{label:"other"}]')
    assert {"villageName", "rate", "rankNo"} <= set(values(rows, Fact.LITERAL, "key"))
    assert "other" not in values(rows, Fact.LITERAL, "key")
