"""Claims about what a walk tells where it did not see what a person would have seen: nothing is clean in silence."""

from __future__ import annotations

import json

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.writes import Kind, classify

from .conftest import QUICK, opened, page

CALM = {**QUICK, "days": 0}
ASKING = """<h2>首页</h2><div id=a></div><script>fetch('%s', {method: 'POST', body: '{"pageNo":1}'})
.then(r => r.json()).then(d => { a.textContent = d.data.title || '暂无数据' })</script>"""


def walked(url, tmp_path, **wishes):
    return opened(capture([f"{url}/index.html"], tmp_path / "o.zip", CaptureOptions(**{**CALM, **wishes})))


@pytest.mark.parametrize("path", ["/api/gzt/jfb", "/gateway", "/api/home/data"])
def test_an_answer_of_ours_to_what_a_page_asks_for_on_loading_is_told_at_that_page(tiny, tmp_path, path):
    url, arrived = tiny({"/index.html": page(ASKING % path)})
    gaps = walked(url, tmp_path).rows("gaps", reason="answer_stands_in")
    told = [(row["place"], row["params"]["url"], row["blinds"]) for row in gaps]
    assert told == [(f"{url}/index.html", path, False)]
    assert not [row for row in arrived if row.startswith("POST")]


def test_what_is_plainly_read_or_written_has_no_such_gap(tiny, tmp_path):
    body = ASKING % "/api/gzt/list" + "<script>fetch('/api/heartbeat', {method: 'POST'})</script>"
    url, _ = tiny({"/index.html": page(body), "/api/gzt/list": (200, "application/json", b'{"data": {}}')})
    assert not walked(url, tmp_path).rows("gaps", reason="answer_stands_in")


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/api/online/statistics", {"userId": 7, "seconds": 30}, Kind.WRITE),
        ("/api/study/info", {"courseId": 7, "studySeconds": 30}, Kind.WRITE),
        ("/user/location/list", [{"lat": 1.5, "lng": 2.5}, {"lat": 1.6, "lng": 2.5}], Kind.WRITE),
        ("/sign/info", {"lat": 31.2, "lng": 121.4}, Kind.WRITE),
        ("/api/user/info", {"userId": 7, "latitude": 31.2, "longitude": 121.4}, Kind.UNKNOWN),
        ("/duration/total", {"userId": 7, "month": "2024-01"}, Kind.READ),
        ("/api/course/list", {"duration": "", "pageNo": 1}, Kind.READ),
        ("/api/course/page", {"duration": 30, "pageNo": 1, "pageSize": 10}, Kind.READ),
        ("/api/shop/list", {"lat": 31.2, "lng": 121.4, "pageNo": 1}, Kind.READ),
        ("/weather/info", {"lat": 31.2, "lng": 121.4}, Kind.READ),
        ("/api/dept/list", [{"name": "a"}], Kind.READ),
    ],
)
def test_a_post_that_tells_a_time_or_a_place_is_no_read_whatever_its_last_word(path, body, expected):
    assert classify("POST", f"http://127.0.0.1{path}", json.dumps(body)) is expected
