"""What looks like an address of a server, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appscan.judge.hits import LABEL_LENGTH, Hit, endpoint_path, is_constant, is_identifier, is_prose, leads_elsewhere
from appscan.model.coverage import Kind


@pytest.mark.parametrize("path", ["/system/user/list", "/video/upload", "/image/add", "/system/appraise/list"])
def test_paths_of_servers_that_begin_like_folders_or_kinds_of_content_are_endpoints(path: str) -> None:
    assert endpoint_path(path) == path


@pytest.mark.parametrize("text", ["/system/bin/su", "/system/xbin/which", "/system/app/Superuser.apk", "/sys/class/net",
                                  "image/png", "video/mp4", "/system/lib64/libc.so",
                                  "vnd.android.cursor.dir/vnd.example.location"])
def test_folders_of_the_device_and_kinds_of_content_are_no_endpoints(text: str) -> None:
    assert endpoint_path(text) == ""


@pytest.mark.parametrize("text", ["B/s", "KB/s", "km/h", "mg/L", "com/example/app/ui/ReportActivity", "org/a/B$1"])
def test_units_and_names_of_classes_are_no_endpoints(text: str) -> None:
    assert endpoint_path(text) == ""


@pytest.mark.parametrize("path", ["com/list/add", "m/task/list", "h5/sign", "b/sign", "Report/Add"])
def test_short_paths_are_endpoints_still(path: str) -> None:
    assert endpoint_path(path) == path


@pytest.mark.parametrize("path", ["/sys/user/list", "/dev/list", "/data/report/day", "/storage/file/upload",
                                  "/vendor/list"])
def test_paths_of_servers_named_like_folders_of_a_device_are_endpoints(path: str) -> None:
    assert endpoint_path(path) == path


@pytest.mark.parametrize("text", ["/data/local/tmp", "/data/data/com.example", "/dev/null", "/dev/block/mmcblk0",
                                  "/storage/emulated/0/DCIM", "/vendor/lib64/libc.so", "/sys/devices/system/cpu"])
def test_folders_of_a_device_are_no_endpoints(text: str) -> None:
    assert endpoint_path(text) == ""


@pytest.mark.parametrize(("text", "path"), [
    ("{}/patrol/{}/points", "/patrol/{}/points"), ("{}/api/login?way=1", "/api/login?way=1"), ("{}/min", ""),
    ("{}/{}/{}", ""), ("{}/5", "")])
def test_a_path_behind_a_hole_is_an_endpoint_and_a_unit_is_none(text: str, path: str) -> None:
    assert endpoint_path(text) == path


@pytest.mark.parametrize(("role", "running"), [
    ("label", True), ("hint", True), ("option", True), ("", True),
    ("button", False), ("menu", False), ("tab", False), ("title", False)])
def test_a_sentence_is_running_text_but_for_what_is_pressed_or_heads_a_page(role: str, running: bool) -> None:
    assert is_prose("本月考核工作已经全部完成了。", role) is running
    assert not is_prose("本月考核工作已经全部完成了", role)
    assert is_prose("字" * (LABEL_LENGTH + 1), role)


@pytest.mark.parametrize(("text", "role", "elsewhere"), [
    ("关于开展2026年度干部在线学习的通知", "link", True),
    ("关于报送签到情况的通报（虚委办〔2026〕3 号）", "link", True),
    ("关于填报2026年二季度村级台账的通知", "label", False),
    ("关于填报2026年二季度村级台账的通知", "", False),
    ("关于网格员未签到情况的通报（未签到 12 人）", "link", False),
    ("关于全体网格员每日登录不少于两次、未登录扣绩效10元的决定", "link", False),
    ("关于村干部未登录名单的公示", "link", True),
    ("关于开展干部在线学习的通知", "button", False),
    ("关于开展干部在线学习的通知", "title", False),
    ("干部在线学习", "link", False),
    ("关于通知您签到", "label", False)])
def test_the_name_of_a_paper_leads_to_the_paper_only_as_a_link(text: str, role: str, elsewhere: bool) -> None:
    seen = Hit(Kind.CONTROL if role in ("link", "button") else Kind.TEXT, text, "dom", frozenset({"/"}), "", role,
               actor="visitor")
    assert leads_elsewhere(seen) is elsewhere
    assert not leads_elsewhere(replace(seen, actor="")), "what no crawl saw is no list of a page"


@pytest.mark.parametrize(("name", "expected"), [("com.bj.jwt", False), ("cn.gov.zhen.app", False), ("user.name", True),
                                                ("com.android.volley.NoConnectionError", True), ("patrolPhoto", True)])
def test_the_name_of_a_package_is_no_field(name: str, expected: bool) -> None:
    assert is_identifier(name) is expected


@pytest.mark.parametrize(("name", "expected"), [("MANUAL_SET_AUX_CODE", True), ("KEY_POINTS", False), ("GPS", False),
                                                ("create_staff_table", False)])
def test_constants_of_several_words_are_known(name: str, expected: bool) -> None:
    assert is_constant(name) is expected
