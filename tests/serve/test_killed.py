"""Claims about a desk that is killed in the middle of decisions: none that was acknowledged is lost, none is there
twice, and what was not acknowledged may be sent again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from appscan.serve import sessions
from appscan.store import EventKind, FindingsAsked, Role, Store, Window
from tests.serve.conftest import PASSWORD, fill, sign_in

APPS = 12


@contextlib.contextmanager
def _serving(path: Path):
    """`appscan serve` as a process of its own; its address and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "appscan", "serve", "--store", str(path), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env={**os.environ, "PYTHONUNBUFFERED": "1"})
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    client.get("/sign-in")
                    break
                assert process.poll() is None
                time.sleep(0.05)
            assert sign_in(client, "复核员", PASSWORD).status_code == 303
            yield client, process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _caught_up(client: httpx.Client) -> dict[str, Any]:
    """The list of apps once it knows of all that changed."""
    while (answer := client.get("/api/apps").json())["behind"]:
        time.sleep(0.05)
    return dict(answer)


def test_a_server_killed_during_decisions_loses_none_and_doubles_none(tmp_path, kept_password, vendor_report):
    path = tmp_path / "office.db"
    with Store.open(str(path)) as store:
        store.accounts.add("复核员", kept_password, Role.REVIEWER, who="x", when=sessions.now())
        fill(store, vendor_report, APPS)
    acknowledged: list[str] = []
    with _serving(path) as (client, process):
        _caught_up(client)
        numbers = [one["id"] for one in client.get("/api/findings").json()["findings"]]
        assert len(numbers) >= 3 * APPS
        token = sessions.form_token(client.cookies["appscan"])

        def decide(number: str) -> bool:
            answer = client.post(f"/findings/{number}/decide", data={
                "form_token": token, "decision": "confirm", "reason": "已核实", "seen": 0, "mark": f"m{number}"})
            return answer.status_code == 303

        def kill() -> None:
            while len(acknowledged) < 5:
                time.sleep(0.001)
            os.kill(process.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        with contextlib.suppress(httpx.TransportError):
            for number in numbers:
                assert decide(number)
                acknowledged.append(number)
        killer.join(30)
        assert process.wait(30) == -signal.SIGKILL
    assert 5 <= len(acknowledged) < len(numbers)
    with _serving(path) as (client, _):
        token = sessions.form_token(client.cookies["appscan"])
        after = {one["id"]: one["state"] for one in client.get("/api/findings?state=any").json()["findings"]}
        assert {after[number] for number in acknowledged} == {"confirmed"}
        for number in numbers:
            answer = client.post(f"/findings/{number}/decide", data={
                "form_token": token, "decision": "confirm", "reason": "已核实", "seen": 0, "mark": f"m{number}"})
            assert answer.status_code == 303, re.findall('role="alert">([^<]*)', answer.text)
    with Store.open(str(path)) as store:
        said = Counter((event.subject, event.content["fingerprint"]) for event in store.events(EventKind.REVIEWED))
        listed = {one.id: one for one in store.lists.findings(FindingsAsked(), Window(most=1000))}
        wanted = {(listed[number].entry, listed[number].fingerprint) for number in numbers}
        assert said == dict.fromkeys(wanted, 1)


def test_notes_of_what_changed_survive_a_killed_server(tmp_path, kept_password, vendor_report):
    """Whatever had not been worked into the lists when the server died is worked in by the next one."""
    path = tmp_path / "office.db"
    with Store.open(str(path)) as store:
        store.accounts.add("复核员", kept_password, Role.REVIEWER, who="x", when=sessions.now())
        fill(store, vendor_report, APPS)
        assert store.lists.condition().stale > 0
    with _serving(path) as (_, process):
        os.kill(process.pid, signal.SIGKILL)
    with _serving(path) as (client, _):
        answer = _caught_up(client)
        assert answer["total"] == APPS
        assert {one["overall"] for one in answer["apps"]} == {"likely_violation"}
