"""Claims about the processes that open hostile material."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from appscan.errors import UsageError
from appscan.serve.aside import Aside
from appscan.serve.sealing import KEY, KEY_FILE, key_from
from appscan.sweep.process import start

TOLD = {KEY: "k" * 40, KEY_FILE: "/run/key", "APPSCAN_OIDC_SECRET": "s", "APPSCAN_PASSWORD": "p",
        "APPSCAN_STORE": "postgresql://a:b@c/d", "APPSCAN_CHROMIUM": "/usr/bin/chromium"}
NOTING = "import os, pathlib\npathlib.Path(os.environ['NOTED']).write_text('\\n'.join(os.environ))\n"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment as the office's."""
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value)


def test_a_child_has_none_of_the_secrets_of_the_office() -> None:
    child = start("appscan.sweep.hand")
    try:
        lines = Path(f"/proc/{child.process.pid}/environ").read_bytes().split(b"\0")
    finally:
        child.kill()
    kept = {line.partition(b"=")[0].decode() for line in lines}
    assert kept & TOLD.keys() == {"APPSCAN_CHROMIUM"}
    assert "PATH" in kept
    assert key_from(TOLD)  # these are the names that the desk reads


def test_nor_has_what_the_desk_lets_do_aside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOTING, "utf-8")
    monkeypatch.setenv("NOTED", str(tmp_path / "noted"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    with pytest.raises(UsageError, match="aside_died"):
        Aside().run("nothing that there is", tmp_path, {}, 30.0)
    assert set((tmp_path / "noted").read_text("utf-8").splitlines()) & TOLD.keys() == {"APPSCAN_CHROMIUM"}
