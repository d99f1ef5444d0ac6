"""Claims about which requests are reads (seams.md, "Writes")."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appscan.capture.writes import Kind, callback_of, classify

READ, WRITE, LOGIN, UNKNOWN = Kind.READ, Kind.WRITE, Kind.LOGIN, Kind.UNKNOWN

READS = """
GET / · GET /sign/list · GET /api/user · GET /api/me · GET /system/user/list · GET /getInfo · GET /getRouters
GET /captchaImage · GET /monitor/online/list · GET /online/users · GET /api/online/my · GET /api/v1/online/week
GET /system/dict/data/type/sys_normal_disable · GET /system/user/profile · GET /sys/dict/getDictItems/sex
GET /sys/user/queryUserRole · GET /sys/annountCement/listByUser · GET /sys/sysAnnouncementSend/getMyAnnouncementSend
GET /sys/permission/getUserPermissionByToken · GET /sys/randomImage/1629428467008 · GET /api/attend/absent
GET /api/stat/installRate?order=desc · GET /api/village/scoreRank?month=3 · GET /api/mail/unread · GET /api/rank
GET /api/track/list · GET /api/bus/track/points · GET /api/news/page?page=2 · GET /user/3 · GET /api/notice
GET /api/notice/3 · GET /api/message · GET /api/task/list.action · GET /kq/list.do · GET /kq.do?method=getList
GET /kq.do?method=list · GET /kq.do?op=query&id=3 · GET /main.action?cmd=searchUser · GET /rpc?m=user.info
GET /qiandao/liebiao · GET /daka/chaxun · GET /kaoqin/tongji · GET /jifen/paihang · GET /getuserinfo.do
GET /signlist · GET /api/signRecord/page · GET /api/approve/todoList · GET /api/sign/status · GET /api/sign/calendar
GET /api/checkIn/record · GET /api/checkin/records · GET /api/loginLog/list · GET /api/user/isLogin · GET /assign/list
GET /design/detail · GET /api/orders/list · GET /api/points/exchangeRecord · GET /index.php?r=site/index
GET /api/getSendList · GET /api/getUpdateTime · GET /auth/user/info · GET /auth/captcha · GET /api/family?userId=1
GET /api/uploadConfig/list · GET /api/config · GET /weather · GET /api/playlist · GET /api/checklist
POST /api/assign/list · POST /api/user/query · POST /query · POST /page · POST /user/selectByPage · POST /api/list
POST /api/getList · POST /api/user/getUserInfo · POST /search · POST /api/pageList · POST /dept/tree
GET /mobile/stat/online · GET /api/patrol/points · GET /weather?lat=1&lng=2&userId=3 · GET /index.php?c=sign&a=list
GET /api/area/list?c=event · GET /api/getVerifyCode · GET /api/getDictByCode?phone=1 · GET /api/article/detail?addTime=1
POST /api/getAreaCode · GET /api/qrcode?mobile=139 · GET /api/lottery/list · GET /api/user/list?phone=139
POST /api/rank · POST /api/statistics · POST /api/findAll · POST /sign/list · POST /sign/getRecord
POST /daka/chaxun.do · POST /qiandao/liebiao · POST /admin/app/rate/query · POST /points/rankList · POST /userlist
POST /queryUserList.action · POST /api/todo/list · POST /api/task/count · POST /api/notice/detail
"""
WRITES = """
GET /api/sign?uid=1 · GET /api/heartbeat · GET /api/daka · GET /qiandao · GET /api/saveUser?id=3 · GET /sys/logout
GET /api/online · GET /kq.do?method=addSign · GET /kq.do?op=sign · GET /api/visit?page=3 · GET /api/vote?id=3
GET /api/foo?duration=30 · GET /index.php?r=user/save · GET /api/getReward · GET /api/getSmsCode?phone=1
GET /api/like/3 · GET /user/delete/3 · GET /api/addLog
GET /x/save · GET /doSign · GET /api/signOut · GET /api/clockIn · GET /graphql?query=mutation{a}
GET /list.do?_method=delete · GET /api/hit · GET /api/pv · GET /api/click · GET /dianzan · GET /api/report
POST /api/checkIn · POST /kq/clockIn · POST /mobile/user/keep · POST /api/saveList · POST /api/online/add
POST /api/v1/online/tick · POST /log/leave · POST /api/track/upload · POST /api/gps/report · POST /portal/stat/stay.do
POST /api/study/alive · POST /api/study/add · POST /api/mall/exchange · POST /api/village/addScore · POST /api/doc/sign
POST /api/post/arrive · POST /api/patrol/submit · POST /api/attend/sign · POST /api/vote · POST /api/ping
POST /api/todo/reply · POST /logout · POST /tijiao · POST /baocun.do · POST /user/baocunXinxi · POST /api/qiandao
POST /system/user/add · POST /user/update.action · POST /user/updateInfo · POST /queryAndUpdate · POST /sign/save
POST /api/pageView · POST /pageLeave · POST /api/message/read/markRead · POST /api/sendSms · POST /file/upload
POST /api/score/add · POST /shangbao · POST /api/xintiao · POST /api/deleteRecord · POST /delete/list
POST /user/register · POST /api/feedback · POST /api/stat/urge · POST /api/comment · POST /task/finish
POST /batchSaveList · POST /dosubmit
GET /api/report/location?lat=39.9&lng=116.3 · GET /api/message/readAll · GET /api/agree/12
GET /api/notice/allRead · GET /api/task/done · GET /api/points/earn · GET /api/lottery · GET /api/dispatch/1
GET /api/assign/1 · GET /api/reserve/1 · GET /api/yuyue · GET /api/unlock/1 · GET /api/code/mobile?phone=139
GET /api/article/detail?id=1&addView=1 · POST /getCode · POST /api/getVerifyCode?phone=139 · GET /api/claim/2
GET /api/location?lng=1&lat=2&userId=3 · GET /index.php?c=points&a=add · GET /api/grab/7 · GET /x?c=user&act=save
PUT /system/user · DELETE /monitor/online/3 · DELETE /list · PATCH /a · SEND /push/list
"""
LOGINS = """
POST /api/login/code?phone=139 · GET /index.php?c=sign&a=in
POST /login · POST /api/signIn · POST /api/login · POST /api/user/sign-in · POST /sys/phoneLogin · POST /auth/refresh
POST /oauth/token · GET /cas/login?service=https://h/save · POST /denglu.do · POST /userlogin
"""
UNKNOWNS = """
POST /api/foo · POST /gateway · POST /system/user · GET /near?lat=1&lng=2 · POST /api
POST /system/user/profile · POST /api/config
"""


def rows(text: str) -> list[str]:
    return [row.strip() for line in text.strip().splitlines() for row in line.split("·") if row.strip()]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (row, kind)
        for text, kind in ((READS, READ), (WRITES, WRITE), (LOGINS, LOGIN), (UNKNOWNS, UNKNOWN))
        for row in rows(text)
    ],
)
def test_whole_words_decide_and_a_write_beats_a_read(request_: str, expected: Kind) -> None:
    method, path = request_.split()
    assert classify(method, f"http://127.0.0.1{path}", "", "xhr") is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"query": "mutation { a }"}', WRITE),
        ('{"query": "query { a }"}', READ),
        ('{"query": "{ saveList }"}', READ),
        ('{"query": "# query\\nmutation M { a }"}', WRITE),
        ('{"query": "query A { a } mutation B { b }", "operationName": "A"}', WRITE),
        ('[{"query": "query { a }"}, {"query": "mutation { a }"}]', WRITE),
        ('{"jsonrpc": "2.0", "method": "user.list", "id": 1}', READ),
        ('{"jsonrpc": "2.0", "method": "sign.save", "id": 1}', WRITE),
        ('[{"method": "user.list"}, {"method": "user.delete"}]', WRITE),
        ('{"action": "list"}', READ),
        ('{"cmd": "heartbeat"}', WRITE),
        ('{"method": "queryUserList", "params": {"a": "save"}}', READ),
        ("action=sign", WRITE),
        ("op=getList&page=1", READ),
        ("method=tijiao", WRITE),
        ('--x\r\nContent-Disposition: form-data; name="op"\r\n\r\nsave\r\n--x--', WRITE),
        ("<s:Envelope><s:Body><n:getUserList/></s:Body></s:Envelope>", READ),
        ("<s:Envelope><s:Body><n:saveUser/></s:Body></s:Envelope>", WRITE),
        ("{", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_operation_that_a_body_names_decides_on_a_common_path(body: str, expected: Kind) -> None:
    assert classify("POST", "http://127.0.0.1/gateway", body, "fetch") is expected


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("/report.html", "document", READ),
        ("/sign", "document", READ),
        ("/confirm.html", "document", READ),
        ("/task/add.htm?id=3", "document", READ),
        ("/sign/index.html", "document", READ),
        ("/confirm.html", "xhr", WRITE),
        ("/confirm.html?method=addSign", "document", WRITE),
        ("/index.html?action=del", "document", WRITE),
        ("/logout.html", "document", WRITE),
        ("/user/delete/id/3.html", "document", WRITE),
        ("/vote/3/submit.html", "document", WRITE),
        ("/api/confirm", "document", WRITE),
        ("/confirm.do", "document", WRITE),
        ("/user/delete?id=3", "document", WRITE),
        ("/logout", "document", WRITE),
        ("/do?op=sign", "document", WRITE),
        ("/login?service=https://h/save", "document", READ),
        ("/api/like/1", "document", WRITE),
        ("/api/vote/1", "document", WRITE),
        ("/integral/add", "document", WRITE),
        ("/api/user/bindPhone", "document", WRITE),
        ("/index.php?c=sign&a=in", "document", WRITE),
        ("/index.php?c=user&a=login", "document", READ),
        ("/system/notice/add", "document", READ),
        ("/api/report.html", "document", READ),
        ("/p.gif?u=1&act=view", "image", WRITE),
        ("/logo.png?v=3", "image", READ),
        ("/assets/save.js", "script", READ),
        ("/track/heartbeat.gif?id=7&t=1", "image", WRITE),
        ("/api/sign/7/online.png", "image", WRITE),
        ("/api/hit.gif?id=7", "image", WRITE),
        ("/icons/like.png?id=3", "image", READ),
        ("/images/sign/7.png", "image", READ),
        ("/upload/2026/checkin.jpg?t=1", "image", READ),
        ("/online.png?v=3", "image", READ),
        ("/api/file/view.jpg?id=7", "image", READ),
        ("/api/user/7/avatar.png?t=1", "image", READ),
        ("/api/daka.js?uid=7", "script", WRITE),
        ("/api/daka.js?v=7", "script", READ),
        ("/static/online.js?userId=7", "script", WRITE),
        ("/api/addhits?id=7", "fetch", WRITE),
        ("/index.php?a=hits&id=7", "fetch", WRITE),
        ("/api/kaoqin?uid=7", "fetch", WRITE),
        ("/kaoqin/list?uid=7", "fetch", READ),
        ("/api/qd?uid=7", "fetch", WRITE),
        ("/api/qd?pid=7", "fetch", READ),
        ("/kq.do?method=getList&userId=7", "fetch", READ),
        ("/ws/heartbeat/7", "socket", WRITE),
        ("/ws/online?userId=7", "socket", WRITE),
        ("/ws/message/7", "socket", READ),
        ("/tick.js", "xhr", READ),
        ("/tick.js?act=save", "xhr", WRITE),
        ("/api/sign?callback=f", "jsonp", WRITE),
        ("/api/x?callback=f", "jsonp", UNKNOWN),
        ("/gateway/kq.do?method=todayList&callback=f", "jsonp", READ),
        ("/gateway/kq.do?method=addSign&callback=f", "jsonp", WRITE),
        ("/list", "beacon", WRITE),
        ("/ws/online", "socket", READ),
        ("/push/3", "socket", READ),
        ("/ws/save", "socket", WRITE),
        ("/sse/subscribe?uid=3", "eventsource", READ),
        ("/api/sign/submit", "eventsource", WRITE),
    ],
)
def test_the_kind_of_a_request_counts_too(path: str, kind: str, expected: Kind) -> None:
    assert classify("GET", f"http://127.0.0.1{path}", "", kind) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *((path, UNKNOWN) for path in ("/api/appointment/12", "/api/issue/1", "/api/run", "/api/call/taxi", "/zan/3")),
        *((path, READ) for path in ("/api/article/12", "/api/activities", "/api/house/types", "/list", "/foo.html")),
    ],
)
def test_what_a_press_asks_of_a_name_nobody_knows_is_no_read_and_what_a_page_asks_by_itself_is(
    path: str, expected: Kind
) -> None:
    assert classify("GET", f"http://127.0.0.1{path}", "", "fetch", pressed=True) is expected
    assert classify("GET", f"http://127.0.0.1{path}", "", "fetch") is READ


@pytest.mark.parametrize("body", ['{"phone":"139"}', "mobile=139", '{"userTel": "1"}', '{"a":1,"phoneNumber":"139"}'])
def test_a_telephone_number_that_goes_to_something_about_codes_sends_a_message(body: str) -> None:
    assert classify("POST", "http://127.0.0.1/api/getVerifyCode", body) is WRITE
    assert classify("POST", "http://127.0.0.1/api/code/list", body) is WRITE
    assert classify("POST", "http://127.0.0.1/api/user/list", body) is READ


@given(
    st.sampled_from(["GET", "POST", "SEND", "x"]),
    st.one_of(st.text(max_size=60), st.text(max_size=60).map("http://[h/{}".format), st.text().map("http://h/?{}".format)),
    st.one_of(st.text(max_size=80), st.recursive(st.none() | st.text(), st.lists, max_leaves=9).map(json.dumps)),
    st.sampled_from(["fetch", "document", "image", "jsonp", "socket", "eventsource", "form"]),
)
def test_any_request_has_a_class(method: str, url: str, body: str, kind: str) -> None:
    assert classify(method, url, body, kind) in Kind
    assert callback_of(url) is None or callback_of(url)


def test_a_callback_is_a_function_name_under_a_known_query_name() -> None:
    assert callback_of("http://h/a?jsoncallback=app.done") == "app.done"
    assert callback_of("http://h/a?callback=alert(1)") is None
    assert callback_of("http://h/a?back=done") is None
