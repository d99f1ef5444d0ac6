"""Claims about the processes that open hostile material."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.serve.sealing import KEY, KEY_FILE, key_from
from appscan.sweep.process import start


def test_a_child_has_none_of_the_secrets_of_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {KEY: "k" * 40, KEY_FILE: "/run/key", "APPSCAN_OIDC_SECRET": "s", "APPSCAN_PASSWORD": "p",
            "APPSCAN_STORE": "postgresql://a:b@c/d", "APPSCAN_CHROMIUM": "/usr/bin/chromium"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    child = start("appscan.sweep.hand")
    try:
        lines = Path(f"/proc/{child.process.pid}/environ").read_bytes().split(b"\0")
    finally:
        child.kill()
    kept = {line.partition(b"=")[0].decode() for line in lines}
    assert kept & told.keys() == {"APPSCAN_CHROMIUM"}
    assert "PATH" in kept
    assert key_from(told)  # these are the names that the desk reads
