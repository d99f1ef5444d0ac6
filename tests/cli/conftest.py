"""The real command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 120
COMMAND = [sys.executable, "-c", "from appscan.cli import main; main()"]


@dataclass(frozen=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def command() -> list[str]:
    """The command without its arguments."""
    return COMMAND


@pytest.fixture
def appscan(tmp_path: Path) -> Callable[..., Ran]:
    """Run appscan with the given arguments, in an empty folder."""

    def run(*arguments: object, cwd: Path | None = None, **environment: str) -> Ran:
        done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, timeout=SECONDS,
                              cwd=cwd or tmp_path, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PYTHONUTF8": "1", **environment})
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err or environment.get("APPSCAN_DEBUG") or "--debug" in arguments, ran.err
        return ran

    return run


@pytest.fixture
def forced(built_apks: Path) -> Path:
    """An app that forces check-in: a likely violation."""
    return built_apks / "checkin-native.apk"


@pytest.fixture
def decoy(built_apks: Path) -> Path:
    """An app full of near misses, in which nothing is found."""
    return built_apks / "decoy.apk"
