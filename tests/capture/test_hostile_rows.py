"""Claims about what pages tell and link to without any sense: it costs itself, and neither the walk nor the memory."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture, hearing
from appscan.capture import journal as journals
from appscan.capture.addresses import urldefrag, urljoin, urlsplit
from appscan.capture.journal import Journal, Moment
from appscan.capture.writes import Kind

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


def call(api, stack, detail=""):
    return {"what": "call", "api": api, "detail": detail, "stack": [stack]}


def test_a_flood_of_one_call_keeps_room_for_another_and_nothing_is_missing():
    journal = Journal()
    journal.take([call("localStorage.setItem", "a.js:1:1", str(number)) for number in range(4000)])
    journal.take([call("localStorage.setItem", "b.js:1:1")])
    journal.moment = Moment("visitor", "s2-visitor")
    journal.take([call("geolocation.watchPosition", "a.js:2:1")])
    assert [row["api"] for row in journal.calls].count("localStorage.setItem") == journals.MAX_ALIKE + 1
    assert journal.calls[-1]["api"] == "geolocation.watchPosition"
    assert journal.gaps == []


def test_what_no_list_has_room_for_is_a_gap_at_its_state():
    journal = Journal(moment=Moment("visitor", "s1-visitor"))
    journal.states.append({"id": "s1-visitor", "url": "http://a/index.html"})
    for start in range(0, 21_000, 3000):
        journal.take([call("fetch", f"{number}.js") for number in range(start, start + 3000)])
    assert len(journal.calls) == journals.MAX_ROWS
    assert [(row["reason"], row["place"]) for row in journal.gaps] == [("observations_left_out", "http://a/index.html")]


def test_requests_beyond_the_bound_are_told_and_leave_nothing_behind(monkeypatch):
    monkeypatch.setattr(journals, "MAX_REQUESTS", 50)
    journal = Journal()
    for number in range(500):
        url = f"http://a/save/{number}"
        journal.on_network("POST", url, "form", Kind.WRITE, False, f"body {number}")
        told = {"what": "request", "kind": "form", "method": "POST", "url": f"{url}/more", "body": f"x{number}"}
        journal.take([told])
    assert len(journal.requests) == 50
    assert len(journal._open) + len(journal._forms) <= 50  # what waits to be joined
    assert len(journal.parts.texts) <= 50
    assert [row["reason"] for row in journal.gaps] == ["observations_left_out"]
    assert "requests" in journal.reached


def test_what_many_sockets_push_is_bounded_together(monkeypatch):
    monkeypatch.setattr(hearing, "MAX_ALL", 100_000)
    journal = Journal()
    for number in range(40):
        url = f"wss://a/ws/{number}"
        journal.take([{"what": "request", "kind": "socket", "method": "GET", "url": url, "opened": True}])
        journal.take([{"what": "heard", "kind": "socket", "url": url, "text": f"{number}:{turn}".ljust(500)}
                      for turn in range(30)])
    assert sum(len(text) for channel in journal.hearing.channels.values() for text in channel.texts) <= 100_000
    assert [row["reason"] for row in journal.gaps] == ["observations_left_out"]


def test_a_page_that_makes_up_gaps_crowds_out_none_and_a_full_buffer_is_told(tiny, tmp_path):
    forged = "for (let i = 0; i < 120; i++) __appscan.rows.push({what: 'gap', reason: 'x' + i, place: 'p'});"
    flood = "for (let i = 0; i < 1600; i++) navigator.sendBeacon('/api/visit/add?i=' + i, 'x');"
    url, _ = tiny({"/index.html": page(f"<h3>首页</h3><p id=p></p><script>{forged}{flood}</script>")})
    reasons = {row["reason"] for row in walked(url, tmp_path).document["gaps"]}
    assert "observations_left_out" in reasons
    assert not [reason for reason in reasons if reason.startswith("x")]
