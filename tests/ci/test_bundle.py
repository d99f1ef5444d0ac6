"""The offline bundle installs with the network cut off, and what it installs scans."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APK = ROOT / "fixtures" / "apks" / "built" / "checkin-native.apk"
CUT_OFF = ["unshare", "--map-root-user", "--net"]
"""A process without any network but a loopback that is down."""


def can_cut_off() -> bool:
    return shutil.which("unshare") is not None and subprocess.run([*CUT_OFF, "true"], check=False).returncode == 0


@pytest.mark.skipif(not can_cut_off(), reason="this machine cannot start a process without a network (unshare --net)")
def test_the_bundle_installs_without_a_network_and_scans(tmp_path: Path) -> None:
    machine, version = os.uname().machine, f"{sys.version_info.major}.{sys.version_info.minor}"
    made = subprocess.run(["bash", "ci/bundle.sh", tmp_path / "bundle", machine], cwd=ROOT, capture_output=True,
                          text=True, env={**os.environ, "PYTHON": sys.executable, "PYTHON_VERSIONS": version},
                          check=False)
    if made.returncode and "ConnectionError" in made.stderr:
        pytest.skip("no package index can be reached from here, so no bundle can be made")
    assert made.returncode == 0, made.stderr[-2000:]
    bare = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PYTHON": sys.executable, "LANG": "C.UTF-8"}
    installed = subprocess.run([*CUT_OFF, "bash", tmp_path / "bundle" / "install.sh", tmp_path / "there"], env=bare,
                               capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr[-2000:]
    scanned = subprocess.run([*CUT_OFF, tmp_path / "there" / "bin" / "appscan", "scan", APK, "--out", tmp_path / "out",
                              "--lang", "en"], env=bare, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert scanned.returncode == 11, scanned.stderr
    assert "Check-in" in scanned.stdout
