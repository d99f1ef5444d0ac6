"""Claims about checks at the desk: each can be read, says how it was measured or that it was not, and an edit shows
what it would add and drop and is kept nowhere."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from appscan.checks import load
from appscan.checks.load import shipped_folder
from appscan.model.artifact import App
from appscan.readers.saved import save_reading
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import edits, sessions
from appscan.serve.settings import Settings
from appscan.store import EventKind, Standing
from tests.serve.conftest import run_desk, send


@pytest.fixture(scope="session")
def scanned(built_apks):
    """An app that forces check-in, with its reading."""
    path = built_apks / "checkin-native.apk"
    return scan_app([Target(path, path.name)], App(name="虚构网格通", owner="虚构县委"), load())


@pytest.fixture(scope="module")
def kept(tmp_path_factory, kept_password, scanned):
    """A desk whose store keeps one reading; no test here changes anything."""
    folder = tmp_path_factory.mktemp("checks")
    path = folder / "one.reading"
    save_reading(scanned.readings[0], path)
    document = to_document(scanned.report)
    digest = document["artifacts"][0]["sha256"]
    for run in run_desk(folder, kept_password, Settings()):
        run.store.add_report(document, product="P-1", entry="R-1", standing=Standing.OFFICE, recorded=sessions.now(),
                             readings={digest: run.store.put_blob(path)})
        yield run


def text_of(check):
    return (shipped_folder() / "features" / f"{check}.yaml").read_text("utf-8")


def test_every_check_can_be_read_and_every_clause_leads_somewhere(kept):
    with kept.signed_in("看客") as client:
        whole = client.get("/checks").text
        for check in load().checks:
            page = client.get(f"/checks/{check.id}")
            assert page.status_code == 200, check.id
            assert f'href="/checks/{check.id}"' in whole
            assert check.question["zh"] in page.text or "&" in check.question["zh"]
            assert "&lt;a id" not in page.text
        assert client.get("/checks/no-such-check").status_code == 404
        shown = client.get("/api/checks").json()
    assert {one["id"] for one in shown["checks"]} == {one.id for one in load().checks}
    assert {end["ending"] for one in shown["clauses"] for end in one["ends"]} <= {"check", "portfolio", "beyond"}


def test_a_check_is_told_by_question_rules_and_examples_and_all_its_conditions_are_folded_away(kept):
    with kept.signed_in("看客") as client:
        page = client.get("/checks/check-in").text
        whole = client.get("/checks").text
    read, folded = page.partition('<details class="conditions">')[::2]
    order = [read.index(one) for one in ("问什么", "依据的条款", "应当找到的例子", "看到什么算到哪一级")]
    assert order == sorted(order)
    assert "《整治形式主义为基层减负若干规定》第十三条" in read
    assert "CEN24-13" not in re.sub("<[^>]*>", "", read)
    assert "同一屏上同时有" not in read
    assert "同一屏上同时有" in folded
    assert "《整治形式主义为基层减负若干规定》" in whole.partition("按规定和条款")[0]
    assert "报出来的有多少是对的" in whole
    assert re.search("每 100 个中约 [0-9]+ 个是对的", page)


def test_an_offices_own_packs_are_shown_escaped_with_figures_only_where_they_were_kept(tmp_path, kept_password):
    packs = tmp_path / "packs"
    shutil.copytree(shipped_folder(), packs)
    (packs / "measured.json").unlink(missing_ok=True)
    check = packs / "features" / "check-in.yaml"
    text = check.read_text("utf-8")
    check.write_text(text.replace("  zh: 应用里有没有打卡", "  zh: <script>alert(1)</script>应用里有没有打卡"), "utf-8")
    for run in run_desk(tmp_path, kept_password, Settings(checks=packs)):
        with run.signed_in("看客") as client:
            assert "<script>alert" not in client.get("/checks").text
            hostile = client.get("/checks/check-in").text
            assert "&lt;script&gt;alert(1)" in hostile
            assert "<script>alert" not in hostile
            assert "未测量" in hostile
            assert client.get("/api/checks/check-in").json()["measured"] is None
            figures = {"day": "2026-11-29", "checks_digest": load(packs).digest, "version": "1", "sealed": False,
                       "checks": {"check-in": {"found": 3, "missed": 1, "false": 1, "clean": 5}}}
            (packs / "measured.json").write_text(json.dumps(figures), "utf-8")
            page = client.get("/checks/check-in").text
            assert "75%" in page
            assert "规则有改动" not in page
            assert "公开的编写用例" in page
            (packs / "measured.json").write_text(json.dumps({**figures, "sealed": True}), "utf-8")
            for address in ("/checks", "/checks/check-in"):
                told = client.get(address).text
                assert "封存的编写用例" in told, "nobody tuned rules on those"
                assert "公开的编写用例" not in told
            (packs / "measured.json").write_text(json.dumps({**figures, "checks_digest": "x"}), "utf-8")
            assert "规则有改动" in client.get("/checks/check-in").text
            (packs / "measured.json").write_text('{"checks": [1]}', "utf-8")
            assert "未测量" in client.get("/checks/check-in").text


def test_an_edit_shows_what_it_would_drop_by_app_and_nothing_of_it_is_kept(kept):
    before = list(kept.store.events())
    with kept.signed_in("复核员") as client:
        assert "title: {zh: 打卡签到" in client.get("/checks/check-in/try").text
        same = send(client, "/checks/check-in/try", text=text_of("check-in").replace("\n", "\r\n"), readings=5)
        assert "不影响" in same.text or "没有改动" in same.text or "没有任何不同" in same.text, same.text
        lame = _without_presence(text_of("check-in"))
        answer = client.post("/api/checks/check-in/try", json={"text": lame},
                             headers={"x-form-token": sessions.form_token(client.cookies["appscan"])}).json()
    assert (answer["touched"], answer["dropped"], answer["readings"], answer["over"]) == (["check-in"], 1, 1, True)
    assert answer["surprises"], "examples of the check itself fail then, and that is told"
    assert answer["apps"][0]["differences"][0]["before"]["verdict"] == "likely_violation"
    after = [event for event in kept.store.events() if event.kind is not EventKind.SIGNED_IN]
    assert after == [event for event in before if event.kind is not EventKind.SIGNED_IN]
    assert load(shipped_folder()).digest == load().digest


def _without_presence(text):
    """The check as if nothing could ever be used: nothing counts as reachable."""
    head, _, rest = text.partition("\n  reachable:")
    return head + "\nforce:" + rest.partition("\nforce:")[2]


@pytest.mark.parametrize(("text", "told"), [
    ("", "features/check-in.yaml"), ("a: [\n", "括号"), ("a: ]\n", "括号"), ("a: b: c\n", "第 1 行"),
    ("id: check-in\nnonsense: 1\n", "check-in.yaml 第"),
    ("x" * 300_000, "")])
def test_a_mistake_in_an_edit_is_one_line_with_its_place(kept, text, told):
    with kept.signed_in("复核员") as client:
        answer = send(client, "/checks/check-in/try", text=text)
        program = client.post("/api/checks/check-in/try", json={"text": text or " "},
                              headers={"x-form-token": sessions.form_token(client.cookies["appscan"])})
    for one in (answer, program):
        assert (one.status_code, told in one.text, "/tmp" in one.text) == (422, True, False), one.text
        assert not re.search("expected|allowed here|mapping values|flow node", one.text), "the parser speaks English"


def test_a_pattern_that_could_run_for_ever_is_refused_before_anything_is_judged(kept):
    hostile = text_of("check-in").replace("- 签退\n", '- "~(a+)+$"\n', 1)
    assert hostile != text_of("check-in")
    with kept.signed_in("复核员") as client:
        answer = send(client, "/checks/check-in/try", text=hostile)
    assert (answer.status_code, "第" in answer.text) == (422, True)


def test_time_that_is_up_before_anything_was_judged_is_told(kept, monkeypatch):
    monkeypatch.setattr(edits, "SECONDS", 0.05)
    with kept.signed_in("复核员") as client:
        answer = send(client, "/checks/check-in/try", text=text_of("check-in"))
        assert (answer.status_code, "没有做完" in answer.text) == (422, True)


def test_only_reviewers_try_edits(kept):
    with kept.signed_in("看客") as client:
        assert client.get("/checks/check-in/try").status_code == 403
        assert send(client, "/checks/check-in/try", text="x").status_code == 403
        assert "/try" not in client.get("/checks/check-in").text
