"""One reviewer's whole way in a real browser, at a desk that is a process of its own: from signing in over an upload,
its progress, the review, an exemption and the notice to the count; over each kind of database, and with the server
killed under way."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page

from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.serve import sessions
from appscan.store import EventKind, FindingsAsked, ReviewState, Role, Store, Window
from tests.serve.conftest import Server, page_at, pictured, serving, sign_in_with
from tests.serve.test_papers import words_of

OWNER, NEW = "教育部", "虚构考勤通"
COUNTED = {"主办单位": OWNER, "是否超出": "● 未超出", "已确认": "0", "最多": "0", "查出": "0", "未见": "0",
           "不能判断": "0", "未检查": "0"}


@dataclass
class Office:
    """A store with one reviewer and one app in its registry, and how the desk is started over it."""

    store: Store
    options: tuple[object, ...]


@pytest.fixture
def office(any_url: str, tmp_path: Path, kept_password: str) -> Iterator[Office]:
    blobs = tmp_path / "blobs"
    with Store.open(any_url, str(blobs)) as store:
        store.accounts.add("复核员", kept_password, Role.REVIEWER, who="测试", when=sessions.now())
        one = Entry("R-1", "虚构校园安", OWNER, level=Level.CENTRAL, status=AppStatus.RUNNING,
                    audience=frozenset({Audience.GRASSROOTS_INTERNAL}))
        store.put_entries([one], who="测试", when=sessions.now(), source="测试")
        yield Office(store, (any_url, "--blobs", blobs))


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    with serving(*office.options) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    yield from page_at(browser, server.url)


def _counted(page: Page, owner: str = OWNER) -> dict[str, str]:
    """What the table of the overview says of an owner, by column."""
    table = page.get_by_role("region", name="各部门面向基层的产品数").locator("table")
    heads = table.locator("thead th").all_inner_texts()
    cells = table.locator("tbody tr", has_text=owner).locator("th, td").all_inner_texts()
    return dict(zip(heads, cells, strict=True))


def test_story(page, server, office, built_apks, tmp_path):
    sign_in_with(page, "复核员")
    assert _counted(page) == COUNTED | {"已确认": "1", "最多": "1", "未检查": "1"}
    pictured(page, "story-01-overview")
    page.get_by_role("navigation").get_by_role("link", name="检查任务").click()
    page.get_by_role("link", name="新的检查").click()
    _ask_for_a_scan(page, built_apks / "checkin-native.apk")
    pictured(page, "story-03-new-scan")
    page.get_by_role("button", name="开始检查").click()
    _follow(page)
    pictured(page, "story-05-scanned")
    page.get_by_role("link", name="查看应用").click()
    pictured(page, "story-06-app")
    page.get_by_role("link", name="复核未处理的 5 处").click()
    pictured(page, "story-07-findings")
    confirmed, dismissed, exempted = page.locator("tbody tr", has_text="打卡签到").locator("td:nth-child(5)").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/*")
    pictured(page, "story-08-finding")
    _decide(page, "c", "现场看到")
    pictured(page, "story-09-finding-2")
    _decide(page, "d", "只是名单，不是签到")
    pictured(page, "story-10-finding-3")
    approval = tmp_path / "虚汛〔2026〕1号.pdf"
    approval.write_bytes(b"%PDF-1.4 approval")
    page.keyboard.press("e")
    page.wait_for_url("**/exempt*")
    page.get_by_label("特殊场景").check()
    page.get_by_label("豁免说明").fill("防汛值守期间点名")
    page.get_by_label("依据的规定").fill("虚构防汛预案")
    page.get_by_label("批准单位").fill("虚构防指")
    page.get_by_label("批准文号").fill("虚汛〔2026〕1号")
    today = sessions.now().date()
    page.get_by_label("自（含当日）").fill(today.isoformat())
    page.get_by_label("至（含当日）").fill((today + timedelta(days=90)).isoformat())
    page.get_by_label("批准文件").set_input_files(approval)
    pictured(page, "story-11-exempt")
    page.get_by_role("button", name="记录豁免").click()
    page.wait_for_url(lambda url: "/exempt" not in url)
    pictured(page, "story-12-exempted")
    print(page.url, page.get_by_role("main").inner_text()[:300])
    page.keyboard.press("j")
    page.wait_for_load_state()
    pictured(page, "story-13-next")
    print(page.url, page.get_by_role("main").inner_text()[:300])
    _decide(page, "v", "请说明入口在哪里")
    print(page.url, page.get_by_role("main").inner_text()[:300])
    _decide(page, "v", "请补备案编号")
    pictured(page, "story-14-done")
    print(page.url, page.get_by_role("main").inner_text()[:500])
    page.get_by_role("navigation").get_by_role("link", name="登记表").click()
    page.get_by_role("link", name="豁免").click()
    pictured(page, "story-15-exemptions")
    with page.expect_download() as kept:
        page.get_by_role("link", name="批准文件").click()
    print("DOWNLOAD", kept.value.suggested_filename)
    assert kept.value.path().read_bytes() == approval.read_bytes()
    page.goto("/apps")
    page.get_by_role("link", name=NEW).click()
    pictured(page, "story-16-app")
    page.goto("/papers/new")
    page.get_by_role("link", name=NEW).click()
    pictured(page, "story-17-paper")
    page.get_by_label("检查单位").fill("虚构网信办")
    page.get_by_role("button", name="制作").click()
    page.wait_for_url(re.compile(r"/papers/\d+"))
    pictured(page, "story-18-paper")
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载").click()
    print("DOWNLOAD", kept.value.suggested_filename)
    print(words_of(kept.value.path().read_bytes()))
    print(confirmed, dismissed, exempted)
    page.get_by_role("navigation").get_by_role("link", name="登记表").click()
    pictured(page, "story-19-registry")
    with page.expect_download() as kept:
        page.get_by_role("link", name="csv").click()
    print("DOWNLOAD", kept.value.suggested_filename)
    print(kept.value.path().read_bytes().decode("utf-8-sig"))
    table = tmp_path / "登记表.csv"
    table.write_text(kept.value.path().read_bytes().decode("utf-8-sig").replace("拟建", "运行"), "utf-8")
    page.get_by_role("link", name="导入").click()
    page.get_by_label("登记表文件").set_input_files(table)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="确认导入").wait_for()
    pictured(page, "story-20-import")
    page.get_by_role("button", name="确认导入").click()
    page.get_by_role("status").wait_for()
    pictured(page, "story-21-imported")
    page.get_by_role("navigation").get_by_role("link", name="总览").click()
    import time; t = time.time()
    pictured(page, "story-22-overview")
    while _counted(page)["已确认"] != "2":
        print(_counted(page), time.time() - t)
        time.sleep(1)
        page.reload()
    print(_counted(page), time.time() - t)
    pictured(page, "story-23-overview")
    print(page.faults)


def _ask_for_a_scan(page: Page, file: Path) -> None:
    page.get_by_label("应用名称").fill(NEW)
    page.get_by_label("主办单位").fill(OWNER)
    page.get_by_label("层级").select_option("central")
    page.get_by_label("基层工作人员").check()
    page.get_by_text("教育部：1 → 2 个").wait_for()
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_label("同时按上面的内容登记").first.check()


def _follow(page: Page) -> None:
    """Watch the scan to its end without a hand on the page."""
    page.get_by_role("progressbar").wait_for()
    page.locator("#stage").filter(has_text=re.compile(r"\S")).wait_for()
    pictured(page, "story-04-progress")
    page.get_by_text("涉嫌违规").wait_for(timeout=90_000)


def _decide(page: Page, key: str, reason: str) -> None:
    """Decide with the keyboard alone, and be at the next."""
    here = page.url
    page.keyboard.press(key)
    page.keyboard.type(reason)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)
