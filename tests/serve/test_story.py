"""Claims about one reviewer's whole way in a real browser, at a desk that is a process of its own and over each kind of
database: from signing in over an upload, its progress, the review, an exemption and the notice to the count; and what
is left of a scan and of a decision when the server is killed in the middle of them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.serve import sessions
from appscan.store import EventKind, FindingsAsked, Role, Standing, Store, TaskState, Window
from appscan.sweep.tasks import DESK
from tests.serve.conftest import Server, page_at, pictured, report_of, serving, sign_in_with
from tests.serve.stuck import stuck
from tests.serve.test_papers import words_of

OWNER, OLD, NEW = "教育部", "虚构校园安", "虚构考勤通"
APPROVAL = "虚汛〔2026〕1号.pdf"
ROUTINE = "打卡签到"
expect.set_options(timeout=30_000)


@dataclass
class Office:
    """A store with one reviewer and one app in its registry, and how the desk is started over it."""

    store: Store
    url: str
    options: tuple[object, ...]


@pytest.fixture
def office(any_url: str, tmp_path: Path, kept_password: str) -> Iterator[Office]:
    blobs = tmp_path / "blobs"
    with Store.open(any_url, str(blobs)) as store:
        store.accounts.add("复核员", kept_password, Role.REVIEWER, who="测试", when=sessions.now())
        one = Entry("R-1", OLD, OWNER, level=Level.CENTRAL, status=AppStatus.RUNNING,
                    audience=frozenset({Audience.GRASSROOTS_INTERNAL}))
        store.put_entries([one], who="测试", when=sessions.now(), source="测试")
        yield Office(store, any_url, (any_url, "--blobs", blobs))


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    with serving(*office.options) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    yield from page_at(browser, server.url)


def test_a_reviewer_goes_from_signing_in_to_the_count_that_has_changed(page, office, built_apks, tmp_path):
    sign_in_with(page, "复核员")
    _expect_counted(page, confirmed=1, found=0, not_scanned=1)
    pictured(page, "story-overview-before")

    _ask_for_a_scan(page, built_apks / "checkin-native.apk")
    _see_it_run(page)
    page.get_by_text("涉嫌违规").wait_for(timeout=90_000)
    pictured(page, "story-scanned")

    page.get_by_role("link", name="查看应用").click()
    pictured(page, "story-app")
    page.get_by_role("link", name="复核未处理的 5 处").click()
    page.wait_for_url("**/findings?*")
    rows = page.locator("tbody tr", has_text=ROUTINE)
    screens = rows.locator("td:nth-child(5)").all_inner_texts()
    marks = _marks(office.store)
    confirmed, dismissed, exempted = (marks[one] for one in screens)
    pictured(page, "story-queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/*")
    _decide(page, "c", "现场看到")
    _decide(page, "d", "只是名单，不是签到")
    pictured(page, "story-finding")
    _exempt(page, tmp_path / APPROVAL)
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(ROUTINE)
    _decide(page, "v", "请说明入口在哪里")
    _decide(page, "v", "请补备案编号")
    expect(page.get_by_role("main")).to_contain_text(f"只看应用：{NEW}")
    expect(page.get_by_role("main")).to_contain_text("全部处理完了")
    pictured(page, "story-queue-done")

    page.get_by_role("link", name="制作文书").click()
    told = _make_notice(page)
    found, _, exemptions = told.partition("三、豁免情况")
    found = re.sub(r"(?s)^.*二、发现的问题", "", found)
    assert confirmed in found
    assert dismissed not in told
    assert exempted not in told
    assert "有 1 项功能不符合" in told
    assert "另有 3 处由审查人员决定不列入" in found
    assert "虚汛〔2026〕1号" in exemptions

    page.get_by_role("navigation").get_by_role("link", name="登记表").click()
    page.get_by_role("link", name="豁免").click()
    expect(page.get_by_role("row", name=NEW)).to_contain_text(screens[2])
    pictured(page, "story-exemptions")
    with page.expect_download() as kept:
        page.get_by_role("link", name="批准文件").click()
    assert kept.value.suggested_filename == APPROVAL
    assert kept.value.path().read_bytes() == (tmp_path / APPROVAL).read_bytes()

    _put_into_operation(page, tmp_path)
    page.get_by_role("navigation").get_by_role("link", name="总览").click()
    _expect_counted(page, confirmed=2, found=1, not_scanned=1)  # as the form of the scan had said
    expect(page.locator(".figures li").first).to_have_text(re.compile("^0"))
    for state in ("已确认 1 处", "不成立 1 处", "待单位说明 2 处", "已豁免 1 处"):
        expect(page.locator(".states")).to_contain_text(state)
    pictured(page, "story-overview-after")
    said = [(one.content["fingerprint"], one.content["decision"]) for one in office.store.events(EventKind.REVIEWED)]
    assert said[:2] == [(confirmed, "confirm"), (dismissed, "dismiss")]
    assert page.faults == []


def test_a_server_killed_during_a_scan_and_during_a_decision_leaves_each_whole_and_once(
        page, server, office, built_apks, vendor_report):
    store = office.store
    store.add_report(report_of(vendor_report, 1), product="", entry="R-1", standing=Standing.OFFICE,
                     recorded=sessions.now())
    sign_in_with(page, "复核员")
    page.goto("/findings?entry=R-1&check=check-in")
    page.locator("tbody a").first.click()
    page.wait_for_url("**/findings/*")
    page.keyboard.press("d")
    page.keyboard.type("都是演示数据")
    page.get_by_label("同样处理本应用中此项功能“未处理”的全部 3 处").check()
    scan = page.context.new_page()
    _ask_for_a_scan(scan, built_apks / "checkin-native.apk")
    scan.get_by_role("progressbar").wait_for()
    number = scan.url.rpartition("/")[2]
    _until(page, lambda: _state(store, number) is TaskState.CLAIMED)

    with stuck(office.url, "events", reviews=2) as is_stuck:
        page.get_by_role("button", name="保存，看下一处").click(no_wait_after=True)
        _kill_when(is_stuck, server, page)
    assert _state(store, number) is TaskState.CLAIMED
    assert _reviewed(store) == []
    with (serving(*office.options, port=server.port) as second,
          stuck(office.url, "listed_findings", reviews=3) as is_stuck):
        _send_again(page)
        _kill_when(lambda: len(_reviewed(store)) == 3 and is_stuck(), second, page)
    places = sorted(_marks(store).values())
    assert _reviewed(store) == places
    with serving(*office.options, port=server.port):
        _send_again(page)
        expect(page.get_by_role("status")).to_contain_text("不成立")
        assert _reviewed(store) == places
        scan.get_by_text("涉嫌违规").wait_for(timeout=90_000)  # the page that was open all the time
    assert [one.entry != "R-1" for one in store.reports() if one.sweep == DESK] == [True]


def _expect_counted(page: Page, **numbers: int) -> None:
    """Wait until the table of the overview says this of the owner, without a hand on the page."""
    heads = {"confirmed": "已确认", "found": "查出（应用）", "not_scanned": "未检查（应用）"}
    table = page.get_by_role("region", name="各部门面向基层的产品数").locator("table")
    table.wait_for()
    shown = table.locator("thead th").all_inner_texts()
    for name, number in numbers.items():
        cell = table.get_by_role("row", name=OWNER).locator("th, td").nth(shown.index(heads[name]))
        expect(cell).to_have_text(str(number))


def _ask_for_a_scan(page: Page, file: Path) -> None:
    """Say what the app is, see what the count would become, and send the file."""
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="检查任务").click()
    page.get_by_role("link", name="新的检查").click()
    page.get_by_label("应用名称").fill(NEW)
    page.get_by_label("主办单位").fill(OWNER)
    page.get_by_label("层级").select_option("central")
    page.get_by_label("基层工作人员").check()
    page.get_by_text(f"{OWNER}：1 → 2 个").wait_for()
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_label("同时按上面的内容登记").first.check()
    pictured(page, "story-new-scan")
    page.get_by_role("button", name="开始检查").click()


def _see_it_run(page: Page) -> None:
    """Its stage is told, on a page that nobody touches."""
    page.get_by_role("progressbar").wait_for()
    page.locator("#stage").filter(has_text=re.compile(r"\S")).wait_for(timeout=60_000)
    pictured(page, "story-progress")


def _decide(page: Page, key: str, reason: str) -> None:
    """Decide with the keyboard alone, and be at the next."""
    page.wait_for_load_state()
    here = page.url
    page.keyboard.press(key)
    page.keyboard.type(reason)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)


def _exempt(page: Page, approval: Path) -> None:
    """Exempt the place that is shown, with the approval's file."""
    approval.write_bytes(b"%PDF-1.4 fictional approval")
    page.keyboard.press("e")
    page.wait_for_url("**/exempt*")
    page.get_by_label("特殊场景").check()
    today = sessions.now().date()
    for label, value in (("豁免说明", "防汛值守期间点名"), ("依据的规定", "虚构防汛预案"), ("批准单位", "虚构防指"),
                         ("批准文号", approval.stem), ("自（含当日）", today.isoformat()),
                         ("至（含当日）", (today + timedelta(days=90)).isoformat())):
        page.get_by_label(label).fill(value)
    page.get_by_label("批准文件").set_input_files(approval)
    pictured(page, "story-exempt")
    page.get_by_role("button", name="记录豁免").click()
    expect(page.get_by_role("status")).to_contain_text("已豁免")
    page.wait_for_load_state()
    pictured(page, "story-exempted")


def _make_notice(page: Page) -> str:
    """Make the notice that the form offers, download it, and read it."""
    expect(page.locator("fieldset.items input[name=place]:checked")).to_have_count(1)
    pictured(page, "story-notice")
    page.get_by_label("检查单位").fill("虚构网信办")
    page.get_by_role("button", name="制作").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载").click()
    pictured(page, "story-notice-made")
    assert kept.value.suggested_filename.startswith(f"整改通知书-{NEW}")
    return words_of(kept.value.path().read_bytes())


def _put_into_operation(page: Page, folder: Path) -> None:
    """Save the registry as a file, say in it that the new app runs, and import it."""
    page.get_by_role("link", name="登记项").click()
    page.wait_for_url("**/registry")
    with page.expect_download() as kept:
        page.get_by_role("link", name="csv").click()
    table = folder / "登记表.csv"
    table.write_text(kept.value.path().read_text("utf-8-sig").replace("拟建", "运行中"), "utf-8")
    page.get_by_role("link", name="导入文件").click()
    page.get_by_label("登记表文件").set_input_files(table)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("main")).to_contain_text("状态：拟建 → 运行中")
    pictured(page, "story-import")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status")).to_contain_text("有变化 1")


def _marks(store: Store) -> dict[str, str]:
    """The places of the check-in routine by their screens."""
    return {one.screen: one.fingerprint for one in store.lists.findings(FindingsAsked(check="check-in"), Window())}


def _reviewed(store: Store) -> list[str]:
    return sorted(str(one.content["fingerprint"]) for one in store.events(EventKind.REVIEWED))


def _state(store: Store, number: str) -> TaskState | None:
    job = store.task(DESK, number)
    return job.state if job else None


def _kill_when(is_stuck: Callable[[], bool], server: Server, page: Page) -> None:
    """Kill the server in the middle of what the page asked of it; the page says that nobody answers."""
    _until(page, is_stuck)
    server.kill()
    _until(page, lambda: page.url.startswith("chrome-error:"))


def _send_again(page: Page) -> None:
    """Load the page of a form that nobody answered once more, which sends the form; waits for nothing."""
    page.context.new_cdp_session(page).send("Page.reload")


def _until(page: Page, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        page.wait_for_timeout(20)
