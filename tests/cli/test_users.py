"""Claims about the commands users and serve."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys


def _run(folder, *arguments, password=""):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("APPSCAN_")}
    if password:
        environment["APPSCAN_PASSWORD"] = password
    return subprocess.run([sys.executable, "-m", "appscan", *arguments, "--store", str(folder / "office.db")],
                          capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)


def test_accounts_are_added_listed_and_disabled(tmp_path):
    added = _run(tmp_path, "users", "add", "张三", "--role", "admin", "--who", "李四", password="a long password")
    assert (added.returncode, added.stderr) == (0, "")
    again = _run(tmp_path, "users", "add", "张三", password="a long password")
    assert again.returncode == 2
    assert "张三" in again.stderr
    assert _run(tmp_path, "users", "disable", "张三").returncode == 0
    listed = json.loads(_run(tmp_path, "users", "list", "--json").stdout)
    assert [(one["name"], one["role"], one["disabled"]) for one in listed] == [("张三", "admin", True)]


def test_a_password_is_neither_short_nor_missing_nor_shown(tmp_path):
    short = _run(tmp_path, "users", "add", "张三", password="secret7")
    assert short.returncode == 2
    assert "secret7" not in short.stdout + short.stderr
    missing = _run(tmp_path, "users", "add", "张三")
    assert missing.returncode == 2
    assert "APPSCAN_PASSWORD" in missing.stderr


def test_an_address_in_use_is_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = _run(tmp_path, "serve", "--port", port)
    assert answer.returncode == 2
    assert port in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
