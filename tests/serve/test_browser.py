"""Claims about the pages in a real browser: one reviewer's way from signing in to a result, by keyboard, and that axe
finds nothing."""

from __future__ import annotations

from tests.serve.conftest import PASSWORD, looked_at


def test_a_reviewer_signs_in_sends_a_package_and_sees_what_came_of_it(page, built_apks):
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
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/scans")
    looked_at(page, "scans-empty")
    page.get_by_role("link", name="新的检查").click()
    page.get_by_label("应用名称").fill("虚构应用")
    looked_at(page, "new-scan")
    page.get_by_label("文件").set_input_files(built_apks / "checkin-native.apk")
    page.get_by_role("button", name="开始检查").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_text("涉嫌违规").wait_for(timeout=90_000)  # without a hand on it: the page follows the job
    looked_at(page, "scan")
    page.goto("/scans")
    page.get_by_role("link", name="checkin-native.apk").wait_for()
    looked_at(page, "scans")
    assert page.faults == []


def test_the_pages_for_tokens_the_log_and_errors_are_as_accessible(page):
    page.goto("/sign-in")
    page.get_by_label("账号").fill("管理员")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
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
