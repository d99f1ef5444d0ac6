"""Claims about the registry at the desk: what a file would change is shown first, every decision has a reason, and
nothing goes in that was not shown."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import timedelta

import pytest

from appscan.count.gathering import gather
from appscan.errors import UsageError
from appscan.model.days import today
from appscan.model.registry import Approval, ArtifactKey, Entry, Level, Platform
from appscan.portfolio.registry import read_registry
from appscan.serve import sessions
from appscan.serve.aside import Aside
from appscan.serve.register import RegisterFilter, RegisterView, page_of
from appscan.store import EventKind
from tests.serve.conftest import send

GOOD = """编号,应用名称,主办单位,平台,包名
1,虚构通,工信部,安卓,a.b
2,虚构通iOS版,工业和信息化部,苹果,a.c
3,<script>alert(1)</script>,工信部,安卓,a.d
"""
BAD = GOOD + "4,虚构无主,,安卓,a.e\n5,虚构谜,虚构某某厅局,安卓,a.f\n"


def hand_in(client, text, name="登记表.csv"):
    """Hand a file in; the address of its preview."""
    token = sessions.form_token(client.cookies["appscan"])
    answer = client.post("/registry/import", files={"form_token": (None, token), "file": (name, text.encode())})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def mark_in(page):
    return re.search(r'name="mark" value="([\d-]+)"', page.text)[1]


def put(desk, *entries):
    desk.store.put_entries(entries, who="甲", when=sessions.now(), source="虚构")


def test_a_file_is_shown_with_each_problem_by_cell_and_imported_only_when_confirmed(any_desk):
    store = any_desk.store
    with any_desk.signed_in("复核员") as client:
        address = hand_in(client, BAD)
        page = client.get(address)
        assert "没有写主办单位" in page.text
        assert "<code>C5</code>" in page.text
        assert "<script>alert" not in page.text
        assert store.entries() == []
        refused = send(client, address, mark=mark_in(page), mode="strict")
        assert (refused.status_code, store.entries()) == (422, [])
        done = send(client, address, mark=mark_in(page), mode="good", reason="首批")
        assert "新增 4" in done.text
        assert [entry.id for entry in store.entries()] == ["1", "2", "3", "5"]
        event = list(store.events(EventKind.REGISTRY_IMPORTED))[-1]
        assert (event.who, event.reason, event.subject) == ("复核员", "首批", "登记表.csv")
        assert event.content["digest"] == hashlib.sha256(BAD.encode()).hexdigest()
        changed = client.get(hand_in(client, GOOD.replace("虚构通,工信部", "虚构通,教育部"), "再次.csv")).text
        assert re.search(r"主办单位：<del>工信部</del> → <ins>教育部</ins>", changed)


def test_a_file_that_would_empty_columns_says_which_and_which_appearances_change(desk):
    approved = Approval(number="虚批1号")
    put(desk, *(Entry(str(number), f"虚构{number}", "工信部", icp="虚ICP备1号", approval=approved,
                      artifacts=(ArtifactKey(Platform.ANDROID, package=f"invalid.old{number}"),)) for number in (1, 2)))
    with desk.signed_in("复核员") as client:
        head = GOOD.splitlines()[0]
        few = client.get(hand_in(client, f"{head}\n1,虚构1,工信部,安卓,invalid.new1\n2,虚构2,工信部,,\n")).text
        warning = re.search(r'<p class="warning">(会清空[^<]+)</p>', few)[1]
        assert {"立项文号（2 项）", "各平台（1 项）"} <= set(re.split("[：、。]", warning))
        assert "<del>安卓 invalid.old1</del> → <ins>安卓 invalid.new1</ins>" in few
        assert "<del>安卓 invalid.old2</del> → <ins>–</ins>" in few
        whole = client.get("/registry/export.csv").content.decode("utf-8-sig").replace("虚构2", "虚构改")
        kept = client.get(hand_in(client, whole, "整表.csv")).text
        assert "<ins>虚构改</ins>" in kept
        assert "会清空" not in kept
        assert "会清空" in client.get("/registry/import").text


def test_what_was_shown_is_not_imported_once_the_registry_moved(desk):
    with desk.signed_in("复核员") as client:
        address = hand_in(client, GOOD)
        mark = mark_in(client.get(address))
        put(desk, Entry("9", "虚构插队", "工信部"))
        answer = send(client, address, mark=mark, mode="strict")
        assert (answer.status_code, [one.id for one in desk.store.entries()]) == (409, ["9"])
        assert send(client, address, mark=mark_in(answer), mode="strict").status_code == 200
    assert len(desk.store.entries()) == 4


def test_only_files_that_were_handed_in_as_a_registry_can_be_previewed_or_imported(desk):
    digest = desk.store.put_blob(GOOD.encode())
    with desk.signed_in("管理员") as client:
        assert client.get(f"/registry/import/{digest}").status_code == 404
        assert send(client, f"/registry/import/{digest}", mark="0-0", mode="good").status_code == 404
        assert client.get("/registry/import/..%2f..%2fetc").status_code in (404, 422)
    assert desk.store.entries() == []


@pytest.mark.parametrize(("name", "text", "told"), [
    ("表.exe", "x", "认不得这种文件"), ("表.csv", "", "不能是空文件"), ("../../表.csv", "没有表头", "表.csv"),
    ("表.xlsx", "no zip", "表.xlsx"), ("表.yaml", "a: [", "表.yaml")])
def test_what_is_no_registry_is_one_line_that_names_no_path_of_this_machine(desk, name, text, told):
    with desk.signed_in("复核员") as client:
        token = sessions.form_token(client.cookies["appscan"])
        answer = client.post("/registry/import", follow_redirects=True,
                             files={"form_token": (None, token), "file": (name, text.encode())})
    assert (answer.status_code, told in answer.text, "/tmp" in answer.text) == (422, True, False)


def test_products_are_merged_and_split_with_a_reason_and_both_are_events(any_desk):
    put(any_desk, Entry("1", "虚构甲", "工信部"), Entry("2", "虚构乙", "工信部"), Entry("3", "虚构丙", "工信部"))
    with any_desk.signed_in("复核员") as client:
        assert "请用 --reason" not in (page := send(client, "/registry/merge", product=["1", "2"])).text
        assert page.status_code == 422
        assert send(client, "/registry/merge", product=["1", "1"], reason="x").status_code == 422
        merged = send(client, "/registry/merge", product=["1", "2"], reason="同一应用 <b>")
        assert merged.status_code == 303
        entry = client.get("/registry/entry?id=1").text
        assert "2 个登记项" in entry
        assert "同一应用 &lt;b&gt;" in entry
        assert send(client, "/registry/split", entry=["1", "3"], reason="x").status_code == 422
        assert send(client, "/registry/split", entry=["2"], reason="功能不同").status_code == 303
        assert "只有这一个登记项" in client.get("/registry/entry?id=2").text
    kinds = [(one.kind, one.who, one.reason) for one in any_desk.store.events()
             if one.kind in (EventKind.PRODUCTS_MERGED, EventKind.PRODUCT_SPLIT)]
    assert kinds == [(EventKind.PRODUCTS_MERGED, "复核员", "同一应用 <b>"),
                     (EventKind.PRODUCT_SPLIT, "复核员", "功能不同")]


def test_an_owner_that_nobody_can_place_counts_for_the_body_that_a_person_names(any_desk):
    put(any_desk, Entry("1", "虚构通", "虚构某某厅局"), Entry("2", "虚构网", "工信部"))
    with any_desk.signed_in("复核员") as client:
        assert "虚构某某厅局" in client.get("/registry/owners").text
        wrong = send(client, "/registry/owners", written="虚构某某厅局", owner="没有这个部", reason="x")
        assert (wrong.status_code, "没有这个部" in wrong.text) == (422, True)
        assert send(client, "/registry/owners", written="虚构某某厅局", owner="工信部").status_code == 422
        assert send(client, "/registry/owners", written="虚构某某厅局", owner="工信部",
                    reason="机构改革").status_code == 303
        assert "由人说明" in client.get("/registry/entry?id=1").text
        listed = {row["entry"]: row["body"] for row in client.get("/api/apps").json()["apps"]}
        assert listed == {"1": "工业和信息化部", "2": "工业和信息化部"}
        day = sessions.now().date()
        match = gather(any_desk.store, day).owners.resolve("虚构某某厅局")
        assert (match.owner, gather(any_desk.store, day - timedelta(days=2)).owners.resolve("虚构某某厅局").owner) == (
            "miit", "")
        send(client, "/registry/owners", written="虚构某某厅局", standing="undo", reason="说错了")
        assert gather(any_desk.store, day).owners.resolve("虚构某某厅局").owner == ""
    assert [one.reason for one in any_desk.store.events(EventKind.OWNER_NAMED)] == ["机构改革", "说错了"]


RECORD = {"check": "check-in", "app": "1", "ground": "special_scene", "reason": "防汛值守", "regulation": "预案第 3 条",
          "approver": "虚构防指", "document": "虚汛〔2026〕3号", "owner": "虚构应急局", "from": "2026-01-01",
          "expires": "2099-12-31"}


def grant(client, record, approval=b""):
    token = sessions.form_token(client.cookies["appscan"])
    parts = {"form_token": (None, token), **{name: (None, value) for name, value in record.items()}}
    return client.post("/registry/exemptions", files={**parts, "file": ("批复<b>.pdf" if approval else "", approval)})


def test_an_exemption_is_granted_with_its_approval_shown_before_it_runs_out_and_withdrawn(any_desk):
    soon = (today() + timedelta(days=5)).isoformat()
    with any_desk.signed_in("复核员") as client, any_desk.signed_in("看客") as viewer:
        assert grant(client, {**RECORD, "expires": soon}, b"%PDF-approved").status_code == 303
        page = viewer.get("/registry/exemptions").text
        assert "还有 5 天到期" in page
        number = any_desk.store.exemptions()[0].event
        approval = viewer.get(f"/registry/exemptions/{number}/approval")
        assert approval.content == b"%PDF-approved"
        assert approval.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in approval.headers["content-security-policy"]
        overlap = grant(client, {**RECORD, "screen": "首页"})
        assert (overlap.status_code, f"第 {number} 号" in overlap.text, "/tmp" in overlap.text) == (422, True, False)
        assert send(client, f"/registry/exemptions/{number}/withdraw", reason=" ").status_code == 422
        assert send(client, f"/registry/exemptions/{number}/withdraw", reason="汛期已过").status_code == 303
        assert any_desk.store.exemptions() == ()
        assert send(client, f"/registry/exemptions/{number}/withdraw", reason="又").status_code == 422


def test_what_was_withdrawn_is_still_found_and_an_entry_shows_all_its_exemptions(desk):
    put(desk, Entry("1", "虚构通", "虚构应急局", product="xutong"), Entry("2", "虚构网", "虚构应急局"))
    with desk.signed_in("复核员") as client, desk.signed_in("看客") as viewer:
        for app, document in (("xutong", "虚汛1号"), ("1", "虚汛2号"), ("2", "虚汛3号")):
            assert grant(client, {**RECORD, "app": app, "document": document}, b"%PDF").status_code == 303
        first = desk.store.exemptions()[0].event
        send(client, f"/registry/exemptions/{first}/withdraw", reason="汛期已过")
        there, gone = (viewer.get(f"/registry/exemptions?state={state}").text for state in ("", "withdrawn"))
        assert "虚汛1号" not in there
        assert "虚汛2号" in there
        assert "虚汛2号" not in gone
        assert "虚汛1号" in gone
        assert "复核员 撤回：汛期已过" in gone
        row = viewer.get("/api/exemptions?state=withdrawn").json()["rows"][0]
        assert (row["number"], row["state"], row["withdrawn"]["reason"]) == (first, "withdrawn", "汛期已过")
        entry = viewer.get("/registry/entry?id=1").text
        assert "复核员 撤回：汛期已过" in entry
        assert [f"虚汛{number}号" in entry for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(("wrong", "told"), [
    ({"approver": ""}, "请填写“批准单位”"), ({"expires": "明年"}, "不是日期"),
    ({"expires": "2025-01-01"}, "早于起始日"), ({"check": "没有"}, "没有检查项"),
    ({"ground": "because"}, "本表"), ({"fingerprint": "zz"}, "本表")])
def test_a_record_that_is_wrong_is_refused_in_words_of_the_form(desk, wrong, told):
    with desk.signed_in("复核员") as client:
        answer = grant(client, {**RECORD, **wrong})
    assert (answer.status_code, told in answer.text, desk.store.exemptions()) == (422, True, ())


def test_a_download_reads_back_as_the_registry_and_the_template_as_empty(desk, tmp_path):
    put(desk, Entry("1", "=虚构()", "工信部", level=Level.CENTRAL), Entry("2", "虚构乙", "教育部"))
    with desk.signed_in("看客") as client:
        for ending in (".xlsx", ".csv", ".yaml", ".json"):
            answer = client.get(f"/registry/export{ending}?q=虚构")
            (tmp_path / f"back{ending}").write_bytes(answer.content)
            assert list(read_registry(tmp_path / f"back{ending}").entries) == desk.store.entries(), ending
        assert client.get("/registry/export.exe").status_code == 404
        (tmp_path / "t.xlsx").write_bytes(client.get("/registry/template.xlsx").content)
    assert read_registry(tmp_path / "t.xlsx").entries == ()


@pytest.mark.parametrize("sort", ["", "id", "-id", "name", "-owner", "level", "nonsense"])
def test_pages_walk_through_every_entry_once_in_both_directions(desk, sort):
    put(desk, *(Entry(f"R-{number:03}", f"虚构{number % 7}", ("工信部", "教育部", "虚构县局")[number % 3],
                      level=Level.COUNTY if number % 2 else None) for number in range(47)))
    seen, asked = RegisterView(desk.store).now(), RegisterFilter()
    forward, after, last = [], "", None
    while True:
        last = page_of(seen, asked, sort, after, "", path="/registry", most=10)
        forward += [row.entry.id for row in last.rows]
        if not (after := last.after):
            break
    assert sorted(forward) == [f"R-{number:03}" for number in range(47)]
    back, before = [row.entry.id for row in last.rows], last.before
    while before:
        last = page_of(seen, asked, sort, "", before, path="/registry", most=10)
        back = [row.entry.id for row in last.rows] + back
        before = last.before
    assert back == forward
    if sort in ("id", "-id"):
        assert forward == sorted(forward, reverse=sort == "-id")


def test_the_list_is_narrowed_by_words_owner_and_closed_words(desk):
    put(desk, Entry("1", "虚构网格通", "工信部", artifacts=(ArtifactKey(Platform.ANDROID, package="com.x.grid"),)),
        Entry("2", "虚构党建", "浙江省教育厅", level=Level.PROVINCE), Entry("3", "虚构三", "某某公司"))
    with desk.signed_in("看客") as client:
        def ids(query):
            return [row["id"] for row in client.get(f"/api/registry?{query}").json()["rows"]]

        assert ids("q=COM.X.GRID") == ["1"]
        assert ids("q=工业和信息化部") == ["1"]
        assert ids("q=虚构 党建") == ["2"]
        assert ids("owner=miit") == ["1"]
        assert ids("standing=vendor") == ["3"]
        assert ids("level=province") == ["2"]
        assert ids("platform=android&status=unknown") == ["1"]
        assert ids("status=closed") == []
        assert "没有符合条件" in client.get("/registry?status=closed").text
        assert client.get("/registry?after=xx").status_code == 422


def test_a_viewer_sees_no_button_that_is_not_the_viewers(desk):
    put(desk, Entry("1", "虚构甲", "某某公司"), Entry("2", "虚构甲乙丙", "某某公司"))
    with desk.signed_in("看客") as client:
        for path in ("/registry", "/registry/entry?id=1", "/registry/products", "/registry/owners",
                     "/registry/exemptions", "/papers", "/checks", "/checks/check-in"):
            page = client.get(path)
            assert page.status_code == 200, path
            body = page.text.partition("<main")[2]
            assert 'method="post"' not in body, path
            assert "/new" not in body, path


def test_work_aside_ends_with_its_time_and_with_all_its_children(tmp_path):
    (tmp_path / "known.json").write_text("[]")
    with pytest.raises(UsageError, match="aside_too_long"):
        Aside().run("read_registry", tmp_path, {"file": "x.csv", "told": {}}, 0.01)
    with pytest.raises(UsageError, match="aside_died"):
        Aside().run("no_such_job", tmp_path, {}, 30)


def test_a_registry_that_is_a_bomb_is_refused_and_the_desk_goes_on(desk):
    """A workbook that grows to gigabytes when it is opened."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(600):
                sheet.write(b" " * (1 << 20))
    with desk.signed_in("复核员") as client:
        token = sessions.form_token(client.cookies["appscan"])
        answer = client.post("/registry/import", follow_redirects=True, timeout=200, files={
            "form_token": (None, token), "file": ("表.xlsx", bomb.getvalue())})
        assert (answer.status_code, "表.xlsx" in answer.text) == (422, True)
        assert client.get("/registry").status_code == 200
