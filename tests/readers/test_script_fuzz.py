"""No text, however made, stops the readers of scripts and pages, or costs more than time in line with its length."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.readers.apk.bundles import read_bundles
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.file_facts import FileFacts
from appscan.readers.markup import read_fragment, read_markup, read_plain_xml
from appscan.readers.script import read_json, read_script
from appscan.readers.script_source import take_apart

SECONDS = 20.0
"""For 200,000 characters; the slowest takes a tenth of it on a slow core."""

SCRIPT_PARTS = [
    "function gz$gwx_1(){", "Z([3,", "Z(z[0])", "var m0=function(e){var z=gz$gwx_1()", "_mz(z,", "_n(",
    "e_[x[0]]={f:m0",
    "__wxAppCode__[", "_oz(z,1", "_rz(z,a,", "_(a,b)", "var a=",
    '"', "'", "`", "${", "}", "{", "(", ")", "[", "]", "/", "*", "//", "/*", "*/", "\\", "\n", " ", ",", ":",
    ";", "=", "=>", "a", "签", '"签到"', "function(e,t,n){", "_c(", '"button"', "_v(", "createElement(", "jsx(",
    '"3b7f":function(e,t,n){', 'n("3b7f")', "__definePage(", '"pages/a/a"', "webpackJsonp([1],[",
    "}([function(", "__d(", "define(", "path:", "meta:{", "resolveComponent(", "const x=", "setInterval(",
    "60*1e3", "uni.showModal({",
    "<%", "%>", "<?php", "?>", "[[", "data-abc=", "content:", "+", "select a from b where ", ".concat(", "?.",
    "const ", "title:", "<div ", "</div>", "eval(", "sourceType:", "!0", "\\u7b7e",
    "\\u{110000}", "\\x4", "\ud800", "!*** a/b.vue ***!", "attrs:{", "on:{click:"]
MARKUP_PARTS = [
    "<", ">", "</", "/>", "<!--", "-->", "<!", "<?", "<div", "<a ", "<button>", "</button>", "<script>",
    "</script>", "<style>", '<script type="text/html">', "=", '"', "'", "onclick=", "@click=", ":title=", "{{",
    "}}", "签到", " ", "\n", "&", "&#", "&#x110000;", "href=", "javascript:", "<input ", "required",
    "<meta http-equiv=refresh content=", "\x00"]
HOSTILE = [
    "function gz$gwx_1(){Z([3,'a'])", "var m0=function(e){var z=gz$gwx_1();var a=_mz(z,'a',['b',1],", "gz$gwx;Z(z[0])",
    "define(\"common/a\",{1:function(a,b,c){",
    '"', "'\\", '"\\"', "`${", "`${`", "/*", "=/[", "=/(", "(", "{", "([{", "()", "alert(",
    'e("button",{on:{click:', '_c("div",[', "_v(_v(", '"3b7f":function(e,t,n){n("3b7f")},',
    "webpackJsonp([1],[function(){},", '__definePage("a",b);', "const a={", "__d(",
    '{path:"a",meta:{title:"b",', 'x=resolveComponent("a-b");x(a,', 'a=b("c-d");', ",abc:", " ", '"<a>",', "a.",
    "<", '<a "', "<a '<a \"", "<div></a>", "<script src=a>", "{{'a'", '<a onclick="a(b(c(">', "<a @click=\"a(",
    '"签"+', '"签"+(', '"签"+a', '"签".concat(', "{abc,", "a.bcd", 'a["bcd"]', "on('a',abc", "const abc=(",
    '"select a_b from c where "+', "'{\"a\":\"", "'{\"a\":1}',", 'h("p",null,"第",n,', "<% a %>", "<?php ", "${abc}",
    '<a data-abc="{a:">', "<style>a{content:'签';", "第<b>{{n}}</b>"]


def facts() -> FileFacts:
    return FileFacts(FactRows(StringPool()), "a.js")


def read_every_way(text: str) -> None:
    read_script(text, facts(), fragments=read_fragment)
    read_json(text, facts())
    read_markup(text, facts())
    read_plain_xml(text, facts())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(SCRIPT_PARTS) | st.sampled_from(MARKUP_PARTS) | st.text(max_size=6), max_size=120))
def test_no_text_stops_a_reader(parts: list[str]) -> None:
    text = "".join(parts)
    read_every_way(text)
    source = take_apart(text)
    assert len(source.code) == len(text)
    assert source.starts == sorted(source.starts)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=2000),
       st.sampled_from(["a.js", "a.html", "pages.json", "a.js.map", "config.xml", "a", "a.bundle"]))
def test_no_bytes_stop_the_bundle_reader(raw: bytes, name: str) -> None:
    for prefix in (b"", b"\xff\xfe", b"\xef\xbb\xbf", bytes.fromhex("c61fbc03c103191f54000000")):
        read_bundles([(f"assets/{name}", prefix + raw)], FactRows(StringPool()))


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_in_line_with_the_text(part: str) -> None:
    text = (part * (200_000 // len(part) + 1))[:200_000]
    start = time.process_time()
    read_every_way(text)
    assert time.process_time() - start < SECONDS
