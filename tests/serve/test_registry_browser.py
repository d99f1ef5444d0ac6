"""The story of the registry, papers and checks in a real browser: an officer imports a file with mistakes, sees them by
cell, takes what is right, merges two apps, grants an exemption, makes a notice and tries an edit of a check; axe finds
nothing on any page."""

from __future__ import annotations

import io

import docx
import pytest

from appscan.checks.load import shipped_folder
from appscan.model.artifact import App
from appscan.readers.saved import save_reading
from appscan.report.document import to_document
from appscan.scan import Target, scan_app
from appscan.serve import sessions
from appscan.store import EventKind, Standing
from tests.serve.conftest import looked_at, sign_in_with
from tests.shipped import shipped

CSV = """编号,应用名称,主办单位,层级,平台,包名,网址
R-1,虚构网格通,虚构县委,县级,安卓,com.xugou.wanggetong,
R-2,虚构巡查助手,虚构县委,县级,网页,,https://grid.example.invalid/
R-3,虚构随手拍,虚构某某厅局,,安卓,com.xugou.pai,
R-4,虚构无主,,县级,安卓,com.xugou.none,
R-5,虚构错层级,虚构县委,星级,安卓,com.xugou.level,
"""


@pytest.fixture
def judged(desk, built_apks, tmp_path):
    """A desk that has judged an app that forces check-in."""
    path = built_apks / "checkin-native.apk"
    result = scan_app([Target(path, path.name)], App(name="虚构网格通", owner="虚构县委"), shipped())
    save_reading(result.readings[0], tmp_path / "one.reading")
    document = to_document(result.report)
    desk.store.add_report(document, product="P-1", entry="R-1", standing=Standing.OFFICE, recorded=sessions.now(),
                          readings={document["artifacts"][0]["sha256"]: desk.store.put_blob(tmp_path / "one.reading")})
    return desk


def test_an_officer_imports_mends_merges_exempts_and_notifies(page, judged, tmp_path):
    sign_in_with(page, "复核员")
    page.get_by_role("link", name="登记表", exact=True).click()
    page.get_by_text("登记表是空的").wait_for()
    looked_at(page, "registry-empty")
    _import(page, tmp_path)
    looked_at(page, "registry")
    _merge(page)
    _owner(page)
    _exempt(page)
    _notify(page, judged)
    assert page.faults == []
    kinds = {event.kind for event in judged.store.events() if event.who == "复核员"}
    assert kinds >= {EventKind.REGISTRY_GIVEN, EventKind.REGISTRY_IMPORTED, EventKind.PRODUCTS_MERGED,
                     EventKind.OWNER_NAMED, EventKind.EXEMPTION_GRANTED, EventKind.PAPER_MADE}


def _import(page, tmp_path):
    (tmp_path / "登记表.csv").write_text(CSV, "utf-8")
    page.get_by_role("link", name="导入文件").first.click()
    looked_at(page, "registry-import")
    page.get_by_label("登记表文件").set_input_files(tmp_path / "登记表.csv")
    page.get_by_role("button", name="核对").click()
    page.get_by_role("heading", name="必须改正的问题（2 处）").wait_for(timeout=60_000)
    assert page.get_by_role("row", name="C5 主办单位").is_visible()
    assert page.get_by_role("row", name="D6 层级").is_visible()
    looked_at(page, "registry-preview")
    page.get_by_role("button", name="只导入没有问题的 3 个").click()
    page.get_by_role("status").wait_for(timeout=60_000)
    looked_at(page, "registry-imported")
    page.get_by_role("link", name="登记表", exact=True).first.click()
    assert page.get_by_role("row").count() == 4


def _merge(page):
    page.get_by_role("link", name="产品的合并与拆分").click()
    looked_at(page, "products")
    page.get_by_label("产品或登记项编号").fill("R-1")
    page.get_by_label("另一个编号").fill("R-2")
    page.get_by_role("region", name="按编号合并").get_by_label("理由").fill("同一应用的小程序")
    page.keyboard.press("Enter")
    page.get_by_text("2 个登记项").first.wait_for()
    looked_at(page, "registry-entry")


def _owner(page):
    page.get_by_role("link", name="登记表", exact=True).first.click()
    page.get_by_role("link", name="主办单位", exact=True).first.click()
    looked_at(page, "owners")
    line = page.get_by_role("region", name="虚构某某厅局")
    line.get_by_label("单位", exact=True).fill("工业和信息化部")
    line.get_by_label("理由").fill("批复上写明")
    line.get_by_role("button", name="记下").click()
    page.get_by_text("所有主办单位都认得出来").wait_for()
    page.get_by_role("link", name="单位名录").click()
    looked_at(page, "bodies")


def _exempt(page):
    page.goto("/registry/exemptions")
    looked_at(page, "exemptions-empty")
    page.get_by_role("link", name="记录豁免").click()
    for label, text in (("应用", "R-3"), ("具体情形", "防汛值守"), ("依据的规定", "虚构预案第 3 条"),
                        ("批准单位", "虚构防指"), ("批准文号", "虚汛〔2026〕3号"), ("责任单位", "虚构应急局"),
                        ("截止日", "2099-12-31")):
        page.get_by_label(label, exact=True).fill(text)
    looked_at(page, "exemption-new")
    page.get_by_role("button", name="记录").click()
    page.get_by_role("row", name="虚构防指").wait_for()
    looked_at(page, "exemptions")


def _notify(page, judged):
    page.get_by_role("link", name="文书", exact=True).click()
    looked_at(page, "papers-empty")
    page.get_by_role("link", name="制作文书").first.click()
    looked_at(page, "paper-app")
    page.get_by_role("link", name="虚构网格通").first.click()
    page.get_by_role("heading", name="为“虚构网格通”制作文书").wait_for()
    page.get_by_label("整改期限").fill("2026-12-31")
    page.get_by_label("检查单位").fill("虚构县网信办")
    looked_at(page, "paper-new")
    page.get_by_role("button", name="制作").click()
    page.get_by_role("link", name="下载").wait_for(timeout=60_000)
    looked_at(page, "paper")
    with page.expect_download() as waited:
        page.get_by_role("link", name="下载").click()
    content = waited.value.path().read_bytes()
    assert waited.value.suggested_filename.startswith("整改通知书-虚构网格通")
    words = "\n".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)
    assert "关于“虚构网格通”的整改通知书" in words
    assert judged.store.get_blob(judged.store.newest_events(1, 0, EventKind.PAPER_MADE)[0].content["digest"]) == content
    page.get_by_role("link", name="文书", exact=True).first.click()
    looked_at(page, "papers")


def test_an_edit_of_a_check_is_tried_and_a_mistake_in_it_is_one_line(page, judged):
    sign_in_with(page, "复核员")
    page.get_by_role("link", name="检查规则", exact=True).click()
    looked_at(page, "checks")
    page.get_by_role("link", name="打卡签到", exact=True).first.click()
    looked_at(page, "check")
    page.get_by_role("link", name="试改规则").click()
    looked_at(page, "check-try")
    field = page.get_by_label("规则文件 features/check-in.yaml")
    field.fill("id: check-in\nnonsense: 1\n")
    page.get_by_role("button", name="试一试").click()
    page.get_by_role("alert").wait_for(timeout=60_000)
    looked_at(page, "check-try-wrong")
    page.faults.clear()  # the browser itself notes the answer 422
    head, _, rest = (shipped_folder() / "features" / "check-in.yaml").read_text("utf-8").partition("\n  reachable:")
    field.fill(head + "\nforce:" + rest.partition("\nforce:")[2])
    page.get_by_role("button", name="试一试").click()
    page.get_by_role("row", name="虚构网格通").wait_for(timeout=120_000)
    looked_at(page, "check-try-result")
    assert page.faults == []
