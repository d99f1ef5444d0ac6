"""The fixture sites are complete, say what they prove, and their server counts every effect. Drives no browser."""

from __future__ import annotations

import base64
import http.client
import importlib.util
import json
import os
import re
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

PAGES = Path(__file__).resolve().parents[1] / "fixtures" / "pages"
CHECKS = {path.stem for path in (Path(__file__).resolve().parents[1] / "checks" / "features").glob("*.yaml")}
WORDS = {
    "presence": {"none", "mentioned", "bundled", "reachable", "exercised"},
    "force": {"none", "nudge", "consequence", "no_opt_out", "block", "order"},
    "verdict": {"likely_violation", "needs_review", "missing", "inconclusive", "exempt", "info", "not_found"},
}
KEYS = {"proves", "role", "root", "entry", "more_entries", "expect", "rest", "never", "as", "logged_in",
        "ignoring_robots", "hosts"}
ROLES = {"positive", "negative", "near_negative", "inconclusive"}
NAMES = sorted(path.name for path in PAGES.iterdir() if path.is_dir() and path.name[0] not in "._")


def load_server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages_server", PAGES / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SERVER = load_server()


def read(name: str, file: str = "site.json") -> dict[str, Any]:
    path = PAGES / name / file
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def effects_of(name: str) -> list[dict[str, Any]]:
    return [row for row in read(name, "api.json").get("routes", []) if "effect" in row]


def path_of(row: dict[str, Any]) -> str:
    """One address that the route answers."""
    return str(row["path"]).replace("*", "1") + ("?" + urlencode(row["query"]) if "query" in row else "")


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """Status and body; redirects are not followed, and of a long answer only the start is read."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=15)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read(2_000_000)
        finally:
            answer.close()
    finally:
        connection.close()


def judged(name: str) -> Iterator[dict[str, Any]]:
    """Every expectation: the one for a capture without credentials, then those of its actors."""
    site = read(name)
    yield site
    yield from site.get("logged_in", [])


@pytest.mark.parametrize("name", NAMES)
def test_every_site_says_what_it_proves_in_known_words(name: str) -> None:
    site = read(name)
    assert set(site) <= KEYS
    assert site["proves"].endswith(".")
    assert site["role"] in ROLES
    for capture in judged(name):
        assert set(capture["expect"]) <= CHECKS
        for expected in capture["expect"].values():
            assert set(expected) == set(WORDS)
            for axis, words in expected.items():
                assert words
                assert set(words) <= WORDS[axis]
        assert set(capture.get("rest", ["not_found"])) <= WORDS["verdict"]
        assert set(capture.get("never", [])) <= WORDS["presence"] | WORDS["verdict"]
        assert set(capture.get("as", [])) <= set(site.get("as", {}))


@pytest.mark.parametrize("name", NAMES)
def test_no_expectation_contradicts_itself_or_its_role(name: str) -> None:
    for capture in judged(name):
        never = set(capture.get("never", []))
        assert not never & set(capture.get("rest", ["not_found", "info"]))
        for expected in capture["expect"].values():
            assert set(expected.get("presence", ["none"])) - never
            assert set(expected["verdict"]) - never
    verdicts = [set(expected["verdict"]) for expected in read(name)["expect"].values()]
    accused = any("likely_violation" in words <= {"likely_violation", "needs_review"} for words in verdicts)
    assert accused == (read(name)["role"] == "positive")


@pytest.mark.parametrize("name", NAMES)
def test_every_site_serves_its_entries(name: str) -> None:
    walled = "wall" in read(name, "api.json")
    with SERVER.serve(name) as served:
        for entry in [served.site["entry"], *served.site["more_entries"]]:
            status, body = ask(served.url + quote(entry.split("#")[0], safe="/?=&"))
            assert status == (302 if walled else 200)
            assert walled or b"<" in body
        assert served.effects.total == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_actor_gets_past_the_wall(name: str) -> None:
    with SERVER.serve(name) as served:
        for actor, known in served.site.get("as", {}).items():
            cookie = "; ".join(f"{key}={value}" for key, value in known["cookies"].items())
            status, _ = ask(served.url + served.site["entry"], Cookie=cookie)
            assert status == 200
            assert [row["value"] for row in served.storage_state(actor)["cookies"]] == list(known["cookies"].values())


@pytest.mark.parametrize("name", [name for name in NAMES if effects_of(name)])
def test_every_effect_of_a_site_counts_when_called(name: str) -> None:
    api = read(name, "api.json")
    roles = {role: value for value, role in api.get("sessions", {}).get("roles", {}).items()}
    with SERVER.serve(name) as served:
        for row in effects_of(name):
            before = served.effects.named(row["effect"])
            role = row.get("role", next(iter(roles), None))
            cookie = {"Cookie": f"{api['sessions']['cookie']}={roles[role]}"} if role in roles else {}
            method = "POST" if row.get("method") == "*" else row.get("method", "GET")
            body = row.get("body", "{}").encode() if method == "POST" else None
            status, _ = ask(served.url + path_of(row), method, body, **cookie)
            assert status == int(row.get("status", 302 if "redirect" in row else 200))
            assert served.effects.named(row["effect"]) == before + 1
        assert served.effects.seen[-1].path.startswith("/")


@pytest.mark.parametrize("name", NAMES)
def test_reads_change_nothing(name: str) -> None:
    with SERVER.serve(name) as served:
        for row in read(name, "api.json").get("routes", []):
            if "effect" not in row and row.get("method", "GET") == "GET" and row.get("delay", 0) < 1:
                ask(served.url + path_of(row))
        assert served.effects.total == 0


@pytest.mark.parametrize("name", [name for name in NAMES if read(name, "api.json").get("sockets")])
def test_every_socket_frame_counts(name: str) -> None:
    row = read(name, "api.json")["sockets"][0]
    with SERVER.serve(name) as served:
        parts = urlsplit(served.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
            key = base64.b64encode(os.urandom(16)).decode()
            client.sendall(f"GET {row['path']} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
            assert b"101" in client.recv(4096).split(b"\r\n")[0]
            assert served.effects.total == 0
            for _ in range(3):
                client.sendall(bytes([0x81, 0x80 | 2, 1, 2, 3, 4, ord("h") ^ 1, ord("i") ^ 2]))
                assert client.recv(4096)[0] == 0x81
            client.sendall(bytes([0x88, 0x80, 1, 2, 3, 4]))
            assert client.recv(16)[0] == 0x88
        assert served.effects.named(row["effect"]) == 3
        assert served.effects.seen[0].body == "hi"


def test_what_is_no_part_of_the_site_is_not_served() -> None:
    with SERVER.serve("checkin-forced") as served:
        for path in ("/site.json", "/api.json", "/../server.py", "/%2e%2e/server.py", "/..%2f..%2fREADME.md", "/.x"):
            assert ask(served.url + path)[0] == 404
        assert "GET /site.json" in served.requests


def test_a_body_beyond_the_bound_is_refused_unread() -> None:
    with SERVER.serve("checkin-forced") as served:
        parts = urlsplit(served.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
            client.sendall(b"POST /api/sign HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            assert b" 413 " in client.recv(4096)
        assert served.effects.total == 0


def test_a_running_connection_does_not_keep_the_server_from_ending() -> None:
    with SERVER.serve("checkin-forced") as served:
        parts = urlsplit(served.url)
        client = socket.create_connection((parts.hostname, parts.port), timeout=5)
        client.sendall(b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(12).endswith(b"200")
    client.close()
    with pytest.raises((urllib.error.URLError, OSError)):
        urllib.request.urlopen(served.url, timeout=2)


@pytest.mark.parametrize("name", NAMES)
def test_owners_are_invented_and_outside_hosts_are_declared(name: str) -> None:
    texts = [path.read_text("utf-8") for path in (PAGES / name).rglob("*")
             if path.suffix in (".html", ".js", ".json", ".vue") and "assets" not in path.parts]
    assert "虚构" in "".join(texts)
    hosts = set(re.findall(r"(?:https?:|wss?:)?//([\w-]+(?:\.[\w-]+)+)", "".join(texts)))
    named = {host for host in hosts if not host.endswith(".example.invalid")}
    assert named <= {"www.w3.org", "127.0.0.1", *read(name).get("hosts", [])}


def test_all_sites_together_stay_small() -> None:
    files = [path for name in NAMES for path in (PAGES / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_000_000


def test_the_readme_lists_every_site() -> None:
    readme = (PAGES / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in readme] == []
