"""Claims about time, requests and answers of captures, each against a real server and a real browser."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, opened, page


@pytest.mark.parametrize(
    ("site", "path", "period", "count"),
    [
        ("duration-chained", "/mobile/user/keep", 20_000, 2910),
        ("duration-xhr", "/portal/stat/stay.do", 60_000, 970),
        ("duration-worker", "/api/v1/online/tick", 30_000, 1940),
        ("duration-socket", "/ws/online", 30_000, 1940),
    ],
)
def test_a_heartbeat_is_seen_with_period_and_count_and_never_sent(shoot, site, path, period, count):
    recording, effects = shoot(site)
    interval = next(row for day in recording.document["day"] for row in day["intervals"] if row["path"] == path)
    assert (interval["period"], interval["idle"], interval["class"]) == (period, True, "write")
    assert abs(interval["count"] - count) <= 2
    assert interval["fields"]
    assert effects == 0


def test_a_beacon_on_leave_tells_the_duration(shoot):
    recording, effects = shoot("duration-leave")
    beacon = recording.rows("requests", kind="beacon", trigger="leave")[-1]
    assert (beacon["sent"], "durationSeconds" in beacon["request_fields"]) == (False, True)
    assert effects == 0


def test_midnight_changes_what_the_page_says(shoot):
    recording, _ = shoot("midnight-change")
    assert any("今日未打卡" in row["detail"] for day in recording.document["day"] for row in day["midnight"])


def test_a_sign_in_by_script_element_is_written_down_and_answered_here(shoot):
    recording, effects = shoot("checkin-jsonp")
    assert any(
        "addSign" in row["url"] and not row["sent"] and row["class"] == "write"
        for row in recording.rows("requests", kind="jsonp")
    )
    assert any("todayList" in row["url"] and row["sent"] for row in recording.rows("requests", kind="jsonp"))
    assert effects == 0


def test_a_redirect_from_a_read_to_a_write_is_not_followed(tiny, tmp_path):
    url, arrived = tiny(
        {
            "/index.html": page("<h1>首页</h1><script>fetch('/api/list')</script>"),
            "/api/list": (302, "/api/sign?uid=1", b""),
        }
    )
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    assert not [row for row in arrived if "/api/sign" in row]
    assert recording.rows("requests", url=f"{url}/api/sign?uid=1", sent=False)


def test_a_word_split_over_elements_of_a_line_is_told_whole(tiny, tmp_path):
    body = "<h2>首页</h2><p><b>打</b><b>卡</b>记录</p><div><div>签</div><div>到</div></div>"
    url, _ = tiny({"/index.html": page(body)})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    told = {row["text"] for row in recording.document["states"][0]["texts"]}
    assert "打卡记录" in told
    assert "签到" not in told


CHIPS = """<style>.c{display:inline-block;margin:6px 14px;padding:4px 10px;border:1px solid #888}
.d{display:inline-block;padding:4px 10px}.e i{display:inline-block}</style><h2>首页</h2>
<div class=nav-bar><span class=c>积分</span><span class=c>排名</span></div>
<div class=nav-bar><div class=c>签到</div><div class=c>领奖</div></div>
<div><span class=d>在线</span><span class=d>时长</span></div>
<p><a href=#a>打</a><a href=#b>分</a></p><p><span>网格</span> <span>通知</span></p>
<p class=e><i>打</i><i>卡</i></p><p>请<b>按时</b>报送</p>"""


def test_words_that_stand_apart_are_not_one_word(tiny, tmp_path):
    url, _ = tiny({"/index.html": page(CHIPS)})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**QUICK, "days": 0})))
    texts = {row["text"] for row in recording.document["states"][0]["texts"]}
    assert texts >= {"积分", "排名", "打卡", "请按时报送"}
    assert not texts & {"积分排名", "签到领奖", "在线时长", "打分", "网格 通知", "网格通知"}
