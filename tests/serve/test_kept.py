"""Claims about what the desk keeps of its lists between requests: never older than the store, and nobody's own."""

from __future__ import annotations

import json
import re
import secrets
import threading

import pytest

from appscan.model.registry import Entry
from appscan.serve import sessions
from appscan.serve.freshness import MOST_REMEMBERED, Freshener
from appscan.serve.summing import OVERVIEW, kept_on, sum_up
from appscan.serve.summing_apart import sum_up_apart
from appscan.store import Event, EventKind, FindingsAsked, ReviewState, Standing, Store, Window
from tests.serve.conftest import fill, report_of, send, serving

LISTS = ("/findings", "/findings?state=any&sort=app", "/apps", "/apps?text=应用", "/")


@pytest.fixture
def filled(any_desk, vendor_report):
    """A desk with three apps that were found out."""
    fill(any_desk.store, vendor_report, 3)
    return any_desk


def tables(text):
    """What pages keep: tables, and what the overview says."""
    found = re.findall(r"<table>.*?</table>|<ul class=\"figures\">.*?</ul>", text, re.DOTALL)
    assert found, text
    return found


def test_a_decision_in_another_process_shows_on_the_next_page(filled, any_url, tmp_path):
    with serving(any_url, "--blobs", tmp_path / "blobs") as other, \
            filled.signed_in("复核员") as here, other.signed_in("管理员") as there:
        place = here.get("/api/findings").json()["findings"][0]
        for decision in ("confirm", "undo"):
            for client in (there, here, here):  # kept by both, and shown from there
                before = {path: tables(client.get(path).text) for path in LISTS}
            answer = send(there, f"/findings/{place['id']}/decide", decision=decision, reason="核实",
                          mark=secrets.token_hex(4), seen=place["event"])
            assert answer.status_code == 303, answer.text
            for path in LISTS:
                assert tables(here.get(path).text) == tables(there.get(path).text) != before[path], (path, decision)
            place = here.get(f"/api/findings/{place['id']}").json()["place"]


def test_what_is_kept_is_for_everybody_and_in_the_language_of_whoever_asks(filled):
    with filled.signed_in("看客") as viewer, filled.signed_in("复核员") as reviewer:
        for path in LISTS:
            first, second = viewer.get(path).text, reviewer.get(path).text
            assert tables(first) == tables(second), path
            for client, text in ((viewer, first), (reviewer, second)):
                own = sessions.form_token(client.cookies["appscan"])
                assert set(re.findall(r'name="form_token" value="(\w+)"', text)) == {own}, path
        send(reviewer, "/language", lang="en")
        for path in LISTS:
            assert tables(viewer.get(path).text) != tables(reviewer.get(path).text), path


def test_the_row_that_was_decided_last_is_shown_though_the_table_is_kept(filled):
    with filled.signed_in("复核员") as client:
        first, second = client.get("/api/findings").json()["findings"][:2]
        assert first["id"] not in client.get("/findings").text.partition("<table>")[0]
        for one in (first, second):
            shown = client.get(f"/findings?last={one['id']}").text
            assert f"/findings/{one['id']}" in shown.partition("<table>")[0]


def test_what_is_made_late_is_not_kept_for_a_newer_state(tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        freshener = Freshener(store)
        begun, go_on, got = threading.Event(), threading.Event(), []

        def slowly():
            begun.set()
            assert go_on.wait(30)
            return "old"

        late = threading.Thread(target=lambda: got.append(freshener.remembered("list", 1, slowly)))
        late.start()
        assert begun.wait(30)
        assert freshener.remembered("other", 2, lambda: "new") == "new"  # somebody meets the next state meanwhile
        go_on.set()
        late.join(30)
        assert got == ["old"]
        assert freshener.remembered("list", 2, lambda: "new") == "new"


def test_what_everybody_asks_for_outlives_what_was_asked_for_once(tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        freshener = Freshener(store)
        assert freshener.remembered("everybody's", 1, lambda: "first") == "first"
        for number in range(2 * MOST_REMEMBERED):
            assert freshener.remembered(number, 1, lambda number=number: number) == number
            assert freshener.remembered("everybody's", 1, lambda: "again") == "first"
        assert freshener.remembered(0, 1, lambda: "again") == "again"


def test_a_decision_sums_nothing_up_again_and_all_else_does(filled, vendor_report):
    """Told by the moment at which the overview was summed up, which is that of its numbers."""
    store = filled.store

    def summed():
        filled.app.state.freshener.look()
        now, earlier = sessions.now(), store.lists.kept(OVERVIEW)
        kept = (kept_on(store, now, earlier) if earlier else None) or sum_up(store, now)
        assert kept.version == store.lists.condition().version
        assert store.lists.kept(OVERVIEW) == kept
        return kept.made

    def event(kind, subject="R-1", **content):
        store.record(Event(kind, subject, "甲", sessions.now(), "理由", content))

    before = summed()
    assert summed() == before
    first = store.lists.findings(FindingsAsked(), Window())[0]
    event(EventKind.REVIEWED, first.entry, decision="confirm", fingerprint=first.fingerprint, check=first.check_id)
    assert summed() == before
    assert store.lists.finding(first.id).state is ReviewState.CONFIRMED
    store.put_entries([Entry("R-8", "虚构应用8", "教育部")], who="x", when=sessions.now(), source="x")
    after = summed()
    assert after > before
    store.add_report(report_of(vendor_report, 8), product="", entry="R-8", standing=Standing.OFFICE,
                     recorded=sessions.now())
    assert summed() > after
    for kind, content in ((EventKind.PRODUCTS_MERGED, {"entries": ["R-1", "R-2"]}),
                          (EventKind.OWNER_NAMED, {"entries": ["R-1"], "owner": ""})):
        after = summed()
        event(kind, **content)
        assert summed() > after, kind


def test_what_is_summed_up_apart_is_what_would_be_summed_up_here(any_url, tmp_path, vendor_report):
    with Store.open(any_url, str(tmp_path / "blobs")) as store:
        fill(store, vendor_report, 2)
        freshener = Freshener(store)
        freshener.look()
        assert sum_up_apart(store, threading.Event())
        apart = store.lists.kept(OVERVIEW)
        here = sum_up(store, sessions.now())
        assert apart.version == here.version
        for kept in (apart, here):
            del kept.content["count"]["made"]
        assert apart.content == json.loads(json.dumps(here.content))


def test_what_is_summed_up_apart_ends_with_the_desk_and_a_failure_is_told(tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        stop = threading.Event()
        stop.set()
        assert not sum_up_apart(store, stop)
        assert store.lists.kept(OVERVIEW) is None
