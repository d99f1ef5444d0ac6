"""The folder of a site is served as it lies there, and nothing beside it."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from appscan.bench.site_server import MOST_CONNECTIONS, serve

PAGE = "<!doctype html><meta charset=gbk><title>首页</title>".encode("gbk")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside", "utf-8")
    root = tmp_path / "site"
    (root / "文件夹").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "首页.html").write_bytes(PAGE)
    (root / "文件夹" / "index.html").write_bytes(b"inner")
    (root / "a b.JS").write_bytes(b"1")
    (root / "noend").write_bytes(b"2")
    (root / "..hidden.css").write_bytes(b"3")
    return root


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


def ask(address: str, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_page_comes_byte_for_byte_without_a_character_set(address: str) -> None:
    status, headers, body = ask(address, quote("/首页.html") + "?a=1")
    assert (status, headers["content-type"], body) == (200, "text/html", PAGE)


@pytest.mark.parametrize(("path", "kind"), [("/a%20b.JS", "text/javascript"), ("/noend", "application/octet-stream"),
                                            ("/..hidden.css", "text/css")])
def test_types_are_those_a_browser_needs(address: str, path: str, kind: str) -> None:
    assert ask(address, path)[1]["content-type"] == kind


def test_a_folder_shows_its_index_and_is_never_listed(address: str) -> None:
    status, headers, _ = ask(address, quote("/文件夹"))
    assert (status, headers["location"]) == (301, quote("/文件夹/"))
    assert ask(address, quote("/文件夹/"))[2] == b"inner"
    assert [ask(address, path)[0] for path in ("/", "/empty/")] == [404, 404]
    assert ask(address, "//empty")[1]["location"] == "/empty/"


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/empty/../../secret.txt",
                                  "/%00", "/" + "a" * 5000, "/link.txt", "/linked/secret.txt", "secret.txt", "*",
                                  "/首页.html/x".encode().decode("latin-1"), "/pipe"])
def test_nothing_beside_the_folder_is_served(address: str, site: Path, path: str) -> None:
    (site / "link.txt").symlink_to(site.parent / "secret.txt")
    (site / "linked").symlink_to(site.parent)
    os.mkfifo(site / "pipe")
    netloc = urlsplit(address)
    with socket.create_connection((netloc.hostname, netloc.port), timeout=10) as raw:
        raw.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert b"outside" not in answer
    assert answer.split()[1] == b"404"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_copy_takes_nothing(address: str, method: str) -> None:
    assert ask(address, "/noend", method, b"x" * 1000)[0] == 405
    assert ask(address, "/noend")[2] == b"2"


def test_only_the_length_is_told_to_who_asks_for_the_head(address: str) -> None:
    status, headers, body = ask(address, "/noend", "HEAD")
    assert (status, headers["content-length"], body) == (200, "1", b"")


def test_connections_that_are_kept_open_do_not_pile_up(address: str) -> None:
    netloc = urlsplit(address)
    for _ in range(2 * MOST_CONNECTIONS):
        with socket.create_connection((netloc.hostname, netloc.port), timeout=10):
            pass
    assert ask(address, "/noend")[2] == b"2"
