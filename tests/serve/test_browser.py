"""Claims about the pages in a real browser: one reviewer's way from signing in to a result, by keyboard, and that axe
finds nothing."""

from __future__ import annotations

from playwright.sync_api import Page

from appscan.store import EventKind, FindingsAsked, Window
from tests.serve.conftest import PASSWORD, fill, looked_at


def test_a_reviewer_signs_in_sends_a_package_and_sees_what_came_of_it(page, desk, built_apks):
    page.goto("/")
    looked_at(page, "sign-in")
    page.keyboard.type("复核员")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    looked_at(page, "sign-in-wrong")
    page.faults.clear()  # the browser itself notes the answer 401
    page.get_by_label("账号").fill("复核员")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.url}/")
    looked_at(page, "overview-empty")
    page.goto("/apps")
    looked_at(page, "apps-empty")
    page.goto("/scans")
    looked_at(page, "scans-empty")
    page.get_by_role("link", name="新的检查").click()
    page.get_by_label("应用名称").fill("虚构应用")
    looked_at(page, "new-scan")
    page.get_by_label("文件", exact=True).set_input_files(built_apks / "checkin-native.apk")
    page.get_by_role("button", name="开始检查").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_text("涉嫌违规").wait_for(timeout=90_000)  # without a hand on it: the page follows the job
    looked_at(page, "scan")
    page.goto("/scans")
    page.get_by_role("link", name="checkin-native.apk").wait_for()
    looked_at(page, "scans")
    assert page.faults == []


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.textContent"))


def test_a_reviewer_decides_on_findings_with_the_keyboard_alone(page, desk, vendor_report):
    """From signing in to the last finding of an app, without a pointer."""
    fill(desk.store, vendor_report, 2)
    keys = page.keyboard
    page.goto("/sign-in")
    page.wait_for_function("document.activeElement.name === 'name'")  # where the page itself begins
    keys.type("复核员")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(f"{desk.url}/")
    looked_at(page, "overview")
    page.goto("/apps")
    looked_at(page, "apps")
    page.goto("/findings?text=应用0")
    looked_at(page, "findings")
    places = [one.fingerprint for one in desk.store.lists.findings(FindingsAsked(entry="R-0"), Window())]
    assert len(places) >= 3
    for key in "jjk":
        keys.press(key)
    assert page.locator("tbody tr").first.get_attribute("aria-current") == "true"
    keys.press("Enter")
    page.wait_for_url("**/findings/*")
    looked_at(page, "finding")
    for key, reason in (("c", "现场看到"), ("d", "是通知，不是功能")):
        here = page.url
        keys.press(key)
        assert _focused(page) == "reason"
        keys.type(reason)
        keys.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    here = page.url
    looked_at(page, "finding-next")
    keys.press("b")
    page.wait_for_url(lambda url: url != here)
    keys.press("u")
    keys.type("再看看")
    keys.press("Enter")
    page.get_by_text("再看看").wait_for()
    page.wait_for_load_state()
    keys.press("e")
    page.wait_for_url("**/exempt*")
    looked_at(page, "exempt")
    page.go_back()
    said = [(event.content["decision"], event.reason) for event in desk.store.events(EventKind.REVIEWED)]
    assert said == [("confirm", "现场看到"), ("dismiss", "是通知，不是功能"), ("undo", "再看看")]
    page.goto("/findings?text=应用0")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url("**/findings/*")
    while "/findings/" in page.url:  # through all that is left
        here = page.url
        keys.press("v")
        keys.type("请说明")
        keys.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    looked_at(page, "findings-done")
    page.goto("/apps/R-0")
    looked_at(page, "app")
    page.goto("/findings?state=any&text=应用0")
    looked_at(page, "findings-decided")
    assert desk.store.lists.app("R-0").open == 0
    assert page.faults == []


def test_the_pages_for_tokens_the_log_and_errors_are_as_accessible(page, desk):
    page.goto("/sign-in")
    page.get_by_label("账号").fill("管理员")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.url}/")
    page.goto("/tokens")
    page.get_by_label("用途").fill("承建单位 CI")
    page.get_by_role("button", name="添加令牌").click()
    page.get_by_role("status").wait_for()
    looked_at(page, "tokens")
    page.goto("/events")
    looked_at(page, "events")
    assert page.faults == []
    page.goto("/nothing-here")
    looked_at(page, "error")
    page.get_by_role("button", name="English").click()
    page.goto("/scans")
    assert page.get_by_role("heading").inner_text() == "Scans"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/scans")
    page.wait_for_url("**/sign-in")
