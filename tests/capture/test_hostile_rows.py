"""Claims about what pages tell and link to without any sense: it costs itself, and neither the walk nor the memory."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.addresses import urldefrag, urljoin, urlsplit
from appscan.capture.journal import Journal

from .conftest import QUICK, opened, page

CALM = {**QUICK, "days": 0}
NONE = ["http://[object Object]/x", "http://a:port/x", "//[::1", "http://a:99999/", "https://[v1.x]y/", "[", "://", ""]


def walked(url, tmp_path, *more, **wishes):
    starts = [f"{url}{path}" for path in ("/index.html", *more)]
    return opened(capture(starts, tmp_path / "o.zip", CaptureOptions(**{**CALM, **wishes})))


def routes_of(recording):
    return {row["route"] for row in recording.document["states"]}


@pytest.mark.parametrize("address", NONE)
def test_what_is_no_address_has_a_path_and_raises_nothing(address):
    parts = urlsplit(address)
    assert parts.geturl() == address
    assert parts.port is None
    assert urljoin("http://a/b", address)
    assert urldefrag(f"{address}#top").fragment == "top"


def test_links_and_requests_that_are_no_addresses_cost_no_other_page(tiny, tmp_path):
    links = "".join(f"<a href='{address}'>坏{number}</a>" for number, address in enumerate(NONE))
    asking = "".join(f"<button onclick=\"fetch('{address}').catch(() => {{}})\">错{number}</button>"
                     for number, address in enumerate(NONE))
    pushed = "<script>__appscan.rows.push({what: 'route', path: 'http://[object Object]/r'})</script>"
    url, _ = tiny({"/index.html": page(f"<h3>首页</h3>{links}{asking}<a href=/good.html>办事</a>{pushed}"),
                   "/good.html": page("<p>好页面</p>")})
    recording = walked(url, tmp_path)
    assert "/good.html" in routes_of(recording)
    assert not [row for row in recording.document["gaps"] if row["reason"].startswith("own_failure")]


def test_rows_of_any_shape_are_taken_or_left():
    journal = Journal()
    odd = [[], {}, None, 7, float("nan"), float("inf"), "\ud800", [[]], {"a": []}]
    whats = ["request", "call", "message", "outside", "route", "heard", "gap", [], {}]
    names = ["kind", "url", "method", "path", "api", "detail", "text", "trigger", "label", "status", "virtual", "stack",
             "reason", "place", "body", "response", "own", "mock"]
    rows = [{"what": what, **dict.fromkeys(names, value)} for what in whats for value in odd]
    made = journal.take([*odd, *rows, {"what": "request", "kind": [], "url": "http://[object Object]/x"}])
    assert made[-1]["url"] == "http://[object Object]/x"
    assert {row["kind"] for row in made} == {"other"}


def test_a_fault_of_ours_at_one_page_is_told_there_and_the_others_are_seen(tiny, tmp_path):
    url, _ = tiny({"/index.html": page("<h3>首页</h3><a href=/b.html>下一页</a>"), "/c.html": page("<h3>另一页</h3>")})
    recording = walked(url, tmp_path, "/c.html", exclude=("(",))  # no pattern: found out at the first link
    gap, = recording.rows("gaps", reason="own_failure_here")
    assert gap["place"] == f"{url}/index.html"
    assert not gap["blinds"]
    assert "/c.html" in routes_of(recording)
