"""The real command in a process of its own."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.warm import Warm

SECONDS = 120
DROP_FROM_BOUNDING_SET = 24
READS_ALL_FILES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, capabilities(7)."""
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


def in_the_foreground() -> None:
    """For a child process: Ctrl-C works although the tests may run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def without_power_over_files() -> None:
    """For a child process: the modes of files hold for it, although it may be root's."""
    in_the_foreground()
    library = ctypes.CDLL(None, use_errno=True)
    for capability in READS_ALL_FILES if os.geteuid() == 0 else ():
        if library.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0) != 0:
            os._exit(99)


@pytest.fixture
def forbidden_folder(tmp_path: Path) -> Iterator[Path]:
    """The folder in/secret, which nobody may read, with a file in it."""
    folder = tmp_path / "in" / "secret"
    folder.mkdir(parents=True)
    (folder / "hidden.apk").write_bytes(b"x")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.fixture
def command() -> list[str]:
    """The command without its arguments."""
    return COMMAND


@pytest.fixture
def appscan(tmp_path: Path, warm: Warm) -> Callable[..., Ran]:
    """Run appscan with the given arguments, in an empty folder."""

    def run(*arguments: object, cwd: Path | None = None, powerless: bool = False, **environment: str) -> Ran:
        told, within = [*map(str, arguments)], {**os.environ, "PYTHONUTF8": "1", **environment}
        if powerless:
            done = subprocess.run([*COMMAND, *told], capture_output=True, timeout=SECONDS, cwd=cwd or tmp_path,
                                  stdin=subprocess.DEVNULL, env=within, preexec_fn=without_power_over_files)
            code, out, err = done.returncode, done.stdout, done.stderr
        else:
            code, out, err = warm.run(told, cwd or tmp_path, within, SECONDS)
        if code == 99:
            pytest.skip("root's power over files cannot be given up here")
        ran = Ran(code, out.decode(), err.decode())
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
