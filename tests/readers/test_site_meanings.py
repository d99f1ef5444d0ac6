"""Small invented sites in the words of real ones: what is meant is found, what only sounds alike is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from appscan.judge.judge import judge
from appscan.model.reading import Fact
from appscan.readers.limits import Deadline, Limits
from appscan.readers.recording import read_recording
from tests.shipped import shipped

from .small_recordings import (
    HOUR,
    call,
    control,
    day,
    dialog,
    digest,
    field,
    form,
    interval,
    recording,
    request,
    state,
    timer,
    trial,
    words,
    write_recording,
)

CHECKS = shipped()
QUIET, LOOKED_AT, ACCUSED = {"not_found", "info"}, {"needs_review"}, {"likely_violation"}
FOUND, AT_MOST_LOOKED_AT = LOOKED_AT | ACCUSED, QUIET | LOOKED_AT
WRITE, READ = {"class": "write"}, {"class": "read"}


def verdicts(folder: Path, top: Any) -> dict[str, str]:
    path = write_recording(folder, top)
    reading = read_recording(path, "site", Limits(), Deadline(60), lambda _stage, _done: None)
    return {row.check_id: str(row.verdict) for row in judge(reading, CHECKS).verdicts}


def page(*texts: str, press: Iterable[str] = (), title: str = "", forms: Sequence[Any] = (),
         dialogs: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    return recording(state("s1", "/#/p", title=title, texts=[words(text) for text in texts], forms=list(forms),
                           controls=[control(text) for text in press], dialogs=list(dialogs)), **more)


def get(path: str, **more: Any) -> dict[str, Any]:
    return request(path, **more)


def post(path: str, *fields: str, **more: Any) -> dict[str, Any]:
    return request(path, method="POST", sent=False, request_fields=list(fields), **WRITE, **more)


def pictures(label: str, *, required: bool = False) -> dict[str, Any]:
    return form(field("f", type="file", accept="image/*", required=required, label=label), submit="提交")


def moments(api: str) -> list[Mapping[str, Any]]:
    return [call(api, virtual=8 * HOUR + minute) for minute in (1, 2, 3)]


NEAR_MISSES = {
    "tokens, unread messages and health are kept alive": ("online-duration", QUIET, page(
        "首页", "消息", timers=[timer(1000)], day=[day(
            interval("/auth/refreshToken", fields=["refreshToken"]), interval("/message/unreadCount", method="GET"),
            interval("/actuator/health", method="GET"))])),
    "office hours of a help desk": ("online-duration", QUIET, page(
        "在线咨询时间：周一至周五 9:00-17:00", "客服在线时间 09:00-17:30", requests=[get("/api/list")],
        timers=[timer(3000)])),
    "page views with a time on page": ("online-duration", QUIET, page("办事指南", day=[day(
        interval("/log/collect", fields=["uid", "pageUrl", "stayTime"]))])),
    "how many are online": ("online-duration", QUIET, page(
        "当前在线 128 人", requests=[get("/online/count")], timers=[timer(5000)])),
    "a video tells how far it is": ("online-duration", QUIET, page("视频时长 12:30", "播放", day=[day(
        interval("/video/progress", fields=["videoId", "currentTime", "duration"]))])),
    "a person's place in a video": ("online-duration", QUIET, page("播放", day=[day(
        interval("/play/log", fields=["userId", "videoId", "seconds"]))])),
    "an idle session ends": ("online-duration", QUIET, page("首页", day=[day(dialogs=[
        {"virtual": 9 * HOUR, "text": "长时间未操作，请重新登录", "closable": False, "modal": True}])])),
    "documents are signed": ("check-in", QUIET, page(
        "电子签章", "会签", "签收", press=["签署", "会签", "确认签收"], requests=[post("/doc/sign", "docId")])),
    "a hotel": ("check-in", QUIET, page(
        "办理入住", "酒店", press=["入住登记", "checkIn"], requests=[post("/hotel/checkIn", "roomNo")])),
    "a hotel in English, its name on another screen": ("check-in", QUIET, recording(
        state("s1", "/#/", texts=[words("My Hotels")]), state("s2", "/#/stay", controls=[control("Check In")]),
        requests=[post("/stay/confirm", "roomNo", state="s2")])),
    "parts of pages are fetched": ("check-in", QUIET, page(
        press=["签到"], requests=[get("/parts/splash.html", kind="fetch"), get("/parts/login.htm?x=1")])),
    "a seat in a library": ("check-in", QUIET, page(
        "座位预约", "我的座位 3 号", press=["签到", "暂离"], requests=[post("/seat/arrive", "seatNo")])),
    "a day of the month that has no second try": ("check-in", AT_MOST_LOOKED_AT, page(
        "每天最多打卡1次，不可补打卡", "每天可签到一次，每次至少奖励5金币", "未打卡不可补打卡，无须每日签到",
        "每日签到可抵扣1元", press=["立即签到"], requests=[post("/game/sign", "id")])),
    "sights to visit": ("check-in", QUIET, page(
        "网红打卡地", "打卡攻略", press=["打卡地图"], requests=[get("/spot/list")])),
    "a queue in a hospital": ("check-in", QUIET, page(
        "就诊签到", "门诊", press=["签到取号"], requests=[post("/queue/sign", "regNo")])),
    "a story about officials": ("check-in", QUIET, page("我县干部下沉一线，每日打卡民生实事", requests=[get("/news")])),
    "the place of a report is chosen": ("check-in", QUIET, page(
        "巡查点位", "情况说明", press=["提交"], requests=[post("/patrol/report", "pointId")])),
    "one's own status costs nothing": ("check-in", AT_MOST_LOOKED_AT, page(
        "未签到", "每天最多打卡1次", "用户每天可签到一次，获得50签到积分", title="每日签到",
        press=["未签到 累计12天"])),
    "a dialog about privacy": ("check-in", AT_MOST_LOOKED_AT, page(
        "首页", press=["签到"], dialogs=[dialog("请阅读并同意用户协议 同意", False)])),
    "results of a recruiting examination": ("points-ranking", QUIET, page(
        "笔试成绩", "准考证号", "姓名", "得分", "排名", requests=[get("/exam/rank")])),
    "what is read most": ("points-ranking", QUIET, page("热搜榜", "阅读排行", "点击量", requests=[get("/hotRank")])),
    "the air of cities": ("points-ranking", QUIET, page("城市空气质量排名", "名次", requests=[get("/aqi/rank")])),
    "a game": ("points-ranking", AT_MOST_LOOKED_AT, page(
        "排行榜", "得分", "昵称", "第1名", press=["再玩一次"], requests=[get("/game/rank")])),
    "solar panels": ("install-rate", QUIET, page("各村光伏安装率", "乡镇", requests=[get("/pv/rate")])),
    "festivals on an internet domain": ("install-rate", QUIET, page(
        "節日活動", "节日活动", "姓名", "demo.firebasestorage.app")),
    "words that straddle others": ("install-rate", QUIET, page(
        "单位名称", "排名", "安全员", "公安装备占比", "未公开通报人数", "网上线下占比", "下载速率", "登录频率")),
    "machines": ("install-rate", QUIET, page("CPU使用率", "各单位服务器", requests=[get("/m")])),
    "an avatar": ("media-upload", QUIET, page(
        "修改头像", press=["上传头像", "保存"], forms=[pictures("头像")], requests=[post("/user/avatar", "file")])),
    "an identity card": ("media-upload", QUIET, page(
        "身份证正面照片", press=["提交"], forms=[pictures("身份证正面", required=True)],
        requests=[post("/apply", "f")])),
    "an editor": ("media-upload", QUIET, page(
        "新闻管理", "封面图", press=["上传图片", "发布"], forms=[pictures("")], requests=[post("/cms/save", "title")])),
    "optional pictures of an opinion": ("media-upload", AT_MOST_LOOKED_AT, page(
        "意见反馈", "上传图片（选填）", press=["提交"], forms=[pictures("上传图片")], requests=[post("/feedback", "c")],
        trials=[trial("omit", "server_decides")])),
    "a rider": ("track-upload", QUIET, page(
        "骑手位置", "配送轨迹", timers=[timer(5000)], day=[day(interval("/rider/location", method="GET", **READ))],
        requests=[get("/rider/location", response_fields=["lat", "lng"])])),
    "a bus": ("track-upload", QUIET, page(
        "公交实时位置", timers=[timer(10_000)], calls=[call("geolocation.getCurrentPosition")],
        requests=[get("/bus/pos", request_fields=["lat", "lng"])])),
    "vehicles": ("track-upload", QUIET, page(
        "车辆轨迹", "轨迹回放", "车牌号", requests=[get("/car/track/history", response_fields=["lng", "lat"])])),
}

MEANT = {
    "a table of units": ("points-ranking", ACCUSED, page(
        "序号", "单位名称", "总得分", "排名", title="考核管理", requests=[get("/khpm/list")])),
    "tabs of persons and branches": ("points-ranking", ACCUSED, page(
        "本月积分榜", "个人榜", "支部榜", "第1名", requests=[get("/jf/phb")])),
    "red and black": ("points-ranking", ACCUSED, page("红黑榜", "各村得分", requests=[get("/x/list")])),
    "a check-in that counts for pay": ("check-in", ACCUSED, page(
        "今日未签到", "缺勤将纳入绩效考核", press=["立即签到"], requests=[post("/qd/save", "jd", "wd")])),
    "arrival by another name": ("check-in", FOUND, page(
        "到岗报备", "当前位置", press=["到岗确认"], calls=[call("wx.getLocation")],
        requests=[post("/duty/arrive", "lng", "lat")])),
    "a list of who came late": ("check-in", ACCUSED, page(
        "姓名", "打卡时间", "打卡地点", "迟到", "缺卡", title="打卡记录", requests=[get("/record/list")])),
    "attendance in a back office": ("check-in", FOUND, page(
        "人员", "签到时间", "签退时间", title="考勤管理", requests=[get("/kq/jl/list")])),
    "a calendar of one's check-ins": ("check-in", FOUND, page("已连续签到3天", title="每日打卡", press=["已签到"])),
    "minutes added while nobody is there": ("online-duration", ACCUSED, page(
        "今日在线时长", "本周排名第3", day=[day(interval("/study/addTime", fields=["userId", "minutes"]))])),
    "hours below the minimum": ("online-duration", ACCUSED, page(
        "在线时长：120分钟", "未达标", requests=[get("/stat")])),
    "rates of opening accounts": ("install-rate", FOUND, page(
        "单位名称", "应开通人数", "开通率", "排名", requests=[get("/tj/ktl")])),
    "who used the app today": ("install-rate", FOUND, page(
        "各单位日活", "排名", requests=[get("/tj/rh")])),
    "how much units use the app": ("install-rate", FOUND, page("各部门", "APP使用情况", requests=[get("/tj/sy")])),
    "staff check in in English": ("check-in", FOUND, page(
        "Employee", "Check In", press=["Check In"], requests=[post("/staff/arrive", "id")])),
    "who did not log in": ("install-rate", ACCUSED, page(
        "各部门登录率", "未登录人员", press=["一键提醒"], requests=[get("/tj/dl")])),
    "tasks of registering people": ("install-rate", ACCUSED, page(
        "乡镇", "注册率", "任务数", "完成率", requests=[get("/zc/tj")])),
    "photos of a visit": ("media-upload", FOUND, page(
        "入户走访登记", press=["点击上传", "保存"], forms=[pictures("走访照片")], requests=[post("/visit/save", "n")])),
    "a screenshot as proof": ("media-upload", ACCUSED, page(
        "截图上传", press=["提交"], forms=[pictures("截图上传", required=True)], requests=[post("/task/save", "f")],
        trials=[trial("omit", "refused")])),
    "a drawn page of taking photos": ("media-upload", FOUND, page(title="巡查页面", press=["拍摄", "保存"])),
    "a patrol on a messenger": ("track-upload", ACCUSED, page(
        "巡河", "里程", calls=moments("dd.device.geolocation.start"),
        day=[day(interval("/hz/xh/gj", fields=["ryid"]))])),
    "a watch that sends frames": ("track-upload", ACCUSED, page(
        "人员定位", calls=[call("geolocation.watchPosition", virtual=8 * HOUR)],
        day=[day(interval("/ws", method="SEND", kind="socket", fields=["lng", "lat", "uid"]))])),
    "leaders look at tracks": ("track-upload", FOUND, page(
        "网格员", "今日里程", press=["轨迹回放"], requests=[get("/track/history", response_fields=["rows.lng"])])),
}


@pytest.mark.parametrize("what", NEAR_MISSES)
def test_what_only_sounds_alike_is_not_accused(what: str, tmp_path: Path) -> None:
    check_id, allowed, top = NEAR_MISSES[what]
    assert verdicts(tmp_path, top)[check_id] in allowed


SIBLINGS = {"install-rate": {"forced-install", "forced-login"}, "online-duration": {"study-duration", "points-ranking"}}
"""Checks that the same screen may rightly set off: a target of installs is a promotion task as well."""


@pytest.mark.parametrize("what", MEANT)
def test_what_is_meant_is_found_in_other_words(what: str, tmp_path: Path) -> None:
    check_id, allowed, top = MEANT[what]
    found = verdicts(tmp_path, top)
    assert found.pop(check_id) in allowed
    assert {name for name, verdict in found.items() if verdict == "likely_violation"} <= SIBLINGS.get(check_id, set())


# ---------------------------------------------------------------- what stands in script elements


def texts_of(folder: Path, dom: str) -> set[tuple[str, str]]:
    """(text, role) of what is read in a page beside what was seen."""
    path = write_recording(folder, recording(state("s1", dom=digest(dom))), {"dom": [dom]})
    reading = read_recording(path, "site", Limits(), Deadline(60), lambda _stage, _done: None)
    facts, text = reading.facts, reading.strings
    rows = [row for row, kind in enumerate(facts.kind.tolist()) if kind == Fact.TEXT]
    return {(text[int(facts.value[row])], text[int(facts.role[row])]) for row in rows}


JSX = """
const Page = ({rows}) => {
  const late = rows.filter(row => row.a < row.b && !['节日活动'].includes(row.type));
  return (
    <div className="page">
      {/* 务必每日打卡 */}
      <p>It's {late.length > 0 ? <b>迟到名单</b> : '无人迟到'}</p>
      {rows.map(row => <button key={row.id} onClick={() => save({id: row.id})}>立即打卡</button>)}
      <Field label="姓名" /> <></>
    </div>);
};
const monthStart = `必须${month}打卡`;
"""


@pytest.mark.parametrize("kind", ["text/babel", "text/jsx", "text/tsx"])
def test_script_with_markup_in_it_is_read_as_both(kind: str, tmp_path: Path) -> None:
    found = texts_of(tmp_path, f'<p>x</p><script type="{kind}">{JSX}</script>')
    assert ("立即打卡", "button") in found
    assert "迟到名单" in {text for text, _ in found}
    assert not [text for text, role in found if role == "prose" or "=>" in text or "const" in text or "务必" in text]


@pytest.mark.parametrize("kind", ["text/typescript", "module", "application/json", "importmap", "x-shader/x-vertex"])
def test_what_stands_in_a_script_element_is_no_prose(kind: str, tmp_path: Path) -> None:
    code = "const a: string = load<string>(1); // 各单位必须每日签到，未签到的予以通报批评，并且纳入年度考核，绝不例外"
    found = texts_of(tmp_path, f'<p>x</p><script type="{kind}">{code}</script>')
    assert not [text for text, _ in found if "签到" in text]


@pytest.mark.parametrize("kind", ["text/x-template", "text/html", "text/x-handlebars-template", "text/ng-template"])
def test_a_template_is_markup(kind: str, tmp_path: Path) -> None:
    dom = f'<p>x</p><script type="{kind}"><button>立即签到</button></script>'
    assert "立即签到" in {text for text, _ in texts_of(tmp_path, dom)}


# ---------------------------------------------------------------- where the position goes

SHOWN = """
let lat, lng;
navigator.geolocation.watchPosition((p) => { lat = p.coords.latitude; lng = p.coords.longitude; show(lat, lng); });
function show(a, b) { box.innerText = a + b; }
function onPress() { fetch('/api/report/save', {method: 'POST', body: JSON.stringify({lat, lng, latitude: lat})}); }
"""
UNRELATED = SHOWN + "setInterval(() => { checkNews(); }, 1000);\nfunction checkNews() { fetch('/api/news/list'); }\n"
BY_TIMER = SHOWN + "setInterval(() => { hand(); }, 9000);\nfunction hand() { fetch('/api/p/point?lat=' + lat); }\n"
BY_WATCH = UNRELATED.replace("show(lat, lng);", "tell(p);") + "const tell = (p) => { fetch('/api/p/x', {body: p}); };\n"
ELSEWHERE = "</script>\n<script>setInterval(() => {\n  fetch('/api/p/point?lat=' + lat);\n}, 9000);\n"
CHAINED = UNRELATED + "function again() {\n  fetch('/api/p/x?lng=' + lng);\n  setTimeout(again, 60000);\n}\n"
TOLD_ELSEWHERE = UNRELATED + "navigator.geolocation.watchPosition(takeIt);\n"


@pytest.mark.parametrize(("code", "allowed"), [
    (UNRELATED, QUIET), (BY_TIMER, FOUND), (BY_WATCH, FOUND), (UNRELATED + ELSEWHERE, FOUND), (TOLD_ELSEWHERE, FOUND),
    (CHAINED, FOUND)])
def test_a_position_that_is_only_shown_is_no_track(code: str, allowed: set[str], tmp_path: Path) -> None:
    dom = f"<p>x</p><script>{code}</script>"
    path = write_recording(tmp_path, recording(state("s1", dom=digest(dom))), {"dom": [dom]})
    reading = read_recording(path, "site", Limits(), Deadline(60), lambda _stage, _done: None)
    found = {row.check_id: str(row.verdict) for row in judge(reading, CHECKS).verdicts}
    assert found["track-upload"] in allowed


# ---------------------------------------------------------------- who sees it


def seen_by(actor: str, *texts: str, press: Iterable[str] = ()) -> dict[str, Any]:
    return state(f"s-{actor}", "/#/home", actor=actor, texts=[words(text) for text in texts],
                 controls=[control(text) for text in press])


def test_what_one_actor_sees_forces_nothing_on_another(tmp_path: Path) -> None:
    apart = recording(seen_by("citizen", press=["每日打卡"]), seen_by("staff", "未完成巡查的纳入考核"))
    together = recording(seen_by("citizen"), seen_by("staff", "未打卡的纳入考核", press=["每日打卡"]))
    assert verdicts(tmp_path, apart)["check-in"] == "needs_review"
    assert verdicts(tmp_path, together)["check-in"] == "likely_violation"


def test_a_script_inside_a_page_is_of_the_actor_who_was_given_the_page(tmp_path: Path) -> None:
    doms = {actor: f"<p>{actor}</p><script>say('{actor}的话在此')</script>" for actor in ("citizen", "staff")}
    states = [{**seen_by(actor, actor), "dom": digest(dom)} for actor, dom in doms.items()]
    path = write_recording(tmp_path, recording(*states), {"dom": list(doms.values())})
    reading = read_recording(path, "site", Limits(), Deadline(60), lambda _stage, _done: None)
    facts, text = reading.facts, reading.strings
    said = {text[value]: text[actor] for value, actor in zip(facts.value.tolist(), facts.actor.tolist(), strict=True)
            if text[value].endswith("的话在此")}
    assert said == {"citizen的话在此": "citizen", "staff的话在此": "staff"}


def test_what_one_actor_reads_excuses_nothing_that_another_must_do(tmp_path: Path) -> None:
    top = recording(seen_by("citizen", "酒店", "办理入住"), seen_by("staff", "打卡", "今日未打卡"))
    assert verdicts(tmp_path, top)["check-in"] == "needs_review"
    alone = recording(seen_by("staff", "酒店", "办理入住", "打卡", "今日未打卡"))
    assert verdicts(tmp_path, alone)["check-in"] in QUIET


def test_screens_that_were_not_reached_leave_open_nothing_of_those_that_were(tmp_path: Path) -> None:
    top = page("打卡", "今日未打卡", queue_left=3, queue_examples=["/#/more"])
    found = verdicts(tmp_path, top)
    assert (found["check-in"], found["points-ranking"]) == ("needs_review", "inconclusive")
