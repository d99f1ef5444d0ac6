"""Claims about which requests are reads (seams.md, "Writes")."""

from __future__ import annotations

import pytest

from appscan.capture.writes import Kind, callback_of, classify

READ, WRITE, LOGIN, UNKNOWN = Kind.READ, Kind.WRITE, Kind.LOGIN, Kind.UNKNOWN


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "expected"),
    [
        ("GET", "/sign/list", "", "xhr", READ),
        ("POST", "/api/signIn", "", "xhr", LOGIN),
        ("POST", "/api/assign/list", "", "xhr", READ),
        ("GET", "/api/sign?uid=1", "", "xhr", WRITE),
        ("POST", "/api/checkIn", "", "xhr", WRITE),
        ("GET", "/", "", "document", READ),
        ("POST", "/api/user/query", "{}", "xhr", READ),
        ("POST", "/mobile/user/keep", "", "fetch", WRITE),
        ("POST", "/api/saveList", "", "xhr", WRITE),
        ("GET", "/api/heartbeat", "", "fetch", WRITE),
        ("POST", "/api/foo", "", "fetch", UNKNOWN),
        ("GET", "/p.gif?u=1&act=view", "", "image", WRITE),
        ("GET", "/logo.png?v=3", "", "image", READ),
        ("GET", "/api/sign?callback=f", "", "jsonp", WRITE),
        ("GET", "/api/x?callback=f", "", "jsonp", UNKNOWN),
        ("GET", "/gateway/kq.do?method=todayList&callback=f", "", "jsonp", READ),
        ("GET", "/gateway/kq.do?method=addSign&callback=f", "", "jsonp", WRITE),
        ("GET", "/user/delete?id=3", "", "document", WRITE),
        ("GET", "/report.html", "", "document", READ),
        ("GET", "/do?op=sign", "", "document", WRITE),
        ("POST", "/graphql", '{"query": "mutation { a }"}', "fetch", WRITE),
        ("POST", "/graphql", '{"query": "query { a }"}', "fetch", READ),
        ("POST", "/api", '{"action": "list"}', "fetch", READ),
        ("POST", "/api", "action=sign", "fetch", WRITE),
        ("SEND", "/push/list", "", "socket", WRITE),
        ("POST", "/list", "", "beacon", WRITE),
        ("DELETE", "/list", "", "fetch", WRITE),
    ],
)
def test_whole_words_decide_and_a_write_beats_a_read(
    method: str, path: str, body: str, kind: str, expected: Kind
) -> None:
    assert classify(method, f"http://127.0.0.1{path}", body, kind) is expected


def test_a_callback_is_a_function_name_under_a_known_query_name() -> None:
    assert callback_of("http://h/a?jsoncallback=app.done") == "app.done"
    assert callback_of("http://h/a?callback=alert(1)") is None
    assert callback_of("http://h/a?back=done") is None
