"""Claims about papers at the desk: they hold what people chose and say what was left out, count what the office
granted, and are kept with who made them."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import docx
import httpx
import pypdf
import pytest
from docx.text.paragraph import Paragraph

from appscan.capture.browser import is_installed
from appscan.model.artifact import App
from appscan.report.document import to_document
from appscan.report.paper.choosing import marks_of
from appscan.scan import Target, scan_app
from appscan.serve import sessions
from appscan.store import Event, EventKind, Standing
from tests.serve.conftest import send
from tests.shipped import shipped

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
APP = App(name="虚构<b>网格通", owner="虚构县委")


@pytest.fixture(scope="session")
def forced(built_apks) -> dict[str, Any]:
    """A report with several items: an app that forces check-in."""
    path = built_apks / "checkin-native.apk"
    return to_document(scan_app([Target(path, path.name)], APP, shipped()).report)


@pytest.fixture(scope="session")
def clean(forced) -> dict[str, Any]:
    """The same app after its items went away: another artifact, everything seen, nothing found."""
    verdicts = [{**one, "verdict": "not_found"} for one in forced["verdicts"]]
    artifacts = [{**one, "sha256": "ab" * 32} for one in forced["artifacts"]]
    coverage = json.loads(json.dumps(forced["coverage"]).replace(forced["artifacts"][0]["sha256"], "ab" * 32))
    return {**forced, "findings": [], "verdicts": verdicts, "overall": "not_found", "artifacts": artifacts,
            "coverage": {**coverage, "gaps": []}}


def keep(desk, document, when=NOON):
    return desk.store.add_report(document, product="P-1", entry="R-1", standing=Standing.OFFICE, recorded=when).id


def words_of(content: bytes) -> str:
    """All text of a DOCX as it is read, tables too."""
    blocks = docx.Document(io.BytesIO(content)).iter_inner_content()
    return "\n".join(text for block in blocks for text in (
        [block.text] if isinstance(block, Paragraph) else [cell.text for row in block.rows for cell in row.cells]))


def review(desk, mark, decision):
    content = {"entry": "R-1", "fingerprint": mark, "decision": decision}
    if hasattr(desk.store, "review"):
        desk.store.review("R-1", mark, decision)
    desk.store.record(Event(EventKind.REVIEWED, "R-1", "甲", NOON, "虚构", content))


def made(client, answer) -> httpx.Response:
    """The file of the paper that was just made."""
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"] + "/file")


def test_a_notice_holds_what_was_chosen_and_says_how_much_was_left_out(any_desk, forced):
    report = keep(any_desk, forced)
    marks = sorted(set(marks_of(forced)))
    assert len(marks) > 2
    (check, mark), rest = next(one for one in marks if one[1]), len(marks) - 1
    with any_desk.signed_in("复核员") as client, any_desk.signed_in("看客") as viewer:
        page = client.get(f"/papers/new?report={report}").text
        assert f'value="{check}:{mark}" checked' in page
        assert "<b>网格通" not in page
        answer = send(client, "/papers", report=report, kind="notice", form="docx", check=[check],
                      place=[f"{check}:{mark}"], deadline="2026-12-31", office="虚构网信办", number="虚整〔2026〕7号",
                      signer="张某")
        file = made(viewer, answer)
        text = words_of(file.content)
        assert mark in text
        assert not [other for _, other in marks if other and other != mark and other in text]
        assert f"另有 {rest} 处由审查人员决定不列入" in text
        assert all(word in text for word in ("2026年12月31日", "虚构网信办", "虚整〔2026〕7号", "经办人：张某"))
        assert file.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in file.headers["content-security-policy"]
        assert "整改通知书" in viewer.get("/papers").text
        shown = viewer.get(answer.headers["location"].replace("/papers", "/api/papers")).json()
    event = list(any_desk.store.events(EventKind.PAPER_MADE))[-1]
    assert (event.who, event.subject, event.content["items"]) == ("复核员", "R-1", [[check, mark]])
    assert any_desk.store.get_blob(shown["digest"]) == file.content


def test_numbers_and_chain_of_evidence_are_those_of_the_whole_report(desk, forced):
    report = keep(desk, forced)
    check, mark = next(one for one in sorted(marks_of(forced)) if one[1])
    with desk.signed_in("复核员") as client:
        whole, part = (words_of(made(client, send(client, "/papers", report=report, kind="opinion", **chosen)).content)
                       for chosen in ({"check": sorted({one for one, _ in marks_of(forced)}),
                                       "place": [f"{one}:{other}" for one, other in marks_of(forced)]},
                                      {"check": [check], "place": [f"{check}:{mark}"]}))
    for text in (whole, part):
        assert forced["artifacts"][0]["sha256"] in text
    table = "检查数字："
    assert whole.partition(table)[0] != part.partition(table)[0]
    rows = [[line for line in text.splitlines() if line.startswith("总体结论")] for text in (whole, part)]
    assert rows[0] == rows[1] != []


def test_confirmed_places_are_ticked_at_first_else_all_that_nobody_dismissed(desk, forced):
    report = keep(desk, forced)
    marks = [one for one in sorted(set(marks_of(forced))) if one[1]]
    one, other = marks[0], marks[1]

    def ticked(client):
        page = client.get(f"/papers/new?report={report}").text
        return [mark for mark in marks if f'value="{mark[0]}:{mark[1]}" checked' in page]

    with desk.signed_in("复核员") as client:
        assert ticked(client) == marks
        review(desk, other[1], "dismiss")
        assert ticked(client) == [mark for mark in marks if mark[1] != other[1]]
        review(desk, one[1], "confirm")
        answer = client.post("/api/papers", headers={"x-form-token": sessions.form_token(client.cookies["appscan"])},
                             json={"report": report})
        assert [(item["check"], item["fingerprint"]) for item in answer.json()["items"]] == [one]


def test_a_paper_says_what_a_person_confirmed_and_speaks_of_the_rest_as_likely(desk, forced):
    report = keep(desk, forced)
    marks = [one for one in sorted(set(marks_of(forced))) if one[0] == "check-in"]
    asked = {"report": report, "kind": "notice", "form": "docx", "check": ["check-in"],
             "place": [f"{check}:{mark}" for check, mark in marks]}
    with desk.signed_in("复核员") as client:
        assert "没有人确认过这份报告的问题" in client.get(f"/papers/new?report={report}").text
        text = words_of(made(client, send(client, "/papers", **asked)).content)
        assert "有 1 项功能涉嫌不符合《" in text
        assert f"其中 {len(marks)} 处尚未经人工复核" in text
        assert f"尚未复核 {len(marks)} 处" in text
        review(desk, marks[0][1], "confirm")
        assert "没有人确认过这份报告的问题" not in client.get(f"/papers/new?report={report}").text
        text = words_of(made(client, send(client, "/papers", **asked)).content)
        assert "有 1 项功能不符合《" in text
        assert f"已确认 1 处，尚未复核 {len(marks) - 1} 处" in text
        for _, mark in marks[1:]:
            review(desk, mark, "confirm")
        text = words_of(made(client, send(client, "/papers", **asked)).content)
        assert "尚未复核" not in text
        assert "尚未经人工复核" not in text


def test_an_opinion_says_what_the_office_comes_to_and_is_not_commissioned(desk, forced):
    report = keep(desk, forced)
    assert {row["check_id"]: row["verdict"] for row in forced["verdicts"]}["form-filling"] == "info"
    everything = {"check": sorted({one for one, _ in marks_of(forced)}),
                  "place": [f"{one}:{other}" for one, other in marks_of(forced)]}
    with desk.signed_in("复核员") as client:
        assert re.search("不须勾选：[^。]*填表报数交材料", client.get(f"/papers/new?report={report}").text)
        for advice, line in (("", "审查意见：□ 同意"), ("change", "审查意见：修改后再报。")):
            answer = send(client, "/papers", report=report, kind="opinion", deadline="2026-12-31", advice=advice,
                          **everything)
            text = words_of(made(client, answer).content)
            assert line in text
            assert "委托" not in text
            assert text.index("发现的问题") < text.index("另请留意（提示") < text.index("填表报数交材料（提示）")
            page = client.get(answer.headers["location"]).text
            assert "2026-12-31" not in page, "an opinion has no deadline"
            assert ("修改后再报" in page) is bool(advice)
        assert "2026-12-31" not in client.get("/papers").text
        assert send(client, "/papers", report=report, kind="opinion", advice="maybe").status_code == 422


def test_what_the_office_exempted_is_no_item_and_a_notice_without_any_is_refused(desk, forced):
    report = keep(desk, forced)
    for number, check in enumerate(sorted({one for one, _ in marks_of(forced)})):
        record = {"check": check, "app": "R-1", "ground": "special_scene", "reason": "防汛", "regulation": "预案",
                  "approver": "虚构防指", "document": "虚汛1号", "owner": "虚构局", "from": "2026-01-01",
                  "expires": "2099-12-31"}
        desk.store.record(Event(EventKind.EXEMPTION_GRANTED, "R-1", "甲", NOON, "", {"record": record},
                                key=f"granted {number}"))
    with desk.signed_in("复核员") as client:
        page = client.get(f"/papers/new?report={report}").text
        assert 'value="check-in:' not in page
        answer = send(client, "/papers", report=report, kind="notice", form="docx", check=["check-in"])
        assert (answer.status_code, "不出整改通知书" in answer.text) == (422, True)
        opinion = words_of(made(client, send(client, "/papers", report=report, kind="opinion", form="docx")).content)
        assert "虚汛1号" in opinion
    assert len(list(desk.store.events(EventKind.PAPER_MADE))) == 1


def test_a_place_that_the_office_exempted_is_not_offered_not_sent_and_not_told_as_left_out(desk, forced):
    report = keep(desk, forced)
    (check, mark), *rest = [one for one in sorted(set(marks_of(forced))) if one[0] == "check-in"]
    assert len(rest) > 1
    record = {"check": check, "app": "R-1", "fingerprint": mark, "ground": "special_scene", "reason": "防汛",
              "regulation": "预案", "approver": "虚构防指", "document": "虚汛1号", "owner": "虚构局",
              "from": "2026-01-01", "expires": "2099-12-31"}
    desk.store.record(Event(EventKind.EXEMPTION_GRANTED, "R-1", "甲", NOON, "", {"record": record}, key="granted"))
    with desk.signed_in("复核员") as client:
        page = client.get(f"/papers/new?report={report}").text
        assert f'value="{check}:{mark}"' not in page
        assert all(f'value="{one}:{other}" checked' in page for one, other in rest)
        everything = {"check": sorted({one for one, _ in marks_of(forced)}),
                      "place": [f"{one}:{other}" for one, other in marks_of(forced)]}
        text = words_of(made(client, send(client, "/papers", report=report, kind="notice", form="docx",
                                          **everything)).content)
    assert not any(mark in line and "证据编号" in line for line in text.splitlines())
    assert all(other in text for _, other in rest)
    assert "由审查人员决定不列入" not in text
    assert "虚汛1号" in text


def test_a_recheck_says_place_by_place_what_became_of_the_earlier_report(desk, forced, clean):
    before = keep(desk, forced)
    after = keep(desk, clean, NOON + timedelta(days=30))
    with desk.signed_in("复核员") as client:
        assert f'<option value="{before}"' in client.get(f"/papers/new?report={after}").text
        answer = send(client, "/papers", report=after, kind="notice", form="docx", previous=before)
        text = words_of(made(client, answer).content)
        places = len(set(marks_of(forced)))
        checks = len({check for check, _ in marks_of(forced)})
        assert f"已整改 {checks} 项（{places} 处）" in text
        assert send(client, "/papers", report=before, kind="notice", form="docx", previous=after,
                    check=["check-in"]).status_code == 422, "a later report is no earlier one"
        other = {**forced, "app": {**forced["app"], "name": "虚构另一个"}, "product": "P-9"}
        foreign = desk.store.add_report(other, product="P-9", entry="R-9", standing=Standing.OFFICE,
                                        recorded=NOON - timedelta(days=1)).id
        assert send(client, "/papers", report=after, kind="notice", form="docx", previous=foreign).status_code == 422


def test_a_notice_as_pdf_reads_back_where_there_is_a_browser(desk, forced):
    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")
    report = keep(desk, forced)
    check, mark = next(one for one in sorted(marks_of(forced)) if one[1])
    with desk.signed_in("复核员") as client:
        file = made(client, send(client, "/papers", report=report, kind="notice", form="pdf", check=[check],
                                 place=[f"{check}:{mark}"]))
    assert file.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.content)).pages)
    assert "整改通知书" in text
    assert mark in text.replace("\n", "")


def test_without_a_browser_pdf_is_refused_in_one_line_and_docx_is_made(desk, forced, monkeypatch):
    monkeypatch.setenv("APPSCAN_CHROMIUM", "/no/such/browser")
    report = keep(desk, forced)
    chosen = {"check": ["check-in"], "place": [f"{one}:{mark}" for one, mark in marks_of(forced)]}
    with desk.signed_in("复核员") as client:
        refused = send(client, "/papers", report=report, kind="notice", form="pdf", **chosen)
        assert (refused.status_code, "没有浏览器" in refused.text) == (422, True)
        assert send(client, "/papers", report=report, kind="notice", form="docx", **chosen).status_code == 303


@pytest.mark.parametrize(("fields", "status"), [
    ({"report": 999}, 404), ({"deadline": "明天"}, 422), ({"kind": "bill"}, 422), ({"form": "exe"}, 422),
    ({"lang": "xx"}, 422), ({"previous": 999}, 422), ({"report": "x"}, 422)])
def test_what_does_not_fit_makes_no_paper(desk, forced, fields, status):
    report = keep(desk, forced)
    asked = {"report": report, "kind": "opinion", "form": "docx", **fields}
    with desk.signed_in("复核员") as client:
        assert send(client, "/papers", **asked).status_code == status
        token = {"x-form-token": sessions.form_token(client.cookies["appscan"])}
        strange = {"report": report, "kind": "opinion", "items": [{"check": "no", "fingerprint": "0" * 16}]}
        assert client.post("/api/papers", headers=token, json=strange).status_code == 422
        event = desk.store.record(Event(EventKind.SIGNED_OUT, "甲", "甲", NOON))
        assert client.get(f"/papers/{event}").status_code == 404
        assert client.get(f"/papers/{event}/file").status_code == 404
    assert list(desk.store.events(EventKind.PAPER_MADE)) == []
