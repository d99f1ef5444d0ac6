"""Claims about what checks are called in lists."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from appscan.checks import load
from appscan.checks.load import shipped_folder
from appscan.errors import PackError
from appscan.serve.titles import Titles

LOOKS = """
import sys
from appscan.serve.titles import Titles
titles = Titles(None)
titles.warm()
print(titles.of("check-in", "en"), *(name for name in ("appscan.checks.load", "yaml") if name in sys.modules))
"""


def test_checks_are_called_as_their_packs_say_and_unknown_ones_by_their_ids(tmp_path):
    packs = shutil.copytree(shipped_folder(), tmp_path / "packs")
    file = packs / "features" / "check-in.yaml"
    file.write_text(file.read_text("utf-8").replace("zh: 打卡签到", "zh: 虚构题目", 1), "utf-8")
    assert Titles(packs).of("check-in", "zh") == "虚构题目"
    shipped = Titles(None)
    checks = load().checks
    assert {one.id: shipped.of(one.id, "en") for one in checks} == {one.id: one.title["en"] for one in checks}
    assert shipped.of("no-such-check", "zh") == "no-such-check"


def test_packs_that_are_wrong_are_told_to_whoever_asks(tmp_path):
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "x.yaml").write_text("a: [", "utf-8")
    titles = Titles(tmp_path)
    titles.warm()
    with pytest.raises(PackError):
        titles.of("check-in", "zh")


def test_the_desk_itself_does_not_load_the_packs_for_them():
    """They would take thirty megabytes of it for good."""
    said = subprocess.run([sys.executable, "-c", LOOKS], capture_output=True, text=True, check=True).stdout
    assert said == "Check-in\n"
