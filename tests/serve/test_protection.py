"""Claims about headers, sizes and paths: what holds for every answer."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from appscan.serve.settings import Settings
from tests.serve.conftest import run_desk


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nothing-here", "/static/desk.css", "/static/none.css", "/api/x"])
def test_every_answer_carries_the_headers_that_keep_a_browser_strict(desk, path):
    with desk.client() as client:
        headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "..%5capp.py", "desk.css%00.css",
                                  "%2fetc%2fpasswd", "."])
def test_no_name_leads_out_of_the_static_folder(desk, name):
    address = urlsplit(desk.url)
    with socket.create_connection((address.hostname, address.port)) as raw:  # a client library would tidy the path
        raw.sendall(f"GET /static/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := raw.recv(65536):
            answer += chunk
    assert answer.split(b" ", 2)[1] in (b"404", b"400")
    assert b"import" not in answer


@pytest.mark.parametrize("told", [True, False])
def test_a_body_beyond_the_bound_is_refused_whether_its_length_is_told_or_not(tmp_path, kept_password, told):
    for desk in run_desk(tmp_path, kept_password, Settings(form_bytes=100_000)):
        with desk.client() as client:
            body = b"a=" + b"x" * 300_000
            content = body if told else iter([body[:150_000], body[150_000:]])
            answer = client.post("/sign-in", content=content,
                                 headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413


def test_a_name_with_markup_comes_back_as_text_only(desk):
    with desk.client() as client:
        answer = client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_there_are_no_pages_for_debugging(desk):
    with desk.client() as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert client.get(path).status_code == 404


def test_a_broken_request_says_nothing_of_what_was_sent(desk):
    with desk.client() as client:
        client.get("/sign-in")
        from appscan.serve.sessions import form_token

        answer = client.post("/sign-in", data={"name": "n" * 300, "password": "secret-word",
                                               "form_token": form_token(client.cookies["appscan"])})
    assert answer.status_code == 422
    assert "secret-word" not in answer.text
    assert "n" * 300 not in answer.text
