"""Claims about the commands users and serve."""

from __future__ import annotations

import json
import os
import socket
import subprocess

import pytest


@pytest.fixture
def run(tmp_path, warm):
    """Run a command over a store of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("APPSCAN_")}

    def run(*arguments, password=""):
        return subprocess.run([*warm.command, *arguments, "--store", tmp_path / "office.db"], capture_output=True,
                              text=True, env={**own, **({"APPSCAN_PASSWORD": password} if password else {})},
                              stdin=subprocess.DEVNULL)

    return run


def test_accounts_are_added_listed_and_disabled(run):
    added = run("users", "add", "张三", "--role", "admin", "--who", "李四", password="a long password")
    assert (added.returncode, added.stderr) == (0, "")
    again = run("users", "add", "张三", password="a long password")
    assert again.returncode == 2
    assert "张三" in again.stderr
    assert run("users", "disable", "张三").returncode == 0
    listed = json.loads(run("users", "list", "--json").stdout)
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [("张三", "admin", True)]


def test_a_password_is_neither_short_nor_missing_nor_shown(run):
    short = run("users", "add", "张三", password="secret7")
    assert short.returncode == 2
    assert "secret7" not in short.stdout + short.stderr
    missing = run("users", "add", "张三")
    assert missing.returncode == 2
    assert "APPSCAN_PASSWORD" in missing.stderr


def test_an_address_in_use_is_one_clear_line(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run("serve", "--port", port)
    assert answer.returncode == 2
    assert port in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
