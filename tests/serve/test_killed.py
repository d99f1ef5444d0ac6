"""Claims about a desk that is killed in the middle of decisions: none that was acknowledged is lost, none is there
twice, and what was not acknowledged may be sent again."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import Counter
from typing import Any

import httpx

from appscan.serve import sessions
from appscan.store import EventKind, FindingsAsked, Role, Store, Window
from tests.serve.conftest import fill, serving

APPS = 12


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
    with serving(path) as server, server.signed_in("复核员") as client:
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
            server.kill()

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        with contextlib.suppress(httpx.TransportError):
            for number in numbers:
                assert decide(number)
                acknowledged.append(number)
        killer.join(30)
        assert not killer.is_alive()
    assert 5 <= len(acknowledged) < len(numbers)
    with serving(path) as server, server.signed_in("复核员") as client:
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
    with serving(path) as server, server.signed_in("复核员"):
        server.kill()
    with serving(path) as server, server.signed_in("复核员") as client:
        answer = _caught_up(client)
        assert answer["total"] == APPS
        assert {one["overall"] for one in answer["apps"]} == {"likely_violation"}
