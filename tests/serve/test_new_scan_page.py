"""Claims about the page of a new scan in a real browser: the count follows the form, and what is sent carries it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from appscan.capture.browser import find_chromium, is_installed
from appscan.model.registry import AppStatus, Audience, Entry, Level
from appscan.serve import sessions
from appscan.sweep.tasks import DESK
from tests.serve.conftest import PASSWORD


@pytest.fixture
def page(desk):
    if not is_installed():
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")
    one = Entry("R-1", "虚构校园安", "教育部", level=Level.CENTRAL, status=AppStatus.RUNNING,
                audience=frozenset({Audience.GRASSROOTS_INTERNAL}))
    desk.store.put_entries([one], who="测试", when=sessions.now(), source="测试")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), chromium_sandbox=False)
        opened = running.new_context(base_url=desk.url, locale="zh-CN").new_page()
        opened.faults = []
        opened.on("pageerror", lambda error: opened.faults.append(str(error)))
        opened.on("console", lambda said: opened.faults.append(said.text) if said.type == "error" else None)
        yield opened
        running.close()


def test_the_count_follows_the_form_and_what_is_sent_carries_what_it_says(page, desk, tmp_path):
    page.goto("/sign-in")
    page.get_by_label("账号").fill("复核员")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()
    page.goto("/scans/new")
    page.get_by_label("应用名称").fill("虚构新应用")
    page.keyboard.press("Tab")
    page.keyboard.type("教育部")  # the next field is the owner
    page.get_by_label("层级").select_option("central")
    page.get_by_label("基层工作人员").check()
    page.get_by_text("教育部：1 → 2 个").wait_for()
    page.get_by_text("立项批复").click()
    page.get_by_label("立项文号").fill("虚批〔2026〕1号")
    page.get_by_text("需要登录的网站").click()
    for across, down in ((390, 844), (1366, 768)):
        page.set_viewport_size({"width": across, "height": down})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    file = tmp_path / "立项.txt"
    file.write_text("虚构新应用立项申请\n", "utf-8")
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_label("同时按上面的内容登记").first.check()
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_url("**/scans/*")
    new = next(entry for entry in desk.store.entries() if entry.id != "R-1")
    assert (new.name, new.owner, new.approval.number) == ("虚构新应用", "教育部", "虚批〔2026〕1号")
    assert next(desk.store.tasks(DESK)).content["entry"] == new.id
    assert page.faults == []
